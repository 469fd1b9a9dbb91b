# SPDX-License-Identifier: Apache-2.0
"""CPJ's exports as tables: columns found by their names in any order, rows told apart without ids.

Both formats share this; what the cells mean is cpj.py's and cpj_people.py's.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.intake.item import MAX_ID, Given
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Reading,
    Rejected,
    content_key,
    raw_item,
    without_repeats,
)
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.csv_rows import (
    DELIMITERS,
    TOTALS_ROW,
    Row,
    cells_of,
    lines_of,
    problem_of,
    rows_of,
    stop_at,
    value_of,
)

_NOT_LETTERS = re.compile(r"[\W_]+")
_TOTALS_WORD = re.compile(r"\btotals?\b", re.IGNORECASE)


class Refused(Exception):
    """When a row cannot be read; the text says why."""


@dataclass(slots=True)
class Cells:
    """The cells of one row; each known one is popped, and what is left over was not known."""

    _values: dict[str, str | None]
    _shown: Mapping[str, str]

    def pop(self, *names: str) -> str | None:
        """Take the first of these columns that says something; all of them count as known."""
        found: str | None = None
        for name in names:
            said = self._values.pop(_key(name), None)
            found = found or said
        return found

    def has(self, name: str) -> bool:
        """Whether the file has this column at all."""
        return _key(name) in self._shown

    def left(self) -> dict[str, str]:
        """Return what nobody asked for, under the names of the file."""
        return {self._shown[name]: said for name, said in self._values.items() if said}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row as read. `key` is what stays when CPJ learns more; `apart` tells namesakes in order."""

    key: Sequence[str | None]
    reading: Reading
    apart: Sequence[str | None] = ()
    # CPJ's own stable key, where the format has one.
    external_id: str | None = None
    is_named: bool = True


def read_table(
    body: bytes,
    given: Given,
    *,
    needed: Sequence[Sequence[str]],
    read_row: Callable[[Cells, Given], Item],
) -> Found:
    """Read every row; of each group in `needed` the first line must have one column."""
    lines, start = lines_of(decode(body, given.content_type))
    names, delimiter = _columns(lines[start] if start < len(lines) else "", needed)
    taken: list[tuple[Row, Item]] = []
    rejected: list[Rejected] = []
    stopped: Rejected | None = None
    for row in rows_of(lines, start + 1, delimiter):
        stopped = stop_at(row.line, len(taken), len(rejected))
        if stopped is not None:
            rejected.append(stopped)
            break
        item = row if isinstance(row, Rejected) else _read(row, names, given, read_row)
        if isinstance(row, Row) and isinstance(item, Item):
            taken.append((row, item))
        elif isinstance(item, Rejected):
            rejected.append(item)
    kept, repeated = without_repeats(list(_accounts(taken, rejected)))
    rejected += repeated
    # A row that cannot be read may be one that is missed otherwise.
    is_whole = all(one.reason in (TOTALS_ROW, _REPEATED_ROW) for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted(rejected, key=lambda one: one.line)),
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _key(name: str) -> str:
    return _NOT_LETTERS.sub("", name).casefold()


def _columns(header: str, needed: Sequence[Sequence[str]]) -> tuple[list[str], str]:
    best: tuple[int, list[str], str] = (-1, [], DELIMITERS[0])
    for delimiter in DELIMITERS:
        names = [name.strip() for name in cells_of(header, delimiter) or []]
        keys = {_key(name) for name in names}
        fitting = sum(any(_key(one) in keys for one in group) for group in needed)
        best = max(best, (fitting, names, delimiter), key=lambda one: one[0])
    _, names, delimiter = best
    keys = {_key(name) for name in names}
    missing = [group[0] for group in needed if not any(_key(one) in keys for one in group)]
    if missing:
        raise InvalidInput(
            f"the first line lacks columns that this format has: {', '.join(missing)}; "
            "is it the export that `--format` names?"
        )
    named = [_key(name) for name in names if name]
    if len(named) != len(set(named)):
        raise InvalidInput("two columns have the same name: rename one in the first line")
    return names, delimiter


def _read(
    row: Row, names: list[str], given: Given, read_row: Callable[[Cells, Given], Item]
) -> Item | Rejected:
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    if len(filled) <= 2 and any(_TOTALS_WORD.search(one) for one in filled):
        return Rejected(line=row.line, reason=TOTALS_ROW)
    row = _trimmed(row, len(names))
    problem = problem_of(row, names)
    if problem is not None:
        return Rejected(line=row.line, reason=problem)
    pairs = [(name, value_of(cell)) for name, cell in zip(names, row.cells, strict=True) if name]
    cells = Cells(
        {_key(name): said for name, said in pairs}, {_key(name): name for name, _ in pairs}
    )
    try:
        return read_row(cells, given)
    except Refused as refusal:
        return Rejected(line=row.line, reason=str(refusal))


def _trimmed(row: Row, width: int) -> Row:
    """Return a row without the empty cells that a comma at its end makes."""
    beyond = row.cells[width:]
    if beyond and not any(cell.strip() for cell in beyond):
        return Row(line=row.line, raw=row.raw, cells=row.cells[:width])
    return row


_REPEATED_ROW = "the same row stands here again, word for word"


def _accounts(taken: list[tuple[Row, Item]], rejected: list[Rejected]) -> Iterator[Account]:
    """Give every row an id. Namesakes of one year and country are counted in an order of content.

    Two equal rows without a name may be two people; with a name they are one row written twice.
    """
    groups: dict[str, list[tuple[Row, Item]]] = defaultdict(list)
    for row, item in taken:
        groups[item.external_id or content_key(*item.key)].append((row, item))
    for key, group in groups.items():
        seen: set[str] = set()
        number = 0
        for row, item in sorted(group, key=lambda one: (_order(one[1]), one[0].raw, one[0].line)):
            if item.external_id is None and item.is_named and row.raw in seen:
                rejected.append(Rejected(line=row.line, reason=_REPEATED_ROW))
                continue
            seen.add(row.raw)
            number += 1
            is_first = number == 1 or item.external_id is not None
            made = key if is_first else f"{key}#{number}"
            made = made if len(made) <= MAX_ID else content_key(made)
            yield Account(raw=raw_item(made, row.raw), reading=item.reading, line=row.line)


def _order(item: Item) -> tuple[str, ...]:
    return tuple(one or "" for one in item.apart)
