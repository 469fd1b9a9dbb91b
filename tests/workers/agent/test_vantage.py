# SPDX-License-Identifier: Apache-2.0
"""What an agent measures and what it leaves alone, whatever it is asked."""

import asyncio
import itertools
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from app.domain.agents.protocol import Assignment, CanaryCount, Item, Task, Urgent
from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import VantageRole
from tests.make import NOW
from tests.testbed import TestbedThread
from tests.workers.agent.collector import Collector
from tests.workers.agent.machine import PUBLIC_KEY, Machine, close
from workers.agent import assignments
from workers.agent.limits import Limits
from workers.agent.looking import Looker
from workers.agent.loop import Agent
from workers.agent.urgent import Ask

HOST, OTHER = "courier.example", "gazette.example"
CANARIES = ("canary-1.example", "canary-2.example", "canary-3.example")
Story = Callable[[Agent], Coroutine[Any, Any, None]]


def asked(host: str, number: int, *, category: str = "NEWS", interval_s: int = 900) -> Assignment:
    """One site to watch."""
    return Assignment(
        site=uuid.UUID(int=number),
        url=f"https://{host}/",
        category=category,
        interval_s=interval_s,
        phase_s=0,
    )


@pytest.fixture
def world() -> Iterator[TestbedThread]:
    """A small internet in which everything works."""
    with TestbedThread() as running:
        for host in (HOST, OTHER, *CANARIES):
            running.site(host)
        yield running


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector with two sites and three canaries."""
    with Collector() as running:
        running.public_key = PUBLIC_KEY
        running.assignments = replace(
            running.assignments,
            items=(asked(HOST, 1), asked(OTHER, 2)),
            canaries=tuple(f"https://{host}/" for host in CANARIES),
        )
        yield running


@pytest.fixture
def machine(collector: Collector, world: TestbedThread, tmp_path: Path) -> Machine:
    """A machine in that world."""
    made = Machine(
        folder=tmp_path, routes=(collector.url,), opener=lambda _: world.session(role="field")
    )
    collector.now = made.clock.now
    return made


def play(machine: Machine, story: Story) -> None:
    """Run one agent through a story."""

    async def run() -> None:
        agent = machine.agent()
        try:
            agent.begin()
            await story(agent)
        finally:
            await close(agent)

    asyncio.run(run())


async def live(agent: Agent, machine: Machine, *, seconds: float, step_s: float = 60) -> None:
    """Let time pass, measuring what is due; nothing is polled or handed in."""
    passed = 0.0
    while passed < seconds:
        machine.clock.pass_(timedelta(seconds=step_s))
        passed += step_s
        for _ in range(3):
            agent.measure()
            await agent.vantage.settled()


def waiting(agent: Agent) -> list[Item]:
    """What waits in the spool, oldest first."""
    found = agent.spool.newest(limit=10_000, size=10**12)
    return [msgspec.json.decode(one.content, type=Item) for one in reversed(found)]


def test_canaries_come_first_and_sites_on_their_grid(machine: Machine) -> None:
    """In an hour every site is looked at about four times; canaries are in no spool."""

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=3600)
        items = waiting(agent)
        by_site = [sum(one.site == uuid.UUID(int=n) for one in items) for n in (1, 2)]
        assert all(3 <= count <= 5 for count in by_site)
        assert all(one.canaries == CanaryCount(reached=3, asked=3) for one in items)
        assert all(one.measurement.vantage == "kz-1" for one in items)

    play(machine, story)


def test_a_vantage_without_a_network_accuses_nobody(machine: Machine, world: TestbedThread) -> None:
    """With the canaries gone nothing else is looked at, and the person is told once."""

    async def story(agent: Agent) -> None:
        await agent.poll()
        for host in CANARIES[:2]:
            world.block_dns(host)
        await live(agent, machine, seconds=1800)
        assert waiting(agent) == []
        assert sum("seems to be offline" in line for line in machine.said) == 1
        for host in CANARIES:
            world.restore(host)
        await live(agent, machine, seconds=1800)
        assert waiting(agent)
        assert "3 of 3 steady sites answer. This machine is online." in machine.said[-1]

    play(machine, story)


def test_a_network_that_goes_away_between_two_canaries_accuses_nobody(
    machine: Machine, world: TestbedThread
) -> None:
    """A failed look asks the canaries again before it is kept, and says what they said."""

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=60)
        assert agent.canaries.is_online
        for host in (HOST, OTHER, *CANARIES):
            world.block_dns(host)
        agent.vantage.schedule.begin(uuid.UUID(int=1), agent.vantage.at)
        agent.vantage.schedule.finish(uuid.UUID(int=1), agent.vantage.at, failed=True)
        machine.clock.pass_(timedelta(seconds=40))
        agent.vantage.step()
        await agent.vantage.settled()
        (item,) = waiting(agent)
        assert item.canaries == CanaryCount(reached=0, asked=3)
        assert not agent.canaries.is_online
        await live(agent, machine, seconds=1200)
        assert len(waiting(agent)) == 1

    play(machine, story)


def test_a_failure_is_looked_at_again_soon_and_carries_its_evidence(
    machine: Machine, world: TestbedThread
) -> None:
    """30 s, 90 s, 5 min after the failure; certificates beside it; a success carries none."""
    world.block_sni(HOST)

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=1500, step_s=10)
        failed = [one for one in waiting(agent) if one.site == uuid.UUID(int=1)]
        stamps = [one.monotonic_ms / 1000 for one in failed]
        waits = [b - a for a, b in itertools.pairwise(stamps)]
        assert 30 <= waits[0] <= 50
        assert 90 <= waits[1] <= 120
        assert 300 <= waits[2] <= 375
        fine = [one for one in waiting(agent) if one.site == uuid.UUID(int=2)]
        assert fine
        kept = agent.spool.newest(limit=1000, size=10**12)
        good = {one.measurement.uid for one in fine}
        assert all(not one.bodies for one in kept if one.uid in good)

    play(machine, story)


def test_a_block_page_is_kept_as_evidence(
    machine: Machine, collector: Collector, world: TestbedThread
) -> None:
    """The page that came instead travels beside the look, by its hash."""
    world.block_http(HOST)
    collector.assignments = replace(
        collector.assignments,
        items=(replace(asked(HOST, 1), url=f"http://{HOST}/"),),
    )

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=1000)
        await agent.hand_in()
        hashes = {
            exchange.body_sha256
            for item in collector.items.values()
            for exchange in item.measurement.exchanges
        }
        assert hashes
        assert hashes <= set(collector.bodies)

    play(machine, story)


def test_refused_categories_and_private_addresses_are_left_alone(
    machine: Machine, collector: Collector
) -> None:
    """Whatever a collector asks: its list is cut to what the owner allows, and that is said."""
    machine.refused = ("ANON", "HUMR")
    items = [
        asked(HOST, 1),
        asked("tool.example", 2, category="ANON"),
        # One that the text on risk does not name: nobody was asked about it.
        asked("other.example", 9, category="NEWER"),
        replace(asked(HOST, 3), url="http://192.168.1.1/admin"),
        replace(asked(HOST, 4), url="http://localhost/"),
        replace(asked(HOST, 5), url="http://[::ffff:127.0.0.1]/"),
        replace(asked(HOST, 6), url="https://printer.local/"),
        replace(asked(HOST, 7), url="file:///etc/passwd"),
        replace(asked(HOST, 8), url="https://news.example:22/"),
    ]
    collector.assignments = replace(
        collector.assignments,
        items=tuple(items),
        canaries=("http://10.0.0.1/", *collector.assignments.canaries),
        independent_resolver="192.168.1.1",
        doh_url="https://192.168.1.1/dns-query",
    )

    async def story(agent: Agent) -> None:
        await agent.poll()
        assigned = agent.vantage._assigned
        assert assigned is not None
        assert [one.url for one in assigned.items] == [f"https://{HOST}/"]
        assert len(assigned.canaries) == 3
        assert assigned.independent_resolver is assigned.doh_url is None
        assert "1 sites to watch; 8 are left out" in machine.said[-1]

    play(machine, story)


@pytest.mark.parametrize(
    ("resolver", "taken"),
    [
        ("9.9.9.9", True),
        ("9.9.9.9:53", True),
        ("[2620:fe::fe]:53", True),
        ("2620:fe::fe", True),
        ("9.9.9.9:5353", False),
        ("127.0.0.1", False),
        ("[::1]:53", False),
        ("resolver.example", False),
        ("", False),
    ],
)
def test_only_public_resolvers_are_asked(collector: Collector, resolver: str, taken: bool) -> None:
    """A collector cannot make a machine send packets into its owner's network."""
    given = replace(collector.assignments, independent_resolver=resolver)
    cut = assignments.cut(given, refused=frozenset(), limits=Limits())

    assert cut.assignments.independent_resolver == (resolver if taken else None)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://9.9.9.9/dns-query", True),
        ("https://[2620:fe::fe]/dns-query", True),
        ("http://9.9.9.9/dns-query", False),
        ("https://dns.example/dns-query", False),
        ("https://127.0.0.1/dns-query", False),
        ("https://9.9.9.9:8443/dns-query", False),
    ],
)
def test_dns_over_https_goes_to_public_addresses_only(
    collector: Collector, url: str, taken: bool
) -> None:
    """A name in it would be looked up by the very resolver under suspicion."""
    given = replace(collector.assignments, doh_url=url)
    cut = assignments.cut(given, refused=frozenset(), limits=Limits())

    assert cut.assignments.doh_url == (url if taken else None)


def test_no_collector_can_hurry_an_agent(collector: Collector) -> None:
    """Intervals, re-checks and lists are held to the agent's own limits."""
    given = replace(
        collector.assignments,
        items=tuple(asked(HOST, n, interval_s=n - 5) for n in range(10)),
        rechecks_s=(0,) * 100,
        health_interval_s=-1,
        canaries=("https://a.example/",) * 100,
    )
    cut = assignments.cut(given, refused=frozenset(), limits=Limits(sites=5)).assignments

    assert len(cut.items) == 5
    assert {one.interval_s for one in cut.items} == {60}
    assert cut.rechecks_s == (10,) * 5
    assert cut.health_interval_s == 60
    assert len(cut.canaries) == 10


def urgent(task: str, **values: Any) -> Urgent:
    """One urgent thing, worth something for a minute."""
    return Urgent(
        **{
            "id": uuid.uuid4(),
            "task": task,
            "site": uuid.UUID(int=1),
            "url": f"https://{HOST}/",
            "expires_at": NOW + timedelta(hours=1),
            **values,
        }
    )


def test_a_recheck_is_taken_once_and_only_for_an_assigned_site(
    machine: Machine, collector: Collector
) -> None:
    """Known kinds, in time, assigned, each id once: everything else is left undone."""
    good = urgent(Task.RECHECK)

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=60)
        collector.urgent = (
            good,
            good,
            urgent("shell@1"),
            urgent("recheck@2"),
            urgent(Task.RECHECK, url="https://elsewhere.example/"),
            urgent(Task.RECHECK, site=uuid.UUID(int=99)),
            urgent(Task.RECHECK, expires_at=NOW),
            urgent(Task.CONTROL, control_of=uuid.uuid4()),
        )
        await agent.poll()
        await agent.vantage.settled()
        await agent.poll()
        await agent.vantage.settled()
        assert [one.site for one in waiting(agent)] == [uuid.UUID(int=1)]

    play(machine, story)


def test_a_control_does_controls_and_nothing_else(
    machine: Machine, collector: Collector, world: TestbedThread
) -> None:
    """It tries the addresses the field saw, never a private one, and hands in the page."""
    machine.role = VantageRole.CONTROL
    machine.opener = lambda _: world.session(role="control")
    collector.assignments = replace(collector.assignments, items=())
    of = uuid.uuid4()

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=60)
        collector.urgent = (
            urgent(Task.CONTROL, control_of=of, extra_addresses=("10.1.2.3", "169.254.169.254")),
            urgent(Task.CONTROL),
            urgent(Task.RECHECK),
            urgent(Task.CONTROL, control_of=of, url="http://127.0.0.1/"),
        )
        await agent.poll()
        await agent.vantage.settled()
        (item,) = waiting(agent)
        assert item.control_of == of
        tried = {one.address for one in item.measurement.connects}
        assert not tried & {"10.1.2.3", "169.254.169.254"}
        (kept,) = agent.spool.newest(limit=1, size=1)
        assert item.measurement.exchanges[-1].body_sha256 in kept.bodies

    play(machine, story)


def test_urgent_work_is_capped(machine: Machine, collector: Collector) -> None:
    """No collector makes a volunteer's line into a flood."""
    machine.role = VantageRole.CONTROL
    machine.limits = Limits(urgent_a_minute=4)

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=60)
        collector.urgent = tuple(urgent(Task.CONTROL, control_of=uuid.uuid4()) for _ in range(30))
        await agent.poll()
        await agent.vantage.settled()
        assert len(waiting(agent)) == 4
        machine.clock.pass_(timedelta(seconds=61))
        await agent.poll()
        await agent.vantage.settled()
        assert len(waiting(agent)) == 8

    play(machine, story)


def test_assignments_last_a_week_without_the_collector(
    machine: Machine, collector: Collector
) -> None:
    """A restart works from the copy; after seven days measuring stops, and the person is told."""

    async def first(agent: Agent) -> None:
        await agent.poll()

    async def alone(agent: Agent) -> None:
        agent.uplink._routes = ["http://127.0.0.1:9"]
        await live(agent, machine, seconds=1800, step_s=300)
        before = agent.spool.depth()
        assert before > 0
        machine.clock.pass_(timedelta(days=7))
        await live(agent, machine, seconds=1800, step_s=300)
        assert agent.spool.depth() == before
        assert sum("has not been heard for a week" in line for line in machine.said) == 1
        agent.uplink._routes = [collector.url]
        await agent.poll()
        await live(agent, machine, seconds=1800, step_s=300)
        assert agent.spool.depth() > before

    play(machine, first)
    play(machine, alone)


def test_a_copy_that_stands_is_confirmed_once_a_day(machine: Machine, collector: Collector) -> None:
    """304 renews the week; the list itself travels once."""

    async def story(agent: Agent) -> None:
        for _ in range(10):
            await agent.poll()
            machine.clock.pass_(timedelta(hours=12))
        asks = [headers for path, headers in collector.asked if path.endswith("assignments")]
        assert 5 <= len(asks) <= 6
        assert "if-none-match" not in asks[0]
        assert all(one["if-none-match"] == '"1"' for one in asks[1:])
        await agent.poll()
        assert agent._snapshot is not None
        assert agent._snapshot.is_valid(machine.clock.now() + timedelta(days=6))

    play(machine, story)


def test_new_assignments_are_taken_up(machine: Machine, collector: Collector) -> None:
    """Another version in the answer to a poll has the list fetched at once."""

    async def story(agent: Agent) -> None:
        await agent.poll()
        collector.assignments = replace(
            collector.assignments, version="2", items=(asked(OTHER, 2),)
        )
        await agent.poll()
        assert len(agent.vantage.schedule) == 1
        kept = assignments.load(agent.home.assignments)
        assert kept is not None
        assert kept.assignments.version == "2"

    play(machine, story)


def test_a_stop_keeps_what_was_seen(machine: Machine, collector: Collector) -> None:
    """Looks under way are given up; the loop ends, and nothing that was seen is lost."""

    async def story() -> None:
        agent = machine.agent()
        agent.look_around_s = 0.02
        stop = asyncio.Event()
        running = asyncio.create_task(agent.run(stop))
        try:
            async with asyncio.timeout(20):
                while not agent.vantage.counts.looked:
                    machine.clock.pass_(timedelta(seconds=10))
                    await asyncio.sleep(0.02)
            stop.set()
            await running
            looked = agent.vantage.counts.looked
            assert looked == agent.spool.depth() + len(collector.items)
        finally:
            await close(agent)

    asyncio.run(story())


def test_no_site_is_named_to_whoever_reads_the_screen(
    machine: Machine, world: TestbedThread
) -> None:
    """Counts and states only, also when things fail."""
    world.block_dns(HOST)

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=1800)
        await agent.sum_up()
        assert waiting(agent)
        assert ".example" not in "\n".join(machine.said)
        assert "looks taken" in machine.said[-1]

    play(machine, story)


def test_an_unforeseen_error_names_no_site_on_the_screen(machine: Machine) -> None:
    """What an error says may hold an address: it is for those who asked for details."""

    async def story(agent: Agent) -> None:
        await agent.poll()
        agent.canaries.count = CanaryCount(reached=3, asked=3)

        async def look(url: str, **_: object) -> Measurement:
            raise ValueError(f"{url} is too much")

        agent.vantage.looker = cast(
            Looker, SimpleNamespace(look=look, aclose=agent.vantage.looker.aclose)
        )
        agent.vantage._begin(Ask(site=uuid.UUID(int=1), url=f"https://{HOST}/"))
        await agent.vantage.settled()
        assert "A look was lost" in machine.said[-1]
        assert ".example" not in "\n".join(machine.said)

    play(machine, story)


def test_a_failure_at_the_end_is_vouched_for_by_no_older_canaries(
    machine: Machine, world: TestbedThread
) -> None:
    """When the machine goes down its network may go first: then nobody says that it was online."""

    async def story(agent: Agent) -> None:
        await agent.poll()
        await live(agent, machine, seconds=60)
        assert agent.canaries.is_online
        machine.clock.pass_(timedelta(seconds=200))
        for host in (HOST, OTHER, *CANARIES):
            world.block_dns(host)
        began_s = machine.clock.steady_s()
        seen = await agent.vantage.looker.look(f"https://{HOST}/", started_at=machine.clock.now())
        before = len(waiting(agent))
        agent.vantage._is_stopping = True
        await agent.vantage._keep(Ask(site=uuid.UUID(int=1), url=seen.url), seen, began_s)
        items = waiting(agent)
        assert len(items) == before + 1
        assert not items[-1].canaries.suffices

    play(machine, story)


def test_assignments_without_a_time_zone_are_no_assignments(
    machine: Machine, collector: Collector
) -> None:
    """They are neither worked from nor kept, where every next start would stumble over them."""
    collector.assignments = replace(
        collector.assignments,
        valid_until=collector.assignments.valid_until.replace(tzinfo=None),
    )

    async def story(agent: Agent) -> None:
        await agent.poll()
        assert not agent.home.assignments.exists()

    play(machine, story)


def test_looking_once_at_nothing_is_not_well_done(machine: Machine, world: TestbedThread) -> None:
    """Without a collector's list, or a network, a timer learns that nothing was looked at."""

    async def story() -> None:
        unreached = replace(machine, routes=("http://127.0.0.1:9",)).agent()
        try:
            assert not await unreached.run_once()
        finally:
            await close(unreached)
        for host in CANARIES:
            world.block_dns(host)
        offline = machine.agent()
        try:
            assert not await offline.run_once()
        finally:
            await close(offline)

    asyncio.run(story())
