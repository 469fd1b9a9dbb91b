# SPDX-License-Identifier: Apache-2.0
"""Recommendations as readers see them: asked by whom, by when, what became of it, what was answered.

Published, or the desk's and its author's own. An incident, a case or a reply that does not exist for
a viewer is not named to them here either.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.domain.record import dates
from app.domain.visibility import Viewer
from app.errors import NotFound
from app.services.citations import citation_view
from app.services.documents import date_view
from app.services.recommendation_steps import status_before_steps
from app.services.reply_views import Seen, flat, may_ask_for, reply_views
from app.storage import recommendations as stored
from app.storage.decisions import Recommendation
from app.storage.recommendations import (
    SETTLED,
    RecommendationFilter,
    RecommendationStep,
    recommendation_cases,
    recommendation_incidents,
    steps_of,
)
from app.storage.replies import (
    WHOLE,
    StateReply,
    linked,
    reply_recommendations,
)

_MOST = 500


def list_recommendation_views(
    session: Session,
    viewer: Viewer,
    wanted: RecommendationFilter,
    *,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a page of recommendations, each with what became of it and what was answered."""
    if not may_ask_for(session, viewer, wanted.incident_id, wanted.case_id):
        return []
    rows = stored.list_recommendations(
        session, wanted, published_only=not viewer.is_staff, limit=limit, after=after
    )
    return _recommendations(session, viewer, rows, today=wanted.today)


def recommendation_view(
    session: Session, viewer: Viewer, recommendation_id: uuid.UUID, *, now: datetime
) -> dict[str, Any]:
    """Show one recommendation. Raises NotFound where it does not exist for this viewer."""
    row = session.get(
        Recommendation,
        recommendation_id,
        options=[joinedload(Recommendation.citation)],
        populate_existing=True,
    )
    if row is None or not (row.is_published or _is_inside(viewer, row)):
        raise NotFound("there is no such recommendation: GET /api/v1/recommendations lists them")
    return _recommendations(session, viewer, [row], today=now.date())[0]


def recommendations_for(
    session: Session,
    viewer: Viewer,
    country: str,
    period: tuple[date, date],
    *,
    today: date | None = None,
) -> list[dict[str, Any]]:
    """Return a country's recommendations for a briefing over a period, with their replies.

    Those made, due or answered within it, those whose date is not known, and those still open from
    before. Of each what had become of it, and what had been answered, by the period's last day, or
    by today where that day has not come.
    """
    first, last = period[0], min(period[1], today or period[1])
    wanted = RecommendationFilter(today=last, country=country)
    rows = stored.list_recommendations(
        session, wanted, published_only=not viewer.is_staff, limit=_MOST, after=None
    )
    views = _recommendations(session, viewer, rows, today=last)
    for row, one in zip(rows, views, strict=True):
        _as_of(session, row, one, last)
    found = [one for one in views if _is_of(one, first, last)]
    return sorted(found, key=lambda one: (one["made_on"] or "", str(one["id"])))


def _recommendations(
    session: Session, viewer: Viewer, rows: Sequence[Recommendation], *, today: date
) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    of_incidents = linked(session, recommendation_incidents, "incident_id", ids)
    of_cases = linked(session, recommendation_cases, "case_id", ids)
    seen = Seen.of(session, viewer, flat(of_incidents), flat(of_cases))
    steps = steps_of(session, ids)
    answered = _replies_to(session, viewer, ids, today=today)
    return [
        {
            "id": row.id,
            "asked_by": row.asked_by,
            "addressee": row.addressee,
            "country": row.country,
            "text": row.text,
            "made_on": row.made_on,
            "deadline_on": row.deadline_on,
            "next_check": row.next_check,
            "status": row.status,
            "overdue": _is_overdue(row, today),
            "history": [
                _step(viewer, one)
                for one in steps[row.id]
                if _is_inside(viewer, one) or _counts(one)
            ],
            "incidents": [
                seen.incidents[one] for one in of_incidents[row.id] if one in seen.incidents
            ],
            "cases": [seen.cases[one] for one in of_cases[row.id] if one in seen.cases],
            "replies": answered[row.id],
            "published": row.is_published,
            "source": citation_view(row.citation),
            "version": row.version,
        }
        for row in rows
    ]


def _is_overdue(row: Recommendation, today: date) -> bool:
    return row.deadline_on is not None and row.deadline_on < today and row.status not in SETTLED


def _step(viewer: Viewer, one: RecommendationStep) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": one.id,
        "status": one.status,
        "date": date_view(one.date_text, one.date_earliest, one.date_latest),
        "note": one.note,
        "verified": one.verified_at is not None,
        "source": citation_view(one.citation),
    }
    if _is_inside(viewer, one):
        view |= {"retracted_at": one.retracted_at, "retraction_reason": one.retraction_reason}
    return view


def _counts(one: RecommendationStep) -> bool:
    return one.verified_at is not None and one.retracted_at is None


def _replies_to(
    session: Session, viewer: Viewer, ids: Sequence[uuid.UUID], *, today: date
) -> dict[uuid.UUID, list[dict[str, Any]]]:
    link = reply_recommendations
    pairs = session.execute(
        sa.select(link.c.recommendation_id, link.c.reply_id).where(
            link.c.recommendation_id.in_(ids)
        )
    ).all()
    query = (
        sa.select(StateReply)
        .where(StateReply.id.in_([reply_id for _, reply_id in pairs]))
        .order_by(StateReply.asked_earliest, StateReply.id)
        .options(*WHOLE)
    )
    if not viewer.is_staff:
        query = query.where(StateReply.is_published)
    views = reply_views(session, viewer, session.scalars(query).all(), today=today)
    return {
        one: [view for view in views if (one, view["id"]) in {tuple(pair) for pair in pairs}]
        for one in ids
    }


def _is_inside(viewer: Viewer, row: Recommendation | RecommendationStep) -> bool:
    is_own = viewer.key_id is not None and row.recorded_by_id == viewer.key_id
    return viewer.is_staff or is_own


def _began(text: str, last: date) -> bool:
    return dates.parse(text).counts_from <= last


def _as_of(session: Session, row: Recommendation, view: dict[str, Any], last: date) -> None:
    """Take from a view what came after a day."""
    told = [one for one in view["history"] if _began(one["date"]["text"], last)]
    counted = [one for one in told if one["verified"] and not one.get("retracted_at")]
    if len(told) < len(view["history"]):
        view["status"] = counted[-1]["status"] if counted else status_before_steps(session, row)
    view["history"] = told
    late = row.deadline_on is not None and row.deadline_on < last
    view["overdue"] = late and view["status"] not in SETTLED
    view["replies"] = [one for one in view["replies"] if _began(one["asked_on"], last)]
    for one in view["replies"]:
        if one["replied_on"] is not None and not _began(one["replied_on"], last):
            one |= {"answered": False, "replied_on": None, "answer": None}
            one["claims"] = [
                {**claim, "judicial_status": None, "resolution": None} for claim in one["claims"]
            ]


def _is_of(view: dict[str, Any], first: date, last: date) -> bool:
    made = dates.parse(view["made_on"]) if view["made_on"] else None
    if made is not None and made.counts_from > last:
        return False
    deadline = view["deadline_on"]
    is_within = made is None or dates.overlaps(made, first, last)
    is_due = deadline is not None and first <= deadline <= last
    is_answered = any(
        reply["replied_on"] and dates.overlaps(dates.parse(reply["replied_on"]), first, last)
        for reply in view["replies"]
    )
    has_moved = any(
        dates.overlaps(dates.parse(step["date"]["text"]), first, last) for step in view["history"]
    )
    is_open = view["status"] not in SETTLED
    return is_within or is_due or is_answered or has_moved or is_open
