# SPDX-License-Identifier: Apache-2.0
"""What measurements share: settings that are read right, and manners."""

import asyncio
import sys
from pathlib import Path

import pytest

from app.errors import WrongSettings
from workers.probe import ProbeSession
from workers.probe.session import Stopwatch


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("9.9.9.9", ("9.9.9.9", 53)),
        ("9.9.9.9:5353", ("9.9.9.9", 5353)),
        ("2620:fe::fe", ("2620:fe::fe", 53)),
        ("[2620:fe::fe]:53", ("2620:fe::fe", 53)),
        ("[2620:fe::fe]", ("2620:fe::fe", 53)),
    ],
)
def test_resolvers_are_read_in_every_usual_form(text: str, read: tuple[str, int]) -> None:
    """An address with or without a port names a resolver."""
    assert ProbeSession(resolvers=[text]).resolvers == (read,)


@pytest.mark.parametrize("text", ["dns.example", "9.9.9.9:x", "", "9.9.9", "[::1]53"])
def test_other_resolvers_are_a_wrong_setting(text: str) -> None:
    """A name would be looked up by the resolver under suspicion; say what to write instead."""
    with pytest.raises(WrongSettings, match="address"):
        ProbeSession(resolvers=[text])


def test_the_machines_own_resolver_is_found() -> None:
    """Without a resolver given, those of /etc/resolv.conf are asked."""
    path = Path("/etc/resolv.conf")
    if not path.exists() or "nameserver" not in path.read_text():
        pytest.skip("this machine names no resolver")
    assert all(port == 53 for _, port in ProbeSession().resolvers)


def test_one_measurement_per_host_at_a_time() -> None:
    """A site never meets two of our measurements at once, two sites do."""

    async def story() -> None:
        session = ProbeSession(resolvers=["127.0.0.1"])
        inside: list[str] = []
        most: dict[str, int] = {}

        async def visit(host: str) -> None:
            async with session.turn(host):
                inside.append(host)
                most[host] = max(most.get(host, 0), inside.count(host))
                most["all"] = max(most.get("all", 0), len(inside))
                await asyncio.sleep(0.002)
                inside.remove(host)

        await asyncio.gather(*(visit(host) for host in ["a", "b"] * 5))
        assert most == {"a": 1, "b": 1, "all": 2}

    asyncio.run(story())


def test_all_measurements_together_are_bounded() -> None:
    """No more than `concurrency` run at once, and a queue for one host holds no slot."""

    async def story() -> None:
        session = ProbeSession(resolvers=["127.0.0.1"], concurrency=3)
        running = most = 0

        async def visit(number: int) -> None:
            nonlocal running, most
            async with session.turn(f"host{number}"):
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.001)
                running -= 1

        await asyncio.gather(*(visit(number) for number in range(20)))
        assert most == 3

    asyncio.run(story())


def test_starts_are_spread() -> None:
    """Many sites due at once start one after another, and none is lost."""

    async def story() -> None:
        session = ProbeSession(resolvers=["127.0.0.1"], concurrency=50, starts_per_second=100)
        loop = asyncio.get_running_loop()
        starts: list[float] = []

        async def visit(number: int) -> None:
            async with session.turn(f"host{number}"):
                starts.append(loop.time())

        await asyncio.gather(*(visit(number) for number in range(21)))
        assert len(starts) == 21
        assert starts[-1] - starts[0] >= 0.19
        await asyncio.sleep(0.05)
        late = loop.time()
        await visit(99)
        assert starts[-1] - late < 0.01

    asyncio.run(story())


@pytest.mark.parametrize(
    "url",
    ["https://9.9.9.9/dns-query", "https://[2620:fe::fe]/dns-query", "https://1.1.1.1:8443/q"],
)
def test_a_resolver_over_https_is_named_by_address(url: str) -> None:
    """With a port or without, over either family."""
    assert ProbeSession(resolvers=["127.0.0.1"], doh_url=url).doh_url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://dns.example/dns-query",
        "http://9.9.9.9/dns-query",
        "https://me@9.9.9.9/dns-query",
        "https://9.9.9.9:0/dns-query",
        "https://[9.9.9.9/",
        "9.9.9.9",
    ],
)
def test_other_resolvers_over_https_are_a_wrong_setting(url: str) -> None:
    """A name would be looked up by the resolver under suspicion; cleartext would be read by it."""
    with pytest.raises(WrongSettings, match="address"):
        ProbeSession(resolvers=["127.0.0.1"], doh_url=url)


def test_lost_datagrams_are_counted_where_the_kernel_counts() -> None:
    """Linux gives a number that never falls; elsewhere it is unknown, not zero."""

    async def story() -> None:
        session = ProbeSession(resolvers=["127.0.0.1"])
        first = session.self_check.lost_datagrams()
        if sys.platform != "linux":
            assert first is None
            return
        assert first is not None
        assert session.self_check.lost_datagrams(max_age_s=60) == first
        again = session.self_check.lost_datagrams()
        assert again is not None
        assert again >= first

    asyncio.run(story())


def test_the_stopwatch_gives_each_step_what_is_left() -> None:
    """A step ends at its own limit or at the deadline, whichever is nearer."""

    async def story() -> None:
        now = asyncio.get_running_loop().time()
        watch = Stopwatch(5)
        assert watch.until(1) == pytest.approx(now + 1, abs=0.5)
        assert watch.until(60) == pytest.approx(now + 5, abs=0.5)
        assert watch.left_s == pytest.approx(5, abs=0.5)
        assert Stopwatch(0).left_s <= 0
        share = watch.within(1)
        assert share.left_s == pytest.approx(1, abs=0.5)
        assert share.began == watch.began
        assert watch.within(60).deadline == watch.deadline
        assert watch.ms() >= 0

    asyncio.run(story())
