# SPDX-License-Identifier: Apache-2.0
"""Counts of measurements by hour and by day: always counted anew from the rows, never added to.

Hours are kept for two years, days for good.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base
from app.storage.history import Pair
from app.storage.measurements import MeasurementRow, VerdictRow, newest_version


class _Counts:
    """What a bucket holds (`app.domain.blocking.rollup.Counts`)."""

    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)  # where the bucket begins
    ok: Mapped[int]
    blocked: Mapped[int]
    down: Mapped[int]
    server_side: Mapped[int]
    insufficient: Mapped[int]
    distrusted: Mapped[int]
    interference: Mapped[int]
    expected: Mapped[int]
    covered: Mapped[int]
    reached: Mapped[int]
    latency: Mapped[dict[str, Any]]


class HourlyRollup(_Counts, Base):
    """One hour of one site at one vantage."""

    __tablename__ = "rollups_hourly"
    __table_args__ = (sa.Index("ix_rollups_hourly_at", "at"),)


class DailyRollup(_Counts, Base):
    """One day of one site at one vantage, from its hours."""

    __tablename__ = "rollups_daily"


Rollup = type[HourlyRollup] | type[DailyRollup]


def rows_between(session: Session, since: datetime, until: datetime) -> Sequence[sa.Row[Any]]:
    """Return what was measured in the field in a stretch of time and has a verdict, with its speed.

    One read by time for all sites: there is no index that begins with a site.
    """
    first = MeasurementRow.observations["exchanges"][0]
    return session.execute(
        sa.select(
            MeasurementRow.uid,
            MeasurementRow.site_id,
            MeasurementRow.vantage_id,
            MeasurementRow.measured_at,
            MeasurementRow.vantage_healthy,
            MeasurementRow.runtime_ms,
            first["started_ms"].as_float().label("asked_ms"),
            first["first_byte_ms"].as_float().label("first_byte_ms"),
            VerdictRow.state,
            VerdictRow.rule,
            VerdictRow.failure_class,
            VerdictRow.interference,
        )
        .join(VerdictRow, VerdictRow.measurement_uid == MeasurementRow.uid)
        .where(
            MeasurementRow.measured_at >= since,
            MeasurementRow.measured_at < until,
            MeasurementRow.control_of.is_(None),
            VerdictRow.rules_version == newest_version(),
        )
        .order_by(MeasurementRow.measured_at, MeasurementRow.uid)
    ).all()


def put(session: Session, table: Rollup, at: datetime, rows: Iterable[dict[str, Any]]) -> None:
    """Replace the buckets of some pairs."""
    found = list(rows)
    for start in range(0, len(found), 200):
        part = found[start : start + 200]
        remove(session, table, at, [(row["site_id"], row["vantage_id"]) for row in part])
        session.execute(sa.insert(table), part)


def remove(session: Session, table: Rollup, at: datetime, pairs: Sequence[Pair]) -> None:
    """Delete the buckets of some pairs."""
    session.execute(
        sa.delete(table)
        .where(
            table.at == at,
            sa.tuple_(table.site_id, table.vantage_id).in_(pairs),
        )
        .execution_options(synchronize_session=False)
    )


def hours_of(
    session: Session, since: datetime, until: datetime, sites: Collection[uuid.UUID]
) -> Sequence[HourlyRollup]:
    """Return the hours of some sites within a time."""
    return session.scalars(
        sa.select(HourlyRollup).where(
            HourlyRollup.at >= since, HourlyRollup.at < until, HourlyRollup.site_id.in_(sites)
        )
    ).all()


def of_site(
    session: Session, table: Rollup, site_id: uuid.UUID, since: datetime, until: datetime
) -> Sequence[Any]:
    """Return the buckets of one site within a time, oldest first."""
    return session.scalars(
        sa.select(table)
        .where(table.site_id == site_id, table.at >= since, table.at < until)
        .order_by(table.at, table.vantage_id)
    ).all()


def forget_hours(session: Session, *, before: datetime) -> None:
    """Drop the hours that have been kept long enough; their days stay."""
    session.execute(
        sa.delete(HourlyRollup)
        .where(HourlyRollup.at < before)
        .execution_options(synchronize_session=False)
    )
