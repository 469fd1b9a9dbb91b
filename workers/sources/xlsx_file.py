# SPDX-License-Identifier: Apache-2.0
"""A spreadsheet (.xlsx) with a mapping of its columns: the first sheet, its first row the names.

Values are read as stored, never computed: a formula gives the value its program saved. Numbers and days
become the text a person would write. A row has no text of its own; what is kept is its cells as JSON.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from app.domain.intake.item import MAX_RAW, Given
from app.domain.intake.mapped import account_of
from app.domain.record.report import (
    CONSTANT,
    Account,
    Extent,
    Found,
    Rejected,
    without_repeats,
)
from app.errors import InvalidInput
from workers.sources import zip_bounds
from workers.sources.csv_rows import TOTALS_ROW, Row, problem_of, stop_at, value_of

MAX_COLUMNS = 200
# Empty rows cost time as well; a sheet that says it has millions is not believed.
MAX_EMPTY_ROWS = 10_000


def read(body: bytes, given: Given) -> Found:
    """Read at most 50,000 rows of the first sheet."""
    if "title" not in given.mapping:
        raise InvalidInput("the mapping must name the column of the title: title=COLUMN")
    rows = _rows(body)
    names = _columns(next(rows, (1, []))[1], given)
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    for line, cells in rows:
        stopped = stop_at(line, len(accounts), len(rejected))
        if stopped is not None:
            rejected.append(stopped)
            break
        taken = _read_row(line, cells, names, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    is_whole = all(one.reason == TOTALS_ROW for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _rows(body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that say something, with their numbers."""
    zip_bounds.check(body)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(body), read_only=True, data_only=True, keep_links=False
        )
        sheet = book.worksheets[0]
        # What a sheet claims about its size is not believed: it is read to its end.
        sheet.reset_dimensions()
        empty = 0
        for number, values in enumerate(
            sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), 1
        ):
            cells = [_written(value) for value in values]
            if any(cells):
                yield number, cells
                continue
            empty += 1
            if empty > MAX_EMPTY_ROWS:
                raise InvalidInput(
                    f"the sheet has more than {MAX_EMPTY_ROWS} empty rows: remove them"
                )
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        SyntaxError,
        TypeError,
    ) as error:
        raise InvalidInput(
            "this is not a spreadsheet that can be read: save it as .xlsx"
        ) from error
    except zipfile.BadZipFile as error:
        raise InvalidInput("the spreadsheet is damaged: save it anew as .xlsx") from error


def _written(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _columns(cells: list[str], given: Given) -> list[str]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    wanted = {said for said in given.mapping.values() if not said.startswith(CONSTANT)}
    missing = ", ".join(sorted(wanted - set(names)))
    if missing:
        raise InvalidInput(
            f"the first row lacks the columns that the mapping names: {missing}; "
            "mend the mapping, or the first row of the first sheet"
        )
    if len(names) > MAX_COLUMNS:
        raise InvalidInput(f"the sheet has more than {MAX_COLUMNS} columns")
    named = [name for name in names if name]
    if len(named) != len(set(named)):
        raise InvalidInput("two columns have the same name: rename one in the first row")
    return names


def _read_row(line: int, cells: list[str], names: list[str], given: Given) -> Account | Rejected:
    beyond = cells[len(names) :]
    if any(cell.strip() for cell in beyond):
        return Rejected(line=line, reason="the row has cells beyond the last named column")
    kept = (cells + [""] * len(names))[: len(names)]
    raw = json.dumps(dict(zip(names, kept, strict=True)), ensure_ascii=False)
    if len(raw) > MAX_RAW:
        return Rejected(line=line, reason=f"the row is over {MAX_RAW // 1024} KiB")
    problem = problem_of(Row(line=line, raw=raw, cells=kept), names)
    if problem is not None:
        return Rejected(line=line, reason=problem)
    values = {name: value_of(cell) for name, cell in zip(names, kept, strict=True) if name}
    return account_of(values, raw, line, given)
