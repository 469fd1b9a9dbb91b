# SPDX-License-Identifier: Apache-2.0
"""JSON cut into rows: an array of objects, JSON lines, or an object that holds one such array.

Each row keeps its own text, so that what a source wrote is kept word for word. Numbers and nesting are
read as they stand; what a row means is a format's.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.intake.item import MAX_RAW
from app.domain.record.report import Rejected
from app.errors import InvalidInput

MAX_ROWS = 50_000
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One object: the line it began on, its own text, its fields."""

    line: int
    raw: str
    fields: dict[str, Any]


def rows_of(document: str, *, within: tuple[str, ...] = ()) -> Iterator[JsonRow | Rejected]:
    """Yield every object of a document, a bad one as `Rejected`; `within` names where the array may be.

    Raises InvalidInput where the document is not JSON with rows at all.
    """
    start = _first_row(document, within)
    counted, line, taken = 0, 1, 0
    place = start
    while (place := _next(document, place)) < len(document) and document[place] != "]":
        line, counted = line + document.count("\n", counted, place), place
        if taken >= MAX_ROWS:
            yield Rejected(line=line, reason=f"a file may have {MAX_ROWS} rows: split it")
            return
        taken += 1
        try:
            found, end = _DECODER.raw_decode(document, place)
        except (ValueError, RecursionError):
            yield Rejected(
                line=line, reason="the file breaks off here, or is not JSON from here on"
            )
            return
        yield _row(document[place:end], found, line)
        place = end


def _row(raw: str, found: object, line: int) -> JsonRow | Rejected:
    if not isinstance(found, dict):
        return Rejected(line=line, reason="this is not an object with named fields")
    if len(raw) > MAX_RAW:
        return Rejected(line=line, reason=f"the row is over {MAX_RAW // 1024} KiB")
    if "\\u0000" in raw or "\x00" in raw:
        return Rejected(line=line, reason="the row holds a NUL character")
    return JsonRow(line=line, raw=raw, fields=found)


def _next(document: str, place: int) -> int:
    while place < len(document) and document[place] in _SPACE + ",":
        place += 1
    return place


def _first_row(document: str, within: tuple[str, ...]) -> int:
    """Return where the rows begin."""
    place = _next(document, 0)
    if document.startswith("[", place):
        return place + 1
    if not document.startswith("{", place):
        raise InvalidInput("this is not JSON: it begins with neither { nor [")
    for name in within:
        found = _array_named(document, place, name)
        if found is not None:
            return found
    return place


def _array_named(document: str, place: int, name: str) -> int | None:
    """Return where the array of this name begins within the object at a place, if it has one."""
    mark = document.find(f'"{name}"', place)
    while mark >= 0:
        after = _next(document, mark + len(name) + 2)
        if document.startswith(":", after):
            opens = _next(document, after + 1)
            if document.startswith("[", opens):
                return opens + 1
        mark = document.find(f'"{name}"', mark + 1)
    return None
