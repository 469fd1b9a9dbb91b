# SPDX-License-Identifier: Apache-2.0
"""Intake: new, changed, unchanged, vanished; every version kept, nothing twice, nothing by halves."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.report import Account, Extent, Found, Reading, Rejected, Window, raw_item
from app.domain.vocabulary import ReportStatus, Role, SourceKind, Trust, WorkflowStatus
from app.errors import Conflict, InvalidInput, NotAllowed, RefusedAddress
from app.services import ingestion, reports, sources
from app.services.drafts import CategoryDraft
from app.services.ingestion import IngestResult
from app.services.report_drafts import Acceptance
from app.services.sources import NewSource
from app.storage import ledger
from app.storage.database import Sessions
from app.storage.incidents import Incident
from app.storage.reports import RawItem, Report, Source, claim_due_sources, known_reports
from tests import make
from tests.make import NOW

FEED = NewSource(name="Press watch", kind=SourceKind.FEED, address="https://watch.example/feed")
HOUR = timedelta(hours=1)


def account(key: str, text: str = "as it was", *, published_at: datetime | None = NOW) -> Account:
    """One item of a source."""
    reading = Reading(
        title=f"{key}: {text}",
        summary=text,
        url=f"https://watch.example/{key}",
        language="en",
        country="KZ",
        published_at=published_at,
    )
    return Account(raw=raw_item(key, f"<item>{key} {text}</item>"), reading=reading, line=1)


def whole(*accounts: Account, rejected: Sequence[Rejected] = ()) -> Found:
    """A reading of everything a source has."""
    return Found(accounts=accounts, rejected=tuple(rejected), extent=Extent.WHOLE)


def latest(*accounts: Account) -> Found:
    """A reading of a feed."""
    return Found(accounts=accounts, rejected=(), extent=Extent.LATEST)


def take(sessions: Sessions, found: Found, *, now: datetime = NOW) -> IngestResult:
    """Take a reading into the one source, in a transaction of its own."""
    with sessions.writing() as session:
        source = session.scalar(sa.select(Source)) or sources.add_source(session, FEED, now=NOW)
        return ingestion.ingest(session, source, found, now=now)


def only(session: Session, key: str) -> Report:
    """Return the one report of this key."""
    return session.scalars(sa.select(Report).where(Report.external_id == key)).one()


def numbers(result: IngestResult) -> tuple[int, int, int, int]:
    """New, changed, unchanged, vanished."""
    return (result.new, result.changed, result.unchanged, result.vanished)


def test_a_first_reading_makes_reports_with_their_raw_items(sessions: Sessions) -> None:
    """Each item becomes one report, its source's own words beside it."""
    result = take(sessions, whole(account("a"), account("b")))

    with sessions.reading() as session:
        report = only(session, "a")
        raw = session.scalars(sa.select(RawItem).where(RawItem.report_id == report.id)).one()
    assert numbers(result) == (2, 0, 0, 0)
    assert (report.title, report.version, report.status) == ("a: as it was", 1, ReportStatus.NEW)
    assert (raw.raw, raw.sha256) == ("<item>a as it was</item>", report.raw_sha256)


def test_the_same_again_changes_nothing(sessions: Sessions) -> None:
    """A second reading of the same words leaves every row and the change counter as they are."""
    found = whole(account("a"), account("b"))
    take(sessions, found)
    with sessions.reading() as session:
        before = session.execute(sa.select(Report.__table__)).all()
        count = ledger.counter(session, "staff")

    result = take(sessions, found, now=NOW + HOUR)

    with sessions.reading() as session:
        assert sorted(session.execute(sa.select(Report.__table__)).all()) == sorted(before)
        assert session.scalar(sa.select(sa.func.count()).select_from(RawItem)) == 2
        assert ledger.counter(session, "staff") == count
    assert numbers(result) == (0, 0, 2, 0)


def test_other_words_are_a_new_version_and_the_old_ones_stay(sessions: Sessions) -> None:
    """An edited item keeps its report; both raw items can be read, also after a return to the first."""
    take(sessions, whole(account("a")))
    second = take(sessions, whole(account("a", "edited")), now=NOW + HOUR)
    third = take(sessions, whole(account("a")), now=NOW + 2 * HOUR)

    with sessions.reading() as session:
        report = only(session, "a")
        view = reports.report_view(session, report.id)
    assert (numbers(second), numbers(third)) == ((0, 1, 0, 0), (0, 1, 0, 0))
    assert (report.version, report.title) == (3, "a: as it was")
    assert [(one["version"], one["raw"]) for one in view["versions"]] == [
        (3, "<item>a as it was</item>"),
        (2, "<item>a edited</item>"),
        (1, "<item>a as it was</item>"),
    ]


def test_what_is_gone_is_marked_and_may_come_back(sessions: Sessions) -> None:
    """A report whose source took it away stays, marked; when it returns the mark goes."""
    take(sessions, whole(account("a"), account("b")))

    gone = take(sessions, whole(account("a")), now=NOW + HOUR)
    still = take(sessions, whole(account("a")), now=NOW + 2 * HOUR)
    with sessions.reading() as session:
        assert only(session, "b").vanished_at == NOW + HOUR
    back = take(sessions, whole(account("a"), account("b")), now=NOW + 3 * HOUR)

    with sessions.reading() as session:
        assert only(session, "b").vanished_at is None
    assert (gone.vanished, still.vanished, numbers(back)) == (1, 0, (0, 0, 2, 0))


def test_items_that_leave_a_feed_by_age_did_not_vanish(sessions: Sessions) -> None:
    """Only what is newer than the oldest item still there was taken away."""
    old, middle, young = (
        account(key, published_at=NOW - age * HOUR) for key, age in (("a", 9), ("b", 5), ("c", 1))
    )
    kept = account("k", published_at=NOW - 6 * HOUR)
    undated = account("u", published_at=None)
    take(sessions, latest(old, middle, young, kept, undated))

    result = take(sessions, latest(kept, young), now=NOW + HOUR)

    with sessions.reading() as session:
        marked = session.scalars(
            sa.select(Report.external_id).where(Report.vanished_at.is_not(None))
        ).all()
    assert marked == ["b"]
    assert result.vanished == 1


@pytest.mark.parametrize("extent", [Extent.PARTIAL, Extent.LATEST])
def test_a_reading_that_says_nothing_lets_nothing_vanish(
    sessions: Sessions, extent: Extent
) -> None:
    """A part of a file, or a feed without dates, is no sign that anything was removed."""
    take(sessions, whole(account("a"), account("b")))

    undated = account("c", published_at=None)
    result = take(sessions, Found(accounts=(undated,), rejected=(), extent=extent))

    assert numbers(result) == (1, 0, 0, 0)


def _dated(key: str, day: str, country: str = "KZ") -> Account:
    found = account(key)
    return replace(found, reading=replace(found.reading, date_text=day, country=country))


def test_a_window_misses_only_what_lies_within_its_days_and_countries(sessions: Sessions) -> None:
    """A file of March in one country says nothing of April, of others, or of a vague day."""
    all_year = whole(
        _dated("march", "2026-03-10"),
        _dated("week", "2026-03-29/2026-04-04"),
        _dated("april", "2026-04-10"),
        _dated("elsewhere", "2026-03-10", "UZ"),
        _dated("kept", "2026-03-31"),
    )
    take(sessions, all_year)
    window = Window(first=date(2026, 3, 1), last=date(2026, 3, 31), countries=frozenset({"KZ"}))
    of_march = Found(
        accounts=(_dated("kept", "2026-03-31"),),
        rejected=(),
        extent=Extent.WINDOW,
        window=window,
    )

    result = take(sessions, of_march, now=NOW + HOUR)

    assert numbers(result) == (0, 0, 1, 1)
    with sessions.reading() as session:
        assert only(session, "march").vanished_at == NOW + HOUR


def test_what_a_source_says_it_removed_is_marked(sessions: Sessions) -> None:
    """A list of removals marks what it names and nothing else; unknown ids harm nothing."""
    take(sessions, whole(account("a"), account("b")))
    removals = Found(
        accounts=(), rejected=(), extent=Extent.PARTIAL, removed=("a", "never seen", "a")
    )

    first = take(sessions, removals, now=NOW + HOUR)
    second = take(sessions, removals, now=NOW + 2 * HOUR)

    assert (numbers(first), numbers(second)) == ((0, 0, 0, 1), (0, 0, 0, 0))
    with sessions.reading() as session:
        assert only(session, "a").vanished_at == NOW + HOUR
        assert only(session, "b").vanished_at is None


def test_refused_rows_are_counted_and_the_others_are_kept(sessions: Sessions) -> None:
    """The result prints as the command line promises it."""
    bad = Rejected(line=3, reason="the row has no title")

    result = take(sessions, whole(account("a"), rejected=[bad]))

    assert result.to_dict() == {
        "rows": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "vanished": 0,
        "rejected": [{"line": 3, "reason": "the row has no title"}],
    }


def test_an_import_that_fails_leaves_nothing(sessions: Sessions) -> None:
    """One transaction: a failure in the middle keeps no half of a file."""

    def begin_and_break() -> None:
        with sessions.writing() as session:
            source = sources.add_source(session, FEED, now=NOW)
            ingestion.ingest(session, source, whole(account("a")), now=NOW)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        begin_and_break()

    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Report)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Source)) == 0


def test_a_file_handed_in_again_under_another_mapping_is_read_anew(sessions: Sessions) -> None:
    """A mended mapping mends what was read before, without making new versions."""
    first = NewSource(name="cases", kind=SourceKind.CSV, mapping={"title": "Name"})
    mended = NewSource(name="cases", kind=SourceKind.CSV, mapping={"title": "Headline"})
    with sessions.writing() as session:
        ingestion.import_file(session, first, whole(account("a")), now=NOW)
    other = Account(
        raw=account("a").raw, reading=Reading(title="Rightly read", leftovers={"x": "y"}), line=2
    )
    with sessions.writing() as session:
        result = ingestion.import_file(session, mended, whole(other), now=NOW + HOUR)

    with sessions.reading() as session:
        report = only(session, "a")
    assert numbers(result) == (0, 0, 1, 0)
    assert (report.title, report.version, report.leftovers) == ("Rightly read", 1, {"x": "y"})


def test_a_source_is_described_once_and_rightly(sessions: Sessions) -> None:
    """Names are unique, addresses are of the web, mappings name fields that exist."""
    with sessions.writing() as session:
        added = sources.add_source(session, FEED, now=NOW)
        with pytest.raises(Conflict, match=str(added.id)):
            sources.add_source(session, FEED, now=NOW)
        for address in ("file:///etc/passwd", "http://127.0.0.1/", "http://u:p@e.example/", "x"):
            with pytest.raises(RefusedAddress):
                sources.add_source(
                    session, NewSource(name="n", kind=SourceKind.FEED, address=address), now=NOW
                )
        for kind, mapping in (
            (SourceKind.CSV, {}),
            (SourceKind.CSV, {"title": "T", "verdict": "V"}),
            (SourceKind.FEED, {"title": "Headline"}),
            (SourceKind.FEED, {"country": "=Atlantis"}),
        ):
            with pytest.raises(InvalidInput) as refusal:
                sources.add_source(
                    session, NewSource(name="n", kind=kind, mapping=mapping), now=NOW
                )
            assert refusal.value.errors[0].pointer == "/mapping"


def test_only_an_editor_trusts_a_source_as_a_dataset(sessions: Sessions) -> None:
    """A monitor may add sources, and not decide that one is as good as verified."""
    trusted = NewSource(name="d", kind=SourceKind.CSV, mapping={"title": "T"}, trust=Trust.DATASET)
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        editor = make.viewer(session, Role.EDITOR, "dana")
        with pytest.raises(NotAllowed):
            sources.add_source(session, trusted, now=NOW, viewer=monitor)
        assert sources.add_source(session, trusted, now=NOW, viewer=editor).trust is Trust.DATASET


def test_a_due_source_is_claimed_once(sessions: Sessions) -> None:
    """A second worker finds nothing until the lease has run out; paused and handed-in ones never."""
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        sources.add_source(session, FEED, now=NOW)
        sources.add_source(
            session, NewSource(name="file", kind=SourceKind.CSV, mapping={"title": "T"}), now=NOW
        )
        paused = sources.add_source(
            session,
            NewSource(name="p", kind=SourceKind.FEED, address="https://p.example/"),
            now=NOW,
        )
        sources.pause_source(session, paused.id, viewer=monitor, now=NOW)

    def claim(worker: str, now: datetime) -> list[str]:
        with sessions.writing() as session:
            return [
                one.name
                for one in claim_due_sources(session, worker=worker, now=now, lease=HOUR, limit=9)
            ]

    assert claim("one", NOW) == ["Press watch"]
    assert claim("two", NOW) == []
    assert claim("two", NOW + 2 * HOUR) == ["Press watch"]


def _report(sessions: Sessions, *, trust: Trust = Trust.LEAD, **reading: object) -> uuid.UUID:
    fields: dict[str, object] = {
        "title": "Three journalists detained",
        "summary": "They were held for a day.",
        "url": "https://www.watch.example/a",
        "language": "en",
        "country": "KZ",
        "published_at": NOW - 30 * HOUR,
        **reading,
    }
    found = Account(raw=raw_item("a", "words"), reading=Reading(**fields), line=1)  # type: ignore[arg-type]
    with sessions.writing() as session:
        described = NewSource(
            name="w", kind=SourceKind.FEED, address="https://w.example/", trust=trust
        )
        source = sources.add_source(session, described, now=NOW)
        ingestion.ingest(session, source, whole(found), now=NOW)
        return next(iter(known_reports(session, source.id).values())).id


DETAINED = Acceptance(categories=[CategoryDraft(category="detention")])  # type: ignore[arg-type]


def test_an_accepted_report_is_a_draft_that_cites_it(sessions: Sessions) -> None:
    """The draft has the report's title, place, about its day, and its address as a source."""
    report_id = _report(sessions)
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        row = reports.accept_report(session, monitor, report_id, DETAINED, now=NOW)

        assert row.status is WorkflowStatus.DRAFT
        assert (row.report_id, row.submitted_by_id) == (report_id, monitor.key_id)
        assert (row.title, row.country, row.date_text) == (
            "Three journalists detained",
            "KZ",
            "2026-03-01~",
        )
        assert row.narrative == {"en": "They were held for a day."}
        cited = row.citations[0]
        assert (cited.url, cited.publisher, cited.published_on, cited.type.value) == (
            "https://www.watch.example/a",
            "watch.example",
            "2026-03-01",
            "news",
        )
        view = reports.report_view(session, report_id)
    assert (view["status"], view["incident_id"]) == (ReportStatus.ACCEPTED, row.id)


def test_a_report_is_accepted_once(sessions: Sessions) -> None:
    """The second acceptance names the incident of the first, and makes none."""
    report_id = _report(sessions)
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        first = reports.accept_report(session, monitor, report_id, DETAINED, now=NOW)

    with sessions.writing() as session:
        with pytest.raises(Conflict, match=str(first.id)):
            reports.accept_report(session, monitor, report_id, DETAINED, now=NOW)
        with pytest.raises(Conflict, match=str(first.id)):
            reports.reject_report(session, monitor, report_id, reason="late", now=NOW)

        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 1


def test_what_a_report_does_not_say_a_person_must(sessions: Sessions) -> None:
    """Without a country or any date nothing is guessed; each missing field is named."""
    report_id = _report(sessions, country=None, published_at=None)
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        for added, pointers in (
            ({}, ["/date", "/country"]),
            ({"country": "KZ"}, ["/date"]),
            ({"country": "KZ", "date": "2027-01-01"}, ["/date"]),
        ):
            said = Acceptance(categories=DETAINED.categories, **added)
            with pytest.raises(InvalidInput) as refusal:
                reports.accept_report(session, monitor, report_id, said, now=NOW)
            assert [one.pointer for one in refusal.value.errors] == pointers

        whole_one = Acceptance(categories=DETAINED.categories, country="KZ", date="2026-02")
        row = reports.accept_report(session, monitor, report_id, whole_one, now=NOW)
    assert (row.country, row.date_text) == ("KZ", "2026-02")


def test_a_report_is_set_aside_with_a_reason_and_may_be_taken_up_again(sessions: Sessions) -> None:
    """Rejection needs a reason, happens once, and is not the end."""
    report_id = _report(sessions, trust=Trust.REPORT)
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        with pytest.raises(InvalidInput):
            reports.reject_report(session, monitor, report_id, reason="  ", now=NOW)
        reports.reject_report(session, monitor, report_id, reason="an opinion", now=NOW)
        with pytest.raises(Conflict):
            reports.reject_report(session, monitor, report_id, reason="again", now=NOW)

        row = reports.accept_report(session, monitor, report_id, DETAINED, now=NOW)
        view = reports.report_view(session, report_id)
    assert row.citations[0].type.value == "ngo_report"
    assert (view["status"], view["status_reason"]) == (ReportStatus.ACCEPTED, None)


def test_a_decided_report_that_changes_asks_for_another_look(sessions: Sessions) -> None:
    """The decision stands; that its source says something else now can be seen."""
    take(sessions, whole(account("a")))
    with sessions.writing() as session:
        monitor = make.viewer(session, Role.MONITOR, "aizhan")
        reports.reject_report(session, monitor, only(session, "a").id, reason="old", now=NOW)
    with sessions.reading() as session:
        before = reports.report_view(session, only(session, "a").id)

    take(sessions, whole(account("a", "corrected")), now=NOW + HOUR)

    with sessions.reading() as session:
        after = reports.report_view(session, only(session, "a").id)
    assert (before["changed_since_decision"], after["changed_since_decision"]) == (False, True)
    assert after["status"] is ReportStatus.REJECTED
