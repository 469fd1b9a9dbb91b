# SPDX-License-Identifier: Apache-2.0
"""`/alerts`: what people were told about sites, and whether it is over."""

import uuid

from fastapi import APIRouter, Response

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import ReadingDep, ViewerDep
from app.api.paging import PageDep
from app.api.parameters import Listed
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.vocabulary import AlertKind
from app.services import alert_views
from app.services.alert_views import AlertFilter

router = APIRouter(prefix="/alerts", tags=["alerts"], route_class=StrictRoute)


@router.get("", responses=responses(400, 401, 422))
def list_alerts(
    *,
    _fresh: ConditionalDep,
    session: ReadingDep,
    viewer: ViewerDep,
    page: PageDep,
    kind: AlertKind | None = None,
    country: Listed = None,
    site: uuid.UUID | None = None,
    open: bool = False,  # noqa: A002 - the parameter's public name
) -> Response:
    """Alerts about sites, the latest first; `open=true` leaves out those that are over."""
    wanted = AlertFilter(
        kind=kind, country=parameters.one_country(country), site_id=site, open_only=open
    )
    found, last = alert_views.list_alert_views(
        session, viewer, wanted, limit=page.limit, after=parameters.after_id(page.after)
    )
    return answers.rows(page, found, place=[str(last)] if last else None)


@router.get("/{alert_id}", responses=responses(401, 404))
def read_alert(
    alert_id: uuid.UUID, _fresh: ConditionalDep, session: ReadingDep, viewer: ViewerDep
) -> Response:
    """One alert as it was told, and what happened to it."""
    return answers.item(alert_views.alert_view(session, viewer, alert_id))
