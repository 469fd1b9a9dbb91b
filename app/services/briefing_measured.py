# SPDX-License-Identifier: Apache-2.0
"""What was measured inside a country in a period, and how far that reaches.

Networks too small to be shown are not named (`shades`). Never here: what is declared, or words.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.statistics import Window
from app.domain.visibility import Viewer
from app.domain.vocabulary import Confidence, Mechanism, VantageRole
from app.services.shades import Shades
from app.storage.rollups import DailyRollup
from app.storage.sites import Episode, Site, Vantage


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much was measured by field vantages of the country; everything zero where nothing was."""

    measurements: int
    sites: int
    vantages: int
    networks: int
    days: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedSite:
    """A site that was measured blocked; a network is None where it may not be named.

    `until` is None while a blocking lasts.
    """

    url: str
    networks: tuple[int | None, ...]
    mechanisms: tuple[Mechanism, ...]
    confidence: Confidence
    since: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured in a period."""

    coverage: Coverage
    blocked: tuple[BlockedSite, ...]


def measured(session: Session, reader: Viewer, country: str, window: Window) -> Measured:
    """Return what was measured inside a country in a period."""
    start = datetime.combine(window.first, time.min, UTC)
    end = datetime.combine(window.last, time.min, UTC) + timedelta(days=1)
    return Measured(
        coverage=_coverage(session, country, start, end),
        blocked=_blocked(session, reader, country, start, end),
    )


def _coverage(session: Session, country: str, start: datetime, end: datetime) -> Coverage:
    day = DailyRollup
    taken = _taken()
    row = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(taken), 0),
            sa.func.count(sa.distinct(day.site_id)),
            sa.func.count(sa.distinct(day.vantage_id)),
            sa.func.count(sa.distinct(Vantage.asn)),
            sa.func.count(sa.distinct(day.at)),
            sa.func.min(day.at),
            sa.func.max(day.at),
        )
        .join(Vantage, Vantage.id == day.vantage_id)
        .where(
            day.at >= start,
            day.at < end,
            Vantage.country == country,
            Vantage.role == VantageRole.FIELD,
            taken > 0,
        )
    ).one()
    first: datetime | None = row[5]
    last: datetime | None = row[6]
    return Coverage(
        measurements=int(row[0]),
        sites=row[1],
        vantages=row[2],
        networks=row[3],
        days=row[4],
        first=first.date() if first is not None else None,
        last=last.date() if last is not None else None,
    )


def _taken() -> sa.ColumnElement[int]:
    """How many measurements of a day say something."""
    day = DailyRollup
    return day.ok + day.blocked + day.down + day.server_side + day.insufficient


def _blocked(
    session: Session, reader: Viewer, country: str, start: datetime, end: datetime
) -> tuple[BlockedSite, ...]:
    # What began before the period was seen in it only where something was measured there.
    was_seen = sa.exists().where(
        DailyRollup.site_id == Episode.site_id,
        DailyRollup.vantage_id == Episode.vantage_id,
        DailyRollup.at >= start,
        DailyRollup.at < end,
        _taken() > 0,
    )
    rows = session.execute(
        sa.select(Episode, Site.url)
        .join(Site, Site.id == Episode.site_id)
        .join(Vantage, Vantage.id == Episode.vantage_id)
        .where(
            Episode.country == country,
            Vantage.role == VantageRole.FIELD,
            Episode.withdrawn_at.is_(None),
            Episode.since < end,
            sa.or_(Episode.until.is_(None), Episode.until >= start),
            sa.or_(Episode.since >= start, was_seen),
        )
        .order_by(Site.url, Episode.since, Episode.id)
    )
    of_site: dict[tuple[uuid.UUID, str], list[Episode]] = {}
    for episode, url in rows:
        of_site.setdefault((episode.site_id, url), []).append(episode)
    shades = Shades(session, reader)
    return tuple(_site(url, episodes, shades) for (_, url), episodes in of_site.items())


def _site(url: str, episodes: Sequence[Episode], shades: Shades) -> BlockedSite:
    shown = {None if shades.hides(one.country, one.asn) else one.asn: None for one in episodes}
    order = list(Confidence)
    ends = [one.until for one in episodes]
    known = [one.date() for one in ends if one is not None]
    return BlockedSite(
        url=url,
        networks=tuple(sorted(shown, key=lambda asn: (asn is None, asn or 0))),
        mechanisms=tuple(dict.fromkeys(one.mechanism for one in episodes)),
        confidence=min((one.confidence for one in episodes), key=order.index),
        since=min(one.since for one in episodes).date(),
        until=max(known) if len(known) == len(ends) else None,
    )
