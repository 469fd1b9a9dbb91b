# SPDX-License-Identifier: Apache-2.0
"""The trace of what was refused: who tried what, when, and why not. Of a caller without a key, nothing.

Each attempt is a row to search and a revision of the ledger, so that taking the row away shows. What
was sent is not kept. The door calls this in a transaction of its own, after the refused one is undone.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer, person_of
from app.domain.vocabulary import Role
from app.errors import NotAllowed, QalamError
from app.services import access
from app.storage import attempts, ledger
from app.storage.access import ApiKey
from app.storage.attempts import Attempt
from app.storage.database import new_id

READERS = frozenset({Role.AUDITOR, Role.EDITOR, Role.ADMIN})
"""Who reads of refused attempts; never the public, nor whoever only hands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A write that was refused: its name, its address with open places, and what it was about."""

    action: str
    method: str
    route: str
    object_kind: str | None = None
    object_id: uuid.UUID | None = None


def keep(
    session: Session, secret: str, tried: Tried, refusal: QalamError, *, now: datetime
) -> Attempt | None:
    """Keep the trace of a refusal, also of a revoked or expired key; None where nobody's key was shown."""
    key = access.identify(session, secret)
    return _keep(session, key, tried, refusal, now=now) if key is not None else None


def keep_of(
    session: Session, viewer: Viewer, tried: Tried, refusal: QalamError, *, now: datetime
) -> Attempt | None:
    """Keep the trace of what was refused to somebody who is logged in."""
    key = session.get(ApiKey, viewer.key_id) if viewer.key_id is not None else None
    return _keep(session, key, tried, refusal, now=now) if key is not None else None


def _keep(
    session: Session, key: ApiKey, tried: Tried, refusal: QalamError, *, now: datetime
) -> Attempt:
    row = Attempt(
        id=new_id(),
        at=now,
        key_id=key.id,
        person=person_of(key.name, key.owner),
        action=tried.action,
        method=tried.method,
        route=tried.route,
        object_kind=tried.object_kind,
        object_id=tried.object_id,
        status=refusal.status,
        code=refusal.code,
        detail=refusal.detail,
    )
    session.add(row)
    session.flush()
    about = {"kind": tried.object_kind, "id": str(tried.object_id) if tried.object_id else None}
    ledger.record_first(
        session,
        object_kind="attempt",
        object_id=row.id,
        action=f"{tried.action}_refused",
        actor_id=key.id,
        at=now,
        reason=refusal.detail,
        changes={"object": {"old": None, "new": about}, "route": {"old": None, "new": tried.route}},
    )
    return row


def list_attempts(
    session: Session,
    viewer: Viewer,
    *,
    object_id: uuid.UUID | None,
    key_id: uuid.UUID | None,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> Sequence[dict[str, Any]]:
    """Return a page of refused attempts, the latest first, for those who watch over the two-person rule."""
    if viewer.role not in READERS:
        raise NotAllowed("refused attempts are read by auditors, editors and admins")
    rows = attempts.list_attempts(
        session, object_id=object_id, key_id=key_id, limit=limit, after=after
    )
    ids = {row.key_id for row in rows}
    found = session.execute(
        sa.select(ApiKey.id, ApiKey.name, ApiKey.role).where(ApiKey.id.in_(ids))
    )
    keys = {key_id: {"name": name, "role": role} for key_id, name, role in found}
    return [_view(row, keys) for row in rows]


def _view(row: Attempt, keys: Mapping[uuid.UUID, dict[str, Any]]) -> dict[str, Any]:
    # Only somebody with a key is traced, and keys are never deleted.
    assert row.key_id is not None
    return {
        "id": row.id,
        "at": row.at,
        "who": {"key_id": row.key_id, "person": row.person, **keys[row.key_id]},
        "action": row.action,
        "method": row.method,
        "route": row.route,
        "object": {"kind": row.object_kind, "id": row.object_id} if row.object_id else None,
        "status": row.status,
        "code": row.code,
        "why": row.detail,
    }
