# SPDX-License-Identifier: Apache-2.0
"""A whole watching Qalam over the small hostile internet, with a clock that tests move."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.domain.vocabulary import AlertState, SiteCondition, VantageRole
from app.services import monitoring, sites, vantages
from app.services.monitoring import VantagePlan
from app.storage.alerts import Alert
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from app.storage.sites import Episode, Site, SiteState, Vantage
from tests.make import NOW
from tests.testbed import TestbedThread
from workers.jobs import delivering, probing
from workers.jobs.context import JobContext
from workers.jobs.looking import ProbeContext
from workers.probe import ProbeSession

CANARIES = ("canary-1.example", "canary-2.example", "canary-3.example")


class Watch:
    """One worker that watches sites of the testbed, round by round."""

    def __init__(
        self,
        sessions: Sessions,
        world: TestbedThread,
        folder: Path,
        *,
        hosts: Sequence[str],
        controls: int = 1,
        canaries: Sequence[str] = CANARIES,
    ) -> None:
        self.sessions = sessions
        self.world = world
        self.at = NOW
        for host in (*hosts, *canaries):
            world.site(host)
        self.job = JobContext(
            sessions=sessions, now=self.now, worker="rig", address="http://qalam.example"
        )
        self.context = ProbeContext(
            job=self.job,
            bodies=BodyStore(folder / "bodies"),
            open_session=self._open,
            watch=monitoring.WatchPolicy(
                first_spread=timedelta(0), health_interval=timedelta(minutes=5)
            ),
        )
        self._prepare(hosts, canaries, controls)

    def now(self) -> datetime:
        """The rig's time."""
        return self.at

    def _open(self, vantage: VantagePlan) -> ProbeSession:
        role = "control" if vantage.role is VantageRole.CONTROL else "field"
        return self.world.session(role=role)

    def _prepare(self, hosts: Sequence[str], canaries: Sequence[str], controls: int) -> None:
        rows = ["url,country,category_code,canary"]
        rows += [f"https://{host}/,KZ,NEWS," for host in hosts]
        rows += [f"https://{host}/,,CTRL,yes" for host in canaries]
        with self.sessions.writing() as session:
            sites.import_list(
                session,
                "\n".join(rows),
                list_name="rig",
                licence=None,
                country=None,
                now=self.at,
            )
            vantages.ensure_vantage(
                session, code="field-1", role=VantageRole.FIELD, country="KZ", asn=64496, now=NOW
            )
            for number in range(1, controls + 1):
                vantages.ensure_vantage(
                    session,
                    code=f"control-{number}",
                    role=VantageRole.CONTROL,
                    country="NL",
                    asn=64500 + number,
                    now=NOW,
                )

    def round(self) -> None:
        """Measure what is due now."""
        probing.measure_due(self.context)

    def rounds(self, *, over: timedelta) -> None:
        """Let time pass, stopping wherever something is due."""
        until = self.at + over
        while self.at < until:
            self.at = min(max(self._next_due(), self.at + timedelta(seconds=1)), until)
            self.round()
            delivering.fire_due_alerts(self.job)

    def _next_due(self) -> datetime:
        with self.sessions.reading() as session:
            states = session.scalars(sa.select(sa.func.min(SiteState.next_due_at))).one()
            waiting = sa.select(sa.func.min(Alert.fires_at)).where(
                Alert.state == AlertState.PENDING
            )
            fires = session.scalars(waiting).one()
        return min(at for at in (states or self.at, fires) if at is not None)

    def state(self, host: str) -> SiteState:
        """The state of a site in the field."""
        with self.sessions.reading() as session:
            return session.scalars(sa.select(SiteState).join(Site).where(Site.host == host)).one()

    def condition(self, host: str) -> SiteCondition:
        """The condition of a site in the field."""
        return self.state(host).condition

    def episodes(self) -> Sequence[Episode]:
        """Every blocking on record."""
        with self.sessions.reading() as session:
            return session.scalars(sa.select(Episode).order_by(Episode.since)).all()

    def alerts(self) -> list[tuple[str, AlertState]]:
        """Every alert by kind and state."""
        with self.sessions.reading() as session:
            rows = session.scalars(sa.select(Alert).order_by(Alert.opened_at)).all()
            return [(row.kind.value, row.state) for row in rows]

    def vantage(self, code: str = "field-1") -> Vantage:
        """A vantage."""
        with self.sessions.reading() as session:
            return session.scalars(sa.select(Vantage).where(Vantage.code == code)).one()
