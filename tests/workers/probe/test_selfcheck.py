# SPDX-License-Identifier: Apache-2.0
"""The prober suspects itself before it suspects anybody else."""

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from app.domain.blocking.measurement import Measurement
from tests.testbed import Testbed, dns
from tests.workers.probe.world import hurried, in_world, probe
from workers.probe import Limits, ProbeSession, selfcheck
from workers.probe.selfcheck import SelfCheck, granted_receive_buffer, read_lost_datagrams

HOST = "news.example"
URL = f"https://{HOST}/"


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_measurement_during_which_the_loop_stood_still_says_so(
    run: Callable[..., Measurement],
) -> None:
    """A deadline that passed because nobody looked at the clock is no evidence about a site."""

    async def story() -> Measurement:
        async with Testbed() as net:
            net.block_dns(HOST, dns.silent)
            async with net.session(limits=hurried(dns_s=0.6)) as session:
                measuring = asyncio.create_task(probe(session, URL))
                await asyncio.sleep(0.05)
                time.sleep(1.3)  # noqa: ASYNC251  The very fault that must be noticed.
                return await measuring

    measured = run(story())
    assert measured.lookups[0].failure == "generic_timeout_error"
    assert measured.prober_fault == "event_loop_stalled"


def test_a_stall_taints_only_what_was_under_way() -> None:
    """The measurements after it are sound again."""

    async def story(net: Testbed) -> None:
        net.site(HOST)
        async with net.session() as session:
            session.self_check.begin()
            await asyncio.sleep(0)
            time.sleep(1.3)  # noqa: ASYNC251
            session.self_check.end()
            assert session.self_check.stalled_since(0)
            assert (await probe(session, URL)).prober_fault is None

    in_world(story)


def test_nothing_beats_while_nothing_is_measured() -> None:
    """An idle session costs nothing and notices no stall that concerned nobody."""

    async def story() -> None:
        check = SelfCheck(receive_buffer_bytes=1024)
        began = time.perf_counter()
        for _ in range(2):
            check.begin()
            check.end()
        time.sleep(1.3)  # noqa: ASYNC251
        check.begin()
        await asyncio.sleep(0.01)
        check.end()
        assert not check.stalled_since(began)

    asyncio.run(story())


def test_little_room_for_replies_means_few_measurements_at_once() -> None:
    """What the kernel grants is read back, and a mean grant lowers the load."""
    roomy = ProbeSession(resolvers=["127.0.0.1"], concurrency=200)
    meagre = ProbeSession(
        resolvers=["127.0.0.1"], concurrency=200, limits=Limits(receive_buffer_bytes=1)
    )
    assert roomy.self_check.receive_buffer_bytes == granted_receive_buffer(4 * 1024 * 1024)
    assert (roomy.concurrency, meagre.concurrency) == (200, 10)
    assert meagre.self_check.receives_little


def test_counts_of_both_families_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A resolver may be asked over IPv6, and its lost replies are counted elsewhere."""
    v4, v6 = tmp_path / "snmp", tmp_path / "snmp6"
    monkeypatch.setattr(selfcheck, "_NET_SNMP", v4)
    monkeypatch.setattr(selfcheck, "_NET_SNMP6", v6)
    assert read_lost_datagrams() is None
    v4.write_text("Ip: a\nIp: 1\nUdp: InErrors RcvbufErrors\nUdp: 7 5\nUdpLite: RcvbufErrors\n")
    assert read_lost_datagrams() == 5
    v6.write_text("Udp6InErrors 3\nUdp6RcvbufErrors 4\n")
    assert read_lost_datagrams() == 9
    v4.write_text("Udp: nothing\n")
    assert read_lost_datagrams() is None


def closed_port(address: str) -> int:
    """A port of this machine where nobody listens."""
    with socket.socket(socket.AF_INET6) as sock:
        sock.bind((address, 0))
        port: int = sock.getsockname()[1]
        return port


def loopback_has_ipv6() -> bool:
    """Whether ::1 exists here."""
    try:
        closed_port("::1")
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not loopback_has_ipv6(), reason="no IPv6 on loopback here")


async def measured_at(net: Testbed, *addresses: str, before: tuple[bool, ...]) -> Measurement:
    """Measure a site at these addresses after other attempts over IPv6 ended so."""
    net.site(HOST)
    net.public.add("::1")
    net.name(HOST, *addresses)
    async with net.session() as session:
        session.ports = {**session.ports, 443: closed_port("::1")}
        for connected in before:
            session.self_check.note_ipv6(connected=connected)
        return await probe(session, URL)


@needs_ipv6
def test_where_most_of_ipv6_fails_no_site_is_blamed_for_it() -> None:
    """An IPv6 that fails for every site is broken here, and a site with nothing else not judged."""
    measured = in_world(lambda net: measured_at(net, "::1", before=(False, False, True)))
    assert [connect.failure for connect in measured.connects] == ["connection_refused"]
    assert measured.prober_fault == "no_ipv6"


@needs_ipv6
def test_where_ipv6_works_a_failure_over_it_counts() -> None:
    """A site that fails alone over a working IPv6 is evidence."""
    measured = in_world(lambda net: measured_at(net, "::1", before=(True, True, True)))
    assert [connect.failure for connect in measured.connects] == ["connection_refused"]
    assert measured.prober_fault is None


@needs_ipv6
def test_a_failing_ipv4_address_speaks_for_itself() -> None:
    """Broken IPv6 beside it excuses nothing."""

    async def story(net: Testbed) -> Measurement:
        return await measured_at(net, net.dead_address, "::1", before=(False,) * 3)

    measured = in_world(story)
    assert [connect.failure for connect in measured.connects] == ["connection_refused"] * 2
    assert measured.prober_fault is None


def test_the_memory_of_ipv6_fades() -> None:
    """A long-lived session judges by its last attempts."""

    async def story() -> None:
        check = SelfCheck(receive_buffer_bytes=4096)
        assert not check.ipv6_is_broken
        for connected in [False] * 100 + [True] * 40:
            check.note_ipv6(connected=connected)
        assert not check.ipv6_is_broken

    asyncio.run(story())
