# SPDX-License-Identifier: Apache-2.0
"""Alerts as people meet them: a condition is seen or gone, and whoever asked to know is told.

The pure table (`app.domain.alerting.alert`) decides; here its answer becomes rows: the alert, its
event, the message and one delivery for each subscription, all in the caller's transaction. Nothing
is sent from here.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.alerting.alert import (
    AlertFacts,
    AlertPolicy,
    Transition,
    Trigger,
    advance,
    fingerprint,
)
from app.domain.alerting.inhibition import SITE_KINDS
from app.domain.alerting.texts import message
from app.domain.vocabulary import AlertKind, AlertState, ChannelKind, Severity
from app.services import delivery, inhibition
from app.services.alert_evidence import Evidence, explain, subject_of
from app.storage import alerts, ledger, outbox
from app.storage.alerts import Alert, AlertEvent
from app.storage.sites import Site, Vantage

PUBLIC_KINDS = SITE_KINDS | {AlertKind.NETWORK_EVENT}
"""What anybody may know of; the state of a vantage concerns the people who run it."""

__all__ = [
    "PUBLIC_KINDS",
    "Evidence",
    "acknowledge",
    "consider",
    "ensure_console",
    "fire_due",
    "tell_news",
]

_BATCH = 200
_TOLD_AS = {
    "pending.elapsed": "fired",
    "resolved.back": "reopened",
    "firing.reminder": "reminder",
    "firing.gone": "resolved",
    "acked.gone": "resolved",
    "firing.held": "resolved",
    "acked.held": "resolved",
    "firing.news": "updated",
    "acked.news": "updated",
}
_STEADY_KINDS = frozenset(AlertKind) - {AlertKind.SITE_FLAPPING}


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
    subject: uuid.UUID | None = None,
    condition: bool,
    evidence: Evidence | None = None,
    now: datetime,
    policy: AlertPolicy,
) -> Alert | None:
    """Say that a condition holds or not; return its alert, or None where there is none.

    `evidence` is needed where the condition holds. Saying the same again changes nothing. One alert
    is about one site (or none) at one vantage: a second vantage has its own. `subject` is the id of
    what is neither, such as a network event.
    """
    about = subject or (site.id if site else vantage.id)
    name = fingerprint(kind, str(about), str(vantage.id))
    policy = _for_kind(policy, kind)
    found = alerts.latest_alert(session, name)
    if not condition and (found is None or found.state is AlertState.RESOLVED):
        return None
    trigger = Trigger.CONDITION_SEEN if condition else Trigger.CONDITION_GONE
    step = advance(_facts(found), trigger, now, policy)
    if found is not None and step.reopened and inhibition.held_back(session, found, now=now):
        # It returns while something wider explains it: it waits, as if nobody had been told.
        step = advance(replace(_facts(found), fired_at=None), trigger, now, policy)
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
    """Tell what has waited long enough, what is over for long enough, and remind of what lasts.

    Returns how many messages were written.
    """
    told = 0
    for alert in alerts.held_alerts(session, now, limit=_BATCH):
        told += _happens(session, alert, Trigger.HOLD_ELAPSED, now=now, policy=policy)
    for alert in alerts.due_alerts(session, now, limit=_BATCH):
        told += _fire(session, alert, now=now, policy=policy)
    for kinds in (_STEADY_KINDS, frozenset({AlertKind.SITE_FLAPPING})):
        own = _for_kind(policy, next(iter(kinds)))
        overdue = now - own.remind_every
        for alert in alerts.unreminded_alerts(session, overdue, kinds=kinds, limit=_BATCH):
            if inhibition.held_back(session, alert, now=now) is None:
                told += _happens(session, alert, Trigger.REMINDER_DUE, now=now, policy=own)
    return told


def tell_news(session: Session, alert: Alert, *, now: datetime, policy: AlertPolicy) -> bool:
    """Tell of an alert again because it has grown; not where nobody was told of it yet."""
    return _happens(session, alert, Trigger.NEWS, now=now, policy=policy)


def _happens(
    session: Session, alert: Alert, trigger: Trigger, *, now: datetime, policy: AlertPolicy
) -> bool:
    step = advance(_facts(alert), trigger, now, policy)
    _move(session, alert, step, trigger, now=now)
    return step.notify


def _for_kind(policy: AlertPolicy, kind: AlertKind) -> AlertPolicy:
    """Return how alerts of one kind wait: only what is about a site is held before its end is told."""
    if kind not in SITE_KINDS:
        return replace(policy, resolve_hold=timedelta(0))
    if kind is AlertKind.SITE_FLAPPING:
        return replace(policy, remind_every=policy.digest_every)
    return policy


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
    held = inhibition.held_back(session, alert, now=now)
    if held is not None:
        # It keeps waiting: if it still holds when that is over, it is told then.
        alert.fires_at = now + policy.group_wait
        if (alert.inhibited_by_id, alert.suppressed) != (held.by, held.suppressed):
            alert.inhibited_by_id, alert.suppressed = held.by, held.suppressed
            event = "suppressed" if held.suppressed else "inhibited"
            _record(session, alert, alert.state, event, held.why, now=now)
        session.flush()
        return False
    alert.inhibited_by_id = alert.suppressed = None
    return _happens(session, alert, Trigger.GROUPING_ELAPSED, now=now, policy=policy)


def _facts(alert: Alert | None) -> AlertFacts:
    if alert is None:
        return AlertFacts()
    return AlertFacts(
        state=alert.state,
        fires_at=alert.fires_at,
        fired_at=alert.fired_at,
        told_at=alert.told_at,
        resolves_at=alert.resolves_at,
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
    is_waiting_anew = alert.resolves_at is None and step.resolves_at is not None
    alert.resolves_at = step.resolves_at
    if step.reopened:
        alert.count += 1
        alert.resolved_at = alert.acked_at = alert.acked_by_id = None
    if step.state is AlertState.RESOLVED and before is not AlertState.RESOLVED:
        alert.resolved_at = now
        alert.inhibited_by_id = alert.suppressed = None
    session.flush()
    has_moved = before is not step.state or step.notify
    if has_moved or is_waiting_anew:
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
