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

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking import episodes, reachability
from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.reachability import Observation, StatePolicy
from app.domain.blocking.verdict import Control, Verdict, judge
from app.domain.vocabulary import SiteCondition, VantageHealth, VantageRole, VerdictState
from app.services import fingerprints, relinking, watch_alerts
from app.storage import ledger, measurements, sites
from app.storage.sites import DueTarget

LEASE = timedelta(minutes=5)
"""Longer than a whole round may take where everything times out, controls included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VantagePlan:
    """What the prober needs to know of a vantage."""

    id: uuid.UUID
    code: str
    role: VantageRole
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
    canaries: tuple[tuple[uuid.UUID, str], ...]
    fingerprints: FingerprintSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSeen:
    """What a control saw of the same site."""

    vantage: VantagePlan
    measurement: Measurement
    healthy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One site's whole harvest in a round."""

    target: DueTarget
    vantage: VantagePlan
    vantage_healthy: bool
    measurement: Measurement
    controls: tuple[ControlSeen, ...] = ()


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
    for site_id, vantage_id in pairs:
        share = ((site_id.int ^ vantage_id.int) % 1000) / 1000
        session.add(
            sites.SiteState(
                site_id=site_id,
                vantage_id=vantage_id,
                next_due_at=now + timedelta(seconds=spread * share),
            )
        )
    session.flush()
    return len(pairs)


def begin_round(session: Session, *, worker: str, now: datetime, limit: int) -> Round:
    """Lease what is due to this worker, and read all that measuring and judging will need."""
    targets = sites.claim_due(session, worker=worker, now=now, lease=LEASE, limit=limit)
    sizes = sites.network_sizes(session)
    plans = [_plan(vantage, sizes) for vantage in sites.list_vantages(session)]
    return Round(
        targets=tuple(targets),
        vantages={plan.id: plan for plan in plans if plan.role is VantageRole.FIELD},
        controls=tuple(plan for plan in plans if plan.role is VantageRole.CONTROL),
        canaries=tuple((site.id, site.url) for site in sites.list_canaries(session)),
        fingerprints=fingerprints.load(session) if targets else FingerprintSet(()),
    )


def _plan(vantage: sites.Vantage, sizes: dict[tuple[str | None, int | None], int]) -> VantagePlan:
    return VantagePlan(
        id=vantage.id,
        code=vantage.code,
        role=vantage.role,
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
    return (VantageHealth.HEALTHY if 3 * reached >= 2 * asked else VantageHealth.UNHEALTHY), said


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


def judge_seen(seen: Seen, known: FingerprintSet) -> Verdict:
    """Judge what was seen of one site against its controls."""
    controls = [
        Control(
            measurement=one.measurement,
            vantage_healthy=one.healthy,
            fresh=True,
            network=one.vantage.network,
        )
        for one in seen.controls
    ]
    return judge(seen.measurement, controls, known, seen.vantage.country)


def record_seen(
    session: Session,
    seen: Seen,
    verdict: Verdict,
    *,
    now: datetime,
    policy: WatchPolicy,
    alerts: AlertPolicy,
) -> SiteCondition:
    """Keep the measurements and the verdict, move the site's state, its episode and its alerts.

    Recording the same measurement twice changes nothing: its uid is the key.
    """
    uid = uuid.UUID(seen.measurement.uid)
    state = sites.lock_state(session, seen.target.site_id, seen.target.vantage_id)
    if session.get(measurements.MeasurementRow, uid) is not None:
        return state.condition
    _keep(session, seen, now=now)
    _keep_verdict(session, seen, verdict, now=now)
    if state.version != seen.target.version:
        # Another worker has judged this site since; what was seen belongs to the history only.
        return state.condition
    before = (
        reachability.SiteState.from_dict(state.fold) if state.fold else reachability.SiteState()
    )
    step = reachability.advance(before, _observation(seen, verdict), policy.state)
    _apply(state, step, verdict, uid, now=now)
    _move_episode(session, state, seen, before, step, now=now)
    if step.changed:
        relinking.relink(session, state.site_id, now=now)
    site = sites.get_site(session, seen.target.site_id)
    watch_alerts.on_state(
        session,
        site=site,
        state=state,
        fold=step.state,
        vantage=session.get_one(sites.Vantage, seen.vantage.id),
        now=now,
        unreachable_after=policy.unreachable_after,
        policy=alerts,
    )
    if step.changed:
        ledger.bump(session, "public", "staff")
    # Last, so that a transaction which holds this counter waits for no other.
    ledger.bump(session, "sites")
    return state.condition


def _observation(seen: Seen, verdict: Verdict) -> Observation:
    return Observation(
        at=seen.measurement.started_at,
        verdict_state=verdict.state,
        failure_class=verdict.failure_class,
        layer=verdict.layer,
        mechanism=verdict.mechanism,
        confidence=verdict.confidence,
        rule=verdict.rule,
        vantage_healthy=seen.vantage_healthy,
        lone_vantage=seen.vantage.is_lone,
    )


def _keep(session: Session, seen: Seen, *, now: datetime) -> None:
    uid = uuid.UUID(seen.measurement.uid)
    field: list[tuple[Measurement, uuid.UUID, bool, uuid.UUID | None]] = [
        (seen.measurement, seen.vantage.id, seen.vantage_healthy, None)
    ]
    controls = [(one.measurement, one.vantage.id, one.healthy, uid) for one in seen.controls]
    for measurement, vantage_id, healthy, control_of in field + controls:
        session.add(
            measurements.MeasurementRow(
                uid=uuid.UUID(measurement.uid),
                site_id=seen.target.site_id,
                vantage_id=vantage_id,
                measured_at=measurement.started_at,
                received_at=now,
                runtime_ms=measurement.runtime_ms,
                control_of=control_of,
                vantage_healthy=healthy,
                prober_fault=measurement.prober_fault,
                observations=measurements.to_observations(measurement),
            )
        )
    session.flush()


def _keep_verdict(session: Session, seen: Seen, verdict: Verdict, *, now: datetime) -> None:
    session.add(
        measurements.VerdictRow(
            measurement_uid=uuid.UUID(seen.measurement.uid),
            rules_version=verdict.rules_version,
            state=verdict.state,
            layer=verdict.layer,
            mechanism=verdict.mechanism,
            interference=verdict.interference,
            confidence=verdict.confidence,
            rule=verdict.rule,
            reasons=list(verdict.reasons),
            failure_class=verdict.failure_class,
            control_uids=[one.measurement.uid for one in seen.controls],
            judged_at=now,
        )
    )


def _apply(
    state: sites.SiteState,
    step: reachability.Step,
    verdict: Verdict,
    uid: uuid.UUID,
    *,
    now: datetime,
) -> None:
    fold = step.state
    state.condition, state.since = fold.condition, fold.since
    state.last_measured_at = fold.last_measured_at
    state.layer, state.mechanism = fold.layer, fold.mechanism
    state.confidence, state.rule = fold.confidence, fold.rule
    if verdict.rule == fold.rule:
        state.reasons, state.measurement_uid = list(verdict.reasons), uid
    state.fold = fold.to_dict()
    state.next_due_at = now + step.next_due_in
    state.leased_until = state.leased_by = None
    state.version += 1


def _move_episode(
    session: Session,
    state: sites.SiteState,
    seen: Seen,
    before: reachability.SiteState,
    step: reachability.Step,
    *,
    now: datetime,
) -> None:
    action = episodes.episode_action(before, step)
    if action.change is episodes.EpisodeChange.OPEN:
        assert action.mechanism is not None
        assert action.confidence is not None
        assert action.rule is not None
        assert action.since is not None
        vantage = session.get_one(sites.Vantage, seen.vantage.id)
        session.add(
            sites.Episode(
                site_id=state.site_id,
                vantage_id=state.vantage_id,
                country=vantage.country,
                asn=vantage.asn,
                layer=action.layer,
                mechanism=action.mechanism,
                confidence=action.confidence,
                rule=action.rule,
                measurement_uid=state.measurement_uid,
                since=action.since,
                opened_at=now,
            )
        )
    elif action.change is episodes.EpisodeChange.CLOSE:
        episode = sites.open_episode(session, state.site_id, state.vantage_id)
        if episode is not None:
            episode.until, episode.note = action.until, action.note
    session.flush()


def let_stale(session: Session, *, now: datetime, policy: WatchPolicy) -> int:
    """Mark states of which nothing was heard for three intervals; unknown again, never up."""
    moved = 0
    for state in sites.list_silent(session, before=now - policy.state.stale_after):
        before = reachability.SiteState.from_dict(state.fold)
        after = reachability.refresh(before, now, policy.state)
        if after.condition is before.condition:
            continue
        state.condition, state.since, state.fold = after.condition, after.since, after.to_dict()
        state.version += 1
        moved += 1
    if moved:
        ledger.bump(session, "public", "staff")
    return moved


def postpone(session: Session, targets: Sequence[DueTarget], *, until: datetime) -> None:
    """Give targets back that could not be measured now."""
    sites.postpone(session, targets, until=until)
