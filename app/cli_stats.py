# SPDX-License-Identifier: Apache-2.0
"""`qalam stats …`: the published formulas over the record, as a table or as JSON. Only reads.

Whoever runs commands on this machine counts verified and published records alike; `--public` counts
what everybody sees.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app import cli_conditions
from app.cli_counting import (
    AsOf,
    Country,
    Edition,
    From,
    KnownAt,
    Public,
    To,
    counted,
    shaped,
    table,
)
from app.cli_when import countries_of
from app.console import Json, err, out, print_json, read_text
from app.domain.countries import country_name
from app.domain.record.statistics_populations import read_populations
from app.domain.record.statistics_series import Axis, Every
from app.domain.vocabulary import Category
from app.services import (
    statistics_counts,
    statistics_impunity,
    statistics_states,
)

stats_app = typer.Typer(help="Numbers by published formulas.", no_args_is_help=True)


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
    answer = counted(
        statistics_impunity.impunity_index,
        (as_of, known_at),
        public,
        lambda: {
            "edition": edition,
            "populations": read_populations(read_text(populations)) if populations else None,
        },
    )
    if as_json:
        print_json(shaped(answer))
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
    answer = counted(
        statistics_impunity.impunity_rate,
        (as_of, known_at),
        public,
        lambda: {"edition": edition, "countries": countries_of(country)},
    )
    if as_json:
        print_json(shaped(answer))
        return
    grid = Table(title=f"Complete impunity, {answer.meta['from']} to {answer.meta['to']}")
    shown = ("Murders", "Unpunished", "Share %", "Killings since 2006", "Resolved", "UNESCO %")
    for name in ("Country", *shown):
        grid.add_column(name, justify="left" if name == "Country" else "right")
    for row in answer.rows:
        grid.add_row(
            country_name(row["country"]) if row["country"] else "all",
            _range(row["murders_lower"], row["murders_upper"]),
            _range(row["complete_impunity_lower"], row["complete_impunity_upper"]),
            _range(row["share_percent_lower"], row["share_percent_upper"]),
            str(row["unesco_killings"]),
            str(row["unesco_resolved"]),
            _said(row["unesco_rate_percent"]),
        )
    out.print(grid)
    out.print(answer.meta["unesco_note"], highlight=False)


@stats_app.command("response-rate")
def response_rate(
    asked_by: Annotated[str, typer.Option("--asked-by", help="Only of this asker: UNESCO.")] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """How many of the States that were asked about killings in a year have answered."""
    answer = counted(
        statistics_states.response_rate,
        (as_of, known_at),
        public,
        lambda: {"asked_by": asked_by or None},
    )
    if as_json:
        print_json(shaped(answer))
        return
    columns = ("year", "asked", "answered", "rate_percent")
    table("States that answered, by year of asking", columns, answer.rows)
    out.print(f"{answer.meta['n']} questions. {answer.meta['note']}", highlight=False)


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
    answer = counted(
        statistics_counts.sdg_16_10_1,
        (as_of, known_at),
        public,
        lambda: {"countries": countries_of(country)},
        window=(first, last),
    )
    if as_json:
        print_json(shaped(answer))
        return
    meta = answer.meta
    columns = ("code", "function", "country", "sex", "age_group", "state_link", "count")
    table(f"SDG 16.10.1, {meta['from']} to {meta['to']}", columns, answer.rows)
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
    answer = counted(
        statistics_counts.timeseries,
        (as_of, known_at),
        public,
        lambda: {
            "every": every,
            "axis": axis,
            "countries": countries_of(country),
            "category": category,
        },
        window=(first, last),
    )
    if as_json:
        print_json(shaped(answer))
        return
    columns = ("period", "value", "count", "perhaps", "verified", "published")
    table(f"Incidents by {axis.value}", columns, answer.rows)
    if "note" in answer.meta:
        out.print(answer.meta["note"], highlight=False)


def _index_table(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    grid = Table(title=title)
    for name in ("Country", "Unsolved", "Population", "Rating"):
        grid.add_column(name, justify="left" if name == "Country" else "right")
    for row in rows:
        grid.add_row(
            row["name"],
            _range(
                row["unsolved_lower"], row["unsolved_upper"], is_one=row["unsolved"] is not None
            ),
            f"{row['population']:,}" if row["population"] else "",
            _range(row["rating_lower"], row["rating_upper"], is_one=row["rating"] is not None),
        )
    out.print(grid)


def _range(lower: float | None, upper: float | None, *, is_one: bool | None = None) -> str:
    if lower is None or upper is None:
        return "" if lower is upper else f"{_said(lower)} to {_said(upper)}"
    is_one = lower == upper if is_one is None else is_one
    return str(lower) if is_one else f"{lower} to {upper}"


def _said(value: float | None) -> str:
    return "" if value is None else str(value)


stats_app.command("outlets")(cli_conditions.outlets)
stats_app.command("people")(cli_conditions.people)
stats_app.command("blocking-days")(cli_conditions.blocking_days)
