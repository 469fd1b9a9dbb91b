# SPDX-License-Identifier: Apache-2.0
"""A real agent, a real collector on a real port, a hostile internet, and a clock that tests move."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn

from app.domain.agents.protocol import Consent
from app.domain.vocabulary import SiteCondition, VantageHealth, VantageRole, VerdictState
from app.main import create_app
from app.services import agents, vantages
from app.settings import Settings
from app.storage.agents import BatchRow
from app.storage.database import Sessions
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.sites import Vantage
from tests.testbed import TestbedThread
from tests.workers.agent.machine import Machine, MovedClock, close
from tests.workers.jobs.rig import Watch
from workers.agent import enrolment
from workers.agent.identity import Identity
from workers.agent.loop import Agent
from workers.agent.uplink import Uplink
from workers.jobs import delivering, history, judging

HOST, OTHER = "courier.example", "gazette.example"
MINUTE = timedelta(minutes=1)


class House:
    """A collector that can be switched off and on, its clock in step with the agents'."""

    def __init__(self, watch: Watch, folder: Path) -> None:
        self.watch = watch
        self.clock = MovedClock(wall=watch.at)
        self._settings = Settings(data_dir=folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it answers when it is there."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Answer while the block lasts."""
        app = create_app(self._settings, self.watch.sessions, now=self.watch.now)
        server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, log_level="error", lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()

    def pass_(self, by: timedelta) -> None:
        """Let time pass for everybody."""
        self.watch.at += by
        self.clock.pass_(by)

    def invite(self, code: str, role: VantageRole, country: str, asn: int) -> str:
        """Describe an agent's vantage and return the token for its machine."""
        with self.watch.sessions.writing() as session:
            vantages.add_vantage(
                session,
                code=code,
                role=role,
                country=country,
                asn=asn,
                network_name=None,
                resolver=None,
                proxy=None,
                is_agent=True,
                now=self.watch.at,
                actor_id=None,
            )
            return agents.invite(session, code, now=self.watch.at, actor_id=None).token

    def judge(self) -> None:
        """Let the collector think about what came, and say what is to be said."""
        judging.judge_waiting(self.watch.context)
        delivering.fire_due_alerts(self.watch.job)

    def measured(self) -> list[MeasurementRow]:
        """Everything on record, oldest first."""
        with self.watch.sessions.reading() as session:
            return list(
                session.scalars(sa.select(MeasurementRow).order_by(MeasurementRow.measured_at))
            )


@pytest.fixture
def world() -> Iterator[TestbedThread]:
    """A small internet in which everything works."""
    with TestbedThread() as running:
        yield running


@pytest.fixture
def house(sessions: Sessions, world: TestbedThread, tmp_path: Path) -> House:
    """A collector whose own line measures nothing: agents do."""
    watch = Watch(sessions, world, tmp_path / "collector", hosts=(HOST, OTHER), controls=0)
    with sessions.writing() as session:
        session.execute(sa.update(Vantage).values(is_enabled=False))
    return House(watch, tmp_path / "collector")


def machine(house: House, folder: Path, role: VantageRole = VantageRole.FIELD) -> Machine:
    """A machine in the world, not enrolled yet."""
    part = "field" if role is VantageRole.FIELD else "control"
    return Machine(
        folder=folder,
        routes=(house.url,),
        clock=house.clock,
        role=role,
        opener=lambda _: house.watch.world.session(role=part),
    )


async def enrol(house: House, machine: Machine, token: str, *refused: str) -> Identity:
    """Enrol it, as the command would after consent."""
    async with Uplink(machine.routes) as uplink:
        return await enrolment.enrol(
            uplink,
            servers=machine.routes,
            token=token,
            consent=Consent(version="1", accepted_at=house.clock.now()),
            refused=refused,
            now=house.clock.now(),
        )


async def live(agent: Agent, house: House, *, over: timedelta, step: timedelta = MINUTE) -> None:
    """Let an agent live through a while: poll, measure what is due, hand in."""
    until = house.clock.wall + over
    while house.clock.wall < until:
        house.pass_(step)
        await agent.poll()
        for _ in range(3):  # Canaries first, then what they allow, then what followed from it.
            agent.measure()
            await agent.vantage.settled()
        while await agent.hand_in():
            pass


def test_from_a_token_to_a_verdict(house: House, world: TestbedThread, tmp_path: Path) -> None:
    """Enrol, take assignments, measure, hand in; a control agent answers; the block is named."""
    world.block_sni(HOST)
    field = machine(house, tmp_path / "field")
    control = machine(house, tmp_path / "control", VantageRole.CONTROL)

    async def story() -> None:
        field.identity = await enrol(
            house, field, house.invite("kz-1", VantageRole.FIELD, "KZ", 64496)
        )
        control.identity = await enrol(
            house, control, house.invite("nl-1", VantageRole.CONTROL, "NL", 64511)
        )
        inside, outside = field.agent(), control.agent()
        try:
            inside.begin()
            outside.begin()
            for _ in range(25):
                await live(inside, house, over=MINUTE)
                await asyncio.to_thread(house.judge)
                await live(outside, house, over=MINUTE)
                await asyncio.to_thread(house.judge)
        finally:
            await close(inside)
            await close(outside)

    with house.open():
        asyncio.run(story())

    state = house.watch.state(HOST)
    assert state.condition is SiteCondition.BLOCKED
    assert house.watch.condition(OTHER) is SiteCondition.REACHABLE
    with house.watch.sessions.reading() as session:
        blocked = session.scalars(
            sa.select(VerdictRow).where(VerdictRow.state == VerdictState.BLOCKED)
        ).all()
        health = {one.code: one.health for one in session.scalars(sa.select(Vantage)).all()}
    assert blocked
    assert health["kz-1"] is health["nl-1"] is VantageHealth.HEALTHY
    assert any(row.control_of is not None for row in house.measured())
    shown = "\n".join(field.said + control.said)
    assert "2 sites to watch." in shown
    assert ".example" not in shown


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_day_without_the_collector_loses_nothing(
    house: House, world: TestbedThread, tmp_path: Path
) -> None:
    """Measuring goes on, the spool arrives newest first, every look is on record at its time."""
    field = machine(house, tmp_path / "field")
    seen: dict[str, object] = {}

    async def before() -> None:
        token = house.invite("kz-1", VantageRole.FIELD, "KZ", 64496)
        field.identity = await enrol(house, field, token)
        agent = field.agent()
        try:
            agent.begin()
            await live(agent, house, over=30 * MINUTE, step=5 * MINUTE)
        finally:
            await close(agent)

    async def alone() -> None:
        agent = field.agent()
        try:
            agent.begin()
            await live(agent, house, over=12 * 60 * MINUTE, step=20 * MINUTE)
            world.block_sni(HOST)
            # Half of the day later the wall clock of the machine goes wrong by two hours.
            house.clock.wall += 120 * MINUTE
            await live(agent, house, over=6 * 60 * MINUTE, step=20 * MINUTE)
            world.restore(HOST)
            await live(agent, house, over=6 * 60 * MINUTE, step=20 * MINUTE)
            seen["waiting"] = agent.spool.depth()
            seen["boot"] = agent.handing.boot
        finally:
            await close(agent)

    async def after() -> None:
        agent = field.agent()
        try:
            agent.begin()
            agent.handing.most = 10
            while agent.spool.depth():
                house.pass_(timedelta(seconds=10))
                await agent.hand_in()
        finally:
            await close(agent)

    with house.open():
        asyncio.run(before())
    alerts_before = [kind for kind, _ in house.watch.alerts()]
    handed_in = len(house.measured())
    left_at = house.watch.at
    asyncio.run(alone())
    back_at = house.watch.at
    with house.open():
        asyncio.run(after())
        for _ in range(6):
            house.judge()
            history.keep_right(house.watch.context)

    rows = house.measured()
    assert isinstance(seen["waiting"], int)
    assert seen["waiting"] > 120
    assert len(rows) == handed_in + seen["waiting"]
    away = [row for row in rows if row.measured_at > left_at + MINUTE]
    late = [row for row in away if row.is_late]
    assert len(late) > 0.9 * len(away)
    # The machine's wall clock was wrong for half of the time; no time on record is.
    assert all(left_at < row.measured_at <= back_at for row in away)
    gaps = [b.measured_at - a.measured_at for a, b in itertools.pairwise(away)]
    assert max(gaps) < 45 * MINUTE
    newest = [max(times) for times in _batches_since(house, back_at)]
    assert len(newest) > 2
    assert newest == sorted(newest, reverse=True)
    assert [kind for kind, _ in house.watch.alerts()] == [*alerts_before, "agent.clock"]


def _batches_since(house: House, when: datetime) -> list[list[datetime]]:
    """The times of what each batch held, batches as they came."""
    with house.watch.sessions.reading() as session:
        rows = session.scalars(
            sa.select(BatchRow)
            .where(BatchRow.received_at > when, BatchRow.accepted > 0)
            .order_by(BatchRow.received_at)
        ).all()
    measured = house.measured()
    return [[one.measured_at for one in measured if one.batch_id == row.id] for row in rows]
