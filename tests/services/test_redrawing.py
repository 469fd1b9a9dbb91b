# SPDX-License-Identifier: Apache-2.0
"""Documents that an earlier release kept are drawn anew once, in steps, and told as no change."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app import upgrading
from app.services import redrawing
from app.storage import ledger
from app.storage.database import Sessions
from app.storage.incidents import Incident
from app.storage.matching import MatchKey
from tests import make
from tests.client import Client
from tests.make import NOW
from workers.cli import command

LATER = NOW + timedelta(days=30)

FIELDS = {
    2: (
        "blocking_link cases categories country date decision disagreements event_group evidence "
        "external_ids id impunity instigation involvements location motive narrative ref scope "
        "severity severity_level sources status targets title updated_at verified_by version"
    )
}
"""The fields of a stored document, by its form."""


def _as_kept_before(sessions: Sessions, count: int = 1, **older: Any) -> list[uuid.UUID]:
    """Keep incidents whose documents lack what this release added, as the release before left them."""
    with sessions.writing() as session:
        rows = [make.incident(session, title=f"Incident {one}") for one in range(count)]
        for row in rows:
            document = dict(row.document) | older
            for name in ("evidence", "disagreements", "external_ids", "severity"):
                del document[name]
            del document["location"]["latitude"]
            row.document = document
        return [row.id for row in rows]


def _document(sessions: Sessions, incident_id: uuid.UUID) -> dict[str, Any]:
    with sessions.reading() as session:
        row = session.get_one(Incident, incident_id)
        return row.document


def test_the_form_is_numbered(sessions: Sessions) -> None:
    """Who gives a document another field gives the form another number, so that upgrades draw it."""
    with sessions.writing() as session:
        row = make.incident(session)

    assert " ".join(sorted(row.document)) == FIELDS[redrawing.FORM]


def test_an_upgrade_gives_kept_documents_what_they_lack(
    sessions: Sessions, engine: sa.Engine, public: Client
) -> None:
    """What an earlier release kept reads like what this one keeps, by the public and in lists."""
    (incident_id,) = _as_kept_before(sessions)
    before = public.get("/api/v1/incidents")

    upgrading.upgrade(engine, now=LATER)

    document = _document(sessions, incident_id)
    assert " ".join(sorted(document)) == FIELDS[redrawing.FORM]
    assert document["location"]["latitude"] is None
    listed = public.get("/api/v1/incidents")
    assert listed.headers["etag"] != before.headers["etag"]
    assert listed.json()["data"][0]["evidence"] == []


def test_a_new_form_is_no_change_of_the_record(sessions: Sessions, engine: sa.Engine) -> None:
    """Version and time of the last change stay: nothing happened to the incident."""
    (incident_id,) = _as_kept_before(sessions)
    before = _document(sessions, incident_id)

    upgrading.upgrade(engine, now=LATER)

    after = _document(sessions, incident_id)
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])


def test_another_conclusion_is_a_change(sessions: Sessions, engine: sa.Engine) -> None:
    """Where today's rules conclude otherwise, the version moves with it."""
    (incident_id,) = _as_kept_before(sessions, blocking_link="contradicted")
    before = _document(sessions, incident_id)

    upgrading.upgrade(engine, now=LATER)

    after = _document(sessions, incident_id)
    assert after["blocking_link"] is None
    assert after["version"] == before["version"] + 1


def test_reports_are_matched_with_what_was_kept_before(
    sessions: Sessions, engine: sa.Engine
) -> None:
    """The keys by which a report finds its incident are made for those of an earlier release too."""
    (incident_id,) = _as_kept_before(sessions)
    with sessions.writing() as session:
        known = _keys(session, incident_id)
        session.execute(sa.delete(MatchKey))

    upgrading.upgrade(engine, now=LATER)

    with sessions.reading() as session:
        assert known
        assert _keys(session, incident_id) == known


def _keys(session: Session, incident_id: uuid.UUID) -> set[str]:
    return set(session.scalars(sa.select(MatchKey.key).where(MatchKey.object_id == incident_id)))


def test_it_goes_in_steps_and_on_where_it_stopped(sessions: Sessions, engine: sa.Engine) -> None:
    """Killed between two steps, the next start draws the rest; after that nothing is drawn again."""
    ids = _as_kept_before(sessions, count=5)
    with sessions.writing() as session:
        assert redrawing.redraw_some(session, now=LATER, limit=2)
    drawn = [one for one in ids if "evidence" in _document(sessions, one)]
    assert len(drawn) == 2
    assert not upgrading.is_ready(engine)

    upgrading.upgrade(engine, now=LATER)

    assert all("evidence" in _document(sessions, one) for one in ids)
    assert upgrading.is_ready(engine)
    with sessions.reading() as session:
        counted = ledger.counter(session, "public")
    upgrading.upgrade(engine, now=LATER)
    with sessions.reading() as session:
        assert ledger.counter(session, "public") == counted


def test_a_half_done_upgrade_is_said(
    sessions: Sessions, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`qalam db check` names it and the command that goes on; afterwards all is well."""
    _as_kept_before(sessions)
    monkeypatch.setenv("QALAM_DATABASE_URL", database_url)

    refused = CliRunner().invoke(command, ["db", "check"])
    CliRunner().invoke(command, ["db", "upgrade"])
    passed = CliRunner().invoke(command, ["db", "check"])

    assert refused.exit_code == 1
    assert "qalam db upgrade" in refused.output
    assert passed.exit_code == 0
