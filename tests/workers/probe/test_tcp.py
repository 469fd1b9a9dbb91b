# SPDX-License-Identifier: Apache-2.0
"""Connections fail with the kernel's own word, and in time."""

import asyncio
import socket

import pytest

from app.domain.blocking.measurement import Engine
from tests.testbed import Testbed
from tests.workers.probe.world import hurried, in_world
from workers.probe import tcp
from workers.probe.guard import Endpoint
from workers.probe.session import Stopwatch


def connecting(address: str, prepare: str) -> str | None:
    """Connect to a site's TLS port after its listener changed manners; return the failure."""

    async def story(net: Testbed) -> str | None:
        site = net.site("news.example")
        getattr(site.field_tls, prepare)()
        async with net.session(limits=hurried(tcp_s=0.3)) as session:
            endpoint = Endpoint(address=site.address, port=443, engine=Engine.SYSTEM)
            seen, connection = await tcp.connect(
                endpoint, depth=2, session=session, watch=Stopwatch(session.limits.overall_s)
            )
        assert (connection is None) == (seen.failure is not None)
        if connection is not None:
            connection.abort()
        assert (seen.address, seen.port, seen.depth) == (site.address, 443, 2)
        assert seen.ended_ms - seen.started_ms < 1500
        return seen.failure

    return in_world(story)


@pytest.mark.parametrize(
    ("prepare", "failure"),
    [("open", None), ("refuse", "connection_refused"), ("swallow", "generic_timeout_error")],
)
def test_each_way_to_answer_a_connection(prepare: str, failure: str | None) -> None:
    """Open, refused and unanswered are three different things."""
    assert connecting("news.example", prepare) == failure


def test_the_deadline_of_the_measurement_ends_a_connection() -> None:
    """A step's own limit never outlasts what is left of the whole."""

    async def story(net: Testbed) -> None:
        site = net.site("news.example")
        site.field_tls.swallow()
        async with net.session(limits=hurried(tcp_s=30)) as session:
            endpoint = Endpoint(address=site.address, port=443, engine=Engine.SYSTEM)
            seen, _ = await tcp.connect(endpoint, depth=0, session=session, watch=Stopwatch(0.2))
        assert seen.failure == "generic_timeout_error"
        assert seen.ended_ms < 1500

    in_world(story)


def test_ipv6_is_connected_to() -> None:
    """An IPv6 address is tried as what it is."""

    async def story(net: Testbed) -> None:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
            port = server.getsockname()[1]
            async with net.session() as session:
                session.ports[443] = port
                endpoint = Endpoint(address="::1", port=443, engine=Engine.SYSTEM)
                seen, connection = await tcp.connect(
                    endpoint, depth=0, session=session, watch=Stopwatch(5)
                )
        assert seen.failure is None
        assert connection is not None
        connection.abort()

    if not socket.has_ipv6:
        pytest.skip("no IPv6 on this machine")
    in_world(story)


def test_nothing_is_left_open_when_cancelled() -> None:
    """A cancelled attempt closes its socket (the test run turns a leak into an error)."""

    async def story(net: Testbed) -> None:
        site = net.site("news.example")
        site.field_tls.swallow()
        async with net.session() as session:
            endpoint = Endpoint(address=site.address, port=443, engine=Engine.SYSTEM)
            task = asyncio.create_task(tcp.open_connection(endpoint, session, until=float("inf")))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    in_world(story)
