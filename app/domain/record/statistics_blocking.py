# SPDX-License-Identifier: Apache-2.0
"""Days on which sites were blocked, with the days beside them of which nobody can say.

A site-day is one site on one day (UTC) in one network, however many vantages it has. It is blocked
where a blocking holds and something was measured that day, `perhaps` where a blocking holds and
nothing was; free where something was measured and no blocking holds. Every other day since a site
was first measured in a network is unmeasured: never free.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.record.statistics import Window
from app.domain.record.statistics_series import Every, periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One site in one network; a network is known by its name, `small` for those not to be shown."""

    site: str
    country: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """One blocking at one place: its first and last day, None while it lasts."""

    id: str
    place: Place
    first: date
    last: date | None = None


class DayState(StrEnum):
    """What is known of a site-day."""

    BLOCKED = "blocked"
    PERHAPS = "perhaps"
    FREE = "free"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDay:
    """One site on one day in one network, and the blockings that say so."""

    place: Place
    day: date
    state: DayState
    episodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedPeriod:
    """The site-days of one network in one period."""

    period: str
    window: Window
    country: str
    network: str
    sites: int
    days: Mapping[DayState, int]


def site_days(
    blockings: Iterable[Blocked],
    measured: Mapping[Place, frozenset[date]],
    window: Window,
    *,
    as_of: date,
) -> Iterator[SiteDay]:
    """Yield every site-day of a window up to a day, since each place was first looked at."""
    by_place: dict[Place, list[Blocked]] = defaultdict(list)
    for one in blockings:
        by_place[one.place].append(one)
    last = min(window.last, as_of)
    for place in sorted(
        {*by_place, *measured}, key=lambda one: (one.country, one.network, one.site)
    ):
        known, own = measured.get(place, frozenset()), by_place[place]
        begun = min([*known, *(one.first for one in own)])
        day = max(window.first, begun)
        while day <= last:
            yield _site_day(place, day, known, own)
            day += timedelta(days=1)


def _site_day(
    place: Place, day: date, measured: frozenset[date], blockings: Iterable[Blocked]
) -> SiteDay:
    holding = [
        one for one in blockings if one.first <= day and (one.last is None or day <= one.last)
    ]
    # On its first and its last day a blocking was seen: that is how it has them.
    seen = day in measured or any(day in (one.first, one.last) for one in holding)
    if holding:
        state = DayState.BLOCKED if seen else DayState.PERHAPS
    else:
        state = DayState.FREE if seen else DayState.UNMEASURED
    return SiteDay(
        place=place, day=day, state=state, episodes=tuple(sorted(one.id for one in holding))
    )


def blocking_days(days: Iterable[SiteDay], window: Window, *, every: Every) -> list[BlockedPeriod]:
    """Return the site-days of each period and network that has any, in order."""
    slots = periods(window, every)
    tallies: dict[tuple[int, str, str], dict[DayState, int]] = defaultdict(
        lambda: dict.fromkeys(DayState, 0)
    )
    sites: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    for one in days:
        at = next(index for index, (_, slot) in enumerate(slots) if one.day <= slot.last)
        key = (at, one.place.country, one.place.network)
        tallies[key][one.state] += 1
        sites[key].add(one.place.site)
    return [
        BlockedPeriod(
            period=slots[at][0],
            window=slots[at][1],
            country=country,
            network=network,
            sites=len(sites[at, country, network]),
            days=tally,
        )
        for (at, country, network), tally in sorted(tallies.items())
    ]
