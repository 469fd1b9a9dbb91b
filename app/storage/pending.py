# SPDX-License-Identifier: Apache-2.0
"""Changes of public incidents that wait for a second person, field by field."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, new_id

PENDING = "pending"
"""The outcome of a change nobody has decided; the others are approved, declined, superseded, dropped."""


class PendingChange(Base):
    """One field of one public incident, as somebody wants it to read. Kept after it was decided."""

    __tablename__ = "pending_changes"
    __table_args__ = (sa.Index("ix_pending_changes_incident", "incident_id", "outcome", "field"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"))
    field: Mapped[str]
    # {"old": …, "new": …}: what stood when it was proposed, and what is proposed, as it was handed in.
    values: Mapped[dict[str, Any]]
    reason: Mapped[str]
    proposed_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    proposed_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default=PENDING)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]


def pending_of(session: Session, incident_id: uuid.UUID) -> Sequence[PendingChange]:
    """Return the changes of an incident that wait, at most one for each field."""
    return session.scalars(
        sa.select(PendingChange)
        .where(PendingChange.incident_id == incident_id, PendingChange.outcome == PENDING)
        .order_by(PendingChange.proposed_at, PendingChange.field)
    ).all()


def drop(session: Session, incident_id: uuid.UUID, *, by: uuid.UUID | None, now: datetime) -> None:
    """Let go of what waits for an incident that is public no more."""
    for one in pending_of(session, incident_id):
        one.outcome, one.decided_by_id, one.decided_at = "dropped", by, now
