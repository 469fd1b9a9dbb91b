# SPDX-License-Identifier: Apache-2.0
"""Outlets and the dated events of their three axes: publication, reachability, base."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.domain.vocabulary import LegalGround, OutletAxis
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id


class Outlet(Base):
    """A news outlet, or a group of outlets that a source does not name."""

    __tablename__ = "outlets"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    # "A number of major opposition outlets": described by the source, not named; no name is invented.
    is_group: Mapped[bool] = mapped_column(default=False)
    country: Mapped[str] = mapped_column(sa.String(2))
    summary: Mapped[str | None]
    successor_of_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("outlets.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    status_events: Mapped[list["OutletStatusEvent"]] = relationship(
        lazy="raise", order_by="OutletStatusEvent.sequence"
    )


class OutletStatusEvent(Base):
    """One dated change on one axis, with the ground and the decision behind it. Append-only."""

    __tablename__ = "outlet_status_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    outlet_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("outlets.id"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    axis: Mapped[OutletAxis] = mapped_column(TermType(OutletAxis))
    value: Mapped[str]
    ground: Mapped[LegalGround | None] = mapped_column(TermType(LegalGround))
    statute: Mapped[str | None]
    decision_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("decisions.id"))
    authority: Mapped[str | None]
    scope: Mapped[list[str]] = mapped_column(default=list)
    territory: Mapped[str | None] = mapped_column(sa.String(2))
    valid_from: Mapped[str]  # EDTF
    valid_to: Mapped[str | None]
    earliest: Mapped[date]
    latest: Mapped[date]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    # It counts for the public once a second person verified it.
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]

    citation: Mapped[Citation | None] = relationship(lazy="raise")


def find_id_by_name(session: Session, name: str | None, country: str | None) -> uuid.UUID | None:
    """Return the one outlet of exactly this name in this country; None where there are none or two."""
    if name is None:
        return None
    query = sa.select(Outlet.id).where(Outlet.name == name)
    if country is not None:
        query = query.where(Outlet.country == country)
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None
