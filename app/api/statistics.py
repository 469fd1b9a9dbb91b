# SPDX-License-Identifier: Apache-2.0
"""`/statistics`: counts by published formulas, as flat arrays, with the rows behind every number."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.api.parameters import Listed
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.record.statistics import Window
from app.domain.record.statistics_sdg import Code
from app.domain.record.statistics_series import Axis, Every
from app.domain.vocabulary import Category
from app.errors import FieldError, InvalidInput
from app.services import statistics_counts, statistics_impunity, statistics_states
from app.services.statistics_answers import Answer, When

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=StrictRoute)

Edition = Annotated[
    int, Query(ge=2008, le=2999, description="Year of the index: calendar years to 2014.")
]
From = Annotated[date, Query(alias="from", description="The first day.")]
To = Annotated[date, Query(alias="to", description="The last day, within.")]
AskedBy = Annotated[
    str | None, Query(max_length=300, description="Only questions of this asker, such as UNESCO.")
]


def _when(
    now: NowDep,
    as_of: Annotated[
        date | None, Query(description="What had happened by this day; left out: today.")
    ] = None,
    known_at: Annotated[
        datetime | None, Query(description="What was on record at this time; left out: now.")
    ] = None,
) -> When:
    return When(as_of=as_of or now.date(), known_at=parameters.aware("known_at", known_at))


WhenDep = Annotated[When, Depends(_when)]


def _window(first: date, last: date) -> Window:
    if first > last:
        sentence = "The range ends before it starts."
        raise InvalidInput(
            sentence, errors=(FieldError(pointer="#query/to", code="inverted", message=sentence),)
        )
    return Window(first, last)


def _told(answer: Answer) -> Response:
    return answers.rows(None, answer.rows, meta=answer.meta)


@router.get("/impunity-index", responses=responses(401, 422))
def read_impunity_index(
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    edition: Edition,
) -> Response:
    """CPJ's Global Impunity Index over this record; rates need populations (`qalam stats`).

    `meta.below_threshold` holds countries with fewer than five; where dates leave two answers,
    `unsolved` is null and its bounds are given.
    """
    return _told(
        statistics_impunity.impunity_index(session, viewer, edition=edition, when=when, now=now)
    )


@router.get("/impunity-index/rows", responses=responses(401, 422))
def list_impunity_index_rows(
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    edition: Edition,
    country: Listed = None,
) -> Response:
    """Every murder an edition looks at: whether it lies in the ten years, and whether it is unsolved."""
    return _told(
        statistics_impunity.index_rows(
            session,
            viewer,
            edition=edition,
            countries=parameters.countries(country),
            when=when,
            now=now,
        )
    )


@router.get("/impunity-rate", responses=responses(401, 422))
def read_impunity_rate(
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    edition: Edition,
    country: Listed = None,
) -> Response:
    """The share of murders in complete impunity, and UNESCO's rate from what States answered.

    The row whose `country` is null is of all countries asked for.
    """
    return _told(
        statistics_impunity.impunity_rate(
            session,
            viewer,
            edition=edition,
            countries=parameters.countries(country),
            when=when,
            now=now,
        )
    )


@router.get("/impunity-rate/rows", responses=responses(401, 422))
def list_impunity_rate_rows(
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    country: Listed = None,
) -> Response:
    """Every killing since 2006 that UNESCO's rate counts, with what the State says of it."""
    return _told(
        statistics_states.rate_rows(
            session, viewer, countries=parameters.countries(country), when=when, now=now
        )
    )


@router.get("/response-rate", responses=responses(401, 422))
def read_response_rate(
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    asked_by: AskedBy = None,
) -> Response:
    """How many of the States that were asked about killings in a year have answered."""
    return _told(
        statistics_states.response_rate(session, viewer, asked_by=asked_by, when=when, now=now)
    )


@router.get("/response-rate/rows", responses=responses(401, 422))
def list_response_rate_rows(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    year: Annotated[int | None, Query(ge=1900, le=2999)] = None,
    asked_by: AskedBy = None,
) -> Response:
    """Every question behind the response rate."""
    return _told(
        statistics_states.response_rows(
            session, viewer, year=year, asked_by=asked_by, when=when, now=now
        )
    )


@router.get("/sdg-16-10-1", responses=responses(401, 422))
def read_sdg_16_10_1(
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    first: From,
    last: To,
    country: Listed = None,
) -> Response:
    """Victims by the most serious code; an aligned count, with the unassessed beside it in `meta`."""
    return _told(
        statistics_counts.sdg_16_10_1(
            session,
            viewer,
            window=_window(first, last),
            countries=parameters.countries(country),
            when=when,
            now=now,
        )
    )


@router.get("/sdg-16-10-1/rows", responses=responses(401, 422))
def list_sdg_16_10_1_rows(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    first: From,
    last: To,
    country: Listed = None,
    code: Code | None = None,
) -> Response:
    """Every victim the count looks at, with the code that is met, if one is."""
    return _told(
        statistics_counts.sdg_rows(
            session,
            viewer,
            window=_window(first, last),
            countries=parameters.countries(country),
            code=code,
            when=when,
            now=now,
        )
    )


@router.get("/timeseries", responses=responses(401, 422))
def read_timeseries(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    first: From,
    last: To,
    every: Every = Every.YEAR,
    axis: Axis = Axis.NONE,
    country: Listed = None,
    category: Category | None = None,
) -> Response:
    """How many incidents lie in each period, for each value of an axis.

    `count` holds those that certainly lie in it, `perhaps` those whose dates do not tell.
    """
    return _told(
        statistics_counts.timeseries(
            session,
            viewer,
            window=_window(first, last),
            every=every,
            axis=axis,
            countries=parameters.countries(country),
            category=category,
            when=when,
            now=now,
        )
    )


@router.get("/timeseries/rows", responses=responses(401, 422))
def list_timeseries_rows(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    when: WhenDep,
    first: From,
    last: To,
    axis: Axis = Axis.NONE,
    value: Annotated[str | None, Query(max_length=100)] = None,
    country: Listed = None,
    category: Category | None = None,
) -> Response:
    """The incidents behind a point of the series."""
    return _told(
        statistics_counts.timeseries_rows(
            session,
            viewer,
            window=_window(first, last),
            axis=axis,
            value=value,
            countries=parameters.countries(country),
            category=category,
            when=when,
            now=now,
        )
    )
