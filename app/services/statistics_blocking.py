# SPDX-License-Identifier: Apache-2.0
"""Blocking days as readers get them, with the site-days behind each number.

From the blockings on record and the counts of days. A network of fewer than three vantages is not
named to the public: those of a country stand together as `small`, and a site-day of them counts once.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.statistics import Window
from app.domain.record.statistics_blocking import (
    Blocked,
    DayState,
    Place,
    SiteDay,
    blocking_days,
    site_days,
)
from app.domain.record.statistics_series import Every, periods
from app.domain.visibility import Viewer
from app.domain.vocabulary import VantageRole
from app.services.shades import Shades
from app.services.statistics_answers import BASE, Answer, When
from app.storage.reached import get_outlet
from app.storage.rollups import DailyRollup
from app.storage.sites import Episode, Site, Vantage

SMALL = "small"
"""The networks of a country that are too small to be shown, taken together."""
UNKNOWN = "unknown"
NOTE = (
    "A site-day is one site on one day in one network. Days without a measurement are not free: they "
    "are `unmeasured`, or `perhaps` where a blocking holds."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingFilter:
    """Which blockings are asked for; None and empty mean any."""

    countries: tuple[str, ...] = ()
    network: str | None = None
    outlet_id: uuid.UUID | None = None


def blocking_days_of(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    every: Every,
    wanted: BlockingFilter,
    when: When,
    now: datetime,  # noqa: ARG001 - every count is asked in the same way
) -> Answer:
    """Return site-days blocked, perhaps blocked, free and unmeasured, by period and network."""
    slots = [slot for _, slot in periods(window, every)]
    whole = Window(slots[0].first, slots[-1].last)
    days = list(_days(session, viewer, whole, wanted, when))
    rows = []
    for one in blocking_days(days, whole, every=every):
        measured = one.days[DayState.BLOCKED] + one.days[DayState.FREE]
        total = sum(one.days.values())
        link = {
            "from": one.window.first.isoformat(),
            "to": one.window.last.isoformat(),
            "country": one.country,
            "network": one.network,
            **when.parameters(),
            **({"outlet": str(wanted.outlet_id)} if wanted.outlet_id else {}),
        }
        rows.append(
            {
                "period": one.period,
                "start": one.window.first,
                "end": one.window.last,
                "country": one.country,
                "network": one.network,
                "sites": one.sites,
                "blocked_days": one.days[DayState.BLOCKED],
                "perhaps_days": one.days[DayState.PERHAPS],
                "free_days": one.days[DayState.FREE],
                "unmeasured_days": one.days[DayState.UNMEASURED],
                "coverage": round(measured / total, 4) if total else None,
                "rows": f"{BASE}/blocking-days/rows?{urlencode(link)}",
            }
        )
    meta = {
        "from": whole.first,
        "to": whole.last,
        "every": every.value,
        "as_of": when.as_of,
        "n": sum(one.state is DayState.BLOCKED for one in days),
        "note": NOTE,
    }
    return Answer(rows=rows, meta=meta)


def blocking_rows(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    wanted: BlockingFilter,
    state: DayState | None,
    when: When,
    now: datetime,  # noqa: ARG001 - every count is asked in the same way
) -> Answer:
    """Return the site-days behind a number; without a state those blocked, surely or perhaps."""
    shown = {state} if state else {DayState.BLOCKED, DayState.PERHAPS}
    found = [one for one in _days(session, viewer, window, wanted, when) if one.state in shown]
    urls = dict(iter(session.execute(sa.select(Site.id, Site.url))))
    rows = [
        {
            "day": one.day,
            "site": one.place.site,
            "url": urls[uuid.UUID(one.place.site)],
            "country": one.place.country,
            "network": one.place.network,
            "state": one.state.value,
            "episodes": list(one.episodes),
        }
        for one in found
    ]
    return Answer(rows=rows, meta={"as_of": when.as_of, "n": len(rows)})


def _days(
    session: Session, viewer: Viewer, window: Window, wanted: BlockingFilter, when: When
) -> Sequence[SiteDay]:
    shades = Shades(session, viewer)
    if wanted.outlet_id is not None:
        get_outlet(session, viewer, wanted.outlet_id)
    last = min(window.last, when.as_of)
    blockings = [
        Blocked(
            id=str(one.id),
            place=_place(shades, one.site_id, country, one.asn),
            first=one.since.date(),
            last=one.until.date() if one.until and one.until.date() <= last else None,
        )
        for one, country in _episodes(session, wanted, last)
    ]
    measured: dict[Place, set[date]] = defaultdict(set)
    for site_id, country, asn, at in _measured(session, wanted, last):
        measured[_place(shades, site_id, country, asn)].add(at.date())
    found = site_days(
        blockings,
        {place: frozenset(days) for place, days in measured.items()},
        window,
        as_of=when.as_of,
    )
    return [one for one in found if wanted.network in (None, one.place.network)]


def _place(shades: Shades, site_id: uuid.UUID, country: str, asn: int | None) -> Place:
    name = UNKNOWN if asn is None else f"AS{asn}"
    network = SMALL if shades.hides(country, asn) else name
    return Place(site=str(site_id), country=country, network=network)


def _conditions(
    wanted: BlockingFilter, country: sa.ColumnElement[str | None]
) -> list[sa.ColumnElement[bool]]:
    found = [Vantage.role == VantageRole.FIELD, country.is_not(None)]
    if wanted.countries:
        found.append(country.in_(wanted.countries))
    if wanted.outlet_id is not None:
        found.append(Site.outlet_id == wanted.outlet_id)
    return found


def _episodes(session: Session, wanted: BlockingFilter, last: date) -> list[tuple[Episode, str]]:
    rows = session.execute(
        sa.select(Episode, Episode.country)
        .join(Vantage, Vantage.id == Episode.vantage_id)
        .join(Site, Site.id == Episode.site_id)
        .where(
            *_conditions(wanted, Episode.country.expression),
            Episode.withdrawn_at.is_(None),
            Episode.since < _after(last),
        )
    )
    return [(one, country) for one, country in rows if country is not None]


def _measured(
    session: Session, wanted: BlockingFilter, last: date
) -> list[tuple[uuid.UUID, str, int | None, datetime]]:
    rows = session.execute(
        sa.select(DailyRollup.site_id, Vantage.country, Vantage.asn, DailyRollup.at)
        .join(Vantage, Vantage.id == DailyRollup.vantage_id)
        .join(Site, Site.id == DailyRollup.site_id)
        .where(
            *_conditions(wanted, Vantage.country.expression),
            DailyRollup.covered > 0,
            DailyRollup.at < _after(last),
        )
    )
    return [(site, country, asn, at) for site, country, asn, at in rows if country is not None]


def _after(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC) + timedelta(days=1)
