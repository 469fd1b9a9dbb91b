# SPDX-License-Identifier: Apache-2.0
"""Network events: many sites that became blocked in one network at once, and which they were."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.vocabulary import Mechanism, SiteCondition
from app.errors import NotFound
from app.storage.alerts import OPEN_STATES, Alert
from app.storage.database import Base, TermType, new_id
from app.storage.sites import SiteState


class NetworkEvent(Base):
    """One event in one network; `until` is null while it lasts."""

    __tablename__ = "network_events"
    __table_args__ = (sa.Index("ix_network_events_since", "since"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    country: Mapped[str | None] = mapped_column(sa.String(2))
    asn: Mapped[int | None]
    # The vantage that saw it first; where the network's number is unknown, the only one.
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    listed: Mapped[int]  # sites that are measured in this network
    touched: Mapped[int]  # sites that became blocked in it
    told: Mapped[int] = mapped_column(default=0)  # sites when people were told last
    left: Mapped[int]  # sites that are still blocked
    mechanisms: Mapped[list[str]]
    alert_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("alerts.id"))


class NetworkEventSite(Base):
    """One site of an event, and since when it failed there; `until` when it answered again."""

    __tablename__ = "network_event_sites"
    __table_args__ = (sa.Index("ix_network_event_sites_site", "site_id"),)

    event_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("network_events.id"), primary_key=True
    )
    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    mechanism: Mapped[Mechanism | None] = mapped_column(TermType(Mechanism))


def open_events(session: Session) -> Sequence[NetworkEvent]:
    """Return the events that last, oldest first, locked against other workers."""
    return session.scalars(
        sa.select(NetworkEvent)
        .where(NetworkEvent.until.is_(None))
        .order_by(NetworkEvent.since, NetworkEvent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def members_of(session: Session, event_ids: Collection[uuid.UUID]) -> Sequence[NetworkEventSite]:
    """Return the sites of some events, in the order they failed."""
    return session.scalars(
        sa.select(NetworkEventSite)
        .where(NetworkEventSite.event_id.in_(event_ids))
        .order_by(NetworkEventSite.since, NetworkEventSite.site_id)
    ).all()


def unblocked_members(
    session: Session, event_id: uuid.UUID
) -> Sequence[sa.Row[NetworkEventSite, SiteState]]:
    """Return sites that count as failing in an event while their state says other than blocked."""
    return session.execute(
        sa.select(NetworkEventSite, SiteState)
        .join(
            SiteState,
            sa.and_(
                SiteState.site_id == NetworkEventSite.site_id,
                SiteState.vantage_id == NetworkEventSite.vantage_id,
            ),
        )
        .where(
            NetworkEventSite.event_id == event_id,
            NetworkEventSite.until.is_(None),
            SiteState.condition != SiteCondition.BLOCKED,
        )
        .execution_options(populate_existing=True)
    ).all()


def get_event(session: Session, event_id: uuid.UUID) -> NetworkEvent:
    """Return one event."""
    event = session.get(NetworkEvent, event_id)
    if event is None:
        raise NotFound("there is no such network event: GET /api/v1/network-events lists them")
    return event


def list_events(
    session: Session,
    *,
    country: str | None,
    open_only: bool,
    after: uuid.UUID | None,
    limit: int,
) -> Sequence[NetworkEvent]:
    """Return events, latest first; `after` is the id of the last of the page before."""
    query = sa.select(NetworkEvent)
    if country is not None:
        query = query.where(NetworkEvent.country == country)
    if open_only:
        query = query.where(NetworkEvent.until.is_(None))
    last = session.get(NetworkEvent, after) if after is not None else None
    if last is not None:
        query = query.where(
            sa.or_(
                NetworkEvent.since < last.since,
                sa.and_(NetworkEvent.since == last.since, NetworkEvent.id < last.id),
            )
        )
    query = query.order_by(NetworkEvent.since.desc(), NetworkEvent.id.desc()).limit(limit)
    return session.scalars(query).all()


def open_alert_over(
    session: Session, site_id: uuid.UUID, vantage_id: uuid.UUID
) -> uuid.UUID | None:
    """Return the open alert of a lasting event in which this site at this vantage still fails."""
    return session.scalar(
        sa.select(Alert.id)
        .join(NetworkEvent, NetworkEvent.alert_id == Alert.id)
        .join(NetworkEventSite, NetworkEventSite.event_id == NetworkEvent.id)
        .where(
            Alert.state.in_(OPEN_STATES),
            NetworkEvent.until.is_(None),
            NetworkEventSite.site_id == site_id,
            NetworkEventSite.vantage_id == vantage_id,
            NetworkEventSite.until.is_(None),
        )
        .limit(1)
    )
