# SPDX-License-Identifier: Apache-2.0
"""`qalam stats outlets|people|blocking-days`: what holds on a day, and where nobody knows."""

from typing import Annotated

import typer

from app.cli_counting import AsOf, Country, From, KnownAt, Public, To, counted, tell
from app.cli_when import countries_of
from app.console import Json
from app.domain.record.statistics_series import Every
from app.services import statistics_blocking, statistics_standing
from app.services.statistics_blocking import BlockingFilter
from app.services.statistics_standing import OutletBy


def outlets(
    axis: Annotated[OutletBy, typer.Option(help="By what to tell them apart.")] = OutletBy.STATUS,
    country: Country = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """Outlets by what holds of them on a day: headline, one axis, or the ground given."""
    answer = counted(
        statistics_standing.outlet_conditions,
        (as_of, known_at),
        public,
        lambda: {"axis": axis, "countries": countries_of(country)},
    )
    columns = ("country", "value", "count", "groups")
    tell(f"Outlets by {axis.value}, {answer.meta['as_of']}", columns, answer, as_json=as_json)


def people(
    country: Country = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """People by where they are on a day: imprisoned, released, killed, unknown."""
    answer = counted(
        statistics_standing.people_by_standing,
        (as_of, known_at),
        public,
        lambda: {"countries": countries_of(country)},
    )
    columns = ("country", "state", "count", "past_presumed_end")
    tell(f"People, {answer.meta['as_of']}", columns, answer, as_json=as_json)


def blocking_days(
    first: From = "",
    last: To = "",
    every: Annotated[Every, typer.Option(help="How long a period is.")] = Every.MONTH,
    country: Country = "",
    network: Annotated[str, typer.Option(help="Only this network: AS9198.")] = "",
    as_of: AsOf = "",
    public: Public = False,
    as_json: Json = False,
) -> None:
    """Site-days blocked, with the days beside of which nobody knows; the twelve months to today."""
    answer = counted(
        statistics_blocking.blocking_days_of,
        (as_of, ""),
        public,
        lambda: {
            "every": every,
            "wanted": BlockingFilter(countries=countries_of(country), network=network or None),
        },
        window=(first, last),
    )
    days = ("blocked_days", "perhaps_days", "free_days", "unmeasured_days")
    columns = ("period", "country", "network", "sites", *days, "coverage")
    tell("Site-days blocked", columns, answer, as_json=as_json)
