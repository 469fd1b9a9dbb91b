# SPDX-License-Identifier: Apache-2.0
"""What people are told of a network event: its beginning, its growth, and its end with what is left.

Which sites belong to an event is decided in `network_watch`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.network_event import Affected, mechanisms
from app.domain.vocabulary import AlertKind, AlertState, Confidence
from app.services import alerting
from app.services.alert_evidence import Evidence, place_of
from app.services.shades import HIDING_BELOW
from app.storage.alerts import Alert
from app.storage.network_events import NetworkEvent, NetworkEventSite
from app.storage.sites import Site, Vantage, network_sizes

GROWTH = 2
"""People are told again when an event has grown to so many times what they were told."""

_NAMED = 5


def as_affected(rows: Iterable[NetworkEventSite]) -> list[Affected]:
    """Return the sites of an event as the rules read them."""
    return [
        Affected(
            site_id=row.site_id,
            vantage_id=row.vantage_id,
            since=row.since,
            mechanism=row.mechanism,
        )
        for row in rows
    ]


def say(
    session: Session,
    event: NetworkEvent,
    rows: Sequence[NetworkEventSite],
    *,
    now: datetime,
    alerts: AlertPolicy,
) -> None:
    """Say that an event lasts, or that it is over; once each."""
    holds = event.until is None
    alert = session.get(Alert, event.alert_id) if event.alert_id else None
    if alert is not None and not holds:
        # The last message says how many are still blocked.
        alert.evidence = {**alert.evidence, "left": event.left}
    made = alerting.consider(
        session,
        kind=AlertKind.NETWORK_EVENT,
        vantage=session.get_one(Vantage, event.vantage_id),
        subject=event.id,
        condition=holds,
        evidence=_evidence(session, event, rows) if holds else None,
        now=now,
        policy=alerts,
    )
    event.alert_id = made.id if made is not None else event.alert_id


def tell_growth(
    session: Session, event: NetworkEvent, *, now: datetime, alerts: AlertPolicy
) -> None:
    """Tell people again when an event is far larger than what they were told."""
    alert = session.get(Alert, event.alert_id) if event.alert_id else None
    if alert is None or event.until is not None or event.told == event.touched:
        return
    is_new = alert.state is AlertState.PENDING or event.told == 0
    has_grown = event.touched >= GROWTH * event.told
    if is_new or (has_grown and alerting.tell_news(session, alert, now=now, policy=alerts)):
        event.told = event.touched


def _evidence(session: Session, event: NetworkEvent, rows: Sequence[NetworkEventSite]) -> Evidence:
    urls = session.scalars(
        sa.select(Site.url)
        .where(Site.id.in_({row.site_id for row in rows}))
        .order_by(Site.url)
        .limit(_NAMED)
    ).all()
    more = event.touched - len(urls)
    reasons = [f"Among them: {', '.join(urls)}{f' and {more} more' if more > 0 else ''}."]
    found = mechanisms(as_affected(rows))
    reasons += [f"Also seen: {one.sentence}" for one in found[1:]]
    return Evidence(
        since=event.since,
        mechanism=found[0] if found else None,
        confidence=Confidence.LIKELY,
        reasons=tuple(reasons),
        name=_name(session, event),
        count=event.touched,
    )


def _name(session: Session, event: NetworkEvent) -> str:
    """Return the network's name as it may leave the house: small ones are named by country only."""
    place = place_of(event.country)
    size = network_sizes(session).get((event.country, event.asn), 0)
    if event.asn is None or size < HIDING_BELOW:
        return f"one network in {place}" if event.country else place
    return f"AS{event.asn}, {place}"
