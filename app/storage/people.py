# SPDX-License-Identifier: Apache-2.0
"""People of the record: those targeted, and those named in cases. Never a source's identity."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.domain.vocabulary import PersonStanding
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id


class Person(Base):
    """A person of the public record, under the name the record may show."""

    __tablename__ = "people"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    # {"kk": "…", "ru": "…"}: the name in its own script, where a source gives it.
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    country: Mapped[str | None]
    summary: Mapped[str | None]
    # Names of minors and of relatives are never public.
    is_minor: Mapped[bool] = mapped_column(default=False)
    is_relative: Mapped[bool] = mapped_column(default=False)
    # Since when the name is erased; the acts stay on record without it.
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PersonEvent(Base):
    """What a source says became of a person on a day: freed, exiled, gone home. Append-only.

    For what no incident and no case says. It counts once a second person verified it.
    """

    __tablename__ = "person_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    sequence: Mapped[int]
    standing: Mapped[PersonStanding] = mapped_column(TermType(PersonStanding))
    date_text: Mapped[str]  # EDTF
    date_earliest: Mapped[date]
    date_latest: Mapped[date]
    detail: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]
    retraction_reason: Mapped[str | None]

    citation: Mapped[Citation | None] = relationship(lazy="raise")


def events_of(
    session: Session, people: sa.Select[uuid.UUID] | Sequence[uuid.UUID]
) -> Sequence[PersonEvent]:
    """Return what was stated of people, whoever asks, in the order it was entered."""
    return session.scalars(
        sa.select(PersonEvent)
        .where(PersonEvent.person_id.in_(people))
        .options(joinedload(PersonEvent.citation))
        .order_by(PersonEvent.person_id, PersonEvent.sequence)
    ).all()
