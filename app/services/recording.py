# SPDX-License-Identifier: Apache-2.0
"""What was seen becomes the record: measurements, a verdict, the site's state, its episode, its alerts.

One site, one transaction. Recording the same measurement twice changes nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking import episodes, reachability
from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.reachability import Observation
from app.domain.blocking.verdict import Control, Verdict, judge
from app.domain.vocabulary import SiteCondition
from app.services import relinking, watch_alerts
from app.services.monitoring import VantagePlan, WatchPolicy
from app.storage import ledger, measurements, sites
from app.storage.sites import DueTarget


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
