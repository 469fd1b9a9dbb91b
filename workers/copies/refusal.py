# SPDX-License-Identifier: Apache-2.0
"""Why no copy is made, in a sentence that a person can act on and that repeats nothing of the file."""

NO_COPY = 3
"""The exit code of the child that made none, and says why on its standard output."""


class NoCopyError(Exception):
    """When a file is not of a kind of which a safe copy can be made."""
