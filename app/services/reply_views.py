# SPDX-License-Identifier: Apache-2.0
"""Replies of States as readers see them: published, or the desk's and its author's own.

An incident, a case or a recommendation that does not exist for a viewer is not named to them here
either.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.services.citations import citation_view
from app.services.replies import find_reply
from app.storage import replies as kept
from app.storage.cases import Case, seen_by
from app.storage.decisions import Recommendation
from app.storage.incidents import Incident, visible_to
from app.storage.replies import (
    ReplyFilter,
    StateReply,
    linked,
    reply_cases,
    reply_recommendations,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Which of the things that rows are linked to exist for a viewer; incidents with ref and title."""

    incidents: dict[uuid.UUID, dict[str, Any]]
    cases: dict[uuid.UUID, dict[str, Any]]
    recommendations: frozenset[uuid.UUID]

    @classmethod
    def of(
        cls,
        session: Session,
        viewer: Viewer,
        incident_ids: Iterable[uuid.UUID],
        case_ids: Iterable[uuid.UUID],
        recommendation_ids: Iterable[uuid.UUID] = (),
    ) -> "Seen":
        """Ask the database once for each kind."""
        incidents = session.execute(
            sa.select(Incident.id, Incident.ref, Incident.title).where(
                Incident.id.in_(list(incident_ids)), visible_to(viewer)
            )
        )
        cases = session.execute(
            sa.select(Case.id, Case.title).where(Case.id.in_(list(case_ids)), seen_by(viewer))
        )
        asked = sa.select(Recommendation.id).where(Recommendation.id.in_(list(recommendation_ids)))
        if not viewer.is_staff:
            asked = asked.where(Recommendation.is_published)
        return cls(
            incidents={
                one: {"id": one, "ref": ref, "title": title} for one, ref, title in incidents
            },
            cases={one: {"id": one, "title": title} for one, title in cases},
            recommendations=frozenset(session.scalars(asked)),
        )


def list_reply_views(
    session: Session,
    viewer: Viewer,
    wanted: ReplyFilter,
    *,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a page of replies, by id."""
    asked = (wanted.incident_id, wanted.case_id, wanted.recommendation_id)
    if not may_ask_for(session, viewer, *asked):
        return []
    rows = kept.list_replies(
        session, wanted, published_only=not viewer.is_staff, limit=limit, after=after
    )
    return reply_views(session, viewer, rows, today=wanted.today)


def reply_view(
    session: Session, viewer: Viewer, reply_id: uuid.UUID, *, now: datetime
) -> dict[str, Any]:
    """Show one reply. Raises NotFound where it does not exist for this viewer."""
    row = find_reply(session, viewer, reply_id)
    return reply_views(session, viewer, [row], today=now.date())[0]


def reply_views(
    session: Session, viewer: Viewer, rows: Sequence[StateReply], *, today: date
) -> list[dict[str, Any]]:
    """Show replies: the question, the answer in its own words, and what is claimed of which incident."""
    ids = [row.id for row in rows]
    of_cases = linked(session, reply_cases, "case_id", ids)
    of_asked = linked(session, reply_recommendations, "recommendation_id", ids)
    claimed = {one.incident_id for row in rows for one in row.claims}
    seen = Seen.of(session, viewer, claimed, flat(of_cases), flat(of_asked))
    return [_reply(row, of_cases[row.id], of_asked[row.id], seen, today) for row in rows]


def may_ask_for(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID | None,
    case_id: uuid.UUID | None,
    recommendation_id: uuid.UUID | None = None,
) -> bool:
    """Whether the incident, case and recommendation asked for exist for this viewer."""
    incidents, cases, recommendations = (
        {one} if one is not None else set() for one in (incident_id, case_id, recommendation_id)
    )
    seen = Seen.of(session, viewer, incidents, cases, recommendations)
    return (
        incidents <= seen.incidents.keys()
        and cases <= seen.cases.keys()
        and recommendations <= seen.recommendations
    )


def _reply(
    row: StateReply,
    case_ids: list[uuid.UUID],
    asked: list[uuid.UUID],
    seen: Seen,
    today: date,
) -> dict[str, Any]:
    is_late = row.deadline_on is not None and row.deadline_on < today and row.replied_on is None
    return {
        "id": row.id,
        "country": row.country,
        "addressee": row.addressee,
        "asked_by": row.asked_by,
        "asked_on": row.asked_on,
        "question": row.question,
        "deadline_on": row.deadline_on,
        "overdue": is_late,
        "answered": row.replied_on is not None,
        "replied_on": row.replied_on,
        "answer": row.answer,
        "language": row.language,
        "claims": [
            {
                "incident": seen.incidents[one.incident_id],
                "judicial_status": one.judicial_status,
                "resolution": one.resolution,
            }
            for one in row.claims
            if one.incident_id in seen.incidents
        ],
        "cases": [seen.cases[one] for one in case_ids if one in seen.cases],
        "recommendation_ids": [one for one in asked if one in seen.recommendations],
        "published": row.is_published,
        "source": citation_view(row.citation),
        "version": row.version,
    }


def flat(links: dict[uuid.UUID, list[uuid.UUID]]) -> set[uuid.UUID]:
    """Return everything that is linked to anything."""
    return {one for found in links.values() for one in found}
