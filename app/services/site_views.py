# SPDX-License-Identifier: Apache-2.0
"""Sites as readers see them: states in each network, episodes, gaps, and how far one can see.

What a network of fewer than three vantages hides is hidden here (`shades`).
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import SiteCondition, VantageHealth, VantageRole
from app.services import history_views, upkeep
from app.services.shades import Shades
from app.storage.agents import Agent, list_agents
from app.storage.outlets import Outlet
from app.storage.reached import outlets_seen_by
from app.storage.sites import Episode, Site, SiteState, Vantage, get_site

_DOUBTFUL = (VantageHealth.UNHEALTHY, VantageHealth.OFFLINE)

# The state that a reader needs to see first when vantages differ.
_HEADLINE = (
    SiteCondition.BLOCKED,
    SiteCondition.DOWN,
    SiteCondition.RECOVERING,
    SiteCondition.SERVER_SIDE,
    SiteCondition.INCONCLUSIVE,
    SiteCondition.SUSPECT,
    SiteCondition.REACHABLE,
    SiteCondition.STALE,
    SiteCondition.UNKNOWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFilter:
    """Which sites are asked for; None means any."""

    country: str | None = None
    category: str | None = None
    state: SiteCondition | None = None
    outlet_id: uuid.UUID | None = None
    q: str | None = None


def headline(conditions: Iterable[SiteCondition]) -> SiteCondition:
    """Return the condition to show first; a site nobody measured is `unknown`."""
    found = set(conditions)
    return next((one for one in _HEADLINE if one in found), SiteCondition.UNKNOWN)


def _state_view(
    state: SiteState, vantage: Vantage, shades: Shades, work: upkeep.Noted
) -> dict[str, Any]:
    hidden = shades.hides(vantage.country, vantage.asn)
    return {
        "vantage": None if hidden else vantage.code,
        "country": vantage.country,
        "asn": None if hidden else vantage.asn,
        "state": state.condition,
        "since": shades.time(state.since, hidden=hidden),
        "layer": state.layer,
        "mechanism": state.mechanism,
        "confidence": state.confidence,
        "rule": state.rule,
        "reasons": state.reasons,
        "flapping": bool(state.fold.get("flapping", False)),
        "maintenance": work.covers(state.site_id, state.vantage_id),
        "vantage_unhealthy": vantage.health in _DOUBTFUL,
        "last_measured_at": shades.time(state.last_measured_at, hidden=hidden),
        "vantage_health": vantage.health,
        "measurement": state.measurement_uid,
    }


def _site_view(
    site: Site, outlet: Outlet | None, states: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": site.id,
        "url": site.url,
        "category": site.category_code,
        "country": site.country,
        "outlet": {"id": outlet.id, "name": outlet.name} if outlet else None,
        "is_probed": site.is_probed,
        "is_canary": site.is_canary,
        "state": headline(one["state"] for one in states),
        "states": states,
        "list": {"name": site.list_name, "licence": site.list_licence} if site.list_name else None,
    }


def _states_of(
    session: Session, site_ids: Sequence[uuid.UUID], shades: Shades
) -> Mapping[uuid.UUID, list[dict[str, Any]]]:
    rows = session.execute(
        sa.select(SiteState, Vantage)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(SiteState.site_id.in_(site_ids), Vantage.is_enabled)
        .order_by(Vantage.code)
    )
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    work = upkeep.noted(session)
    for state, vantage in rows:
        found[state.site_id].append(_state_view(state, vantage, shades, work))
    return found


def list_sites(
    session: Session,
    viewer: Viewer,
    wanted: SiteFilter,
    *,
    limit: int,
    after: tuple[str, uuid.UUID] | None = None,
) -> list[dict[str, Any]]:
    """Return sites by address; `after` is the last (url, id) of the page before."""
    query = (
        sa.select(Site, Outlet)
        .outerjoin(Outlet, sa.and_(Outlet.id == Site.outlet_id, outlets_seen_by(viewer)))
        .where(*site_conditions(wanted))
        .order_by(Site.url)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Site.url > after[0])
    rows = session.execute(query).all()
    states = _states_of(session, [site.id for site, _ in rows], Shades(session, viewer))
    return [_site_view(site, outlet, states.get(site.id, [])) for site, outlet in rows]


def site_conditions(wanted: SiteFilter) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a filter."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.country:
        found.append(Site.country == wanted.country)
    if wanted.category:
        found.append(Site.category_code == wanted.category)
    if wanted.outlet_id:
        found.append(Site.outlet_id == wanted.outlet_id)
    if wanted.q:
        found.append(Site.url.icontains(wanted.q, autoescape=True))
    if wanted.state is SiteCondition.UNKNOWN:
        known = sa.select(SiteState.site_id).where(SiteState.condition != SiteCondition.UNKNOWN)
        found.append(Site.id.not_in(known))
    elif wanted.state:
        found.append(
            Site.id.in_(sa.select(SiteState.site_id).where(SiteState.condition == wanted.state))
        )
    return found


def site_view(session: Session, viewer: Viewer, site_id: uuid.UUID) -> dict[str, Any]:
    """Return one site with its state at each vantage, its episodes, and what is not known."""
    site = get_site(session, site_id)
    outlet = session.scalar(
        sa.select(Outlet).where(Outlet.id == site.outlet_id, outlets_seen_by(viewer))
    )
    shades = Shades(session, viewer)
    states = _states_of(session, [site_id], shades).get(site_id, [])
    return {
        **_site_view(site, outlet, states),
        "episodes": list_episodes(session, viewer, site_id=site_id, limit=50),
        "gaps": history_views.list_gaps(session, shades, site_id, limit=50),
        "coverage": coverage(session, states),
    }


def coverage(session: Session, states: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Say honestly from where a site is measured and what cannot be known without a control."""
    controls = session.scalar(
        sa.select(sa.func.count())
        .select_from(Vantage)
        .where(Vantage.role == VantageRole.CONTROL, Vantage.is_enabled)
    )
    measured = [one for one in states if one["last_measured_at"] is not None]
    says = f"Measured from {len(measured)} vantage{'' if len(measured) == 1 else 's'}"
    if controls:
        says += f", compared with {controls} control{'' if controls == 1 else 's'}."
    else:
        says += "; there is no control, so blocked and down cannot be told apart from here."
    return {"field_vantages": len(measured), "controls": controls or 0, "says": says}


def list_episodes(
    session: Session,
    viewer: Viewer,
    *,
    site_id: uuid.UUID | None = None,
    country: str | None = None,
    open_only: bool = False,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return blockings, latest first; `after` is the id of the last of the page before."""
    query = (
        sa.select(Episode, Site)
        .join(Site, Site.id == Episode.site_id)
        .order_by(Episode.since.desc(), Episode.id.desc())
        .limit(limit)
    )
    if site_id is not None:
        query = query.where(Episode.site_id == site_id)
    if country is not None:
        query = query.where(Episode.country == country)
    if open_only:
        query = query.where(Episode.until.is_(None))
    last = session.get(Episode, after) if after is not None else None
    if last is not None:
        query = query.where(
            sa.or_(
                Episode.since < last.since,
                sa.and_(Episode.since == last.since, Episode.id < last.id),
            )
        )
    shades = Shades(session, viewer)
    return [_episode_view(episode, site, shades) for episode, site in session.execute(query)]


def _episode_view(episode: Episode, site: Site, shades: Shades) -> dict[str, Any]:
    hidden = shades.hides(episode.country, episode.asn)
    return {
        "id": episode.id,
        "site": {"id": site.id, "url": site.url},
        "country": episode.country,
        "asn": None if hidden else episode.asn,
        "layer": episode.layer,
        "mechanism": episode.mechanism,
        "confidence": episode.confidence,
        "rule": episode.rule,
        "since": shades.time(episode.since, hidden=hidden),
        "until": shades.time(episode.until, hidden=hidden),
        "note": episode.note,
        "found_late": episode.is_late,
        "withdrawn": episode.withdrawn_at is not None,
        "measurement": episode.measurement_uid,
    }


def list_vantages(session: Session, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the vantages; small networks are shown as a country only."""
    shades = Shades(session, viewer)
    machines = {one.vantage_id: one for one in list_agents(session)} if viewer.is_staff else {}
    found = []
    for vantage in session.scalars(sa.select(Vantage).order_by(Vantage.code)):
        hidden = vantage.role is VantageRole.FIELD and shades.hides(vantage.country, vantage.asn)
        found.append(
            {
                "code": None if hidden else vantage.code,
                "country": vantage.country,
                "asn": None if hidden else vantage.asn,
                "network_name": None if hidden else vantage.network_name,
                "role": vantage.role,
                "egress": vantage.egress,
                "is_enabled": vantage.is_enabled,
                "health": vantage.health,
                "health_reason": vantage.health_reason,
                "health_at": shades.time(vantage.health_at, hidden=hidden),
                # Of the machine behind it only the people who run the installation learn.
                "agent": _agent_view(machines.get(vantage.id)),
            }
        )
    return found


def _agent_view(agent: Agent | None) -> dict[str, Any] | None:
    if agent is None:
        return None
    return {
        "software": agent.software,
        "last_seen_at": agent.last_seen_at,
        "spool_depth": agent.spool_depth,
        "clock_offset_ms": agent.clock_offset_ms,
        "refused_categories": agent.refused_categories,
        "consent_version": agent.consent_version,
        "enrolled_at": agent.enrolled_at,
    }
