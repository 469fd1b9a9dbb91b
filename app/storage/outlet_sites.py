# SPDX-License-Identifier: Apache-2.0
"""What field vantages measured of outlets' sites: now, on a past day, and as blockings.

Vantages without a country tell nothing of one, and controls nothing of readers.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.domain.vocabulary import SiteCondition, VantageRole
from app.storage.rollups import DailyRollup
from app.storage.sites import Episode, Site, SiteState, Vantage

_FIELD = sa.and_(Vantage.role == VantageRole.FIELD, Vantage.country.is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUp:
    """One site of an outlet that a field vantage reached."""

    outlet_id: uuid.UUID
    site_id: uuid.UUID
    country: str
    asn: int | None
    since: datetime | None


def reached_now(session: Session, outlet_ids: Sequence[uuid.UUID]) -> list[SiteUp]:
    """Return the sites of these outlets that are reached at present, once for each vantage."""
    rows = session.execute(
        sa.select(Site.outlet_id, Site.id, Vantage.country, Vantage.asn, SiteState.since)
        .join(Site, Site.id == SiteState.site_id)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(
            Site.outlet_id.in_(outlet_ids),
            SiteState.condition.in_([SiteCondition.REACHABLE, SiteCondition.RECOVERING]),
            _FIELD,
        )
    )
    return _up(rows)


def reached_on(session: Session, outlet_ids: Sequence[uuid.UUID], day: date) -> list[SiteUp]:
    """Return the sites that were reached on a past day, as the day's counts say."""
    rows = session.execute(
        sa.select(Site.outlet_id, Site.id, Vantage.country, Vantage.asn, sa.null())
        .join(DailyRollup, DailyRollup.site_id == Site.id)
        .join(Vantage, Vantage.id == DailyRollup.vantage_id)
        .where(
            Site.outlet_id.in_(outlet_ids),
            DailyRollup.at == datetime.combine(day, time.min, UTC),
            DailyRollup.reached > 0,
            _FIELD,
        )
    )
    return _up(rows)


def _up(rows: Iterable[Any]) -> list[SiteUp]:
    return [
        SiteUp(outlet_id=row[0], site_id=row[1], country=row[2], asn=row[3], since=row[4])
        for row in rows
    ]


def stale_pairs(
    session: Session, outlet_ids: Sequence[uuid.UUID]
) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return the pairs of site and vantage that are shown as anything but blocked at present.

    Of one that fell silent, the blocking on record may last or not.
    """
    rows = session.execute(
        sa.select(SiteState.site_id, SiteState.vantage_id)
        .join(Site, Site.id == SiteState.site_id)
        .where(Site.outlet_id.in_(outlet_ids), SiteState.condition != SiteCondition.BLOCKED)
    )
    return {(site_id, vantage_id) for site_id, vantage_id in rows}


def episodes_of(
    session: Session, outlet_ids: Sequence[uuid.UUID], *, known_at: datetime | None = None
) -> Sequence[Episode]:
    """Return the blockings of the outlets' sites in field networks of any country, latest first."""
    query = (
        sa.select(Episode)
        .join(Site, Site.id == Episode.site_id)
        .join(Vantage, Vantage.id == Episode.vantage_id)
        .where(
            Site.outlet_id.in_(outlet_ids),
            Vantage.role == VantageRole.FIELD,
            Episode.country.is_not(None),
            Episode.withdrawn_at.is_(None),
        )
        .options(selectinload(Episode.site), selectinload(Episode.vantage))
        .order_by(Episode.since.desc(), Episode.id)
    )
    if known_at is not None:
        query = query.where(Episode.opened_at <= known_at)
    return session.scalars(query).all()


def sites_of(session: Session, outlet_id: uuid.UUID) -> Sequence[Site]:
    """Return the sites of an outlet, by address."""
    return session.scalars(
        sa.select(Site).where(Site.outlet_id == outlet_id).order_by(Site.url)
    ).all()
