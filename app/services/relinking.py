# SPDX-License-Identifier: Apache-2.0
"""What a new or ended blocking means for the record: incidents that declare it are concluded anew."""

import uuid
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.domain.vocabulary import Category
from app.services import blocking_links, conclusions
from app.storage.decisions import Decision
from app.storage.incidents import Incident
from app.storage.parts import IncidentCategory, Target
from app.storage.sites import Site


def relink(session: Session, site_id: uuid.UUID, *, now: datetime) -> bool:
    """Conclude anew the incidents a site's blocking is about; the caller bumps the counters after.

    Returns whether everybody's view of an incident has changed.
    """
    site = session.get_one(Site, site_id)
    return conclusions.refresh_all(session, _declaring(session, site), now=now)


def relink_stale(session: Session, *, now: datetime) -> bool:
    """Conclude anew the incidents whose declared block stands otherwise by now; True if any moved.

    Time alone contradicts a declaration (a day of reaching the site from two networks), so somebody
    must ask now and then. Only the link is computed for all; what has changed is concluded.
    """
    changed = [
        incident.id
        for incident in session.scalars(_declared())
        if incident.document
        and incident.document.get("blocking_link")
        != blocking_links.link_of(session, incident, now=now)
    ]
    return conclusions.refresh_all(session, changed, now=now)


def _declared() -> sa.Select[Incident]:
    """Incidents that say that something is blocked: by a decision, or by their category."""
    by_category = sa.select(IncidentCategory.incident_id).where(
        IncidentCategory.category == Category.ONLINE_CENSORSHIP,
        IncidentCategory.subtype == "website_blocking",
    )
    return (
        sa.select(Incident)
        .where(sa.or_(Incident.decision_id.is_not(None), Incident.id.in_(by_category)))
        # All that a link is computed from.
        .options(
            selectinload(Incident.decision),
            selectinload(Incident.categories),
            selectinload(Incident.targets),
        )
    )


def _declaring(session: Session, site: Site) -> Iterator[uuid.UUID]:
    """Yield incidents that declare a block of this site: of its outlet, or by a decision's domains."""
    if site.outlet_id is not None:
        yield from session.scalars(
            sa.select(Incident.id)
            .join(Target, Target.incident_id == Incident.id)
            .join(IncidentCategory, IncidentCategory.incident_id == Incident.id)
            .where(
                Target.outlet_id == site.outlet_id,
                IncidentCategory.category == Category.ONLINE_CENSORSHIP,
            )
        )
    # Decisions are few and their domains a JSON list, which the two databases search differently.
    decided = session.execute(
        sa.select(Incident.id, Decision.domains).join(Decision, Decision.id == Incident.decision_id)
    )
    for incident_id, domains in decided:
        if site.host.removeprefix("www.") in domains or site.host in domains:
            yield incident_id
