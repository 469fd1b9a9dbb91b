# SPDX-License-Identifier: Apache-2.0
"""Logging in at the desk with a key, being recognised, and leaving.

A session is a random token of 256 bits in a cookie; the database holds its SHA-256. It ends by
leaving, by idleness, after a fixed time whatever happens, and with its key, at the next request.
Logging in and out is in no ledger: a ledger never forgets, and working hours are nobody's business.
"""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope
from app.errors import NotAllowed
from app.services import access
from app.storage import desk_sessions
from app.storage.desk_sessions import DeskSession

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long a session holds: unused, and altogether."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A session that holds, and whose it is. `is_due` says that its use should be noted."""

    id: uuid.UUID
    viewer: Viewer
    is_due: bool


def log_in(session: Session, secret: str, *, now: datetime, policy: SessionPolicy) -> str:
    """Return the token of a new session; raises NotAuthenticated or, for keys of machines, NotAllowed."""
    viewer = access.authenticate(session, secret, now=now)
    if Scope.INCIDENTS_READ not in viewer.scopes or viewer.key_id is None:
        raise NotAllowed("this key works, but its role has nothing to do at the desk")
    desk_sessions.forget_sessions(session, now=now, idle_since=now - policy.idle)
    token = secrets.token_urlsafe(32)
    row = DeskSession(
        key_id=viewer.key_id,
        digest=_digest(token),
        created_at=now,
        seen_at=now,
        expires_at=now + policy.longest,
    )
    session.add(row)
    session.flush()
    return token


def recognise(
    session: Session, token: str, *, now: datetime, policy: SessionPolicy
) -> Recognised | None:
    """Return whose session this is, while it holds and its key does."""
    row = desk_sessions.find_session(session, _digest(token))
    if row is None or row.expires_at <= now or row.seen_at <= now - policy.idle:
        return None
    viewer = access.viewer_of(row.key, now=now)
    if viewer is None:
        return None
    return Recognised(id=row.id, viewer=viewer, is_due=row.seen_at <= now - TOUCH_EVERY)


def note_use(session: Session, session_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a session is in use, so that it is not taken for idle."""
    desk_sessions.touch(session, session_id, now=now)


def form_token(token: str) -> str:
    """Return what every form of a session carries; without the cookie it cannot be made."""
    return hmac.new(token.encode(), b"qalam desk form", hashlib.sha256).hexdigest()


def is_form_token(token: str, said: str) -> bool:
    """Whether a form belongs to this session."""
    return hmac.compare_digest(form_token(token).encode(), said.encode("utf-8", "replace"))


def list_own(
    session: Session, viewer: Viewer, *, now: datetime, policy: SessionPolicy
) -> Sequence[DeskSession]:
    """Return every session of the viewer's key that holds."""
    assert viewer.key_id is not None
    return desk_sessions.list_sessions(
        session, viewer.key_id, now=now, idle_since=now - policy.idle
    )


def end_one(session: Session, viewer: Viewer, session_id: uuid.UUID) -> int:
    """End a session of the viewer's key; one that is gone, or another's, is none."""
    assert viewer.key_id is not None
    return desk_sessions.end_sessions(session, viewer.key_id, only=session_id, but=None)


def end_others(session: Session, viewer: Viewer, session_id: uuid.UUID) -> int:
    """End every session of the viewer's key but this one; returns how many."""
    assert viewer.key_id is not None
    return desk_sessions.end_sessions(session, viewer.key_id, only=None, but=session_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
