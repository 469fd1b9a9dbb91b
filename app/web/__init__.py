# SPDX-License-Identifier: Apache-2.0
"""The door for people: server-rendered pages, each a twin of an API address."""
