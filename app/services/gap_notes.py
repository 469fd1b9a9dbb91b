# SPDX-License-Identifier: Apache-2.0
"""Gaps on record: opened when a site falls silent, closed when it is measured again, filled by late data.

The reason is what the record shows of that time: alerts about the vantage, an agent that was away, or
a collector that measured nothing at all.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.gaps import gap_between
from app.domain.vocabulary import AlertKind, Egress, GapReason
from app.storage import history
from app.storage.alerts import Alert
from app.storage.history import Gap, Pair
from app.storage.measurements import MeasurementRow
from app.storage.sites import Vantage

_OF_VANTAGE = {
    AlertKind.VANTAGE_OFFLINE: GapReason.VANTAGE_OFFLINE,
    AlertKind.VANTAGE_UNHEALTHY: GapReason.VANTAGE_UNHEALTHY,
}


def note_silence(
    session: Session, pair: Pair, last: datetime | None, *, now: datetime, interval: timedelta
) -> None:
    """Open a gap where a round is late by more than an interval; one that is open stays as it is."""
    gap = gap_between(last, now, interval)
    if gap is None or history.open_gap(session, pair) is not None:
        return
    _add(session, pair, gap[0], None, now=now)


def note_round(
    session: Session, pair: Pair, last: datetime | None, at: datetime, *, interval: timedelta
) -> None:
    """Close the gap that a round ends, or write down one that nobody had noticed.

    A round made in time that arrives after its silence was noted takes the gap away: there was none.
    """
    gap = gap_between(last, at, interval)
    known = history.open_gap(session, pair)
    if known is not None and (gap is None or known.since != gap[0]):
        session.delete(known)
        session.flush()
        known = None
    if gap is None:
        return
    if known is None:
        _add(session, pair, gap[0], gap[1], now=at)
        return
    known.until = at
    # What happened meanwhile is known better now than when the silence began.
    known.reason = _reason(session, pair[1], known.since, at)
    session.flush()


def correct(
    session: Session,
    pair: Pair,
    gaps: Sequence[tuple[datetime, datetime]],
    *,
    since: datetime,
    last: datetime | None,
    now: datetime,
    interval: timedelta,
) -> bool:
    """Make the gaps since a time what the measurements show now; return whether any changed."""
    wanted: dict[datetime, datetime | None] = dict(gaps)
    running = gap_between(last, now, interval)
    if running is not None:
        wanted[running[0]] = None
    changed = False
    for kept in history.gaps_since(session, pair, since):
        if kept.since in wanted:
            until = wanted.pop(kept.since)
            changed = changed or until != kept.until
            kept.until = until
        elif kept.since >= since or kept.until is None:
            session.delete(kept)
            changed = True
    session.flush()
    for begin, end in wanted.items():
        _add(session, pair, begin, end, now=now)
    return changed or bool(wanted)


def _add(
    session: Session, pair: Pair, since: datetime, until: datetime | None, *, now: datetime
) -> None:
    session.merge(
        Gap(
            site_id=pair[0],
            vantage_id=pair[1],
            since=since,
            until=until,
            reason=_reason(session, pair[1], since, until or now),
        )
    )
    session.flush()


def _reason(session: Session, vantage_id: uuid.UUID, since: datetime, until: datetime) -> GapReason:
    kinds = session.scalars(
        sa.select(Alert.kind).where(
            Alert.vantage_id == vantage_id,
            Alert.kind.in_(_OF_VANTAGE),
            Alert.opened_at <= until,
            sa.or_(Alert.resolved_at.is_(None), Alert.resolved_at >= since),
        )
    ).all()
    is_agent = session.get_one(Vantage, vantage_id).egress is Egress.AGENT
    if AlertKind.VANTAGE_UNHEALTHY in kinds and AlertKind.VANTAGE_OFFLINE not in kinds:
        return GapReason.VANTAGE_UNHEALTHY
    if is_agent:
        return GapReason.AGENT_AWAY
    if AlertKind.VANTAGE_OFFLINE in kinds:
        return GapReason.VANTAGE_OFFLINE
    measured = session.scalar(
        sa.select(MeasurementRow.uid)
        .join(Vantage, Vantage.id == MeasurementRow.vantage_id)
        .where(
            MeasurementRow.measured_at > since,
            MeasurementRow.measured_at < until,
            Vantage.egress.in_([Egress.LOCAL, Egress.PROXY]),
        )
        .limit(1)
    )
    return GapReason.ROUND_MISSED if measured else GapReason.COLLECTOR_STOPPED
