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
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.reachability import Observation
from app.domain.blocking.verdict import Control, Verdict, judge
from app.domain.vocabulary import Egress, SiteCondition, VerdictState
from app.services import standing
from app.services.knowledge import Known
from app.services.monitoring import VantagePlan, WatchPolicy
from app.services.standing import Said
from app.storage import body_references, history, ledger, measurements, sites


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


def judge_seen(seen: Seen, known: Known) -> Verdict:
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
    return judge(
        seen.measurement, controls, known.fingerprints, seen.vantage.country, known.networks
    )


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
    said = Said(uid=seen.uid, reasons=verdict.reasons)
    standing.move(
        session, state, _observation(seen, verdict), said, now=now, policy=policy, alerts=alerts
    )
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
            lone_vantage=seen.vantage.is_lone,
            control_uids=[one.measurement.uid for one in seen.controls],
            judged_at=now,
        )
    )
    if _is_evidence(seen, verdict):
        body_references.note(
            session, (seen.measurement, *(one.measurement for one in seen.controls))
        )
    return True


def _is_evidence(seen: Seen, verdict: Verdict) -> bool:
    """Whether what came was kept: not of a page that spoke for itself, unless an agent sent it."""
    if verdict.state is not VerdictState.OK or verdict.interference or seen.controls:
        return True
    sent = any(exchange.body for exchange in seen.measurement.exchanges)
    return sent and seen.vantage.egress is Egress.AGENT
