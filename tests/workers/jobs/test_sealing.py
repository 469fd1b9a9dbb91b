# SPDX-License-Identifier: Apache-2.0
"""The loop that seals: everything that waits, in batches, and a signed head once an hour."""

import uuid
from datetime import timedelta
from pathlib import Path

from app.services import ledger_check, sealing
from app.storage import ledger
from app.storage import sealing as stored
from app.storage.database import Sessions
from app.storage.signing_key import SigningKeys
from tests import make
from tests.make import NOW
from workers.jobs.context import JobContext
from workers.jobs.sealing import seal


def job(sessions: Sessions, keys: SigningKeys | None, minutes: int = 0) -> JobContext:
    """A worker at so many minutes past noon."""
    return JobContext(
        sessions=sessions,
        now=lambda: NOW + timedelta(minutes=minutes),
        worker="w",
        address="http://qalam.example",
        signing_keys=keys,
    )


def test_a_round_seals_all_that_waits_and_signs_by_the_hour(
    sessions: Sessions, tmp_path: Path
) -> None:
    """More than one batch in a round; the key is made at first use, and signs once an hour."""
    with sessions.writing() as session:
        for number in range(2 * sealing.BATCH + 3):
            ledger.record_first(
                session,
                object_kind="incident",
                object_id=uuid.UUID(int=number),
                action="made",
                actor_id=None,
                at=NOW,
            )
    keys = SigningKeys(tmp_path)
    for minutes in (0, 30, 59, 60, 61):
        seal(job(sessions, keys, minutes))

    key = keys.find()
    assert key is not None
    public = key.public_key().public_bytes_raw()
    with sessions.reading() as session:
        made = stored.all_checkpoints(session)
        report = ledger_check.verify(session, trusted={made[0].key_id: public})
    assert [one.at for one in made] == [NOW, NOW + timedelta(hours=1)]
    assert [one.entries for one in made] == [2 * sealing.BATCH + 3] * 2
    assert (report.findings, report.waiting) == ([], 0)


def test_without_keys_it_seals_and_signs_nothing(sessions: Sessions) -> None:
    """The demonstration and tests keep no key."""
    with sessions.writing() as session:
        make.incident(session)

    seal(job(sessions, None))

    with sessions.reading() as session:
        assert stored.count_waiting(session) == 0
        assert stored.last_checkpoint(session) is None
