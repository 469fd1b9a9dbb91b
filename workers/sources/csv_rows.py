# SPDX-License-Identifier: Apache-2.0
"""CSV cut into rows, each word for word with the line it began on; what the cells mean is a format's.

Each row is cut out of the file by itself, so that a quotation mark which is never closed spoils its
own line and not the rest of the file.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.intake.item import MAX_RAW
from app.domain.record.report import Rejected

MAX_ROWS = 50_000
MAX_REJECTED = 1000
MAX_FIELD = 100_000
# A quoted text may run over many lines (pages of HTML do); one that runs over more was never closed.
MAX_LINES_OF_ROW = 20_000
DELIMITERS = (",", ";", "\t")

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_NULLS = frozenset({"", "None", "null", "NULL", "NaN", "N/A"})
_TOTALS = re.compile(r"((grand )?totals?|sum|итого|всего|барлығы|жиыны)[\s:().\d]*", re.IGNORECASE)
TOTALS_ROW = "a row of totals is not a report"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it began, its own text, its cells."""

    line: int
    raw: str
    cells: list[str]


def lines_of(text: str) -> tuple[list[str], int]:
    """Return the lines of a file with their ends, and the place of the first that says something."""
    lines = _LINE.findall(text)
    return lines, next((place for place, line in enumerate(lines) if line.strip()), len(lines))


def stop_at(line: int, taken: int, refused: int) -> Rejected | None:
    """Say why reading goes no further, once it should not."""
    if refused >= MAX_REJECTED:
        reason = f"{MAX_REJECTED} rows were refused: is the mapping right? The rest is not read"
        return Rejected(line=line, reason=reason)
    if taken >= MAX_ROWS:
        reason = f"a file may have {MAX_ROWS} rows: split it. The rest is not read"
        return Rejected(line=line, reason=reason)
    return None


def cells_of(raw: str, delimiter: str) -> list[str] | None:
    """Return the cells of one row, or None where its quotation marks make no sense."""
    try:
        rows = list(csv.reader([raw.rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def rows_of(lines: list[str], start: int, delimiter: str) -> Iterator[Row | Rejected]:
    """Cut the lines from a place on into rows; a line that is none is refused and reading goes on."""
    closing = _closing_lines(lines)
    place = start
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        end = _end_of_row(lines, place, delimiter, closing)
        raw = "".join(lines[place:end])
        cells = cells_of(raw, delimiter) if end > place and len(raw) <= MAX_RAW else None
        if cells is not None:
            yield Row(line=place + 1, raw=raw.rstrip("\r\n"), cells=cells)
            place = end
            continue
        reason = "the row is not readable: a quotation mark is not closed, or stands inside a text"
        if end > place and len(raw) > MAX_RAW:
            reason = f"the row is over {MAX_RAW // 1024} KiB"
        yield Rejected(line=place + 1, reason=reason)
        # Reading goes on with the next line, so that one open quotation mark swallows no others.
        place += 1


def _closing_lines(lines: list[str]) -> list[int]:
    """Return, for each line, the first at or after it by whose end its quotation marks are paired.

    One pass from the end: a file with a mark that is never closed costs no more than another.
    """
    paired_at = [0] * len(lines)
    is_odd = [line.count('"') % 2 == 1 for line in lines]
    parity, last = 0, {0: len(lines), 1: len(lines)}
    # `parity` counts the marks after a line; a row closes where the same parity is met again.
    for place in range(len(lines) - 1, -1, -1):
        last[parity] = place
        parity ^= is_odd[place]
        paired_at[place] = last[parity]
    return paired_at


def _end_of_row(lines: list[str], start: int, delimiter: str, closing: list[int]) -> int:
    """Return the line after a row; `start` itself where its quotation marks are never closed."""
    if cells_of(lines[start], delimiter) is not None:
        return start + 1
    end = closing[start]
    return end + 1 if end < len(lines) and end - start < MAX_LINES_OF_ROW else start


def problem_of(row: Row, names: list[str]) -> str | None:
    """Say what is wrong with the shape of a row under these columns, if anything is."""
    if "\x00" in row.raw:
        return "the row holds a NUL character"
    if "\ufffd" in row.raw:
        return "the row holds bytes that are no characters: save the file as UTF-8"
    if [cell.strip() for cell in row.cells] == names:
        return "the first line of the file stands here again"
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    if _TOTALS.fullmatch(first):
        return TOTALS_ROW
    if len(row.cells) != len(names):
        more = "more" if len(row.cells) > len(names) else "fewer"
        return f"the row has {more} cells than the first line ({len(names)})"
    if any(len(cell) > MAX_FIELD for cell in row.cells):
        return f"a cell is longer than {MAX_FIELD} characters"
    return None


def value_of(cell: str) -> str | None:
    """Return what a cell says, or None where it says nothing."""
    said = cell.strip()
    return None if said in _NULLS else said
