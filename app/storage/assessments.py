# SPDX-License-Identifier: Apache-2.0
"""What people say of impunity: outside assessors such as CPJ, and two of ours who set a level by hand.

Statements, never conclusions. Append-only: another statement of the same assessor takes the earlier
one back and stands beside it; a level set by hand is withdrawn with a reason and stays on record.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.domain.vocabulary import Impunity
from app.storage.citations import Citation
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


class LevelOverride(Base):
    """A level set by hand, with a reason and a source; it stands once a second person confirmed it."""

    __tablename__ = "impunity_overrides"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    level: Mapped[Impunity] = mapped_column(TermType(Impunity))
    # From which day it holds; None for every day.
    since: Mapped[date | None]
    reason: Mapped[str]
    citation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]
    retracted_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retraction_reason: Mapped[str | None]

    citation: Mapped[Citation] = relationship(lazy="raise")


def overrides_of(session: Session, incident_id: uuid.UUID) -> Sequence[LevelOverride]:
    """Return every level set by hand for an incident, oldest first, withdrawn ones too."""
    return session.scalars(
        sa.select(LevelOverride)
        .where(LevelOverride.incident_id == incident_id)
        .options(joinedload(LevelOverride.citation))
        .order_by(LevelOverride.recorded_at, LevelOverride.id)
        .execution_options(populate_existing=True)
    ).all()


def overridden_incidents(session: Session) -> set[uuid.UUID]:
    """Return the incidents for which a level was ever confirmed by hand."""
    query = sa.select(LevelOverride.incident_id).where(LevelOverride.confirmed_at.is_not(None))
    return set(session.scalars(query.distinct()))


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
