# SPDX-License-Identifier: Apache-2.0
"""Alerts as people meet them: a condition is seen or gone, and whoever asked to know is told.

The pure table (`app.domain.alerting.alert`) decides; here its answer becomes rows: the alert, its
event, the message and one delivery for each subscription, all in the caller's transaction. Nothing
is sent from here.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.alerting.alert import (
    AlertFacts,
    AlertPolicy,
    Transition,
    Trigger,
    advance,
    fingerprint,
)
from app.domain.alerting.texts import message
from app.domain.vocabulary import AlertKind, AlertState, ChannelKind, Severity
from app.services import delivery
from app.services.alert_evidence import Evidence, explain, subject_of
from app.storage import alerts, ledger, outbox
from app.storage.alerts import Alert, AlertEvent
from app.storage.sites import Site, Vantage

PUBLIC_KINDS = frozenset({AlertKind.SITE_BLOCKED, AlertKind.SITE_DOWN, AlertKind.SITE_UNREACHABLE})
"""What anybody may know of; the state of a vantage concerns the people who run it."""

__all__ = ["PUBLIC_KINDS", "Evidence", "acknowledge", "consider", "ensure_console", "fire_due"]

_BATCH = 200
_TOLD_AS = {
    "pending.elapsed": "fired",
    "resolved.back": "reopened",
    "firing.reminder": "reminder",
    "firing.gone": "resolved",
    "acked.gone": "resolved",
}


def ensure_console(session: Session, *, now: datetime) -> None:
    """Make the channel that prints where Qalam runs, once; whoever removes it is not overruled."""
    if not outbox.has_console(session):
        console = outbox.Subscription(name="console", channel=ChannelKind.CONSOLE, created_at=now)
        session.add(console)
        session.flush()


def consider(
    session: Session,
    *,
    kind: AlertKind,
    vantage: Vantage,
    site: Site | None = None,
    condition: bool,
    evidence: Evidence | None = None,
    now: datetime,
    policy: AlertPolicy,
) -> Alert | None:
    """Say that a condition holds or not; return its alert, or None where there is none.

    `evidence` is needed where the condition holds. Saying the same again changes nothing. One alert
    is about one site (or none) at one vantage: a second vantage has its own.
    """
    name = fingerprint(kind, str(site.id if site else vantage.id), str(vantage.id))
    found = alerts.latest_alert(session, name)
    if not condition and (found is None or found.state is AlertState.RESOLVED):
        return None
    trigger = Trigger.CONDITION_SEEN if condition else Trigger.CONDITION_GONE
    step = advance(_facts(found), trigger, now, policy)
    if found is None or step.opens:
        found = _new(kind, name, vantage, site, now)
        session.add(found)
    is_news = False
    if condition:
        if evidence is None:
            raise ValueError("a condition that holds needs its evidence")
        is_news = explain(found, evidence, site, vantage, now=now)
    _move(session, found, step, trigger, now=now, is_news=is_news)
    return found


def fire_due(session: Session, *, now: datetime, policy: AlertPolicy) -> int:
    """Fire what has waited long enough and remind of what lasts; return how many were told."""
    told = 0
    for alert in alerts.due_alerts(session, now, limit=_BATCH):
        told += _fire(session, alert, now=now, policy=policy)
    overdue = now - policy.remind_every
    for alert in alerts.unreminded_alerts(session, overdue, limit=_BATCH):
        step = advance(_facts(alert), Trigger.REMINDER_DUE, now, policy)
        _move(session, alert, step, Trigger.REMINDER_DUE, now=now)
        told += step.notify
    return told


def acknowledge(
    session: Session,
    alert_id: uuid.UUID,
    *,
    by: uuid.UUID | None,
    now: datetime,
    policy: AlertPolicy,
) -> Alert:
    """Take an alert on: reminders stop. Raises Conflict where it does not fire."""
    alert = alerts.get_alert(session, alert_id, lock=True)
    step = advance(_facts(alert), Trigger.ACK, now, policy)
    if alert.state is not AlertState.ACKED:
        alert.acked_at, alert.acked_by_id = now, by
    _move(session, alert, step, Trigger.ACK, now=now)
    return alert


def _fire(session: Session, alert: Alert, *, now: datetime, policy: AlertPolicy) -> bool:
    inhibitor = _inhibitor(session, alert)
    if inhibitor is not None:
        # It keeps waiting: if it still holds when the vantage is back, it is told then.
        alert.fires_at = now + policy.group_wait
        if alert.inhibited_by_id != inhibitor:
            alert.inhibited_by_id = inhibitor
            why = f"Held back: the vantage is offline (alert {inhibitor})."
            _record(session, alert, alert.state, "inhibited", why, now=now)
        session.flush()
        return False
    alert.inhibited_by_id = None
    step = advance(_facts(alert), Trigger.GROUPING_ELAPSED, now, policy)
    _move(session, alert, step, Trigger.GROUPING_ELAPSED, now=now)
    return step.notify


def _inhibitor(session: Session, alert: Alert) -> uuid.UUID | None:
    if alert.kind is AlertKind.VANTAGE_OFFLINE or alert.vantage_id is None:
        return None
    return alerts.open_alert_of_vantage(session, AlertKind.VANTAGE_OFFLINE, alert.vantage_id)


def _facts(alert: Alert | None) -> AlertFacts:
    if alert is None:
        return AlertFacts()
    return AlertFacts(
        state=alert.state,
        fires_at=alert.fires_at,
        fired_at=alert.fired_at,
        told_at=alert.told_at,
        resolved_at=alert.resolved_at,
    )


def _new(kind: AlertKind, name: str, vantage: Vantage, site: Site | None, now: datetime) -> Alert:
    return Alert(
        id=uuid.uuid4(),
        kind=kind,
        fingerprint=name,
        site_id=site.id if site else None,
        vantage_id=vantage.id,
        country=vantage.country,
        state=AlertState.PENDING,
        severity=Severity.WARNING,
        title="",
        text="",
        evidence={},
        count=1,
        opened_at=now,
        updated_at=now,
    )


def _move(
    session: Session,
    alert: Alert,
    step: Transition,
    trigger: Trigger,
    *,
    now: datetime,
    is_news: bool = False,
) -> None:
    """Store what the table answered, and tell people where it says so."""
    before = None if step.opens else alert.state
    assert step.state is not None
    alert.state = step.state
    if step.fires_at is not None:
        alert.fires_at = step.fires_at
    if step.reopened:
        alert.count += 1
        alert.resolved_at = alert.acked_at = alert.acked_by_id = None
    if step.state is AlertState.RESOLVED and before is not AlertState.RESOLVED:
        alert.resolved_at, alert.inhibited_by_id = now, None
    session.flush()
    has_moved = before is not step.state or step.notify
    if has_moved:
        _record(session, alert, before, trigger.value, step.why, now=now)
    if step.notify:
        _tell(session, alert, _TOLD_AS[step.rule], now=now)
    if has_moved or is_news:
        alert.updated_at = now
        is_public = alert.kind in PUBLIC_KINDS and alert.fired_at is not None
        ledger.bump(session, *(("public", "staff") if is_public else ("staff",)))
    session.flush()


def _record(
    session: Session,
    alert: Alert,
    before: AlertState | None,
    event: str,
    why: str,
    *,
    now: datetime,
) -> None:
    session.add(
        AlertEvent(
            alert_id=alert.id, at=now, event=event, old_state=before, new_state=alert.state, why=why
        )
    )


def _tell(session: Session, alert: Alert, what: str, *, now: datetime) -> None:
    said = message(alert.kind, subject_of(alert), now=now, resolved=what == "resolved")
    alert.title, alert.text, alert.told_at = said.title, said.text, now
    alert.fired_at = alert.fired_at or now
    delivery.announce(session, alert, what, now=now)
