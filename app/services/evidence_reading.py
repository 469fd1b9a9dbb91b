# SPDX-License-Identifier: Apache-2.0
"""Reading evidence: who may know of it, who takes which bytes out, and the trace of that.

An original leaves for staff only, and each time that it does is on record. Everybody else gets the
copy without metadata, or nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import file_types
from app.domain.visibility import Viewer, may_see_incident
from app.domain.vocabulary import CopyState
from app.errors import Gone, NotAllowed, NotFound, QalamError
from app.services.evidence_views import evidence_view, evidence_views, is_public
from app.storage import evidence, ledger
from app.storage.access import ApiKey
from app.storage.evidence import Evidence, EvidenceFile
from app.storage.incidents import Incident, find_incident, get_incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Which bytes to hand out: the hash of a file in the store, its type, and a name for it."""

    sha256: str
    is_original: bool
    media_type: str
    name: str


def list_views(session: Session, viewer: Viewer, incident_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return the evidence of an incident as this viewer may read it, oldest first."""
    row = get_incident(session, viewer, incident_id)
    return evidence_views(row, full=sees_all(viewer, row))


def view(session: Session, viewer: Viewer, evidence_id: uuid.UUID) -> dict[str, Any]:
    """Return one piece of evidence as this viewer may read it."""
    row, one, full = get_evidence(session, viewer, evidence_id)
    return evidence_view(row, one, full=full)


def list_steps(session: Session, viewer: Viewer, evidence_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return who did what with it, oldest first, readings of the original included; staff only."""
    if not viewer.is_staff:
        raise NotFound("there is no such history")
    get_evidence(session, viewer, evidence_id)
    history = ledger.revisions_of(session, "evidence", evidence_id)
    actors = {one.actor_id for one in history if one.actor_id is not None}
    rows = session.execute(sa.select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(actors)))
    names = {row.id: row.name for row in rows}
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


def get_evidence(
    session: Session, viewer: Viewer, evidence_id: uuid.UUID
) -> tuple[Incident, Evidence, bool]:
    """Return evidence this viewer may know of, with its incident, and whether they see all of it."""
    one = evidence.find_evidence(session, evidence_id)
    row = find_incident(session, one.incident_id) if one is not None else None
    if one is None or row is None:
        raise _absent()
    full = sees_all(viewer, row)
    seen = may_see_incident(viewer, status=row.status, submitter=row.submitted_by_id)
    if not seen or not (full or is_public(one)):
        raise _absent()
    return row, one, full


def sees_all(viewer: Viewer, row: Incident) -> bool:
    """Whether a viewer sees what only the people of an incident see."""
    own = viewer.key_id is not None and row.submitted_by_id == viewer.key_id
    return viewer.is_staff or (viewer.sees_own and own)


def take_copy(session: Session, viewer: Viewer, evidence_id: uuid.UUID) -> Taken:
    """Return the copy without metadata."""
    _, one, _ = get_evidence(session, viewer, evidence_id)
    _check_standing(one)
    file = one.file
    if file.copy_state is not CopyState.MADE or file.copy_sha256 is None:
        raise NotFound(f"there is no public copy of this file. {_why_no_copy(file)}")
    ending = file_types.COPIED.get(file.copy_type or "", "bin")
    return Taken(
        sha256=file.copy_sha256,
        is_original=False,
        media_type=file.copy_type or file_types.UNKNOWN,
        name=f"evidence-{file.copy_sha256[:12]}.{ending}",
    )


def take_original(
    session: Session, viewer: Viewer, evidence_id: uuid.UUID, *, now: datetime
) -> Taken:
    """Return the bytes that arrived, for staff only; who took them out stays on record."""
    _, one, _ = get_evidence(session, viewer, evidence_id)
    if not viewer.is_staff:
        raise NotAllowed("an original is read by editors, verifiers and admins only")
    _check_standing(one)
    changes = {"sha256": {"old": None, "new": one.sha256}}
    record_step(session, viewer, one, "read_original", now=now, changes=changes)
    return Taken(
        sha256=one.sha256,
        is_original=True,
        media_type=file_types.UNKNOWN,
        name=one.file_name or f"evidence-{one.sha256[:12]}",
    )


def note_refusal(
    session: Session,
    viewer: Viewer,
    evidence_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    one = evidence.find_evidence(session, evidence_id)
    if one is None or viewer.key_id is None:
        return
    record_step(
        session, viewer, one, f"{action}_refused", now=now, reason=refusal.detail, changes={}
    )


def _check_standing(one: Evidence) -> None:
    if one.withdrawn_at is not None:
        raise Gone("this evidence was withdrawn; its bytes are kept and not handed out")


def _why_no_copy(file: EvidenceFile) -> str:
    if file.copy_state is CopyState.WAITING:
        return "It is being made: try again in a few seconds."
    return file.copy_reason or "Files of this type have none: only the description, size and hash."


def _absent() -> NotFound:
    return NotFound("there is no such evidence")


def record_step(
    session: Session,
    viewer: Viewer,
    one: Evidence,
    action: str,
    *,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """Keep who did what with a piece of evidence."""
    ledger.record_revision(
        session,
        object_kind="evidence",
        object_id=one.id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
