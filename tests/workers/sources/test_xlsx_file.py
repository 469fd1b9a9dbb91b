# SPDX-License-Identifier: Apache-2.0
"""Spreadsheets, made by the library that people's programs are compatible with, and hostile ones."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from app.domain.intake.item import Given
from app.domain.record.report import Extent, Found
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import xlsx_file

MAPPING = {"external_id": "Case", "title": "Headline", "date": "Day", "country": "=KZ"}


def book(*rows: list[Any]) -> bytes:
    """Return a spreadsheet of these rows."""
    made = openpyxl.Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(body: bytes, mapping: dict[str, str] | None = None) -> Found:
    """Read a spreadsheet at NOW."""
    return xlsx_file.read(body, Given(now=NOW, mapping=mapping or MAPPING))


HEADER = ["Case", "Headline", "Day", "Note"]


def test_cells_are_read_as_a_person_sees_them() -> None:
    """Numbers lose their point, days their time, empty rows are skipped, and lines are rows."""
    found = read(
        book(
            HEADER,
            [1.0, "Бірінші", datetime.fromisoformat("2026-02-28"), None],
            [None] * 4,
            [2, "Second", date(2026, 3, 1), "<b>note</b>"],
        )
    )

    first, second = found.accounts
    assert (first.raw.external_id, first.line) == ("1", 2)
    assert (second.raw.external_id, second.line) == ("2", 4)
    assert (first.reading.date_text, second.reading.date_text) == ("2026-02-28", "2026-03-01")
    assert second.reading.leftovers == {"Note": "note"}
    assert first.reading.country == "KZ"
    assert found.extent is Extent.WHOLE


def test_formulas_are_not_computed() -> None:
    """A formula that no program has computed is an empty cell; nothing is run."""
    found = read(book(HEADER, ["1", "x", "2026-01-01", '=HYPERLINK("http://example.org")']))

    assert found.accounts[0].reading.leftovers == {}


def test_totals_and_long_rows_are_refused_by_their_number() -> None:
    """A totals row is no report; a row longer than the header is named."""
    found = read(
        book(
            HEADER,
            ["1", "x", None, None],
            ["Total", 1, None, None],
            ["2", "y", None, None, "beyond"],
        )
    )

    assert len(found.accounts) == 1
    assert [(one.line, one.reason) for one in found.rejected] == [
        (3, "a row of totals is not a report"),
        (4, "the row has cells beyond the last named column"),
    ]


def test_a_missing_column_is_named() -> None:
    """The refusal says which columns the mapping wants and the sheet lacks."""
    with pytest.raises(InvalidInput, match="Day"):
        read(book(["Case", "Headline"], ["1", "x"]))


def _with_member(body: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(body)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"Case,Headline\n1,x\n", "not the ZIP"),
        (b"PK\x03\x04 broken", "not the ZIP"),
        (
            _with_member(
                book(HEADER), "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'
            ),
            "entities",
        ),
        (_with_member(book(HEADER), "xl/bomb.bin", b"\0" * 20_000_000), "100 times"),
        (_with_member(book(HEADER), "xl/workbook.xml", b"<workbook"), "spreadsheet"),
    ],
    ids=["csv", "broken", "entities", "bomb", "damaged"],
)
def test_hostile_files_are_refused_with_a_sentence(body: bytes, said: str) -> None:
    """Bombs, entities and broken archives are refused before anything is unpacked or resolved."""
    with pytest.raises(InvalidInput, match=said):
        read(body)


def test_endless_empty_rows_end() -> None:
    """A sheet that goes on with nothing is refused, not read for ever."""
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    made.active.cell(row=20_000, column=1).value = "x"
    out = io.BytesIO()
    made.save(out)

    with pytest.raises(InvalidInput, match="empty rows"):
        read(out.getvalue())
