# SPDX-License-Identifier: Apache-2.0
"""Network events as readers see them: how many sites, in which network, how, and since when.

What a network of fewer than three vantages hides is hidden here as well (`shades`).
"""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.services.shades import Shades
from app.storage import network_events
from app.storage.network_events import NetworkEvent
from app.storage.sites import Site


def list_events(
    session: Session,
    viewer: Viewer,
    *,
    country: str | None,
    open_only: bool,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return network events, latest first; `after` is the id of the last of the page before."""
    shades = Shades(session, viewer)
    found = network_events.list_events(
        session, country=country, open_only=open_only, after=after, limit=limit
    )
    return [_view(event, shades) for event in found]


def event_view(session: Session, viewer: Viewer, event_id: uuid.UUID) -> dict[str, Any]:
    """Return one event with its sites, in the order they began to fail."""
    event = network_events.get_event(session, event_id)
    shades = Shades(session, viewer)
    hidden = shades.hides(event.country, event.asn)
    members = network_events.members_of(session, [event.id])
    rows = session.execute(
        sa.select(Site.id, Site.url).where(Site.id.in_({row.site_id for row in members}))
    )
    urls = {site_id: url for site_id, url in rows}  # noqa: C416 - rows are not pairs to the checker
    return {
        **_view(event, shades),
        "sites": [
            {
                "id": row.site_id,
                "url": urls[row.site_id],
                "since": shades.time(row.since, hidden=hidden),
                "until": shades.time(row.until, hidden=hidden),
                "mechanism": row.mechanism,
            }
            for row in members
        ],
    }


def _view(event: NetworkEvent, shades: Shades) -> dict[str, Any]:
    hidden = shades.hides(event.country, event.asn)
    return {
        "id": event.id,
        "country": event.country,
        "asn": None if hidden else event.asn,
        "since": shades.time(event.since, hidden=hidden),
        "until": shades.time(event.until, hidden=hidden),
        "sites_blocked": event.touched,
        "sites_still_blocked": event.left,
        "sites_measured": event.listed,
        "mechanisms": event.mechanisms,
        "alert": event.alert_id,
    }
