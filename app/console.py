# SPDX-License-Identifier: Apache-2.0
"""How every command speaks: where it prints, how an error is told, what `--json` is.

For the base install as well: nothing here may need the database or the server.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from app.errors import InvalidInput, QalamError

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for another program.")]


@contextmanager
def told() -> Iterator[None]:
    """Tell an error as a sentence and end with code 1; a traceback is for bugs only."""
    try:
        yield
    except QalamError as error:
        err.print(f"[red]qalam:[/red] {escape(error.detail)}", highlight=False, markup=True)
        for one in error.errors:
            err.print(f"  {one.pointer}: {one.message}", highlight=False, markup=False)
        raise typer.Exit(1) from None


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print a value as JSON on standard output."""
    typer.echo(json.dumps(value, default=str, ensure_ascii=False))


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, or raise InvalidInput where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def read_text(path: Path) -> str:
    """Return a file that must be UTF-8, or raise InvalidInput."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8: save it as UTF-8 and try again") from None
