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
        _raw(LedgerEntry.revision_id),
        LedgerEntry.object_kind,
        _raw(LedgerEntry.object_id),
        LedgerEntry.object_revision,
        LedgerEntry.action,
        _raw(LedgerEntry.actor_id),
        LedgerEntry.at,
        LedgerEntry.sealed_at,
        LedgerEntry.commitments,
        LedgerEntry.previous,
        LedgerEntry.hash,
    )
    now = (
        Revision.object_kind,
        _raw(Revision.object_id),
        Revision.number,
        Revision.action,
        _raw(Revision.actor_id),
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


def _raw(column: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """Take an id as the driver gives it: a million times, making objects of them is what is slow."""
    return sa.type_coerce(column, sa.String()).label(f"{column.class_.__name__}_{column.key}")


def _id(value: object) -> str | None:
    """Write an id with its dashes; SQLite keeps 32 digits, PostgreSQL's driver gives a UUID."""
    if isinstance(value, str) and len(value) == 32:
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
    return None if value is None else str(value)


def _entry(row: Sequence[Any]) -> rules.Entry:
    return rules.Entry(
        number=row[0],
        revision_id=_id(row[1]) or "",
        object_kind=row[2],
        object_id=_id(row[3]) or "",
        object_revision=row[4],
        action=row[5],
        actor_id=_id(row[6]),
        at=row[7],
        sealed_at=row[8],
        commitments=row[9],
        previous=row[10],
    )


def _revision(row: Sequence[Any]) -> Stored | None:
    if row[12] is None:
        return None
    return Stored(
        object_kind=row[12],
        object_id=_id(row[13]) or "",
        object_revision=row[14],
        action=row[15],
        actor_id=_id(row[16]),
        at=row[17],
        reason=row[18],
        changes=row[19],
        salts=row[20] or {},
    )
