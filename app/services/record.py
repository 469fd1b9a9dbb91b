# SPDX-License-Identifier: Apache-2.0
"""Incidents: hand one in, change it, read it, list them, see its history.

Nothing made here is public: an incident starts as `draft` or `submitted`, and workflow.py holds the
way from there. Never here: what follows from facts (conclusions.py).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.domain.vocabulary import WorkflowStatus
from app.errors import Conflict, Gone, NotAllowed, NotFound, StaleVersion
from app.services import assembling, conclusions, external_ids, pending_changes, workflow
from app.services.checks import check_incident, differences, wrong
from app.services.documents import current_parts, incident_document
from app.services.drafts import IncidentDraft
from app.services.impunity_views import impunity_view, parts_at, parts_of
from app.storage import incidents, ledger, merges
from app.storage.access import ApiKey
from app.storage.database import new_id
from app.storage.incidents import Incident, IncidentFilter

_EDITABLE = frozenset(
    {
        WorkflowStatus.DRAFT,
        WorkflowStatus.SUBMITTED,
        WorkflowStatus.TRIAGE,
        WorkflowStatus.UNDER_VERIFICATION,
        WorkflowStatus.NEEDS_INFORMATION,
        WorkflowStatus.VERIFIED,
        WorkflowStatus.PUBLISHED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """A page of documents as JSON bytes; `place` is the key of the last where more follow."""

    documents: tuple[msgspec.Raw, ...]
    place: tuple[date, uuid.UUID] | None

    def decoded(self) -> list[dict[str, Any]]:
        """Return the documents as values, for pages and exports."""
        return [msgspec.json.decode(one) for one in self.documents]


def create_incident(
    session: Session,
    viewer: Viewer,
    draft: IncidentDraft,
    *,
    now: datetime,
    as_draft: bool = False,
) -> Incident:
    """Keep what was handed in, as `submitted`, or as `draft` where its author is still writing."""
    span = check_incident(draft, now)
    row = Incident(
        id=new_id(),
        title=draft.title,
        date_text=span.text,
        date_earliest=span.earliest,
        date_latest=span.latest,
        country=draft.country,
        status=WorkflowStatus.DRAFT if as_draft else WorkflowStatus.SUBMITTED,
        submitted_by_id=viewer.key_id,
        created_at=now,
        updated_at=now,
        version=1,
        document={},
        categories=[],
        targets=[],
        involvements=[],
        citations=[],
        external_ids=[],
        evidence=[],
        claims=[],
    )
    with session.no_autoflush:
        assembling.apply(session, row, draft, span, viewer=viewer, now=now)
    session.add(row)
    with external_ids.taken_by_nobody_else():
        session.flush()
    fields = {"status": row.status.value, **msgspec.to_builtins(assembling.draft_of(row))}
    ledger.record_revision(
        session,
        object_kind="incident",
        object_id=row.id,
        action="create",
        actor_id=viewer.key_id,
        at=now,
        changes=differences({}, fields),
    )
    row = incidents.get_incident(session, viewer, row.id)
    conclusions.refresh(session, row, now=now)
    ledger.bump(session, "staff")
    return row


def edit_incident(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    version: int,
    now: datetime,
    reason: str | None = None,
) -> Incident:
    """Change the fields a patch names (RFC 7396; lists are replaced whole).

    A verified incident goes back under verification. Of a public one only the changed fields do: it
    reads as before until a second person has verified them (pending_changes.py), and a reason is kept.
    """
    row = incidents.get_incident(session, viewer, incident_id, for_change=True)
    _check_edit(viewer, row, reason)
    if row.version != version:
        raise StaleVersion("somebody has changed this incident since: read it again")
    before = assembling.draft_of(row)
    old = msgspec.to_builtins(before)
    wanted = pending_changes.merged(old, patch)
    span = check_incident(wanted, now)
    if row.status is WorkflowStatus.PUBLISHED:
        return pending_changes.propose(
            session, viewer, row, patch, reason=(reason or "").strip(), now=now
        )
    with external_ids.taken_by_nobody_else():
        assembling.apply(session, row, wanted, span, viewer=viewer, now=now)
        session.flush()
    changes = differences(old, msgspec.to_builtins(assembling.draft_of(row)))
    if not changes:
        return row
    if row.status is WorkflowStatus.VERIFIED:
        row.status = WorkflowStatus.UNDER_VERIFICATION
        row.verified_by_id, row.verified_at, row.verification_reason = None, None, None
        row.verified_by_name = None
        changes["status"] = {"old": "verified", "new": row.status.value}
    ledger.record_revision(
        session,
        object_kind="incident",
        object_id=row.id,
        action="edit",
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
    session.flush()
    row = incidents.get_incident(session, viewer, row.id)
    conclusions.refresh(session, row, now=now, touched=True)
    ledger.bump(session, "staff")
    return row


def incident_view(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    *,
    now: datetime,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> dict[str, Any]:
    """Return an incident as this viewer may read it, concluded live where a day is asked for."""
    stored = session.execute(
        sa.select(Incident.document, Incident.submitted_by_id, Incident.published_at).where(
            Incident.id == incident_id, incidents.visible_to(viewer)
        )
    ).first()
    if stored is None:
        stands = merges.stands_for(session, viewer, incident_id)
        if stands is not None:
            raise Gone(f"this incident was merged into /api/v1/incidents/{stands}")
        raise NotFound("there is no such incident: GET /api/v1/incidents lists them")
    document, submitter, published_at = stored
    full = viewer.is_staff or (viewer.sees_own and submitter == viewer.key_id)
    if not full and as_of is None and known_at is None:
        return dict(document)
    row = incidents.get_incident(session, viewer, incident_id)
    found = conclusions.conclude(
        session,
        row,
        as_of=as_of or now.date(),
        known_at=known_at or now,
        now=now,
        hide_before=None if full else published_at,
    )
    view = incident_document(found, full=full)
    if known_at is not None:
        # In the words of that time: what somebody is called today was not known then.
        then = parts_at(row.involvements, found.impunity.known_at)
        view["impunity"] = {**impunity_view(found.impunity, then), "known_at": known_at}
    if full:
        view |= _beside(session, viewer, row, now=now)
    return view


def list_incidents(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter,
    *,
    limit: int,
    after: tuple[date, uuid.UUID] | None = None,
) -> IncidentPage:
    """Return a page of what this viewer sees, the latest first; documents by the public fields."""
    rows = session.execute(incidents.page_of(viewer, wanted, limit=limit + 1, after=after)).all()
    kept = rows[:limit]
    place = (kept[-1][1], kept[-1][0]) if len(rows) > limit else None
    return IncidentPage(documents=tuple(msgspec.Raw(row[2].encode()) for row in kept), place=place)


def list_revisions(
    session: Session, viewer: Viewer, incident_id: uuid.UUID
) -> list[dict[str, Any]]:
    """Return every change and every refused attempt, oldest first; for staff only."""
    if not viewer.is_staff:
        raise NotFound("there is no such history")
    incidents.get_incident(session, viewer, incident_id)
    history = ledger.revisions_of(session, "incident", incident_id)
    actors = {one.actor_id for one in history if one.actor_id is not None}
    rows = session.execute(sa.select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(actors)))
    names = dict(iter(rows))
    return [
        {
            "number": one.number,
            "action": one.action,
            "actor": {"id": one.actor_id, "name": names.get(one.actor_id)}
            if one.actor_id is not None
            else None,
            "at": one.at,
            "reason": one.reason,
            "changes": one.changes,
        }
        for one in history
    ]


def _check_edit(viewer: Viewer, row: Incident, reason: str | None) -> None:
    if row.status not in _EDITABLE:
        raise Conflict(f"an incident that is {row.status.label} is not edited any more")
    is_own = row.submitted_by_id == viewer.key_id
    if not (viewer.is_staff or is_own):
        raise NotAllowed("only its submitter and editors change an incident")
    if row.status is WorkflowStatus.PUBLISHED and not (reason or "").strip():
        raise wrong("/reason", "missing", "Say why a public record is changed.")


def _beside(session: Session, viewer: Viewer, row: Incident, *, now: datetime) -> dict[str, Any]:
    """Return what an incident's own people read beside it."""
    if_verified = conclusions.conclude(
        session, row, as_of=now.date(), known_at=now, now=now, include_unverified=True
    )
    actions: tuple[Action, ...] = workflow.actions_for(session, viewer, row)
    return {
        "status_reason": row.status_reason,
        "duplicate_of": row.duplicate_of_id if row.status is WorkflowStatus.DUPLICATE else None,
        "merged_into": row.duplicate_of_id if row.status is WorkflowStatus.MERGED else None,
        "merges": merges.views(session, row.id) if viewer.is_staff else [],
        "is_at_risk": row.is_at_risk,
        "executors_complete": row.executors_complete,
        "report_id": row.report_id,
        "verification_reason": row.verification_reason,
        "submitted_by_me": row.submitted_by_id == viewer.key_id,
        "allowed_actions": list(actions),
        # What the level would be once a second person verified every fact on record.
        "impunity_if_verified": impunity_view(
            if_verified.impunity, parts_of(current_parts(row), full=True)
        ),
        "pending": pending_changes.pending_view(session, viewer, row),
    }
