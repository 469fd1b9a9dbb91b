# SPDX-License-Identifier: Apache-2.0
"""What we measured of outlets, as of a day and as known at a time, per country and network.

Of a past day it is what stood at its end. What a network of fewer than three vantages hides is
hidden here as well (`shades`): its number, never its country or its value.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record.outlet import (
    OutletCondition,
    StatusEvent,
    condition,
    declared_territories,
    join_reachability,
)
from app.domain.record.outlet_reach import (
    Network,
    NetworkReach,
    Reached,
    Stretch,
    by_network,
    in_country,
)
from app.domain.vocabulary import Reachability
from app.services.shades import Shades
from app.services.statistics_answers import When
from app.storage import outlet_sites
from app.storage.outlet_sites import SiteUp
from app.storage.sites import Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of some outlets: by network, and the blockings on record."""

    networks: dict[uuid.UUID, list[NetworkReach]]
    episodes: dict[uuid.UUID, list[Episode]]


def measured(
    session: Session, outlet_ids: Sequence[uuid.UUID], when: When, *, now: datetime
) -> Measured:
    """Return what our measurements say of outlets on a day."""
    episodes = outlet_sites.episodes_of(session, outlet_ids, known_at=when.known_at)
    moment = min(_end_of(when), when.known_at or now, now)
    is_past = moment < now
    if is_past:
        up = outlet_sites.reached_on(session, outlet_ids, moment.date())
        silent = set[tuple[uuid.UUID, uuid.UUID]]()
    else:
        up = outlet_sites.reached_now(session, outlet_ids)
        silent = outlet_sites.stale_pairs(session, outlet_ids)
    by_outlet: dict[uuid.UUID, list[Episode]] = defaultdict(list)
    for one in episodes:
        if one.site.outlet_id is not None and one.since <= moment:
            by_outlet[one.site.outlet_id].append(one)
    reached: dict[uuid.UUID, list[SiteUp]] = defaultdict(list)
    for each in up:
        reached[each.outlet_id].append(each)
    return Measured(
        networks={
            outlet_id: by_network(
                (_stretch(one, silent, moment) for one in by_outlet[outlet_id]),
                map(_reached, reached[outlet_id]),
                at=moment,
            )
            for outlet_id in outlet_ids
        },
        episodes=by_outlet,
    )


def _end_of(when: When) -> datetime:
    return datetime.combine(when.as_of, time.min, UTC) + timedelta(days=1, microseconds=-1)


def _stretch(one: Episode, silent: set[tuple[uuid.UUID, uuid.UUID]], moment: datetime) -> Stretch:
    assert one.country is not None
    until = one.until
    if until is None and (one.site_id, one.vantage_id) in silent:
        # Nobody has heard of it since: it counts as having been, not as lasting.
        until = moment
    return Stretch(
        site=str(one.site_id),
        network=Network(country=one.country, asn=one.asn),
        since=one.since,
        until=until,
    )


def _reached(one: SiteUp) -> Reached:
    return Reached(
        site=str(one.site_id),
        network=Network(country=one.country, asn=one.asn),
        since=one.since.date() if one.since else None,
    )


def condition_of(
    events: Sequence[StatusEvent],
    networks: Iterable[NetworkReach],
    territory: str,
    when: When,
    *,
    now: datetime,
) -> OutletCondition:
    """Return an outlet's condition for readers of one country."""
    return condition(
        events,
        in_country(networks, territory),
        as_of=when.as_of,
        known_at=when.known_at or now,
        territory=territory,
    )


def reach_view(
    shades: Shades,
    events: Sequence[StatusEvent],
    networks: Sequence[NetworkReach],
    when: When,
    *,
    now: datetime,
) -> list[dict[str, Any]]:
    """Show each country where something is declared or measured, with its networks beside."""
    known_at = when.known_at or now
    declared_in = declared_territories(events, as_of=when.as_of, known_at=known_at)
    countries = sorted(declared_in | {one.network.country for one in networks})
    found = []
    for country in countries:
        inside = [one for one in networks if one.network.country == country]
        here = in_country(inside, country)
        declared = condition(
            events, None, as_of=when.as_of, known_at=known_at, territory=country
        ).reachability
        whole = condition_of(events, networks, country, when, now=now)
        found.append(
            {
                "country": country,
                "reachability": whole.reachability,
                "declared": None if declared is Reachability.UNKNOWN else declared,
                "measured": here.value if here else None,
                "since": here.since if here else None,
                "networks": [_network_view(shades, one, declared) for one in inside],
            }
        )
    return found


def _network_view(shades: Shades, one: NetworkReach, declared: Reachability) -> dict[str, Any]:
    hidden = shades.hides(one.network.country, one.network.asn)
    return {
        "asn": None if hidden else one.network.asn,
        "reachability": join_reachability(declared, one.value),
        "measured": one.value,
        "since": one.since,
        "sites_blocked": one.sites_blocked,
        "sites_reached": one.sites_reached,
    }
