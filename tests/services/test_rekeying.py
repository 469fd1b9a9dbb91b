# SPDX-License-Identifier: Apache-2.0
"""After an upgrade everything on record is found by its keys, in small steps, once."""

import sqlalchemy as sa

from app.domain.vocabulary import WorkflowStatus
from app.services import rekeying
from app.storage.database import Sessions
from app.storage.matching import MatchKey, ReportCandidate
from tests import make
from tests.make import NOW
from tests.make_reports import account, take


def test_what_was_there_before_is_keyed_and_compared_once(sessions: Sessions) -> None:
    """Keys and comparisons come to be what a record made today has; then nothing is done any more."""
    person = [{"kind": "person", "person": {"name": "Aigerim Sample"}}]
    with sessions.writing() as session:
        for _ in range(3):
            make.incident(
                session, status=WorkflowStatus.SUBMITTED, date="2026-02-01", targets=person
            )
    take(sessions, account("a", people=["Aigerim Sample"]))
    keys = sa.select(MatchKey.key, MatchKey.object_kind, MatchKey.object_id)
    found = sa.select(ReportCandidate.incident_id, ReportCandidate.rule)
    with sessions.writing() as session:
        before = {*session.execute(keys)}, {*session.execute(found)}
        session.execute(sa.delete(MatchKey))
        session.execute(sa.delete(ReportCandidate))

    steps = 0
    while True:
        with sessions.writing() as session:
            steps += 1
            if not rekeying.rekey_some(session, now=NOW, limit=2):
                break
    with sessions.writing() as session:
        after = {*session.execute(keys)}, {*session.execute(found)}
        assert not rekeying.rekey_some(session, now=NOW)

    assert after == before
    assert len(before[1]) == 3
    assert steps == 3
