# SPDX-License-Identifier: Apache-2.0
"""Outlets as readers see them: three axes, one headline, and the history behind both."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.outlet import (
    MeasuredReachability,
    OutletCondition,
    StatusEvent,
    condition,
)
from app.domain.visibility import Viewer
from app.domain.vocabulary import Base, OutletAxis, Publication, Reachability, SiteCondition
from app.services.citations import citation_view
from app.services.documents import date_view
from app.storage import incidents, reached
from app.storage.decisions import Decision
from app.storage.incidents import IncidentFilter
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.reached import SiteSeen
from app.storage.sites import Episode

_UP = frozenset({SiteCondition.REACHABLE, SiteCondition.RECOVERING})


def outlet_view(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    *,
    now: datetime,
    as_of: date | None = None,
) -> dict[str, Any]:
    """Return an outlet with its history, its sites' blocking and its incidents."""
    row = reached.get_outlet(session, viewer, outlet_id)
    day = as_of or now.date()
    blocked = reached.episodes_of(session, [row.id])
    seen = reached.states_of(session, [row.id])
    view = _summary(viewer, row, _measured(seen, blocked, day, now), day=day, now=now)
    page = incidents.page_of(viewer, IncidentFilter(outlet_id=row.id), limit=100)
    return view | {
        "summary": row.summary,
        "successor_of": row.successor_of_id,
        "history": [
            _event_view(viewer, one, _decision(session, viewer, one))
            for one in row.status_events
            if _is_shown(viewer, one)
        ],
        "episodes": [_episode_view(one) for one in blocked],
        "incident_ids": [found[0] for found in session.execute(page)],
        "version": row.version,
    }


def list_outlet_views(
    session: Session,
    viewer: Viewer,
    *,
    now: datetime,
    country: str | None = None,
    q: str | None = None,
    limit: int,
    after: tuple[str, uuid.UUID] | None = None,
) -> list[dict[str, Any]]:
    """Return a page of outlets with their present condition, by name."""
    rows = reached.list_outlets(session, viewer, country=country, q=q, limit=limit, after=after)
    ids = [row.id for row in rows]
    states = reached.states_of(session, ids)
    episodes = reached.episodes_of(session, ids)
    return [
        _summary(
            viewer,
            row,
            _measured(
                [one for one in states if one.outlet_id == row.id],
                [one for one in episodes if one.site.outlet_id == row.id],
                now.date(),
                now,
            ),
            day=now.date(),
            now=now,
        )
        for row in rows
    ]


def _summary(
    viewer: Viewer,
    row: Outlet,
    measured: MeasuredReachability | None,
    *,
    day: date,
    now: datetime,
) -> dict[str, Any]:
    found = condition(
        [_status_event(one) for one in row.status_events if _is_shown(viewer, one)],
        measured,
        as_of=day,
        known_at=now,
    )
    return {
        "id": row.id,
        "name": row.name,
        "is_group": row.is_group,
        "country": row.country,
        **_condition_view(found),
        "measured": {"value": measured.value, "since": measured.since} if measured else None,
        "as_of": day,
    }


def _condition_view(found: OutletCondition) -> dict[str, Any]:
    return {
        "status": found.status,
        "publication": found.publication,
        "reachability": found.reachability,
        "base": found.base,
        "since": found.since,
        "ground": found.ground,
        "decision": found.decision_id,
        "authority": found.authority,
    }


def _is_shown(viewer: Viewer, event: OutletStatusEvent) -> bool:
    """Whether an event counts for a viewer: verified for everybody, unverified for the desk too."""
    if viewer.is_staff:
        return True
    return event.verified_at is not None and event.retracted_at is None


def _value(event: OutletStatusEvent) -> Publication | Reachability | Base:
    if event.axis is OutletAxis.PUBLICATION:
        return Publication(event.value)
    return Reachability(event.value) if event.axis is OutletAxis.REACHABILITY else Base(event.value)


def _status_event(event: OutletStatusEvent) -> StatusEvent:
    return StatusEvent(
        id=str(event.id),
        axis=event.axis,
        value=_value(event),
        valid_from=dates.parse(event.valid_from),
        valid_to=dates.parse(event.valid_to) if event.valid_to else None,
        recorded_at=event.recorded_at,
        retracted_at=event.retracted_at,
        sequence=event.sequence,
        ground=event.ground,
        decision_id=str(event.decision_id) if event.decision_id else None,
        authority=event.authority,
    )


def _measured(
    seen: Sequence[SiteSeen], blocked: Sequence[Episode], day: date, now: datetime
) -> MeasuredReachability | None:
    """Say what we measure inside the country: blocked, blocked for some, reachable, or nothing at all.

    Of a past day only blocking is known for certain: episodes are kept, reachable hours are not.
    """
    begun = [
        one
        for one in blocked
        if one.since.date() <= day and (one.until is None or one.until.date() >= day)
    ]
    if day < now.date():
        if not begun:
            return None
        return MeasuredReachability(
            value=Reachability.BLOCKED_MEASURED, since=min(one.since for one in begun).date()
        )
    shut = [one for one in seen if one.condition is SiteCondition.BLOCKED]
    up = [one for one in seen if one.condition in _UP]
    since = [one.since.date() for one in shut or up if one.since is not None]
    if shut:
        value = Reachability.INTERMITTENTLY_BLOCKED if up else Reachability.BLOCKED_MEASURED
    elif up:
        value = Reachability.REACHABLE
    else:
        return None
    return MeasuredReachability(value=value, since=min(since, default=None))


def _decision(session: Session, viewer: Viewer, event: OutletStatusEvent) -> dict[str, Any] | None:
    row = session.get(Decision, event.decision_id) if event.decision_id else None
    if row is None or not (viewer.is_staff or row.is_published):
        return None
    return {"id": row.id, "title": row.title, "kind": row.kind, "date": row.date_text}


def _event_view(
    viewer: Viewer, event: OutletStatusEvent, decision: dict[str, Any] | None
) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": event.id,
        "axis": event.axis,
        "value": event.value,
        "valid_from": date_view(event.valid_from, event.earliest, event.latest),
        "valid_to": event.valid_to,
        "ground": event.ground,
        "statute": event.statute,
        "authority": event.authority,
        "scope": event.scope,
        "territory": event.territory,
        "decision": decision,
        "verified": event.verified_at is not None,
        "source": citation_view(event.citation),
    }
    if viewer.is_staff:
        view |= {"recorded_at": event.recorded_at, "retracted_at": event.retracted_at}
    return view


def _episode_view(episode: Episode) -> dict[str, Any]:
    """Show a blocking by the day; networks and exact times are shown where the site is."""
    return {
        "id": episode.id,
        "site_id": episode.site_id,
        "url": episode.site.url,
        "country": episode.country,
        "mechanism": episode.mechanism,
        "confidence": episode.confidence,
        "since": episode.since.date(),
        "until": episode.until.date() if episode.until else None,
    }
