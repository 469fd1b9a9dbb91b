# SPDX-License-Identifier: Apache-2.0
"""A file of JSON lines, gzipped or not, read line by line: large files are never held whole."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

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
        yield from lines_of(raw)


def lines_of(raw: BufferedReader, *, longest: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """Yield the lines of what is read, as they come; a pipe does as well as a file."""
    is_gzip = raw.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
    file = gzip.GzipFile(fileobj=raw) if is_gzip else raw
    number = 0
    while True:
        number += 1
        try:
            text, is_whole = _read_line(file, longest)
        except (EOFError, OSError, zlib.error):
            yield Line(number=number, problem="the file breaks off here", read=_behind(raw))
            return
        if not is_whole:
            size = longest // 2**20
            yield Line(number=number, problem=f"longer than {size} MiB", read=_behind(raw))
        elif not text:
            return
        elif text.strip():
            yield Line(number=number, text=text, read=_behind(raw))


def _behind(raw: BufferedReader) -> int:
    return raw.tell() if raw.seekable() else 0


def _read_line(file: BufferedReader | gzip.GzipFile, longest: int) -> tuple[bytes, bool]:
    """Return the next line, or its last piece and False where it is too long to be held."""
    text = file.readline(longest + 1)
    is_whole = len(text) <= longest
    while len(text) > longest and not text.endswith(b"\n"):
        text = file.readline(longest + 1)
    return text, is_whole
