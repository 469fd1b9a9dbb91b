# SPDX-License-Identifier: Apache-2.0
"""Many sites blocked in one network at once: when that is one event, who belongs to it, when it ends.

A switch that is thrown for a whole list is one thing to tell, not a hundred. An event opens when
enough sites began to fail within a short window while controls reach them; later ones belong to it
as long as no pause is longer than the window, so that a block weeks afterwards is told by itself.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.blocking.site_state import SiteState
from app.domain.vocabulary import Mechanism, SiteCondition, VerdictState


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPolicy:
    """The numbers. In a list of five sites 30 % would be two: fewer than `least` is never an event."""

    window: timedelta = timedelta(minutes=10)
    sites: int = 5
    share: float = 0.30  # or this share of the sites measured in the network …
    least: int = 3  # … if they are at least so many
    # It is over when at most this share of its sites is still blocked.
    over_share: float = 0.20

    def needed(self, listed: int) -> int:
        """Return how many sites make an event where so many are measured."""
        by_share = max(math.ceil(self.share * listed), self.least)
        return min(self.sites, by_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One site that fails at one vantage of the network while a control contradicts it."""

    site_id: UUID
    vantage_id: UUID
    since: datetime
    mechanism: Mechanism | None = None
    is_blocked: bool = True  # by a whole series of failures; False while only suspected


def affected_since(state: SiteState) -> datetime | None:
    """Return since when a site is blocked, or suspected against a control; None where it is not.

    A site that recovers or fell silent counts as blocked until it is known to be reached.
    """
    if state.episode_since is not None:
        return state.episode_since
    last = state.recent_failures[-1] if state.recent_failures else None
    is_contradicted = last is not None and last.verdict_state is VerdictState.BLOCKED
    is_suspect = state.condition is SiteCondition.SUSPECT
    return state.first_failure_at if is_suspect and is_contradicted else None


def opening(
    affected: Iterable[Affected],
    listed: int,
    policy: EventPolicy,
    *,
    taken: Collection[tuple[UUID, UUID]] = (),
) -> tuple[Affected, ...]:
    """Return the sites of a new event, or none; `taken` belong to another event already.

    Suspicion alone makes no event: at least one of them must be blocked by a whole series.
    """
    free = [one for one in affected if (one.site_id, one.vantage_id) not in taken]
    ordered = sorted(free, key=lambda one: (one.since, one.site_id))
    for place, first in enumerate(ordered):
        members = [one for one in ordered[place:] if one.since - first.since <= policy.window]
        is_many = len({one.site_id for one in members}) >= policy.needed(listed)
        if is_many and any(one.is_blocked for one in members):
            return (*members, *joining(members, ordered, policy))
    return ()


def joining(
    members: Sequence[Affected], affected: Iterable[Affected], policy: EventPolicy
) -> tuple[Affected, ...]:
    """Return further sites that belong to an event: each began to fail soon after the one before."""
    known = {(one.site_id, one.vantage_id) for one in members}
    first = min(one.since for one in members)
    last = max(one.since for one in members)
    found: list[Affected] = []
    for one in sorted(affected, key=lambda one: (one.since, one.site_id)):
        if (one.site_id, one.vantage_id) in known or one.since < first:
            continue
        if one.since - last > policy.window:
            break
        last = max(last, one.since)
        found.append(one)
    return tuple(found)


def is_over(touched: int, left: int, policy: EventPolicy) -> bool:
    """Whether so few of its sites are still blocked that the event itself has ended."""
    return left <= policy.over_share * touched


def mechanisms(members: Iterable[Affected]) -> tuple[Mechanism, ...]:
    """Return how the sites fail, the most common way first."""
    counted = Counter(one.mechanism for one in members if one.mechanism is not None)
    return tuple(
        mechanism for mechanism, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    )
