# SPDX-License-Identifier: Apache-2.0
"""Legal cases with their dated facts. A case is seen where an incident of it is seen."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from app.domain.visibility import Viewer
from app.domain.vocabulary import CrimeRole, FactKind, Polarity
from app.errors import NotFound
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id
from app.storage.incidents import Incident, visible_to
from app.storage.parties import Party
from app.storage.parts import Involvement, Target
from app.storage.people import Person

case_incidents = sa.Table(
    "case_incidents",
    Base.metadata,
    sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column(
        "incident_id", sa.Uuid(), sa.ForeignKey("incidents.id"), primary_key=True, index=True
    ),
)


class Case(Base):
    """One legal case. Its stage and the incident's impunity are derived from its facts."""

    __tablename__ = "cases"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    polarity: Mapped[Polarity] = mapped_column(TermType(Polarity))
    title: Mapped[str]
    country: Mapped[str] = mapped_column(sa.String(2))
    court: Mapped[str | None]
    number: Mapped[str | None]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    facts: Mapped[list["Fact"]] = relationship(lazy="raise", order_by="Fact.sequence")
    parties: Mapped[list[Party]] = relationship(lazy="raise", order_by="Party.sequence")


class Fact(Base):
    """Something that happened in a case, on a day, learned at a time. Append-only."""

    __tablename__ = "facts"
    __table_args__ = (sa.Index("ix_facts_case", "case_id", "sequence"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"))
    sequence: Mapped[int]
    kind: Mapped[FactKind] = mapped_column(TermType(FactKind))
    date_text: Mapped[str]  # EDTF: when it happened
    date_earliest: Mapped[date]
    date_latest: Mapped[date]
    involvement_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("involvements.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    crime_role: Mapped[CrimeRole | None] = mapped_column(TermType(CrimeRole))
    detail: Mapped[str | None]
    sentence_months: Mapped[int | None]
    # For life; then no term in months is given.
    is_life: Mapped[bool] = mapped_column(default=False)
    # As the source gives it; amount and currency beside it, never converted.
    fine: Mapped[str | None]
    fine_amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(18, 2))
    fine_currency: Mapped[str | None] = mapped_column(sa.String(3))
    # Codes of `Sanction`.
    sanctions: Mapped[list[str]] = mapped_column(default=list)
    # "lesser_charge", "in_absentia", "suspended_sentence".
    flags: Mapped[list[str]] = mapped_column(default=list)
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]
    retraction_reason: Mapped[str | None]

    citation: Mapped[Citation | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases are asked for; None means any."""

    country: str | None = None
    polarity: Polarity | None = None
    incident_id: uuid.UUID | None = None
    # Where what it is about happened; another State may try it.
    incident_country: str | None = None
    # Whom a case names, as far as the viewer may read of them; whose incidents it is of.
    person_id: uuid.UUID | None = None
    outlet_id: uuid.UUID | None = None
    # Kinds of fact without one of which a case is not asked for.
    fact_kinds: frozenset[FactKind] | None = None


FACTS = (
    selectinload(Case.facts).joinedload(Fact.citation),
    selectinload(Case.facts).joinedload(Fact.person),
)
PARTIES = (
    selectinload(Case.parties).joinedload(Party.citation),
    selectinload(Case.parties).joinedload(Party.person),
    selectinload(Case.parties).joinedload(Party.outlet),
)


def seen_by(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Say whether a case exists for a viewer: of an incident they see, or entered by themselves.

    For those who are neither staff nor its own people it begins with its first verified fact.
    """
    if viewer.is_staff:
        return sa.true()
    of_incident = sa.exists().where(
        case_incidents.c.case_id == Case.id, case_incidents.c.incident_id == Incident.id
    )
    verified = sa.exists().where(
        Fact.case_id == Case.id, Fact.verified_at.is_not(None), Fact.retracted_at.is_(None)
    )
    seen = sa.and_(of_incident.where(visible_to(viewer)), verified)
    if not viewer.sees_own or viewer.key_id is None:
        return seen
    own = of_incident.where(Incident.submitted_by_id == viewer.key_id)
    return sa.or_(seen, own, Case.recorded_by_id == viewer.key_id)


def _of_incident(*more: sa.ColumnElement[bool]) -> sa.Exists:
    return sa.exists().where(
        case_incidents.c.case_id == Case.id, case_incidents.c.incident_id == Incident.id, *more
    )


def _names(viewer: Viewer, person_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say which cases are about a person; outside the desk only by what everybody may read."""
    target = _of_incident(
        visible_to(viewer), Target.incident_id == Incident.id, Target.person_id == person_id
    )
    suspect: list[sa.ColumnElement[bool]] = [
        Involvement.incident_id == Incident.id,
        Involvement.person_id == person_id,
    ]
    if not viewer.is_staff:
        suspect += [Involvement.name_is_public.is_(True), Involvement.retracted_at.is_(None)]
        return sa.or_(target, _of_incident(visible_to(viewer), *suspect))
    return sa.or_(
        target,
        _of_incident(*suspect),
        sa.exists().where(Fact.case_id == Case.id, Fact.person_id == person_id),
        sa.exists().where(Party.case_id == Case.id, Party.person_id == person_id),
    )


def _of_outlet(viewer: Viewer, outlet_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say which cases an outlet is party to, or whose incident was aimed at it."""
    target = _of_incident(
        visible_to(viewer), Target.incident_id == Incident.id, Target.outlet_id == outlet_id
    )
    party = sa.exists().where(Party.case_id == Case.id, Party.outlet_id == outlet_id)
    if not viewer.is_staff:
        party = party.where(Party.verified_at.is_not(None), Party.retracted_at.is_(None))
    return sa.or_(target, party)


def list_cases(
    session: Session, viewer: Viewer, wanted: CaseFilter, *, limit: int, after: uuid.UUID | None
) -> Sequence[Case]:
    """Return a page of cases with their facts, by id."""
    query = sa.select(Case).where(seen_by(viewer)).order_by(Case.id).limit(limit)
    query = query.options(*FACTS, *PARTIES)
    if wanted.person_id is not None:
        query = query.where(_names(viewer, wanted.person_id))
    if wanted.outlet_id is not None:
        query = query.where(_of_outlet(viewer, wanted.outlet_id))
    if wanted.fact_kinds is not None:
        query = query.where(
            sa.exists().where(Fact.case_id == Case.id, Fact.kind.in_(wanted.fact_kinds))
        )
    if wanted.incident_country is not None:
        query = query.where(_of_incident(Incident.country == wanted.incident_country))
    if wanted.country is not None:
        query = query.where(Case.country == wanted.country)
    if wanted.polarity is not None:
        query = query.where(Case.polarity == wanted.polarity)
    if wanted.incident_id is not None:
        query = query.where(
            sa.exists().where(
                case_incidents.c.case_id == Case.id,
                case_incidents.c.incident_id == wanted.incident_id,
                case_incidents.c.incident_id == Incident.id,
                visible_to(viewer),
            )
        )
    if after is not None:
        query = query.where(Case.id > after)
    return session.scalars(query).all()


def get_case(
    session: Session, viewer: Viewer, case_id: uuid.UUID, *, for_change: bool = False
) -> Case:
    """Return a case that exists for this viewer, with its facts; locked where it will be changed."""
    if for_change:
        session.execute(sa.select(Case.id).where(Case.id == case_id).with_for_update())
    row = session.scalar(
        sa.select(Case)
        .where(Case.id == case_id, seen_by(viewer))
        .options(*FACTS, *PARTIES)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("there is no such case: GET /api/v1/cases lists them")
    return row


def cases_of(session: Session, incident_id: uuid.UUID) -> Sequence[Case]:
    """Return every case of an incident with its facts, oldest first."""
    return session.scalars(
        sa.select(Case)
        .join(case_incidents, case_incidents.c.case_id == Case.id)
        .where(case_incidents.c.incident_id == incident_id)
        .order_by(Case.created_at, Case.id)
        .options(*FACTS)
        .execution_options(populate_existing=True)
    ).all()


def incidents_of(
    session: Session, case_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return the incidents of each case, whoever asks."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {case_id: [] for case_id in case_ids}
    rows = session.execute(
        sa.select(case_incidents.c.case_id, case_incidents.c.incident_id)
        .where(case_incidents.c.case_id.in_(case_ids))
        .order_by(case_incidents.c.incident_id)
    )
    for case_id, incident_id in rows:
        found[case_id].append(incident_id)
    return found
