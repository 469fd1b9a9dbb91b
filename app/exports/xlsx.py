# SPDX-License-Identifier: Apache-2.0
"""The record as a spreadsheet, written row by row; every text is typed as text and never a formula."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from app.domain.cells import guarded
from app.exports.tables import SEPARATOR, columns
from app.services.exporting_shapes import Row

MAX_CELL = 32_767
"""Characters that a cell can hold (ECMA-376); a longer text ends in CUT."""

CUT = " … (cut: the whole text is in the JSONL export)"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_xlsx(noun: str, pages: Iterable[Sequence[Row]], path: Path) -> None:
    """Write a workbook of one sheet; rows go to disk as they come."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(noun)
    names = columns(noun)
    sheet.append(names)
    for page in pages:
        for row in page:
            sheet.append([_cell(sheet, getattr(row, name)) for name in names])
    book.save(path)


def _cell(sheet: object, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    plain = msgspec.to_builtins(value)
    if isinstance(plain, list | dict) and not plain:
        return None
    if isinstance(plain, list) and all(isinstance(one, str) for one in plain):
        plain = SEPARATOR.join(plain)
    if not isinstance(plain, str):
        plain = msgspec.json.encode(value).decode()
    text = _ILLEGAL.sub("\ufffd", guarded(plain))
    if len(text) > MAX_CELL:
        text = text[: MAX_CELL - len(CUT)] + CUT
    cell = WriteOnlyCell(sheet, value=text)
    # openpyxl would take a text that begins with = for a formula.
    cell.data_type = "s"
    return cell
