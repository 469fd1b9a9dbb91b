# SPDX-License-Identifier: Apache-2.0
"""Sealing: every committed revision becomes the next entry of the chain.

What waits is taken as it was committed, never by its time: nothing that commits late is left behind.
One transaction per batch, so that a sealer that dies leaves whole batches. Rules: `domain.record.ledger`.
"""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import ledger as rules
from app.storage import sealing
from app.storage.ledger import Revision
from app.storage.sealing import LedgerEntry

BATCH = 500


def seal_batch(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Seal the next revisions that wait; return how many."""
    session.flush()
    sealing.lock_ledger(session)
    waiting = sealing.list_waiting(session, limit=limit)
    if not waiting:
        return 0
    number, previous = sealing.last_entry(session) or (0, rules.NOTHING_BEFORE)
    entries: list[dict[str, Any]] = []
    salts: list[dict[str, Any]] = []
    for revision in waiting:
        number += 1
        fields = rules.committed_fields(revision.reason, revision.changes)
        salt = {name: secrets.token_hex(rules.SALT_BYTES) for name in fields}
        row = _row(revision, number, previous, fields, salt, now)
        previous = row["hash"]
        entries.append(row)
        salts.append({"revision_id": revision.id, "salts": salt})
    sealing.add_entries(session, entries, salts)
    return len(entries)


def seal_all(session: Session, *, now: datetime) -> None:
    """Seal everything that waits in this one transaction, for what must not be lost unsealed."""
    while seal_batch(session, now=now):
        pass


def entry_of(row: LedgerEntry) -> rules.Entry:
    """Return a stored entry as the rules read it."""
    return rules.Entry(
        number=row.number,
        revision_id=str(row.revision_id),
        object_kind=row.object_kind,
        object_id=str(row.object_id),
        object_revision=row.object_revision,
        action=row.action,
        actor_id=str(row.actor_id) if row.actor_id else None,
        at=row.at,
        sealed_at=row.sealed_at,
        commitments=row.commitments,
        previous=row.previous,
    )


def entry_view(row: LedgerEntry) -> dict[str, Any]:
    """Show an entry with everything its hash is over."""
    return {**rules.entry_document(entry_of(row)), "hash": row.hash}


def empty_revisions(
    session: Session, wanted: Iterable[tuple[uuid.UUID, frozenset[str], bool]], *, now: datetime
) -> dict[str, list[str]]:
    """Empty fields of revisions (id, changes, whether the reason too), and say which for the record.

    They are sealed first, so that the chain commits to what was there.
    """
    seal_all(session, now=now)
    emptied: dict[str, list[str]] = {}
    for revision_id, changes, reason in wanted:
        sealing.empty_fields(session, revision_id, changes=changes, reason=reason)
        fields = [rules.change_field(name) for name in changes]
        emptied[str(revision_id)] = [*fields, *([rules.REASON] if reason else [])]
    return rules.emptied_document(emptied)


def _row(
    revision: Revision,
    number: int,
    previous: str,
    fields: Mapping[str, object],
    salt: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    entry = rules.Entry(
        number=number,
        revision_id=str(revision.id),
        object_kind=revision.object_kind,
        object_id=str(revision.object_id),
        object_revision=revision.number,
        action=revision.action,
        actor_id=str(revision.actor_id) if revision.actor_id else None,
        at=revision.at,
        sealed_at=now,
        commitments={name: rules.commitment(salt[name], value) for name, value in fields.items()},
        previous=previous,
    )
    return {
        "number": number,
        "revision_id": revision.id,
        "object_kind": entry.object_kind,
        "object_id": revision.object_id,
        "object_revision": entry.object_revision,
        "action": entry.action,
        "actor_id": revision.actor_id,
        "at": entry.at,
        "sealed_at": now,
        "commitments": dict(entry.commitments),
        "previous": previous,
        "hash": rules.entry_hash(entry),
    }
