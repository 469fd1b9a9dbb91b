# SPDX-License-Identifier: Apache-2.0
"""`/alerts` and `/alerts/{id}`: what people were told, and whether it is over."""

import uuid

from fastapi import APIRouter, Request, Response

from app.domain.vocabulary import AlertKind
from app.services import alert_views
from app.services.alert_views import AlertFilter
from app.web import filters
from app.web.dependencies import NowDep, ReadingDep, ViewerDep
from app.web.presenters import alerts
from app.web.rendering import link, page

router = APIRouter()

ROWS = 50


@router.api_route("/alerts", methods=["GET", "HEAD"])
def list_alerts(
    request: Request,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    kind: str = "",
    after: uuid.UUID | None = None,
) -> Response:
    """The alerts, the latest first; those that go on stand apart on the first page."""
    chosen = filters.chosen(AlertKind, kind, "kind")
    lasting, _ = alert_views.list_alert_views(
        session, viewer, AlertFilter(kind=chosen, open_only=True), limit=ROWS
    )
    over, place = alert_views.list_alert_views(
        session, viewer, AlertFilter(kind=chosen, resolved_only=True), limit=ROWS, after=after
    )
    return page(
        request,
        "alerts.html",
        now=now,
        twin=link("/api/v1/alerts", kind=chosen),
        kinds=alerts.KINDS,
        chosen=chosen,
        is_first=after is None,
        lasting=[alerts.alert_row(one) for one in lasting],
        over=[alerts.alert_row(one) for one in over],
        next=link("/alerts", kind=chosen, after=place) if place else None,
    )


@router.api_route("/alerts/{alert_id}", methods=["GET", "HEAD"])
def read_alert(
    request: Request, alert_id: uuid.UUID, session: ReadingDep, viewer: ViewerDep, now: NowDep
) -> Response:
    """One alert as it was told, and what happened to it."""
    view = alert_views.alert_view(session, viewer, alert_id)
    return page(
        request,
        "alert.html",
        now=now,
        twin=f"/api/v1/alerts/{alert_id}",
        alert=alerts.alert_row(view),
        events=[alerts.event_row(one) for one in view["events"]],
    )
