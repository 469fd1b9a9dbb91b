# SPDX-License-Identifier: Apache-2.0
"""`/`: what is blocked now, what happened, who is unpunished, and how far we can see."""

from fastapi import APIRouter, Request, Response

from app.services import overview as service
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.presenters import incidents, sites
from app.web.presenters import overview as present
from app.web.rendering import page

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
def read_overview(
    request: Request, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """The front page."""
    view = service.overview(session, viewer, now=now)
    return page(
        request,
        "overview.html",
        now=now,
        twin="/api/v1/overview",
        headline=present.headline(view),
        blocked=[sites.site_row(one) for one in view["blocked"]],
        happened=[incidents.incident_row(one) for one in view["happened"]],
        unpunished=[incidents.incident_row(one) for one in view["unpunished"]],
        figures=present.figures(view),
        troubles=present.troubles(view),
        coverage=present.coverage(view),
    )
