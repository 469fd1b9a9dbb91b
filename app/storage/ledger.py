# SPDX-License-Identifier: Apache-2.0
"""Revisions of every object, and the counters that tell pollers that something changed."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.database import Base, insert_into, new_id


class Revision(Base):
    """One change: who, when, why, and the fields with their old and new values. Append-only."""

    __tablename__ = "revisions"
    __table_args__ = (sa.Index("ix_revisions_object", "object_kind", "object_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    object_kind: Mapped[str]
    object_id: Mapped[uuid.UUID]
    # Counts the revisions of one object, since several may bear the same instant.
    number: Mapped[int] = mapped_column(default=1)
    action: Mapped[str]
    actor_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ChangeCounter(Base):
    """Moves when something changes that a visibility tier sees; the heart of every ETag.

    Tiers are `public` and `staff`; `sites` moves with every measurement, which only pages that show
    when a site was last measured care about.
    """

    __tablename__ = "change_counters"

    tier: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(sa.BigInteger(), default=0)


class Note(Base):
    """A small fact about this installation itself, such as which example is loaded."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record_revision(
    session: Session,
    *,
    object_kind: str,
    object_id: uuid.UUID,
    action: str,
    actor_id: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """Append one revision."""
    session.flush()
    last = session.scalar(
        sa.select(sa.func.max(Revision.number)).where(
            Revision.object_kind == object_kind, Revision.object_id == object_id
        )
    )
    session.add(
        Revision(
            object_kind=object_kind,
            object_id=object_id,
            number=(last or 0) + 1,
            action=action,
            actor_id=actor_id,
            at=at,
            reason=reason,
            changes=changes or {},
        )
    )


def record_first(
    session: Session,
    *,
    object_kind: str,
    object_id: uuid.UUID,
    action: str,
    actor_id: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """Append the first revision of an object that this transaction makes: nothing is to be counted."""
    session.add(
        Revision(
            object_kind=object_kind,
            object_id=object_id,
            number=1,
            action=action,
            actor_id=actor_id,
            at=at,
            reason=reason,
            changes=changes or {},
        )
    )


def bump(session: Session, *tiers: str) -> None:
    """Move the change counters of these tiers; they exist since the first migration.

    One after the other and always in the same order, so that no two transactions wait for each other.
    """
    for tier in sorted(tiers, reverse=True):
        session.execute(
            sa.update(ChangeCounter)
            .where(ChangeCounter.tier == tier)
            .values(value=ChangeCounter.value + 1)
            .execution_options(synchronize_session=False)
        )


KNOWLEDGE = "knowledge"
"""The series that every import of fingerprints or prefixes moves (`next_number`)."""


def next_number(session: Session, series: str) -> int:
    """Return the next number of a series, from 1; a transaction that ends badly gives it back."""
    statement = (
        insert_into(session, ChangeCounter)
        .values(tier=f"number:{series}", value=1)
        .on_conflict_do_update(
            index_elements=[ChangeCounter.tier], set_={"value": ChangeCounter.value + 1}
        )
        .returning(ChangeCounter.value)
    )
    return session.execute(statement).scalar_one()


def revisions_of(session: Session, object_kind: str, object_id: uuid.UUID) -> Sequence[Revision]:
    """Return every revision of one object, oldest first."""
    return session.scalars(
        sa.select(Revision)
        .where(Revision.object_kind == object_kind, Revision.object_id == object_id)
        .order_by(Revision.at, Revision.number)
    ).all()


def revisions_until(
    session: Session, object_kind: str, of_objects: sa.Select[uuid.UUID], until: datetime
) -> Sequence[Revision]:
    """Return every revision of the objects of a query up to a time, oldest first for each."""
    return session.scalars(
        sa.select(Revision)
        .where(
            Revision.object_kind == object_kind,
            Revision.object_id.in_(of_objects),
            Revision.at <= until,
        )
        .order_by(Revision.object_id, Revision.at, Revision.number)
    ).all()


def counter(session: Session, tier: str) -> int:
    """Return how often this tier's view has changed."""
    value = session.scalar(sa.select(ChangeCounter.value).where(ChangeCounter.tier == tier))
    return value or 0
