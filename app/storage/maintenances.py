# SPDX-License-Identifier: Apache-2.0
"""Announced work: while it goes on, what is measured is kept and nobody is told."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.errors import NotFound
from app.storage.database import Base, new_id


class Maintenance(Base):
    """One stretch of work on a site or a vantage, once or every week; ended ones are kept."""

    __tablename__ = "maintenances"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    # Exactly one of the two says what it is about.
    site_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("sites.id"))
    vantage_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("vantages.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # An IANA time zone where it comes back every week at the same time by the clocks there.
    weekly_in: Mapped[str | None]
    reason: Mapped[str]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def list_current(
    session: Session,
    *,
    at: datetime,
    limit: int | None = None,
) -> Sequence[Maintenance]:
    """Return what goes on at a time or comes later, and what comes back every week, by begin."""
    query = (
        sa.select(Maintenance)
        .where(
            Maintenance.ended_at.is_(None),
            sa.or_(Maintenance.weekly_in.is_not(None), Maintenance.ends_at > at),
        )
        .order_by(Maintenance.starts_at, Maintenance.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def list_all(
    session: Session, *, limit: int, after: uuid.UUID | None = None
) -> Sequence[Maintenance]:
    """Return every one there ever was, the latest first; `after` is the last of the page before."""
    query = sa.select(Maintenance)
    last = session.get(Maintenance, after) if after is not None else None
    if last is not None:
        query = query.where(
            sa.or_(
                Maintenance.starts_at < last.starts_at,
                sa.and_(Maintenance.starts_at == last.starts_at, Maintenance.id < last.id),
            )
        )
    query = query.order_by(Maintenance.starts_at.desc(), Maintenance.id.desc()).limit(limit)
    return session.scalars(query).all()


def get_maintenance(session: Session, maintenance_id: uuid.UUID) -> Maintenance:
    """Return one."""
    found = session.get(Maintenance, maintenance_id)
    if found is None:
        raise NotFound("there is no such maintenance: GET /api/v1/maintenances lists them")
    return found
