# SPDX-License-Identifier: Apache-2.0
"""A control through a tunnel sees the open network, and nothing of it leaves on this side."""

import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from app.domain.blocking.controls import Control
from app.domain.blocking.verdict import judge
from app.domain.vocabulary import VerdictState
from app.errors import WrongSettings
from tests.testbed import LIMITS, SniAction, Testbed
from tests.testbed.socks import SocksProxy
from tests.workers.probe.world import in_world, probe
from workers.probe import ProbeSession, Tunnel

HOST = "news.example"
URL = f"https://{HOST}/"
T = TypeVar("T")


def _through_proxy(story: Callable[[Testbed, SocksProxy], Awaitable[T]]) -> T:
    async def told(net: Testbed) -> T:
        real = {443: net.ports.tls, 80: net.ports.http}
        proxy = SocksProxy(lambda wanted: (wanted[0], real.get(wanted[1], wanted[1])))
        await proxy.open()
        try:
            net.site(HOST)
            return await story(net, proxy)
        finally:
            await proxy.aclose()

    return in_world(told)


def _session(net: Testbed, url: str) -> ProbeSession:
    address, port = net.open_resolver.address
    return ProbeSession(
        resolvers=[f"{address}:{port}"],
        tunnel=Tunnel(url),
        tls=net.authorities.client,
        address_policy=net.classify,
        limits=LIMITS,
    )


def test_everything_goes_through_the_tunnel() -> None:
    """Names, connections and pages: the proxy is asked for each, and the page arrives."""

    async def story(net: Testbed, proxy: SocksProxy) -> None:
        async with _session(net, proxy.url) as session:
            seen = await probe(session, URL)
        assert seen.final is not None
        assert seen.final.status == 200
        assert seen.final.over_tls
        resolver = net.open_resolver.address
        assert set(proxy.requests) == {resolver, (net.site(HOST).address, 443)}
        assert seen.lookups[0].addresses == (net.site(HOST).address,)

    _through_proxy(story)


def test_a_tunnelled_control_tells_blocked_from_down() -> None:
    """With the control's word the reset is blocked; when the site is off it is down."""

    async def story(net: Testbed, proxy: SocksProxy) -> None:
        async def verdict() -> VerdictState:
            async with net.session() as field, _session(net, proxy.url) as far:
                seen = await probe(field, URL)
                addresses = tuple(one for lookup in seen.lookups for one in lookup.addresses)
                control = await probe(far, URL, extra_addresses=addresses)
            heard = Control(measurement=control, vantage_healthy=True, fresh=True, network="far")
            return judge(seen, (heard,), (), "KZ").state

        net.block_sni(HOST, SniAction.RESET)
        assert await verdict() is VerdictState.BLOCKED
        net.restore(HOST)
        net.take_down(HOST)
        assert await verdict() is VerdictState.DOWN

    _through_proxy(story)


def test_what_the_proxy_says_of_the_site_is_the_sites() -> None:
    """A refusal at the far end is a refused connection, not a fault of ours."""

    async def story(net: Testbed, proxy: SocksProxy) -> None:
        net.take_down(HOST)
        async with _session(net, proxy.url) as session:
            seen = await probe(session, URL)
        assert [one.failure for one in seen.connects] == ["connection_refused"]
        assert seen.prober_fault is None

    _through_proxy(story)


def test_a_dead_proxy_is_the_vantages_fault() -> None:
    """Without its tunnel a session has measured nothing, and says so."""

    async def story(net: Testbed, _proxy: SocksProxy) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"socks5://127.0.0.1:{closed.getsockname()[1]}"
            async with _session(net, url) as session:
                seen = await probe(session, URL)
        assert seen.prober_fault == "tunnel_failed"
        assert seen.exchanges == ()

    _through_proxy(story)


@pytest.mark.parametrize(
    "url", ["", "socks4://a:1", "socks5://a", "socks5://u:p@a:1", "socks5://a:99999", "ftp://a:1"]
)
def test_a_proxy_is_written_one_way(url: str) -> None:
    """Anything but scheme, host and port is refused with the way to write it."""
    with pytest.raises(WrongSettings, match="socks5://host:port"):
        Tunnel(url)
