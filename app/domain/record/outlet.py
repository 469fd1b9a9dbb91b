# SPDX-License-Identifier: Apache-2.0
"""The condition of an outlet: three dated axes and one headline.

Publication (may it and does it publish), reachability (do readers reach it) and base (where it works
from) are independent histories; the headline names the gravest of what holds. Unknown is its own
value: an outlet of which nothing is known is never shown as operating.
Never here: how reachability is measured, or the link of a declared block to measurements
(blocking_link.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.record.cases import known
from app.domain.record.dates import DateSpan, order_key
from app.domain.vocabulary import Base, LegalGround, OutletAxis, Publication, Reachability


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """One value on one axis from a day on; open without `valid_to`, whose last day still counts."""

    id: str
    axis: OutletAxis
    value: Publication | Reachability | Base
    valid_from: DateSpan
    recorded_at: datetime
    valid_to: DateSpan | None = None
    retracted_at: datetime | None = None
    sequence: int = 0
    ground: LegalGround | None = None
    decision_id: str | None = None
    authority: str | None = None
    # Of a block: the country it is declared for, None where nobody says.
    territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredReachability:
    """What our own measurements of the outlet's sites say as of the day asked for.

    `value` is `reachable`, `blocked_measured` or `intermittently_blocked`; `since` the day it began.
    No measurement at all is None in place of this, never `reachable`.
    """

    value: Reachability
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletCondition:
    """The headline with its three axes; ground, decision and authority belong to the headline."""

    status: str
    publication: Publication
    reachability: Reachability
    base: Base
    since: date | None
    ground: LegalGround | None
    decision_id: str | None
    authority: str | None


UNKNOWN = "unknown"

# The gravest first. An outlet that ceased is not publishing, so it stands above what hinders readers;
# being blocked at times stands with being blocked.
HEADLINES: tuple[Publication | Reachability | Base, ...] = (
    Publication.CLOSED_BY_COURT,
    Publication.CLOSED_BY_REGULATOR,
    Publication.CLOSED_BY_OWNER,
    Publication.CLOSED,
    Publication.SEIZED,
    Publication.SUSPENDED,
    Publication.CEASED_UNKNOWN,
    Reachability.BLOCKED_BOTH,
    Reachability.BLOCKED_MEASURED,
    Reachability.BLOCKED_DECLARED,
    Reachability.INTERMITTENTLY_BLOCKED,
    Base.EXILED,
    Publication.OPERATING,
)


def condition(
    events: Sequence[StatusEvent],
    measured: MeasuredReachability | None,
    *,
    as_of: date,
    known_at: datetime,
    territory: str | None = None,
) -> OutletCondition:
    """Return the condition on a day, as known at a time, from events in any order.

    Given a territory, blocks that are declared for other countries are left out.

    An event counts from its first possible day (see `DateSpan.counts_from`) to its last. Where several
    hold on one axis the one that began last counts, so an earlier one returns when a later one ends.
    """
    here = [one for one in events if _is_of(one, territory)]
    published, reached, based = (
        _holding(here, axis, as_of, known_at)
        for axis in (OutletAxis.PUBLICATION, OutletAxis.REACHABILITY, OutletAxis.BASE)
    )
    publication = Publication(published.value) if published else Publication.UNKNOWN
    declared = Reachability(reached.value) if reached else Reachability.UNKNOWN
    reachability = join_reachability(declared, measured.value if measured else None)
    base = Base(based.value) if based else Base.UNKNOWN
    present = (publication, reachability, base)
    headline = next((value for value in HEADLINES if value in present), None)
    source = _source_of(headline, published, reached, based)
    return OutletCondition(
        status=headline.value if headline else UNKNOWN,
        publication=publication,
        reachability=reachability,
        base=base,
        since=_since(headline, source, measured),
        ground=source.ground if source else None,
        decision_id=source.decision_id if source else None,
        authority=source.authority if source else None,
    )


def declared_territories(
    events: Iterable[StatusEvent], *, as_of: date, known_at: datetime
) -> frozenset[str]:
    """Return the countries for which something is said of the reachability on a day."""
    return frozenset(
        one.territory
        for one in events
        if one.axis is OutletAxis.REACHABILITY
        and one.territory is not None
        and _holding([one], one.axis, as_of, known_at) is not None
    )


def _is_of(event: StatusEvent, territory: str | None) -> bool:
    if event.axis is not OutletAxis.REACHABILITY or territory is None:
        return True
    return event.territory in (None, territory)


def _holding(
    events: Iterable[StatusEvent], axis: OutletAxis, as_of: date, known_at: datetime
) -> StatusEvent | None:
    """Return the event that holds on an axis: of those begun and not ended, the one begun last."""
    begun = [
        event
        for event in events
        if event.axis is axis
        and known(event.recorded_at, event.retracted_at, known_at)
        and event.valid_from.counts_from <= as_of
        and (event.valid_to is None or event.valid_to.latest >= as_of)
    ]
    return max(
        begun,
        key=lambda event: (
            *order_key(event.valid_from, event.sequence),
            event.recorded_at,
            event.id,
        ),
        default=None,
    )


_BLOCKED = Reachability.BLOCKED_MEASURED
_AT_TIMES = Reachability.INTERMITTENTLY_BLOCKED
_DECLARED = Reachability.BLOCKED_DECLARED

REACHABILITY: dict[tuple[Reachability, Reachability | None], Reachability] = {
    (_DECLARED, _BLOCKED): Reachability.BLOCKED_BOTH,
    (_DECLARED, _AT_TIMES): Reachability.BLOCKED_BOTH,
    (_DECLARED, Reachability.REACHABLE): _DECLARED,
    (_DECLARED, None): _DECLARED,
    (Reachability.BLOCKED_BOTH, _BLOCKED): Reachability.BLOCKED_BOTH,
    (Reachability.BLOCKED_BOTH, _AT_TIMES): Reachability.BLOCKED_BOTH,
    (Reachability.BLOCKED_BOTH, Reachability.REACHABLE): _DECLARED,
    (Reachability.BLOCKED_BOTH, None): Reachability.BLOCKED_BOTH,
    (Reachability.UNDER_ATTACK, _BLOCKED): _BLOCKED,
    (Reachability.UNDER_ATTACK, _AT_TIMES): _AT_TIMES,
    (Reachability.UNDER_ATTACK, Reachability.REACHABLE): Reachability.UNDER_ATTACK,
    (Reachability.UNDER_ATTACK, None): Reachability.UNDER_ATTACK,
}
"""(what an event says, what we measure) → what is shown. Pairs that are absent show the measurement,
or the event's own word where nothing was measured: what we measure corrects what others measured."""


def join_reachability(declared: Reachability, measured: Reachability | None) -> Reachability:
    """Join what is declared with what is measured; `measured` is one of the three measured values."""
    if measured is Reachability.UNKNOWN:
        measured = None
    return REACHABILITY.get((declared, measured), measured or declared)


def _source_of(
    headline: Publication | Reachability | Base | None,
    published: StatusEvent | None,
    reached: StatusEvent | None,
    based: StatusEvent | None,
) -> StatusEvent | None:
    """Return the event behind a headline; a block only we have measured has none."""
    if isinstance(headline, Publication):
        return published
    if isinstance(headline, Base):
        return based
    if isinstance(headline, Reachability) and headline in (_DECLARED, Reachability.BLOCKED_BOTH):
        return reached
    same = reached is not None and headline is not None and reached.value == headline
    return reached if same else None


def _since(
    headline: Publication | Reachability | Base | None,
    source: StatusEvent | None,
    measured: MeasuredReachability | None,
) -> date | None:
    if source is not None:
        return source.valid_from.counts_from
    if isinstance(headline, Reachability) and measured is not None:
        return measured.since
    return None
