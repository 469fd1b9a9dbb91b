# SPDX-License-Identifier: Apache-2.0
"""A remote vantage: measures on its own, keeps what it saw, and hands it to a collector.

    consent      what the owner of the machine is told, and must accept first
    enrolment    the token becomes a key and an identity, once
    assignments  what is to be measured: a snapshot that outlives the collector
    schedule     when: grid times and jitter, pure
    spool        what was seen and not yet handed in, on disk
    uplink       the only part that talks to the collector
    loop         everything together

It needs no database and no server, and opens no port: everything goes out over HTTPS.
"""
