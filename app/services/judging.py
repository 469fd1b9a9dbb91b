# SPDX-License-Identifier: Apache-2.0
"""From a kept measurement to one that can be judged: is a control needed, who is asked, who answered.

A control counts if it was taken within five minutes of the failure. Those of this machine are
measured by whoever calls; agents are asked through their next poll, and the field's measurement
waits for them no longer than its controls would count.
"""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.agents.protocol import CONTROL_WITHIN, LATE_AFTER, OFFLINE_AFTER
from app.domain.blocking.controls import addresses_to_try
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.throttling import is_slow
from app.domain.vocabulary import VantageHealth, VantageRole, VerdictState
from app.services import monitoring, recording
from app.services.knowledge import NOTHING, Knowledge, Known
from app.services.monitoring import LEASE, VantagePlan
from app.services.recording import ControlSeen, Seen
from app.storage import agents, measurements, sites
from app.storage.agents import Agent
from app.storage.bodies import BodyStore
from app.storage.measurements import MeasurementRow

MOST_AGENTS = 3
"""Control agents asked for one failure: two are wanted, and one may be silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """One field measurement that waits for its verdict."""

    seen: Seen
    controls_asked: bool
    # No control taken now would count any more.
    is_past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What this worker may judge now, and all it needs for that."""

    seen: tuple[Awaiting, ...]
    controls: tuple[VantagePlan, ...]
    canaries: tuple[str, ...]
    known: Known


def needs_controls(seen: Seen) -> bool:
    """Whether what was seen does not speak for itself: anything but a genuine page in good time."""
    alone = recording.judge_seen(dataclasses.replace(seen, controls=()), NOTHING)
    return alone.state is not VerdictState.OK or is_slow(seen.measurement)


def ask_agents(session: Session, seen: Seen, *, now: datetime) -> bool:
    """Keep what was seen and ask control agents for the same; False where none can be asked.

    Then nothing is kept yet, and the caller concludes with the controls there are.
    """
    until = seen.measured_at + CONTROL_WITHIN
    asked = _controls_to_ask(session, now=now)
    if not asked or now >= until:
        return False
    recording.keep_seen(session, seen, now=now)
    measurements.await_controls(session, seen.uid, until=until)
    for agent in asked:
        session.add(
            agents.ControlRequest(
                field_uid=seen.uid,
                vantage_id=agent.vantage_id,
                site_id=seen.site_id,
                url=seen.url,
                extra_addresses=list(addresses_to_try(seen.measurement)),
                created_at=now,
                expires_at=until,
            )
        )
    sites.hold(session, seen.site_id, seen.vantage.id, until=until)
    session.flush()
    return True


def _controls_to_ask(session: Session, *, now: datetime) -> list[Agent]:
    """Of the control agents that are there, first those whose own line works: no others count."""
    present = [
        agent
        for agent in agents.list_agents(session, VantageRole.CONTROL)
        if now - agent.last_seen_at <= OFFLINE_AFTER
    ]
    well = {plan.id for plan in monitoring.list_plans(session) if _is_well(plan)}
    return sorted(present, key=lambda agent: agent.vantage_id not in well)[:MOST_AGENTS]


def _is_well(plan: VantagePlan) -> bool:
    return plan.health is VantageHealth.HEALTHY


def begin(
    session: Session, bodies: BodyStore, knowledge: Knowledge, *, now: datetime, limit: int
) -> Waiting:
    """Lease what waits for a verdict, with the controls that were measured for it."""
    rows = measurements.claim_awaiting(session, now=now, lease=LEASE, limit=limit)
    if not rows:
        return Waiting(seen=(), controls=(), canaries=(), known=NOTHING)
    plans = {plan.id: plan for plan in monitoring.list_plans(session)}
    controls = _controls_of(session, [row.uid for row in rows], plans, bodies)
    urls = sites.urls_of(session, {row.site_id for row in rows})
    return Waiting(
        seen=tuple(
            Awaiting(
                seen=_seen(row, urls[row.site_id], plans[row.vantage_id], controls, bodies, now),
                controls_asked=row.awaits == measurements.CONTROLS,
                is_past=now - row.measured_at >= CONTROL_WITHIN,
            )
            for row in rows
            if row.vantage_id in plans
        ),
        controls=tuple(plan for plan in plans.values() if plan.role is VantageRole.CONTROL),
        canaries=tuple(site.url for site in sites.list_canaries(session)),
        known=knowledge.read(session),
    )


def _seen(
    row: MeasurementRow,
    url: str,
    vantage: VantagePlan,
    controls: Mapping[uuid.UUID, tuple[ControlSeen, ...]],
    bodies: BodyStore,
    now: datetime,
) -> Seen:
    return Seen(
        site_id=row.site_id,
        url=url,
        vantage=vantage,
        vantage_healthy=row.vantage_healthy,
        measurement=_whole(row, bodies),
        measured_at=row.measured_at,
        # It came in time, and may have waited here: then it is no news either.
        is_late=row.is_late or now - row.measured_at > LATE_AFTER,
        controls=controls.get(row.uid, ()),
    )


def _controls_of(
    session: Session,
    uids: Sequence[uuid.UUID],
    plans: Mapping[uuid.UUID, VantagePlan],
    bodies: BodyStore,
) -> dict[uuid.UUID, tuple[ControlSeen, ...]]:
    found: dict[uuid.UUID, tuple[ControlSeen, ...]] = {}
    for row in measurements.list_controls_of(session, uids):
        if row.control_of is None or row.vantage_id not in plans:
            continue
        heard = found.get(row.control_of, ())
        if any(one.vantage.id == row.vantage_id for one in heard):
            continue  # One vantage is one voice, however often it speaks; its first word counts.
        control = ControlSeen(
            vantage=plans[row.vantage_id],
            measurement=_whole(row, bodies),
            measured_at=row.measured_at,
            healthy=row.vantage_healthy,
        )
        found[row.control_of] = (*heard, control)
    return found


def _whole(row: MeasurementRow, bodies: BodyStore) -> Measurement:
    """Return a kept measurement with its bodies, as far as they were kept."""
    kept = measurements.from_observations(row.observations)
    return dataclasses.replace(
        kept,
        exchanges=tuple(
            dataclasses.replace(one, body=bodies.get(one.body_sha256)) if one.body_sha256 else one
            for one in kept.exchanges
        ),
    )
