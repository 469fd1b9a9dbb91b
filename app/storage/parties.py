# SPDX-License-Identifier: Apache-2.0
"""Who is party to a case, in which role: a person, an outlet, an authority, a group."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.vocabulary import PartyKind, PartyRole
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id
from app.storage.outlets import Outlet
from app.storage.people import Person


class Party(Base):
    """One party to one case. Append-only: a wrong one is retracted with a reason."""

    __tablename__ = "case_parties"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    sequence: Mapped[int]
    kind: Mapped[PartyKind] = mapped_column(TermType(PartyKind))
    role: Mapped[PartyRole] = mapped_column(TermType(PartyRole))
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    outlet_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("outlets.id"), index=True)
    # An authority's name, or how the source describes a group.
    description: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    # It counts for the public once a second person verified it.
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]
    retraction_reason: Mapped[str | None]

    citation: Mapped[Citation | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")
    outlet: Mapped[Outlet | None] = relationship(lazy="raise")
