# SPDX-License-Identifier: Apache-2.0
"""Alerts: what people must be told, from pending to resolved. Sending is `outbox.py`."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.vocabulary import AlertKind, AlertState, Severity
from app.errors import NotFound
from app.storage.database import Base, TermType, new_id


class Alert(Base):
    """One thing worth telling, from pending to resolved; a second occurrence soon after reopens it."""

    __tablename__ = "alerts"
    __table_args__ = (
        sa.Index("ix_alerts_fingerprint", "fingerprint", "opened_at"),
        # One thing is told once, even where two workers see it in the same moment.
        sa.Index(
            "uq_alerts_open",
            "fingerprint",
            unique=True,
            sqlite_where=sa.text("state != 'resolved'"),
            postgresql_where=sa.text("state != 'resolved'"),
        ),
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
    told_at: Mapped[datetime | None]
    # When its end is told, unless its condition is seen again before.
    resolves_at: Mapped[datetime | None]
    # Why people are not told although nothing wider explains it: "maintenance".
    suppressed: Mapped[str | None]
    # The wider alert that explains this one and keeps it from firing.
    inhibited_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("alerts.id"))
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


OPEN_STATES = (AlertState.PENDING, AlertState.FIRING, AlertState.ACKED)


def latest_alert(session: Session, fingerprint: str) -> Alert | None:
    """Return the last alert about this, open or over, locked against other workers."""
    return session.scalar(
        sa.select(Alert)
        .where(Alert.fingerprint == fingerprint)
        .order_by(Alert.opened_at.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def get_alert(session: Session, alert_id: uuid.UUID, *, lock: bool = False) -> Alert:
    """Return an alert; `lock` keeps others from changing it until this transaction ends."""
    alert = session.get(Alert, alert_id, with_for_update=lock or None, populate_existing=lock)
    if alert is None:
        raise NotFound("there is no such alert: GET /api/v1/alerts lists them")
    return alert


def due_alerts(session: Session, now: datetime, *, limit: int) -> Sequence[Alert]:
    """Return alerts that have waited long enough, oldest first, locked; others' locks are passed by."""
    query = sa.select(Alert).where(Alert.state == AlertState.PENDING, Alert.fires_at <= now)
    return session.scalars(
        query.order_by(Alert.fires_at).limit(limit).with_for_update(skip_locked=True)
    ).all()


def held_alerts(session: Session, now: datetime, *, limit: int) -> Sequence[Alert]:
    """Return alerts that have been over for long enough to be told so, oldest first, locked."""
    query = sa.select(Alert).where(Alert.state.in_(OPEN_STATES), Alert.resolves_at <= now)
    return session.scalars(
        query.order_by(Alert.resolves_at).limit(limit).with_for_update(skip_locked=True)
    ).all()


def unreminded_alerts(
    session: Session, told_before: datetime, *, kinds: Collection[AlertKind], limit: int
) -> Sequence[Alert]:
    """Return firing alerts of some kinds that were told last before this, locked."""
    query = sa.select(Alert).where(
        Alert.state == AlertState.FIRING, Alert.told_at <= told_before, Alert.kind.in_(kinds)
    )
    return session.scalars(
        query.order_by(Alert.told_at).limit(limit).with_for_update(skip_locked=True)
    ).all()


def open_alert(
    session: Session,
    kind: AlertKind,
    *,
    vantage_id: uuid.UUID | None = None,
    site_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Return the open alert of this kind about a vantage, a site, or both, if there is one."""
    query = sa.select(Alert.id).where(Alert.kind == kind, Alert.state.in_(OPEN_STATES))
    if vantage_id is not None:
        query = query.where(Alert.vantage_id == vantage_id)
    if site_id is not None:
        query = query.where(Alert.site_id == site_id)
    return session.scalar(query.limit(1))


def list_events(session: Session, alert_id: uuid.UUID) -> Sequence[AlertEvent]:
    """Return what happened to an alert, oldest first."""
    return session.scalars(
        sa.select(AlertEvent).where(AlertEvent.alert_id == alert_id).order_by(AlertEvent.at)
    ).all()
