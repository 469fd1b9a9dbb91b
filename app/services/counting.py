# SPDX-License-Identifier: Apache-2.0
"""Hours and days as counts: recomputed from the measurements themselves whenever an hour has changed.

An hour is counted when it is over; one that late data changes is counted again, and its day with it.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.blocking.rollup import DAY, HOUR, Counts, Sample, add_up, count
from app.storage import history, rollups
from app.storage.history import Pair
from app.storage.rollups import DailyRollup, HourlyRollup

SETTLING = timedelta(minutes=5)
"""How long after its end an hour is counted: the last failures wait for their controls."""

KEEP_HOURS = timedelta(days=731)
COUNT_WITHIN = timedelta(days=45)
"""Longer than any agent keeps its spool, and less than good measurements are kept at the least: of an
hour longer ago some may be gone, and counting what is left would lose them from the counts."""


def count_hour(
    session: Session, *, now: datetime, interval: timedelta, limit: int = 2000
) -> datetime | None:
    """Count the oldest hour that has changed, and its day; return it, or None where none is due."""
    taken = history.take_hour(session, ended_before=now - HOUR - SETTLING, limit=limit)
    if taken is None:
        return None
    hour, pairs = taken
    if not pairs or now - hour > COUNT_WITHIN:
        return hour
    samples = _samples(session, hour, set(pairs))
    rollups.put(
        session,
        HourlyRollup,
        hour,
        [_row(pair, hour, count(samples[pair], hour, interval)) for pair in pairs],
    )
    _count_day(session, hour, pairs, interval=interval)
    return hour


def _samples(session: Session, hour: datetime, wanted: set[Pair]) -> dict[Pair, list[Sample]]:
    found: dict[Pair, list[Sample]] = defaultdict(list)
    for row in rollups.rows_between(session, hour, hour + HOUR):
        pair = (row.site_id, row.vantage_id)
        if pair not in wanted:
            continue
        is_known = row.first_byte_ms is not None and row.asked_ms is not None
        sample = Sample(
            at=row.measured_at,
            state=row.state,
            rule=row.rule,
            failure_class=row.failure_class,
            interference=row.interference,
            healthy=row.vantage_healthy,
            total_ms=row.runtime_ms,
            first_byte_ms=row.first_byte_ms - row.asked_ms if is_known else None,
        )
        found[pair].append(sample)
    return found


def _count_day(
    session: Session, hour: datetime, pairs: Sequence[Pair], *, interval: timedelta
) -> None:
    day = hour.replace(hour=0)
    sites = {site_id for site_id, _ in pairs}
    hours: dict[Pair, list[Counts]] = defaultdict(list)
    for row in rollups.hours_of(session, day, day + DAY, sites):
        hours[row.site_id, row.vantage_id].append(Counts.from_row(row))
    rollups.put(
        session,
        DailyRollup,
        day,
        [_row(pair, day, add_up(hours[pair], interval=interval)) for pair in pairs],
    )


def _row(pair: tuple[uuid.UUID, uuid.UUID], at: datetime, counts: Counts) -> dict[str, Any]:
    return {"site_id": pair[0], "vantage_id": pair[1], "at": at, **counts.to_row()}
