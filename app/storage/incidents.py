# SPDX-License-Identifier: Apache-2.0
"""Incidents with their categories, targets, involvements and citations."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.vocabulary import (
    ActorType,
    Category,
    CrimeRole,
    IncidentScope,
    Instigation,
    InvolvementStatus,
    Motive,
    PersonRole,
    TargetKind,
    WorkflowStatus,
)
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id
from app.storage.outlets import Outlet
from app.storage.people import Person

incident_citations = sa.Table(
    "incident_citations",
    Base.metadata,
    sa.Column("incident_id", sa.Uuid(), sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("citation_id", sa.Uuid(), sa.ForeignKey("citations.id"), primary_key=True),
)


class EventGroup(Base):
    """The wider happening several incidents belong to."""

    __tablename__ = "event_groups"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(sa.String(2))
    date_text: Mapped[str | None]  # EDTF
    summary: Mapped[str | None]
    created_at: Mapped[datetime]


class Incident(Base):
    """One act, or a tight series of acts, against one or more targets."""

    __tablename__ = "incidents"
    __table_args__ = (
        sa.Index("ix_incidents_public", "status", "date_latest", "id"),
        sa.Index("ix_incidents_country", "country", "status", "date_latest", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    # QLM-2026-000123, given at publication, so that it tells nothing about what was submitted.
    ref: Mapped[str | None] = mapped_column(unique=True)
    title: Mapped[str]
    # {"en": "What happened, …"}: one text per language.
    narrative: Mapped[dict[str, Any]] = mapped_column(default=dict)
    date_text: Mapped[str]  # EDTF
    date_earliest: Mapped[date]
    date_latest: Mapped[date]
    country: Mapped[str] = mapped_column(sa.String(2))
    admin1: Mapped[str | None]
    place: Mapped[str | None]
    scope: Mapped[IncidentScope] = mapped_column(
        TermType(IncidentScope), default=IncidentScope.MEDIA
    )
    status: Mapped[WorkflowStatus] = mapped_column(TermType(WorkflowStatus))
    status_reason: Mapped[str | None]
    motive: Mapped[Motive] = mapped_column(TermType(Motive), default=Motive.NOT_ASSESSED)
    instigation: Mapped[Instigation] = mapped_column(
        TermType(Instigation), default=Instigation.UNKNOWN
    )
    executors_complete: Mapped[bool | None]
    event_group_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event_groups.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("decisions.id"))
    # The report this incident was drafted from, so that nothing is entered twice.
    report_id: Mapped[uuid.UUID | None]
    # The conclusion of `app.domain.record.impunity` at the last change, kept for filters and lists.
    impunity: Mapped[str] = mapped_column(default="not_assessed")
    # Serialised at the last change, so that a list costs one row each and no joins.
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    submitted_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verification_reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    categories: Mapped[list["IncidentCategory"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="IncidentCategory.position"
    )
    targets: Mapped[list["Target"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Target.position"
    )
    involvements: Mapped[list["Involvement"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Involvement.position"
    )
    citations: Mapped[list[Citation]] = relationship(lazy="raise", secondary=incident_citations)
    event_group: Mapped[EventGroup | None] = relationship(lazy="raise")


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
    description: Mapped[str | None]  # of a group; no name is invented to fill a form
    count: Mapped[int | None]
    primary_role: Mapped[PersonRole | None] = mapped_column(TermType(PersonRole))
    other_roles: Mapped[list[str]] = mapped_column(default=list)
    harm: Mapped[str | None]
    # What sources claim about this target's treatment: "torture_allegations", "unfair_trial", …
    flags: Mapped[list[str]] = mapped_column(default=list)
    sex: Mapped[str | None]
    age_group: Mapped[str | None]

    person: Mapped[Person | None] = relationship(lazy="raise")
    outlet: Mapped[Outlet | None] = relationship(lazy="raise")


class Involvement(Base):
    """Somebody's part in a crime: a named actor, or a slot for somebody not identified."""

    __tablename__ = "involvements"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    crime_role: Mapped[CrimeRole] = mapped_column(TermType(CrimeRole))
    is_identified: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    description: Mapped[str]  # "the attackers", "officials who gave orders"
    actor_type: Mapped[ActorType] = mapped_column(TermType(ActorType), default=ActorType.UNKNOWN)
    status: Mapped[InvolvementStatus] = mapped_column(
        TermType(InvolvementStatus), default=InvolvementStatus.ALLEGED
    )
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise")
