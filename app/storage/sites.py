# SPDX-License-Identifier: Apache-2.0
"""Sites, vantage points, the standing state of each site in each vantage's network, and episodes."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.domain.vocabulary import (
    Confidence,
    Egress,
    Layer,
    Mechanism,
    SiteCondition,
    VantageHealth,
    VantageRole,
)
from app.errors import NotFound
from app.storage.database import Base, TermType, insert_into, new_id
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
    # How to reach the network: {"resolver": …, "independent_resolver": …, "doh_url": …, "proxy": …}.
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
    # Found afterwards, in measurements that arrived late.
    is_late: Mapped[bool] = mapped_column(default=False)
    # Late measurements show that there was none; kept, because people may have been told of it.
    withdrawn_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="raise")
    vantage: Mapped[Vantage] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTarget:
    """One site to be measured from one vantage, claimed by one worker."""

    site_id: uuid.UUID
    vantage_id: uuid.UUID
    url: str


def get_site(session: Session, site_id: uuid.UUID) -> Site:
    """Return a listed site."""
    site = session.get(Site, site_id)
    if site is None:
        raise NotFound("there is no such site: GET /api/v1/sites lists them")
    return site


def find_site(session: Session, url: str) -> Site | None:
    """Return the site with this canonical URL, if it is listed."""
    return session.scalar(sa.select(Site).where(Site.url == url))


def find_vantage(session: Session, code: str) -> Vantage | None:
    """Return the vantage with this code."""
    return session.scalar(sa.select(Vantage).where(Vantage.code == code))


def list_vantages(session: Session, role: VantageRole | None = None) -> Sequence[Vantage]:
    """Return the vantages that are switched on, by code."""
    query = sa.select(Vantage).where(Vantage.is_enabled).order_by(Vantage.code)
    if role is not None:
        query = query.where(Vantage.role == role)
    return session.scalars(query).all()


def list_canaries(session: Session, limit: int = 3) -> Sequence[Site]:
    """Return the sites that tell whether a vantage is online, oldest first."""
    query = sa.select(Site).where(Site.is_canary).order_by(Site.created_at, Site.url).limit(limit)
    return session.scalars(query).all()


def network_sizes(session: Session) -> dict[tuple[str | None, int | None], int]:
    """Return how many field vantages each network (country, ASN) has."""
    rows = session.execute(
        sa.select(Vantage.country, Vantage.asn, sa.func.count())
        .where(Vantage.role == VantageRole.FIELD, Vantage.is_enabled)
        .group_by(Vantage.country, Vantage.asn)
    )
    return {(country, asn): count for country, asn, count in rows}


def missing_states(session: Session) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Return the pairs of probed site and field vantage that have no state row yet."""
    query = (
        sa.select(Site.id, Vantage.id)
        .join(Vantage, sa.true())
        .outerjoin(
            SiteState, sa.and_(SiteState.site_id == Site.id, SiteState.vantage_id == Vantage.id)
        )
        .where(
            Site.is_probed,
            Vantage.role == VantageRole.FIELD,
            Vantage.is_enabled,
            SiteState.site_id.is_(None),
        )
    )
    return [(site_id, vantage_id) for site_id, vantage_id in session.execute(query)]


def add_states(session: Session, due: Sequence[tuple[uuid.UUID, uuid.UUID, datetime]]) -> None:
    """Make states of sites at vantages, due at a time; whoever made one before was right as well."""
    if not due:
        return
    query = insert_into(session, SiteState).on_conflict_do_nothing(
        index_elements=["site_id", "vantage_id"]
    )
    session.execute(
        query,
        [
            {"site_id": site_id, "vantage_id": vantage_id, "next_due_at": at}
            for site_id, vantage_id, at in due
        ],
    )


def claim_due(
    session: Session, *, worker: str, now: datetime, lease: timedelta, limit: int
) -> list[DueTarget]:
    """Lease what is due to this worker; a lease that runs out is free again."""
    query = (
        sa.select(SiteState.site_id, SiteState.vantage_id, Site.url)
        .join(Site, Site.id == SiteState.site_id)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(
            SiteState.next_due_at <= now,
            sa.or_(SiteState.leased_until.is_(None), SiteState.leased_until < now),
            Site.is_probed,
            Vantage.is_enabled,
            # A vantage that was turned into a control keeps its old states; they are not due.
            Vantage.role == VantageRole.FIELD,
            # Agents measure by their own clock; what others measured is never due.
            Vantage.egress.in_([Egress.LOCAL, Egress.PROXY]),
        )
        .order_by(SiteState.next_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=SiteState)
    )
    found = [
        DueTarget(site_id=site_id, vantage_id=vantage_id, url=url)
        for site_id, vantage_id, url in session.execute(query)
    ]
    for target in found:
        session.execute(
            sa.update(SiteState)
            .where(SiteState.site_id == target.site_id, SiteState.vantage_id == target.vantage_id)
            .values(leased_until=now + lease, leased_by=worker)
            .execution_options(synchronize_session=False)
        )
    return found


def lock_state(session: Session, site_id: uuid.UUID, vantage_id: uuid.UUID) -> SiteState:
    """Return a state row that nobody else can change until this transaction ends."""
    state = session.scalar(
        sa.select(SiteState)
        .where(SiteState.site_id == site_id, SiteState.vantage_id == vantage_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if state is None:
        raise NotFound("this site has no state at this vantage")
    return state


def postpone(session: Session, targets: Sequence[DueTarget], *, until: datetime) -> None:
    """Give leases back unused, due again at `until`."""
    for target in targets:
        hold(session, target.site_id, target.vantage_id, until=until)


def hold(session: Session, site_id: uuid.UUID, vantage_id: uuid.UUID, *, until: datetime) -> None:
    """Let a site wait for the verdict on its last measurement before it is measured again."""
    session.execute(
        sa.update(SiteState)
        .where(SiteState.site_id == site_id, SiteState.vantage_id == vantage_id)
        .values(leased_until=None, leased_by=None, next_due_at=until)
        .execution_options(synchronize_session=False)
    )


def urls_of(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the addresses of sites."""
    rows = session.execute(sa.select(Site.id, Site.url).where(Site.id.in_(ids)))
    return {row.id: row.url for row in rows}


def open_episode(session: Session, site_id: uuid.UUID, vantage_id: uuid.UUID) -> Episode | None:
    """Return the blocking that is going on, if any."""
    return session.scalar(
        sa.select(Episode)
        .where(
            Episode.site_id == site_id, Episode.vantage_id == vantage_id, Episode.until.is_(None)
        )
        .order_by(Episode.since.desc())
        .limit(1)
    )
