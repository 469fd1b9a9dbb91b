# SPDX-License-Identifier: Apache-2.0
"""Reading the whole ledger beside the record, streamed in the order of its numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import ledger as rules
from app.domain.record.ledger_compare import Stored
from app.storage.ledger import Revision
from app.storage.sealing import LedgerEntry, LedgerSalt


def entries_with_revisions(
    session: Session,
) -> Iterator[tuple[rules.Entry, str, Stored | None]]:
    """Yield every entry, its stored hash, and its revision as it is now (None where it is gone)."""
    columns = (
        LedgerEntry.number,
        LedgerEntry.revision_id,
        LedgerEntry.object_kind,
        LedgerEntry.object_id,
        LedgerEntry.object_revision,
        LedgerEntry.action,
        LedgerEntry.actor_id,
        LedgerEntry.at,
        LedgerEntry.sealed_at,
        LedgerEntry.commitments,
        LedgerEntry.previous,
        LedgerEntry.hash,
    )
    now = (
        Revision.id,
        Revision.object_kind,
        Revision.object_id,
        Revision.number,
        Revision.action,
        Revision.actor_id,
        Revision.at,
        Revision.reason,
        Revision.changes,
        LedgerSalt.salts,
    )
    query = (
        sa.select(*columns, *now)
        .outerjoin(Revision, Revision.id == LedgerEntry.revision_id)
        .outerjoin(LedgerSalt, LedgerSalt.revision_id == LedgerEntry.revision_id)
        .order_by(LedgerEntry.number)
        .execution_options(yield_per=1000)
    )
    for row in session.execute(query):
        yield _entry(row), row[11], _revision(row)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _entry(row: Sequence[Any]) -> rules.Entry:
    return rules.Entry(
        number=row[0],
        revision_id=str(row[1]),
        object_kind=row[2],
        object_id=str(row[3]),
        object_revision=row[4],
        action=row[5],
        actor_id=_text(row[6]),
        at=row[7],
        sealed_at=row[8],
        commitments=row[9],
        previous=row[10],
    )


def _revision(row: Sequence[Any]) -> Stored | None:
    if row[12] is None:
        return None
    return Stored(
        object_kind=row[13],
        object_id=str(row[14]),
        object_revision=row[15],
        action=row[16],
        actor_id=_text(row[17]),
        at=row[18],
        reason=row[19],
        changes=row[20],
        salts=row[21] or {},
    )
