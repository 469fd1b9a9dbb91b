# SPDX-License-Identifier: Apache-2.0
"""What has not been measured for too long: states to call stale, and gaps to open."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import Egress, SiteCondition, VantageRole
from app.storage.history import Gap, Pair
from app.storage.sites import Site, SiteState, Vantage


def list_silent(session: Session, *, before: datetime) -> Sequence[SiteState]:
    """Return states not measured since a time that do not say so yet; locked for the change."""
    return session.scalars(
        sa.select(SiteState)
        .where(
            SiteState.last_measured_at < before,
            SiteState.condition.not_in([SiteCondition.STALE, SiteCondition.UNKNOWN]),
        )
        .with_for_update()
    ).all()


def silent_pairs(session: Session, *, before: datetime) -> list[tuple[Pair, datetime | None]]:
    """Return pairs that are watched, were not measured since a time, and have no gap that lasts."""
    rows = session.execute(
        sa.select(SiteState.site_id, SiteState.vantage_id, SiteState.last_measured_at)
        .join(Site, Site.id == SiteState.site_id)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .outerjoin(
            Gap,
            sa.and_(
                Gap.site_id == SiteState.site_id,
                Gap.vantage_id == SiteState.vantage_id,
                Gap.until.is_(None),
            ),
        )
        .where(
            SiteState.last_measured_at < before,
            Gap.site_id.is_(None),
            Site.is_probed,
            Vantage.is_enabled,
            Vantage.role == VantageRole.FIELD,
            # What others measured was never to be measured by us.
            Vantage.egress != Egress.IMPORTED,
        )
    )
    return [((site_id, vantage_id), last) for site_id, vantage_id, last in rows]
