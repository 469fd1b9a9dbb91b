# SPDX-License-Identifier: Apache-2.0
"""Incidents over time, by any axis: flat rows that a plotting tool takes as they are.

An incident counts in a period where all its possible days lie in it, and as `perhaps` in every period
it may lie in otherwise. Counts by category, role, sex or actor overlap: one incident may have several.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

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
    slots = periods(window, every)
    firsts, lasts = [slot.first for _, slot in slots], [slot.last for _, slot in slots]
    tallies: dict[str, _Tally] = defaultdict(lambda: _Tally(len(slots)))
    for one in incidents:
        # Periods follow one another without a gap: a date touches a run of them.
        start = bisect_left(lasts, one.happened.earliest)
        stop = bisect_right(firsts, one.happened.latest)
        if one.happened.counts_from > as_of or start >= stop:
            continue
        is_sure = stop - start == 1 and slots[start][1].holds(one.happened) is Holds.YES
        for value in values_of(one, axis):
            if is_sure:
                tallies[value].take(start, one)
            else:
                tallies[value].take_perhaps(start, stop)
    perhaps = {value: list(accumulate(tally.turns)) for value, tally in tallies.items()}
    return [
        Point(
            period=name,
            window=slot,
            value=value,
            count=tallies[value].verified[place] + tallies[value].published[place],
            perhaps=perhaps[value][place],
            verified=tallies[value].verified[place],
            published=tallies[value].published[place],
        )
        for place, (name, slot) in enumerate(slots)
        for value in sorted(tallies)
    ]


class _Tally:
    """The counts of one value, by the place of a period; an incident is one step, however vague."""

    __slots__ = ("published", "turns", "verified")

    def __init__(self, places: int) -> None:
        self.verified = [0] * places
        self.published = [0] * places
        # How many more, or fewer, may lie in a period than in the one before it.
        self.turns = [0] * (places + 1)

    def take(self, place: int, one: Counted) -> None:
        is_published = one.status is WorkflowStatus.PUBLISHED
        (self.published if is_published else self.verified)[place] += 1

    def take_perhaps(self, start: int, stop: int) -> None:
        self.turns[start] += 1
        self.turns[stop] -= 1


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(
        sentence, errors=(FieldError(pointer="/from", code="range", message=sentence),)
    )
