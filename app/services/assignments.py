# SPDX-License-Identifier: Apache-2.0
"""What an agent is asked to do: a snapshot it can work from for a week, and urgent work by poll."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.agents.protocol import (
    ASSIGNMENTS_VALID_FOR,
    Assignment,
    Assignments,
    Poll,
    Task,
    Urgent,
)
from app.domain.vocabulary import SiteCondition, VantageRole
from app.services.monitoring import WatchPolicy
from app.storage import agents, sites
from app.storage.agents import Agent
from app.storage.sites import Site, SiteState, Vantage

_URGENT = 100
_RECHECK_WITHIN = timedelta(minutes=2)
_RECHECKED = (SiteCondition.SUSPECT, SiteCondition.RECOVERING)


def assignments(
    session: Session, agent: Agent, *, now: datetime, policy: WatchPolicy
) -> Assignments:
    """Return everything this agent is asked to do; `version` changes when any of it does."""
    vantage = session.get_one(Vantage, agent.vantage_id)
    snapshot = Assignments(
        version="",
        valid_until=now + ASSIGNMENTS_VALID_FOR,
        server_time=now,
        vantage=vantage.code,
        role=vantage.role,
        canaries=tuple(site.url for site in sites.list_canaries(session)),
        items=tuple(_items(session, agent, vantage, policy)),
        rechecks_s=tuple(int(one.total_seconds()) for one in policy.state.rechecks),
        health_interval_s=int(policy.health_interval.total_seconds()),
        independent_resolver=vantage.parameters.get("independent_resolver"),
        doh_url=vantage.parameters.get("doh_url"),
    )
    return replace(snapshot, version=_version(snapshot))


def _version(snapshot: Assignments) -> str:
    """A hash of what is asked, whenever it is asked."""
    zero = datetime.min.replace(tzinfo=UTC)
    bare = replace(snapshot, version="", valid_until=zero, server_time=zero)
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()[:24]


def _items(
    session: Session, agent: Agent, vantage: Vantage, policy: WatchPolicy
) -> Iterator[Assignment]:
    if vantage.role is not VantageRole.FIELD:
        return
    interval_s = int(policy.state.interval.total_seconds())
    query = (
        sa.select(Site.id, Site.url, Site.category_code)
        .where(Site.is_probed, Site.category_code.not_in(agent.refused_categories))
        .order_by(Site.url)
    )
    for site_id, url, category in session.execute(query):
        yield Assignment(
            site=site_id,
            url=url,
            category=category,
            interval_s=interval_s,
            phase_s=_phase(site_id, vantage.id, interval_s),
        )


def _phase(site_id: uuid.UUID, vantage_id: uuid.UUID, interval_s: int) -> int:
    """Spread sites over the interval, always at the same place."""
    return (site_id.int ^ vantage_id.int) % max(interval_s, 1)


def poll(session: Session, agent: Agent, *, now: datetime, policy: WatchPolicy) -> Poll:
    """Return the version in force and what is urgent: controls asked for, and re-checks due."""
    vantage = session.get_one(Vantage, agent.vantage_id)
    urgent = (
        _controls(session, vantage, now)
        if _is_control(vantage)
        else _rechecks(session, agent, vantage, now)
    )
    return Poll(
        server_time=now,
        assignments=assignments(session, agent, now=now, policy=policy).version,
        urgent=tuple(urgent),
    )


def _is_control(vantage: Vantage) -> bool:
    return vantage.role is VantageRole.CONTROL


def _controls(session: Session, vantage: Vantage, now: datetime) -> Iterator[Urgent]:
    for asked in agents.open_requests(session, vantage.id, now=now, limit=_URGENT):
        yield Urgent(
            id=asked.id,
            task=Task.CONTROL.value,
            site=asked.site_id,
            url=asked.url,
            expires_at=asked.expires_at,
            control_of=asked.field_uid,
            extra_addresses=tuple(asked.extra_addresses),
        )


def _rechecks(session: Session, agent: Agent, vantage: Vantage, now: datetime) -> Iterator[Urgent]:
    """Sites whose state waits for another look; each is asked for once in two minutes."""
    query = (
        sa.select(SiteState, Site.url)
        .join(Site, Site.id == SiteState.site_id)
        .where(
            SiteState.vantage_id == vantage.id,
            SiteState.condition.in_(_RECHECKED),
            SiteState.next_due_at <= now,
            Site.is_probed,
            Site.category_code.not_in(agent.refused_categories),
        )
        .order_by(SiteState.next_due_at)
        .limit(_URGENT)
        # What is being judged or folded this moment is due another time.
        .with_for_update(skip_locked=True, of=SiteState)
    )
    for state, url in session.execute(query).all():
        until = now + _RECHECK_WITHIN
        sites.hold(session, state.site_id, vantage.id, until=until)
        yield Urgent(
            id=uuid.uuid5(state.site_id, until.isoformat()),
            task=Task.RECHECK.value,
            site=state.site_id,
            url=url,
            expires_at=until,
        )
