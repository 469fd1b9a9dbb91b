# SPDX-License-Identifier: Apache-2.0
"""What pages are handed: a session, the time, and the public as the viewer.

Who reads a page of the desk is told by `desk_access`; every other page reads as the public does.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.domain.visibility import PUBLIC, Viewer
from app.errors import NotAllowed
from app.services import attempts
from app.services.attempts import Tried
from app.storage.database import Sessions

T = TypeVar("T")


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
    """Return who is reading: the public."""
    return PUBLIC


def at_once(request: Request, act: Callable[[Session], T]) -> T:
    """Do something in one transaction, kept when it returns and undone whole when it raises."""
    sessions: Sessions = request.app.state.sessions
    with sessions.writing() as session:
        return act(session)


def tried(
    request: Request, viewer: Viewer, act: Callable[[Session], T], about: Tried, *, now: datetime
) -> T:
    """Do something in one transaction; what the viewer may not do leaves a trace, as in the API."""
    try:
        return at_once(request, act)
    except NotAllowed as refusal:
        at_once(
            request, partial(attempts.keep_of, viewer=viewer, tried=about, refusal=refusal, now=now)
        )
        raise


def read(request: Request, look: Callable[[Session], T]) -> T:
    """Look something up, for what comes before or after the session of an endpoint."""
    sessions: Sessions = request.app.state.sessions
    with sessions.reading() as session:
        return look(session)


NowDep = Annotated[datetime, Depends(get_now)]
ReadingDep = Annotated[Session, Depends(get_reading, scope="function")]
ViewerDep = Annotated[Viewer, Depends(get_viewer)]
