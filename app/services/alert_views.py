# SPDX-License-Identifier: Apache-2.0
"""Alerts as readers see them. The public sees those about sites, once people were told of them.

What the staff does with an alert is not the public's: an acknowledged one still fires for them. A
network too small to be shown hides exact times, in the words of the alert as well.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import AlertKind, AlertState
from app.errors import NotFound
from app.services.alerting import PUBLIC_KINDS
from app.services.shades import Shades
from app.storage.alerts import OPEN_STATES, Alert, AlertEvent, list_events
from app.storage.sites import Site, Vantage

_TIME_OF_DAY = re.compile(r"(\d{4}-\d{2}-\d{2}) \d{2}:\d{2} UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts are asked for; None means any."""

    kind: AlertKind | None = None
    state: AlertState | None = None  # as the viewer sees it
    country: str | None = None
    site_id: uuid.UUID | None = None
    open_only: bool = False
    resolved_only: bool = False


def list_alert_views(
    session: Session,
    viewer: Viewer,
    wanted: AlertFilter,
    *,
    limit: int,
    after: uuid.UUID | None = None,
) -> tuple[list[dict[str, Any]], uuid.UUID | None]:
    """Return alerts, the latest first, and the last one's id where more follow.

    The place of a page is an id, looked up here: a time in a link would tell what `Shades` hides.
    """
    query = (
        _seen(viewer)
        .where(*_conditions(viewer, wanted))
        .order_by(Alert.opened_at.desc(), Alert.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        opened_at = sa.select(Alert.opened_at).where(Alert.id == after).scalar_subquery()
        last_one = sa.tuple_(opened_at, sa.literal(after, sa.Uuid()))
        query = query.where(sa.tuple_(Alert.opened_at, Alert.id) < last_one)
    rows = session.execute(query).all()
    shades, kept = Shades(session, viewer), rows[:limit]
    last = kept[-1][0] if len(rows) > limit else None
    return (
        [_view(viewer, alert, site, vantage, shades) for alert, site, vantage in kept],
        last.id if last else None,
    )


def alert_view(session: Session, viewer: Viewer, alert_id: uuid.UUID) -> dict[str, Any]:
    """Return one alert with what happened to it."""
    row = session.execute(_seen(viewer).where(Alert.id == alert_id)).first()
    if row is None:
        raise NotFound("there is no such alert: GET /api/v1/alerts lists them")
    alert, site, vantage = row
    shades = Shades(session, viewer)
    hidden = _hidden(shades, vantage)
    events = _told(viewer, alert, list_events(session, alert.id))
    return {
        **_view(viewer, alert, site, vantage, shades),
        "events": [
            {
                "at": shades.time(one.at, hidden=hidden),
                "event": one.event,
                "state": one.new_state,
                "why": one.why,
            }
            for one in events
        ],
    }


def _seen(viewer: Viewer) -> sa.Select[Alert, Site, Vantage]:
    query = (
        sa.select(Alert, Site, Vantage)
        .outerjoin(Site, Site.id == Alert.site_id)
        .outerjoin(Vantage, Vantage.id == Alert.vantage_id)
    )
    if viewer.is_staff:
        return query
    return query.where(Alert.kind.in_(PUBLIC_KINDS), Alert.fired_at.is_not(None))


def _conditions(viewer: Viewer, wanted: AlertFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(Alert.kind == wanted.kind)
    if wanted.state is not None:
        same = [one for one in AlertState if _state(viewer, one) is wanted.state]
        found.append(Alert.state.in_(same))
    if wanted.country is not None:
        found.append(Alert.country == wanted.country)
    if wanted.site_id is not None:
        found.append(Alert.site_id == wanted.site_id)
    if wanted.open_only:
        found.append(Alert.state.in_(OPEN_STATES))
    if wanted.resolved_only:
        found.append(Alert.state == AlertState.RESOLVED)
    return found


def _hidden(shades: Shades, vantage: Vantage | None) -> bool:
    return vantage is not None and shades.hides(vantage.country, vantage.asn)


def _state(viewer: Viewer, state: AlertState) -> AlertState:
    is_hidden = state in (AlertState.ACKED, AlertState.PENDING) and not viewer.is_staff
    return AlertState.FIRING if is_hidden else state


def _told(viewer: Viewer, alert: Alert, events: Sequence[AlertEvent]) -> list[AlertEvent]:
    """Return the events a viewer may read of: for the public, when it fired and when it was over."""
    if viewer.is_staff:
        return list(events)
    return [
        one
        for one in events
        if alert.fired_at is not None
        and one.at >= alert.fired_at
        and one.new_state in (AlertState.FIRING, AlertState.RESOLVED)
        and one.old_state != one.new_state
    ]


def _view(
    viewer: Viewer, alert: Alert, site: Site | None, vantage: Vantage | None, shades: Shades
) -> dict[str, Any]:
    hidden = _hidden(shades, vantage)
    # Words are made for receivers chosen by staff; everybody gets them without the hour.
    text = _TIME_OF_DAY.sub(r"\1", alert.text) if hidden else alert.text
    view: dict[str, Any] = {
        "id": alert.id,
        "kind": alert.kind,
        "state": _state(viewer, alert.state),
        "severity": alert.severity,
        "title": alert.title,
        "text": text,
        "site": {"id": site.id, "url": site.url} if site else None,
        "country": alert.country,
        "asn": vantage.asn if vantage and not hidden else None,
        "count": alert.count,
        "opened_at": shades.time(alert.opened_at, hidden=hidden),
        "fired_at": shades.time(alert.fired_at, hidden=hidden),
        "resolved_at": shades.time(alert.resolved_at, hidden=hidden),
    }
    if viewer.is_staff:
        view |= {
            "acked_at": alert.acked_at,
            "vantage": vantage.code if vantage else None,
            "inhibited_by": alert.inhibited_by_id,
        }
    return view
