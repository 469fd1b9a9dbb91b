# SPDX-License-Identifier: Apache-2.0
"""How a declared block and our measurements stand to each other.

Only field vantages inside the decision's territory count, and only what was measured while it is in
force. Where measurements cannot say, a declared block stays declared: nobody is contradicted by a
single network or by an hour.
Never here: how an episode is recognised (app/domain/blocking), or which sites a decision names.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.domain.record.dates import DateSpan
from app.domain.vocabulary import BlockingLink, VantageRole

CONTRADICTING_NETWORKS = 2
CONTRADICTING_TIME = timedelta(hours=24)
_LAST_TIME = time(23, 59, 59, 999999)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A decision or report that says a site is blocked: its territory and its time in force.

    `territory` is an ISO 3166-1 alpha-2 code, or None where the decision does not state one.
    """

    territory: str | None
    in_force_from: DateSpan
    in_force_to: DateSpan | None = None

    def window(self) -> tuple[datetime, datetime]:
        """The first and last moment it may be in force, in UTC."""
        last = self.in_force_to.latest if self.in_force_to else date.max
        return (
            datetime.combine(self.in_force_from.counts_from, time.min, UTC),
            datetime.combine(last, _LAST_TIME, UTC),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A stretch of time in which one vantage network saw the site blocked, or reached it.

    `until` is None while it lasts. `network` identifies the network (its ASN), None where unknown.
    """

    country: str | None
    network: str | None
    role: VantageRole
    since: datetime
    until: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by a time."""
        return self.until is not None and self.until <= now


def blocking_link(
    declarations: Sequence[Declaration],
    blocked: Sequence[Seen],
    reachable: Sequence[Seen],
    *,
    now: datetime,
) -> BlockingLink | None:
    """Return the link, or None where nothing is declared and nothing was measured blocked."""
    in_field = [one for one in blocked if one.role is VantageRole.FIELD and one.since <= now]
    if not declarations:
        return _measured_only(in_field, now)
    corroborating = [one for one in in_field for law in declarations if _within(one, law, now)]
    if corroborating:
        is_over = all(one.is_over(now) for one in corroborating)
        return BlockingLink.LIFTED if is_over else BlockingLink.CORROBORATED
    if any(_is_contradicted(law, reachable, now) for law in declarations):
        return BlockingLink.CONTRADICTED
    return BlockingLink.DECLARED_ONLY


def _measured_only(episodes: Sequence[Seen], now: datetime) -> BlockingLink | None:
    if not episodes:
        return None
    is_over = all(one.is_over(now) for one in episodes)
    return BlockingLink.LIFTED if is_over else BlockingLink.MEASURED_ONLY


def _within(one: Seen, law: Declaration, now: datetime) -> bool:
    """Whether it was seen inside the territory and, at least partly, while the block is in force."""
    is_inside = law.territory is not None and one.country == law.territory
    return is_inside and _overlap(one, law, now) >= timedelta(0)


def _overlap(one: Seen, law: Declaration, now: datetime) -> timedelta:
    """Return how long it was seen while in force; negative where the two never meet."""
    start, end = law.window()
    return min(one.until or now, end, now) - max(one.since, start)


def _is_contradicted(law: Declaration, reachable: Iterable[Seen], now: datetime) -> bool:
    """Whether two networks inside the territory each reached it for a day while it is in force.

    Networks whose ASN is unknown may be one and the same, so together they count as one.
    """
    reached: dict[str | None, timedelta] = defaultdict(timedelta)
    for one in reachable:
        if one.role is VantageRole.FIELD and _within(one, law, now):
            reached[one.network] = max(reached[one.network], _overlap(one, law, now))
    long_enough = [total for total in reached.values() if total >= CONTRADICTING_TIME]
    return len(long_enough) >= CONTRADICTING_NETWORKS
