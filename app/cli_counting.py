# SPDX-License-Identifier: Apache-2.0
"""What the commands of `qalam stats` share: their options, one way of asking, one of showing."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.table import Table

from app import clock
from app.cli import opened
from app.cli_when import viewer_of, when_of, window_of
from app.console import out, print_json, told
from app.services.statistics_answers import Answer

AsOf = Annotated[str, typer.Option("--as-of", help="What had happened by this day: 2012-12-31.")]
KnownAt = Annotated[str, typer.Option("--known-at", help="What was on record at this time (UTC).")]
Country = Annotated[str, typer.Option(help="Only these countries, comma separated: IQ,SO.")]
Public = Annotated[bool, typer.Option("--public", help="Only what everybody sees.")]
Edition = Annotated[int, typer.Option(help="Year of the index.")]
From = Annotated[str, typer.Option("--from", help="First day: 2012-01-01, 2012-01 or 2012.")]
To = Annotated[str, typer.Option("--to", help="Last day, within: 2012-12-31, 2012-12 or 2012.")]


def counted(
    count: Callable[..., Answer],
    asked: tuple[str, str],
    public: bool,
    more: Callable[[], dict[str, object]],
    *,
    window: tuple[str, str] | None = None,
) -> Answer:
    """Ask for a statistic as of a day and as known at a time; of a range of days where one is given.

    `more` reads what else was typed, here, so that a wrong word is told as a sentence.
    """
    with told(), opened() as sessions, sessions.reading() as session:
        now = clock.now()
        when = when_of(*asked, now)
        given = more()
        if window is not None:
            given["window"] = window_of(*window, when.as_of)
        return count(session, viewer_of(public), when=when, now=now, **given)


def tell(title: str, columns: tuple[str, ...], answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(shaped(answer))
        return
    table(title, columns, answer.rows)
    out.print(answer.meta["note"], highlight=False)


def shaped(answer: Answer) -> dict[str, Any]:
    return {**answer.meta, "rows": answer.rows}


def table(title: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    shown = Table(title=title)
    for name in columns:
        shown.add_column(name.replace("_", " "))
    for row in rows:
        shown.add_row(*(str(row[name]) for name in columns))
    out.print(shown)
