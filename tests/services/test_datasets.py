# SPDX-License-Identifier: Apache-2.0
"""A trusted dataset: verified records by its organisation's name, followed, and never doubled."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.intake.item import Given
from app.domain.record.incident import Action
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import (
    Impunity,
    ReportStatus,
    Role,
    SourceKind,
    Trust,
    WorkflowStatus,
)
from app.errors import NotAllowed, NotFound
from app.services import conclusions, ingestion, record, workflow
from app.services.ingestion import IngestResult
from app.services.sources import NewSource
from app.storage import ledger
from app.storage.assessments import Assessment
from app.storage.database import Sessions
from app.storage.incidents import Incident, find_incident
from app.storage.people import Person
from app.storage.reports import Report
from tests import make, make_cpj
from tests.make import NOW
from tests.make_cpj import killed, listed
from workers.sources.readers import READERS, USUAL_NAMES

LATER = NOW + timedelta(days=30)
CPJ = "Committee to Protect Journalists"


def take(
    sessions: Sessions,
    body: bytes,
    *,
    kind: SourceKind = SourceKind.CPJ,
    trust: Trust = Trust.DATASET,
    now: datetime = NOW,
    viewer: Viewer | None = None,
) -> IngestResult:
    """Take a file in as the command does."""
    found = READERS[kind](body, Given(now=now))
    described = NewSource(name=USUAL_NAMES[kind], kind=kind, trust=trust)
    with sessions.writing() as session:
        return ingestion.import_file(session, described, found, now=now, viewer=viewer)


def take_people(sessions: Sessions, body: bytes, *, now: datetime = NOW) -> IngestResult:
    """Take a people list in."""
    return take(sessions, body, kind=SourceKind.CPJ_PEOPLE, now=now)


def numbers(result: IngestResult) -> tuple[int, int, int, int]:
    """New, changed, unchanged, vanished."""
    return (result.new, result.changed, result.unchanged, result.vanished)


def incidents(session: Session) -> Sequence[Incident]:
    """Every incident with its parts, by title."""
    ids = session.scalars(sa.select(Incident.id).order_by(Incident.title)).all()
    return [row for row in (find_incident(session, one) for one in ids) if row is not None]


def only(session: Session) -> Incident:
    """The one incident there is."""
    (row,) = incidents(session)
    return row


def test_rows_become_verified_records_by_the_organisations_name(sessions: Sessions) -> None:
    """CPJ verified it, says the record; its level is reported and named; nothing is public."""
    result = take(sessions, make_cpj.full(killed("Sample Person"), killed("Second", 2011)))

    with sessions.reading() as session:
        row = incidents(session)[0]
        report = session.scalars(sa.select(Report).where(Report.incident_id == row.id)).one()
        view = row.document
        assert numbers(result) == (2, 0, 0, 0)
        assert (row.status, row.verified_by_name) == (WorkflowStatus.VERIFIED, CPJ)
        assert (row.verified_by_id, row.published_at) == (None, None)
        assert (report.status, report.decided_at) == (ReportStatus.ACCEPTED, NOW)
        assert view["verified_by"] == CPJ
        assert (view["impunity"]["level"], view["impunity"]["basis"]) == (
            "complete_impunity",
            "reported",
        )
        assert view["impunity"]["assessor"] == CPJ
        assert CPJ in view["impunity"]["reasons"][0]
        with pytest.raises(NotFound):
            record.incident_view(session, PUBLIC, row.id, now=NOW)


def test_a_record_made_in_bulk_is_what_one_handed_in_would_be(sessions: Sessions) -> None:
    """Concluding again finds nothing else, and the first revision holds every field."""
    take(sessions, make_cpj.full(killed("Sample Person", sourcesOfFire="Military Officials")))

    with sessions.writing() as session:
        row = only(session)
        before = dict(row.document)
        conclusions.refresh(session, row, now=NOW)
        (first,) = ledger.revisions_of(session, "incident", row.id)
        assert row.document == before
        assert row.version == 1
        assert first.changes["status"] == {"old": None, "new": "verified"}
        assert first.changes["motive"]["new"] == "confirmed"
        assert "sample person" in row.search_text


@pytest.mark.parametrize("trust", [Trust.LEAD, Trust.REPORT])
def test_without_that_trust_rows_are_reports_only(sessions: Sessions, trust: Trust) -> None:
    """A lead verifies nothing; trusted later, the same rows become records, once."""
    body = make_cpj.full(killed("Sample Person"))
    take(sessions, body, trust=trust)
    with sessions.reading() as session:
        assert incidents(session) == []

    result = take(sessions, body, now=LATER)

    with sessions.reading() as session:
        assert numbers(result) == (0, 0, 1, 0)
        assert only(session).verified_by_name == CPJ


def test_only_an_editor_trusts_a_dataset(sessions: Sessions) -> None:
    """A monitor's key makes no verified record, whatever the file."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "erlan")
    body = make_cpj.full(killed("Sample Person"))

    with pytest.raises(NotAllowed):
        take(sessions, body, viewer=monitor)
    take(sessions, body, viewer=editor)

    with sessions.reading() as session:
        assert only(session).submitted_by_id == editor.key_id


def test_who_took_the_file_in_does_not_publish_it(sessions: Sessions) -> None:
    """Publishing stays with a person, and with a second one."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        second = make.viewer(session, Role.EDITOR, "dana")
    take(sessions, make_cpj.full(killed("Sample Person")), viewer=editor)

    with sessions.writing() as session:
        row = only(session)
        with pytest.raises(NotAllowed):
            workflow.transition(session, editor, row.id, Action.PUBLISH, now=NOW)
        workflow.transition(session, second, row.id, Action.PUBLISH, now=NOW)
    with sessions.reading() as session:
        row = only(session)
        assert (row.status, row.verified_by_name) == (WorkflowStatus.PUBLISHED, CPJ)
        assert record.incident_view(session, PUBLIC, row.id, now=NOW)["verified_by"] == CPJ


def test_the_same_file_again_changes_nothing(sessions: Sessions) -> None:
    """No second record, no revision, no moved counter."""
    body = make_cpj.full(killed("Sample Person"), killed("Unidentified"), killed("Unidentified"))
    take(sessions, body)
    with sessions.reading() as session:
        count = ledger.counter(session, "staff")

    result = take(sessions, body, now=LATER)

    with sessions.reading() as session:
        assert numbers(result) == (0, 0, 3, 0)
        assert len(incidents(session)) == 3
        assert ledger.counter(session, "staff") == count


def test_what_the_organisation_revises_is_followed_as_a_change(sessions: Sessions) -> None:
    """Motive, death and justice move with a revision; the person stays the same one."""
    take(sessions, make_cpj.full(killed("Sample Person", motiveConfirmed="Unconfirmed")))
    with sessions.reading() as session:
        before = only(session)
    row = killed("Sample Person", impunityMurder="Partial Impunity", organizations="Sample Daily")

    result = take(sessions, make_cpj.full(row), now=LATER)

    with sessions.reading() as session:
        after = only(session)
        last = ledger.revisions_of(session, "incident", after.id)[-1]
        people = session.scalar(sa.select(sa.func.count()).select_from(Person))
        said = session.scalars(sa.select(Assessment).order_by(Assessment.recorded_at)).all()
        assert numbers(result) == (0, 1, 0, 0)
        assert (after.id, after.status) == (before.id, WorkflowStatus.VERIFIED)
        assert last.changes["motive"] == {"old": "unconfirmed", "new": "confirmed"}
        assert last.changes["impunity_reported"]["new"] == "partial_impunity"
        assert after.impunity == "partial_impunity"
        assert after.targets[0].description == "Sample Daily"
        assert people == 1
        assert [(one.level, one.retracted_at) for one in said] == [
            (Impunity.COMPLETE_IMPUNITY, LATER),
            (Impunity.PARTIAL_IMPUNITY, None),
        ]


def test_past_knowledge_keeps_its_answer(sessions: Sessions) -> None:
    """After the revision the level as known before is what it was."""
    take(sessions, make_cpj.full(killed("Sample Person")))
    take(
        sessions,
        make_cpj.full(killed("Sample Person", impunityMurder="Full Justice")),
        now=LATER,
    )

    with sessions.reading() as session:
        row = only(session)

        def level(known_at: datetime) -> str:
            found = conclusions.conclude(
                session, row, as_of=LATER.date(), known_at=known_at, now=LATER
            )
            return found.impunity.level.value

        assert level(LATER - timedelta(seconds=1)) == "complete_impunity"
        assert level(LATER) == "full_justice"


def test_a_row_that_is_taken_away_makes_its_record_doubtful(sessions: Sessions) -> None:
    """It counts no longer and a person looks; back in the file it is verified again."""
    both = make_cpj.full(killed("Sample Person"), killed("Second"))
    take(sessions, both)
    gone = take(sessions, make_cpj.full(killed("Second")), now=LATER)

    with sessions.reading() as session:
        row = incidents(session)[0]
        assert gone.vanished == 1
        assert row.status is WorkflowStatus.UNDER_VERIFICATION
        assert row.status_reason == "The dataset that this record is of no longer holds it."
        assert row.impunity == "not_assessed"

    take(sessions, both, now=LATER + timedelta(days=1))
    with sessions.reading() as session:
        row = incidents(session)[0]
        assert (row.status, row.impunity) == (WorkflowStatus.VERIFIED, "complete_impunity")
        assert len(incidents(session)) == 2


def test_a_doubtful_record_that_people_worked_on_stays_theirs(sessions: Sessions) -> None:
    """When its row comes back, what was edited meanwhile is neither undone nor verified."""
    both = make_cpj.full(killed("Sample Person"), killed("Second"))
    take(sessions, both)
    take(sessions, make_cpj.full(killed("Second")), now=LATER)
    with sessions.writing() as session:
        editor, row = make.viewer(session, Role.EDITOR, "erlan"), incidents(session)[0]
        changed = {"place": "Basra"}
        record.edit_incident(session, editor, row.id, changed, version=row.version, now=LATER)

    take(sessions, both, now=LATER + timedelta(days=1))

    with sessions.reading() as session:
        row = incidents(session)[0]
        assert row.place == "Basra"
        assert row.status is WorkflowStatus.UNDER_VERIFICATION


def test_a_file_with_a_bad_row_takes_nothing_away(sessions: Sessions) -> None:
    """What could not be read may be what seems to be missing."""
    take(sessions, make_cpj.full(killed("Sample Person"), killed("Second")))

    bad = take(sessions, make_cpj.full(killed("Second"), killed("X", "Unknown")), now=LATER)

    assert (bad.vanished, len(bad.rejected)) == (0, 1)


def test_what_people_have_taken_over_is_not_changed_by_an_import(sessions: Sessions) -> None:
    """An edited record is theirs, a public one keeps its text; the report says that something moved."""
    take(sessions, make_cpj.full(killed("Sample Person"), killed("Second")))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        first, second = incidents(session)
        record.edit_incident(
            session, editor, first.id, {"place": "Basra"}, version=first.version, now=NOW
        )
        workflow.transition(session, editor, second.id, Action.PUBLISH, now=NOW)

    rows = [
        killed(name, motiveConfirmed="Unconfirmed", impunityMurder="Partial Impunity")
        for name in ("Sample Person", "Second")
    ]
    take(sessions, make_cpj.full(*rows), now=LATER)

    with sessions.reading() as session:
        first, second = incidents(session)
        report = session.scalars(sa.select(Report).where(Report.incident_id == second.id)).one()
        assert (first.place, first.motive.value) == ("Basra", "confirmed")
        assert first.status is WorkflowStatus.UNDER_VERIFICATION
        assert (second.status, second.motive.value) == (WorkflowStatus.PUBLISHED, "confirmed")
        # What the assessor says is its own statement, under its own name.
        assert second.document["impunity"]["level"] == "partial_impunity"
        assert report.decided_at is not None
        assert report.changed_at > report.decided_at


def test_a_record_that_people_took_over_is_not_doubled_by_another_export(
    sessions: Sessions,
) -> None:
    """Whether the list means the same person is for people to say: the report waits, nothing is made."""
    take(sessions, make_cpj.full(killed("José Sample", 2010)))
    with sessions.writing() as session:
        editor, row = make.viewer(session, Role.EDITOR, "erlan"), only(session)
        changed = {"place": "Basra"}
        record.edit_incident(session, editor, row.id, changed, version=row.version, now=NOW)

    take_people(sessions, make_cpj.people(listed("Jose Sample", "April 30, 2010")), now=LATER)

    with sessions.reading() as session:
        assert only(session).place == "Basra"
        waiting = session.scalars(sa.select(Report).where(Report.incident_id.is_(None))).all()
        assert len(waiting) == 1


def test_facts_on_record_outweigh_what_is_reported(sessions: Sessions) -> None:
    """The assessor's level is used only where no facts exist."""
    take(sessions, make_cpj.full(killed("Sample Person")))
    with sessions.writing() as session:
        row = only(session)
        case = make.case(session, row.id)
        make.fact(session, case.id, "convicted", "2012-05-01", role="executor", now=NOW)
    with sessions.reading() as session:
        view = only(session).document["impunity"]
        assert (view["level"], view["basis"], view["assessor"]) == (
            "partial_impunity",
            "derived",
            None,
        )


def test_both_exports_of_one_organisation_are_one_record_each_person(sessions: Sessions) -> None:
    """The list gives the day and the page, the full export the justice; order plays no part."""
    full = make_cpj.full(killed("José Sample", 2010))
    people = make_cpj.people(listed("Jose Sample", "April 30, 2010"))
    take(sessions, full)
    take_people(sessions, people, now=LATER)

    with sessions.reading() as session:
        row = only(session)
        assert (row.date_text, row.impunity) == ("2010-04-30", "complete_impunity")
        assert {one.url is None for one in row.citations} == {True, False}
        statuses = session.scalars(sa.select(Report.status)).all()
        assert sorted(statuses) == [ReportStatus.ACCEPTED, ReportStatus.ATTACHED]
    # Neither export changes what the other one said when it comes again.
    take(sessions, full, now=LATER)
    take(sessions, make_cpj.full(killed("José Sample", 2010, gender="")), now=LATER)
    with sessions.reading() as session:
        assert only(session).date_text == "2010-04-30"


def test_the_other_order_gives_the_same_record(sessions: Sessions) -> None:
    """The people list first, then the full export."""
    take_people(sessions, make_cpj.people(listed("Jose Sample", "April 30, 2010")))
    take(sessions, make_cpj.full(killed("José Sample", 2010, location="Basra")), now=LATER)

    with sessions.reading() as session:
        row = only(session)
        assert (row.date_text, row.impunity, row.place) == (
            "2010-04-30",
            "complete_impunity",
            "Basra",
        )


def test_namesakes_of_two_exports_are_left_to_a_person(sessions: Sessions) -> None:
    """Nothing is merged where a name could mean two people, and nothing is counted twice."""
    take(
        sessions,
        make_cpj.full(
            killed("Sample Person", organizations="A"), killed("Sample Person", organizations="B")
        ),
    )
    take_people(sessions, make_cpj.people(listed("Sample Person", "April 30, 2010")), now=LATER)

    with sessions.reading() as session:
        assert len(incidents(session)) == 2
        assert (
            session.scalar(sa.select(sa.func.count()).where(Report.status == ReportStatus.NEW)) == 1
        )


def test_a_dry_run_leaves_nothing(sessions: Sessions) -> None:
    """What is rolled back was never there."""
    found = READERS[SourceKind.CPJ](make_cpj.full(killed("Sample Person")), Given(now=NOW))
    described = NewSource(name="n", kind=SourceKind.CPJ, trust=Trust.DATASET)
    with sessions.writing() as session:
        assert ingestion.import_file(session, described, found, now=NOW).new == 1
        session.rollback()
    with sessions.reading() as session:
        assert incidents(session) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
