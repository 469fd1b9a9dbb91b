# SPDX-License-Identifier: Apache-2.0
"""Measuring as the record sees it: what is due, what was seen, and what it means for a site's state.

A round is read in one transaction, measured with none open, and recorded site by site in others.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.agents.protocol import CanaryCount
from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.reachability import StatePolicy
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import Egress, VantageHealth, VantageRole, VerdictState
from app.services import watch_alerts
from app.services.knowledge import Known
from app.storage import ledger, sites
from app.storage.sites import DueTarget

LEASE = timedelta(minutes=5)
"""Longer than a whole round may take where everything times out, controls included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VantagePlan:
    """What the prober needs to know of a vantage."""

    id: uuid.UUID
    code: str
    role: VantageRole
    egress: Egress
    country: str | None
    network: str | None
    parameters: dict[str, Any]
    health: VantageHealth
    health_at: datetime | None
    is_lone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: the sites due, the vantages and controls to use, and what to judge with."""

    targets: tuple[DueTarget, ...]
    vantages: dict[uuid.UUID, VantagePlan]
    controls: tuple[VantagePlan, ...]
    canaries: tuple[str, ...]
    known: Known

    @property
    def looking_from(self) -> tuple[VantagePlan, ...]:
        """Every vantage, field first."""
        return (*self.vantages.values(), *self.controls)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """The rhythm of watching: states, vantage health, and when lasting failure is told."""

    state: StatePolicy = field(default_factory=StatePolicy)
    # Canaries are asked again after this time, and before anything is measured while they fail.
    health_interval: timedelta = timedelta(seconds=60)
    unreachable_after: timedelta = timedelta(minutes=30)
    # New sites are spread over this time, so that a list does not leave in one burst.
    first_spread: timedelta = timedelta(seconds=30)


def enlist_new_pairs(session: Session, *, now: datetime, policy: WatchPolicy) -> int:
    """Give each probed site a state at each field vantage, due soon, spread by its own id."""
    pairs = sites.missing_states(session)
    spread = policy.first_spread.total_seconds()
    due = []
    for site_id, vantage_id in sorted(pairs):
        share = ((site_id.int ^ vantage_id.int) % 1000) / 1000
        due.append((site_id, vantage_id, now + timedelta(seconds=spread * share)))
    sites.add_states(session, due)
    return len(pairs)


def begin_round(session: Session, *, worker: str, now: datetime, limit: int, known: Known) -> Round:
    """Lease what is due to this worker, and read all that measuring and judging will need."""
    targets = sites.claim_due(session, worker=worker, now=now, lease=LEASE, limit=limit)
    plans = list_plans(session)
    return Round(
        targets=tuple(targets),
        vantages={plan.id: plan for plan in plans if plan.role is VantageRole.FIELD},
        controls=tuple(plan for plan in plans if plan.role is VantageRole.CONTROL),
        canaries=tuple(site.url for site in sites.list_canaries(session)),
        known=known,
    )


def list_plans(session: Session) -> list[VantagePlan]:
    """Return what a prober needs to know of every vantage that is switched on."""
    sizes = sites.network_sizes(session)
    return [_plan(vantage, sizes) for vantage in sites.list_vantages(session)]


def _plan(vantage: sites.Vantage, sizes: dict[tuple[str | None, int | None], int]) -> VantagePlan:
    return VantagePlan(
        id=vantage.id,
        code=vantage.code,
        role=vantage.role,
        egress=vantage.egress,
        country=vantage.country,
        network=f"AS{vantage.asn}" if vantage.asn else vantage.network_name,
        parameters=vantage.parameters,
        health=vantage.health,
        health_at=vantage.health_at,
        # Without a network's name nobody can say that two vantages share it.
        is_lone=vantage.asn is None or sizes.get((vantage.country, vantage.asn), 1) < 2,
    )


def canary_reached(measurement: Measurement) -> bool:
    """Whether a canary's genuine page came, over TLS valid for its name: no control is needed."""
    return judge(measurement, (), (), None).state is VerdictState.OK


def health_of(reached: int, asked: int) -> tuple[VantageHealth, str]:
    """Say what the canaries say of a vantage: two of three must answer."""
    if asked == 0:
        return (
            VantageHealth.UNKNOWN,
            "no canary sites are listed: mark three steady sites as canaries",
        )
    said = f"{reached} of {asked} canaries answer"
    if reached == 0:
        return VantageHealth.OFFLINE, said
    suffices = CanaryCount(reached=reached, asked=asked).suffices
    return (VantageHealth.HEALTHY if suffices else VantageHealth.UNHEALTHY), said


def record_health(
    session: Session,
    vantage_id: uuid.UUID,
    *,
    reached: int,
    asked: int,
    now: datetime,
    alerts: AlertPolicy,
) -> VantageHealth:
    """Keep what the canaries said; a field vantage that is offline is told of, and accuses no site."""
    vantage = session.get_one(sites.Vantage, vantage_id)
    health, reason = health_of(reached, asked)
    changed = vantage.health is not health
    vantage.health, vantage.health_reason, vantage.health_at = health, reason, now
    session.flush()
    watch_alerts.on_health(session, vantage, now=now, policy=alerts)
    if changed:
        ledger.bump(session, "public", "staff")
    return health


def postpone(session: Session, targets: Sequence[DueTarget], *, until: datetime) -> None:
    """Give targets back that could not be measured now."""
    sites.postpone(session, targets, until=until)
