# SPDX-License-Identifier: Apache-2.0
"""What people decided about the domains of a decision: watch them as sites, or not."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, new_id


class SiteProposal(Base):
    """A person's answer to one proposed domain; a domain without a row still waits for one."""

    __tablename__ = "site_proposals"
    __table_args__ = (sa.UniqueConstraint("decision_id", "domain"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("decisions.id"), index=True)
    domain: Mapped[str]
    # The site that is watched since; None where the proposal was declined.
    site_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("sites.id"))
    reason: Mapped[str | None]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))


def answers_to(session: Session, decision_id: uuid.UUID) -> Sequence[SiteProposal]:
    """Return what was decided about a decision's domains."""
    query = sa.select(SiteProposal).where(SiteProposal.decision_id == decision_id)
    return session.scalars(query).all()
