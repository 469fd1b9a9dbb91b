# SPDX-License-Identifier: Apache-2.0
"""The door for people: server-rendered pages, each a twin of an API address.

`pages/` asks the services, `presenters/` puts answers into words, `templates/` lay them out. Nothing
here decides, writes, or reads what the API would not show the same caller.
"""
