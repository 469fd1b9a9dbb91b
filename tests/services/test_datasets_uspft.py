# SPDX-License-Identifier: Apache-2.0
"""The Press Freedom Tracker as a trusted dataset: every row kept or named, followed, never doubled."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.intake.item import Given
from app.domain.record.incident import Action
from app.domain.vocabulary import ReportStatus, Role, SourceKind, TargetKind, Trust, WorkflowStatus
from app.errors import NotAllowed
from app.services import conclusions, erasure, ingestion, record, sources, workflow
from app.services.assembling import make_outlet
from app.services.drafts import OutletDraft
from app.services.ingestion import IngestResult
from app.services.sources import NewSource
from app.storage import ledger
from app.storage.database import Base, Sessions
from app.storage.external_ids import ExternalId
from app.storage.incidents import Incident, find_incident
from app.storage.matching import ReportCandidate
from app.storage.outlets import Outlet
from app.storage.people import Person
from app.storage.reports import Report
from tests import make, make_uspft
from tests.make import NOW
from tests.make_uspft import api_csv, api_page, export, incident
from workers.sources import uspft

TRACKER = "U.S. Press Freedom Tracker"
LATER = NOW + timedelta(days=30)
LAST = LATER + timedelta(days=30)


def take(
    sessions: Sessions, body: bytes, *, now: datetime = NOW, name: str = TRACKER
) -> IngestResult:
    """Take a file in as the command does."""
    found = uspft.read(body, Given(now=now))
    described = NewSource(name=name, kind=SourceKind.USPFT, trust=Trust.DATASET)
    with sessions.writing() as session:
        return ingestion.import_file(session, described, found, now=now)


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


def count(session: Session, table: type[Base]) -> int:
    """How many rows a table has."""
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_row_becomes_a_record_with_all_it_says(sessions: Sessions) -> None:
    """People at their outlets, outlets aimed at, place and point, a slot without a name, its sources."""
    row = incident(
        "a",
        targeted_journalists="A B (Sample Daily), C D (Independent), Two photographers",
        targeted_institutions="Sample Daily",
        assailant="private individual",
        latitude="37.8",
        longitude="-122.2",
        links="Held (https://www.paper.example/1) via The Paper, Self (https://t.example/2)",
    )
    take(sessions, api_csv(row))

    with sessions.reading() as session:
        made = only(session)
        view = made.document
        assert (made.status, made.verified_by_name) == (WorkflowStatus.VERIFIED, TRACKER)
        assert [one["person"] and one["person"]["name"] for one in view["targets"]] == [
            "A B",
            "C D",
            None,
            None,
        ]
        assert made.targets[0].employer_outlet_id == made.targets[3].outlet_id
        assert (made.targets[1].description, made.targets[1].employer_outlet_id) == (
            "Independent",
            None,
        )
        assert (made.targets[2].kind, made.targets[2].count) == (TargetKind.GROUP, 2)
        assert (made.admin1, made.place, made.latitude) == ("California", "Oakland", 37.8)
        # Coordinates are those of the town, and everybody is told the state.
        assert (made.precision.value, made.public_precision.value) == ("locality", "admin1")
        (slot,) = made.involvements
        assert (slot.is_identified, slot.person_id, slot.actor_type.value) == (
            False,
            None,
            "private_individual",
        )
        assert slot.description == f"private individual (suspected, says the {TRACKER})"
        cited = {one.url: (one.type.value, one.publisher) for one in made.citations}
        assert cited == {
            "https://pressfreedomtracker.us/all-incidents/a/": ("dataset", TRACKER),
            "https://www.paper.example/1": ("news", "The Paper"),
            "https://t.example/2": ("news", "t.example"),
        }
        assert len({one.independence_group for one in made.citations}) == 3
        assert [(one.system, one.value) for one in made.external_ids] == [
            ("uspft", "https://pressfreedomtracker.us/all-incidents/a/")
        ]


def test_a_record_made_in_bulk_is_what_one_handed_in_would_be(sessions: Sessions) -> None:
    """Concluding again finds nothing else; the first revision holds every field."""
    take(sessions, export(incident("a", actor="law enforcement")))

    with sessions.writing() as session:
        row = only(session)
        before = dict(row.document)
        conclusions.refresh(session, row, now=NOW)
        (first,) = ledger.revisions_of(session, "incident", row.id)
        assert row.document == before
        assert first.changes["external_ids"]["new"][0]["system"] == "uspft"


def test_every_row_is_kept_or_named_and_the_second_time_nothing_changes(sessions: Sessions) -> None:
    """Many rows of every kind: counted in and out; no row, revision or counter moves afterwards."""
    rows = make_uspft.many(120)
    rows[5] = {**rows[5], "slug": None}
    body = export(*rows, totals=True)
    first = take(sessions, body)
    with sessions.reading() as session:
        before = (count(session, Incident), count(session, Person), count(session, Outlet))
        revisions, staff = count(session, ledger.Revision), ledger.counter(session, "staff")
        reports = session.scalars(sa.select(Report)).all()
        undecided = [one for one in reports if one.incident_id is None]

    again = take(sessions, body, now=LATER)

    assert (first.rows, first.new, len(first.rejected)) == (121, 119, 2)
    assert {one.reason for one in first.rejected} == {
        "a row of totals is not a report",
        "the row has no address of its page, which is its key",
    }
    # What no kind of ours stands for waits for a person, with the tracker's word beside it.
    assert all(one.leftovers["categories"] == ["Other Incident"] for one in undecided)
    assert before[0] == 119 - len(undecided)
    assert numbers(again) == (0, 0, 119, 0)
    with sessions.reading() as session:
        assert (count(session, Incident), count(session, Person), count(session, Outlet)) == before
        assert count(session, ledger.Revision) == revisions
        assert ledger.counter(session, "staff") == staff


def test_no_markup_is_left_anywhere(sessions: Sessions) -> None:
    """Every text of every table but the raw words themselves, as they are kept on purpose."""
    markup = "<b>x</b><script>y</script>&nbsp;&lt;/p&gt;&amp;nbsp;"
    dirty = {
        name: f"{value}{markup}"
        for name, value in incident("a").items()
        if name not in ("slug", "date", "first_published_at", "categories")
    }
    links = f"T{markup} (https://paper.example/1) via P{markup}"
    take(sessions, export({**incident("a"), **dirty, "links": links}, *make_uspft.many(20)))
    take(sessions, api_page({**incident("b"), **dirty}), name="API")

    with sessions.reading() as session:
        assert count(session, Incident) > 15
        for table in Base.metadata.sorted_tables:
            if table.name == "raw_items":
                continue
            for row in session.execute(sa.select(table)):
                told = repr(tuple(row)).casefold()
                for mark in ("<script", "</", "&nbsp;", "&lt;", "<b>"):
                    assert mark not in told, (table.name, mark)


def test_namesakes_stay_two_people_and_outlets_one(sessions: Sessions) -> None:
    """A name in two rows is two people; one outlet's name in one country is one outlet."""
    with sessions.writing() as session:
        outlet = OutletDraft(name="Sample Daily", country="US")
        make_outlet(session, outlet, recorded_by_id=None, now=NOW)
    rows = [
        incident("a", targeted_journalists="A B (SAMPLE Daily)"),
        incident("b", targeted_journalists="A B (Sámple Daily), C D (Other)"),
        incident("c", targeted_journalists="", targeted_institutions="Other"),
    ]
    take(sessions, export(*rows))

    with sessions.reading() as session:
        names = session.scalars(sa.select(Person.name).order_by(Person.name)).all()
        assert names == ["A B", "A B", "C D"]
        assert session.scalars(sa.select(Outlet.name).order_by(Outlet.name)).all() == [
            "Other",
            "Sample Daily",
        ]


def test_two_outlets_of_one_name_are_not_chosen_between(sessions: Sessions) -> None:
    """The row's own words stand, no third is made, and a person says which."""
    with sessions.writing() as session:
        for name in ("Sample Daily", "sample daily"):
            draft = OutletDraft(name=name, country="US")
            make_outlet(session, draft, recorded_by_id=None, now=NOW)
    take(sessions, export(incident("a", targeted_institutions="Sample Daily")))

    with sessions.reading() as session:
        row = only(session)
        assert count(session, Outlet) == 2
        assert (row.targets[0].employer_outlet_id, row.targets[0].description) == (
            None,
            "Sample Daily",
        )
        assert (row.targets[1].kind, row.targets[1].description) == (
            TargetKind.GROUP,
            "Sample Daily",
        )


def test_a_changed_row_is_followed_and_keeps_its_people(sessions: Sessions) -> None:
    """Who was there stays the same person, spelt as now; who joins is new; one revision says all."""
    take(sessions, export(incident("a", targeted_journalists="José B (Daily), C D (Daily)")))
    with sessions.writing() as session:
        before = {one.person.name: one.person_id for one in only(session).targets if one.person}
        only(session).targets[0].harm = "a broken arm"
    changed = incident(
        "a",
        title="Reporters arrested",
        targeted_journalists="C D (Other), Jose B (Daily), E F (Daily)",
        city="Berkeley",
        links="New (https://paper.example/2)",
    )

    result = take(sessions, export(changed), now=LATER)

    with sessions.reading() as session:
        row = only(session)
        after = {one.person.name: one.person_id for one in row.targets if one.person}
        report = session.scalars(sa.select(Report)).one()
        assert numbers(result) == (0, 1, 0, 0)
        assert (row.title, row.place) == ("Reporters arrested", "Berkeley")
        assert after["C D"] == before["C D"]
        assert after["Jose B"] == before["José B"]
        assert set(after) == {"C D", "Jose B", "E F"}
        assert [one.harm for one in row.targets] == [None, "a broken arm", None]
        assert "https://paper.example/2" in {one.url for one in row.citations}
        assert ledger.revisions_of(session, "incident", row.id)[-1].action == "import"
        assert report.decided_at == LATER
        assert row.status is WorkflowStatus.VERIFIED


def test_a_second_export_attaches_by_the_page_and_doubles_nothing(sessions: Sessions) -> None:
    """The API tells of what the export of 2020 told: one record; what was silent is filled in."""
    rows = [incident("a"), incident("b", targeted_journalists="C D (Daily)")]
    take(sessions, export(*rows))
    placed = [{**one, "latitude": "37.8", "longitude": "-122.2", "city": "X"} for one in rows]

    result = take(sessions, api_csv(*placed, incident("c")), name="API", now=LATER)
    again = take(sessions, api_csv(*placed, incident("c")), name="API", now=LAST)

    with sessions.reading() as session:
        made = incidents(session)
        statuses = session.scalars(sa.select(Report.status)).all()
        assert (result.new, numbers(again)) == (3, (0, 0, 3, 0))
        assert len(made) == 3
        assert count(session, ExternalId) == 3
        assert count(session, Person) == 3
        assert sorted(statuses) == [*[ReportStatus.ACCEPTED] * 3, *[ReportStatus.ATTACHED] * 2]
        # What stands is not overwritten by an export of which nobody says that it is newer.
        assert [(one.place, one.latitude) for one in made[:2]] == [("Oakland", 37.8)] * 2
        # The same page is one source, however many exports give it.
        assert [len(one.citations) for one in made] == [1, 1, 1]


def test_what_the_second_export_changes_later_is_followed(sessions: Sessions) -> None:
    """Attached is not forgotten: a change of the row is a change of the record."""
    take(sessions, export(incident("a")))
    take(sessions, api_csv(incident("a")), name="API", now=LATER)
    take(sessions, api_csv(incident("a", city="Berkeley")), name="API", now=LAST)

    with sessions.reading() as session:
        assert only(session).place == "Berkeley"


def test_a_page_that_people_entered_waits_for_them(sessions: Sessions) -> None:
    """An incident of theirs that bears the page's address is neither doubled nor verified by a file."""
    page = "https://pressfreedomtracker.us/all-incidents/a/"
    with sessions.writing() as session:
        ids = [{"system": "uspft", "id": page, "url": page}]
        make.incident(session, status=WorkflowStatus.SUBMITTED, country="US", external_ids=ids)

    take(sessions, export(incident("a")))

    with sessions.reading() as session:
        assert only(session).verified_by_name is None
        assert only(session).status is not WorkflowStatus.VERIFIED
        (candidate,) = session.scalars(sa.select(ReportCandidate)).all()
        assert (candidate.incident_id, candidate.rule) == (only(session).id, "same_id")


def test_a_name_that_was_erased_does_not_come_back(sessions: Sessions) -> None:
    """Neither among the targets nor in the title, whatever the next export says."""
    row = incident("a", title="Zyx Qwv arrested", targeted_journalists="Zyx Qwv (Daily)", body="x")
    take(sessions, export(row))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        person_id = only(session).targets[0].person_id
        assert person_id is not None
        erasure.erase_person(session, editor, person_id, reason="asked for", now=NOW)

    take(sessions, export({**row, "city": "Berkeley"}), now=LATER)

    with sessions.reading() as session:
        made = only(session)
        assert made.place == "Berkeley"
        assert "Qwv" not in repr((made.document, made.search_text))
        assert count(session, Person) == 1


def test_a_row_that_is_taken_away_makes_its_record_doubtful(sessions: Sessions) -> None:
    """Only the site's own export is everything; what the API leaves out was not taken away."""
    take(sessions, export(incident("a"), incident("b")))
    partial = take(sessions, api_csv(incident("b")), name="API", now=LATER)
    gone = take(sessions, export(incident("b")), now=LATER)

    with sessions.reading() as session:
        assert (partial.vanished, gone.vanished) == (0, 1)
        assert [one.status for one in incidents(session)] == [
            WorkflowStatus.UNDER_VERIFICATION,
            WorkflowStatus.VERIFIED,
        ]


def test_who_added_a_source_that_is_fetched_does_not_publish_its_records(
    sessions: Sessions,
) -> None:
    """No key stands behind a scheduled reading; whoever added the source is its author."""
    found = uspft.read(api_page(incident("a")), Given(now=NOW))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        second = make.viewer(session, Role.EDITOR, "dana")
        described = NewSource(
            name="API",
            kind=SourceKind.USPFT,
            address="https://tracker.example/api",
            trust=Trust.DATASET,
        )
        source = sources.add_source(session, described, now=NOW, viewer=editor)
        ingestion.ingest(session, source, found, now=NOW)

    with sessions.writing() as session:
        row = only(session)
        with pytest.raises(NotAllowed):
            workflow.transition(session, editor, row.id, Action.PUBLISH, now=NOW)
        workflow.transition(session, second, row.id, Action.PUBLISH, now=NOW)


def test_what_people_changed_is_theirs(sessions: Sessions) -> None:
    """An edited record is not followed; its report says that something moved."""
    take(sessions, export(incident("a")))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        row = only(session)
        changed = {"place": "Berkeley"}
        record.edit_incident(session, editor, row.id, changed, version=row.version, now=NOW)

    take(sessions, export(incident("a", city="Alameda")), now=LATER)

    with sessions.reading() as session:
        report = session.scalars(sa.select(Report)).one()
        assert only(session).place == "Berkeley"
        assert report.decided_at is not None
        assert report.changed_at > report.decided_at
