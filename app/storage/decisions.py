# SPDX-License-Identifier: Apache-2.0
"""Decisions of authorities, patterns of practice, and recommendations: what a dialogue is about."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.domain.vocabulary import Category, DecisionKind, LegalGround, RecommendationStatus
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id


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
    # Papers, programmes and pages as the decision names them, on record as outlets or not.
    titles: Mapped[list[str]] = mapped_column(default=list)
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))

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
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))

    citation: Mapped[Citation | None] = relationship(lazy="raise")


class Recommendation(Base):
    """Who is asked by whom to do what, by when."""

    __tablename__ = "recommendations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    asked_by: Mapped[str | None]
    addressee: Mapped[str]
    country: Mapped[str] = mapped_column(sa.String(2))
    text: Mapped[str]
    made_on: Mapped[str | None]  # EDTF
    # A day, where the source names one; otherwise its own words, "the next dialogue round".
    deadline_on: Mapped[date | None]
    next_check: Mapped[str | None]
    # What the last verified step says; a new one begins with what it was entered with.
    status: Mapped[RecommendationStatus] = mapped_column(
        TermType(RecommendationStatus), default=RecommendationStatus.OPEN
    )
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    updated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    citation: Mapped[Citation | None] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFilter:
    """Which decisions or patterns are asked for; None means any."""

    country: str | None = None
    category: Category | None = None
    ground: LegalGround | None = None


def list_decisions(
    session: Session,
    wanted: StatementFilter,
    *,
    published_only: bool,
    limit: int,
    after: uuid.UUID | None,
) -> Sequence[Decision]:
    """Return a page of decisions, by id."""
    query = sa.select(Decision).options(joinedload(Decision.citation))
    if published_only:
        query = query.where(Decision.is_published)
    if wanted.country is not None:
        query = query.where(Decision.territory == wanted.country)
    if wanted.ground is not None:
        query = query.where(Decision.ground == wanted.ground)
    if after is not None:
        query = query.where(Decision.id > after)
    return session.scalars(query.order_by(Decision.id).limit(limit)).all()


def list_patterns(
    session: Session,
    wanted: StatementFilter,
    *,
    published_only: bool,
    limit: int,
    after: uuid.UUID | None,
) -> Sequence[Pattern]:
    """Return a page of patterns, by id."""
    query = sa.select(Pattern).options(joinedload(Pattern.citation))
    if published_only:
        query = query.where(Pattern.is_published)
    if wanted.country is not None:
        query = query.where(Pattern.country == wanted.country)
    if wanted.category is not None:
        query = query.where(Pattern.category == wanted.category)
    if after is not None:
        query = query.where(Pattern.id > after)
    return session.scalars(query.order_by(Pattern.id).limit(limit)).all()
