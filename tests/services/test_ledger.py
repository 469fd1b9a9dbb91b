# SPDX-License-Identifier: Apache-2.0
"""The sealed ledger on real databases: what somebody with the database can do, and that it is named."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.record import ledger as rules
from app.domain.record.ledger_walk import Fault
from app.services import sealing
from app.storage.database import Sessions
from app.storage.sealing import LedgerEntry
from tests.make import NOW
from tests.make_ledger import (
    check,
    entries,
    faults,
    fill,
    revision_of,
    revision_of_number,
    revisions,
)
from tests.tampering import past_the_triggers


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "reason 8"}, "reason"),
        ({"reason": None}, "reason"),
        ({"action": "Edit"}, "action"),
        ({"object_kind": "case"}, "object_kind"),
        ({"at": NOW}, "at"),
        ({"number": 77}, "object_revision"),
        ({"object_id": uuid.UUID(int=5)}, "object_id"),
        (
            {
                "changes": {
                    "title": {"old": None, "new": "Названия 9"},
                    "count": {"old": 9, "new": 9.5},
                }
            },
            "changes.title",
        ),
        (
            {
                "changes": {
                    "title": {"old": None, "new": "Название 9"},
                    "count": {"old": 9, "new": 9},
                }
            },
            "changes.count",
        ),
    ],
)
def test_one_changed_byte_names_the_row_and_the_field(
    engine: sa.Engine, sessions: Sessions, change: dict[str, Any], field: str
) -> None:
    """Behind the database's back, in any field of a revision."""
    fill(sessions)
    revision_id = revision_of(sessions, 10)
    with past_the_triggers(engine) as connection:
        connection.execute(sa.update(revisions).where(revisions.c.id == revision_id).values(change))

    report = check(sessions)

    found = {(one.fault, one.number, one.revision_id, one.field) for one in report.findings}
    assert found == {(Fault.REVISION_CHANGED, 10, str(revision_id), field)}


def test_changed_deleted_and_swapped_rows_are_named(engine: sa.Engine, sessions: Sessions) -> None:
    """A changed entry, a deleted middle row, a deleted revision: each by its number."""
    fill(sessions)
    changed = revision_of(sessions, 4)
    with past_the_triggers(engine) as connection:
        connection.execute(sa.update(entries).where(entries.c.number == 4).values(action="x"))
        connection.execute(sa.delete(entries).where(entries.c.number == 12))
        connection.execute(
            sa.delete(revisions).where(revisions.c.id == revision_of_number(connection, 20))
        )
        for old, new in ((25, 1000), (26, 25), (1000, 26)):
            connection.execute(sa.update(entries).where(entries.c.number == old).values(number=new))

    report = check(sessions)

    assert faults(report) == {
        (Fault.ENTRY_CHANGED, 4),
        (Fault.REVISION_CHANGED, 4),
        (Fault.ENTRIES_MISSING, 12),
        (Fault.REVISION_MISSING, 20),
        (Fault.ENTRY_MOVED, 25),
        (Fault.ENTRY_MOVED, 26),
        # The deleted entry's revision is sealed by none now.
        (Fault.REVISION_UNSEALED, None),
    }
    assert str(changed) in {one.revision_id for one in report.findings}


def test_an_inserted_row_is_named(engine: sa.Engine, sessions: Sessions) -> None:
    """A forged revision with a correct hash in the middle, and everything behind it renumbered."""
    fill(sessions, 12)
    with past_the_triggers(engine) as connection:
        row = dict(
            connection.execute(sa.select(entries).where(entries.c.number == 5)).mappings().one()
        )
        before = connection.execute(
            sa.select(entries.c.hash).where(entries.c.number == 5)
        ).scalar_one()
        for number in range(12, 5, -1):
            connection.execute(
                sa.update(entries).where(entries.c.number == number).values(number=number + 1)
            )
        forged = {**row, "number": 6, "previous": before, "revision_id": uuid.UUID(int=1)}
        forged["hash"] = rules.entry_hash(sealing.entry_of(LedgerEntry(**forged)))
        connection.execute(sa.insert(entries).values(forged))

    assert faults(check(sessions)) == {
        (Fault.ENTRY_INSERTED, 6),
        (Fault.REVISION_MISSING, 6),
    }


def test_a_revision_put_in_past_the_triggers_is_named(
    engine: sa.Engine, sessions: Sessions
) -> None:
    """It neither waits nor has an entry."""
    fill(sessions, 3)
    row: dict[str, Any] = {
        "id": uuid.UUID(int=7), "object_kind": "incident", "object_id": uuid.UUID(int=1),
        "number": 9, "action": "edit", "at": NOW, "changes": {},
    }  # fmt: skip
    with past_the_triggers(engine) as connection:
        connection.execute(sa.insert(revisions).values(row))

    (found,) = check(sessions).findings

    assert (found.fault, found.revision_id) == (Fault.REVISION_UNSEALED, str(uuid.UUID(int=7)))


def test_a_switched_off_guard_is_named(engine: sa.Engine, sessions: Sessions) -> None:
    """A trigger that is gone is itself a finding."""
    off = {
        "sqlite": "DROP TRIGGER revisions_not_deleted",
        "postgresql": "ALTER TABLE revisions DISABLE TRIGGER revisions_not_deleted",
    }
    with engine.begin() as connection:
        connection.execute(sa.text(off[engine.dialect.name]))

    (found,) = check(sessions).findings

    assert found.fault is Fault.GUARD_MISSING
    assert "revisions_not_deleted" in found.message
