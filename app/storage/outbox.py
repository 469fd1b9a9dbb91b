# SPDX-License-Identifier: Apache-2.0
"""The outbox: who wants to be told, what there is to say, and whether it has arrived."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from app.domain.vocabulary import ChannelKind, DeliveryState
from app.errors import NotFound
from app.storage.database import Base, TermType, new_id


class Subscription(Base):
    """Where somebody wants to be told, and about what. Empty lists mean everything."""

    __tablename__ = "subscriptions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    channel: Mapped[ChannelKind] = mapped_column(TermType(ChannelKind))
    address: Mapped[str | None]
    secret: Mapped[str | None]  # "whsec_…"; shown once, at creation
    kinds: Mapped[list[str]] = mapped_column(default=list)
    countries: Mapped[list[str]] = mapped_column(default=list)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None]
    # The receiver asked for time; nothing goes to it until then.
    held_until: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]


class Notification(Base):
    """One message of an alert, written with the decision to send it."""

    __tablename__ = "notifications"
    __table_args__ = (sa.UniqueConstraint("alert_id", "sequence"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    # Null for a test message, which is about no alert.
    alert_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("alerts.id"))
    sequence: Mapped[int]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Delivery(Base):
    """One message on its way to one subscription. Sent first, marked after."""

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.UniqueConstraint("notification_id", "subscription_id"),
        sa.Index("ix_deliveries_due", "state", "next_attempt_at"),
        sa.Index("ix_deliveries_subscription", "subscription_id", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    notification_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("notifications.id"))
    subscription_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("subscriptions.id"))
    state: Mapped[DeliveryState] = mapped_column(
        TermType(DeliveryState), default=DeliveryState.QUEUED
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    notification: Mapped[Notification] = relationship(lazy="raise")
    subscription: Mapped[Subscription] = relationship(lazy="raise")


WAITING_STATES = (DeliveryState.QUEUED, DeliveryState.RETRY_WAIT)
UNSETTLED_STATES = (*WAITING_STATES, DeliveryState.LEASED)


def next_sequence(session: Session, alert_id: uuid.UUID) -> int:
    """Return the number of the next message about an alert, from 1."""
    query = sa.select(sa.func.max(Notification.sequence)).where(Notification.alert_id == alert_id)
    return (session.scalar(query) or 0) + 1


def enabled_subscriptions(session: Session) -> Sequence[Subscription]:
    """Return every channel that is switched on."""
    query = sa.select(Subscription).where(Subscription.is_enabled).order_by(Subscription.created_at)
    return session.scalars(query).all()


def has_console(session: Session) -> bool:
    """Whether a console channel was ever made here, removed or not."""
    query = sa.select(Subscription.id).where(Subscription.channel == ChannelKind.CONSOLE).limit(1)
    return session.scalar(query) is not None


def get_subscription(session: Session, subscription_id: uuid.UUID) -> Subscription:
    """Return a subscription that was not removed."""
    found = session.get(Subscription, subscription_id)
    if found is None or found.removed_at is not None:
        raise NotFound("there is no such subscription: GET /api/v1/subscriptions lists them")
    return found


def list_subscriptions(session: Session) -> Sequence[Subscription]:
    """Return every subscription that was not removed, oldest first."""
    query = sa.select(Subscription).where(Subscription.removed_at.is_(None))
    return session.scalars(query.order_by(Subscription.created_at)).all()


def claimable(now: datetime) -> sa.ColumnElement[bool]:
    """Say which deliveries a worker may take: due, or left behind by a worker that is gone."""
    is_waiting = sa.and_(Delivery.state.in_(WAITING_STATES), Delivery.next_attempt_at <= now)
    is_left = sa.and_(Delivery.state == DeliveryState.LEASED, Delivery.leased_until < now)
    return sa.or_(is_waiting, is_left)


def _is_first_in_line() -> sa.ColumnElement[bool]:
    earlier, before = aliased(Delivery), aliased(Notification)
    return ~sa.exists(
        sa.select(earlier.id)
        .join(before, before.id == earlier.notification_id)
        .where(
            earlier.subscription_id == Delivery.subscription_id,
            before.alert_id == Notification.alert_id,
            before.sequence < Notification.sequence,
            earlier.state.in_(UNSETTLED_STATES),
        )
    )


def due_subscriptions(session: Session, now: datetime) -> Sequence[Subscription]:
    """Return the channels with something to send that have not asked for time, longest waiting first."""
    query = (
        sa.select(Subscription)
        .join(Delivery, Delivery.subscription_id == Subscription.id)
        .where(
            claimable(now),
            Subscription.is_enabled,
            sa.or_(Subscription.held_until.is_(None), Subscription.held_until <= now),
        )
        .group_by(Subscription.id)
        .order_by(sa.func.min(Delivery.next_attempt_at))
    )
    return session.scalars(query).all()


def count_in_flight(session: Session, subscription_id: uuid.UUID, now: datetime) -> int:
    """Return how many messages workers are sending to a channel now."""
    query = sa.select(sa.func.count()).where(
        Delivery.subscription_id == subscription_id,
        Delivery.state == DeliveryState.LEASED,
        Delivery.leased_until >= now,
    )
    return session.scalar(query) or 0


def lock_due(
    session: Session, subscription_id: uuid.UUID, now: datetime, *, limit: int
) -> Sequence[Delivery]:
    """Return a channel's next deliveries, locked; never one whose predecessor is not settled."""
    query = (
        sa.select(Delivery)
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Delivery.subscription_id == subscription_id, claimable(now), _is_first_in_line())
        .order_by(Delivery.next_attempt_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def get_delivery(session: Session, delivery_id: uuid.UUID, *, lock: bool = False) -> Delivery:
    """Return a delivery; `lock` keeps others from changing it until this transaction ends."""
    found = session.get(Delivery, delivery_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound("there is no such delivery: GET /api/v1/deliveries lists them")
    return found


def get_delivery_with_message(session: Session, delivery_id: uuid.UUID) -> Delivery:
    """Return a delivery with its message and its channel read along."""
    whole = (joinedload(Delivery.notification), joinedload(Delivery.subscription))
    found = session.get(Delivery, delivery_id, options=whole, populate_existing=True)
    if found is None:
        raise NotFound("there is no such delivery: GET /api/v1/deliveries lists them")
    return found


def list_waiting(session: Session, subscription_id: uuid.UUID) -> Sequence[Delivery]:
    """Return a channel's messages that no worker holds and that are not settled."""
    query = sa.select(Delivery).where(
        Delivery.subscription_id == subscription_id, Delivery.state.in_(WAITING_STATES)
    )
    return session.scalars(query).all()


def list_deliveries(
    session: Session,
    *,
    state: DeliveryState | None,
    subscription_id: uuid.UUID | None,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> Sequence[Delivery]:
    """Return deliveries with message and channel, latest first; `after` is the last one's place."""
    query = sa.select(Delivery).options(
        joinedload(Delivery.notification), joinedload(Delivery.subscription)
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    if subscription_id is not None:
        query = query.where(Delivery.subscription_id == subscription_id)
    if after is not None:
        at, last_id = after
        is_same = sa.and_(Delivery.created_at == at, Delivery.id < last_id)
        query = query.where(sa.or_(Delivery.created_at < at, is_same))
    query = query.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit)
    return session.scalars(query).all()


def count_dead_in_a_row(session: Session, subscription_id: uuid.UUID) -> int:
    """Return how many messages to a channel were given up since it last took one."""
    last = (
        sa.select(sa.func.max(Delivery.delivered_at))
        .where(Delivery.subscription_id == subscription_id)
        .scalar_subquery()
    )
    query = sa.select(sa.func.count()).where(
        Delivery.subscription_id == subscription_id,
        Delivery.state == DeliveryState.DEAD,
        sa.or_(last.is_(None), Delivery.created_at > last),
    )
    return session.scalar(query) or 0
