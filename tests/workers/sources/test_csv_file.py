# SPDX-License-Identifier: Apache-2.0
"""CSV: every row word for word; a bad one is named by its line and the others are read."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.intake.item import Given
from app.domain.record.report import Extent, Found
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import csv_file, csv_rows

EXAMPLE = Path(__file__).parents[3] / "examples" / "sources" / "cases.csv"
HEADERS = Path(__file__).parents[4] / "shared" / "data" / "reports" / "headers"
MAPPING = {
    "external_id": "Case",
    "title": "Headline",
    "date": "Day",
    "country": "Country",
    "url": "Link",
    "summary": "Text",
}
PLAIN = {"external_id": "id", "title": "title"}


def read(document: str | bytes, mapping: dict[str, str] | None = None) -> Found:
    """Read a file at NOW."""
    body = document.encode() if isinstance(document, str) else document
    return csv_file.read(body, Given(now=NOW, mapping=mapping or PLAIN))


def reasons(found: Found) -> list[tuple[int, str]]:
    """Return what was refused."""
    return [(one.line, one.reason) for one in found.rejected]


def test_a_file_is_read_by_its_mapping() -> None:
    """Mapped columns become the reading, the others stay beside it, `None` is nothing."""
    found = read(EXAMPLE.read_bytes(), MAPPING)

    first, second, third = (one.reading for one in found.accounts)
    assert first.title == 'Reporter of the invented daily "Sample" fined'
    assert first.summary == "A court fined her.\nNo reasons were given."
    assert (first.country, first.date_text) == ("KZ", "2026-02-28")
    assert first.leftovers == {"Notes (all rows of this file are invented)": "checked"}
    assert second.date_text == "2026-02-03"
    assert third.url is None
    assert third.date_text == "2026-01"
    assert [one.raw.external_id for one in found.accounts] == ["C-1", "C-2", "C-3"]
    assert [one.line for one in found.accounts] == [2, 4, 5]
    assert found.rejected == ()
    assert found.extent is Extent.WHOLE


def test_the_raw_row_is_the_very_text_of_the_file() -> None:
    """Quotation marks and line breaks inside a row stay as they were."""
    text = EXAMPLE.read_text(encoding="utf-8")

    raws = [one.raw.raw for one in read(text, MAPPING).accounts]

    assert all(raw in text for raw in raws)
    assert raws[0].startswith('C-1,"Reporter of the invented daily ""Sample"" fined",')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_marks_line_ends_and_separators_are_found_out(
    encoding: str, ends: str, delimiter: str
) -> None:
    """A byte order mark, any line end and the usual separators need no setting."""
    text = ends.join(["id,title", "1,Бір", "2,Екі"]).replace(",", delimiter)

    found = read(text.encode(encoding))

    assert [one.reading.title for one in found.accounts] == ["Бір", "Екі"]
    assert found.rejected == ()


def test_bad_rows_are_named_by_line_and_the_others_are_read() -> None:
    """Every kind of bad row is refused alone, with its line and a sentence."""
    rows = (
        "1,One,a",  # line 2
        "2,Two",
        "3,Three,a,b",
        "id,title,note",
        '4,"Four,a',
        "5,Five,\x00",
        ",Six,a",
        "7,,a",
        "1,Other,a",
        "8,Eight,a",
        "Total,8,",
    )
    text = "\n".join(("id,title,note", *rows))

    found = read(text)

    assert [one.raw.external_id for one in found.accounts] == ["1", "8"]
    assert reasons(found) == [
        (3, "the row has fewer cells than the first line (3)"),
        (4, "the row has more cells than the first line (3)"),
        (5, "the first line of the file stands here again"),
        (6, "the row is not readable: a quotation mark is not closed, or stands inside a text"),
        (7, "the row holds a NUL character"),
        (8, "the row has no id in the column that holds ids"),
        (9, "the row has no title"),
        (10, "the id of line 2 stands here again, with other content"),
        (12, "a row of totals is not a report"),
    ]
    assert found.extent is Extent.PARTIAL


def test_an_open_quotation_mark_swallows_no_other_row() -> None:
    """The rows after it are read, whether or not they have quotation marks of their own."""
    rows = [f'{number},"Row {number}"' for number in range(2, 50)]
    found = read("\n".join(["id,title", '1,"Open', *rows]))

    assert len(found.accounts) == 48
    assert [line for line, _ in reasons(found)] == [2]


def test_a_totals_row_does_not_stand_for_a_missing_one() -> None:
    """A file that ends in totals is still whole; a headline that begins so is a report."""
    found = read("id,title\n1,Total blackout in the invented town\nИтого: 1,")

    assert len(found.accounts) == 1
    assert found.extent is Extent.WHOLE


def test_an_inch_mark_is_a_letter() -> None:
    """A quotation mark in the middle of an unquoted cell belongs to the text."""
    assert read('id,title\n1,A 5" screen\n2,Two').accounts[0].reading.title == 'A 5" screen'


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("id,headline", "lacks the columns that the mapping names: title"),
        ("id,title,note,note", "two columns have the same name"),
        ("id,title," + ",".join(f"c{n}" for n in range(1000)), "more than 200 columns"),
        ("", "lacks the columns"),
    ],
)
def test_a_first_line_that_does_not_fit_refuses_the_file(header: str, reason: str) -> None:
    """Without its columns no row can be read."""
    with pytest.raises(InvalidInput, match=reason):
        read(header + "\n1,One\n")


def test_rows_without_ids_are_known_by_content() -> None:
    """Where a source gives no ids, the order of rows plays no part."""
    mapping = {"title": "title", "date": "day"}
    forward = read("title,day\nOne,2013\nTwo,2014\n", mapping)
    backward = read("title,day\nTwo,2014\nOne,2013\n", mapping)

    assert {one.raw.external_id for one in forward.accounts} == {
        one.raw.external_id for one in backward.accounts
    }


def test_values_that_are_not_understood_stay_visible() -> None:
    """A country, date or link that means nothing here is kept as it was."""
    mapping = {**PLAIN, "country": "c", "date": "d", "url": "u"}

    reading = (
        read("id,title,c,d,u\n1,One,Atlantis,03/04/2013,file:///x\n", mapping).accounts[0].reading
    )

    assert (reading.country, reading.date_text, reading.url) == (None, None, None)
    assert reading.leftovers == {
        "unread": {"country": "Atlantis", "date": "03/04/2013", "url": "file:///x"}
    }


def test_bytes_that_are_no_characters_refuse_their_row_only() -> None:
    """One row in another encoding does not lose the file."""
    found = read("id,title\n1,Газета\n".encode() + "2,Газета\n".encode("cp1251") + b"3,Three\n")

    assert [one.raw.external_id for one in found.accounts] == ["1", "3"]
    assert reasons(found) == [
        (3, "the row holds bytes that are no characters: save the file as UTF-8")
    ]


def test_a_huge_field_refuses_its_row_only() -> None:
    """A cell of megabytes costs one row."""
    found = read(f"id,title\n1,{'x' * 3_000_000}\n2,{'x' * 150_000}\n3,Three\n")

    assert [one.raw.external_id for one in found.accounts] == ["3"]
    assert len(found.rejected) == 2


def test_a_file_of_nothing_but_errors_is_given_up() -> None:
    """After a thousand refused rows the mapping is to blame; the time this takes is bounded."""
    begun = time.perf_counter()

    found = read("id,title\n" + '1,"open\n' * 20_000)

    assert len(found.rejected) == csv_rows.MAX_REJECTED + 1
    assert found.rejected[-1].reason.endswith("The rest is not read")
    assert time.perf_counter() - begun < 5


def test_rows_beyond_the_bound_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the bound says so, and absence says nothing any more."""
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 10)

    found = read("id,title\n" + "".join(f"{number},T\n" for number in range(20)))

    assert len(found.accounts) == 10
    assert found.rejected[-1].reason == "a file may have 10 rows: split it. The rest is not read"
    assert found.extent is Extent.PARTIAL
    full = read("id,title\n" + "".join(f"{number},T\n" for number in range(10)))
    assert (len(full.accounts), full.rejected) == (10, ())


@pytest.mark.skipif(not HEADERS.exists(), reason="the sample headers are not here")
def test_real_exports_have_their_columns_found() -> None:
    """The header lines of published exports are accepted as they are."""
    mappings = {
        "cpj_people_list_export.csv": {"external_id": "cpj.org URL", "title": "Name"},
        "cpj_killed_export_full.csv": {"title": "fullName", "date": "year"},
        "uspft_export_2020.csv": {"external_id": "slug", "title": "title"},
        "acled_export.csv": {"external_id": "event_id_cnty", "title": "notes"},
    }
    for name, mapping in mappings.items():
        header = (HEADERS / name).read_text(encoding="utf-8").strip()
        columns = next(csv.reader([header]))
        row = ",".join("2018" for _ in columns)

        found = read(f"{header}\n{row}\n", mapping)

        assert len(found.accounts) == 1, name


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('ab,;"\n\r\t\x00 \u2028é'), max_size=120))
def test_no_text_makes_the_reader_fail(rows: str) -> None:
    """Whatever follows a good first line, rows are read or refused, and good ones stay."""
    found = read(f"id,title\n1,First\n{rows}\n")

    assert found.accounts[0].raw.external_id == "1"
    assert all(one.line >= 2 for one in (*found.accounts, *found.rejected))
