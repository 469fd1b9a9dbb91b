# SPDX-License-Identifier: Apache-2.0
"""The record-keeper: what is known about media freedom, and how it is shown.

A map of the house, floors from the ground up (each imports only from the floors beneath it):

    errors    every failure a caller can meet, as one tree
    domain    pure rules and words: blocking verdicts, impunity, alerts; no clock, no I/O
    storage   memory: tables and queries, one file per noun
    services  use cases: each function is a sentence a user would say
    exports   the record as files for other tools
    api, web  doors: JSON under /api/v1, and pages for people
    main, cli the application put together, and the commands

`app` never imports `workers`, the hands that go out to the world.
"""

__version__ = "0.1.0"
