# SPDX-License-Identifier: Apache-2.0
"""`/alerts`: what people were told, whether it is over, and taking one on."""

import uuid

from fastapi import APIRouter, Response

from app.api import answers, parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import AlertWriter, NowDep, ReadingDep, ViewerDep, WritingDep
from app.api.paging import PageDep
from app.api.parameters import Listed
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.alerting.alert import AlertPolicy
from app.domain.vocabulary import AlertKind, AlertState
from app.services import alert_views, alerting
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
    state: AlertState | None = None,
    country: Listed = None,
    site: uuid.UUID | None = None,
    open: bool = False,  # noqa: A002 - the parameter's public name
) -> Response:
    """Alerts, the latest first; without a key those about sites that people were told of."""
    wanted = AlertFilter(
        kind=kind,
        state=state,
        country=parameters.one_country(country),
        site_id=site,
        open_only=open,
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


@router.post("/{alert_id}:ack", responses=responses(401, 403, 404, 409))
def acknowledge_alert(
    alert_id: uuid.UUID, session: WritingDep, caller: AlertWriter, now: NowDep
) -> Response:
    """Take a firing alert on: its reminders stop until it is over. Doing it twice is harmless."""
    # How long alerts wait does not matter to an acknowledgement.
    alerting.acknowledge(session, alert_id, by=caller.key_id, now=now, policy=AlertPolicy())
    return answers.item(alert_views.alert_view(session, caller, alert_id))
