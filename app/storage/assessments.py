# SPDX-License-Identifier: Apache-2.0
"""What outside assessors say of impunity, such as CPJ: statements, never our own conclusions.

Append-only: another statement of the same assessor takes the earlier one back and stands beside it.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.vocabulary import Impunity
from app.storage.database import Base, TermType, new_id


class Assessment(Base):
    """One statement of a named assessor about one incident."""

    __tablename__ = "impunity_assessments"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    assessor: Mapped[str]
    level: Mapped[Impunity] = mapped_column(TermType(Impunity))
    # The day on which the assessor's own record said so: the day its file was taken in.
    stated_on: Mapped[date]
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]


def assessments_of(session: Session, incident_id: uuid.UUID) -> Sequence[Assessment]:
    """Return every statement about an incident, taken back or not, oldest first."""
    return session.scalars(
        sa.select(Assessment)
        .where(Assessment.incident_id == incident_id)
        .order_by(Assessment.recorded_at, Assessment.id)
    ).all()


def assessments_by_incident(
    session: Session, of_incidents: sa.Select[uuid.UUID]
) -> dict[uuid.UUID, list[Assessment]]:
    """Return every statement about the incidents of a query, by incident."""
    found: dict[uuid.UUID, list[Assessment]] = defaultdict(list)
    query = sa.select(Assessment).where(Assessment.incident_id.in_(of_incidents))
    for one in session.scalars(query.order_by(Assessment.recorded_at, Assessment.id)):
        found[one.incident_id].append(one)
    return found
