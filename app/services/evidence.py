# SPDX-License-Identifier: Apache-2.0
"""Evidence: take a file in, say what it is, let everybody have its copy, take it back.

Who hands a file in does not decide that it is public. Each step, and each reading of an original, is
a revision. Never here: bytes (storage/evidence_store.py) or how copies are made (workers/copies).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import file_types
from app.domain.visibility import Viewer
from app.domain.vocabulary import CopyState, Scope, WorkflowStatus
from app.errors import Conflict, NotAllowed, StaleVersion, StorageFull
from app.services import conclusions, workflow
from app.services.checks import differences, wrong
from app.services.citations import cite
from app.services.drafts import CitationDraft
from app.services.evidence_reading import get_evidence, record_step, sees_all
from app.storage import evidence, ledger
from app.storage.database import insert_into, new_id
from app.storage.evidence import Evidence, EvidenceFile
from app.storage.incidents import Incident, get_incident

_CLOSED = frozenset(
    {
        WorkflowStatus.REJECTED,
        WorkflowStatus.DUPLICATE,
        WorkflowStatus.RETRACTED,
        WorkflowStatus.MERGED,
    }
)
_TOLD = ("description", "captured_at", "captured_url", "captured_with", "is_graphic", "is_public")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceNote:
    """What the sender of a file says of it."""

    declared_type: str | None = None
    file_name: str | None = None
    description: str | None = None
    captured_at: datetime | None = None
    captured_url: str | None = None
    captured_with: str | None = None
    is_graphic: bool = False
    citation_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceBytes:
    """What arrived: its hash and size, and its first bytes."""

    sha256: str
    size: int
    head: bytes


def check_upload(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, *, more_bytes: int, quota: int
) -> None:
    """Refuse a file before its bytes come: nobody waits for an upload that cannot be kept."""
    _incident_for_change(session, viewer, incident_id)
    if evidence.used_bytes(session) + more_bytes > quota:
        raise StorageFull(
            "The store of evidence is full: whoever runs this server sets QALAM_EVIDENCE_QUOTA_BYTES."
        )


def add_evidence(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    arrived: EvidenceBytes,
    note: EvidenceNote,
    *,
    now: datetime,
) -> Evidence:
    """Put a file on record that is in the store; the same bytes twice are one file, two entries."""
    row = _incident_for_change(session, viewer, incident_id)
    if note.citation_id is not None and note.citation_id not in {one.id for one in row.citations}:
        raise wrong("#query/source", "unknown", "This is no source of this incident.")
    if note.captured_at is not None and note.captured_at > now:
        raise wrong("#query/captured_at", "date_in_future", "This time has not come yet.")
    _keep_file(session, arrived, now)
    made = Evidence(
        id=new_id(),
        incident_id=row.id,
        sha256=arrived.sha256,
        declared_type=note.declared_type,
        file_name=note.file_name,
        description=note.description,
        captured_at=note.captured_at,
        captured_url=note.captured_url,
        captured_with=note.captured_with,
        is_graphic=note.is_graphic,
        citation_id=note.citation_id,
        uploaded_by_id=viewer.key_id,
        uploaded_at=now,
        version=1,
    )
    session.add(made)
    kept = {"incident_id": str(row.id), "sha256": arrived.sha256, "size": arrived.size}
    record_step(
        session, viewer, made, "create", now=now, changes=differences({}, kept | _told(made))
    )
    _conclude(session, row.id, now=now)
    return _get(session, made.id)


def edit_evidence(
    session: Session,
    viewer: Viewer,
    evidence_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    source: CitationDraft | None = None,
    version: int,
    now: datetime,
) -> Evidence:
    """Change what is said of a file, or decide whether everybody may have its copy."""
    row, one = _for_change(session, viewer, evidence_id)
    if one.withdrawn_at is not None:
        raise Conflict("this evidence is withdrawn: hand it in anew")
    if one.version != version:
        raise StaleVersion("somebody has changed this evidence since: read it again")
    _check_change(session, viewer, one, patch)
    captured_at = patch.get("captured_at")
    if captured_at is not None and captured_at > now:
        raise wrong("/captured_at", "date_in_future", "This time has not come yet.")
    before = _told(one)
    for name, value in patch.items():
        setattr(one, name, value)
    if patch.get("is_public", one.is_public) != before["is_public"]:
        one.decided_by_id, one.decided_at = viewer.key_id, now
    if source is not None:
        cited = cite(session, source, now=now)
        one.citation_id = cited.id if cited else None
    changes = differences(before, _told(one))
    if not changes:
        return one
    one.version += 1
    record_step(session, viewer, one, "edit", now=now, changes=changes)
    _conclude(session, row.id, now=now)
    return _get(session, one.id)


def withdraw_evidence(
    session: Session, viewer: Viewer, evidence_id: uuid.UUID, *, reason: str, now: datetime
) -> Evidence:
    """Take evidence back: hidden everywhere at once; its bytes stay, and nobody reads them here."""
    row, one = _for_change(session, viewer, evidence_id)
    if one.withdrawn_at is not None:
        raise Conflict("this evidence is withdrawn already")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the evidence.")
    one.withdrawn_at, one.withdrawn_by_id, one.withdrawn_reason = now, viewer.key_id, reason
    one.version += 1
    changes = {"withdrawn_at": {"old": None, "new": now.isoformat()}}
    record_step(session, viewer, one, "withdraw", now=now, reason=reason, changes=changes)
    _conclude(session, row.id, now=now)
    return _get(session, one.id)


def _keep_file(session: Session, arrived: EvidenceBytes, now: datetime) -> None:
    kind = file_types.sniff(arrived.head)
    has_copy = kind in file_types.COPIED
    made = {
        "sha256": arrived.sha256,
        "size": arrived.size,
        "sniffed_type": kind,
        "stored_at": now,
        "checked_at": now,
        "copy_state": CopyState.WAITING if has_copy else CopyState.NONE,
    }
    # Who hands the same bytes in has made them whole again, where the disk had lost them.
    session.execute(
        insert_into(session, EvidenceFile)
        .values(**made)
        .on_conflict_do_update(
            index_elements=[EvidenceFile.sha256], set_={"checked_at": now, "fault": None}
        )
    )


def _incident_for_change(session: Session, viewer: Viewer, incident_id: uuid.UUID) -> Incident:
    row = get_incident(session, viewer, incident_id)
    if not sees_all(viewer, row):
        raise NotAllowed("evidence is handed in by an incident's submitter and by editors")
    if row.status in _CLOSED:
        raise Conflict(f"an incident that is {row.status.label} takes no evidence")
    return row


def _for_change(
    session: Session, viewer: Viewer, evidence_id: uuid.UUID
) -> tuple[Incident, Evidence]:
    row, _, full = get_evidence(session, viewer, evidence_id)
    one = evidence.find_evidence(session, evidence_id, for_change=True)
    if not full or one is None:
        raise NotAllowed("evidence is changed by an incident's submitter and by editors")
    return row, one


def _check_change(
    session: Session, viewer: Viewer, one: Evidence, patch: Mapping[str, Any]
) -> None:
    if not (one.is_public or patch.get("is_public")):
        return
    # Whatever everybody reads, or is about to, is decided by a second person who may publish.
    if Scope.INCIDENTS_PUBLISH not in viewer.scopes:
        raise NotAllowed("what is public of evidence is an editor's decision: ask one")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, one.uploaded_by_id):
        raise NotAllowed("Evidence is made public by somebody other than who handed it in.")
    if patch.get("is_public") and one.file.copy_state is CopyState.WAITING:
        raise Conflict("its copy without metadata is still being made: try again in a few seconds")


def _told(one: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(one, name) for name in _TOLD}
    captured = one.captured_at
    found["captured_at"] = captured.isoformat() if captured else None
    found["is_public"], found["is_graphic"] = bool(one.is_public), bool(one.is_graphic)
    found["source"] = str(one.citation_id) if one.citation_id else None
    return found


def _get(session: Session, evidence_id: uuid.UUID) -> Evidence:
    session.flush()
    found = evidence.find_evidence(session, evidence_id)
    assert found is not None
    return found


def _conclude(session: Session, incident_id: uuid.UUID, *, now: datetime) -> None:
    session.flush()
    changed = conclusions.refresh_all(session, [incident_id], now=now)
    ledger.bump(session, "staff", *(["public"] if changed else []))
