# SPDX-License-Identifier: Apache-2.0
"""A file of JSON lines, gzipped or not, read line by line: large files are never held whole."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.errors import InvalidInput

MAX_LINE_BYTES = 64 * 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that is not empty, or why it is not given; `read` is how much of the file is behind."""

    number: int
    text: bytes = b""
    problem: str | None = None
    read: int = 0


def read_lines(path: Path) -> Iterator[Line]:
    """Yield a file's lines; a file that breaks off ends with a line that says so.

    Raises InvalidInput where there is no such file.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    with raw:
        is_gzip = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        file = gzip.GzipFile(fileobj=raw) if is_gzip else raw
        number = 0
        while True:
            number += 1
            try:
                text, is_whole = _read_line(file)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                yield Line(number=number, problem="the file breaks off here", read=raw.tell())
                return
            if not is_whole:
                size = MAX_LINE_BYTES // 2**20
                yield Line(number=number, problem=f"longer than {size} MiB", read=raw.tell())
            elif not text:
                return
            elif text.strip():
                yield Line(number=number, text=text, read=raw.tell())


def _read_line(file: BinaryIO | gzip.GzipFile) -> tuple[bytes, bool]:
    """Return the next line, or its last piece and False where it is too long to be held."""
    text = file.readline(MAX_LINE_BYTES + 1)
    is_whole = len(text) <= MAX_LINE_BYTES
    while len(text) > MAX_LINE_BYTES and not text.endswith(b"\n"):
        text = file.readline(MAX_LINE_BYTES + 1)
    return text, is_whole
