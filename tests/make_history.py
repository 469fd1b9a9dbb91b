# SPDX-License-Identifier: Apache-2.0
"""Measurements of one site from one vantage, concluded in any order of arrival, over a real database."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.reachability import Observation
from app.domain.blocking.verdict import Verdict
from app.domain.vocabulary import SiteCondition
from app.services import monitoring, recording, refolding
from app.services.monitoring import WatchPolicy
from app.services.recording import Seen
from app.storage.sites import Episode, Site, SiteState, Vantage
from tests import make_alerts as make
from tests.make import NOW

WATCH = WatchPolicy()
ALERTS = AlertPolicy()


class Pair:
    """One site at one vantage; `at` moves to the time of what arrives, unless told otherwise."""

    def __init__(self, session: Session, *, code: str | None = None, **vantage: Any) -> None:
        self.session = session
        name = code or f"kz-{uuid.uuid4().hex[:6]}"
        # Every pair is alone in its network, unless it is told otherwise.
        asn = vantage.pop("asn", 64512 + uuid.uuid4().int % 1000000)
        self.vantage: Vantage = make.vantage(session, name, asn=asn, **vantage)
        self.site: Site = make.site(session, f"s-{uuid.uuid4().hex[:8]}.example")
        self.site.is_probed = True
        self._enlist()

    @classmethod
    def of(cls, session: Session, site: Site, vantage: Vantage) -> "Pair":
        """Another pair of what is there."""
        pair = cls.__new__(cls)
        pair.session, pair.site, pair.vantage = session, site, vantage
        pair._enlist()
        return pair

    def _enlist(self) -> None:
        self.session.add(
            SiteState(site_id=self.site.id, vantage_id=self.vantage.id, next_due_at=NOW)
        )
        self.session.flush()

    def arrives(
        self, observation: Observation, *, now: datetime | None = None, is_late: bool = False
    ) -> SiteCondition:
        """Keep and conclude one measurement."""
        uid = str(uuid.uuid4())
        plans = {plan.id: plan for plan in monitoring.list_plans(self.session)}
        seen = Seen(
            site_id=self.site.id,
            url=self.site.url,
            vantage=plans[self.vantage.id],
            vantage_healthy=observation.vantage_healthy,
            measurement=Measurement(
                uid=uid,
                url=self.site.url,
                vantage=self.vantage.code,
                started_at=observation.at,
                runtime_ms=120.0,
            ),
            measured_at=observation.at,
            is_late=is_late,
        )
        verdict = Verdict(
            state=observation.verdict_state,
            layer=observation.layer,
            mechanism=observation.mechanism,
            interference=False,
            confidence=observation.confidence,
            rule=observation.rule,
            rules_version=1,
            reasons=(f"As {observation.rule} says.",),
            failure_class=observation.failure_class,
        )
        arrived = now or observation.at
        recording.keep_seen(self.session, seen, now=arrived)
        return recording.conclude(
            self.session, seen, verdict, now=arrived, policy=WATCH, alerts=ALERTS
        )

    def drain(self, *, now: datetime) -> None:
        """Fold all late data in."""
        while refolding.refold_late(self.session, now=now, policy=WATCH, alerts=ALERTS):
            pass

    @property
    def state(self) -> SiteState:
        """The state row."""
        return self.session.get_one(
            SiteState, (self.site.id, self.vantage.id), populate_existing=True
        )

    def episodes(self, *, withdrawn: bool = False) -> Sequence[Episode]:
        """Blockings on record, oldest first."""
        return self.session.scalars(
            sa.select(Episode)
            .where(
                Episode.site_id == self.site.id,
                Episode.vantage_id == self.vantage.id,
                Episode.withdrawn_at.is_not(None) if withdrawn else Episode.withdrawn_at.is_(None),
            )
            .order_by(Episode.since)
        ).all()


def minutes(number: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=number)
