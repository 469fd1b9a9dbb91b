# SPDX-License-Identifier: Apache-2.0
"""CSV with a mapping of its columns: `{"external_id": "url", "title": "Headline", "country": "=KZ"}`.

Each row is cut out of the file word for word, then read by itself, so that a quotation mark which
is never closed spoils its own line and not the rest of the file.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.record.report import (
    CONSTANT,
    Account,
    Extent,
    Found,
    Rejected,
    constants,
    content_key,
    raw_item,
    without_repeats,
)
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.source import MAX_ID, MAX_RAW, Given, reading

MAX_ROWS = 50_000
MAX_REJECTED = 1000
MAX_COLUMNS = 200
MAX_FIELD = 100_000
# A quoted text may run over many lines; one that runs over more was never closed.
MAX_LINES_OF_ROW = 500

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_NULLS = frozenset({"", "None", "null", "NULL", "NaN", "N/A"})
_TOTALS = re.compile(r"((grand )?totals?|sum|итого|всего|барлығы|жиыны)[\s:().\d]*", re.IGNORECASE)
_TOTALS_ROW = "a row of totals is not a report"


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    raw: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    delimiter: str


def read(body: bytes, given: Given) -> Found:
    """Read at most 50,000 rows, and no further than the first thousand that are refused."""
    lines = _LINE.findall(decode(body, given.content_type))
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    columns = _columns(lines[start] if lines else "", given)
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    stopped: Rejected | None = None
    for row in _rows(lines, start + 1, columns.delimiter):
        stopped = _end(row.line, len(accounts), len(rejected))
        if stopped is not None:
            break
        taken = row if isinstance(row, Rejected) else _read_row(row, columns, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    rejected += [stopped] if stopped else []
    # A totals row belongs to the file; any other refused row may be one that is missed otherwise.
    is_whole = all(one.reason == _TOTALS_ROW for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _end(line: int, taken: int, refused: int) -> Rejected | None:
    if refused >= MAX_REJECTED:
        reason = f"{MAX_REJECTED} rows were refused: is the mapping right? The rest is not read"
        return Rejected(line=line, reason=reason)
    if taken >= MAX_ROWS:
        reason = f"a file may have {MAX_ROWS} rows: split it. The rest is not read"
        return Rejected(line=line, reason=reason)
    return None


def _columns(header: str, given: Given) -> _Columns:
    """Read the first line: by the separator under which the mapped columns are all found."""
    wanted = {said for said in given.mapping.values() if not said.startswith(CONSTANT)}
    if "title" not in given.mapping:
        raise InvalidInput("the mapping must name the column of the title: title=COLUMN")
    found: list[_Columns] = []
    for delimiter in (",", ";", "\t"):
        cells = _cells(header, delimiter)
        if cells is not None:
            found.append(_Columns(names=[name.strip() for name in cells], delimiter=delimiter))
    fitting = next((one for one in found if wanted <= set(one.names)), None)
    if fitting is None:
        widest = max(found, key=lambda one: len(one.names), default=_Columns([], ","))
        missing = ", ".join(sorted(wanted - set(widest.names)))
        raise InvalidInput(
            f"the first line lacks the columns that the mapping names: {missing}; "
            "mend the mapping, or the first line of the file"
        )
    if len(fitting.names) > MAX_COLUMNS:
        raise InvalidInput(f"the file has more than {MAX_COLUMNS} columns")
    named = [name for name in fitting.names if name]
    if len(named) != len(set(named)):
        raise InvalidInput("two columns have the same name: rename one in the first line")
    return fitting


def _cells(raw: str, delimiter: str) -> list[str] | None:
    """Return the cells of one row, or None where its quotation marks make no sense."""
    try:
        rows = list(csv.reader([raw.rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _rows(lines: list[str], start: int, delimiter: str) -> Iterator[_Row | Rejected]:
    place = start
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        end = _end_of_row(lines, place, delimiter)
        raw = "".join(lines[place:end])
        cells = _cells(raw, delimiter) if end > place and len(raw) <= MAX_RAW else None
        if cells is not None:
            yield _Row(line=place + 1, raw=raw.rstrip("\r\n"), cells=cells)
            place = end
            continue
        reason = "the row is not readable: a quotation mark is not closed, or stands inside a text"
        if end > place and len(raw) > MAX_RAW:
            reason = f"the row is over {MAX_RAW // 1024} KiB"
        yield Rejected(line=place + 1, reason=reason)
        # Reading goes on with the next line, so that one open quotation mark swallows no others.
        place += 1


def _end_of_row(lines: list[str], start: int, delimiter: str) -> int:
    """Return the line after a row; `start` itself where its quotation marks are never closed."""
    if _cells(lines[start], delimiter) is not None:
        return start + 1
    marks = 0
    for place in range(start, min(start + MAX_LINES_OF_ROW, len(lines))):
        marks += lines[place].count('"')
        if marks % 2 == 0:
            return place + 1
    return start


def _read_row(row: _Row, columns: _Columns, given: Given) -> Account | Rejected:
    problem = _problem(row, columns)
    if problem is not None:
        return Rejected(line=row.line, reason=problem)
    values = {
        name: None if cell.strip() in _NULLS else cell.strip()
        for name, cell in zip(columns.names, row.cells, strict=True)
    }
    said: dict[str, str | None] = {
        name: values.get(column)
        for name, column in given.mapping.items()
        if not column.startswith(CONSTANT)
    }
    others = {
        name: cell for name, cell in values.items() if name not in given.mapping.values() and cell
    }
    said.update(constants(given.mapping))
    if "external_id" in said and not said["external_id"]:
        return Rejected(line=row.line, reason="the row has no id in the column that holds ids")
    result = reading(said, others, given)
    if not result.title:
        return Rejected(line=row.line, reason="the row has no title")
    key = said.get("external_id") or content_key(
        result.title, said.get("date"), said.get("country"), said.get("url")
    )
    key = key if len(key) <= MAX_ID else content_key(key)
    return Account(raw=raw_item(key, row.raw), reading=result, line=row.line)


def _problem(row: _Row, columns: _Columns) -> str | None:
    """Say what is wrong with the shape of a row, if anything is."""
    if "\x00" in row.raw:
        return "the row holds a NUL character"
    if "\ufffd" in row.raw:
        return "the row holds bytes that are no characters: save the file as UTF-8"
    if [cell.strip() for cell in row.cells] == columns.names:
        return "the first line of the file stands here again"
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    if _TOTALS.fullmatch(first):
        return _TOTALS_ROW
    if len(row.cells) != len(columns.names):
        more = "more" if len(row.cells) > len(columns.names) else "fewer"
        return f"the row has {more} cells than the first line ({len(columns.names)})"
    if any(len(cell) > MAX_FIELD for cell in row.cells):
        return f"a cell is longer than {MAX_FIELD} characters"
    return None
