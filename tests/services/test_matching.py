# SPDX-License-Identifier: Apache-2.0
"""Which reports meet which incidents and reports, and what follows by itself: little, and undoable."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.intake.item import Given
from app.domain.record.matching import RULES_VERSION
from app.domain.vocabulary import ReportStatus, Role, SourceKind, Trust, WorkflowStatus
from app.services import attaching, erasure, ingestion, record, reports
from app.services.candidates import candidates_view
from app.services.sources import NewSource
from app.storage.database import Sessions, new_id
from app.storage.incidents import Incident, find_incident
from app.storage.matching import (
    INCIDENT,
    MOST_CANDIDATES,
    MOST_OF_A_KEY,
    MatchKey,
    add_keys,
    holders,
    sharing,
    stored,
)
from app.storage.reports import Report
from tests import make
from tests.make import NOW
from tests.make_reports import TEXT, account, only, take
from workers.sources import bbg

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "reports" / "bbg_threats_2016.json"
NAMED: list[dict[str, Any]] = [{"kind": "person", "person": {"name": "Lukpan Akhmediyarov"}}]
OPEN = WorkflowStatus.SUBMITTED


def candidates(sessions: Sessions, key: str) -> list[dict[str, Any]]:
    """Return what a report may be the same as, as the API shows it."""
    with sessions.reading() as session:
        found: list[dict[str, Any]] = reports.report_view(session, only(session, key).id)[
            "candidates"
        ]
        return found


def incident(sessions: Sessions, **fields: Any) -> Incident:
    """Put an incident on record: an attack on one person on 1 February 2026, submitted."""
    given = {"date": "2026-02-01", "targets": NAMED, "status": OPEN, **fields}
    with sessions.writing() as session:
        return make.incident(session, **given)


def test_a_lead_shows_what_it_may_be_and_nothing_follows(sessions: Sessions) -> None:
    """The same person, day and kind: `same`, with its reasons; a lead is attached by a person only."""
    row = incident(sessions)
    take(sessions, account("a", people=["Lukpan Akhmediyarov"]))

    (found,) = candidates(sessions, "a")

    assert (found["kind"], found["id"], found["decision"]) == ("incident", row.id, "same")
    assert found["reasons"] == ["They name the same person, day, country and kind of act."]
    assert found["rules_version"] == RULES_VERSION
    with sessions.reading() as session:
        assert only(session, "a").status is ReportStatus.NEW


def test_a_report_that_is_the_same_becomes_a_source(sessions: Sessions) -> None:
    """From a source of reports: attached, cited, in the group of its source, with a trace on both."""
    row = incident(sessions)
    a = account("a", people=["Lukpan Akhmediyarov"], url="https://paper.example/a")
    take(sessions, a, trust=Trust.REPORT)

    with sessions.reading() as session:
        report, again = only(session, "a"), find_incident(session, row.id)
        assert again is not None
        cited = next(one for one in again.citations if one.id == report.citation_id)
        history = record.list_revisions(session, make.LOADER, row.id)
    assert (report.status, report.incident_id) == (ReportStatus.ATTACHED, row.id)
    assert (cited.url, cited.independence_group) == (
        "https://paper.example/a",
        f"source-{report.source_id}",
    )
    assert len(again.citations) == 3
    assert history[-1]["action"] == "edit"
    assert "attached" in history[-1]["reason"]


@pytest.mark.parametrize("status", [WorkflowStatus.PUBLISHED, WorkflowStatus.VERIFIED])
def test_what_a_second_person_stands_for_gets_nothing_by_itself(
    sessions: Sessions, status: WorkflowStatus
) -> None:
    """The report waits, with its candidate, and nothing else is made of it."""
    incident(sessions, status=status)
    take(sessions, account("a", people=["Lukpan Akhmediyarov"]), trust=Trust.REPORT)

    (found,) = candidates(sessions, "a")

    assert found["decision"] == "same"
    with sessions.reading() as session:
        assert only(session, "a").status is ReportStatus.NEW
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 1


def test_a_question_waits_for_a_person(sessions: Sessions) -> None:
    """The same person two days later is asked; nothing is attached, nothing made."""
    incident(sessions)
    a = account("a", people=["Lukpan Akhmediyarov"], date="2026-02-03")
    take(sessions, a, trust=Trust.REPORT)

    (found,) = candidates(sessions, "a")

    assert (found["decision"], found["rule"]) == ("ask", "person_near")
    with sessions.reading() as session:
        assert only(session, "a").status is ReportStatus.NEW


def test_a_name_in_another_script_is_a_question_never_the_same(sessions: Sessions) -> None:
    """Лукпан Ахмедияров of the same day, place and kind meets Lukpan Akhmediyarov, and is asked."""
    incident(sessions, place="Uralsk")
    a = account("a", people=["Лукпан Ахмедияров"], language="ru")
    take(sessions, a, trust=Trust.REPORT)

    (found,) = candidates(sessions, "a")

    assert (found["decision"], found["rule"]) == ("ask", "spelling_near")


def test_a_name_on_record_in_its_own_script_is_that_person(sessions: Sessions) -> None:
    """What the record itself says somebody is called in Russian is no guess."""
    person = {"name": "Lukpan Akhmediyarov", "names": {"ru": "Лукпан Ахмедияров"}}
    incident(sessions, targets=[{"kind": "person", "person": person}])
    take(sessions, account("a", people=["Лукпан Ахмедияров"]))

    (found,) = candidates(sessions, "a")

    assert (found["decision"], found["rule"]) == ("same", "person_day_kind")


def test_a_wire_copy_adds_no_second_source(sessions: Sessions) -> None:
    """Found by its text whatever the country of its paper; it shares the group of what it copies."""
    first = account("a", title="Reporters held", summary=TEXT, url="https://wire.example/1")
    take(sessions, first, source="Wire", trust=Trust.LEAD)
    with sessions.writing() as session:
        report = only(session, "a")
        row = make.incident(session, status=OPEN, date="2026-02-01", sources=[])
        attaching.attach(session, make.LOADER, report.id, row.id, reason=None, now=NOW)
    copy = account(
        "b", title="Held reporters", summary=TEXT, url="https://paper.example/2",
        country=None, date="2026-02-02", kinds=(),
    )  # fmt: skip
    take(sessions, copy, source="Paper", trust=Trust.REPORT)

    with sessions.reading() as session:
        again, copied = find_incident(session, row.id), only(session, "b")
    assert again is not None
    assert copied.incident_id == row.id
    assert len(again.citations) == 2
    assert len({one.independence_group for one in again.citations}) == 1


def test_short_headlines_are_never_the_same_text(sessions: Sessions) -> None:
    """Two agencies write `Journalist detained in Almaty` of two acts in one week."""
    take(sessions, account("a", title="Journalist detained in Almaty on the square", kinds=()))
    take(sessions, account("b", title="Journalist detained in Almaty on the square", kinds=()))

    assert [one["decision"] for one in candidates(sessions, "b")] in ([], ["ask"])


def test_reports_of_one_reading_that_are_the_same_become_one_record_or_wait(
    sessions: Sessions,
) -> None:
    """The first may make a record; the other is never made into a second."""
    one = account("a", people=["Aigerim Sample"])
    two = account("b", people=["Aigerim Sample"], url="https://paper.example/b")
    take(sessions, one, two, trust=Trust.REPORT)

    with sessions.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(Incident))
        made = {only(session, key).incident_id for key in ("a", "b")}
    assert count in (0, 1)
    assert len(made) == 1


def test_comparisons_follow_every_change(sessions: Sessions) -> None:
    """An incident that says another day is compared again; so is a report that does."""
    row = incident(sessions)
    take(sessions, account("a", people=["Lukpan Akhmediyarov"]))
    with sessions.writing() as session:
        record.edit_incident(
            session, make.LOADER, row.id, {"date": "2026-02-03"}, version=row.version, now=NOW
        )
    assert [one["decision"] for one in candidates(sessions, "a")] == ["ask"]
    with sessions.writing() as session:
        version = session.get_one(Incident, row.id).version
        record.edit_incident(
            session, make.LOADER, row.id, {"date": "2025-02-03"}, version=version, now=NOW
        )
    assert candidates(sessions, "a") == []

    take(sessions, account("a", people=["Lukpan Akhmediyarov"], date="2025-02-03"))
    assert [one["decision"] for one in candidates(sessions, "a")] == ["same"]


def test_an_incident_that_comes_later_meets_the_reports_that_wait(sessions: Sessions) -> None:
    """It does not matter which was there first."""
    take(sessions, account("a", people=["Lukpan Akhmediyarov"]))
    row = incident(sessions)

    assert [one["id"] for one in candidates(sessions, "a")] == [row.id]


def test_what_was_rejected_is_nobodys_candidate(sessions: Sessions) -> None:
    """Nothing is matched with an incident that was set aside."""
    incident(sessions, status=WorkflowStatus.REJECTED)
    take(sessions, account("a", people=["Lukpan Akhmediyarov"]))

    assert candidates(sessions, "a") == []
    with sessions.reading() as session:
        kinds = session.scalars(sa.select(MatchKey.object_kind)).all()
    assert INCIDENT not in kinds


def test_an_erased_name_finds_nothing_more(sessions: Sessions) -> None:
    """Neither the incident nor the report is found by it."""
    row = incident(sessions)
    take(sessions, account("a", people=["Lukpan Akhmediyarov"]))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.ADMIN, "erlan")
        again = find_incident(session, row.id)
        assert again is not None
        person_id = again.targets[0].person_id
        assert person_id is not None
        erasure.erase_person(session, editor, person_id, reason="On request.", now=NOW)

    key = stored("person:lukpan akhmediyarov")
    with sessions.reading() as session:
        assert session.scalars(sa.select(MatchKey).where(MatchKey.key == key)).all() == []


def test_a_key_that_very_many_share_costs_a_bounded_look(sessions: Sessions) -> None:
    """However many there are, so many are looked at, incidents before reports, on both databases."""
    many = {new_id(): ["day:KZ:2026-02-01"] for _ in range(3 * MOST_OF_A_KEY)}
    alone = new_id()
    with sessions.writing() as session:
        add_keys(session, "report", many)
        add_keys(session, INCIDENT, {alone: ["day:KZ:2026-02-01", "person:a b"]})
    keys = {stored("day:KZ:2026-02-01"), stored("person:a b"), stored("nothing")}
    with sessions.reading() as session:
        found = holders(session, keys)

    assert len(found[stored("day:KZ:2026-02-01")]) == MOST_OF_A_KEY
    near = sharing(found, ["day:KZ:2026-02-01", "person:a b"])
    assert len(near) == MOST_CANDIDATES
    assert (near[0].id, near[0].keys) == (alone, 2)


def test_the_sample_of_seventeen(sessions: Sessions) -> None:
    """The two records of one event become a question; the two dates of one person stay two."""
    if not SAMPLE.is_file():
        pytest.skip("the sample of reports is not laid out beside the repository")
    found = bbg.read(SAMPLE.read_bytes(), Given(now=NOW))
    described = NewSource(name="BBG", kind=SourceKind.BBG, trust=Trust.REPORT)
    with sessions.writing() as session:
        result = ingestion.import_file(session, described, found, now=NOW)

    with sessions.reading() as session:
        rows = session.scalars(sa.select(Report)).all()
        armenian = [one for one in rows if one.country == "AM"]
        ismayilova = [one for one in rows if "Ismayilova" in one.title + (one.summary or "")]
        views = {one.id: candidates_view(session, one.id) for one in rows}
    assert (result.rows, result.new, result.rejected) == (17, 17, ())
    assert len(armenian) == 2
    assert [one.status for one in armenian] == [ReportStatus.NEW] * 2
    assert {one["decision"] for one in views[armenian[0].id]} == {"ask"}
    assert {one["id"] for one in views[armenian[0].id]} == {armenian[1].id}
    assert len(ismayilova) == 2
    assert [views[one.id] for one in ismayilova] == [[], []]
    others = [one for one in rows if one not in armenian]
    assert all(views[one.id] == [] for one in others)
