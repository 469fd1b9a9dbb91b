# SPDX-License-Identifier: Apache-2.0
"""What is derived from measurements and must be made again when late ones arrive.

`mark` is called with every measurement that is concluded; the loop that keeps the history drains
the marks. Never here: the measurements themselves.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.vocabulary import GapReason
from app.storage.database import Base, TermType
from app.storage.sites import SiteState

Pair = tuple[uuid.UUID, uuid.UUID]
"""A site and a vantage."""


class DirtyHour(Base):
    """An hour of one site at one vantage whose counts are out of date; one row however often marked."""

    __tablename__ = "dirty_hours"
    __table_args__ = (sa.Index("ix_dirty_hours_hour", "hour"),)

    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    # Something came late: the states and episodes since this hour must be folded again.
    is_late: Mapped[bool]


class StateCheckpoint(Base):
    """The fold of one site at one vantage after everything measured up to `at`: where refolding starts."""

    __tablename__ = "state_checkpoints"

    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    fold: Mapped[dict[str, Any]]
    # The measurement whose reasons the state gives.
    measurement_uid: Mapped[uuid.UUID | None]


class Gap(Base):
    """A while in which a site was to be measured and was not; `until` is null while it lasts."""

    __tablename__ = "gaps"

    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    reason: Mapped[GapReason] = mapped_column(TermType(GapReason))


def mark(
    session: Session, site_id: uuid.UUID, vantage_id: uuid.UUID, at: datetime, *, is_late: bool
) -> None:
    """Say that something was concluded about this hour; late data ask for another fold as well.

    The row is taken even where it is there already: whoever drains it meanwhile must wait for this
    transaction, or would miss what it concludes.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    session.execute(
        _marking(session.get_bind().dialect.name),
        {"site_id": site_id, "vantage_id": vantage_id, "hour": hour, "is_late": is_late},
    )


@cache
def _marking(dialect: str) -> sa.Insert:
    """The statement of a mark, made once: it goes out with every measurement."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    insert = make(DirtyHour)
    return insert.on_conflict_do_update(
        index_elements=["site_id", "vantage_id", "hour"],
        set_={"is_late": sa.or_(DirtyHour.is_late, insert.excluded.is_late)},
    )


def late_pairs(session: Session, *, limit: int) -> list[tuple[uuid.UUID, uuid.UUID, datetime]]:
    """Return pairs that must be folded again, each with its first late hour; one vantage only.

    Read without locks: `take_late` says again, under the lock of the state, what is still to be done.
    """
    first = sa.select(DirtyHour.vantage_id).where(DirtyHour.is_late).limit(1).scalar_subquery()
    rows = session.execute(
        sa.select(DirtyHour.site_id, DirtyHour.vantage_id, sa.func.min(DirtyHour.hour))
        .where(DirtyHour.is_late, DirtyHour.vantage_id == first)
        .group_by(DirtyHour.site_id, DirtyHour.vantage_id)
        .order_by(DirtyHour.site_id)
        .limit(limit)
    )
    # An aggregate over a decorated type comes back as the type itself.
    return [(site_id, vantage_id, hour) for site_id, vantage_id, hour in rows]


def take_late(session: Session, pair: Pair) -> datetime | None:
    """Say that a pair's late hours are being folded, and return the first; its counts stay due."""
    rows = session.scalars(
        sa.select(DirtyHour)
        .where(DirtyHour.site_id == pair[0], DirtyHour.vantage_id == pair[1], DirtyHour.is_late)
        .order_by(DirtyHour.hour)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.is_late = False
    session.flush()
    return rows[0].hour if rows else None


def take_hour(
    session: Session, *, ended_before: datetime, limit: int
) -> tuple[datetime, list[Pair]] | None:
    """Take marks of the oldest hour whose counts are due, and return it with its pairs."""
    due = (DirtyHour.hour <= ended_before, DirtyHour.is_late.is_(False))
    hour = session.scalar(sa.select(DirtyHour.hour).where(*due).order_by(DirtyHour.hour).limit(1))
    if hour is None:
        return None
    rows = session.scalars(
        sa.select(DirtyHour)
        .where(DirtyHour.hour == hour, DirtyHour.is_late.is_(False))
        .order_by(DirtyHour.site_id, DirtyHour.vantage_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    pairs = [(row.site_id, row.vantage_id) for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    return hour, pairs


def checkpoint_before(session: Session, pair: Pair, before: datetime) -> StateCheckpoint | None:
    """Return the last checkpoint of a pair from before a time."""
    return session.scalar(
        sa.select(StateCheckpoint)
        .where(
            StateCheckpoint.site_id == pair[0],
            StateCheckpoint.vantage_id == pair[1],
            StateCheckpoint.at < before,
        )
        .order_by(StateCheckpoint.at.desc())
        .limit(1)
    )


def unkept_states(session: Session, day: datetime, *, limit: int) -> Sequence[SiteState]:
    """Return locked states measured since a day began of which no checkpoint since then is kept."""
    kept = sa.exists().where(
        StateCheckpoint.site_id == SiteState.site_id,
        StateCheckpoint.vantage_id == SiteState.vantage_id,
        StateCheckpoint.at >= day,
    )
    waiting = sa.exists().where(
        DirtyHour.site_id == SiteState.site_id,
        DirtyHour.vantage_id == SiteState.vantage_id,
        DirtyHour.is_late,
    )
    query = sa.select(SiteState).where(SiteState.last_measured_at >= day, ~kept, ~waiting)
    return session.scalars(
        query.limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def keep_checkpoint(
    session: Session,
    pair: Pair,
    *,
    at: datetime,
    fold: dict[str, Any],
    measurement_uid: uuid.UUID | None,
) -> None:
    """Keep the fold of a pair after everything measured up to a time."""
    session.merge(
        StateCheckpoint(
            site_id=pair[0],
            vantage_id=pair[1],
            at=at,
            fold=fold,
            measurement_uid=measurement_uid,
        )
    )


def forget_checkpoints(session: Session, pair: Pair, *, after: datetime) -> None:
    """Drop the checkpoints of a pair that late data have made wrong."""
    session.execute(
        sa.delete(StateCheckpoint)
        .where(
            StateCheckpoint.site_id == pair[0],
            StateCheckpoint.vantage_id == pair[1],
            StateCheckpoint.at > after,
        )
        .execution_options(synchronize_session=False)
    )


def thin_checkpoints(session: Session, *, before: datetime) -> None:
    """Keep of old checkpoints those of the first days of months only."""
    session.execute(
        sa.delete(StateCheckpoint)
        .where(StateCheckpoint.at < before, sa.extract("day", StateCheckpoint.at) != 1)
        .execution_options(synchronize_session=False)
    )


def open_gap(session: Session, pair: Pair) -> Gap | None:
    """Return the gap of a pair that lasts, if there is one."""
    return session.scalar(
        sa.select(Gap)
        .where(Gap.site_id == pair[0], Gap.vantage_id == pair[1], Gap.until.is_(None))
        .limit(1)
    )


def gaps_since(session: Session, pair: Pair, since: datetime) -> Sequence[Gap]:
    """Return the gaps of a pair that lasted at a time or began after it, oldest first."""
    return session.scalars(
        sa.select(Gap)
        .where(
            Gap.site_id == pair[0],
            Gap.vantage_id == pair[1],
            sa.or_(Gap.until.is_(None), Gap.until > since),
        )
        .order_by(Gap.since)
    ).all()


def list_gaps(
    session: Session,
    site_id: uuid.UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
) -> Sequence[Gap]:
    """Return a site's gaps within a time, latest first."""
    query = sa.select(Gap).where(Gap.site_id == site_id)
    if since is not None:
        query = query.where(sa.or_(Gap.until.is_(None), Gap.until >= since))
    if until is not None:
        query = query.where(Gap.since <= until)
    return session.scalars(query.order_by(Gap.since.desc()).limit(limit)).all()
