# SPDX-License-Identifier: Apache-2.0
"""Reading our own exports back, strictly: every column, every value, or a reason with its line.

Values only; nothing is stored here. What the rows must agree on is checked in restoring_checks.py.
"""

import csv
import io
import types
import typing
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from app.domain.cells import unguarded
from app.domain.record.report import Rejected
from app.errors import InvalidInput
from app.services.exporting_shapes import ROWS, Row

MAX_ROWS = 500_000
MAX_CELL = 16 * 1024 * 1024
MAX_REJECTED = 1000
_SEPARATOR = ";"
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A row and the line it began on."""

    line: int
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What a file holds; `noun` is None where it holds nothing at all."""

    noun: str | None
    rows: tuple[FileRow, ...]
    rejected: tuple[Rejected, ...]


def read_export(body: bytes, *, raw: bool = False) -> FileRead:
    """Read a CSV or JSON lines export; raises InvalidInput where it is neither.

    `raw` says that the CSV was written without guards, so that none is taken off.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("the file is not UTF-8: export it again") from None
    if "\x00" in text:
        raise InvalidInput("the file holds NUL characters: it is no export of Qalam's")
    if not text.strip():
        return FileRead(noun=None, rows=(), rejected=())
    if text.lstrip().startswith("{"):
        return _read_lines(body.removeprefix(b"\xef\xbb\xbf"))
    return _read_table(text, raw=raw)


def _noun_of(names: Sequence[str]) -> str:
    for noun, shape in ROWS.items():
        if set(names) == set(shape.__struct_fields__) and len(names) == len(set(names)):
            return noun
    near = max(ROWS, key=lambda noun: len(set(names) & set(ROWS[noun].__struct_fields__)))
    wanted = set(ROWS[near].__struct_fields__)
    missing, unknown = sorted(wanted - set(names)), sorted(set(names) - wanted)
    said = [f"{', '.join(missing)} missing"] if missing else []
    said += [f"{len(unknown)} unknown"] if unknown else []
    raise InvalidInput(
        "the columns are not those of an export of incidents, cases, outlets or sites; nearest is "
        f"{near}: {'; '.join(said) or 'a column stands twice'}"
    )


def _read_lines(body: bytes) -> FileRead:
    noun: str | None = None
    rows: list[FileRow] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        _check_bound(number, rows, rejected)
        try:
            if noun is None:
                noun = _noun_of(list(msgspec.json.decode(line, type=dict[str, msgspec.Raw])))
            rows.append(FileRow(line=number, row=msgspec.json.decode(line, type=ROWS[noun])))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            rejected.append(Rejected(line=number, reason=f"not readable: {error}"))
    return FileRead(noun=noun, rows=tuple(rows), rejected=tuple(rejected))


def _read_table(text: str, *, raw: bool) -> FileRead:
    lines = _cells(text)
    _, names = next(lines)
    noun = _noun_of(names)
    shape = ROWS[noun]
    readers = _readers(noun, raw=raw)
    rows: list[FileRow] = []
    rejected: list[Rejected] = []
    for number, cells in lines:
        _check_bound(number, rows, rejected)
        if len(cells) != len(names):
            reason = "the row has more or fewer cells than the first line"
            rejected.append(Rejected(line=number, reason=reason))
            continue
        try:
            values = {name: readers[name](cell) for name, cell in zip(names, cells, strict=True)}
            rows.append(FileRow(line=number, row=msgspec.convert(values, shape)))
        except (msgspec.MsgspecError, ValueError, KeyError) as error:
            reason = (
                str(error) if isinstance(error, msgspec.MsgspecError) else "a value is no value"
            )
            rejected.append(Rejected(line=number, reason=f"not readable: {reason}"))
    return FileRead(noun=noun, rows=tuple(rows), rejected=tuple(rejected))


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it began on."""
    # A cell holds whole cases; the limit belongs to the process, so it is put back.
    before = csv.field_size_limit(MAX_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        start = 1
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"line {start}: not readable as CSV: {error}") from None
    finally:
        csv.field_size_limit(before)


def _check_bound(line: int, rows: Sequence[FileRow], rejected: Sequence[Rejected]) -> None:
    if len(rows) >= MAX_ROWS:
        raise InvalidInput(f"a file may have {MAX_ROWS} rows: export one country at a time")
    if len(rejected) >= MAX_REJECTED:
        first = rejected[0]
        raise InvalidInput(
            f"{MAX_REJECTED} rows are not readable, up to line {line}; the first is line "
            f"{first.line}: {first.reason}"
        )


def _readers(noun: str, *, raw: bool) -> dict[str, Callable[[str], object]]:
    """Return how the cells of each column are read; what is empty is null, or an empty list."""
    hints = typing.get_type_hints(ROWS[noun])
    return {name: _reader(hint, raw=raw) for name, hint in hints.items()}


def _reader(hint: object, *, raw: bool) -> Callable[[str], object]:
    kinds = set(typing.get_args(hint)) if isinstance(hint, types.UnionType) else {hint}
    kinds.discard(types.NoneType)
    (kind,) = kinds
    origin = typing.get_origin(kind)
    if kind is str:
        return (lambda cell: cell or None) if raw else (lambda cell: unguarded(cell) or None)
    if kind in (list[str], list[uuid.UUID]):
        return lambda cell: cell.split(_SEPARATOR) if cell else []
    if origin in (list, dict):
        return lambda cell: msgspec.json.decode(cell) if cell else origin()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return lambda cell: msgspec.json.decode(cell) if cell else None
    if kind is bool:
        return lambda cell: _BOOLEANS[cell.lower()] if cell else None
    if kind in (int, float):
        # JSON's own numbers and nothing else: no NaN, no 1_000, no spaces.
        return lambda cell: msgspec.json.decode(cell) if cell else None
    assert isinstance(kind, type)
    assert issubclass(kind, str | uuid.UUID | datetime | date)
    return lambda cell: cell or None
