# SPDX-License-Identifier: Apache-2.0
"""`/statistics/outlets`, `/statistics/people`, `/statistics/blocking-days`: what holds, and where."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import parameters
from app.api.conditional import ConditionalDep, MeasuredDep
from app.api.moments import AskingByDayDep, AskingDep, WindowDep
from app.api.parameters import Listed
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.record.statistics_blocking import DayState
from app.domain.record.statistics_series import Every
from app.domain.vocabulary import PersonStanding
from app.services import statistics_blocking, statistics_standing
from app.services.statistics_blocking import BlockingFilter
from app.services.statistics_standing import OutletBy

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=StrictRoute)

Network = Annotated[str | None, Query(max_length=20, description="AS9198, `small`, or `unknown`.")]


@router.get("/outlets", responses=responses(401, 422))
def read_outlet_conditions(
    _fresh: MeasuredDep,
    asking: AskingDep,
    axis: OutletBy = OutletBy.STATUS,
    country: Listed = None,
) -> Response:
    """How many outlets are in each condition: by headline, by one axis, or by the ground given."""
    return asking.tell(
        statistics_standing.outlet_conditions, axis=axis, countries=parameters.countries(country)
    )


@router.get("/outlets/rows", responses=responses(401, 422))
def list_outlet_condition_rows(
    _fresh: MeasuredDep,
    asking: AskingDep,
    axis: OutletBy = OutletBy.STATUS,
    value: Annotated[str | None, Query(max_length=100)] = None,
    country: Listed = None,
) -> Response:
    """The outlets behind a number, each with its whole condition."""
    return asking.tell(
        statistics_standing.outlet_rows,
        axis=axis,
        value=value,
        countries=parameters.countries(country),
    )


@router.get("/people", responses=responses(401, 422))
def read_people_by_standing(
    _fresh: ConditionalDep, asking: AskingDep, country: Listed = None
) -> Response:
    """How many people are imprisoned, released, killed or unknown, by the last on record."""
    return asking.tell(
        statistics_standing.people_by_standing, countries=parameters.countries(country)
    )


@router.get("/people/rows", responses=responses(401, 422))
def list_people_rows(
    _fresh: ConditionalDep,
    asking: AskingDep,
    state: PersonStanding | None = None,
    country: Listed = None,
) -> Response:
    """The people behind a number, each with the incidents and facts that say so."""
    return asking.tell(
        statistics_standing.people_rows, state=state, countries=parameters.countries(country)
    )


@router.get("/blocking-days", responses=responses(401, 404, 422))
def read_blocking_days(
    _fresh: MeasuredDep,
    asking: AskingByDayDep,
    window: WindowDep,
    every: Every = Every.MONTH,
    country: Listed = None,
    network: Network = None,
    outlet: uuid.UUID | None = None,
) -> Response:
    """Site-days blocked in each period and network, with the days beside of which nobody can say."""
    return asking.tell(
        statistics_blocking.blocking_days_of,
        window=window,
        every=every,
        wanted=_wanted(country, network, outlet),
    )


@router.get("/blocking-days/rows", responses=responses(401, 404, 422))
def list_blocking_day_rows(
    _fresh: MeasuredDep,
    asking: AskingByDayDep,
    window: WindowDep,
    state: DayState | None = None,
    country: Listed = None,
    network: Network = None,
    outlet: uuid.UUID | None = None,
) -> Response:
    """The site-days behind a number, each with its blockings; those blocked where no state is asked."""
    return asking.tell(
        statistics_blocking.blocking_rows,
        window=window,
        state=state,
        wanted=_wanted(country, network, outlet),
    )


def _wanted(country: str | None, network: str | None, outlet: uuid.UUID | None) -> BlockingFilter:
    return BlockingFilter(
        countries=parameters.countries(country), network=network, outlet_id=outlet
    )
