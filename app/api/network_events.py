# SPDX-License-Identifier: Apache-2.0
"""`/network-events`: many sites that became blocked in one network at once."""

import uuid

from fastapi import APIRouter, Response

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import ReadingDep, ViewerDep
from app.api.paging import PageDep
from app.api.parameters import Listed
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.services import network_event_views

router = APIRouter(prefix="/network-events", tags=["sites"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_network_events(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    country: Listed = None,
    open: bool = False,  # noqa: A002 - the parameter's public name
) -> Response:
    """Events with their network, the number of sites and the mechanisms, latest first."""
    found = network_event_views.list_events(
        session,
        viewer,
        country=parameters.one_country(country),
        open_only=open,
        limit=page.limit + 1,
        after=parameters.after_id(page.after),
    )
    kept = found[: page.limit]
    place = [str(kept[-1]["id"])] if len(found) > page.limit else None
    return answers.rows(page, kept, place=place)


@router.get("/{event_id}", responses=responses(401, 404))
def read_network_event(
    event_id: uuid.UUID, _fresh: ConditionalDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """One event with its sites, and since when each failed and answered again."""
    return answers.item(network_event_views.event_view(session, viewer, event_id))
