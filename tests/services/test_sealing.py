# SPDX-License-Identifier: Apache-2.0
"""Sealing on real databases: nothing left behind, one chain, killed at any point; what triggers refuse."""

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

from app.domain.record import ledger as rules
from app.domain.record.ledger_walk import Fault
from app.errors import WrongSettings
from app.services import sealing
from app.storage import sealing as stored
from app.storage.database import Sessions
from app.storage.ledger import Revision
from app.storage.sealing import LedgerEntry, LedgerSalt
from app.storage.signing_key import SigningKeys
from tests.make import NOW
from tests.make_ledger import (
    check,
    entries,
    faults,
    fill,
    keep_checkpoint,
    record,
    revision_of,
)


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
