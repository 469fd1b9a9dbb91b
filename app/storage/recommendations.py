# SPDX-License-Identifier: Apache-2.0
"""What belongs to a recommendation: its dated statuses, and the incidents and cases it is about."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from app.domain.vocabulary import RecommendationStatus
from app.storage.citations import Citation
from app.storage.database import Base, TermType, new_id
from app.storage.decisions import Recommendation

recommendation_incidents = sa.Table(
    "recommendation_incidents",
    Base.metadata,
    sa.Column(
        "recommendation_id", sa.Uuid(), sa.ForeignKey("recommendations.id"), primary_key=True
    ),
    sa.Column(
        "incident_id", sa.Uuid(), sa.ForeignKey("incidents.id"), primary_key=True, index=True
    ),
)
recommendation_cases = sa.Table(
    "recommendation_cases",
    Base.metadata,
    sa.Column(
        "recommendation_id", sa.Uuid(), sa.ForeignKey("recommendations.id"), primary_key=True
    ),
    sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), primary_key=True, index=True),
)


class RecommendationStep(Base):
    """One dated status of a recommendation, with who says so. Append-only."""

    __tablename__ = "recommendation_steps"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    recommendation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("recommendations.id"), index=True
    )
    sequence: Mapped[int]
    status: Mapped[RecommendationStatus] = mapped_column(TermType(RecommendationStatus))
    date_text: Mapped[str]  # EDTF
    date_earliest: Mapped[date]
    date_latest: Mapped[date]
    note: Mapped[str | None]
    citation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("citations.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    # It counts once a second person verified it.
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    retracted_at: Mapped[datetime | None]
    retraction_reason: Mapped[str | None]

    citation: Mapped[Citation | None] = relationship(lazy="raise")


SETTLED = (
    RecommendationStatus.REFUSED,
    RecommendationStatus.DONE,
    RecommendationStatus.LAPSED,
)
"""After these nobody waits for a deadline any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationFilter:
    """Which recommendations are asked for; None means any. `today` says what is overdue."""

    today: date
    country: str | None = None
    incident_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    status: RecommendationStatus | None = None
    overdue: bool | None = None


def is_overdue(today: date) -> sa.ColumnElement[bool]:
    """Say which recommendations have passed their deadline and are not settled."""
    return sa.and_(
        Recommendation.deadline_on.is_not(None),
        Recommendation.deadline_on < today,
        Recommendation.status.not_in(SETTLED),
    )


def list_recommendations(
    session: Session,
    wanted: RecommendationFilter,
    *,
    published_only: bool,
    limit: int,
    after: uuid.UUID | None,
) -> Sequence[Recommendation]:
    """Return a page of recommendations, by id."""
    query = sa.select(Recommendation).options(joinedload(Recommendation.citation))
    if published_only:
        query = query.where(Recommendation.is_published)
    if wanted.country is not None:
        query = query.where(Recommendation.country == wanted.country)
    if wanted.status is not None:
        query = query.where(Recommendation.status == wanted.status)
    if wanted.overdue is not None:
        late = is_overdue(wanted.today)
        query = query.where(late if wanted.overdue else sa.not_(sa.func.coalesce(late, False)))
    for link, column, value in (
        (recommendation_incidents, "incident_id", wanted.incident_id),
        (recommendation_cases, "case_id", wanted.case_id),
    ):
        if value is not None:
            query = query.where(
                sa.exists().where(
                    link.c.recommendation_id == Recommendation.id, link.c[column] == value
                )
            )
    if after is not None:
        query = query.where(Recommendation.id > after)
    return session.scalars(query.order_by(Recommendation.id).limit(limit)).all()


def steps_of(
    session: Session, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[RecommendationStep]]:
    """Return the dated statuses of recommendations in the order they happened."""
    found: dict[uuid.UUID, list[RecommendationStep]] = {one: [] for one in ids}
    rows = session.scalars(
        sa.select(RecommendationStep)
        .where(RecommendationStep.recommendation_id.in_(found))
        .order_by(
            RecommendationStep.date_latest,
            RecommendationStep.date_earliest,
            RecommendationStep.sequence,
        )
        .options(selectinload(RecommendationStep.citation))
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found[row.recommendation_id].append(row)
    return found
