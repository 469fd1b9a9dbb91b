# SPDX-License-Identifier: Apache-2.0
"""What stands now, on one page: what is blocked, what else is wrong, how far we can see."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Impunity, SiteCondition, VantageRole
from app.services import record, site_views
from app.services.site_views import SiteFilter
from app.storage import incidents
from app.storage.incidents import Incident, IncidentFilter
from app.storage.sites import Site, SiteState

SHOWN = 25
"""Sites listed for each condition; the counts beside them are whole."""

TROUBLE = (
    SiteCondition.DOWN,
    SiteCondition.INCONCLUSIVE,
    SiteCondition.SERVER_SIDE,
    SiteCondition.RECOVERING,
    SiteCondition.SUSPECT,
)
"""What is wrong with a site without its being blocked, gravest first."""

HAPPENED = 6
UNPUNISHED = 8


def overview(session: Session, viewer: Viewer, *, now: datetime) -> dict[str, Any]:
    """Return what a reader needs first; every list is cut at `SHOWN`."""
    vantages = site_views.list_vantages(session, viewer)
    return {
        "as_of": now.date(),
        "incidents": count_incidents(session, viewer),
        "happened": _incidents(session, viewer, IncidentFilter(), limit=HAPPENED),
        "unpunished": _unpunished(session, viewer),
        "sites": count_sites(session),
        "blocked": _sites_in(session, viewer, SiteCondition.BLOCKED),
        "trouble": {one.value: _sites_in(session, viewer, one) for one in TROUBLE},
        "vantages": vantages,
        "controls": sum(
            one["role"] is VantageRole.CONTROL and one["is_enabled"] for one in vantages
        ),
    }


def _incidents(
    session: Session, viewer: Viewer, wanted: IncidentFilter, *, limit: int
) -> list[dict[str, Any]]:
    return record.list_incidents(session, viewer, wanted, limit=limit).decoded()


def _unpunished(session: Session, viewer: Viewer) -> list[dict[str, Any]]:
    """Return incidents in complete impunity, then those in partial, the latest first in each."""
    found: list[dict[str, Any]] = []
    for level in (Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY):
        wanted = IncidentFilter(impunity=(level,))
        found += _incidents(session, viewer, wanted, limit=UNPUNISHED - len(found) or 1)
    return found[:UNPUNISHED]


def count_incidents(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return how many incidents this viewer sees, and how many at each level of impunity."""
    rows = session.execute(
        sa.select(Incident.impunity, sa.func.count())
        .where(incidents.visible_to(viewer))
        .group_by(Incident.impunity)
    )
    by_impunity = dict(iter(rows))
    return {"total": sum(by_impunity.values()), "by_impunity": by_impunity}


def countries_of_incidents(session: Session, viewer: Viewer) -> list[str]:
    """Return the countries of the incidents this viewer sees."""
    query = sa.select(Incident.country).where(incidents.visible_to(viewer)).distinct()
    return sorted(session.scalars(query))


def _sites_in(session: Session, viewer: Viewer, state: SiteCondition) -> list[dict[str, Any]]:
    return site_views.list_sites(session, viewer, SiteFilter(state=state), limit=SHOWN)


def count_sites(session: Session) -> dict[str, Any]:
    """Return how many sites are listed, probed and in each condition in at least one network."""
    listed, probed = session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(Site.is_probed)).select_from(Site)
    ).one()
    rows = session.execute(
        sa.select(SiteState.condition, sa.func.count(SiteState.site_id.distinct())).group_by(
            SiteState.condition
        )
    )
    measured = session.scalar(
        sa.select(sa.func.count(SiteState.site_id.distinct())).where(
            SiteState.last_measured_at.is_not(None)
        )
    )
    return {
        "listed": listed,
        "probed": probed,
        "measured": measured or 0,
        "by_state": {condition.value: number for condition, number in rows},
    }
