# SPDX-License-Identifier: Apache-2.0
"""`/statistics`: counts by published formulas, as flat arrays, with the rows behind every number."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import parameters
from app.api.conditional import ConditionalDep
from app.api.moments import AskingDep, WindowDep
from app.api.parameters import Listed
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.record.statistics_sdg import Code
from app.domain.record.statistics_series import Axis, Every
from app.domain.vocabulary import Category
from app.services import statistics_counts, statistics_impunity, statistics_states

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=StrictRoute)

Edition = Annotated[
    int, Query(ge=2008, le=2999, description="Year of the index: calendar years to 2014.")
]
Told = Annotated[
    str | None, Query(max_length=30, description="Only victims of this value, as the count has it.")
]
AskedBy = Annotated[
    str | None, Query(max_length=300, description="Only questions of this asker, such as UNESCO.")
]


@router.get("/impunity-index", responses=responses(401, 422))
def read_impunity_index(
    _fresh: ConditionalDep,
    asking: AskingDep,
    edition: Edition,
) -> Response:
    """CPJ's Global Impunity Index over this record; rates need populations (`qalam stats`).

    `meta.below_threshold` holds countries with fewer than five; where dates leave two answers,
    `unsolved` is null and its bounds are given.
    """
    return asking.tell(statistics_impunity.impunity_index, edition=edition)


@router.get("/impunity-index/rows", responses=responses(401, 422))
def list_impunity_index_rows(
    _fresh: ConditionalDep,
    asking: AskingDep,
    edition: Edition,
    country: Listed = None,
) -> Response:
    """Every murder an edition looks at: whether it lies in the ten years, and whether it is unsolved."""
    return asking.tell(
        statistics_impunity.index_rows, edition=edition, countries=parameters.countries(country)
    )


@router.get("/impunity-rate", responses=responses(401, 422))
def read_impunity_rate(
    _fresh: ConditionalDep,
    asking: AskingDep,
    edition: Edition,
    country: Listed = None,
) -> Response:
    """The share of murders in complete impunity, and UNESCO's rate from what States answered.

    The row whose `country` is null is of all countries asked for.
    """
    return asking.tell(
        statistics_impunity.impunity_rate, edition=edition, countries=parameters.countries(country)
    )


@router.get("/impunity-rate/rows", responses=responses(401, 422))
def list_impunity_rate_rows(
    _fresh: ConditionalDep,
    asking: AskingDep,
    country: Listed = None,
) -> Response:
    """Every killing since 2006 that UNESCO's rate counts, with what the State says of it."""
    return asking.tell(statistics_states.rate_rows, countries=parameters.countries(country))


@router.get("/response-rate", responses=responses(401, 422))
def read_response_rate(
    _fresh: ConditionalDep,
    asking: AskingDep,
    asked_by: AskedBy = None,
) -> Response:
    """How many of the States that were asked about killings in a year have answered."""
    return asking.tell(statistics_states.response_rate, asked_by=asked_by)


@router.get("/response-rate/rows", responses=responses(401, 422))
def list_response_rate_rows(
    *,
    _fresh: ConditionalDep,
    asking: AskingDep,
    year: Annotated[int | None, Query(ge=1900, le=2999)] = None,
    asked_by: AskedBy = None,
) -> Response:
    """Every question behind the response rate."""
    return asking.tell(statistics_states.response_rows, year=year, asked_by=asked_by)


@router.get("/sdg-16-10-1", responses=responses(401, 422))
def read_sdg_16_10_1(
    _fresh: ConditionalDep,
    asking: AskingDep,
    window: WindowDep,
    country: Listed = None,
) -> Response:
    """Victims by the most serious code; an aligned count, with the unassessed beside it in `meta`."""
    return asking.tell(
        statistics_counts.sdg_16_10_1, window=window, countries=parameters.countries(country)
    )


@router.get("/sdg-16-10-1/rows", responses=responses(401, 422))
def list_sdg_16_10_1_rows(
    *,
    _fresh: ConditionalDep,
    asking: AskingDep,
    window: WindowDep,
    country: Listed = None,
    code: Code | None = None,
    function: Told = None,
    sex: Told = None,
    age_group: Told = None,
    state_link: Told = None,
) -> Response:
    """Every victim the count looks at, with the code that is met, if one is.

    Counted are those with a code and a function whose `in_period` is `yes`.
    """
    return asking.tell(
        statistics_counts.sdg_rows,
        window=window,
        countries=parameters.countries(country),
        code=code,
        alike={
            "function": function,
            "sex": sex,
            "age_group": age_group,
            "state_link": state_link,
        },
    )


@router.get("/timeseries", responses=responses(401, 422))
def read_timeseries(
    *,
    _fresh: ConditionalDep,
    asking: AskingDep,
    window: WindowDep,
    every: Every = Every.YEAR,
    axis: Axis = Axis.NONE,
    country: Listed = None,
    category: Category | None = None,
) -> Response:
    """How many incidents lie in each period, for each value of an axis.

    `count` holds those that certainly lie in it, `perhaps` those whose dates do not tell.
    """
    return asking.tell(
        statistics_counts.timeseries,
        window=window,
        every=every,
        axis=axis,
        countries=parameters.countries(country),
        category=category,
    )


@router.get("/timeseries/rows", responses=responses(401, 422))
def list_timeseries_rows(
    *,
    _fresh: ConditionalDep,
    asking: AskingDep,
    window: WindowDep,
    axis: Axis = Axis.NONE,
    value: Annotated[str | None, Query(max_length=100)] = None,
    country: Listed = None,
    category: Category | None = None,
) -> Response:
    """The incidents behind a point of the series."""
    return asking.tell(
        statistics_counts.timeseries_rows,
        window=window,
        axis=axis,
        value=value,
        countries=parameters.countries(country),
        category=category,
    )
