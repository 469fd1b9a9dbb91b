# SPDX-License-Identifier: Apache-2.0
"""What agents hand in: checked item by item, stored once, whoever carried it.

A batch is taken whole or not at all; inside, each item is stored, was stored before, or is refused
for good with a code. Nothing is judged here (`judging.py`).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.agents import clock
from app.domain.agents.protocol import (
    CLOCK_IMPOSSIBLE,
    LATE_AFTER,
    TOO_OLD_AFTER,
    Batch,
    Item,
    Receipt,
    Rejected,
    Rejection,
)
from app.domain.alerting.alert import AlertPolicy
from app.domain.vocabulary import VantageHealth, VantageRole
from app.services import monitoring, watch_alerts
from app.services.batch_reading import Opened
from app.storage import agents, ledger, measurements, sites
from app.storage.agents import Agent, BatchRow, ControlRequest
from app.storage.sites import Vantage


def receive(
    session: Session, agent: Agent, opened: Opened, *, now: datetime, alerts: AlertPolicy
) -> Receipt:
    """Store a batch: every item new, seen before, or refused. The same batch twice adds nothing."""
    batch = opened.batch
    vantage = session.get_one(Vantage, agent.vantage_id)
    asked = _asked_for(session, batch)
    known = sites.urls_of(session, {item.site for item in batch.items})
    rows, rejected = [], list(opened.rejected)
    for index, item in zip(opened.places, batch.items, strict=True):
        refused = _refusal(item, batch, vantage, known, asked, now)
        if refused is None:
            rows.append(_row(item, batch, vantage, now))
        else:
            rejected.append(Rejected(uid=item.measurement.uid, index=index, code=refused))
    new = measurements.insert_new(session, rows)
    _answer(session, rows, new, asked, now)
    _ensure_states(session, vantage, rows, new, now)
    _note_health(session, agent, vantage, batch, now=now, alerts=alerts)
    _keep_batch(session, agent, opened, len(new), len(rows) - len(new), len(rejected), now)
    if new:
        ledger.bump(session, "sites")
    return Receipt(
        batch=batch.batch,
        server_time=now,
        accepted=len(new),
        duplicate=len(rows) - len(new),
        rejected=tuple(rejected),
    )


def _asked_for(session: Session, batch: Batch) -> dict[tuple[uuid.UUID, uuid.UUID], ControlRequest]:
    named = [item.control_of for item in batch.items if item.control_of is not None]
    if not named:
        return {}
    return {(one.field_uid, one.vantage_id): one for one in agents.requests_of(session, named)}


def _refusal(
    item: Item,
    batch: Batch,
    vantage: Vantage,
    known: Mapping[uuid.UUID, str],
    asked: Mapping[tuple[uuid.UUID, uuid.UUID], ControlRequest],
    now: datetime,
) -> Rejection | None:
    if item.measurement.vantage != vantage.code:
        return Rejection.WRONG_VANTAGE
    if item.site not in known:
        return Rejection.UNKNOWN_SITE
    if item.measurement.url != known[item.site]:
        return Rejection.NOT_ASKED
    measured_at = clock.measured_at(item, batch, now)
    if measured_at - now > CLOCK_IMPOSSIBLE:
        return Rejection.FROM_THE_FUTURE
    if now - measured_at > TOO_OLD_AFTER:
        return Rejection.TOO_OLD
    if item.control_of is None:
        return None if vantage.role is VantageRole.FIELD else Rejection.NOT_ASKED
    request = asked.get((item.control_of, vantage.id))
    if request is None or request.site_id != item.site:
        return Rejection.NOT_ASKED
    return None


def _row(item: Item, batch: Batch, vantage: Vantage, now: datetime) -> dict[str, Any]:
    measured_at = min(clock.measured_at(item, batch, now), now)
    is_field = item.control_of is None
    health, _ = monitoring.health_of(item.canaries.reached, item.canaries.asked)
    return {
        "uid": uuid.UUID(item.measurement.uid),
        "site_id": item.site,
        "vantage_id": vantage.id,
        "measured_at": measured_at,
        "received_at": now,
        "runtime_ms": item.measurement.runtime_ms,
        "control_of": item.control_of,
        "vantage_healthy": health is VantageHealth.HEALTHY,
        "prober_fault": item.measurement.prober_fault,
        "awaits": measurements.JUDGEMENT if is_field else None,
        "is_late": is_field and now - measured_at > LATE_AFTER,
        "batch_id": batch.batch,
        "clock_offset_ms": clock.offset_of(batch, now).total_seconds() * 1000,
        "observations": measurements.to_observations(item.measurement),
    }


def _answer(
    session: Session,
    rows: list[dict[str, Any]],
    new: set[uuid.UUID],
    asked: Mapping[tuple[uuid.UUID, uuid.UUID], ControlRequest],
    now: datetime,
) -> None:
    """Tick off the controls that came; a field measurement all of whose controls came is roused."""
    answered = {row["control_of"] for row in rows if row["control_of"] and row["uid"] in new}
    if not answered:
        return
    for request in asked.values():
        is_mine = request.field_uid in answered and request.vantage_id == rows[0]["vantage_id"]
        if is_mine and request.answered_at is None:
            request.answered_at = now
    session.flush()
    left = {one.field_uid for one in asked.values() if one.answered_at is None}
    measurements.rouse(session, sorted(answered - left))


def _ensure_states(
    session: Session,
    vantage: Vantage,
    rows: list[dict[str, Any]],
    new: set[uuid.UUID],
    now: datetime,
) -> None:
    """Give sites that were assigned before this collector enlisted them a state to be folded into."""
    named = {row["site_id"] for row in rows if row["control_of"] is None and row["uid"] in new}
    sites.add_states(session, [(one, vantage.id, now) for one in sorted(named)])


def _note_health(
    session: Session,
    agent: Agent,
    vantage: Vantage,
    batch: Batch,
    *,
    now: datetime,
    alerts: AlertPolicy,
) -> None:
    agent.spool_depth, agent.last_seq = batch.spool_depth, batch.seq
    offset = clock.offset_of(batch, now)
    agent.clock_offset_ms = offset.total_seconds() * 1000
    watch_alerts.on_clock(session, vantage, offset, now=now, policy=alerts)
    if batch.canaries is not None:
        monitoring.record_health(
            session,
            vantage.id,
            reached=batch.canaries.reached,
            asked=batch.canaries.asked,
            now=now,
            alerts=alerts,
        )


def _keep_batch(
    session: Session,
    agent: Agent,
    opened: Opened,
    accepted: int,
    duplicate: int,
    rejected: int,
    now: datetime,
) -> None:
    if session.get(BatchRow, opened.batch.batch) is not None:
        return
    session.add(
        BatchRow(
            id=opened.batch.batch,
            agent_id=agent.id,
            seq=opened.batch.seq,
            received_at=now,
            sha256=opened.sha256,
            signature=opened.signature,
            accepted=accepted,
            duplicate=duplicate,
            rejected=rejected,
        )
    )
    session.flush()
