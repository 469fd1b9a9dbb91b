# SPDX-License-Identifier: Apache-2.0
"""Claims: what one source says of one field. They may disagree, and none overwrites the field."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.domain.vocabulary import ClaimField
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id


class Claim(Base):
    """One source's word on one field of an incident, or of a fact of one of its cases."""

    __tablename__ = "claims"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    fact_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("facts.id"), index=True)
    field: Mapped[ClaimField] = mapped_column(TermType(ClaimField))
    value: Mapped[str]
    citation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]
    retraction_reason: Mapped[str | None]

    citation: Mapped[Citation] = relationship(lazy="raise")


def claims_of(session: Session, incident_id: uuid.UUID) -> Sequence[Claim]:
    """Return every claim about an incident, oldest first, with those that were withdrawn."""
    return session.scalars(
        sa.select(Claim)
        .where(Claim.incident_id == incident_id)
        .order_by(Claim.recorded_at, Claim.id)
        .options(joinedload(Claim.citation))
    ).all()


def find_claim(session: Session, incident_id: uuid.UUID, claim_id: uuid.UUID) -> Claim | None:
    """Return one claim of an incident, locked: it will be changed."""
    session.execute(sa.select(Claim.id).where(Claim.id == claim_id).with_for_update())
    return session.scalar(
        sa.select(Claim)
        .where(Claim.id == claim_id, Claim.incident_id == incident_id)
        .options(joinedload(Claim.citation))
        .execution_options(populate_existing=True)
    )
