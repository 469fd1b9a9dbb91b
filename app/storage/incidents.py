# SPDX-License-Identifier: Apache-2.0
"""Incidents, and the one filter by which anybody sees them (`visible_to`); their parts in parts.py."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import (
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)

from app.domain.record.place import Box
from app.domain.visibility import Viewer, may_see_incident
from app.domain.vocabulary import (
    Category,
    Impunity,
    IncidentScope,
    Instigation,
    Motive,
    PersonRole,
    Precision,
    WorkflowStatus,
)
from app.errors import NotFound
from app.storage import evidence
from app.storage.citations import Citation
from app.storage.claims import Claim
from app.storage.database import Base, TermType, new_id
from app.storage.decisions import Decision
from app.storage.evidence import Evidence
from app.storage.external_ids import ExternalId
from app.storage.parts import EventGroup, IncidentCategory, Involvement, Target, worked_at
from app.storage.pending import PENDING, PendingChange

incident_citations = sa.Table(
    "incident_citations",
    Base.metadata,
    sa.Column("incident_id", sa.Uuid(), sa.ForeignKey("incidents.id"), primary_key=True),
    sa.Column("citation_id", sa.Uuid(), sa.ForeignKey("citations.id"), primary_key=True),
)


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
    # Where it was, in degrees (WGS 84), and how exactly that is known.
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    precision: Mapped[Precision] = mapped_column(TermType(Precision), default=Precision.UNKNOWN)
    # The same as far as everybody is told it: nothing hidden is found by asking for a box.
    public_latitude: Mapped[float | None] = mapped_column(index=True)
    public_longitude: Mapped[float | None]
    # How much of the place everybody is told.
    public_precision: Mapped[Precision] = mapped_column(
        TermType(Precision), default=Precision.ADMIN1
    )
    # The public is told the day of a change, not its time.
    is_at_risk: Mapped[bool] = mapped_column(default=False)
    scope: Mapped[IncidentScope] = mapped_column(
        TermType(IncidentScope), default=IncidentScope.MEDIA
    )
    status: Mapped[WorkflowStatus] = mapped_column(TermType(WorkflowStatus))
    status_reason: Mapped[str | None]
    duplicate_of_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("incidents.id"))
    motive: Mapped[Motive] = mapped_column(TermType(Motive), default=Motive.NOT_ASSESSED)
    instigation: Mapped[Instigation] = mapped_column(
        TermType(Instigation), default=Instigation.UNKNOWN
    )
    executors_complete: Mapped[bool | None]
    event_group_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event_groups.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("decisions.id"))
    # The report this incident was drafted from, so that nothing is entered twice.
    report_id: Mapped[uuid.UUID | None]
    # What an editor says instead of the level computed from the categories, and why.
    severity_override: Mapped[int | None]
    severity_reason: Mapped[str | None]
    severity_decided_by_id: Mapped[uuid.UUID | None]
    # The conclusion of `app.domain.record.impunity` at the last change, kept for filters and lists.
    impunity: Mapped[str] = mapped_column(default="not_assessed")
    # Serialised at the last change, so that a list costs one row each and no joins.
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The words of the public document in folded case, so that a search finds nothing hidden.
    search_text: Mapped[str] = mapped_column(default="")
    submitted_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verified_at: Mapped[datetime | None]
    # The organisation whose own dataset this record is, where nobody here verified it.
    verified_by_name: Mapped[str | None]
    verification_reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    categories: Mapped[list[IncidentCategory]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=IncidentCategory.position
    )
    targets: Mapped[list[Target]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=Target.position
    )
    involvements: Mapped[list[Involvement]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=Involvement.position
    )
    citations: Mapped[list[Citation]] = relationship(lazy="raise", secondary=incident_citations)
    external_ids: Mapped[list[ExternalId]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=ExternalId.position
    )
    evidence: Mapped[list[Evidence]] = relationship(
        lazy="raise", order_by=(Evidence.uploaded_at, Evidence.id)
    )
    claims: Mapped[list[Claim]] = relationship(lazy="raise", order_by=(Claim.recorded_at, Claim.id))
    event_group: Mapped[EventGroup | None] = relationship(lazy="raise")
    decision: Mapped[Decision | None] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Which incidents are asked for; an empty tuple or None means any."""

    countries: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    statuses: tuple[WorkflowStatus, ...] = ()
    impunity: tuple[Impunity, ...] = ()
    scope: IncidentScope | None = None
    outlet_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    person_roles: tuple[PersonRole, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    verified: bool | None = None
    # Whether a change of it waits for a second person; asked by the desk only.
    waiting: bool | None = None
    q: str | None = None
    box: Box | None = None
    # (system, id) of another system.
    external_id: tuple[str, str] | None = None


VERIFIED = (WorkflowStatus.VERIFIED, WorkflowStatus.PUBLISHED)
"""Statuses of incidents that a second person stands for."""


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """THE visibility filter of incidents, twin of `app.domain.visibility.may_see_incident`."""
    if viewer.is_staff:
        return sa.true()
    is_public = Incident.status == WorkflowStatus.PUBLISHED
    if viewer.sees_own and viewer.key_id is not None:
        return sa.or_(is_public, Incident.submitted_by_id == viewer.key_id)
    return is_public


def matching(wanted: IncidentFilter) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a filter; a date range matches every incident that overlaps it."""
    return [*_matching_fields(wanted), *_matching_parts(wanted)]


def _matching_fields(wanted: IncidentFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.countries:
        yield Incident.country.in_(wanted.countries)
    if wanted.statuses:
        yield Incident.status.in_(wanted.statuses)
    if wanted.verified is not None:
        is_verified = Incident.status.in_(VERIFIED)
        yield is_verified if wanted.verified else ~is_verified
    if wanted.waiting is not None:
        waits = sa.exists().where(
            PendingChange.incident_id == Incident.id, PendingChange.outcome == PENDING
        )
        yield waits if wanted.waiting else ~waits
    if wanted.impunity:
        yield Incident.impunity.in_(wanted.impunity)
    if wanted.scope is not None:
        yield Incident.scope == wanted.scope
    if wanted.date_from is not None:
        yield Incident.date_latest >= wanted.date_from
    if wanted.date_to is not None:
        yield Incident.date_earliest <= wanted.date_to
    if wanted.q:
        yield Incident.search_text.contains(wanted.q.casefold(), autoescape=True)


def _matching_parts(wanted: IncidentFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.categories:
        yield sa.exists().where(
            IncidentCategory.incident_id == Incident.id,
            IncidentCategory.category.in_(wanted.categories),
        )
    target = sa.exists().where(Target.incident_id == Incident.id)
    if wanted.outlet_id is not None:
        # Also what was done to its journalists.
        yield target.where(
            sa.or_(Target.outlet_id == wanted.outlet_id, worked_at(wanted.outlet_id))
        )
    if wanted.person_id is not None:
        yield target.where(Target.person_id == wanted.person_id)
    if wanted.person_roles:
        yield target.where(Target.primary_role.in_(wanted.person_roles))


def _matching_seen(viewer: Viewer, wanted: IncidentFilter) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions on what a viewer may not see of every incident: hidden parts match nothing."""
    own: sa.ColumnElement[bool] = sa.false()
    if viewer.is_staff:
        own = sa.true()
    elif viewer.sees_own and viewer.key_id is not None:
        own = Incident.submitted_by_id == viewer.key_id
    if wanted.box is not None:
        told = _within(wanted.box, Incident.public_latitude, Incident.public_longitude)
        known = _within(wanted.box, Incident.latitude, Incident.longitude)
        yield sa.or_(told, sa.and_(own, known))
    if wanted.external_id is not None:
        system, value = wanted.external_id
        yield sa.exists().where(
            ExternalId.incident_id == Incident.id,
            ExternalId.system == system,
            ExternalId.value == value,
            sa.or_(own, ExternalId.url.is_not(None)),
        )


def _within(
    box: Box,
    latitude: sa.orm.InstrumentedAttribute[float | None],
    longitude: sa.orm.InstrumentedAttribute[float | None],
) -> sa.ColumnElement[bool]:
    between: sa.ColumnElement[bool] = longitude.between(box.west, box.east)
    if box.west > box.east:
        between = sa.or_(longitude >= box.west, longitude <= box.east)
    return sa.and_(latitude.between(box.south, box.north), between)


def page_of(
    viewer: Viewer,
    wanted: IncidentFilter,
    *,
    limit: int,
    after: tuple[date, uuid.UUID] | None = None,
) -> sa.Select[uuid.UUID, date, str, uuid.UUID | None]:
    """Select (id, latest day, document as JSON text, submitter), the latest first."""
    query = (
        sa.select(
            Incident.id,
            Incident.date_latest,
            sa.cast(Incident.document, sa.Text),
            Incident.submitted_by_id,
        )
        .where(visible_to(viewer), *matching(wanted), *_matching_seen(viewer, wanted))
        .order_by(Incident.date_latest.desc(), Incident.id.desc())
        .limit(limit)
    )
    if after is not None:
        place = sa.tuple_(Incident.date_latest, Incident.id)
        query = query.where(place < sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return query


def page_by_id(
    viewer: Viewer, wanted: IncidentFilter, *, limit: int, after: uuid.UUID | None = None
) -> sa.Select[uuid.UUID, dict[str, Any]]:
    """Select (id, document) of what `page_of` selects, by id: an order in which nothing moves."""
    query = (
        sa.select(Incident.id, Incident.document)
        .where(visible_to(viewer), *matching(wanted), *_matching_seen(viewer, wanted))
        .order_by(Incident.id)
        .limit(limit)
    )
    return query if after is None else query.where(Incident.id > after)


WHOLE = (
    selectinload(Incident.categories),
    selectinload(Incident.targets).joinedload(Target.person),
    selectinload(Incident.targets).joinedload(Target.outlet),
    selectinload(Incident.targets).joinedload(Target.employer),
    selectinload(Incident.involvements).joinedload(Involvement.person),
    selectinload(Incident.citations),
    selectinload(Incident.external_ids),
    selectinload(Incident.evidence).options(*evidence.WHOLE),
    selectinload(Incident.claims).joinedload(Claim.citation),
    joinedload(Incident.event_group),
    joinedload(Incident.decision),
)
"""Everything a document is made of."""


def find_incident(
    session: Session, incident_id: uuid.UUID, *, for_change: bool = False
) -> Incident | None:
    """Return an incident with all its parts, whoever asks; locked where it will be changed."""
    query = sa.select(Incident).where(Incident.id == incident_id)
    if for_change:
        # The lock first and alone: PostgreSQL locks no row of an outer join.
        session.execute(sa.select(Incident.id).where(Incident.id == incident_id).with_for_update())
    return session.scalar(query.options(*WHOLE).execution_options(populate_existing=True))


def get_incident(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, *, for_change: bool = False
) -> Incident:
    """Return an incident that exists for this viewer, with all its parts."""
    row = find_incident(session, incident_id, for_change=for_change)
    if row is None or not may_see_incident(
        viewer, status=row.status, submitter=row.submitted_by_id
    ):
        raise NotFound("there is no such incident: GET /api/v1/incidents lists them")
    return row
