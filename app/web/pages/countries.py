# SPDX-License-Identifier: Apache-2.0
"""`/countries/{code}`: closures, attacks, people, patterns and recommendations of one country."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.services import country as service
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.presenters import countries, incidents, outlets, people, replies, sites
from app.web.rendering import page

router = APIRouter()


@router.api_route("/countries/{code}", methods=["GET", "HEAD"])
def read_country(
    request: Request, code: str, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """One country on one page, ready to be printed before a dialogue."""
    if code != code.upper():
        return RedirectResponse(f"/countries/{code.upper()}", status_code=308)
    view = service.country_view(session, viewer, code, now=now)
    return page(
        request,
        "country.html",
        now=now,
        twin=f"/api/v1/countries/{code}",
        code=code,
        name=view["name"],
        blocked=sites.episode_rows(view["blocked"]),
        closures=[incidents.incident_row(one) for one in view["closures"]],
        attacks=[incidents.incident_row(one) for one in view["attacks"]],
        people=[people.person_row(one) for one in view["people"]],
        imprisoned=[people.person_row(one) for one in view["imprisoned"]],
        overdue=sum(one["standing"]["is_past_presumed_end"] for one in view["imprisoned"]),
        outlets=[outlets.outlet_row(one) for one in view["outlets"]],
        patterns=[countries.pattern_row(one) for one in view["patterns"]],
        recommendations=[replies.recommendation_row(one) for one in view["recommendations"]],
    )
