# SPDX-License-Identifier: Apache-2.0
"""A source trusted to report: what it says in full is handed in, followed, and never verified by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.intake.item import Given
from app.domain.record.incident import Action
from app.domain.record.particulars import Particulars, SaidActor, SaidLink, SaidTarget
from app.domain.record.report import Account, Extent, Found, Reading, raw_item
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import (
    Category,
    ReportStatus,
    Role,
    SourceKind,
    TargetKind,
    Trust,
    WorkflowStatus,
)
from app.errors import NotAllowed, NotFound
from app.services import conclusions, erasure, ingestion, record, sources, workflow
from app.services.assembling import make_outlet
from app.services.drafts import OutletDraft
from app.services.ingestion import IngestResult
from app.services.sources import NewSource
from app.storage import ledger
from app.storage.database import Base, Sessions
from app.storage.incidents import Incident, find_incident
from app.storage.matching import ReportCandidate
from app.storage.outlets import Outlet
from app.storage.people import Person
from app.storage.reports import Report, find_source
from tests import make, make_uspft
from tests.make import NOW
from workers.sources import uspft

LATER = NOW + timedelta(hours=1)
LAST = LATER + timedelta(hours=1)
WATCH = NewSource(
    name="Watch", kind=SourceKind.FEED, address="https://watch.example/f", trust=Trust.REPORT
)
TARGET = SaidTarget(kind=TargetKind.PERSON, name="A B", outlet="Sample Daily")
KINDS = ((Category.DETENTION, "arrest"),)


def account(key: str, text: str = "first", **said: Any) -> Account:
    """One arrest, said in full; `said` changes particulars, or what stands beside them."""
    beside = {name: said.pop(name) for name in list(said) if name in Reading.__slots__}
    fields: dict[str, Any] = {"targets": (TARGET,), "kinds": KINDS, **said}
    reading: dict[str, Any] = {
        "title": f"{key} arrested",
        "summary": f"{key}: {text}",
        "url": f"https://watch.example/{key}",
        "language": "en",
        "country": "KZ",
        "date_text": "2026-02-01",
        **beside,
    }
    return Account(
        raw=raw_item(key, f"{key} {text} {fields} {beside}"),
        reading=Reading(**reading, particulars=Particulars(**fields)),
        line=1,
    )


def take(
    sessions: Sessions,
    *accounts: Account,
    now: datetime = NOW,
    by: Viewer | None = None,
    described: NewSource = WATCH,
) -> IngestResult:
    """Take a reading in as a worker does; `by` adds the source."""
    found = Found(accounts=accounts, rejected=(), extent=Extent.WHOLE)
    with sessions.writing() as session:
        source = find_source(session, described.name)
        source = source or sources.add_source(session, described, now=NOW, viewer=by)
        return ingestion.ingest(session, source, found, now=now)


def incidents(session: Session) -> Sequence[Incident]:
    """Every incident with its parts, by title."""
    ids = session.scalars(sa.select(Incident.id).order_by(Incident.title)).all()
    return [row for row in (find_incident(session, one) for one in ids) if row is not None]


def only(session: Session) -> Incident:
    """The one incident there is."""
    (row,) = incidents(session)
    return row


def report(session: Session, key: str) -> Report:
    """The report of this key."""
    return session.scalars(sa.select(Report).where(Report.external_id == key)).one()


def count(session: Session, table: type[Base]) -> int:
    """How many rows a table has."""
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def is_moved(one: Report) -> bool:
    """Whether a person should look again."""
    return one.decided_at is not None and one.changed_at > one.decided_at


def test_what_is_said_in_full_is_handed_in(sessions: Sessions) -> None:
    """Submitted with all it says, cited, accepted; nobody verified it and nobody else reads it."""
    said = account(
        "a",
        actors=(SaidActor(words="City police"),),
        links=(SaidLink(url="https://paper.example/1", title="Held"),),
        place="Almaty",
    )
    take(sessions, said)

    with sessions.reading() as session:
        row, kept = only(session), report(session, "a")
        assert (row.status, row.verified_at, row.verified_by_name) == (
            WorkflowStatus.SUBMITTED,
            None,
            None,
        )
        assert (kept.status, kept.incident_id, kept.decided_at) == (
            ReportStatus.ACCEPTED,
            row.id,
            NOW,
        )
        assert (row.title, row.country, row.date_text, row.place) == (
            "a arrested",
            "KZ",
            "2026-02-01",
            "Almaty",
        )
        assert row.narrative == {"en": "a: first"}
        assert [(one.category, one.subtype) for one in row.categories] == list(KINDS)
        assert row.targets[0].person is not None
        assert row.targets[0].description == "Sample Daily"
        assert row.involvements[0].description == "City police (suspected, says Watch)"
        assert {one.url for one in row.citations} == {
            "https://watch.example/a",
            "https://paper.example/1",
        }
        assert row.report_id == kept.id
        with pytest.raises(NotFound):
            record.incident_view(session, PUBLIC, row.id, now=NOW)


def test_one_made_in_bulk_is_what_one_handed_in_would_be(sessions: Sessions) -> None:
    """Concluding again finds nothing else, also where a block is declared; all is in its history."""
    blocked = ((Category.ONLINE_CENSORSHIP, "website_blocking"),)
    take(sessions, account("a", kinds=blocked))

    with sessions.writing() as session:
        row = only(session)
        before = dict(row.document)
        conclusions.refresh(session, row, now=NOW)
        (first,) = ledger.revisions_of(session, "incident", row.id)
        assert row.document == before
        assert row.document["blocking_link"] == "declared_only"
        assert first.changes["status"] == {"old": None, "new": "submitted"}


@pytest.mark.parametrize(
    "lacking",
    [{"date_text": None}, {"country": None}, {"kinds": ()}, {"date_text": "2031-01-01"}],
)
def test_what_lacks_something_waits_for_a_person(
    sessions: Sessions, lacking: dict[str, Any]
) -> None:
    """Nothing is guessed: without date, country and kind it is a report, until its source says them."""
    take(sessions, account("a", published_at=NOW, **lacking))
    with sessions.reading() as session:
        assert incidents(session) == []
        assert report(session, "a").status is ReportStatus.NEW
        assert count(session, Person) == 0

    take(sessions, account("a", "whole"), now=LATER)
    with sessions.reading() as session:
        assert only(session).status is WorkflowStatus.SUBMITTED


def test_a_lead_stays_a_hint(sessions: Sessions) -> None:
    """However much a lead says, nothing is made of it; trusted to report, the same words are handed in."""
    lead = NewSource(name="Watch", kind=SourceKind.FEED, address="https://watch.example/f")
    take(sessions, account("a"), described=lead)
    with sessions.writing() as session:
        assert incidents(session) == []
        source = find_source(session, "Watch")
        assert source is not None
        source.trust = Trust.REPORT

    take(sessions, account("a"), now=LATER)
    with sessions.reading() as session:
        assert only(session).status is WorkflowStatus.SUBMITTED


def test_the_same_again_changes_nothing(sessions: Sessions) -> None:
    """No second incident, no revision, no moved counter."""
    take(sessions, account("a"), account("b", kinds=()))
    with sessions.reading() as session:
        before = (count(session, Incident), count(session, ledger.Revision))
        staff = ledger.counter(session, "staff")

    take(sessions, account("a"), account("b", kinds=()), now=LATER)

    with sessions.reading() as session:
        assert (count(session, Incident), count(session, ledger.Revision)) == before
        assert ledger.counter(session, "staff") == staff


def test_a_change_of_what_nobody_has_touched_is_followed(sessions: Sessions) -> None:
    """One revision; the person stays the same one, the slot the same slot, and nothing looks undecided."""
    take(sessions, account("a", actors=(SaidActor(words="Police"),)))
    with sessions.reading() as session:
        person_id, slot_id = (
            only(session).targets[0].person_id,
            only(session).involvements[0].slot_id,
        )
    changed = account("a", "corrected", actors=(SaidActor(words="City police"),), place="Almaty")

    result = take(sessions, changed, now=LATER)

    with sessions.reading() as session:
        row = only(session)
        assert result.changed == 1
        assert (row.status, row.place, row.narrative) == (
            WorkflowStatus.SUBMITTED,
            "Almaty",
            {"en": "a: corrected"},
        )
        assert row.targets[0].person_id == person_id
        standing = [one for one in row.involvements if one.retracted_at is None]
        assert [(one.slot_id, one.description) for one in standing] == [
            (slot_id, "City police (suspected, says Watch)")
        ]
        assert [one.action for one in ledger.revisions_of(session, "incident", row.id)] == [
            "import",
            "import",
        ]
        assert not is_moved(report(session, "a"))
        assert count(session, Person) == 1


def test_once_a_person_worked_on_it_the_report_only_says_so(sessions: Sessions) -> None:
    """An edit, or a step on the way, makes it theirs; the report asks for another look."""
    take(sessions, account("a"), account("b", date_text="2025-01-01"))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        first, second = incidents(session)
        changed = {"place": "Astana"}
        record.edit_incident(session, editor, first.id, changed, version=first.version, now=NOW)
        workflow.transition(session, editor, second.id, Action.REVIEW, now=NOW)

    take(
        sessions,
        account("a", "new words", place="Almaty"),
        account("b", "new words", date_text="2025-01-01", place="Almaty"),
        now=LATER,
    )

    with sessions.reading() as session:
        assert [one.place for one in incidents(session)] == ["Astana", None]
        assert is_moved(report(session, "a"))
        assert is_moved(report(session, "b"))


def test_what_is_taken_away_is_marked_and_never_deleted(sessions: Sessions) -> None:
    """The incident stays as it was handed in; the report says that its source no longer has it."""
    take(sessions, account("a"), account("b", date_text="2025-01-01"))
    take(sessions, account("b", date_text="2025-01-01"), now=LATER)

    with sessions.reading() as session:
        assert report(session, "a").vanished_at == LATER
        assert [one.status for one in incidents(session)] == [WorkflowStatus.SUBMITTED] * 2


def test_who_added_the_source_neither_verifies_nor_publishes(sessions: Sessions) -> None:
    """The two-person rule holds where no key handed anything in: the source's author is the submitter."""
    with sessions.writing() as session:
        author = make.viewer(session, Role.EDITOR, "erlan")
        second = make.viewer(session, Role.EDITOR, "dana")
    links = (SaidLink(url="https://paper.example/1"),)
    take(sessions, account("a", links=links), by=author)

    with sessions.writing() as session:
        row = only(session)
        assert row.submitted_by_id == author.key_id
        workflow.transition(session, author, row.id, Action.REVIEW, now=NOW)
        with pytest.raises(NotAllowed):
            workflow.transition(session, author, row.id, Action.VERIFY, now=NOW)
        workflow.transition(session, second, row.id, Action.VERIFY, now=NOW)
        with pytest.raises(NotAllowed):
            workflow.transition(session, author, row.id, Action.PUBLISH, now=NOW)


def test_who_hands_a_file_in_does_not_verify_it_either(sessions: Sessions) -> None:
    """Neither the one who brought the file first, nor the one who brings the next."""
    with sessions.writing() as session:
        first = make.viewer(session, Role.EDITOR, "erlan")
        second = make.viewer(session, Role.EDITOR, "dana")
        third = make.viewer(session, Role.EDITOR, "aizhan")
    described = NewSource(name="File", kind=SourceKind.USPFT, trust=Trust.REPORT)

    def bring(viewer: Viewer, *rows: dict[str, object]) -> None:
        found = uspft.read(make_uspft.export(*rows), Given(now=NOW))
        with sessions.writing() as session:
            ingestion.import_file(session, described, found, now=NOW, viewer=viewer)

    old = make_uspft.incident("a", links="S (https://paper.example/1)")
    new = make_uspft.incident(
        "b", date="2019-03-01", body="Other words.", links="S (https://paper.example/2)"
    )
    bring(first, old)
    bring(second, old, new)

    with sessions.writing() as session:
        row = next(one for one in incidents(session) if one.title.endswith("b"))
        workflow.transition(session, third, row.id, Action.REVIEW, now=NOW)
        for author in (first, second):
            with pytest.raises(NotAllowed):
                workflow.transition(session, author, row.id, Action.VERIFY, now=NOW)
        workflow.transition(session, third, row.id, Action.VERIFY, now=NOW)


def test_whoever_says_anew_how_a_source_is_read_is_its_author_too(sessions: Sessions) -> None:
    """What comes in under a mapping of theirs is not verified by them."""
    with sessions.writing() as session:
        author = make.viewer(session, Role.EDITOR, "erlan")
        mapper = make.viewer(session, Role.EDITOR, "dana")
        source = sources.add_source(session, WATCH, now=NOW, viewer=author)
        ledger.record_revision(
            session,
            object_kind="source",
            object_id=source.id,
            action="edit",
            actor_id=mapper.key_id,
            at=NOW,
        )
    take(sessions, account("a", links=(SaidLink(url="https://paper.example/1"),)))

    with sessions.writing() as session:
        row = only(session)
        workflow.transition(session, mapper, row.id, Action.REVIEW, now=NOW)
        for one in (author, mapper):
            with pytest.raises(NotAllowed):
                workflow.transition(session, one, row.id, Action.VERIFY, now=NOW)


def test_outlets_aimed_at_are_made_once_and_found_again(sessions: Sessions) -> None:
    """Two rows that name one outlet are about one; an employer on record is linked, another is told."""
    with sessions.writing() as session:
        outlet = OutletDraft(name="Known Daily", country="KZ")
        known = make_outlet(session, outlet, recorded_by_id=None, now=NOW).id
    paper = SaidTarget(kind=TargetKind.OUTLET, name="New Paper")
    person = SaidTarget(kind=TargetKind.PERSON, name="C D", outlet="KNOWN daily")
    take(
        sessions,
        account("a", targets=(paper, person)),
        account("b", "other", targets=(paper,), date_text="2025-01-01"),
    )

    with sessions.reading() as session:
        first, second = incidents(session)
        assert count(session, Outlet) == 2
        assert first.targets[0].outlet_id == second.targets[0].outlet_id
        assert first.targets[1].employer_outlet_id == known


def test_an_erased_name_does_not_come_back(sessions: Sessions) -> None:
    """The incident is not followed any more; its report says that something moved."""
    person = SaidTarget(kind=TargetKind.PERSON, name="Zyx Qwv")
    take(sessions, account("a", targets=(person,)))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "erlan")
        person_id = only(session).targets[0].person_id
        assert person_id is not None
        erasure.erase_person(session, editor, person_id, reason="asked for", now=NOW)

    take(sessions, account("a", "Zyx Qwv again", targets=(person,)), now=LATER)

    with sessions.reading() as session:
        assert "Qwv" not in repr(only(session).document)
        assert count(session, Person) == 1
        assert is_moved(report(session, "a"))


@pytest.mark.parametrize("trust", [Trust.REPORT, Trust.DATASET])
def test_rows_with_ids_of_their_own_are_as_many_acts(sessions: Sessions, trust: Trust) -> None:
    """The tracker writes a page for each journalist, in the same words: none is taken for another."""
    described = NewSource(name="Tracker", kind=SourceKind.USPFT, trust=trust)
    rows = [
        make_uspft.incident(name, title="Journalists arrested", targeted_journalists=f"{name} (X)")
        for name in ("Ann", "Bob", "Ann2", "Cid")
    ]
    for number in (2, 3, 4, 4):
        found = uspft.read(make_uspft.export(*rows[:number]), Given(now=NOW))
        with sessions.writing() as session:
            ingestion.import_file(session, described, found, now=NOW)

    with sessions.reading() as session:
        names = [one.targets[0].person.name for one in incidents(session) if one.targets[0].person]
        assert sorted(names) == ["Ann", "Ann2", "Bob", "Cid"]
        statuses = session.scalars(sa.select(Report.status)).all()
        assert list(statuses) == [ReportStatus.ACCEPTED] * 4


@pytest.mark.parametrize("status", [WorkflowStatus.SUBMITTED, WorkflowStatus.PUBLISHED])
def test_the_id_of_an_incident_on_record_makes_no_second_one(
    sessions: Sessions, status: WorkflowStatus
) -> None:
    """It is attached where the incident is open, and otherwise shown to a person as the same."""
    page = "https://pressfreedomtracker.us/all-incidents/a/"
    with sessions.writing() as session:
        ids = [{"system": "uspft", "id": page, "url": page}]
        make.incident(session, status=status, country="US", external_ids=ids)
    found = uspft.read(make_uspft.export(make_uspft.incident("a")), Given(now=NOW))
    described = NewSource(name="Tracker", kind=SourceKind.USPFT, trust=Trust.REPORT)
    for _ in range(2):
        with sessions.writing() as session:
            ingestion.import_file(session, described, found, now=NOW)

    with sessions.reading() as session:
        row = only(session)
        kept = session.scalars(sa.select(Report)).one()
        (candidate,) = session.scalars(sa.select(ReportCandidate)).all()
        is_open = status is WorkflowStatus.SUBMITTED
        assert candidate.incident_id == row.id
        # Once attached, what is kept of it is compared by its words again.
        assert is_open or candidate.rule == "same_id"
        assert kept.status is (ReportStatus.ATTACHED if is_open else ReportStatus.NEW)
        assert (page in {one.url for one in row.citations}) is is_open


def test_a_dry_run_leaves_nothing(sessions: Sessions) -> None:
    """What is rolled back was never there."""
    found = uspft.read(make_uspft.export(make_uspft.incident("a")), Given(now=NOW))
    described = NewSource(name="n", kind=SourceKind.USPFT, trust=Trust.REPORT)
    with sessions.writing() as session:
        assert ingestion.import_file(session, described, found, now=NOW).new == 1
        session.rollback()
    with sessions.reading() as session:
        assert (count(session, Incident), count(session, Person)) == (0, 0)
