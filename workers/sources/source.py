# SPDX-License-Identifier: Apache-2.0
"""What reading a format means: bytes go in, items word for word and their readings come out.

A format is one file in this package with a `read` of this shape, and one line in `readers.py`.
Every known field is popped and checked; what is left over is kept beside the reading, so that a
field the source adds tomorrow shows tomorrow. A bad row is a `Rejected`, and the others go on;
only a body that is not of the format at all raises. Nothing here fetches, stores or decides.
"""

from typing import Protocol

from app.domain.intake.item import Given
from app.domain.record.report import Found


class Reader(Protocol):
    """Reads one format; raises InvalidInput where the body is not of it at all."""

    def __call__(self, body: bytes, given: Given) -> Found: ...
