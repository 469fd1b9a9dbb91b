# SPDX-License-Identifier: Apache-2.0
"""A spreadsheet holds texts as texts: no formula, no forbidden letter, nothing cut in silence."""

from pathlib import Path

import msgspec
import openpyxl

from app.exports.xlsx import CUT, MAX_CELL, write_xlsx
from app.services.exporting import Wanted, pages
from app.storage.database import Sessions
from tests.make import NOW, incident
from tests.make_exports import DESK


def test_texts_are_texts(sessions: Sessions, tmp_path: Path) -> None:
    """A formula is a guarded text, a number a number, a control character replaced, a long text cut."""
    with sessions.writing() as session:
        incident(session, title="=1+1", place="a\x0bb", admin1="x" * 40_000, latitude=-33.5,
                 longitude=1.0, precision="exact")  # fmt: skip
    path = tmp_path / "all.xlsx"
    write_xlsx("incidents", pages(sessions, DESK, "incidents", Wanted(), now=NOW), path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    names, row = (list(one) for one in sheet.iter_rows())
    cells = {str(name.value): cell for name, cell in zip(names, row, strict=True)}
    assert (cells["title"].data_type, cells["title"].value) == ("s", "'=1+1")
    assert (cells["latitude"].data_type, cells["latitude"].value) == ("n", -33.5)
    assert cells["place"].value == "a\ufffdb"
    long = str(cells["admin1"].value)
    assert len(long) == MAX_CELL
    assert long.endswith(CUT)
    assert msgspec.json.decode(str(cells["targets"].value))[0]["description"] == "Three journalists"
