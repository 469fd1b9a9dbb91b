# SPDX-License-Identifier: Apache-2.0
"""What was seen becomes the record: measurements, a verdict, the site's state, its episode, its alerts.

First a measurement is kept, whatever it may mean; then, with its controls, it is concluded. One
site, one transaction; doing either twice changes nothing.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.agents.protocol import CONTROL_WITHIN
from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking import episodes, reachability
from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.reachability import Observation
from app.domain.blocking.verdict import Control, Verdict, judge
from app.domain.vocabulary import SiteCondition
from app.services import relinking, watch_alerts
from app.services.monitoring import VantagePlan, WatchPolicy
from app.storage import history, ledger, measurements, sites


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSeen:
    """What a control saw of the same site. `measured_at` is by our clock, not by an agent's."""

    vantage: VantagePlan
    measurement: Measurement
    measured_at: datetime
    healthy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One site's whole harvest: what the field saw, and what the controls saw of the same."""

    site_id: uuid.UUID
    url: str
    vantage: VantagePlan
    vantage_healthy: bool
    measurement: Measurement
    measured_at: datetime
    # It arrived so late that it belongs to the history: the present state does not move by it.
    is_late: bool = False
    controls: tuple[ControlSeen, ...] = ()

    @property
    def uid(self) -> uuid.UUID:
        """The field measurement's id, made by whoever measured."""
        return uuid.UUID(self.measurement.uid)


def judge_seen(seen: Seen, known: FingerprintSet) -> Verdict:
    """Judge what was seen of one site against its controls."""
    controls = [
        Control(
            measurement=one.measurement,
            vantage_healthy=one.healthy,
            fresh=abs(one.measured_at - seen.measured_at) <= CONTROL_WITHIN,
            network=one.vantage.network,
        )
        for one in seen.controls
    ]
    return judge(seen.measurement, controls, known, seen.vantage.country)


def keep_seen(session: Session, seen: Seen, *, now: datetime) -> None:
    """Keep the measurements themselves; what was kept before stays as it was."""
    measurements.insert_new(session, list(_rows(seen, now)))


def _rows(seen: Seen, now: datetime) -> Iterator[dict[str, Any]]:
    field: list[tuple[Measurement, datetime, uuid.UUID, bool, uuid.UUID | None]] = [
        (seen.measurement, seen.measured_at, seen.vantage.id, seen.vantage_healthy, None)
    ]
    controls = [
        (one.measurement, one.measured_at, one.vantage.id, one.healthy, seen.uid)
        for one in seen.controls
    ]
    for measurement, measured_at, vantage_id, healthy, control_of in field + controls:
        yield {
            "uid": uuid.UUID(measurement.uid),
            "site_id": seen.site_id,
            "vantage_id": vantage_id,
            "measured_at": measured_at,
            "received_at": now,
            "runtime_ms": measurement.runtime_ms,
            "control_of": control_of,
            "vantage_healthy": healthy,
            "prober_fault": measurement.prober_fault,
            "is_late": seen.is_late and control_of is None,
            "observations": measurements.to_observations(measurement),
        }


def conclude(
    session: Session,
    seen: Seen,
    verdict: Verdict,
    *,
    now: datetime,
    policy: WatchPolicy,
    alerts: AlertPolicy,
) -> SiteCondition:
    """Keep the verdict on a measurement that is kept; move the site's state, episode and alerts.

    What arrived late or out of order gets its verdict and moves nothing now: the history is folded
    again from there (`app.services.history`). Concluding twice changes nothing.
    """
    state = sites.lock_state(session, seen.site_id, seen.vantage.id)
    measurements.settle(session, seen.uid)
    if not _keep_verdict(session, seen, verdict, now=now):
        return state.condition
    last = state.last_measured_at
    is_late = seen.is_late or (last is not None and seen.measured_at <= last)
    history.mark(session, seen.site_id, seen.vantage.id, seen.measured_at, is_late=is_late)
    if is_late:
        _free(state)
        return state.condition
    before = (
        reachability.SiteState.from_dict(state.fold) if state.fold else reachability.SiteState()
    )
    step = reachability.advance(before, _observation(seen, verdict), policy.state)
    _apply(state, step, verdict, seen.uid, now=now)
    _move_episode(session, state, seen, before, step, now=now)
    if step.changed:
        relinking.relink(session, state.site_id, now=now)
    site = sites.get_site(session, seen.site_id)
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


def _free(state: sites.SiteState) -> None:
    state.leased_until = state.leased_by = None


def _observation(seen: Seen, verdict: Verdict) -> Observation:
    return Observation(
        at=seen.measured_at,
        verdict_state=verdict.state,
        failure_class=verdict.failure_class,
        layer=verdict.layer,
        mechanism=verdict.mechanism,
        confidence=verdict.confidence,
        rule=verdict.rule,
        vantage_healthy=seen.vantage_healthy,
        lone_vantage=seen.vantage.is_lone,
    )


def _keep_verdict(session: Session, seen: Seen, verdict: Verdict, *, now: datetime) -> bool:
    """Keep the verdict; False where one by these rules is there already."""
    if session.get(measurements.VerdictRow, (seen.uid, verdict.rules_version)) is not None:
        return False
    session.add(
        measurements.VerdictRow(
            measurement_uid=seen.uid,
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
    return True


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
    _free(state)
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
