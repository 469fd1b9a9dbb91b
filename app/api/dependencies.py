# SPDX-License-Identifier: Apache-2.0
"""What endpoints are handed: a session, the time, the caller. The session is committed here.

`scope="function"` ends the transaction before the answer is sent: a 2xx means stored.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app import clock
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Scope
from app.errors import MalformedRequest, NotAllowed, NotAuthenticated
from app.services import access
from app.storage.database import Sessions


def get_now(request: Request) -> datetime:
    """Read the clock once for the request; tests hand the application their own."""
    read: Callable[[], datetime] = getattr(request.app.state, "now", clock.now)
    return read()


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


def get_reading(request: Request) -> Iterator[Session]:
    """Open a session that only reads."""
    with _sessions(request).reading() as session:
        yield session


def get_writing(request: Request) -> Iterator[Session]:
    """Open a session that commits when the endpoint returns and rolls back when it raises."""
    with _sessions(request).writing() as session:
        yield session


def get_sessions(request: Request) -> Sessions:
    """Return the way to sessions, for doors that need more than one transaction."""
    return _sessions(request)


SessionsDep = Annotated[Sessions, Depends(get_sessions)]
NowDep = Annotated[datetime, Depends(get_now)]
ReadingDep = Annotated[Session, Depends(get_reading, scope="function")]
WritingDep = Annotated[Session, Depends(get_writing, scope="function")]


def get_viewer(request: Request, now: NowDep) -> Viewer:
    """Return who is calling; no key at all is the public, a bad key is an error, never the public."""
    header = request.headers.get("authorization")
    if header is None:
        return PUBLIC
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise MalformedRequest("send the key as `Authorization: Bearer qlm_…`")
    with _sessions(request).reading() as session:
        return access.authenticate(session, secret.strip(), now=now)


ViewerDep = Annotated[Viewer, Depends(get_viewer)]


def require(scope: Scope) -> Callable[[Viewer], Viewer]:
    """Return a dependency that admits only callers with this scope."""

    def admitted(viewer: ViewerDep) -> Viewer:
        if viewer.key_id is None:
            raise NotAuthenticated("this needs an API key: send `Authorization: Bearer qlm_…`")
        if scope not in viewer.scopes:
            raise NotAllowed(f"this needs the scope {scope.value}, which the key does not have")
        return viewer

    return admitted


IncidentReader = Annotated[Viewer, Depends(require(Scope.INCIDENTS_READ))]
IncidentWriter = Annotated[Viewer, Depends(require(Scope.INCIDENTS_WRITE))]
IncidentVerifier = Annotated[Viewer, Depends(require(Scope.INCIDENTS_VERIFY))]
IncidentPublisher = Annotated[Viewer, Depends(require(Scope.INCIDENTS_PUBLISH))]
CaseWriter = Annotated[Viewer, Depends(require(Scope.CASES_WRITE))]
SiteWriter = Annotated[Viewer, Depends(require(Scope.SITES_WRITE))]
ReportWriter = Annotated[Viewer, Depends(require(Scope.REPORTS_WRITE))]
AlertWriter = Annotated[Viewer, Depends(require(Scope.ALERTS_WRITE))]
KeyWriter = Annotated[Viewer, Depends(require(Scope.KEYS_WRITE))]
