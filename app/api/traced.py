# SPDX-License-Identifier: Apache-2.0
"""Acts whose refusal leaves a trace: the act is rolled back, the trace is kept on its own."""

from collections.abc import Callable

from fastapi import Response
from sqlalchemy.orm import Session

from app.errors import QalamError
from app.storage.database import Sessions


def traced(
    sessions: Sessions,
    act: Callable[[Session], Response],
    trace: Callable[[Session, QalamError], None],
) -> Response:
    """Run an act in one transaction; where it is refused, write the trace in another and raise."""
    try:
        with sessions.writing() as session:
            return act(session)
    except QalamError as refusal:
        with sessions.writing() as session:
            trace(session, refusal)
        raise
