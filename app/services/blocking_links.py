# SPDX-License-Identifier: Apache-2.0
"""The join nobody else has: a declared block beside what field vantages measured meanwhile."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.blocking_link import Declaration, Seen, blocking_link
from app.domain.vocabulary import BlockingLink, Category, SiteCondition
from app.storage.incidents import Incident
from app.storage.sites import Episode, Site, SiteState, Vantage


def link_of(session: Session, incident: Incident, *, now: datetime) -> BlockingLink | None:
    """Return how an incident's declared block and our measurements stand, or None if it has none."""
    declaration = _declaration(incident)
    if declaration is None:
        return None
    sites = _sites(session, incident)
    blocked = _blocked(session, sites)
    reached = _reached(session, sites)
    return blocking_link([declaration], blocked, reached, now=now)


def _declaration(incident: Incident) -> Declaration | None:
    decision = incident.decision
    if decision is not None and decision.domains:
        return Declaration(
            territory=decision.territory, in_force_from=dates.parse(decision.date_text)
        )
    is_block = any(
        one.category is Category.ONLINE_CENSORSHIP and one.subtype == "website_blocking"
        for one in incident.categories
    )
    if not is_block:
        return None
    return Declaration(territory=incident.country, in_force_from=dates.parse(incident.date_text))


def _sites(session: Session, incident: Incident) -> Sequence[Site]:
    """Return the sites a block is about: the decision's domains and the sites of targeted outlets."""
    hosts = incident.decision.domains if incident.decision is not None else []
    outlets = [one.outlet_id for one in incident.targets if one.outlet_id is not None]
    return session.scalars(
        sa.select(Site).where(
            sa.or_(
                Site.host.in_([*hosts, *(f"www.{host}" for host in hosts)]),
                Site.outlet_id.in_(outlets),
            )
        )
    ).all()


def _network(asn: int | None) -> str | None:
    return None if asn is None else str(asn)


def _blocked(session: Session, sites: Sequence[Site]) -> list[Seen]:
    rows = session.execute(
        sa.select(Episode, Vantage.role)
        .join(Vantage, Vantage.id == Episode.vantage_id)
        .where(Episode.site_id.in_([site.id for site in sites]), Episode.withdrawn_at.is_(None))
    )
    return [
        Seen(
            country=episode.country,
            network=_network(episode.asn),
            role=role,
            since=episode.since,
            until=episode.until,
        )
        for episode, role in rows
    ]


def _reached(session: Session, sites: Sequence[Site]) -> list[Seen]:
    rows = session.execute(
        sa.select(Vantage.country, Vantage.asn, Vantage.role, SiteState.since)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(
            SiteState.site_id.in_([site.id for site in sites]),
            SiteState.condition == SiteCondition.REACHABLE,
            SiteState.since.is_not(None),
        )
    )
    return [
        Seen(country=country, network=_network(asn), role=role, since=since)
        for country, asn, role, since in rows
        if since is not None
    ]
