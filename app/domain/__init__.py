# SPDX-License-Identifier: Apache-2.0
"""The rules and words of the field: pure functions over frozen values.

Nothing here reads a clock, opens a file or a socket, or knows a database; `now` is an argument.
"""
