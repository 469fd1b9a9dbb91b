# SPDX-License-Identifier: Apache-2.0
"""What an incident is made of: categories, targets, involvements, and the wider event."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.domain.vocabulary import (
    ActorType,
    AgeGroup,
    Assessment,
    Category,
    CrimeRole,
    InvolvementStatus,
    PersonRole,
    Sex,
    TargetKind,
)
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id
from app.storage.outlets import Outlet
from app.storage.people import Person


class EventGroup(Base):
    """The wider happening several incidents belong to."""

    __tablename__ = "event_groups"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(sa.String(2))
    date_text: Mapped[str | None]  # EDTF
    summary: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))

    citation: Mapped[Citation | None] = relationship(lazy="raise")


class IncidentCategory(Base):
    """One category of an incident, with its subtype where one is known."""

    __tablename__ = "incident_categories"
    __table_args__ = (sa.Index("ix_incident_categories_category", "category", "incident_id"),)

    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), primary_key=True)
    category: Mapped[Category] = mapped_column(TermType(Category), primary_key=True)
    subtype: Mapped[str] = mapped_column(primary_key=True, default="")
    position: Mapped[int] = mapped_column(default=0)


class Target(Base):
    """Whom an act was aimed at, in the role they had at the time."""

    __tablename__ = "targets"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[TargetKind] = mapped_column(TermType(TargetKind))
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    outlet_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("outlets.id"), index=True)
    # Where a person, or a group, worked at the time.
    employer_outlet_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("outlets.id"), index=True
    )
    description: Mapped[str | None]  # of a group; no name is invented to fill a form
    count: Mapped[int | None]
    primary_role: Mapped[PersonRole | None] = mapped_column(TermType(PersonRole))
    other_roles: Mapped[list[str]] = mapped_column(default=list)
    harm: Mapped[str | None]
    # What sources claim about this target's treatment: "torture_allegations", "unfair_trial", …
    flags: Mapped[list[str]] = mapped_column(default=list)
    sex: Mapped[Sex | None] = mapped_column(TermType(Sex))
    age_group: Mapped[AgeGroup | None] = mapped_column(TermType(AgeGroup))
    # What SDG 16.10.1 asks about the act; the unassessed are reported beside the count.
    arbitrary: Mapped[Assessment] = mapped_column(
        TermType(Assessment), default=Assessment.NOT_ASSESSED
    )
    state_acquiescence: Mapped[Assessment] = mapped_column(
        TermType(Assessment), default=Assessment.NOT_ASSESSED
    )
    due_diligence_failed: Mapped[Assessment] = mapped_column(
        TermType(Assessment), default=Assessment.NOT_ASSESSED
    )

    person: Mapped[Person | None] = relationship(lazy="raise")
    outlet: Mapped[Outlet | None] = relationship(lazy="raise", foreign_keys=outlet_id)
    employer: Mapped[Outlet | None] = relationship(lazy="raise", foreign_keys=employer_outlet_id)


class Involvement(Base):
    """One version of somebody's part in a crime: a named actor, or a slot for somebody unknown.

    An edit withdraws a version and records a new one of the same slot; facts name the slot, which is
    the id of its first version.
    """

    __tablename__ = "involvements"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    slot_id: Mapped[uuid.UUID] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(default=0)
    crime_role: Mapped[CrimeRole] = mapped_column(TermType(CrimeRole))
    is_identified: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    description: Mapped[str]  # "the attackers", "officials who gave orders"
    actor_type: Mapped[ActorType] = mapped_column(TermType(ActorType), default=ActorType.UNKNOWN)
    status: Mapped[InvolvementStatus] = mapped_column(
        TermType(InvolvementStatus), default=InvolvementStatus.ALLEGED
    )
    # An editor decided, on two independent published sources, that the name may be public.
    name_decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    # The outcome of `app.domain.record.incident.suspect_name_is_public` at the last change.
    name_is_public: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise")


def may_name_target() -> sa.ColumnElement[bool]:
    """Say which targets' names may be public: no minors, relatives or erased. Needs `Person` joined."""
    return sa.and_(
        Person.erased_at.is_(None),
        Person.is_minor.is_(False),
        Person.is_relative.is_(False),
        Target.age_group.is_distinct_from(AgeGroup.MINOR),
        Target.primary_role.is_distinct_from(PersonRole.FAMILY_MEMBER),
    )


def worked_at(outlet_id: uuid.UUID | sa.ColumnElement[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Say which targets are known to everybody to have worked at an outlet.

    Nobody whose name is withheld: where somebody works tells who it is.
    """
    nameable = sa.exists().where(Person.id == Target.person_id, may_name_target()).correlate(Target)
    return sa.and_(
        Target.employer_outlet_id == outlet_id, sa.or_(Target.person_id.is_(None), nameable)
    )


def list_event_groups(
    session: Session,
    *,
    country: str | None,
    published_only: bool,
    limit: int,
    after: uuid.UUID | None,
) -> Sequence[EventGroup]:
    """Return a page of event groups, by id."""
    query = sa.select(EventGroup).options(joinedload(EventGroup.citation))
    if published_only:
        query = query.where(EventGroup.is_published)
    if country is not None:
        query = query.where(EventGroup.country == country)
    if after is not None:
        query = query.where(EventGroup.id > after)
    return session.scalars(query.order_by(EventGroup.id).limit(limit)).all()
