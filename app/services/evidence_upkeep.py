# SPDX-License-Identifier: Apache-2.0
"""Looking after evidence: copies that wait to be made, and bytes that must still be what arrived.

Every file is hashed again once a day in small steps. Whatever is not as it was is kept as a fault of
the file, and whoever runs this is told once. Nothing here deletes an original.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import AlertKind, CopyState, Severity
from app.services import conclusions, delivery
from app.storage import evidence, ledger, outbox
from app.storage.evidence import Evidence, EvidenceFile, Fault
from app.storage.evidence_store import EvidenceStore, hash_of
from app.storage.outbox import Notification

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToCheck:
    """A file with the hashes that its bytes and its copy's must have."""

    sha256: str
    copy_sha256: str | None


@dataclass(slots=True, kw_only=True)
class Looked:
    """What a look through the whole store found: hashes by what is wrong."""

    files: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    copy_missing: list[str] = field(default_factory=list)
    copy_changed: list[str] = field(default_factory=list)
    # On disk without a row; originals, and copies.
    orphans: list[str] = field(default_factory=list)
    orphan_copies: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every file is on disk as it arrived, and nothing else is there."""
        return not any(
            (
                self.missing,
                self.changed,
                self.copy_missing,
                self.copy_changed,
                self.orphans,
                self.orphan_copies,
            )
        )


def waiting_copies(session: Session, *, limit: int) -> list[tuple[str, str]]:
    """Return (hash, type) of files whose public copy is to be made."""
    return [(one.sha256, one.sniffed_type) for one in evidence.next_uncopied(session, limit=limit)]


def note_copy(session: Session, sha256: str, *, copy_sha256: str, size: int, now: datetime) -> bool:
    """Keep that a copy is there; False where another worker was faster."""
    row = _waiting(session, sha256)
    if row is None:
        return False
    row.copy_state, row.copy_reason = CopyState.MADE, None
    row.copy_sha256, row.copy_size, row.copied_at = copy_sha256, size, now
    row.copy_type = row.sniffed_type
    _tell_readers(session, sha256, now=now)
    return True


def note_no_copy(session: Session, sha256: str, *, reason: str, now: datetime) -> None:
    """Keep why a file has no copy."""
    row = _waiting(session, sha256)
    if row is None:
        return
    row.copy_state, row.copy_reason, row.copied_at = CopyState.FAILED, reason, now
    _tell_readers(session, sha256, now=now)


def due_checks(session: Session, *, before: datetime, limit: int) -> list[FileToCheck]:
    """Return files that were not hashed again since a time, those longest ago first."""
    return [
        FileToCheck(sha256=one.sha256, copy_sha256=one.copy_sha256)
        for one in evidence.next_unchecked(session, before=before, limit=limit)
    ]


def fault_of(store: EvidenceStore, one: FileToCheck) -> Fault | None:
    """Hash a file and its copy again; return what is wrong with them. Reads all of their bytes."""
    state = _state(store.original(one.sha256), one.sha256)
    if state is not None:
        return state
    if one.copy_sha256 is None:
        return None
    copy = _state(store.public_copy(one.copy_sha256), one.copy_sha256)
    if copy is None:
        return None
    return Fault.COPY_MISSING if copy is Fault.MISSING else Fault.COPY_CHANGED


def note_check(session: Session, sha256: str, fault: Fault | None, *, now: datetime) -> bool:
    """Keep what a check found; True where something is newly wrong, and was told."""
    row = session.get(EvidenceFile, sha256, with_for_update=True)
    if row is None:
        return False
    is_new = fault is not None and fault is not row.fault
    if fault is not row.fault:
        ledger.bump(session, "staff")
    row.checked_at, row.fault = now, fault
    session.flush()
    if is_new and fault is not None:
        _warn(session, sha256, fault, now=now)
    return is_new


def look_through(session: Session, store: EvidenceStore) -> Iterator[Looked]:
    """Hash everything again and compare the store with the record; yields after every file."""
    found = Looked()
    after = ""
    while page := evidence.page_of_files(session, after=after, limit=_PAGE):
        for row in page:
            fault = fault_of(store, FileToCheck(sha256=row.sha256, copy_sha256=row.copy_sha256))
            found.files += 1
            if fault is not None:
                getattr(found, fault.value).append(row.sha256)
            yield found
        after = page[-1].sha256
    found.orphans = orphans(session, store)
    found.orphan_copies = orphan_copies(session, store)
    yield found


def orphans(session: Session, store: EvidenceStore) -> list[str]:
    """Return originals on disk that no row knows."""
    found: list[str] = []
    after = ""
    while page := store.list_originals(after=after, limit=_PAGE):
        found += sorted(set(page) - evidence.known(session, set(page)))
        after = page[-1]
    return found


def orphan_copies(session: Session, store: EvidenceStore) -> list[str]:
    """Return copies on disk that no row knows."""
    found: list[str] = []
    after = ""
    while page := store.list_copies(after=after, limit=_PAGE):
        found += sorted(set(page) - evidence.known_copies(session, set(page)))
        after = page[-1]
    return found


def _state(path: Path, sha256: str) -> Fault | None:
    try:
        return None if hash_of(path) == sha256 else Fault.CHANGED
    except OSError:
        return Fault.MISSING


def _waiting(session: Session, sha256: str) -> EvidenceFile | None:
    row = session.get(EvidenceFile, sha256, with_for_update=True)
    return row if row is not None and row.copy_state is CopyState.WAITING else None


def _tell_readers(session: Session, sha256: str, *, now: datetime) -> None:
    """Bring the documents up to date where this file is public already."""
    session.flush()
    public = session.scalars(
        sa.select(Evidence.incident_id).where(
            Evidence.sha256 == sha256, Evidence.is_public, Evidence.withdrawn_at.is_(None)
        )
    ).all()
    changed = conclusions.refresh_all(session, public, now=now)
    ledger.bump(session, "staff", *(["public"] if changed else []))


_SAID = {
    Fault.MISSING: "The original is not in the store any more.",
    Fault.CHANGED: "The bytes of the original are not those that arrived.",
    Fault.COPY_MISSING: "The public copy is not in the store any more.",
    Fault.COPY_CHANGED: "The bytes of the public copy are not those that were made.",
}


def _warn(session: Session, sha256: str, fault: Fault, *, now: datetime) -> None:
    kind = AlertKind.EVIDENCE_DAMAGED
    notification = Notification(
        id=uuid.uuid4(),
        alert_id=None,
        sequence=1,
        body={
            "type": f"{kind.value}.{fault.value}",
            "timestamp": now.isoformat().replace("+00:00", "Z"),
            "data": {
                "kind": kind.value,
                "severity": Severity.CRITICAL.value,
                "title": "Evidence is not as it was",
                "text": f"{_SAID[fault]} SHA-256 {sha256}. Restore it from a backup, or hand the same "
                "file in again; `qalam evidence verify` looks through all of it.",
                "sha256": sha256,
                "path": "/",
            },
        },
        created_at=now,
    )
    session.add(notification)
    session.flush()
    for subscription in outbox.enabled_subscriptions(session):
        if delivery.wants(subscription, kind, None):
            delivery.queue(session, notification, subscription, now=now)
