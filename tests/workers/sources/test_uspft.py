# SPDX-License-Identifier: Apache-2.0
"""The U.S. Press Freedom Tracker: its export of 2020 and its API, read strictly, nothing invented."""

import json
import re

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.domain.intake.item import Given
from app.domain.record.particulars import SaidTarget
from app.domain.record.report import Account, Extent, Found
from app.domain.vocabulary import ActorType, Category, PersonRole, Precision, TargetKind
from app.errors import InvalidInput
from tests import make_uspft
from tests.make import NOW
from tests.make_uspft import api_csv, api_page, export, incident
from workers.sources import uspft
from workers.sources.uspft_links import links_of

GIVEN = Given(now=NOW)


def only(found: Found) -> Account:
    """The one row there is, which was not refused."""
    assert found.rejected == ()
    (account,) = found.accounts
    return account


def targets(cell: str, **cells: object) -> tuple[SaidTarget, ...]:
    """Whom a cell of journalists names."""
    row = incident("a", targeted_journalists=cell, **cells)
    return only(uspft.read(export(row), GIVEN)).reading.particulars.targets


def test_a_row_of_2020_says_everything_it_says() -> None:
    """Day, place without its postal code, kinds by the columns beside them, person at an outlet."""
    account = only(uspft.read(export(incident("a")), GIVEN))
    reading, said = account.reading, account.reading.particulars

    assert account.raw.external_id == "https://pressfreedomtracker.us/all-incidents/a/"
    assert (reading.country, reading.date_text, reading.language) == ("US", "2020-06-01", "en")
    assert (said.admin1, said.place) == ("California", "Oakland")
    assert said.kinds == ((Category.DETENTION, "arrest"), (Category.CRIMINAL_PROSECUTION, None))
    assert said.kind_words == ("Arrest / Criminal Charge",)
    assert said.targets == (
        SaidTarget(
            kind=TargetKind.PERSON,
            name="Sample Person",
            role=PersonRole.JOURNALIST,
            outlet="Sample Daily",
        ),
    )
    assert said.tags == ("protest", "Black Lives Matter")
    assert dict(said.told)["subpoena_statuses"] == "PENDING"
    assert reading.leftovers == {}
    assert reading.published_at is not None


def test_no_markup_and_no_script_is_left_of_a_body() -> None:
    """Tags, scripts, entities once and twice escaped: what is left is what a reader would read."""
    summary = only(uspft.read(export(incident("a")), GIVEN)).reading.summary or ""

    assert summary.splitlines()[0] == "Sample reporter A B was"
    assert summary.splitlines()[-1] == 'said, "a "quoted" word"'
    for mark in ("<", "script", "&nbsp;", "&amp;", "never", "alert"):
        assert mark not in summary


@pytest.mark.parametrize("field", ["title", "tags", "city", "actor", "categories", "arrest_status"])
def test_markup_in_any_other_cell_is_taken_out_too(field: str) -> None:
    """No cell is trusted more than the body."""
    found = uspft.read(
        export(incident("a", **{field: "<script>x</script>A&nbsp;&lt;b&gt;B</b>"})), GIVEN
    )
    reading = only(found).reading

    told = msgspec.json.encode(reading).decode()
    assert "<" not in told
    assert not re.search(r"&#?\w+;", told)


def test_none_and_false_are_nothing() -> None:
    """What the code of 2020 wrote for nothing is no value, and is not told."""
    row = incident("a", arrest_status=None, status_of_charges=None, teaser=None, city=None)
    reading = only(uspft.read(export(row), GIVEN)).reading

    assert reading.particulars.place is None
    assert "None" not in repr(reading.particulars.told)
    assert "False" not in repr(reading.particulars.told)
    assert reading.particulars.kinds == ((Category.DETENTION, None),)


def test_a_day_that_is_not_known_exactly_is_its_month() -> None:
    """`exact_date_unknown` makes the first of June a June."""
    row = incident("a", exact_date_unknown=True)
    assert only(uspft.read(export(row), GIVEN)).reading.date_text == "2020-06"


@pytest.mark.parametrize(
    ("cell", "names", "outlets"),
    [
        ("A B (News), C D (News)", ["A B", "C D"], ["News", "News"]),
        ("A B (News, Inc.), C D", ["A B", "C D"], ["News, Inc.", None]),
        ("A B, Jr. (News)", ["A B, Jr."], ["News"]),
        ("A B (The Daily (Web))", ["A B"], ["The Daily (Web)"]),
        ("A B (Independent), C D (Freelance)", ["A B", "C D"], [None, None]),
    ],
)
def test_people_are_parted_where_people_end(
    cell: str, names: list[str], outlets: list[str | None]
) -> None:
    """Commas inside brackets and before a suffix part nothing; working for nobody is no outlet."""
    found = targets(cell)
    assert [one.name for one in found] == names
    assert [one.outlet for one in found] == outlets


def test_nobody_named_is_nobody_invented() -> None:
    """Groups and people without a name stay descriptions."""
    found = targets("Multiple journalists, Unidentified photojournalist (CNN), Two reporters")
    assert [one.name for one in found] == [None, None, None]
    assert [one.description for one in found] == [
        "Multiple journalists",
        "Unidentified photojournalist (CNN)",
        "Two reporters",
    ]


def test_an_institution_is_an_outlet_among_the_targets() -> None:
    """Named beside people, or alone."""
    found = targets("", targeted_institutions="Sample Daily, KTLA (TV), News, Inc.")
    assert [(one.kind, one.name) for one in found] == [
        (TargetKind.OUTLET, "Sample Daily"),
        (TargetKind.OUTLET, "KTLA (TV)"),
        (TargetKind.OUTLET, "News, Inc."),
    ]


def test_a_record_needs_a_day_that_has_come_and_a_kind() -> None:
    """Without either the row is a report for a person; with both it says all of them."""
    rows = [
        incident("no-kind", categories="Other Incident"),
        incident("no-day", date=None),
        incident("future", date="2031-01-01"),
        incident("whole", actor="law enforcement"),
    ]
    found = uspft.read(export(*rows), GIVEN)

    assert [one.reading.record is None for one in found.accounts] == [True, True, True, False]
    record = found.accounts[3].reading.record
    assert record is not None
    assert record.external_id == ("uspft", "https://pressfreedomtracker.us/all-incidents/whole/")
    assert (record.suspected, record.suspected_type) == ("law enforcement", ActorType.POLICE)
    assert found.accounts[0].reading.leftovers["categories"] == ["Other Incident"]


def test_a_row_that_names_nobody_is_about_whoever_its_title_speaks_of() -> None:
    """No target is invented, and none is missing."""
    record = only(uspft.read(export(incident("a", targeted_journalists="")), GIVEN)).reading.record
    assert record is not None
    assert [(one.kind, one.description) for one in record.targets] == [
        (TargetKind.GROUP, "Reporter arrested: a")
    ]


def test_rows_that_cannot_be_kept_are_refused_with_a_reason() -> None:
    """Totals, no page, no title: each with its line, and the others are taken."""
    rows = [
        incident("a"),
        incident("b", slug=None),
        incident("c", slug="file:///etc/passwd"),
        incident("d", title=None, body=None, teaser=None),
    ]
    found = uspft.read(export(*rows, totals=True), GIVEN)

    assert [one.reading.title for one in found.accounts] == ["Reporter arrested: a"]
    assert [one.reason for one in found.rejected] == [
        "the row has no address of its page, which is its key",
        "the row has no address of its page, which is its key",
        "the row has no title",
        "a row of totals is not a report",
    ]
    lines = [one.line for one in found.rejected]
    assert lines == sorted(lines)
    assert found.extent is Extent.PARTIAL


def test_totals_alone_leave_a_file_whole() -> None:
    """A spreadsheet's last line says nothing about what is missing; the API never says all."""
    assert uspft.read(export(incident("a"), totals=True), GIVEN).extent is Extent.WHOLE
    assert uspft.read(api_csv(incident("a")), GIVEN).extent is Extent.PARTIAL
    assert uspft.read(api_page(incident("a")), GIVEN).extent is Extent.PARTIAL


def test_the_api_says_the_same_in_both_its_forms() -> None:
    """JSON, bare or in an envelope, CSV, and the export of 2020 give one record for one page."""
    row = incident(
        "a", targeted_journalists="A B (News), C D (News)", latitude=37.8, longitude=-122.2
    )
    bodies = [api_csv(row), api_page(row), api_page(row, envelope=True)]
    records = [only(uspft.read(body, GIVEN)).reading.record for body in bodies]
    old = only(uspft.read(export(row), GIVEN)).reading.record

    assert records[0] is not None
    assert records[1:] == [records[0]] * 2
    assert (records[0].latitude, records[0].precision) == (37.8, Precision.LOCALITY)
    assert old is not None
    assert (old.external_id, old.targets, old.kinds, old.admin1) == (
        records[0].external_id,
        records[0].targets,
        records[0].kinds,
        records[0].admin1,
    )


@pytest.mark.parametrize(
    "slug",
    [
        "http://www.pressfreedomtracker.us/all-incidents/a",
        "https://PRESSFREEDOMTRACKER.us/all-incidents/a/?utm_source=x#top",
    ],
)
def test_one_page_has_one_key_however_it_is_written(slug: str) -> None:
    """Scheme, `www.`, the last stroke and what follows a question mark make no other page."""
    account = only(uspft.read(export(incident("a", slug=slug)), GIVEN))
    assert account.raw.external_id == "https://pressfreedomtracker.us/all-incidents/a/"


def test_links_of_a_cell_keep_titles_and_publishers() -> None:
    """Commas in titles and publishers part nothing; the address in brackets is what counts."""
    cell = (
        "Story, one (https://a.example/x_(y)) via News, Inc., Two, more (https://b.example/), "
        "Three (https://c.example/z) via Z"
    )
    found = links_of(cell)
    assert [(one.title, one.url, one.publisher) for one in found.found] == [
        ("Story, one", "https://a.example/x_(y)", "News, Inc."),
        ("Two, more", "https://b.example/", None),
        ("Three", "https://c.example/z", "Z"),
    ]
    assert found.unread is None


def test_links_of_json_are_objects_and_others_are_told() -> None:
    """What is no address of the web is told as text, never followed and never a link."""
    found = links_of(
        [
            {"title": "T", "url": "https://a.example/", "publication": "P"},
            {"title": "Bad", "url": "javascript:alert(1)"},
            "https://b.example/",
        ]
    )
    assert [one.url for one in found.found] == ["https://a.example/", "https://b.example/"]
    assert "javascript:alert(1)" in (found.unread or "")


def test_a_category_nobody_knows_is_left_for_a_person() -> None:
    """A word the tracker adds tomorrow shows tomorrow, beside those that are understood."""
    row = incident("a", categories="Physical Attack, Drone Interference", surprise_column="x")
    page = json.loads(api_page(row))
    reading = only(uspft.read(json.dumps(page).encode(), GIVEN)).reading

    assert reading.particulars.kinds == ((Category.PHYSICAL_ATTACK, None),)
    assert reading.leftovers == {"categories": ["Drone Interference"], "surprise_column": "x"}


def test_many_rows_are_all_taken() -> None:
    """Every kind of row the real file has is read; each row once."""
    found = uspft.read(export(*make_uspft.many(300), totals=True), GIVEN)
    assert len(found.accounts) == 300
    assert len(found.rejected) == 1


@drawn(st.binary(max_size=400))
def test_no_bytes_break_it(body: bytes) -> None:
    """Whatever comes, rows come out or a refusal in our own words."""
    header = export().splitlines()[0]
    for whole in (
        body,
        header + b"\r\n" + body,
        b"[" + body,
        b'[{"url": "https://a.example/b", ' + body,
    ):
        try:
            found = uspft.read(whole, GIVEN)
        except InvalidInput:
            continue
        assert all(one.reading.title for one in found.accounts)


_cells = st.sampled_from(
    [
        "None",
        "True",
        "['A', 'B']",
        "[",
        "<script>x",
        "&lt;b",
        "A (B",
        "https://a.example/",
        "𝔄,",
        "\ud800",
    ]
) | st.text(max_size=30)


@drawn(st.dictionaries(st.sampled_from(make_uspft.EXPORT[3:]), _cells, max_size=8))
def test_no_cells_break_it(cells: dict[str, str]) -> None:
    """Any words in any cell: the row is read or refused, and no tag is left."""
    page = json.dumps([{"title": "T", "url": "https://a.example/b", **cells}]).encode()
    found = uspft.read(page, GIVEN)

    assert len(found.accounts) + len(found.rejected) == 1
    for account in found.accounts:
        assert "<script" not in repr(account.reading)
