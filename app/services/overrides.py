# SPDX-License-Identifier: Apache-2.0
"""A level of impunity set by hand: by two people, with a reason and a source, and never silently.

It stands once somebody other than who proposed it has confirmed it, and until it is withdrawn with a
reason. The derived level is kept and shown beside it (app/domain/record/impunity_override.py).
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record.impunity_override import LEVELS
from app.domain.visibility import Viewer
from app.domain.vocabulary import Impunity, Scope, WorkflowStatus
from app.errors import Conflict, NotAllowed, NotFound
from app.services import conclusions, workflow
from app.services.checks import wrong
from app.services.citations import citation_view, cite
from app.services.drafts import CitationDraft
from app.storage import ledger
from app.storage.assessments import LevelOverride, overrides_of
from app.storage.incidents import Incident, get_incident


def propose(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    *,
    level: Impunity,
    reason: str,
    source: CitationDraft,
    since: date | None = None,
    now: datetime,
) -> LevelOverride:
    """Propose another level than the derived one; nothing changes until somebody else confirms it."""
    row = get_incident(session, viewer, incident_id, for_change=True)
    _check_scope(viewer)
    if level not in LEVELS:
        listed = ", ".join(sorted(LEVELS))
        raise wrong("/level", "level", f"A level set by hand is one of: {listed}.")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is shown beside the level.")
    if since is not None and since > now.date():
        raise wrong("/since", "date_in_future", "This day has not come yet.")
    citation = cite(session, source, now=now)
    assert citation is not None
    made = LevelOverride(
        incident_id=row.id,
        level=level,
        since=since,
        reason=reason.strip(),
        citation_id=citation.id,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(made)
    session.flush()
    _note(session, viewer, row, "propose_override", made, reason=reason, now=now)
    return made


def confirm(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    override_id: uuid.UUID,
    *,
    now: datetime,
) -> LevelOverride:
    """Stand for a level that somebody else proposed; one that stood before it is withdrawn."""
    row, found = _find(session, viewer, incident_id, override_id)
    _check_scope(viewer)
    if found.retracted_at is not None:
        raise Conflict("this level is withdrawn: propose it anew")
    if found.confirmed_at is not None:
        raise Conflict("this level is confirmed already")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, found.recorded_by_id):
        raise NotAllowed("A level set by hand is confirmed by somebody other than who proposed it.")
    for one in overrides_of(session, incident_id):
        if one.confirmed_at is not None and one.retracted_at is None:
            one.retracted_at, one.retracted_by_id = now, viewer.key_id
            one.retraction_reason = "Another level was confirmed."
    found.confirmed_at, found.confirmed_by_id = now, viewer.key_id
    _note(session, viewer, row, "confirm_override", found, reason=None, now=now)
    return found


def withdraw(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    override_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> LevelOverride:
    """Take a level back, with a reason: the derived one stands again."""
    row, found = _find(session, viewer, incident_id, override_id)
    _check_scope(viewer)
    if found.retracted_at is not None:
        raise Conflict("this level is withdrawn already")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with it.")
    found.retracted_at, found.retracted_by_id = now, viewer.key_id
    found.retraction_reason = reason.strip()
    _note(session, viewer, row, "withdraw_override", found, reason=reason, now=now)
    return found


def list_overrides(
    session: Session, viewer: Viewer, incident_id: uuid.UUID
) -> list[dict[str, Any]]:
    """Return every level set by hand; to everybody those that were confirmed, to the desk all."""
    get_incident(session, viewer, incident_id)
    return [
        override_view(one, full=viewer.is_staff)
        for one in overrides_of(session, incident_id)
        if viewer.is_staff or one.confirmed_at is not None
    ]


def override_view(one: LevelOverride, *, full: bool) -> dict[str, Any]:
    """Show a level set by hand; who set it only to the desk, and times by the day outside it."""
    view: dict[str, Any] = {
        "id": one.id,
        "level": one.level,
        "since": one.since,
        "reason": one.reason,
        "source": citation_view(one.citation, full=full),
        "confirmed_at": _told(one.confirmed_at, full=full),
        "withdrawn_at": _told(one.retracted_at, full=full),
        "withdrawn_because": one.retraction_reason,
    }
    if full:
        view |= {
            "proposed_at": one.recorded_at,
            "proposed_by": one.recorded_by_id,
            "confirmed_by": one.confirmed_by_id,
        }
    return view


def _told(at: datetime | None, *, full: bool) -> datetime | date | None:
    return at if full or at is None else at.date()


def _check_scope(viewer: Viewer) -> None:
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")


def _find(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, override_id: uuid.UUID
) -> tuple[Incident, LevelOverride]:
    row = get_incident(session, viewer, incident_id, for_change=True)
    found = next((one for one in overrides_of(session, incident_id) if one.id == override_id), None)
    if found is None:
        raise NotFound("this incident has no such level set by hand")
    return row, found


def _note(
    session: Session,
    viewer: Viewer,
    row: Incident,
    action: str,
    one: LevelOverride,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    change = {"id": str(one.id), "level": one.level.value}
    workflow.record_step(
        session,
        viewer,
        row.id,
        action,
        reason=reason,
        changes={"impunity_override": {"old": None, "new": change}},
        now=now,
    )
    session.flush()
    was_public = row.status is WorkflowStatus.PUBLISHED
    changed = conclusions.refresh(session, row, now=now, was_public=was_public)
    ledger.bump(session, "staff", *(["public"] if changed else []))
