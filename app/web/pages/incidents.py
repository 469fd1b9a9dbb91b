# SPDX-License-Identifier: Apache-2.0
"""`/incidents` and `/incidents/{id}`: what happened to whom, and what justice did about it."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.vocabulary import Category, Impunity
from app.errors import Gone
from app.services import case_views, overview, record, reply_views
from app.storage import merges
from app.storage.cases import CaseFilter
from app.storage.incidents import IncidentFilter
from app.storage.replies import ReplyFilter
from app.web import filters
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.presenters import evidence, justice, replies
from app.web.presenters import incidents as present
from app.web.rendering import link, page

router = APIRouter()

ROWS = 50
CASES = 50
REPLIES = 50


@router.api_route("/incidents", methods=["GET", "HEAD"])
def list_incidents(
    *,
    request: Request,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    country: str = "",
    category: str = "",
    impunity: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The published incidents, the latest first, by country, category and impunity."""
    in_country = filters.country(country)
    kind = filters.chosen(Category, category, "category")
    level = filters.chosen(Impunity, impunity, "impunity")
    wanted = IncidentFilter(
        countries=(in_country,) if in_country else (),
        categories=(kind,) if kind else (),
        impunity=(level,) if level else (),
        q=q or None,
    )
    place = filters.place(after)
    found = record.list_incidents(session, viewer, wanted, limit=ROWS, after=place)
    chosen = {"country": in_country, "category": kind, "impunity": level, "q": q}
    return page(
        request,
        "incidents.html",
        now=now,
        twin=link("/api/v1/incidents", **chosen),
        rows=[present.incident_row(one) for one in found.decoded()],
        said=present.filter_in_words(in_country, kind, level, q),
        chosen=chosen,
        countries=overview.countries_of_incidents(session, viewer),
        categories=list(Category),
        levels=justice.LEVELS,
        next=link("/incidents", **chosen, after=_next(found.place)) if found.place else None,
    )


def _next(place: tuple[date, uuid.UUID]) -> str:
    return f"{place[0].isoformat()}_{place[1]}"


@router.api_route("/incidents/{incident_id}", methods=["GET", "HEAD"])
def read_incident(
    request: Request, incident_id: uuid.UUID, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """One incident: what happened, to whom, who is held and who is missing, cases and sources."""
    try:
        document = record.incident_view(session, viewer, incident_id, now=now)
    except Gone:
        # Merged: whoever follows an old link reads the one that stays. It may be undone, so for now only.
        stands = merges.stands_for(session, viewer, incident_id)
        return RedirectResponse(f"/incidents/{stands}", status_code=302)
    of_incident = CaseFilter(incident_id=incident_id)
    found = case_views.list_case_views(session, viewer, of_incident, now=now, limit=CASES)
    dates = {
        str(fact["date"]["earliest"]): fact["date"]["text"]
        for one in found
        for fact in one["facts"]
    }
    asked = ReplyFilter(today=now.date(), incident_id=incident_id)
    answered = reply_views.list_reply_views(session, viewer, asked, limit=REPLIES)
    shown = present.incident_page(document)
    return page(
        request,
        "incident.html",
        frame="base.html",
        now=now,
        twin=f"/api/v1/incidents/{incident_id}",
        incident=shown,
        evidence=[evidence.evidence_row(one) for one in document.get("evidence", [])],
        disagreements=[evidence.disagreement(one) for one in document.get("disagreements", [])],
        since=justice.since_in_words(shown.row.justice.since, dates),
        cases=[justice.case_row(one, shown.sources) for one in found],
        replies=[replies.reply_row(one, str(incident_id)) for one in answered],
    )
