# SPDX-License-Identifier: Apache-2.0
"""What States were asked, and what they answered: what a State claims, never what is so."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from app.domain.vocabulary import JudicialStatus, ResolutionClaim
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id

reply_cases = sa.Table(
    "reply_cases",
    Base.metadata,
    sa.Column("reply_id", sa.Uuid(), sa.ForeignKey("state_replies.id"), primary_key=True),
    sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), primary_key=True, index=True),
)
reply_recommendations = sa.Table(
    "reply_recommendations",
    Base.metadata,
    sa.Column("reply_id", sa.Uuid(), sa.ForeignKey("state_replies.id"), primary_key=True),
    sa.Column(
        "recommendation_id",
        sa.Uuid(),
        sa.ForeignKey("recommendations.id"),
        primary_key=True,
        index=True,
    ),
)


class StateReply(Base):
    """One question to a State, and its answer if one came."""

    __tablename__ = "state_replies"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(sa.String(2), index=True)
    addressee: Mapped[str]
    asked_by: Mapped[str | None]
    asked_on: Mapped[str]  # EDTF
    asked_earliest: Mapped[date]
    asked_latest: Mapped[date]
    question: Mapped[str]
    deadline_on: Mapped[date | None]
    # None: no answer came, as far as is known.
    replied_on: Mapped[str | None]  # EDTF
    replied_earliest: Mapped[date | None]
    replied_latest: Mapped[date | None]
    answer: Mapped[str | None]
    language: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    is_published: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    citation: Mapped[Citation | None] = relationship(lazy="raise")
    claims: Mapped[list["ReplyClaim"]] = relationship(
        lazy="raise", order_by="ReplyClaim.incident_id"
    )


class ReplyClaim(Base):
    """What a reply says of one incident; without a status it only concerns it."""

    __tablename__ = "reply_claims"

    reply_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("state_replies.id"), primary_key=True)
    incident_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("incidents.id"), primary_key=True, index=True
    )
    judicial_status: Mapped[JudicialStatus | None] = mapped_column(TermType(JudicialStatus))
    resolution: Mapped[ResolutionClaim | None] = mapped_column(TermType(ResolutionClaim))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFilter:
    """Which replies are asked for; None means any. `today` says what is overdue."""

    today: date
    country: str | None = None
    incident_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    recommendation_id: uuid.UUID | None = None
    answered: bool | None = None
    overdue: bool | None = None


WHOLE = (joinedload(StateReply.citation), selectinload(StateReply.claims))


def is_overdue(today: date) -> sa.ColumnElement[bool]:
    """Say which questions have passed their deadline without an answer."""
    return sa.and_(
        StateReply.deadline_on.is_not(None),
        StateReply.deadline_on < today,
        StateReply.replied_on.is_(None),
    )


def _matching(wanted: ReplyFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.country is not None:
        found.append(StateReply.country == wanted.country)
    if wanted.answered is not None:
        is_answered = StateReply.replied_on.is_not(None)
        found.append(is_answered if wanted.answered else sa.not_(is_answered))
    if wanted.overdue is not None:
        late = is_overdue(wanted.today)
        found.append(late if wanted.overdue else sa.not_(sa.func.coalesce(late, False)))
    if wanted.incident_id is not None:
        of_incident = (
            ReplyClaim.reply_id == StateReply.id,
            ReplyClaim.incident_id == wanted.incident_id,
        )
        found.append(sa.exists().where(*of_incident))
    for link, column, value in (
        (reply_cases, "case_id", wanted.case_id),
        (reply_recommendations, "recommendation_id", wanted.recommendation_id),
    ):
        if value is not None:
            found.append(
                sa.exists().where(link.c.reply_id == StateReply.id, link.c[column] == value)
            )
    return found


def list_replies(
    session: Session,
    wanted: ReplyFilter,
    *,
    published_only: bool,
    limit: int,
    after: uuid.UUID | None,
) -> Sequence[StateReply]:
    """Return a page of replies, by id."""
    query = sa.select(StateReply).where(*_matching(wanted)).options(*WHOLE)
    if published_only:
        query = query.where(StateReply.is_published)
    if after is not None:
        query = query.where(StateReply.id > after)
    return session.scalars(query.order_by(StateReply.id).limit(limit)).all()


def published_replies(session: Session) -> Sequence[StateReply]:
    """Return every reply that a second person made public, oldest question first."""
    return session.scalars(
        sa.select(StateReply)
        .where(StateReply.is_published)
        .order_by(StateReply.asked_earliest, StateReply.id)
        .options(*WHOLE)
    ).all()


def linked(
    session: Session, link: sa.Table, column: str, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return what a link table joins to each of its first column's ids."""
    own = next(iter(link.c))
    found: dict[uuid.UUID, list[uuid.UUID]] = {one: [] for one in ids}
    rows = session.execute(
        sa.select(own, link.c[column]).where(own.in_(ids)).order_by(link.c[column])
    )
    for one, other in rows:
        found[one].append(other)
    return found


def replace_links(
    session: Session, link: sa.Table, column: str, one: uuid.UUID, others: Sequence[uuid.UUID]
) -> None:
    """Join one row to exactly these others."""
    own = next(iter(link.c))
    session.execute(sa.delete(link).where(own == one))
    if others:
        session.execute(
            sa.insert(link), [{own.name: one, column: other} for other in dict.fromkeys(others)]
        )
