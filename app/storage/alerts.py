# SPDX-License-Identifier: Apache-2.0
"""Alerts and the outbox: what people must be told, whom, and whether it has arrived."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.vocabulary import AlertKind, AlertState, ChannelKind, DeliveryState, Severity
from app.storage.database import Base, TermType, new_id


class Alert(Base):
    """One thing worth telling, from pending to resolved; a second occurrence soon after reopens it."""

    __tablename__ = "alerts"
    __table_args__ = (
        sa.Index("ix_alerts_fingerprint", "fingerprint", "opened_at"),
        sa.Index("ix_alerts_state", "state", "opened_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[AlertKind] = mapped_column(TermType(AlertKind))
    fingerprint: Mapped[str]
    site_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("sites.id"))
    vantage_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("vantages.id"))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    state: Mapped[AlertState] = mapped_column(TermType(AlertState))
    severity: Mapped[Severity] = mapped_column(TermType(Severity))
    title: Mapped[str]
    text: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    count: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    fires_at: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    acked_at: Mapped[datetime | None]
    acked_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    resolved_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class AlertEvent(Base):
    """One transition of an alert. Append-only."""

    __tablename__ = "alert_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    alert_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alerts.id"), index=True)
    at: Mapped[datetime]
    event: Mapped[str]
    old_state: Mapped[str | None]
    new_state: Mapped[str]
    why: Mapped[str]


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
    owner_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]


class Notification(Base):
    """One message of an alert, written with the decision to send it."""

    __tablename__ = "notifications"
    __table_args__ = (sa.UniqueConstraint("alert_id", "sequence"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    alert_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alerts.id"))
    sequence: Mapped[int]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Delivery(Base):
    """One message on its way to one subscription. Sent first, marked after."""

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.UniqueConstraint("notification_id", "subscription_id"),
        sa.Index("ix_deliveries_due", "state", "next_attempt_at"),
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
