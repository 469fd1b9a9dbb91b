# SPDX-License-Identifier: Apache-2.0
"""Whether readers reach an outlet, by what we measured of its sites: per network, then per country.

In a network an outlet is blocked where every site that was measured is; blocked at times where only
some are, or where a site was blocked more than once within a month. A country in which one network
blocks it is one in which it is blocked; the networks beside it say where not.
Never here: what authorities declare, and how both are joined (outlet.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.record.outlet import MeasuredReachability
from app.domain.vocabulary import Reachability

AT_TIMES_WITHIN = timedelta(days=30)
AT_TIMES = 2
"""So many separate blockings of one site in one network within that time are blocking at times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network of a country; `asn` is None where nobody noted it."""

    country: str
    asn: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One blocking of one site in one network; `until` is None while it lasts."""

    site: str
    network: Network
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One site that was reached in one network at the time asked about, since when if known."""

    site: str
    network: Network
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkReach:
    """What we measured of an outlet in one network."""

    network: Network
    value: Reachability
    since: date | None
    sites_blocked: int
    sites_reached: int


def by_network(
    stretches: Iterable[Stretch], reached: Iterable[Reached], *, at: datetime
) -> list[NetworkReach]:
    """Return what was measured at a time; networks of which nothing is known are left out."""
    history: dict[Network, list[Stretch]] = defaultdict(list)
    for one in stretches:
        if one.since <= at:
            history[one.network].append(one)
    up: dict[Network, list[Reached]] = defaultdict(list)
    for found in reached:
        up[found.network].append(found)
    answers = [
        _in_network(network, history[network], up[network], at) for network in {*history, *up}
    ]
    return sorted(
        (one for one in answers if one is not None),
        key=lambda one: (one.network.country, one.network.asn or 0),
    )


def _in_network(
    network: Network, history: Sequence[Stretch], up: Sequence[Reached], at: datetime
) -> NetworkReach | None:
    standing = [one for one in history if one.until is None or one.until > at]
    shut = {one.site for one in standing}
    open_to = {one.site for one in up} - shut
    recent = [one for one in history if one.until is None or one.until > at - AT_TIMES_WITHIN]
    counts: dict[str, int] = defaultdict(int)
    for one in recent:
        counts[one.site] += 1
    comes_and_goes = any(number >= AT_TIMES for number in counts.values())
    since: date | None
    if shut and not open_to and not comes_and_goes:
        value, since = Reachability.BLOCKED_MEASURED, min(one.since for one in standing).date()
    elif shut or (comes_and_goes and open_to):
        value, since = Reachability.INTERMITTENTLY_BLOCKED, min(one.since for one in recent).date()
    elif open_to:
        known = [one.since for one in up if one.since is not None]
        value, since = Reachability.REACHABLE, min(known, default=None)
    else:
        return None
    return NetworkReach(
        network=network,
        value=value,
        since=since,
        sites_blocked=len(shut),
        sites_reached=len(open_to),
    )


_GRAVEST = (
    Reachability.BLOCKED_MEASURED,
    Reachability.INTERMITTENTLY_BLOCKED,
    Reachability.REACHABLE,
)


def in_country(found: Iterable[NetworkReach], country: str) -> MeasuredReachability | None:
    """Return the gravest that any network of a country shows, and since when; None: not measured."""
    inside = [one for one in found if one.network.country == country]
    for value in _GRAVEST:
        same = [one.since for one in inside if one.value is value]
        if same:
            known = [one for one in same if one is not None]
            return MeasuredReachability(value=value, since=min(known, default=None))
    return None
