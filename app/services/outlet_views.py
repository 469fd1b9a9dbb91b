# SPDX-License-Identifier: Apache-2.0
"""Outlets as readers see them: three axes, one headline, and the history behind both."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.outlet import MeasuredReachability, OutletCondition, StatusEvent
from app.domain.record.outlet_reach import in_country
from app.domain.visibility import Viewer
from app.domain.vocabulary import Base, OutletAxis, Publication, Reachability
from app.services import outlet_reach
from app.services.citations import citation_view
from app.services.documents import date_view
from app.services.outlet_reach import Measured
from app.services.shades import Shades
from app.services.statistics_answers import When
from app.storage import incidents, outlet_sites, reached
from app.storage.decisions import Decision
from app.storage.incidents import IncidentFilter
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.sites import Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFilter:
    """Which outlets are asked for; None means any."""

    country: str | None = None
    q: str | None = None


def outlet_view(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    *,
    now: datetime,
    when: When | None = None,
    territory: str | None = None,
) -> dict[str, Any]:
    """Return an outlet with its history, its names before and after, its sites and its incidents."""
    row = reached.get_outlet(session, viewer, outlet_id)
    asked = when or When(as_of=now.date())
    found = outlet_reach.measured(session, [row.id], asked, now=now)
    view = _summary(viewer, row, found, asked, now=now, territory=territory)
    page = incidents.page_of(viewer, IncidentFilter(outlet_id=row.id), limit=100)
    before = _chain(session, viewer, row, forward=False)
    events = shown_events(viewer, row)
    return view | {
        "summary": row.summary,
        "successor_of": before[0]["id"] if before else None,
        "predecessors": before,
        "successors": _chain(session, viewer, row, forward=True),
        "sites": [
            {"id": one.id, "url": one.url, "host": one.host}
            for one in outlet_sites.sites_of(session, row.id)
        ],
        "reach": outlet_reach.reach_view(
            Shades(session, viewer),
            [status_event(viewer, one) for one in events],
            found.networks[row.id],
            asked,
            now=now,
        ),
        "history": [
            event_view(viewer, one, decision_ref(session, viewer, one))
            for one in events
            if is_known(viewer, one, asked)
        ],
        "episodes": [_episode_view(one) for one in found.episodes[row.id]],
        "incident_ids": [found[0] for found in session.execute(page)],
        "version": row.version,
    }


def list_outlet_views(
    session: Session,
    viewer: Viewer,
    wanted: OutletFilter,
    *,
    now: datetime,
    when: When | None = None,
    limit: int | None,
    after: tuple[str, uuid.UUID] | None = None,
) -> list[dict[str, Any]]:
    """Return a page of outlets with their condition, by name."""
    asked = when or When(as_of=now.date())
    rows = reached.list_outlets(
        session,
        viewer,
        country=wanted.country,
        q=wanted.q,
        limit=limit,
        after=after,
        known_at=asked.known_at,
    )
    found = outlet_reach.measured(session, [row.id for row in rows], asked, now=now)
    return [_summary(viewer, row, found, asked, now=now) for row in rows]


def _summary(
    viewer: Viewer,
    row: Outlet,
    found: Measured,
    when: When,
    *,
    now: datetime,
    territory: str | None = None,
) -> dict[str, Any]:
    networks = found.networks[row.id]
    country = territory or row.country
    events = [status_event(viewer, one) for one in shown_events(viewer, row)]
    holds = outlet_reach.condition_of(events, networks, country, when, now=now)
    return {
        "id": row.id,
        "name": row.name,
        "is_group": row.is_group,
        "country": row.country,
        **_condition_view(holds),
        "measured": _measured_view(in_country(networks, country)),
        "territory": country,
        "as_of": when.as_of,
        "known_at": when.known_at,
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


def _measured_view(found: MeasuredReachability | None) -> dict[str, Any] | None:
    return {"value": found.value, "since": found.since} if found else None


def _chain(session: Session, viewer: Viewer, row: Outlet, *, forward: bool) -> list[dict[str, Any]]:
    """Follow an outlet's names, the nearest first; it ends where a viewer sees no further."""
    seen, found, front = {row.id}, list[Outlet](), [row]
    while front:
        near = [
            one
            for outlet in front
            for one in reached.neighbours(session, viewer, outlet, forward=forward)
            if one.id not in seen
        ]
        seen |= {one.id for one in near}
        found += near
        front = near
    return [{"id": one.id, "name": one.name} for one in found]


def shown_events(viewer: Viewer, row: Outlet) -> list[OutletStatusEvent]:
    """Return the events that count for a viewer: verified for everybody, all of them for the desk."""
    return [
        one
        for one in row.status_events
        if viewer.is_staff or (one.verified_at is not None and one.retracted_at is None)
    ]


def is_known(viewer: Viewer, event: OutletStatusEvent, when: When) -> bool:
    """Whether an event was known at the time asked about."""
    return when.known_at is None or _known_from(viewer, event) <= when.known_at


def value_of(event: OutletStatusEvent) -> Publication | Reachability | Base:
    """Return the value of an event as the term of its axis."""
    if event.axis is OutletAxis.PUBLICATION:
        return Publication(event.value)
    return Reachability(event.value) if event.axis is OutletAxis.REACHABILITY else Base(event.value)


def _known_from(viewer: Viewer, event: OutletStatusEvent) -> datetime:
    """Return since when an event is known: to the desk when entered, to everybody when verified."""
    known_from = event.recorded_at if viewer.is_staff else event.verified_at
    assert known_from is not None
    return known_from


def status_event(viewer: Viewer, event: OutletStatusEvent) -> StatusEvent:
    """Return an event as the rules read it."""
    return StatusEvent(
        id=str(event.id),
        axis=event.axis,
        value=value_of(event),
        valid_from=dates.parse(event.valid_from),
        valid_to=dates.parse(event.valid_to) if event.valid_to else None,
        recorded_at=_known_from(viewer, event),
        retracted_at=event.retracted_at,
        sequence=event.sequence,
        ground=event.ground,
        decision_id=str(event.decision_id) if event.decision_id else None,
        authority=event.authority,
        territory=event.territory,
    )


def decision_ref(
    session: Session, viewer: Viewer, event: OutletStatusEvent
) -> dict[str, Any] | None:
    """Name the decision behind an event, where this viewer may know of it."""
    row = session.get(Decision, event.decision_id) if event.decision_id else None
    if row is None or not (viewer.is_staff or row.is_published):
        return None
    return {"id": row.id, "title": row.title, "kind": row.kind, "date": row.date_text}


def event_view(
    viewer: Viewer, event: OutletStatusEvent, decision: dict[str, Any] | None
) -> dict[str, Any]:
    """Show one dated change on one axis."""
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
