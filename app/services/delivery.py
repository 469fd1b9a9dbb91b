# SPDX-License-Identifier: Apache-2.0
"""The outbox at work: what is to be said is written with the decision to say it, then delivered.

At least once, in order for each alert and subscription, for 75 h 35 min; then a dead letter that can
be seen and replayed. A message is claimed, sent with no transaction open, and marked after: whoever
is killed in between leaves a lease that runs out, so the message is sent again under the same id.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.alerting.retry import GONE, MAX_ATTEMPTS, after_attempt
from app.domain.vocabulary import AlertKind, ChannelKind, DeliveryState
from app.errors import Conflict
from app.storage import ledger, outbox
from app.storage.alerts import Alert
from app.storage.outbox import Delivery, Notification, Subscription

LEASE = timedelta(seconds=60)
"""Three times what one attempt may take."""

PER_SUBSCRIPTION = 4
"""How many messages go to one receiver at a time, so that a slow one does not use up the senders."""

DEAD_IN_A_ROW = 5
"""After so many messages given up one after another a channel is switched off."""

_MAX_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """One message to be sent now, with all that sending takes; `message_id` never changes."""

    id: uuid.UUID
    message_id: str
    worker: str
    attempt: int
    channel: ChannelKind
    address: str | None
    secret: str | None
    body: dict[str, Any]
    subscription: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a channel said of an attempt that did not arrive."""

    detail: str
    permanent: bool = False
    status: int | None = None
    retry_after: str | None = None


def announce(session: Session, alert: Alert, what: str, *, now: datetime) -> Notification:
    """Write one message about an alert, and a delivery for every channel that asked for such."""
    notification = Notification(
        id=uuid.uuid4(),
        alert_id=alert.id,
        sequence=outbox.next_sequence(session, alert.id),
        body=_body(alert, what, now),
        created_at=now,
    )
    session.add(notification)
    session.flush()
    for subscription in outbox.enabled_subscriptions(session):
        if wants(subscription, alert.kind, alert.country):
            queue(session, notification, subscription, now=now)
    return notification


def wants(subscription: Subscription, kind: AlertKind, country: str | None) -> bool:
    """Whether a channel asked for this; an empty list asks for everything."""
    kinds, countries = subscription.kinds, subscription.countries
    return (not kinds or kind in kinds) and (not countries or country in countries)


def queue(
    session: Session, notification: Notification, subscription: Subscription, *, now: datetime
) -> Delivery:
    """Put one message on its way to one channel."""
    row = Delivery(
        id=uuid.uuid4(),
        notification_id=notification.id,
        subscription_id=subscription.id,
        state=DeliveryState.QUEUED,
        attempts=0,
        next_attempt_at=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _body(alert: Alert, what: str, now: datetime) -> dict[str, Any]:
    # Neither network nor vantage: a message may be forwarded anywhere.
    return {
        "type": f"{alert.kind.value}.{what}",
        "timestamp": now.isoformat().replace("+00:00", "Z"),
        "data": {
            "alert_id": str(alert.id),
            "kind": alert.kind.value,
            "state": alert.state.value,
            "severity": alert.severity.value,
            "title": alert.title,
            "text": alert.text,
            "country": alert.country,
            "site_url": alert.evidence["site_url"],
            "mechanism": alert.evidence["mechanism"],
            "confidence": alert.evidence["confidence"],
            "rule": alert.evidence["rule"],
            "count": alert.count,
        },
    }


def claim_batch(
    session: Session,
    *,
    worker: str,
    now: datetime,
    limit: int,
    address: str,
    lease: timedelta = LEASE,
) -> list[ClaimedDelivery]:
    """Lease what is due to this worker, fairly over the channels; the caller commits, then sends.

    `address` is where people find this installation; it stands before the link in each message.
    """
    claimed: list[ClaimedDelivery] = []
    for subscription in outbox.due_subscriptions(session, now):
        in_flight = outbox.count_in_flight(session, subscription.id, now)
        room = min(limit - len(claimed), PER_SUBSCRIPTION - in_flight)
        if room <= 0:
            continue
        for row in outbox.lock_due(session, subscription.id, now, limit=room):
            if row.attempts >= MAX_ATTEMPTS:
                # Left behind in its last attempt; it may be what kills the workers.
                _give_up(session, row, subscription, "the worker was lost in the last attempt", now)
                continue
            row.state, row.attempts = DeliveryState.LEASED, row.attempts + 1
            row.leased_by, row.leased_until = worker, now + lease
            claimed.append(_claimed(session, row, subscription, worker, address))
    session.flush()
    return claimed


def _claimed(
    session: Session, row: Delivery, subscription: Subscription, worker: str, address: str
) -> ClaimedDelivery:
    notification = session.get_one(Notification, row.notification_id)
    data = dict(notification.body["data"])
    # A reminder is about no alert and says itself where its page is.
    path = data.pop("path", f"/alerts/{notification.alert_id}" if notification.alert_id else "/")
    body = {**notification.body, "data": {**data, "link": address + path}}
    return ClaimedDelivery(
        id=row.id,
        message_id=f"msg_{notification.id.hex}",
        worker=worker,
        attempt=row.attempts,
        channel=subscription.channel,
        address=subscription.address,
        secret=subscription.secret,
        body=body,
        subscription=subscription.name,
    )


def record_success(session: Session, claimed: ClaimedDelivery, *, now: datetime) -> None:
    """Mark a message as delivered. It has arrived, whoever holds its lease by now."""
    row = outbox.get_delivery(session, claimed.id, lock=True)
    if row.state is DeliveryState.DELIVERED:
        return
    _settle(row, DeliveryState.DELIVERED)
    row.delivered_at, row.last_error = now, None
    session.flush()


def record_failure(
    session: Session,
    claimed: ClaimedDelivery,
    failure: Failure,
    *,
    now: datetime,
    jitter: float = 0.0,
) -> DeliveryState:
    """Plan the next attempt, or give the message up; return where it stands now.

    Does nothing where the lease ran out and another worker has taken the message since.
    """
    row = outbox.get_delivery(session, claimed.id, lock=True)
    is_ours = row.leased_by == claimed.worker and row.attempts == claimed.attempt
    if row.state is not DeliveryState.LEASED or not is_ours:
        return row.state
    subscription = session.get_one(Subscription, row.subscription_id)
    row.last_status = failure.status
    plan = after_attempt(
        row.attempts,
        now,
        status=failure.status,
        retry_after=failure.retry_after,
        jitter=jitter,
    )
    if failure.permanent or plan.next_attempt_at is None:
        _give_up(session, row, subscription, failure.detail, now)
        return row.state
    _settle(row, DeliveryState.RETRY_WAIT)
    row.next_attempt_at, row.last_error = plan.next_attempt_at, failure.detail[:_MAX_ERROR]
    if failure.retry_after:
        # It asked for time: its other messages wait as well.
        asked = after_attempt(1, now, status=failure.status, retry_after=failure.retry_after)
        subscription.held_until = asked.next_attempt_at
    session.flush()
    return row.state


def _settle(row: Delivery, state: DeliveryState) -> None:
    row.state = state
    row.leased_by = row.leased_until = row.next_attempt_at = None


def _give_up(
    session: Session, row: Delivery, subscription: Subscription, detail: str, now: datetime
) -> None:
    _settle(row, DeliveryState.DEAD)
    row.last_error = detail[:_MAX_ERROR]
    session.flush()
    if row.last_status == GONE:
        switch_off(session, subscription, "the receiver answered 410: it wants no more", now=now)
    elif outbox.count_dead_in_a_row(session, subscription.id) >= DEAD_IN_A_ROW:
        why = f"{DEAD_IN_A_ROW} messages in a row could not be delivered"
        switch_off(session, subscription, why, now=now)


def switch_off(session: Session, subscription: Subscription, why: str, *, now: datetime) -> None:
    """Send nothing more to a channel; what was on its way is cancelled and can be replayed."""
    subscription.is_enabled, subscription.disabled_reason = False, why
    for row in outbox.list_waiting(session, subscription.id):
        cancel(session, row.id, why=why)
    ledger.record_revision(
        session,
        object_kind="subscription",
        object_id=subscription.id,
        action="disable",
        actor_id=None,
        at=now,
        reason=why,
    )
    session.flush()


def cancel(session: Session, delivery_id: uuid.UUID, *, why: str) -> Delivery:
    """Take a message back that is not settled yet; one that is being sent now may still arrive."""
    row = outbox.get_delivery(session, delivery_id, lock=True)
    if row.state in outbox.UNSETTLED_STATES:
        _settle(row, DeliveryState.CANCELLED)
        row.last_error = why[:_MAX_ERROR]
        session.flush()
    return row


def replay(session: Session, delivery_id: uuid.UUID, *, now: datetime) -> Delivery:
    """Send a message that was given up again from its first attempt, under the same id."""
    row = outbox.get_delivery(session, delivery_id, lock=True)
    if row.state not in (DeliveryState.DEAD, DeliveryState.CANCELLED):
        raise Conflict("only a message that was given up or cancelled can be replayed")
    subscription = session.get_one(Subscription, row.subscription_id)
    if not subscription.is_enabled:
        raise Conflict("the subscription of this message is switched off: enable it first")
    _settle(row, DeliveryState.QUEUED)
    row.attempts, row.next_attempt_at, row.last_status = 0, now, None
    session.flush()
    return row
