# SPDX-License-Identifier: Apache-2.0
"""How every command speaks: where it prints, how an error is told, what `--json` is.

For the base install as well: nothing here may need the database or the server.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from app.errors import QalamError

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for another program.")]


@contextmanager
def told() -> Iterator[None]:
    """Tell an error as a sentence and end with code 1; a traceback is for bugs only."""
    try:
        yield
    except QalamError as error:
        err.print(f"[red]qalam:[/red] {error.detail}", highlight=False, markup=True)
        for one in error.errors:
            err.print(f"  {one.pointer}: {one.message}", highlight=False, markup=False)
        raise typer.Exit(1) from None


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print a value as JSON on standard output."""
    typer.echo(json.dumps(value, default=str, ensure_ascii=False))
