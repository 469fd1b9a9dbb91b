# SPDX-License-Identifier: Apache-2.0
"""Jobs that a door asks for and a worker does: a probe now, an import. Their progress is the row."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, new_id


class Job(Base):
    """One piece of work: queued, leased, done or failed."""

    __tablename__ = "jobs"
    __table_args__ = (sa.Index("ix_jobs_due", "state", "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    requested_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Heartbeat(Base):
    """When a loop of the workers last came round: silence is a signal."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str | None]


def beat(session: Session, name: str, *, at: datetime, detail: str | None = None) -> None:
    """Note that a loop came round."""
    session.merge(Heartbeat(name=name, at=at, detail=detail))


def heartbeats(session: Session) -> dict[str, datetime]:
    """Return when each loop last came round."""
    return {row.name: row.at for row in session.scalars(sa.select(Heartbeat))}
