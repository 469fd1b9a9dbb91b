# SPDX-License-Identifier: Apache-2.0
"""The testbed itself: a world that changes while it runs, also from another thread."""

import asyncio
import socket

import pytest

from app.domain.blocking.measurement import Measurement
from tests.testbed import Testbed, TestbedThread
from tests.testbed.tcp import bound
from tests.testbed.tls import server_name_in
from tests.workers.probe.world import in_world, probe

HOST = "news.example"
URL = f"https://{HOST}/"


def measured(world: TestbedThread, role: str = "field") -> Measurement:
    """Measure from the caller's own loop while the world runs in its thread."""

    async def story() -> Measurement:
        async with world.session(role=role) as session:  # type: ignore[arg-type]
            return await probe(session, URL)

    return asyncio.run(story())


def test_a_world_in_a_thread_is_switched_from_outside() -> None:
    """Block by name, by handshake and by address, take down, restore: each holds at once."""
    with TestbedThread() as world:
        assert world.site(HOST) == URL
        assert measured(world).exchanges[-1].status == 200
        world.block_dns(HOST)
        assert measured(world).lookups[0].failure == "dns_nxdomain_error"
        world.restore(HOST)
        world.block_sni(HOST)
        assert measured(world).handshakes[0].failure == "connection_reset"
        assert measured(world, "control").exchanges[-1].status == 200
        world.restore(HOST)
        world.block_address(HOST, silently=False)
        assert measured(world).connects[0].failure == "connection_refused"
        world.restore(HOST)
        world.block_http(HOST)
        assert measured(world).exchanges[-1].status == 200  # TLS is not touched by that
        world.take_down(HOST)
        assert measured(world, "control").connects[0].failure == "connection_refused"
        world.restore(HOST)
        assert measured(world).exchanges[-1].title == HOST


def test_what_goes_wrong_inside_is_raised_outside() -> None:
    """A mistake in a switch reaches whoever turned it."""
    with TestbedThread() as world, pytest.raises(ZeroDivisionError):
        world.do(lambda _: 1 // 0)


def test_worlds_run_side_by_side() -> None:
    """Two testbeds never meet: each has a network of its own."""

    async def story(net: Testbed) -> None:
        async with Testbed() as other:
            assert other.site(HOST).address != net.site(HOST).address
            net.take_down(HOST)
            async with other.session() as session:
                assert (await probe(session, URL)).exchanges[-1].status == 200

    in_world(story)


def test_where_loopback_is_one_address_it_says_so() -> None:
    """On a machine that can't play many machines, the error says what is missing."""
    with pytest.raises(OSError, match=r"whole of 127\.0\.0\.0/8"):
        bound("192.0.2.1" if not _is_ours("192.0.2.1") else "198.51.100.1", 0)


def _is_ours(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_socket:
        try:
            probe_socket.bind((address, 0))
        except OSError:
            return False
        return True


def test_a_name_is_read_only_from_a_whole_hello() -> None:
    """The middlebox waits for the rest of a ClientHello, and passes on what is none."""
    with pytest.raises(EOFError):
        server_name_in(b"\x16\x03\x01")
    assert server_name_in(b"GET / HTTP/1.1\r\n") is None
