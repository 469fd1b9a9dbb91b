# SPDX-License-Identifier: Apache-2.0
"""Changing an outlet: its name, its summary, and which outlet it continues under another title.

What became of it is never changed here: that is dated events (outlets.py).
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.errors import NotFound, StaleVersion
from app.services import conclusions, second_person
from app.services.checks import wrong
from app.storage import ledger
from app.storage.outlets import Outlet
from app.storage.parts import Target
from app.storage.reached import get_outlet, is_public_outlet


def edit_outlet(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    version: int,
    reason: str | None,
    now: datetime,
) -> Outlet:
    """Change a name or a summary, or which outlet it continues.

    One that everybody reads, if only because a public incident names it, is changed by an editor who
    did not enter it.
    """
    row = get_outlet(session, viewer, outlet_id)
    is_seen = is_public_outlet(session, row.id)
    second_person.check_edit(
        session, viewer, recorded_by_id=row.recorded_by_id, is_public=is_seen, reason=reason
    )
    if row.version != version:
        raise StaleVersion("somebody has changed this outlet since: read it again")
    wanted = {name: patch[name] for name in ("name", "summary", "successor_of_id") if name in patch}
    if not (wanted.get("name", row.name) or "").strip():
        raise wrong("/name", "missing", "An outlet has a name.")
    if wanted.get("successor_of_id") is not None:
        _check_chain(session, viewer, row, wanted["successor_of_id"])
    changes = {
        name: {"old": _plain(getattr(row, name)), "new": _plain(value)}
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
    if not changes:
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    row.updated_at, row.version = now, row.version + 1
    ledger.record_revision(
        session,
        object_kind="outlet",
        object_id=row.id,
        action="edit",
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
    session.flush()
    changed = conclusions.refresh_all(session, _naming(session, row.id), now=now)
    ledger.bump(session, "staff", *(["public"] if is_seen or changed else []))
    return row


def _plain(value: object) -> object:
    return str(value) if isinstance(value, uuid.UUID) else value


def _naming(session: Session, outlet_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Return the incidents whose documents name an outlet."""
    return session.scalars(
        sa.select(Target.incident_id).where(
            sa.or_(Target.outlet_id == outlet_id, Target.employer_outlet_id == outlet_id)
        )
    ).all()


def _check_chain(session: Session, viewer: Viewer, row: Outlet, before_id: uuid.UUID) -> None:
    """Take an outlet as the one before only where that makes no circle."""
    try:
        get_outlet(session, viewer, before_id)
    except NotFound:
        raise wrong("/successor_of_id", "unknown", "There is no such outlet.") from None
    # One after the other for all: two changes at once could close a circle that neither makes alone.
    ledger.bump(session, "staff")
    passed: set[uuid.UUID] = set()
    at: uuid.UUID | None = before_id
    while at is not None and at not in passed:
        if at == row.id:
            raise wrong("/successor_of_id", "circle", "An outlet cannot follow itself.")
        passed.add(at)
        at = session.scalar(sa.select(Outlet.successor_of_id).where(Outlet.id == at))
