# SPDX-License-Identifier: Apache-2.0
"""A site's history as readers see it: counts by hour and day, and the gaps in them.

Uptime is said of covered time only, with the covered share beside it. Of a network too small to be
shown the public sees days, never hours.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.rollup import Counts, percentile
from app.domain.visibility import Viewer
from app.domain.vocabulary import Grain
from app.services.shades import Shades
from app.storage import history, rollups
from app.storage.measurements import MeasurementRow
from app.storage.rollups import DailyRollup, HourlyRollup
from app.storage.sites import Vantage, get_site

_TABLES: dict[Grain, rollups.Rollup] = {Grain.HOUR: HourlyRollup, Grain.DAY: DailyRollup}
_COUNTED = ("ok", "blocked", "down", "server_side", "insufficient", "distrusted", "interference")


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupsFound:
    """Flat rows, and how many networks only days are shown of."""

    rows: list[dict[str, Any]]
    hidden_networks: int


def rollups_of(
    session: Session,
    viewer: Viewer,
    site_id: uuid.UUID,
    *,
    grain: Grain,
    since: datetime,
    until: datetime,
) -> RollupsFound:
    """Return a site's buckets in [since, until), oldest first, one row for each vantage."""
    get_site(session, site_id)
    shades = Shades(session, viewer)
    vantages = _vantages(session)
    found, hidden_networks = [], set()
    for row in rollups.of_site(session, _TABLES[grain], site_id, since, until):
        vantage = vantages[row.vantage_id]
        hidden = shades.hides(vantage.country, vantage.asn)
        if hidden and grain is Grain.HOUR:
            hidden_networks.add((vantage.country, vantage.asn))
            continue
        counts = Counts.from_row(row)
        found.append(
            {
                "at": shades.time(row.at, hidden=hidden),
                "vantage": None if hidden else vantage.code,
                "country": vantage.country,
                "asn": None if hidden else vantage.asn,
                **{name: getattr(row, name) for name in _COUNTED},
                "uptime": _rounded(counts.uptime),
                "coverage": _rounded(counts.coverage),
                "first_byte_ms_p50": percentile(counts.first_byte, 0.5),
                "first_byte_ms_p95": percentile(counts.first_byte, 0.95),
                "total_ms_p50": percentile(counts.total, 0.5),
                "total_ms_p95": percentile(counts.total, 0.95),
            }
        )
    return RollupsFound(rows=found, hidden_networks=len(hidden_networks))


def list_gaps(
    session: Session,
    shades: Shades,
    site_id: uuid.UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return while when nothing was measured, and why, latest first. A gap is never up."""
    vantages = _vantages(session)
    found = []
    for gap in history.list_gaps(session, site_id, since=since, until=until, limit=limit):
        vantage = vantages[gap.vantage_id]
        hidden = shades.hides(vantage.country, vantage.asn)
        found.append(
            {
                "vantage": None if hidden else vantage.code,
                "country": vantage.country,
                "asn": None if hidden else vantage.asn,
                "since": shades.time(gap.since, hidden=hidden),
                "until": shades.time(gap.until, hidden=hidden),
                "reason": gap.reason,
            }
        )
    return found


def gaps_beside(
    session: Session, viewer: Viewer, site_id: uuid.UUID, measured: Sequence[uuid.UUID]
) -> list[dict[str, Any]]:
    """Return the gaps within the time that some measurements of a site span."""
    if not measured:
        return []
    begin, end = session.execute(
        sa.select(
            sa.func.min(MeasurementRow.measured_at), sa.func.max(MeasurementRow.measured_at)
        ).where(MeasurementRow.uid.in_(measured))
    ).one()
    shades = Shades(session, viewer)
    return list_gaps(session, shades, site_id, since=begin, until=end, limit=100)


def _vantages(session: Session) -> dict[uuid.UUID, Vantage]:
    return {row.id: row for row in session.scalars(sa.select(Vantage))}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
