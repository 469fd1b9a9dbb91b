# SPDX-License-Identifier: Apache-2.0
"""`qalam stats …`: the published formulas over the record, as a table or as JSON. Only reads.

Whoever runs commands on this machine counts verified and published records alike; `--public` counts
what everybody sees.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app import clock
from app.cli import opened
from app.console import Json, err, out, print_json, read_text, told
from app.domain.countries import COUNTRIES, country_name
from app.domain.record.statistics import Window
from app.domain.record.statistics_populations import read_populations
from app.domain.record.statistics_series import Axis, Every
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Category, Role
from app.errors import InvalidInput
from app.services import statistics_counts, statistics_impunity
from app.services.statistics_answers import Answer, When

stats_app = typer.Typer(help="Numbers by published formulas.", no_args_is_help=True)

_OPERATOR = Viewer(role=Role.ADMIN, name="operator")

AsOf = Annotated[str, typer.Option("--as-of", help="What had happened by this day: 2012-12-31.")]
KnownAt = Annotated[str, typer.Option("--known-at", help="What was on record at this time (UTC).")]
Country = Annotated[str, typer.Option(help="Only these countries, comma separated: IQ,SO.")]
Public = Annotated[bool, typer.Option("--public", help="Only what everybody sees.")]
Edition = Annotated[int, typer.Option(help="Year of the index.")]
From = Annotated[str, typer.Option("--from", help="First day: 2012-01-01, 2012-01 or 2012.")]
To = Annotated[str, typer.Option("--to", help="Last day, within: 2012-12-31, 2012-12 or 2012.")]


@stats_app.command("impunity-index")
def impunity_index(
    edition: Edition,
    populations: Annotated[
        Path | None, typer.Option(help="CSV: country,population; or a World Bank file as it is.")
    ] = None,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """CPJ's Global Impunity Index: unsolved murders per million over ten years, five or more."""
    with told(), opened() as sessions, sessions.reading() as session:
        now = clock.now()
        answer = statistics_impunity.impunity_index(
            session,
            _viewer(public),
            edition=edition,
            when=_when(as_of, known_at, now),
            now=now,
            populations=read_populations(read_text(populations)) if populations else None,
        )
    if as_json:
        print_json(_shaped(answer))
        return
    meta = answer.meta
    _index_table(f"Impunity index {edition}, {meta['from']} to {meta['to']}", answer.rows)
    _index_table("Five or more, or fewer: the dates do not tell", meta["undecided"])
    _index_table("Fewer than five", meta["below_threshold"])
    out.print(
        f"As of {meta['as_of']}: {meta['n']} unsolved murders at most, of {meta['verified']} "
        f"verified and {meta['published']} published records; of {meta['not_assessed']} more "
        "nobody says whether anybody was convicted.",
        highlight=False,
    )
    if populations is None:
        err.print("No rating without populations: give them with --populations FILE.csv.")


@stats_app.command("impunity-rate")
def impunity_rate(
    edition: Edition,
    country: Country = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """Share of murders in complete impunity over an edition's ten years; UNESCO's rate since 2006."""
    with told(), opened() as sessions, sessions.reading() as session:
        now = clock.now()
        answer = statistics_impunity.impunity_rate(
            session,
            _viewer(public),
            edition=edition,
            countries=_countries(country),
            when=_when(as_of, known_at, now),
            now=now,
        )
    if as_json:
        print_json(_shaped(answer))
        return
    table = Table(title=f"Complete impunity, {answer.meta['from']} to {answer.meta['to']}")
    for name in ("Country", "Murders", "Unpunished", "Share %", "Killings since 2006", "UNESCO %"):
        table.add_column(name, justify="left" if name == "Country" else "right")
    for row in answer.rows:
        table.add_row(
            country_name(row["country"]) if row["country"] else "all",
            _range(row["murders_lower"], row["murders_upper"]),
            _range(row["complete_impunity_lower"], row["complete_impunity_upper"]),
            _range(row["share_percent_lower"], row["share_percent_upper"]),
            str(row["unesco_killings"]),
            _said(row["unesco_rate_percent"]),
        )
    out.print(table)
    out.print(answer.meta["unesco_note"], highlight=False)


@stats_app.command("sdg-16-10-1")
def sdg_16_10_1(
    first: From = "",
    last: To = "",
    country: Country = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """Victims by the most serious code of SDG 16.10.1; the twelve months to today if left out."""
    with told(), opened() as sessions, sessions.reading() as session:
        now = clock.now()
        when = _when(as_of, known_at, now)
        answer = statistics_counts.sdg_16_10_1(
            session,
            _viewer(public),
            window=_window(first, last, when.as_of),
            countries=_countries(country),
            when=when,
            now=now,
        )
    if as_json:
        print_json(_shaped(answer))
        return
    meta = answer.meta
    columns = ("code", "function", "country", "sex", "age_group", "state_link", "count")
    _table(f"SDG 16.10.1, {meta['from']} to {meta['to']}", columns, answer.rows)
    beside = ("not_assessed", "not_met", "out_of_scope", "perhaps_in_period", "uncounted_groups")
    out.print(f"{meta['n']} victims. {meta['label']}", highlight=False)
    out.print(
        "Beside the count: "
        + ", ".join(f"{meta[name]} {name.replace('_', ' ')}" for name in beside)
        + ".",
        highlight=False,
    )


@stats_app.command("timeseries")
def timeseries(
    first: From = "",
    last: To = "",
    every: Annotated[Every, typer.Option(help="How long a period is.")] = Every.YEAR,
    axis: Annotated[Axis, typer.Option(help="By what to tell incidents apart.")] = Axis.NONE,
    country: Country = "",
    category: Annotated[Category | None, typer.Option(help="Only of this category.")] = None,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """Incidents over time by any axis; the twelve months to today if left out."""
    with told(), opened() as sessions, sessions.reading() as session:
        now = clock.now()
        when = _when(as_of, known_at, now)
        answer = statistics_counts.timeseries(
            session,
            _viewer(public),
            window=_window(first, last, when.as_of),
            every=every,
            axis=axis,
            countries=_countries(country),
            category=category,
            when=when,
            now=now,
        )
    if as_json:
        print_json(_shaped(answer))
        return
    columns = ("period", "value", "count", "perhaps", "verified", "published")
    _table(f"Incidents by {axis.value}", columns, answer.rows)
    if "note" in answer.meta:
        out.print(answer.meta["note"], highlight=False)


def _shaped(answer: Answer) -> dict[str, Any]:
    return {**answer.meta, "rows": answer.rows}


def _viewer(public: bool) -> Viewer:
    return PUBLIC if public else _OPERATOR


def _when(as_of: str, known_at: str, now: datetime) -> When:
    day = _day(as_of, "--as-of", last=True) if as_of else now.date()
    return When(as_of=day, known_at=_instant(known_at) if known_at else None)


def _day(said: str, name: str, *, last: bool) -> date:
    """Read a day; of a month or a year its first or last one."""
    parts = said.split("-")
    try:
        if len(parts) == 3:
            return date.fromisoformat(said)
        year, month = int(parts[0]), int(parts[1]) if len(parts) == 2 else None
        if not last:
            return date(year, month or 1, 1)
        after = year * 12 + (month or 12)
        return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        raise InvalidInput(f"{name} is a day, a month or a year, such as 2012-12-31") from None


def _instant(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise InvalidInput("--known-at is a day or an instant, such as 2026-03-02") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _window(first: str, last: str, as_of: date) -> Window:
    end = _day(last, "--to", last=True) if last else as_of
    begin = _day(first, "--from", last=False) if first else end - timedelta(days=364)
    if begin > end:
        raise InvalidInput("the range ends before it starts")
    return Window(begin, end)


def _countries(said: str) -> tuple[str, ...]:
    codes = tuple(code.strip().upper() for code in said.split(",") if code.strip())
    if any(code not in COUNTRIES for code in codes):
        raise InvalidInput("--country takes two-letter codes of ISO 3166-1, such as IQ,SO")
    return codes


def _index_table(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title=title)
    for name in ("Country", "Unsolved", "Population", "Rating"):
        table.add_column(name, justify="left" if name == "Country" else "right")
    for row in rows:
        table.add_row(
            row["name"],
            _range(
                row["unsolved_lower"], row["unsolved_upper"], is_one=row["unsolved"] is not None
            ),
            f"{row['population']:,}" if row["population"] else "",
            _range(row["rating_lower"], row["rating_upper"], is_one=row["rating"] is not None),
        )
    out.print(table)


def _table(title: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    table = Table(title=title)
    for name in columns:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(str(row[name]) for name in columns))
    out.print(table)


def _range(lower: float | None, upper: float | None, *, is_one: bool | None = None) -> str:
    if lower is None or upper is None:
        return "" if lower is upper else f"{_said(lower)} to {_said(upper)}"
    is_one = lower == upper if is_one is None else is_one
    return str(lower) if is_one else f"{lower} to {upper}"


def _said(value: float | None) -> str:
    return "" if value is None else str(value)
