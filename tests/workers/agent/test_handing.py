# SPDX-License-Identifier: Apache-2.0
"""Handing in over real connections to a collector that fails in every way there is."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.agents.protocol import BATCH_BYTES, Rejection
from tests.workers.agent.collector import CUT, LOST_RECEIPT, Collector, Reply, problem
from tests.workers.agent.machine import PUBLIC_KEY, WELL, Machine, close, keep
from workers.agent.handing import backoff_s
from workers.agent.loop import Agent

Story = Callable[[Agent], Coroutine[Any, Any, None]]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that behaves until it is told otherwise."""
    with Collector() as running:
        running.public_key = PUBLIC_KEY
        yield running


@pytest.fixture
def machine(collector: Collector, tmp_path: Path) -> Machine:
    """A machine that hands in to it."""
    return Machine(folder=tmp_path, routes=(collector.url,))


def play(machine: Machine, story: Story) -> None:
    """Run one agent through a story."""

    async def run() -> None:
        agent = machine.agent()
        try:
            await story(agent)
        finally:
            await close(agent)

    asyncio.run(run())


async def hand_in_everything(agent: Agent, machine: Machine, *, over: int = 100) -> None:
    """Try again and again, as time passes, until nothing waits."""
    for _ in range(over):
        if agent.spool.depth() == 0:
            return
        await agent.hand_in()
        machine.clock.pass_(timedelta(seconds=max(agent.handing.wait_s(), 0.1)))
    raise AssertionError(f"{agent.spool.depth()} still wait")


def test_what_was_taken_is_deleted_and_nothing_else(machine: Machine, collector: Collector) -> None:
    """A signed batch arrives newest first, its bodies beside it, and the spool is empty."""
    page = b"<html>blocked</html>"

    async def story(agent: Agent) -> None:
        uids = [
            keep(agent, number, bodies={hashlib.sha256(page).hexdigest(): page})
            for number in range(3)
        ]
        agent.canaries.count = WELL
        assert await agent.hand_in() is False  # Nothing more waits.
        assert agent.spool.depth() == 0
        (batch,) = collector.batches
        assert [one.measurement.uid for one in batch.items] == uids[::-1]
        assert batch.bodies == {hashlib.sha256(page).hexdigest(): page}
        assert (batch.seq, batch.spool_depth, batch.canaries) == (1, 3, WELL)
        assert batch.boot == agent.handing.boot

    play(machine, story)


def test_news_of_the_canaries_is_told_once_without_anything_else(
    machine: Machine, collector: Collector
) -> None:
    """A vantage with nothing to hand in still says whether it is online."""

    async def story(agent: Agent) -> None:
        await agent.hand_in()
        assert collector.batches == []
        agent.canaries.count = WELL
        await agent.hand_in()
        await agent.hand_in()
        assert [(one.canaries, one.items) for one in collector.batches] == [(WELL, ())]

    play(machine, story)


def test_a_lost_receipt_costs_a_duplicate_and_never_an_item(
    machine: Machine, collector: Collector
) -> None:
    """The collector took it and the line broke: it is handed in again, and known by its uid."""
    collector.script("batches", LOST_RECEIPT, CUT, LOST_RECEIPT)

    async def story(agent: Agent) -> None:
        uids = {keep(agent, number) for number in range(5)}
        await hand_in_everything(agent, machine)
        assert set(collector.items) == uids
        assert len(collector.batches) == 3
        assert len({one.batch for one in collector.batches}) == 3
        assert [one.seq for one in collector.batches] == [1, 3, 4]

    play(machine, story)


def test_too_much_is_halved_until_it_is_taken(machine: Machine, collector: Collector) -> None:
    """413: everything arrives in the end, in batches the collector can take."""
    collector.most_items = 7

    async def story(agent: Agent) -> None:
        uids = {keep(agent, number) for number in range(40)}
        await hand_in_everything(agent, machine)
        assert set(collector.items) == uids
        assert max(len(one.items) for one in collector.batches) <= 7

    play(machine, story)


def test_one_unreadable_item_holds_up_no_other(machine: Machine, collector: Collector) -> None:
    """What the collector refuses alone is kept and waits behind; all others arrive."""

    async def story(agent: Agent) -> None:
        uids = [keep(agent, number) for number in range(12)]
        collector.cannot_read = {uids[5]}
        for _ in range(60):
            await agent.hand_in()
            machine.clock.pass_(timedelta(seconds=max(agent.handing.wait_s(), 0.1)))
        assert set(collector.items) == set(uids) - {uids[5]}
        assert agent.spool.depth() == 1
        collector.cannot_read = set()
        await hand_in_everything(agent, machine)
        assert set(collector.items) == set(uids)

    play(machine, story)


def test_what_is_refused_for_good_is_let_go_and_told(
    machine: Machine, collector: Collector
) -> None:
    """The receipt names it with a code; keeping it would help nobody."""

    async def story(agent: Agent) -> None:
        uids = [keep(agent, number) for number in range(3)]
        collector.rejects = {uids[1]: Rejection.UNKNOWN_SITE}
        await agent.hand_in()
        assert agent.spool.depth() == 0
        assert set(collector.items) == {uids[0], uids[2]}
        assert any("refused 1 results for good: unknown_site" in line for line in machine.said)

    play(machine, story)


@pytest.mark.parametrize("status", [429, 503])
def test_a_collector_that_asks_for_time_gets_it(
    machine: Machine, collector: Collector, status: int
) -> None:
    """Retry-After is obeyed, also when a poll is answered meanwhile."""
    collector.script("batches", Reply(status=status, headers={"Retry-After": "120"}))

    async def story(agent: Agent) -> None:
        keep(agent, 1)
        await agent.hand_in()
        assert agent.handing.wait_s() == 120
        await agent.poll()
        await agent.hand_in()
        assert collector.batches == []
        machine.clock.pass_(timedelta(seconds=120))
        await agent.hand_in()
        assert len(collector.batches) == 1

    play(machine, story)


def test_nobody_can_silence_an_agent_for_long(machine: Machine, collector: Collector) -> None:
    """A Retry-After of a year counts for an hour."""
    collector.script("batches", Reply(status=503, headers={"Retry-After": "31536000"}))

    async def story(agent: Agent) -> None:
        keep(agent, 1)
        await agent.hand_in()
        assert agent.handing.wait_s() == 3600

    play(machine, story)


_NOT_A_RECEIPT = [
    CUT,
    Reply(status=500),
    Reply(status=502, body=b"<html>Bad gateway</html>"),
    Reply(status=200, body=b"<html>Welcome to the hotel</html>"),
    Reply(status=200, body=b'{"accepted": 1'),
    Reply(status=200, body=b"[" * 100_000),
    Reply(status=200, body=b" " * 600_000),
    Reply(status=302, headers={"Location": "https://login.example/"}),
    Reply(status=403, headers={"Content-Type": "text/html"}, body=b"Access denied by law"),
    Reply(status=410, body=b"Gone"),
    Reply(status=404),
    Reply(delay_s=1.5),
    Reply(
        body=b'{"batch":"00000000-0000-0000-0000-000000000000",'
        b'"server_time":"2026-03-02T12:00:00Z","accepted":1,"duplicate":0}'
    ),
]


@pytest.mark.parametrize("reply", _NOT_A_RECEIPT)
def test_what_is_no_receipt_deletes_nothing(
    machine: Machine, collector: Collector, reply: Reply
) -> None:
    """A block page, a portal, a stranger's 410: the item stays, and arrives later."""
    collector.script("batches", reply)

    async def story(agent: Agent) -> None:
        uid = keep(agent, 1)
        await agent.hand_in()
        assert agent.spool.depth() == 1
        assert not agent.is_revoked
        assert not agent.handing.is_locked_out()
        assert any("The collector is away" in line for line in machine.said)
        await hand_in_everything(agent, machine)
        assert set(collector.items) == {uid}
        assert "The collector answers again." in machine.said[-1]

    play(machine, story)


def test_a_receipt_that_does_not_add_up_deletes_nothing(
    machine: Machine, collector: Collector
) -> None:
    """Three items handed in and two accounted for: all three are kept."""
    usual = Collector._take

    def short(self: Collector, headers: dict[str, str], body: bytes) -> Reply:
        reply = usual(self, headers, body)
        return Reply(
            headers=reply.headers, body=reply.body.replace(b'"accepted":3', b'"accepted":2')
        )

    async def story(agent: Agent) -> None:
        for number in range(3):
            keep(agent, number)
        await agent.hand_in()
        assert agent.spool.depth() == 3

    collector._take = short.__get__(collector)  # type: ignore[method-assign]
    play(machine, story)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_stops_the_sending_and_keeps_everything(
    machine: Machine, collector: Collector, status: int
) -> None:
    """It is said once, tried again after an hour, and works when the key works again."""
    collector.script("batches", problem(status, "The key was withdrawn."))

    async def story(agent: Agent) -> None:
        keep(agent, 1)
        await agent.hand_in()
        before = len(collector.asked)
        for _ in range(59):
            machine.clock.pass_(timedelta(minutes=1))
            await agent.poll()
            await agent.hand_in()
        assert len(collector.asked) == before
        assert agent.spool.depth() == 1
        assert sum("refuses this agent's key" in line for line in machine.said) == 1
        machine.clock.pass_(timedelta(minutes=1))
        await agent.hand_in()
        assert agent.spool.depth() == 0

    play(machine, story)


@pytest.mark.parametrize("where", ["control", "batches"])
def test_a_revoked_agent_stops_and_keeps_what_it_has(
    machine: Machine, collector: Collector, where: str
) -> None:
    """410 in the collector's own voice ends the work, and a person is told what happened."""
    collector.script(where, problem(410, "This agent was revoked."))

    async def story(agent: Agent) -> None:
        keep(agent, 1)
        if where == "control":
            await agent.poll()
        else:
            await agent.hand_in()
        assert agent.is_revoked
        assert agent.spool.depth() == 1
        assert any("out of service (This agent was revoked.)" in line for line in machine.said)

    play(machine, story)


def test_another_route_is_tried_and_remembered(collector: Collector, tmp_path: Path) -> None:
    """Where the collector's own name is blocked, a mirror does; the key and signature are the same."""
    machine = Machine(folder=tmp_path, routes=("http://127.0.0.1:9", collector.url))

    async def story(agent: Agent) -> None:
        keep(agent, 1)
        await agent.hand_in()
        assert len(collector.items) == 1
        assert agent.uplink._routes == [collector.url, "http://127.0.0.1:9"]
        assert collector.asked[0][1]["authorization"] == "Bearer qlm_test"

    play(machine, story)


def test_a_route_with_something_else_behind_it_holds_up_no_other(
    collector: Collector, tmp_path: Path
) -> None:
    """A name that was let go answers everything with 200 and a page: the next route is tried."""
    with Collector() as parked:
        for what in ("batches", "control", "assignments"):
            parked.script(what, *[Reply(body=b"<html>This domain is for sale</html>")] * 3)
        machine = Machine(folder=tmp_path, routes=(parked.url, collector.url))

        async def story(agent: Agent) -> None:
            keep(agent, 1)
            await agent.poll()
            await agent.hand_in()
            assert len(collector.items) == 1
            assert agent.spool.depth() == 0
            assert agent.uplink._routes == [collector.url, parked.url]

        play(machine, story)


def test_a_proxy_of_the_environment_is_never_used(
    machine: Machine, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only --proxy sends the key through somebody else's machine."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def story(agent: Agent) -> None:
        keep(agent, 1)
        await agent.hand_in()
        assert len(collector.items) == 1

    play(machine, story)


def test_an_item_too_large_on_its_own_loses_its_longest_page(
    machine: Machine, collector: Collector
) -> None:
    """What was measured arrives, and as much of the evidence as there is room for."""
    pages = {
        hashlib.sha256(page).hexdigest(): page
        for page in (os.urandom(500_000), os.urandom(400_000), os.urandom(300_000))
    }

    async def story(agent: Agent) -> None:
        uid = keep(agent, 1, bodies=pages)
        await agent.hand_in()
        assert set(collector.items) == {uid}
        assert sorted(len(one) for one in collector.bodies.values()) == [300_000, 400_000]

    play(machine, story)


def test_no_batch_is_over_the_bound(machine: Machine, collector: Collector) -> None:
    """Pages that do not compress are spread over as many batches as they need."""

    async def story(agent: Agent) -> None:
        for number in range(12):
            page = os.urandom(200_000)
            keep(agent, number, bodies={hashlib.sha256(page).hexdigest(): page})
        await hand_in_everything(agent, machine)
        lengths = [
            int(headers["content-length"]) for path, headers in collector.asked if "batches" in path
        ]
        assert len(collector.items) == len(collector.bodies) == 12
        assert max(lengths) <= BATCH_BYTES
        assert len(lengths) <= 4

    play(machine, story)


def test_waits_grow_to_ten_minutes_with_full_jitter() -> None:
    """5, 10, 20 s … and never more than 600; anything between nothing and that."""
    assert [backoff_s(failures, 1.0) for failures in (0, 1, 2, 7, 500)] == [5, 10, 20, 600, 600]
    assert backoff_s(3, 0.0) == 0
    assert backoff_s(3, 0.25) == 10
