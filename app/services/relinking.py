# SPDX-License-Identifier: Apache-2.0
"""What a new or ended blocking means for the record: incidents that declare it are concluded anew."""

import uuid
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import Category
from app.services import conclusions
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
