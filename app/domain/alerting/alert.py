# SPDX-License-Identifier: Apache-2.0
"""When people are told: the life of an alert as a table of transitions.

An alert is (kind, subject, scope) with a stable fingerprint. It waits a moment (so that one cause is
told once), fires, may be taken on, and resolves; if it returns soon after, the same alert reopens.
The state of a site is another machine (app/domain/blocking); silences and inhibition are decided
when a message is sent. Never here: what is said (texts.py), storage, or sending.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.vocabulary import AlertKind, AlertState
from app.errors import Conflict


class Trigger(StrEnum):
    """What can happen to an alert."""

    CONDITION_SEEN = "condition_seen"
    CONDITION_GONE = "condition_gone"
    GROUPING_ELAPSED = "grouping_elapsed"
    HOLD_ELAPSED = "hold_elapsed"
    NEWS = "news"
    ACK = "ack"
    REMINDER_DUE = "reminder_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """How long an alert waits before it fires, returns as the same one, and is told again."""

    group_wait: timedelta = timedelta(seconds=60)
    # How long a site must stay well before people are told that it is over.
    resolve_hold: timedelta = timedelta(minutes=10)
    reopen_within: timedelta = timedelta(minutes=30)
    remind_every: timedelta = timedelta(hours=24)
    # While a site comes and goes, people hear of it at most this often.
    digest_every: timedelta = timedelta(hours=4)
    # How far an agent's clock may be off before somebody is told.
    clock_tolerance: timedelta = timedelta(minutes=5)
    # How long before a deadline people are reminded of it.
    deadline_notice: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """What the table reads of an alert; `AlertFacts()` is the one that does not exist yet.

    `fires_at` is the end of its grouping time, `fired_at` None until people were told of it, and
    `told_at` the time of the last message about it. `resolves_at` is set while its condition is gone
    and nobody has been told yet.
    """

    state: AlertState | None = None
    fires_at: datetime | None = None
    fired_at: datetime | None = None
    told_at: datetime | None = None
    resolves_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The next state, whether people are told, and why.

    `opens` asks for a new alert with a new id; `reopened` for the same one with its count one higher.
    `fires_at` is set where the alert starts to wait; whoever stores it asks again then. So is
    `resolves_at`, which is always to be stored: None where the end is not being waited for.
    """

    state: AlertState | None
    notify: bool
    why: str
    rule: str
    opens: bool = False
    reopened: bool = False
    fires_at: datetime | None = None
    resolves_at: datetime | None = None


Guard = Callable[[AlertFacts, datetime, AlertPolicy], bool]


def _has_waited(alert: AlertFacts, now: datetime, _policy: AlertPolicy) -> bool:
    return alert.fires_at is None or now >= alert.fires_at


def _is_overdue(alert: AlertFacts, now: datetime, policy: AlertPolicy) -> bool:
    told_at = alert.told_at or alert.fired_at
    return told_at is not None and now - told_at >= policy.remind_every


def _is_back(alert: AlertFacts, now: datetime, policy: AlertPolicy) -> bool:
    return alert.resolved_at is not None and now - alert.resolved_at <= policy.reopen_within


def _is_back_and_was_told(alert: AlertFacts, now: datetime, policy: AlertPolicy) -> bool:
    return alert.fired_at is not None and _is_back(alert, now, policy)


def _is_to_be_held(_alert: AlertFacts, _now: datetime, policy: AlertPolicy) -> bool:
    return policy.resolve_hold > timedelta(0)


def _has_held(alert: AlertFacts, now: datetime, _policy: AlertPolicy) -> bool:
    return alert.resolves_at is not None and now >= alert.resolves_at


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; a guard narrows it. `to` None leaves the state as it is."""

    id: str
    state: AlertState | None
    event: Trigger
    why: str
    to: AlertState | None = None
    notify: bool = False
    guard: Guard | None = None
    opens: bool = False
    reopens: bool = False
    holds: bool = False  # its end is waited for


_E, _S = Trigger, AlertState

TABLE: tuple[Row, ...] = (
    Row("none.seen", None, _E.CONDITION_SEEN, "Seen; waiting for its grouping time.",
        to=_S.PENDING, opens=True),
    Row("none.gone", None, _E.CONDITION_GONE, "There was no alert to end."),
    Row("none.elapsed", None, _E.GROUPING_ELAPSED, "There is no alert that waits."),
    Row("none.held", None, _E.HOLD_ELAPSED, "There is no alert whose end is waited for."),
    Row("none.news", None, _E.NEWS, "There is no alert to add to."),
    Row("none.reminder", None, _E.REMINDER_DUE, "There is no alert to remind of."),
    Row("pending.seen", _S.PENDING, _E.CONDITION_SEEN, "Still seen; still waiting."),
    Row("pending.gone", _S.PENDING, _E.CONDITION_GONE, "Gone before anybody was told.",
        to=_S.RESOLVED),
    Row("pending.elapsed", _S.PENDING, _E.GROUPING_ELAPSED, "It lasted through its grouping time.",
        to=_S.FIRING, notify=True, guard=_has_waited),
    Row("pending.waits", _S.PENDING, _E.GROUPING_ELAPSED, "Its grouping time is not over."),
    Row("pending.held", _S.PENDING, _E.HOLD_ELAPSED, "Its end is not waited for."),
    Row("pending.news", _S.PENDING, _E.NEWS, "Nobody was told yet; it is said with the rest."),
    Row("pending.reminder", _S.PENDING, _E.REMINDER_DUE, "Nobody was told yet."),
    Row("firing.seen", _S.FIRING, _E.CONDITION_SEEN, "Still seen; people know."),
    Row("firing.gone_held", _S.FIRING, _E.CONDITION_GONE, "It seems over; it must stay so for a while.",
        guard=_is_to_be_held, holds=True),
    Row("firing.gone", _S.FIRING, _E.CONDITION_GONE, "It is over.", to=_S.RESOLVED, notify=True),
    Row("firing.held", _S.FIRING, _E.HOLD_ELAPSED, "It is over, and has been for a while.",
        to=_S.RESOLVED, notify=True, guard=_has_held),
    Row("firing.holding", _S.FIRING, _E.HOLD_ELAPSED, "It is not over, or not for long enough.",
        holds=True),
    Row("firing.news", _S.FIRING, _E.NEWS, "Much more of it is known than people were told.",
        notify=True),
    Row("firing.elapsed", _S.FIRING, _E.GROUPING_ELAPSED, "It fires already."),
    Row("firing.ack", _S.FIRING, _E.ACK, "Somebody has taken it on.", to=_S.ACKED),
    Row("firing.reminder", _S.FIRING, _E.REMINDER_DUE, "It lasts, and nobody has taken it on.",
        notify=True, guard=_is_overdue),
    Row("firing.told", _S.FIRING, _E.REMINDER_DUE, "People were told not long ago."),
    Row("acked.seen", _S.ACKED, _E.CONDITION_SEEN, "Still seen; somebody is on it."),
    Row("acked.gone_held", _S.ACKED, _E.CONDITION_GONE, "It seems over; it must stay so for a while.",
        guard=_is_to_be_held, holds=True),
    Row("acked.gone", _S.ACKED, _E.CONDITION_GONE, "It is over.", to=_S.RESOLVED, notify=True),
    Row("acked.held", _S.ACKED, _E.HOLD_ELAPSED, "It is over, and has been for a while.",
        to=_S.RESOLVED, notify=True, guard=_has_held),
    Row("acked.holding", _S.ACKED, _E.HOLD_ELAPSED, "It is not over, or not for long enough.",
        holds=True),
    Row("acked.news", _S.ACKED, _E.NEWS, "Much more of it is known than people were told.",
        notify=True),
    Row("acked.elapsed", _S.ACKED, _E.GROUPING_ELAPSED, "Somebody is on it already."),
    Row("acked.ack", _S.ACKED, _E.ACK, "Somebody had taken it on already."),
    Row("acked.reminder", _S.ACKED, _E.REMINDER_DUE, "Somebody is on it: no reminders."),
    Row("resolved.back", _S.RESOLVED, _E.CONDITION_SEEN, "It is back soon after it ended.",
        to=_S.FIRING, notify=True, guard=_is_back_and_was_told, reopens=True),
    Row("resolved.back_untold", _S.RESOLVED, _E.CONDITION_SEEN,
        "It is back before anybody was told; waiting for its grouping time.",
        to=_S.PENDING, guard=_is_back, reopens=True),
    Row("resolved.seen", _S.RESOLVED, _E.CONDITION_SEEN,
        "Seen long after the last one ended; waiting for its grouping time.",
        to=_S.PENDING, opens=True),
    Row("resolved.gone", _S.RESOLVED, _E.CONDITION_GONE, "It was over already."),
    Row("resolved.elapsed", _S.RESOLVED, _E.GROUPING_ELAPSED, "It ended while it waited."),
    Row("resolved.held", _S.RESOLVED, _E.HOLD_ELAPSED, "It was over already."),
    Row("resolved.news", _S.RESOLVED, _E.NEWS, "It is over: nothing is added to it."),
    Row("resolved.reminder", _S.RESOLVED, _E.REMINDER_DUE, "It is over: no reminders."),
)  # fmt: skip

CANNOT_ACK = {
    None: "There is no alert to take on.",
    AlertState.PENDING: "The alert has not fired yet; it can be taken on once people are told.",
    AlertState.RESOLVED: "The alert is over; there is nothing left to take on.",
}


def advance(alert: AlertFacts, event: Trigger, now: datetime, policy: AlertPolicy) -> Transition:
    """Return what an event does to an alert: the first row that fits.

    Raises Conflict where somebody wants to take on what does not fire.
    """
    if event is Trigger.ACK and alert.state in CANNOT_ACK:
        raise Conflict(CANNOT_ACK[alert.state])
    row = next(
        row
        for row in TABLE
        if (row.state, row.event) == (alert.state, event)
        and (row.guard is None or row.guard(alert, now, policy))
    )
    starts_waiting = row.to is AlertState.PENDING
    is_unmoved = event in (Trigger.ACK, Trigger.REMINDER_DUE, Trigger.NEWS)
    held_until = alert.resolves_at if row.holds or is_unmoved else None
    if row.holds and event is Trigger.CONDITION_GONE:
        held_until = alert.resolves_at or now + policy.resolve_hold
    return Transition(
        state=row.to or alert.state,
        notify=row.notify,
        why=row.why,
        rule=row.id,
        opens=row.opens,
        reopened=row.reopens,
        fires_at=now + policy.group_wait if starts_waiting else None,
        resolves_at=held_until,
    )


def fingerprint(kind: AlertKind, subject: str, scope: str) -> str:
    """Return the stable name of what an alert is about; equal input, equal name, on any machine.

    `subject` is the id of the site or vantage, `scope` the network or country it concerns.
    """
    parts = f"{kind.value}\x00{subject}\x00{scope}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
