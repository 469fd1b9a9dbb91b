# SPDX-License-Identifier: Apache-2.0
"""What only a signed checkpoint tells: a cut end, a ledger chained anew; and what the public reads of one."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.record import ledger as rules
from app.domain.record.ledger_walk import Fault
from app.errors import InvalidInput
from app.services import checkpoints, ledger_check, sealing
from app.services.given_checkpoints import read_checkpoints
from app.storage import sealing as stored
from app.storage.database import Sessions
from app.storage.sealing import LedgerCheckpoint
from tests.make import NOW
from tests.make_ledger import (
    HOUR,
    check,
    entries,
    faults,
    fill,
    keep_checkpoint,
    kept_elsewhere,
    revision_of_number,
    revisions,
)
from tests.tampering import past_the_triggers


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
