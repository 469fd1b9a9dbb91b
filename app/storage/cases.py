# SPDX-License-Identifier: Apache-2.0
"""Legal cases with their dated facts, decisions, patterns and recommendations."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.vocabulary import Category, CrimeRole, DecisionKind, FactKind, LegalGround, Polarity
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id
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
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    facts: Mapped[list["Fact"]] = relationship(lazy="raise", order_by="Fact.sequence")


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
    fine: Mapped[str | None]
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


class Decision(Base):
    """One act of an authority, which may close or block many outlets, titles and domains."""

    __tablename__ = "decisions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[DecisionKind] = mapped_column(TermType(DecisionKind))
    title: Mapped[str]
    authority: Mapped[str | None]
    date_text: Mapped[str]  # EDTF
    date_earliest: Mapped[date]
    date_latest: Mapped[date]
    ground: Mapped[LegalGround] = mapped_column(TermType(LegalGround))
    statute: Mapped[str | None]
    territory: Mapped[str] = mapped_column(sa.String(2))
    domains: Mapped[list[str]] = mapped_column(default=list)
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]

    citation: Mapped[Citation | None] = relationship(lazy="raise")


class Pattern(Base):
    """A practice named without particulars. Never counted as incidents."""

    __tablename__ = "patterns"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(sa.String(2))
    category: Mapped[Category] = mapped_column(TermType(Category))
    subtype: Mapped[str] = mapped_column(default="")
    ground: Mapped[LegalGround | None] = mapped_column(TermType(LegalGround))
    statement: Mapped[str]
    date_text: Mapped[str | None]  # EDTF
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]

    citation: Mapped[Citation | None] = relationship(lazy="raise")


class Recommendation(Base):
    """Who is asked by whom to do what."""

    __tablename__ = "recommendations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    asked_by: Mapped[str | None]
    addressee: Mapped[str]
    country: Mapped[str] = mapped_column(sa.String(2))
    text: Mapped[str]
    made_on: Mapped[str | None]  # EDTF
    next_check: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]

    citation: Mapped[Citation | None] = relationship(lazy="raise")
