# SPDX-License-Identifier: Apache-2.0
"""Outlets with sites that are watched: seen blocked, reached or not at all, from chosen networks."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.vocabulary import Confidence, Egress, Mechanism, SiteCondition, VantageRole
from app.storage.outlets import Outlet
from app.storage.sites import Episode, Site, SiteState, Vantage
from tests.make import NOW


def outlet(session: Session, name: str = "The Weekly", **fields: Any) -> Outlet:
    """A public outlet of Kazakhstan."""
    row = Outlet(
        id=uuid.uuid4(),
        **{"name": name, "country": "KZ", "is_published": True, **fields},
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


class Watch:
    """One site of an outlet, and networks that see it in some condition."""

    def __init__(self, session: Session, row: Outlet, host: str = "weekly.example") -> None:
        self.session = session
        self.site = Site(
            id=uuid.uuid4(),
            url=f"https://{host}/",
            host=host,
            category_code="NEWS",
            outlet_id=row.id,
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(self.site)
        session.flush()

    def seen(
        self, condition: SiteCondition | None, *, asn: int = 1, days: float = 3, country: str = "KZ"
    ) -> Vantage:
        """A field vantage of a network, and how the site stands there."""
        where = Vantage(
            id=uuid.uuid4(),
            code=f"v{asn}-{uuid.uuid4().hex[:4]}",
            egress=Egress.LOCAL,
            created_at=NOW,
            country=country,
            asn=asn,
            role=VantageRole.FIELD,
        )
        self.session.add(where)
        self.session.flush()
        if condition is not None:
            since = NOW - timedelta(days=days)
            self.session.add(
                SiteState(
                    site_id=self.site.id,
                    vantage_id=where.id,
                    condition=condition,
                    since=since,
                    next_due_at=NOW,
                )
            )
        if condition is SiteCondition.BLOCKED:
            self.blocked(where, days)
        return where

    def blocked(self, where: Vantage, days: float, until: float | None = None) -> Episode:
        """A blocking that began so many days ago."""
        since = NOW - timedelta(days=days)
        row = Episode(
            id=uuid.uuid4(),
            site_id=self.site.id,
            vantage_id=where.id,
            country=where.country,
            asn=where.asn,
            mechanism=Mechanism.SNI_RESET,
            confidence=Confidence.LIKELY,
            rule="rule",
            since=since,
            until=None if until is None else NOW - timedelta(days=until),
            opened_at=since,
        )
        self.session.add(row)
        self.session.flush()
        return row
