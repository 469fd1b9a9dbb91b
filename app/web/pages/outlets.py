# SPDX-License-Identifier: Apache-2.0
"""`/outlets` and `/outlets/{id}`: who may publish, who is reached, who works from where."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.services import outlet_timeline, outlet_views, record
from app.services.outlet_views import OutletFilter
from app.services.statistics_answers import When
from app.storage.incidents import IncidentFilter
from app.web import filters
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.presenters import incidents, outlets, timeline
from app.web.rendering import link, page

router = APIRouter()

ROWS = 100
INCIDENTS = 20


@router.api_route("/outlets", methods=["GET", "HEAD"])
def list_outlets(
    request: Request,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    country: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """The outlets by name, with what holds of each now."""
    chosen = {"country": filters.country(country), "q": q}
    found = outlet_views.list_outlet_views(
        session,
        viewer,
        OutletFilter(country=chosen["country"], q=q or None),
        now=now,
        limit=ROWS + 1,
        after=(after, uuid.UUID(int=2**128 - 1)) if after else None,
    )
    kept = found[:ROWS]
    more = len(found) > ROWS
    return page(
        request,
        "outlets.html",
        now=now,
        twin=link("/api/v1/outlets", **chosen),
        rows=[outlets.outlet_row(one) for one in kept],
        chosen=chosen,
        next=link("/outlets", **chosen, after=kept[-1]["name"]) if more else None,
    )


@router.api_route("/outlets/{outlet_id}", methods=["GET", "HEAD"])
def read_outlet(
    request: Request, outlet_id: uuid.UUID, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """One outlet: three axes, their history, the grounds given, its blockings and incidents."""
    view = outlet_views.outlet_view(session, viewer, outlet_id, now=now)
    line = outlet_timeline.timeline(session, viewer, outlet_id, When(as_of=now.date()), now=now)
    wanted = IncidentFilter(outlet_id=outlet_id)
    happened = record.list_incidents(session, viewer, wanted, limit=INCIDENTS).decoded()
    return page(
        request,
        "outlet.html",
        now=now,
        twin=f"/api/v1/outlets/{outlet_id}",
        outlet=outlets.outlet_row(view),
        summary=view["summary"] or "",
        history=[outlets.event_row(one) for one in reversed(view["history"])],
        before=view["predecessors"],
        after=view["successors"],
        reach=[outlets.reach_row(one) for one in view["reach"]],
        sites=view["sites"],
        moments=[timeline.moment(one) for one in reversed(line)],
        blockings=[outlets.blocking_row(one) for one in view["episodes"]],
        incidents=[incidents.incident_row(one) for one in happened],
    )
