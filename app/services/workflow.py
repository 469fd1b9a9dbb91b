# SPDX-License-Identifier: Apache-2.0
"""The way of an incident from a report to the public record, held by two people.

The steps are a table (`app.domain.record.incident`); here are who may take them, what each leaves
behind, and the trace of every attempt that was refused.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.incident import (
    REASON_REQUIRED,
    SECOND_PERSON,
    Action,
    CitationRef,
    advance,
    allowed_actions,
    check_actor,
    check_sources,
)
from app.domain.visibility import Viewer, may_see_incident, person_of
from app.domain.vocabulary import Scope, WorkflowStatus
from app.errors import NotAllowed, QalamError
from app.services import conclusions
from app.services.checks import wrong
from app.services.drafts import IncidentDraft
from app.storage import ledger, pending
from app.storage.access import ApiKey
from app.storage.incidents import VERIFIED, Incident, find_incident, get_incident

SCOPES = {
    Action.SUBMIT: Scope.INCIDENTS_WRITE,
    Action.TRIAGE: Scope.INCIDENTS_VERIFY,
    Action.REVIEW: Scope.INCIDENTS_VERIFY,
    Action.REQUEST_INFORMATION: Scope.INCIDENTS_VERIFY,
    Action.VERIFY: Scope.INCIDENTS_VERIFY,
    Action.PUBLISH: Scope.INCIDENTS_PUBLISH,
    Action.REJECT: Scope.INCIDENTS_VERIFY,
    Action.MARK_DUPLICATE: Scope.INCIDENTS_VERIFY,
    Action.MERGE: Scope.INCIDENTS_PUBLISH,
    Action.RETRACT: Scope.INCIDENTS_PUBLISH,
}


def person_behind(session: Session, key_id: uuid.UUID | None) -> str:
    """Return who holds a key: keys of one owner or one name are one person, whatever their roles."""
    row = session.execute(sa.select(ApiKey.name, ApiKey.owner).where(ApiKey.id == key_id)).first()
    return person_of(row.name, row.owner) if row is not None else str(key_id)


def actions_for(session: Session, viewer: Viewer, row: Incident) -> tuple[Action, ...]:
    """Return what a viewer may do with an incident now."""
    found = []
    for action in allowed_actions(row.status):
        if _scope(action, row.status) not in viewer.scopes:
            continue
        try:
            _check_person(session, viewer, row, action)
        except NotAllowed:
            continue
        found.append(action)
    return tuple(found)


def transition(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    action: Action,
    *,
    now: datetime,
    reason: str | None = None,
    duplicate_of: uuid.UUID | None = None,
) -> Incident:
    """Take one step with an incident, or raise and change nothing."""
    row = get_incident(session, viewer, incident_id, for_change=True)
    _check(session, viewer, row, action, reason)
    original = None
    if action in _NAMING:
        original = _original(session, viewer, row, duplicate_of, _NAMING[action])
    before = row.status
    changes: dict[str, Any] = {}
    row.status = advance(before, action)
    changes["status"] = {"old": before.value, "new": row.status.value}
    row.status_reason = reason
    if action is Action.VERIFY:
        row.verified_by_id, row.verified_at, row.verification_reason = viewer.key_id, now, reason
        row.verified_by_name = None
    elif row.status not in VERIFIED:
        row.verified_by_id, row.verified_at, row.verification_reason = None, None, None
        row.verified_by_name = None
    if row.duplicate_of_id is not None or original is not None:
        old = str(row.duplicate_of_id) if row.duplicate_of_id else None
        row.duplicate_of_id = original
        name = _NAMING.get(action) or _NAMING[_MADE.get(before, Action.MARK_DUPLICATE)]
        changes[name] = {"old": old, "new": str(original) if original else None}
    if action is Action.PUBLISH:
        _give_ref(session, row, now)
        row.published_by_id, row.published_at = viewer.key_id, row.published_at or now
        changes["ref"] = {"old": None, "new": row.ref}
    record_step(session, viewer, row.id, action.value, reason=reason, changes=changes, now=now)
    was_public = before is WorkflowStatus.PUBLISHED
    if was_public:
        pending.drop(session, row.id, by=viewer.key_id, now=now)
    changed = conclusions.refresh(session, row, now=now, was_public=was_public, touched=True)
    ledger.bump(session, "staff", *(["public"] if changed else []))
    return row


def note_refusal(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    row = find_incident(session, incident_id)
    if row is None or not may_see_incident(
        viewer, status=row.status, submitter=row.submitted_by_id
    ):
        return
    record_step(
        session, viewer, row.id, f"{action}_refused", reason=refusal.detail, changes={}, now=now
    )
    ledger.bump(session, "staff")


def record_step(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    action: str,
    *,
    reason: str | None,
    changes: dict[str, Any],
    now: datetime,
) -> None:
    """Append a revision of an incident."""
    ledger.record_revision(
        session,
        object_kind="incident",
        object_id=incident_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )


def _scope(action: Action, status: WorkflowStatus) -> Scope:
    # Whatever takes something from the public record is for those who may put it there.
    return Scope.INCIDENTS_PUBLISH if status is WorkflowStatus.PUBLISHED else SCOPES[action]


def _check(
    session: Session, viewer: Viewer, row: Incident, action: Action, reason: str | None
) -> None:
    scope = _scope(action, row.status)
    if scope not in viewer.scopes:
        raise NotAllowed(f"this needs the scope {scope.value}, which the key does not have")
    _check_person(session, viewer, row, action)
    advance(row.status, action)
    if action in REASON_REQUIRED and not (reason or "").strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the record.")
    if action is Action.VERIFY:
        check_sources(
            [
                CitationRef(independence_group=one.independence_group, is_primary=one.is_primary)
                for one in row.citations
            ],
            reason,
        )


def _check_person(session: Session, viewer: Viewer, row: Incident, action: Action) -> None:
    if action not in SECOND_PERSON:
        return
    check_actor(
        action,
        actor=person_behind(session, viewer.key_id),
        submitter=person_behind(session, row.submitted_by_id),
        editors=_editors(session, row.id),
    )


def is_submitter(session: Session, viewer: Viewer, row: Incident) -> bool:
    """Whether a viewer handed an incident in."""
    return person_behind(session, viewer.key_id) == person_behind(session, row.submitted_by_id)


def is_author(session: Session, viewer: Viewer, row: Incident) -> bool:
    """Whether a viewer handed an incident in, or wrote what nobody has verified of it since."""
    actor = person_behind(session, viewer.key_id)
    return is_submitter(session, viewer, row) or actor in _editors(session, row.id)


_CONTENT = frozenset(IncidentDraft.__struct_fields__)
"""The fields of an incident that say something; whoever changed one of them is its author."""


def _editors(session: Session, incident_id: uuid.UUID) -> set[str]:
    """Return everybody who changed an incident since it was last verified, its submitter apart."""
    found: set[uuid.UUID | None] = set()
    for one in reversed(ledger.revisions_of(session, "incident", incident_id)):
        status = one.changes.get("status")
        if isinstance(status, dict) and status.get("new") == WorkflowStatus.VERIFIED.value:
            break
        if one.action not in ("create", "approve_changes") and not _CONTENT.isdisjoint(one.changes):
            found.add(one.actor_id)
    return {person_behind(session, key_id) for key_id in found}


_NAMING = {Action.MARK_DUPLICATE: "duplicate_of", Action.MERGE: "merged_into"}
"""Steps that name the incident which stays, and the field that names it."""

_MADE = {WorkflowStatus.DUPLICATE: Action.MARK_DUPLICATE, WorkflowStatus.MERGED: Action.MERGE}


def _original(
    session: Session, viewer: Viewer, row: Incident, duplicate_of: uuid.UUID | None, field: str
) -> uuid.UUID:
    if duplicate_of is None or duplicate_of == row.id:
        raise wrong(f"/{field}", "missing", "Name the other incident, which stays.")
    original = find_incident(session, duplicate_of)
    if original is None or not may_see_incident(
        viewer, status=original.status, submitter=original.submitted_by_id
    ):
        raise wrong(f"/{field}", "unknown", "There is no such incident.")
    if original.status in (*_MADE, WorkflowStatus.RETRACTED, WorkflowStatus.REJECTED):
        raise wrong(f"/{field}", "gone", f"That incident is {original.status.label} itself.")
    return original.id


def _give_ref(session: Session, row: Incident, now: datetime) -> None:
    if row.ref is None:
        number = ledger.next_number(session, f"incident-{now.year}")
        row.ref = f"QLM-{now.year}-{number:06d}"
