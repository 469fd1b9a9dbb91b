# SPDX-License-Identifier: Apache-2.0
"""`qalam judge`: OONI measurements of any origin, judged line by line. Needs no database.

One line goes in, one line of JSON comes out, whatever the line held; memory is bounded by the
longest line that is read at all.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from app.console import err, read_text
from app.domain.blocking.fingerprint_file import read_set
from app.domain.blocking.fingerprints import Fingerprint, FingerprintSet
from app.domain.blocking.judging import judge_line
from app.domain.blocking.ooni.decoding import decode
from app.errors import InvalidInput, QalamError
from workers.sources.jsonl_file import Line, lines_of

MAX_LINE_BYTES = 32 * 1024 * 1024

Answer = dict[str, object]


def add_to(command: typer.Typer) -> None:
    """Add `judge` to the `qalam` command."""
    command.command("judge")(judge_file)


def judge_file(
    file: Annotated[
        str, typer.Argument(help="JSON lines of web_connectivity, gzipped or not; - reads them in.")
    ],
    fingerprints: Annotated[
        list[Path] | None,
        typer.Option(help="OONI's fingerprint CSV, for the verdict; may be given several times."),
    ] = None,
) -> None:
    """Judge OONI measurements: their classic keys and our verdict, one line of JSON for each."""
    known = _known(fingerprints or [])
    went_wrong = False
    with _opened(file) as raw:
        for line in lines_of(raw, longest=MAX_LINE_BYTES):
            answer = _answer(line, known)
            went_wrong = went_wrong or "error" in answer
            typer.echo(msgspec.json.encode(answer))
    raise typer.Exit(1 if went_wrong else 0)


def _answer(line: Line, known: Sequence[Fingerprint]) -> Answer:
    if line.problem is not None:
        return {"line": line.number, "error": line.problem}
    try:
        return judge_line(decode(line.text), known)
    except QalamError as error:
        return {"line": line.number, "error": error.detail}
    except Exception:  # noqa: BLE001 - a bug that one line meets must not cost the answers to all others
        return {"line": line.number, "error": "Qalam failed on this line: please report it"}


def _known(paths: Sequence[Path]) -> FingerprintSet:
    try:
        known, refused = read_set(read_text(path) for path in paths)
    except InvalidInput as error:
        raise _wrong_usage(error.detail) from None
    for row in refused:
        err.print(f"fingerprints, line {row.line}: {row.reason}", markup=False, highlight=False)
    return known


@contextmanager
def _opened(file: str) -> Iterator[BufferedReader]:
    if file == "-":
        with os.fdopen(sys.stdin.fileno(), "rb", closefd=False) as raw:
            yield raw
        return
    with _file(file) as raw:
        yield raw


def _file(file: str) -> BufferedReader:
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise _wrong_usage(f"{file} cannot be read: {error.strerror}") from None


def _wrong_usage(sentence: str) -> typer.Exit:
    err.print(f"[red]qalam:[/red] {sentence}", highlight=False)
    return typer.Exit(2)
