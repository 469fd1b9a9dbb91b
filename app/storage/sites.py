# SPDX-License-Identifier: Apache-2.0
"""Sites, vantage points, the standing state of each site in each vantage's network, and episodes."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.vocabulary import (
    Confidence,
    Egress,
    Layer,
    Mechanism,
    SiteCondition,
    VantageHealth,
    VantageRole,
)
from app.storage.database import Base, TermType, new_id
from app.storage.outlets import Outlet


class Site(Base):
    """A canonical URL that is listed; probed only where its category or an operator allows."""

    __tablename__ = "sites"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    url: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str] = mapped_column(index=True)
    category_code: Mapped[str]  # Citizen Lab's: NEWS, HUMR, …
    country: Mapped[str | None] = mapped_column(sa.String(2))
    outlet_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("outlets.id"), index=True)
    # Set where a list or a person says so; `is_probed` decides what leaves this machine.
    is_probed: Mapped[bool] = mapped_column(default=False)
    # A site known to be uncensored and steady: it tells whether the vantage itself is online.
    is_canary: Mapped[bool] = mapped_column(default=False)
    list_name: Mapped[str | None]
    list_licence: Mapped[str | None]
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    outlet: Mapped[Outlet | None] = relationship(lazy="raise")


class Vantage(Base):
    """A place from which sites are measured."""

    __tablename__ = "vantages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    # Null until the owner sets them; until then the vantage never feeds a country's status.
    country: Mapped[str | None] = mapped_column(sa.String(2))
    asn: Mapped[int | None]
    network_name: Mapped[str | None]
    role: Mapped[VantageRole] = mapped_column(TermType(VantageRole))
    egress: Mapped[Egress] = mapped_column(TermType(Egress))
    # How to reach the network: {"resolver": "…", "independent_resolver": "…", "proxy": "…"}.
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    health: Mapped[VantageHealth] = mapped_column(
        TermType(VantageHealth), default=VantageHealth.UNKNOWN
    )
    health_reason: Mapped[str | None]
    health_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SiteState(Base):
    """What is known now of one site from one vantage, and when it is due again. One row, updated."""

    __tablename__ = "site_states"
    __table_args__ = (sa.Index("ix_site_states_due", "next_due_at"),)

    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"), primary_key=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), primary_key=True)
    condition: Mapped[SiteCondition] = mapped_column(
        TermType(SiteCondition), default=SiteCondition.UNKNOWN
    )
    since: Mapped[datetime | None]
    last_measured_at: Mapped[datetime | None]
    layer: Mapped[Layer | None] = mapped_column(TermType(Layer))
    mechanism: Mapped[Mechanism | None] = mapped_column(TermType(Mechanism))
    confidence: Mapped[Confidence | None] = mapped_column(TermType(Confidence))
    rule: Mapped[str | None]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    measurement_uid: Mapped[uuid.UUID | None]
    # The whole fold (`app.domain.blocking.reachability.SiteState.to_dict`).
    fold: Mapped[dict[str, Any]] = mapped_column(default=dict)
    next_due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=0)

    site: Mapped[Site] = relationship(lazy="raise")
    vantage: Mapped[Vantage] = relationship(lazy="raise")


class Episode(Base):
    """One uninterrupted blocking of one site in one vantage network, by one mechanism."""

    __tablename__ = "episodes"
    __table_args__ = (sa.Index("ix_episodes_site", "site_id", "since"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"))
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    asn: Mapped[int | None]
    layer: Mapped[Layer | None] = mapped_column(TermType(Layer))
    mechanism: Mapped[Mechanism] = mapped_column(TermType(Mechanism))
    confidence: Mapped[Confidence] = mapped_column(TermType(Confidence))
    rule: Mapped[str]
    measurement_uid: Mapped[uuid.UUID | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    note: Mapped[str | None]
    opened_at: Mapped[datetime]

    site: Mapped[Site] = relationship(lazy="raise")
    vantage: Mapped[Vantage] = relationship(lazy="raise")
