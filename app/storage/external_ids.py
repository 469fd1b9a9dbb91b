# SPDX-License-Identifier: Apache-2.0
"""What other systems call an incident, so that it is entered once and found again by their name."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, new_id


class ExternalId(Base):
    """The id of an incident in another system; no two incidents share one."""

    __tablename__ = "external_ids"
    __table_args__ = (sa.UniqueConstraint("system", "value"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    system: Mapped[str]
    value: Mapped[str]
    # Where everybody can read it there; an id without an address is not shown to the public.
    url: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)


def incident_with(session: Session, system: str, value: str) -> uuid.UUID | None:
    """Return which incident another system calls so, or None."""
    return session.scalar(
        sa.select(ExternalId.incident_id).where(
            ExternalId.system == system, ExternalId.value == value
        )
    )
