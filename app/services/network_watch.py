# SPDX-License-Identifier: Apache-2.0
"""Network events on record: opened when many sites fail at once, grown, and closed when they answer.

One alert tells of an event and holds back those of its sites. A site that outlasts the event is told
by itself when the event is over; one that joins later than the window is told at once.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.network_event import (
    Affected,
    EventPolicy,
    affected_since,
    is_over,
    joining,
    mechanisms,
    opening,
)
from app.domain.blocking.site_state import SiteState as Fold
from app.domain.vocabulary import SiteCondition, VantageRole
from app.services import network_alerts
from app.storage import ledger, network_events
from app.storage.network_events import NetworkEvent, NetworkEventSite
from app.storage.sites import Site, SiteState, Vantage

LOOKED_BACK = timedelta(hours=2)
"""A site that turned bad longer ago opens no event any more; it was told by itself."""

Network = tuple[str | None, int | None] | uuid.UUID
"""Country and number; a vantage whose network's number is unknown is a network of its own."""

_FAILING = (SiteCondition.SUSPECT, SiteCondition.BLOCKED)


def watch(session: Session, *, now: datetime, policy: EventPolicy, alerts: AlertPolicy) -> None:
    """Bring open events up to date and open new ones. Call it before alerts fire."""
    lasting = network_events.open_events(session)
    failing = _failing(session, now=now)
    for event in lasting:
        found = failing.get(_network_of(event), [])
        _follow(session, event, found, now=now, policy=policy, alerts=alerts)
    for network, found in failing.items():
        if len(found) >= policy.least and any(one.is_blocked for one in found):
            _open(session, network, found, now=now, policy=policy, alerts=alerts)


def _network(vantage: Vantage) -> Network:
    return vantage.id if vantage.asn is None else (vantage.country, vantage.asn)


def _network_of(event: NetworkEvent) -> Network:
    return event.vantage_id if event.asn is None else (event.country, event.asn)


def _failing(session: Session, *, now: datetime) -> dict[Network, list[Affected]]:
    rows = session.execute(
        sa.select(SiteState, Vantage)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(
            SiteState.condition.in_(_FAILING),
            SiteState.since >= now - LOOKED_BACK,
            Vantage.role == VantageRole.FIELD,
            Vantage.is_enabled,
        )
    )
    found: dict[Network, list[Affected]] = defaultdict(list)
    for state, vantage in rows:
        one = _affected(state)
        if one is not None:
            found[_network(vantage)].append(one)
    return found


def _affected(state: SiteState) -> Affected | None:
    fold = Fold.from_dict(state.fold)
    since = affected_since(fold)
    if since is None:
        return None
    return Affected(
        site_id=state.site_id,
        vantage_id=state.vantage_id,
        since=since,
        mechanism=fold.episode_mechanism or fold.mechanism,
        is_blocked=fold.episode_since is not None,
    )


def _open(
    session: Session,
    network: Network,
    found: Sequence[Affected],
    *,
    now: datetime,
    policy: EventPolicy,
    alerts: AlertPolicy,
) -> None:
    listed = _listed(session, network)
    if not opening(found, listed, policy):
        return
    # From here on one worker at a time: the second sees what the first has opened.
    ledger.next_number(session, "network-events")
    members = opening(found, listed, policy, taken=_taken(session, found))
    if not members:
        return
    vantage = session.get_one(Vantage, members[0].vantage_id)
    event = NetworkEvent(
        id=uuid.uuid4(),
        country=vantage.country,
        asn=vantage.asn,
        vantage_id=vantage.id,
        since=members[0].since,
        opened_at=now,
        listed=listed,
        touched=0,
        told=0,
        left=0,
        mechanisms=[],
    )
    session.add(event)
    session.flush()
    _add(session, event, members)
    _settle(session, event, now=now, policy=policy, alerts=alerts)


def _listed(session: Session, network: Network) -> int:
    of_network = Vantage.id == network
    if not isinstance(network, uuid.UUID):
        of_network = sa.and_(Vantage.country == network[0], Vantage.asn == network[1])
    query = (
        sa.select(sa.func.count(sa.distinct(SiteState.site_id)))
        .join(Site, Site.id == SiteState.site_id)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(of_network, Vantage.role == VantageRole.FIELD, Vantage.is_enabled, Site.is_probed)
    )
    return session.scalar(query) or 0


def _taken(session: Session, found: Iterable[Affected]) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
    """Return those whose present failing belonged to an event already, lasting or over."""
    since = {(one.site_id, one.vantage_id): one.since for one in found}
    rows = session.scalars(
        sa.select(NetworkEventSite).where(
            NetworkEventSite.site_id.in_({site_id for site_id, _ in since})
        )
    )
    return frozenset(
        pair
        for row in rows
        if (pair := (row.site_id, row.vantage_id)) in since and row.since >= since[pair]
    )


def _follow(
    session: Session,
    event: NetworkEvent,
    failing: Sequence[Affected],
    *,
    now: datetime,
    policy: EventPolicy,
    alerts: AlertPolicy,
) -> None:
    """See which sites of an event answer again and which have joined it."""
    recovered = [
        row
        for row, state in network_events.unblocked_members(session, event.id)
        if _affected(state) is None
    ]
    for row in recovered:
        row.until = now
    known = network_alerts.as_affected(network_events.members_of(session, [event.id]))
    taken = _taken(session, failing) if failing else frozenset()
    free = [one for one in failing if (one.site_id, one.vantage_id) not in taken]
    joined = joining(known, free, policy)
    if joined:
        _add(session, event, joined)
    if recovered or joined:
        _settle(session, event, now=now, policy=policy, alerts=alerts)
    else:
        network_alerts.tell_growth(session, event, now=now, alerts=alerts)


def _add(session: Session, event: NetworkEvent, members: Iterable[Affected]) -> None:
    for one in members:
        session.merge(
            NetworkEventSite(
                event_id=event.id,
                site_id=one.site_id,
                vantage_id=one.vantage_id,
                since=one.since,
                until=None,
                mechanism=one.mechanism,
            )
        )
    session.flush()


def _settle(
    session: Session,
    event: NetworkEvent,
    *,
    now: datetime,
    policy: EventPolicy,
    alerts: AlertPolicy,
) -> None:
    """Count an event's sites anew, and say what follows: it lasts, has grown, or is over."""
    rows = network_events.members_of(session, [event.id])
    event.touched = len({row.site_id for row in rows})
    event.left = len({row.site_id for row in rows if row.until is None})
    event.mechanisms = [one.value for one in mechanisms(network_alerts.as_affected(rows))]
    if is_over(event.touched, event.left, policy):
        event.until = max([row.until for row in rows if row.until], default=now)
    network_alerts.say(session, event, rows, now=now, alerts=alerts)
    network_alerts.tell_growth(session, event, now=now, alerts=alerts)
    session.flush()
    ledger.bump(session, "public", "staff")
