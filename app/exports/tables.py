# SPDX-License-Identifier: Apache-2.0
"""The record as tables: CSV and JSON lines, a page of bytes at a time. Columns: docs/exports.md.

The shapes are the services'; here is only how a value becomes a cell. Never here: who sees what.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import partial

import msgspec

from app.domain.cells import guarded
from app.services.exporting_shapes import ROWS, Row

SEPARATOR = ";"
"""Between the values of a plain list in one cell: categories, and the ids of incidents."""

_encode = msgspec.json.encode


class TableFormat(StrEnum):
    """Formats in which a noun of the record leaves."""

    CSV = "csv"
    JSONL = "jsonl"


MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/x-ndjson",
    "geojson": "application/geo+json",
}


def columns(noun: str) -> tuple[str, ...]:
    """Return the columns of a noun in their order."""
    return ROWS[noun].__struct_fields__


def csv_bytes(noun: str, pages: Iterable[Sequence[Row]], *, raw: bool = False) -> Iterator[bytes]:
    """Yield a CSV file: RFC 4180, UTF-8, a line of column names first.

    Texts that a spreadsheet would calculate are guarded (`app.domain.cells`), unless `raw`.
    """
    names = columns(noun)
    yield _lines([names])
    for page in pages:
        yield _lines([[_cell(getattr(row, name), raw=raw) for name in names] for row in page])


def jsonl_bytes(pages: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Yield JSON lines: one object for each row, every column in it, and no other line."""
    for page in pages:
        yield b"".join(_encode(row) + b"\n" for row in page)


def table_bytes(
    noun: str, file_format: TableFormat, pages: Iterable[Sequence[Row]], *, raw: bool = False
) -> Iterator[bytes]:
    """Yield a file of this format."""
    writers: dict[TableFormat, Callable[[Iterable[Sequence[Row]]], Iterator[bytes]]] = {
        TableFormat.CSV: partial(csv_bytes, noun, raw=raw),
        TableFormat.JSONL: jsonl_bytes,
    }
    return writers[file_format](pages)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: object, *, raw: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if raw else guarded(value)
    plain = msgspec.to_builtins(value)
    if isinstance(plain, str):
        return plain
    if isinstance(plain, list | dict) and not plain:
        return ""
    if isinstance(plain, list) and all(isinstance(one, str) for one in plain):
        return SEPARATOR.join(plain)
    return _encode(value).decode()
