# SPDX-License-Identifier: Apache-2.0
"""`/sites`, `/episodes`, `/measurements`, `/vantages`: what is blocked where, and how we know."""

import uuid
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import answers, parameters
from app.api.conditional import MeasuredDep
from app.api.dependencies import NowDep, ReadingDep, SiteWriter, ViewerDep, WritingDep
from app.api.idempotency import OnceDep
from app.api.paging import PageDep
from app.api.problems import responses
from app.api.schemas.sites import CategoryCode, CountryCode, NewSite, NewVantage
from app.api.strict import StrictRoute
from app.domain.vocabulary import Grain, SiteCondition
from app.errors import InvalidInput
from app.services import history_views, measurement_views, site_views, sites, vantages
from app.services.site_views import SiteFilter

router = APIRouter(tags=["sites"], route_class=StrictRoute)


@router.get("/sites", responses=responses(400, 401, 422))
def list_sites(
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    country: CountryCode | None = None,
    category: CategoryCode | None = None,
    state: SiteCondition | None = None,
    outlet: uuid.UUID | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Every listed site with its state in each network, by address."""
    wanted = SiteFilter(country=country, category=category, state=state, outlet_id=outlet, q=q)
    after = (str(page.after[0]), uuid.UUID(page.after[1])) if page.after else None
    found = site_views.list_sites(session, viewer, wanted, limit=page.limit + 1, after=after)
    kept = found[: page.limit]
    place = [kept[-1]["url"], str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=place)


@router.post("/sites", status_code=201, responses=responses(401, 403, 409, 422))
def add_site(
    body: NewSite, session: WritingDep, caller: SiteWriter, now: NowDep, once: OnceDep
) -> Response:
    """List a site; it is probed at once if its category is one that is probed."""

    def act() -> Response:
        site = sites.add_site(session, **body.model_dump(), now=now, actor_id=caller.key_id)
        view = site_views.site_view(session, caller, site.id)
        return answers.item(view, status=201, location=f"/api/v1/sites/{site.id}")

    return once(act)


@router.get("/sites/{site_id}", responses=responses(401, 404))
def read_site(
    site_id: uuid.UUID, _fresh: MeasuredDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """One site: its state at each vantage, its episodes, and what cannot be known."""
    return answers.item(site_views.site_view(session, viewer, site_id))


@router.get("/sites/{site_id}/timeline", responses=responses(400, 401, 404))
def read_timeline(
    site_id: uuid.UUID, session: ReadingDep, viewer: ViewerDep, page: PageDep
) -> Response:
    """The site's verdicts, latest first, each with its rule and reasons."""
    after = uuid.UUID(page.after[0]) if page.after else None
    found = measurement_views.timeline(session, viewer, site_id, limit=page.limit + 1, after=after)
    kept = found[: page.limit]
    place = [str(kept[-1]["measurement"])] if len(found) > page.limit else None
    gaps = history_views.gaps_beside(session, viewer, site_id, [one["measurement"] for one in kept])
    return answers.rows(page, kept, place=place, meta={"gaps": gaps})


@router.get("/sites/{site_id}/rollups", responses=responses(400, 401, 404, 422))
def read_rollups(
    *,
    site_id: uuid.UUID,
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    grain: Grain = Grain.DAY,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
) -> Response:
    """Counts by hour or day as flat rows; uptime is of covered time only, its share beside it.

    Without times: the last 7 days by hour, the last year by day. At most 92 days of hours at once.
    """
    end = parameters.aware("to", until) or now
    longest = timedelta(days=92 if grain is Grain.HOUR else 3660)
    usual = timedelta(days=7 if grain is Grain.HOUR else 365)
    begin = parameters.aware("from", since) or end - usual
    if not timedelta(0) <= end - begin <= longest:
        raise InvalidInput(
            f"`from` must be before `to`, and at most {longest.days} days before by this grain"
        )
    found = history_views.rollups_of(session, viewer, site_id, grain=grain, since=begin, until=end)
    meta = {"grain": grain, "networks_shown_by_day_only": found.hidden_networks}
    return answers.rows(None, found.rows, meta=meta)


@router.get("/episodes", responses=responses(400, 401, 422))
def list_episodes(
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    country: CountryCode | None = None,
    site: uuid.UUID | None = None,
    open: bool = False,  # noqa: A002 - the word of the URL
) -> Response:
    """Blockings with begin, end, mechanism and confidence, latest first."""
    after = uuid.UUID(page.after[0]) if page.after else None
    found = site_views.list_episodes(
        session,
        viewer,
        site_id=site,
        country=country,
        open_only=open,
        limit=page.limit + 1,
        after=after,
    )
    kept = found[: page.limit]
    place = [str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=place)


@router.get("/measurements/{uid}", responses=responses(401, 404))
def read_measurement(uid: uuid.UUID, session: ReadingDep, viewer: ViewerDep) -> Response:
    """One measurement, layer by layer, with its verdict and the rule behind it."""
    return answers.item(measurement_views.measurement_view(session, viewer, uid))


@router.get("/vantages", responses=responses(401))
def list_vantages(session: ReadingDep, viewer: ViewerDep) -> Response:
    """The places from which sites are measured, and whether they are online."""
    return answers.rows(None, site_views.list_vantages(session, viewer))


@router.post("/vantages", status_code=201, responses=responses(401, 403, 409, 422))
def add_vantage(
    body: NewVantage, session: WritingDep, caller: SiteWriter, now: NowDep, once: OnceDep
) -> Response:
    """Describe another vantage: of this machine, or an agent's, which is then invited to enrol."""

    def act() -> Response:
        resolver = str(body.resolver) if body.resolver else None
        given = {**body.model_dump(exclude={"egress"}), "resolver": resolver}
        vantages.add_vantage(
            session,
            **given,
            is_agent=body.egress == "agent",
            now=now,
            actor_id=caller.key_id,
        )
        view = next(
            one for one in site_views.list_vantages(session, caller) if one["code"] == body.code
        )
        return answers.item(view, status=201)

    return once(act)
