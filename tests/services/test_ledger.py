# SPDX-License-Identifier: Apache-2.0
"""The sealed ledger on real databases: what somebody with the database can do, and that it is named."""

import json
import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.domain.record import ledger as rules
from app.domain.record.ledger_walk import Fault
from app.errors import InvalidInput, WrongSettings
from app.services import checkpoints, ledger_check, sealing
from app.services.given_checkpoints import Given, read_checkpoints
from app.services.ledger_check import Report
from app.storage import ledger, metadata
from app.storage import sealing as stored
from app.storage.database import Sessions
from app.storage.ledger import Revision
from app.storage.sealing import LedgerCheckpoint, LedgerEntry, LedgerSalt
from app.storage.signing_key import SigningKeys
from tests.make import NOW
from tests.tampering import past_the_triggers

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
TRUSTED = {rules.key_id_of(PUBLIC): PUBLIC}
HOUR = timedelta(hours=1)

entries, revisions = metadata.tables["ledger_entries"], metadata.tables["revisions"]


def record(session: Session, number: int, **fields: Any) -> None:
    """Record one change of something."""
    values: dict[str, Any] = {
        "object_kind": "incident",
        "object_id": uuid.UUID(int=number // 3),
        "action": "edit",
        "actor_id": None,
        "at": NOW + timedelta(seconds=number),
        "reason": f"reason {number}",
        "changes": {
            "title": {"old": None, "new": f"Название {number}"},
            "count": {"old": number, "new": number + 0.5},
        },
    }
    ledger.record_revision(session, **{**values, **fields})


def fill(sessions: Sessions, count: int = 30, *, first: int = 0) -> None:
    """Record so many changes and seal them."""
    with sessions.writing() as session:
        for number in range(first, first + count):
            record(session, number)
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)


def check(sessions: Sessions, *given: Given) -> Report:
    """Verify the ledger."""
    with sessions.reading() as session:
        return ledger_check.verify(session, trusted=TRUSTED, given=given)


def faults(report: Report) -> set[tuple[Fault, int | None]]:
    """What was found, by entry."""
    return {(one.fault, one.number) for one in report.findings}


def keep_checkpoint(sessions: Sessions, at: Any = NOW, key: Ed25519PrivateKey = KEY) -> bool:
    """Keep a checkpoint if one is due."""
    with sessions.writing() as session:
        return checkpoints.keep_checkpoint(session, key, now=at, every=HOUR)


def kept_elsewhere(sessions: Sessions, *, opened: bool = True) -> Given:
    """A checkpoint as somebody keeps it in a file."""
    with sessions.writing() as session:
        made = checkpoints.sign_head(session, KEY, now=NOW)
    view = checkpoints.checkpoint_view(made, sealed=checkpoints.public_hash(made), opened=opened)
    (given,) = read_checkpoints(json.dumps(view))
    return given


def revision_of(sessions: Sessions, number: int) -> uuid.UUID:
    """The revision that an entry seals."""
    with sessions.reading() as session:
        return session.get_one(LedgerEntry, number).revision_id


def test_what_is_recorded_is_sealed_once_and_valid(sessions: Sessions) -> None:
    """Every revision has one entry, numbered from 1 without gaps, and nothing is found."""
    fill(sessions)
    fill(sessions, 5, first=30)

    report = check(sessions)

    assert report.is_valid, report.findings
    assert (report.entries, report.waiting, report.erased_fields) == (35, 0, 0)
    with sessions.reading() as session:
        numbers = session.scalars(sa.select(LedgerEntry.number).order_by(LedgerEntry.number)).all()
    assert numbers == list(range(1, 36))


def test_values_that_are_hard_to_write_stay_valid(sessions: Sessions) -> None:
    """Any script, numbers of any kind, nulls, deep and odd keys: read back, they are what was sealed."""
    values: list[Any] = [
        0.1, 1.0, -0.0, 1e22, 5e-7, 2**53, -5, True, None, "", '«Қазақ» \n\t"\\ 😀 \u202e', [],
        {}, {"": [None, {"b": 1, "a": [1.5]}], "Ж": "x", "ж": 0},
    ]  # fmt: skip
    with sessions.writing() as session:
        for number, value in enumerate(values):
            record(session, number, changes={"v": value, "quote'\"": {"new": value}})
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)

    assert check(sessions).findings == []


def test_a_revision_that_commits_late_is_not_left_behind(sessions: Sessions) -> None:
    """An earlier time in a transaction that ends later: sealed after what was sealed meanwhile."""
    if sessions.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody can be late")
    with sessions.writing() as late:
        record(late, 0, at=NOW - timedelta(days=1))
        late.flush()
        fill(sessions, 3, first=10)
        assert check(sessions).entries == 3
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)

    report = check(sessions)

    assert (report.entries, report.waiting, report.findings) == (4, 0, [])


def test_two_sealers_make_one_chain(sessions: Sessions) -> None:
    """Several at once, over and over, while others record."""
    broken: list[Exception] = []

    def run(offset: int) -> None:
        try:
            for number in range(8):
                with sessions.writing() as session:
                    record(session, offset + number, object_id=uuid.UUID(int=offset))
                with sessions.writing() as session:
                    sealing.seal_batch(session, now=NOW, limit=3)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            broken.append(error)

    threads = [threading.Thread(target=run, args=(1000 * one,)) for one in range(1, 4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)

    assert broken == []
    report = check(sessions)
    assert (report.entries, report.findings) == (24, [])


def test_the_chain_does_not_rest_on_the_lock(sessions: Sessions) -> None:
    """A second entry of one number, or of one revision, is refused by the database itself."""
    fill(sessions, 2)
    with sessions.reading() as session:
        row = session.get_one(LedgerEntry, 2)
        taken = {one.name: getattr(row, one.name) for one in entries.columns}

    for wrong in ({"number": 2}, {"number": 3}):
        with pytest.raises(sa.exc.IntegrityError), sessions.writing() as session:
            session.execute(sa.insert(LedgerEntry).values({**taken, **wrong}))


class Killed(BaseException):
    """The process is gone."""


def test_a_sealer_that_dies_at_any_statement_resumes(sessions: Sessions) -> None:
    """Whichever statement is its last, the next sealer makes the one valid chain."""
    fill(sessions, 4)
    with sessions.writing() as session:
        for number in range(10, 16):
            record(session, number)
    died = 0
    for last in range(1, 50):
        seen = 0

        def die(*_: object, last: int = last) -> None:
            nonlocal seen
            seen += 1
            if seen == last:
                raise Killed

        sa.event.listen(sessions.engine, "before_cursor_execute", die)
        try:
            with sessions.writing() as session:
                sealing.seal_batch(session, now=NOW)
            break
        except Killed:
            died += 1
        finally:
            sa.event.remove(sessions.engine, "before_cursor_execute", die)
        assert check(sessions).entries == 4

    report = check(sessions)
    assert died >= 5
    assert (report.entries, report.waiting, report.findings) == (10, 0, [])


_DYING = """
import os, signal, sys
from datetime import UTC, datetime
import sqlalchemy as sa
from app.services import sealing
from app.storage.database import Sessions, make_engine

for last in range(1, 100):
    child = os.fork()
    if child == 0:
        engine = make_engine(sys.argv[1])
        seen = 0
        def die(*_):
            global seen
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
        sa.event.listen(engine, "before_cursor_execute", die)
        sa.event.listen(engine, "commit", die)
        with Sessions(engine).writing() as session:
            sealing.seal_batch(session, now=datetime(2026, 3, 2, 12, tzinfo=UTC))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status == 0:
        print(last)
        break
"""


def test_kill_9_at_any_statement_loses_and_forks_nothing(
    database_url: str, sessions: Sessions
) -> None:
    """A real process, killed before each of its statements and before its commit, then one that lives."""
    fill(sessions, 4)
    with sessions.writing() as session:
        for number in range(10, 16):
            record(session, number)

    ran = subprocess.run(
        [sys.executable, "-c", _DYING, database_url],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert int(ran.stdout) > 5
    report = check(sessions)
    assert (report.entries, report.waiting, report.findings) == (10, 0, [])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM revisions",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_salts",
        "DELETE FROM ledger_checkpoints",
        "UPDATE ledger_entries SET hash = previous",
        "UPDATE ledger_checkpoints SET entries = 1",
        "UPDATE revisions SET action = 'x'",
        "UPDATE revisions SET reason = 'x'",
        "UPDATE revisions SET number = number + 1",
        "UPDATE revisions SET actor_id = id",
        """UPDATE revisions SET changes = '{"title": 1, "count": null}'""",
        """UPDATE revisions SET changes = '{"title": null}'""",
        """UPDATE revisions SET changes = '{"title": null, "count": null, "x": null}'""",
        """UPDATE ledger_salts SET salts = '{"reason": "00"}'""",
        """UPDATE ledger_salts SET salts = '{"other": "00"}'""",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(sessions: Sessions, statement: str) -> None:
    """No statement of an ordinary connection takes anything away or puts anything in its place."""
    fill(sessions, 3)
    assert keep_checkpoint(sessions)

    with pytest.raises(sa.exc.DBAPIError), sessions.writing() as session:
        session.execute(sa.text(statement.replace(":", "\\:")))

    assert check(sessions).findings == []


def test_the_database_lets_a_revision_be_emptied(sessions: Sessions) -> None:
    """Values and salts may go: it is valid where an erasure says so, and a fault where none does."""
    fill(sessions, 3)
    revision_id = revision_of(sessions, 2)
    with sessions.writing() as session:
        stored.empty_fields(session, revision_id, changes={"title"}, reason=True)

    silent = check(sessions)
    with sessions.writing() as session:
        said = {str(revision_id): ["changes.title", "reason"]}
        record(session, 9, action=stored.ERASE, changes={"erased": said})
    announced = check(sessions)

    assert faults(silent) == {(Fault.ERASED_WITHOUT_RECORD, 2)}
    assert announced.findings == []
    assert announced.erased_fields == 2
    with sessions.reading() as session:
        row = session.get_one(Revision, revision_id)
        assert (row.reason, row.changes["title"]) == (None, None)
        assert row.changes["count"] is not None
        assert set(session.get_one(LedgerSalt, revision_id).salts) == {"changes.count"}


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


def revision_of_number(connection: sa.Connection, number: int) -> uuid.UUID:
    """The revision that an entry seals, on a connection of one's own."""
    query = sa.select(entries.c.revision_id).where(entries.c.number == number)
    found: uuid.UUID = connection.execute(query).scalar_one()
    return found


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


def test_a_cut_tail_is_found_only_against_a_checkpoint(
    engine: sa.Engine, sessions: Sessions
) -> None:
    """The last ten rows with their revisions: invisible from inside, named by either checkpoint."""
    fill(sessions)
    elsewhere = kept_elsewhere(sessions)
    with past_the_triggers(engine) as connection:
        gone = connection.execute(
            sa.select(entries.c.revision_id).where(entries.c.number > 20)
        ).scalars().all()  # fmt: skip
        connection.execute(sa.delete(entries).where(entries.c.number > 20))
        connection.execute(sa.delete(revisions).where(revisions.c.id.in_(gone)))

    alone, against = check(sessions), check(sessions, elsewhere)

    assert alone.is_valid
    assert faults(against) == {(Fault.TAIL_CUT, 21)}
    assert "30 entries, and there are 20" in against.findings[0].message


def test_a_cut_tail_is_found_by_the_stored_checkpoint(
    engine: sa.Engine, sessions: Sessions
) -> None:
    """Who forgets the checkpoints of the database is convicted by them."""
    fill(sessions)
    assert keep_checkpoint(sessions)
    with past_the_triggers(engine) as connection:
        connection.execute(sa.delete(entries).where(entries.c.number > 29))

    assert (Fault.TAIL_CUT, 30) in faults(check(sessions))


def rechain(engine: sa.Engine, sessions: Sessions) -> None:
    """Change one revision and make all salts, commitments, links and hashes anew, faultlessly."""
    with past_the_triggers(engine) as connection:
        changed = revision_of_number(connection, 10)
        connection.execute(
            sa.update(revisions).where(revisions.c.id == changed).values(reason="another reason")
        )
        for table in ("ledger_entries", "ledger_salts"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
        connection.execute(
            sa.text("INSERT INTO ledger_waiting (revision_id) SELECT id FROM revisions")
        )
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)


def test_a_rechained_ledger_is_caught_by_signatures(engine: sa.Engine, sessions: Sessions) -> None:
    """Valid by itself; named by the stored checkpoint, and by one kept elsewhere."""
    fill(sessions)
    elsewhere = kept_elsewhere(sessions)
    rechain(engine, sessions)
    assert check(sessions).is_valid

    assert faults(check(sessions, elsewhere)) == {(Fault.RECHAINED, 30)}


def test_new_checkpoints_for_a_new_chain_need_the_key(
    engine: sa.Engine, sessions: Sessions
) -> None:
    """Who re-chains and signs with a key of their own is unknown; who edits a checkpoint has no signature."""
    fill(sessions)
    assert keep_checkpoint(sessions)
    rechain(engine, sessions)
    assert faults(check(sessions)) == {(Fault.RECHAINED, 30)}

    with sessions.reading() as session:
        number, head = stored.last_entry(session) or (0, "")
        kept = session.get_one(LedgerCheckpoint, 1)
        sealed = rules.sealed_head(at=kept.at, entries=number, head=head, nonce=kept.nonce)
    with past_the_triggers(engine) as connection:
        connection.execute(
            sa.text("UPDATE ledger_checkpoints SET head = :head, hash = :hash"),
            {"head": head, "hash": sealed},
        )
    assert {one for one, _ in faults(check(sessions))} == {Fault.SIGNATURE_WRONG}

    with past_the_triggers(engine) as connection:
        connection.execute(sa.text("DELETE FROM ledger_checkpoints"))
    assert keep_checkpoint(sessions, key=Ed25519PrivateKey.generate())
    assert {one for one, _ in faults(check(sessions))} == {Fault.KEY_UNKNOWN}


def test_a_public_checkpoint_convicts_as_well(engine: sa.Engine, sessions: Sessions) -> None:
    """Hash and time alone: fine while the database can open it, a fault when it no longer can."""
    fill(sessions, 5)
    assert keep_checkpoint(sessions)
    with sessions.reading() as session:
        row = session.get_one(LedgerCheckpoint, 1)
        public = checkpoints.row_view(row, opened=False)
    assert set(public) == {"format", "at", "hash", "previous", "key_id", "signature"}
    (given,) = read_checkpoints(json.dumps({"data": [public], "meta": {}}))
    assert check(sessions, given).is_valid

    with past_the_triggers(engine) as connection:
        connection.execute(sa.text("DELETE FROM ledger_checkpoints"))

    assert {one for one, _ in faults(check(sessions, given))} == {Fault.CHECKPOINT_MISSING}


def test_checkpoints_come_by_the_hour_and_tell_nothing(sessions: Sessions) -> None:
    """One an hour, never two, whether anything happened or not; no two public ones are alike."""
    fill(sessions, 3)
    assert keep_checkpoint(sessions)
    assert not keep_checkpoint(sessions, NOW + timedelta(minutes=59))
    assert keep_checkpoint(sessions, NOW + HOUR)
    with sessions.reading() as session:
        first, second = stored.all_checkpoints(session)
    assert (first.head, first.entries) == (second.head, second.entries)
    assert first.hash != second.hash
    assert second.previous == first.hash
    assert check(sessions).checkpoints == 2


def test_a_checkpoint_missing_in_between_is_named(engine: sa.Engine, sessions: Sessions) -> None:
    """Each names the one before."""
    fill(sessions, 3)
    for hour in range(3):
        assert keep_checkpoint(sessions, NOW + hour * HOUR)
    with past_the_triggers(engine) as connection:
        connection.execute(sa.text("DELETE FROM ledger_checkpoints WHERE sequence = 2"))

    assert faults(check(sessions)) == {(Fault.CHECKPOINT_MISSING, None)}


def test_without_any_key_a_checkpoint_cannot_be_checked(sessions: Sessions) -> None:
    """That is said, instead of trusting the key that the database names."""
    fill(sessions, 1)
    assert keep_checkpoint(sessions)

    with pytest.raises(InvalidInput, match="public-key"), sessions.reading() as session:
        ledger_check.verify(session, trusted={})


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


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    """Of many that begin at once, all sign with one; a spoilt file is told, not replaced."""
    keys = SigningKeys(tmp_path / "data")
    assert keys.find() is None
    made: set[bytes] = set()

    def load() -> None:
        made.add(keys.load().private_bytes_raw())

    threads = [threading.Thread(target=load) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(made) == 1
    assert keys.path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in keys.path.parent.iterdir()] == ["ledger.key"]
    keys.path.write_text("spoilt")
    with pytest.raises(WrongSettings):
        keys.load()


def test_an_entry_can_be_recomputed_from_what_the_api_shows(sessions: Sessions) -> None:
    """What auditors read of an entry is all that its hash is over."""
    fill(sessions, 2)
    with sessions.reading() as session:
        view = msgspec.to_builtins(sealing.entry_view(session.get_one(LedgerEntry, 2)))
        first = session.get_one(LedgerEntry, 1)

    stated = view.pop("hash")

    assert view["previous"] == first.hash
    entry = {**view, "at": NOW, "sealed_at": NOW}
    entry.pop("format")
    entry["at"] = NOW + timedelta(seconds=1)
    assert rules.entry_hash(rules.Entry(**entry)) == stated
