# SPDX-License-Identifier: Apache-2.0
"""`/sites` and `/sites/{id}`: every listed site, and one with its networks, blockings and verdicts."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.domain.vocabulary import SiteCondition
from app.services import measurement_views, overview, site_views
from app.services.site_views import SiteFilter
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.filters import chosen
from app.web.presenters import sites
from app.web.rendering import link, page

router = APIRouter()

ROWS = 100
VERDICTS = 60
GAPS = 20


@router.api_route("/sites", methods=["GET", "HEAD"])
def list_sites(
    request: Request,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    state: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(max_length=9000)] = "",
) -> Response:
    """The sites by address, of one state or all."""
    condition = chosen(SiteCondition, state, "state")
    wanted = SiteFilter(state=condition, q=q or None)
    place = (after, uuid.UUID(int=0)) if after else None
    found = site_views.list_sites(session, viewer, wanted, limit=ROWS + 1, after=place)
    kept = found[:ROWS]
    more = len(found) > ROWS
    return page(
        request,
        "sites.html",
        now=now,
        twin=link("/api/v1/sites", state=condition, q=q),
        rows=[sites.site_row(one) for one in kept],
        counts=overview.count_sites(session),
        conditions=sites.CONDITIONS,
        chosen=condition,
        q=q,
        next=link("/sites", state=condition, q=q, after=kept[-1]["url"]) if more else None,
    )


@router.api_route("/sites/{site_id}", methods=["GET", "HEAD"])
def read_site(
    request: Request, site_id: uuid.UUID, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """One site: its state in each network, its blockings, and its latest verdicts."""
    view = site_views.site_view(session, viewer, site_id)
    verdicts = measurement_views.timeline(session, viewer, site_id, limit=VERDICTS)
    return page(
        request,
        "site.html",
        now=now,
        twin=f"/api/v1/sites/{site_id}",
        site=sites.site_row(view),
        listed=view["list"],
        episodes=sites.episode_rows(view["episodes"]),
        strip=[sites.verdict_row(one) for one in reversed(verdicts)],
        verdicts=sites.in_a_row([sites.verdict_row(one) for one in verdicts]),
        gaps=sites.gap_lines(view["gaps"][:GAPS]),
        coverage=view["coverage"]["says"],
    )
