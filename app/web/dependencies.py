# SPDX-License-Identifier: Apache-2.0
"""What pages are handed: a session that only reads, the time, and the public as the viewer."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.domain.visibility import PUBLIC, Viewer
from app.storage.database import Sessions


def get_now(request: Request) -> datetime:
    """Read the application's clock once for the request."""
    read: Callable[[], datetime] = request.app.state.now
    return read()


def get_reading(request: Request) -> Iterator[Session]:
    """Open a session that only reads."""
    sessions: Sessions = request.app.state.sessions
    with sessions.reading() as session:
        yield session


def get_viewer() -> Viewer:
    """Return who is reading. Pages have no login yet, so it is the public."""
    return PUBLIC


NowDep = Annotated[datetime, Depends(get_now)]
ReadingDep = Annotated[Session, Depends(get_reading, scope="function")]
ViewerDep = Annotated[Viewer, Depends(get_viewer)]
