# SPDX-License-Identifier: Apache-2.0
"""Who wants to be told: make a subscription, try it, switch it on again, remove it."""

import base64
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.blocking.targets import canonical_url
from app.domain.vocabulary import AlertKind, ChannelKind
from app.errors import Conflict, InvalidInput
from app.services import delivery
from app.storage import access, ledger, outbox
from app.storage.outbox import Delivery, Notification, Subscription

_SECRET_BYTES = 32


def subscribe(
    session: Session,
    *,
    name: str,
    channel: ChannelKind,
    address: str | None,
    kinds: Sequence[AlertKind],
    countries: Sequence[str],
    owner_id: uuid.UUID | None,
    now: datetime,
    own_hosts: frozenset[str] = frozenset(),
) -> Subscription:
    """Make a subscription; a webhook's `secret` is to be shown once by the caller.

    Raises RefusedAddress for an address that must never be contacted. What its name resolves to is
    judged at every attempt, for it may change.
    """
    secret = None
    if channel is ChannelKind.WEBHOOK:
        if not address:
            raise InvalidInput("a webhook needs the address that messages are posted to")
        address = canonical_url(address, own_hosts=own_hosts).url
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    elif address:
        raise InvalidInput("the console has no address: leave it out")
    made = Subscription(
        id=uuid.uuid4(),
        name=name,
        channel=channel,
        address=address,
        secret=secret,
        kinds=[kind.value for kind in kinds],
        countries=list(countries),
        is_enabled=True,
        owner_id=owner_id,
        created_at=now,
    )
    session.add(made)
    session.flush()
    _record(session, made, "create", owner_id, now)
    return made


def unsubscribe(
    session: Session, subscription_id: uuid.UUID, *, actor_id: uuid.UUID | None, now: datetime
) -> None:
    """Remove a subscription: its secret is erased, its messages are cancelled, its history stays."""
    found = outbox.get_subscription(session, subscription_id)
    delivery.switch_off(session, found, "removed by its owner", now=now)
    found.removed_at, found.secret = now, None
    # The answer that showed the secret may be kept for a repeated request.
    access.forget_answer(session, location=f"/api/v1/subscriptions/{found.id}")
    _record(session, found, "remove", actor_id, now)


def enable(
    session: Session, subscription_id: uuid.UUID, *, actor_id: uuid.UUID | None, now: datetime
) -> Subscription:
    """Switch a subscription on again; what was given up meanwhile can be replayed."""
    found = outbox.get_subscription(session, subscription_id)
    found.is_enabled, found.disabled_reason, found.held_until = True, None, None
    _record(session, found, "enable", actor_id, now)
    return found


def send_test(session: Session, subscription_id: uuid.UUID, *, now: datetime) -> Delivery:
    """Queue a message that says nothing but that the channel works."""
    found = outbox.get_subscription(session, subscription_id)
    if not found.is_enabled:
        raise Conflict("the subscription is switched off: enable it first")
    notification = Notification(
        id=uuid.uuid4(),
        alert_id=None,
        sequence=1,
        body={
            "type": "subscription.test",
            "timestamp": now.isoformat().replace("+00:00", "Z"),
            "data": {
                "title": "A test message from Qalam",
                "text": "If you read this, alerts will reach you here.",
                "severity": "info",
            },
        },
        created_at=now,
    )
    session.add(notification)
    session.flush()
    return delivery.queue(session, notification, found, now=now)


def _record(
    session: Session,
    subscription: Subscription,
    action: str,
    actor_id: uuid.UUID | None,
    now: datetime,
) -> None:
    ledger.record_revision(
        session,
        object_kind="subscription",
        object_id=subscription.id,
        action=action,
        actor_id=actor_id,
        at=now,
    )
    session.flush()
