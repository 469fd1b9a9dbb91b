# SPDX-License-Identifier: Apache-2.0
"""Incidents over time, by any axis: flat rows that a plotting tool takes as they are.

An incident counts in a period where all its possible days lie in it, and as `perhaps` in every period
it may lie in otherwise. Counts by category, role, sex or actor overlap: one incident may have several.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.record.statistics import Counted, Holds, Window
from app.domain.record.statistics_sdg import state_link
from app.domain.vocabulary import WorkflowStatus
from app.errors import FieldError, InvalidInput

MAX_PERIODS = 1200


class Every(StrEnum):
    """How long a period is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


class Axis(StrEnum):
    """By what incidents are told apart."""

    NONE = "none"
    COUNTRY = "country"
    ADMIN1 = "admin1"
    CATEGORY = "category"
    SUBTYPE = "subtype"
    MOTIVE = "motive"
    IMPUNITY = "impunity"
    SCOPE = "scope"
    STATUS = "status"
    PERSON_ROLE = "person_role"
    SEX = "sex"
    ACTOR_TYPE = "actor_type"
    STATE_LINK = "state_link"
    GROUND = "ground"
    OUTLET = "outlet"


OVERLAPPING = frozenset(
    {
        Axis.CATEGORY,
        Axis.SUBTYPE,
        Axis.PERSON_ROLE,
        Axis.SEX,
        Axis.ACTOR_TYPE,
        Axis.STATE_LINK,
        Axis.OUTLET,
    }
)
UNKNOWN = "unknown"
NONE_ON_RECORD = "none_on_record"

_VALUES: dict[Axis, Callable[[Counted], Iterable[str]]] = {
    Axis.NONE: lambda _: ("all",),
    Axis.COUNTRY: lambda one: (one.country,),
    Axis.CATEGORY: lambda one: (category.value for category in one.categories),
    Axis.SUBTYPE: lambda one: (
        f"{category.value}/{subtype or UNKNOWN}" for category, subtype in one.kinds
    ),
    Axis.MOTIVE: lambda one: (one.motive.value,),
    Axis.IMPUNITY: lambda one: (one.level.value,),
    Axis.SCOPE: lambda one: (one.scope.value,),
    Axis.STATUS: lambda one: (one.status.value,),
    Axis.PERSON_ROLE: lambda one: (
        victim.primary_role.value for victim in one.victims if victim.primary_role
    ),
    Axis.SEX: lambda one: (victim.sex.value for victim in one.victims if victim.sex),
    Axis.ACTOR_TYPE: lambda one: (actor.value for actor in one.actors),
    # A region is one of its country: two countries may have a North.
    Axis.ADMIN1: lambda one: (f"{one.country}/{one.admin1 or UNKNOWN}",),
    Axis.STATE_LINK: lambda one: (state_link(one, victim).value for victim in one.victims),
    Axis.GROUND: lambda one: (one.ground.value,) if one.ground else (NONE_ON_RECORD,),
    # By their ids; those whom no act against an outlet is known of are `unknown`.
    Axis.OUTLET: lambda one: (victim.outlet_id for victim in one.victims if victim.outlet_id),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """How many incidents of one value lie in one period."""

    period: str
    window: Window
    value: str
    count: int
    perhaps: int
    verified: int
    published: int


def values_of(incident: Counted, axis: Axis) -> tuple[str, ...]:
    """Return the values an incident has on an axis; `unknown` where it has none."""
    return tuple(sorted(set(_VALUES[axis](incident)))) or (UNKNOWN,)


def periods(window: Window, every: Every) -> list[tuple[str, Window]]:
    """Return the periods that a window touches, whole, in order, each with its name.

    >>> [name for name, _ in periods(Window(date(2012, 11, 5), date(2013, 2, 1)), Every.QUARTER)]
    ['2012-Q4', '2013-Q1']
    """
    months = {Every.YEAR: 12, Every.QUARTER: 3, Every.MONTH: 1}[every]
    found: list[tuple[str, Window]] = []
    start = date(window.first.year, (window.first.month - 1) // months * months + 1, 1)
    while start <= window.last:
        if len(found) == MAX_PERIODS:
            raise _refused(
                f"That is more than {MAX_PERIODS} periods; ask for fewer or longer ones."
            )
        beyond = start.year * 12 + start.month - 1 + months
        if beyond // 12 > date.max.year:
            end = date.max
        else:
            end = date(beyond // 12, beyond % 12 + 1, 1) - timedelta(days=1)
        found.append((_name(start, every), Window(start, end)))
        if end == date.max:
            break
        start = end + timedelta(days=1)
    return found


def _name(start: date, every: Every) -> str:
    if every is Every.YEAR:
        return f"{start.year:04}"
    if every is Every.QUARTER:
        return f"{start.year:04}-Q{(start.month + 2) // 3}"
    return f"{start.year:04}-{start.month:02}"


def series(
    incidents: Iterable[Counted], window: Window, *, every: Every, axis: Axis, as_of: date
) -> list[Point]:
    """Return the counts of every period and value; every value has a row in every period."""
    if window.first > window.last:
        raise _refused("The range ends before it starts.")
    kept = [one for one in incidents if one.happened.counts_from <= as_of]
    slots = periods(window, every)
    tallies: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    values: set[str] = set()
    for one in kept:
        for name, holds in _places(one, slots):
            for value in values_of(one, axis):
                values.add(value)
                _take(tallies[name, value], one, holds)
    return [
        _point(name, slot, value, tallies[name, value])
        for name, slot in slots
        for value in sorted(values)
    ]


def _places(one: Counted, slots: list[tuple[str, Window]]) -> Iterator[tuple[str, Holds]]:
    # Periods follow one another: only those that the date touches are looked at.
    start = bisect_left(slots, one.happened.earliest, key=lambda slot: slot[1].last)
    for name, slot in slots[start:]:
        holds = slot.holds(one.happened)
        if holds is Holds.NO:
            return
        yield name, holds


def _take(tally: dict[str, int], one: Counted, holds: Holds) -> None:
    if holds is Holds.PERHAPS:
        tally["perhaps"] += 1
        return
    tally["count"] += 1
    tally["published" if one.status is WorkflowStatus.PUBLISHED else "verified"] += 1


def _point(name: str, slot: Window, value: str, tally: dict[str, int]) -> Point:
    return Point(
        period=name,
        window=slot,
        value=value,
        count=tally["count"],
        perhaps=tally["perhaps"],
        verified=tally["verified"],
        published=tally["published"],
    )


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(
        sentence, errors=(FieldError(pointer="/from", code="range", message=sentence),)
    )
