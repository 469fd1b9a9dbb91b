# SPDX-License-Identifier: Apache-2.0
"""A small internet on loopback: sites, a censored network, an open one, and switches for both.

    async with Testbed() as net:
        net.site("news.example")
        net.block_sni("news.example")
        async with net.session(role="field") as session: ...

The field and the control connect to the same addresses; the field's way there leads through the
censor's machine, because its session sends port 443 and 80 to where that machine listens. Every
testbed plays in a network of its own inside 127.0.0.0/8, so many can run side by side. No root,
no configuration, no pytest: `qalam demo` runs this as well. Linux only.
"""

import secrets
import ssl
from asyncio import StreamReader, StreamWriter
from contextlib import ExitStack
from types import TracebackType
from typing import Literal, Self

from app.domain.blocking import addresses
from tests.testbed import dns, http
from tests.testbed.dns import Name, Resolver, Rule
from tests.testbed.middlebox import Middlebox, SniAction
from tests.testbed.site import Ports, Site
from tests.testbed.socks import SocksProxy
from tests.testbed.tcp import Listener, bound
from tests.testbed.tls import Authorities
from workers.probe import Tunnel
from workers.probe.session import Limits, ProbeSession

_FIRST_SITE = 100  # the machines below have other parts to play

Role = Literal["field", "control"]

# Long enough for a busy machine, short enough for a demonstration.
LIMITS = Limits(
    overall_s=8, dns_s=1.0, late_answer_s=0.1, tcp_s=1.0, tls_s=1.5, http_s=2.5, spare_s=0.6
)


class Testbed:
    """The whole small internet. Open it inside a running event loop."""

    __test__ = False  # pytest would take the name for a test class

    def __init__(self) -> None:
        self.authorities = Authorities()
        self.subnet = f"127.{64 + secrets.randbelow(128)}.{secrets.randbelow(256)}"
        self.public: set[str] = set()
        self._zone: dict[str, Name] = {}
        self._sites: dict[str, Site] = {}
        self._listeners: list[Listener] = []
        self._machines = 0

    async def __aenter__(self) -> Self:
        self.ports = self._free_ports()
        self.field_resolver = Resolver(self._at(53), self._zone)
        self.open_resolver = Resolver(self._at(54), self._zone)
        self.field_resolver.open()
        self.open_resolver.open()
        self.block_page_address = self._machine(80)
        self.dead_address = self._machine(99)
        # Whom sites see when somebody of the country comes to them.
        self.country_exit = self._at(20)
        # The country's own gateway, for vantages that have no other way out than a proxy.
        self.gateway = SocksProxy(lambda wanted: wanted)
        await self.gateway.open()
        self.middlebox = Middlebox(
            tls_upstream=lambda address: (address, self.ports.tls),
            http_upstream=lambda address: (address, self.ports.http),
            interceptor=(self.block_page_address, self.ports.field_tls),
            source=self.country_exit,
        )
        self._open_block_page_server()
        self._open_sink()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.gateway.aclose()
        for listener in self._listeners:
            await listener.aclose()
        await self.field_resolver.aclose()
        await self.open_resolver.aclose()

    # The world as it is

    def site(self, host: str) -> Site:
        """Return the site, putting it online first where it is not yet known."""
        if host not in self._sites:
            self._sites[host] = self._online(host)
            self._zone[host] = Name(addresses=(self._sites[host].address,))
        return self._sites[host]

    def edge(self, host: str) -> str:
        """Let a site answer at one more address, which no resolver names, and return that."""
        site = self.site(host)

        async def same(request: http.Request, writer: StreamWriter) -> None:
            await site.page(request, writer)

        edge = self._online(host)
        edge.page = same
        return edge.address

    def name(self, host: str, *given: str, cnames: tuple[str, ...] = ()) -> None:
        """Give a name its addresses for the honest world."""
        self._zone[host] = Name(addresses=given, cnames=cnames)

    def classify(self, address: str) -> str:
        """Class an address as this small internet has it: its own machines are public."""
        return addresses.GLOBAL if address in self.public else addresses.classify(address)

    def session(
        self,
        *,
        role: Role = "field",
        limits: Limits = LIMITS,
        independent: bool = False,
        gateway: bool = False,
        concurrency: int = 50,
    ) -> ProbeSession:
        """Make a prober of the censored network ('field') or of the open one ('control').

        `independent` also asks the open network's resolver, as a careful field vantage does.
        `gateway` leads everything through the country's gateway.
        """
        field = role == "field"
        ports = self.ports
        return ProbeSession(
            resolvers=[_text(self.field_resolver if field else self.open_resolver)],
            independent_resolver=_text(self.open_resolver) if independent else None,
            tunnel=Tunnel(self.gateway.url) if gateway else None,
            ports={
                443: ports.field_tls if field else ports.tls,
                80: ports.field_http if field else ports.http,
            },
            tls=self.authorities.client,
            address_policy=self.classify,
            limits=limits,
            concurrency=concurrency,
        )

    @property
    def sink_hits(self) -> int:
        """Connections that reached a machine nobody may connect to."""
        return sum(listener.hits for listener in self._sink)

    # Switches

    def block_dns(self, host: str, rule: Rule = dns.nxdomain) -> None:
        """Let the field's resolver lie about a name from now on."""
        self.site(host)
        self.field_resolver.rules[host] = rule

    def block_sni(self, host: str, action: SniAction = SniAction.RESET) -> None:
        """Let the censor's machine act on a name in a ClientHello."""
        self.site(host)
        self.middlebox.sni[host] = action

    def block_http(self, host: str, page: http.Page | None = None) -> None:
        """Let the censor's machine answer cleartext requests for a host itself."""
        self.site(host)
        self.middlebox.pages[host] = page or http.block_page()

    def block_address(self, host: str, *, silently: bool = True) -> None:
        """Let the field's packets to a site's address vanish, or be refused."""
        site = self.site(host)
        for listener in (site.field_tls, site.field_plain):
            listener.swallow() if silently else listener.refuse()

    def tear_address(self, host: str) -> None:
        """Let the field's connections to a site's address be torn down as they open."""
        site = self.site(host)
        for listener in (site.field_tls, site.field_plain):
            listener.tear()

    def hide_address(self, host: str) -> None:
        """Let the country's gateway say that there is no way to a site's address."""
        self.gateway.unreachable.add(self.site(host).address)

    def take_down(self, host: str) -> None:
        """Switch a site off for everybody."""
        for listener in self.site(host).listeners:
            listener.refuse()

    def change_page(self, host: str, page: http.Page) -> None:
        """Let the site itself say something else."""
        self.site(host).page = page

    def change_certificate(self, host: str, context: ssl.SSLContext) -> None:
        """Let the site itself show another certificate."""
        self.site(host).tls.tls = context

    def restore(self, host: str) -> None:
        """Lift every block and fault of a site."""
        site = self.site(host)
        self.field_resolver.rules.pop(host, None)
        self.open_resolver.rules.pop(host, None)
        self.middlebox.sni.pop(host, None)
        self.middlebox.pages.pop(host, None)
        self.gateway.unreachable.discard(site.address)
        site.page = http.news(host)
        site.tls.tls = self.authorities.genuine(host)
        for listener in site.listeners:
            listener.open()

    # Machines

    def _online(self, host: str) -> Site:
        """Put a machine of a site online."""
        site = Site(
            host,
            self._machine(_FIRST_SITE + self._machines),
            ports=self.ports,
            certificate=self.authorities.genuine(host),
            middlebox=self.middlebox,
        )
        self._machines += 1
        for listener in site.listeners:
            self._open(listener)
        return site

    def _at(self, number: int) -> str:
        return f"{self.subnet}.{number}"

    def _machine(self, number: int) -> str:
        """A machine of the public internet."""
        self.public.add(self._at(number))
        return self._at(number)

    def _free_ports(self) -> Ports:
        """Find a port for each part to play; all are held until the last is found, so none is twice."""
        with ExitStack() as held:
            taken = {
                name: held.enter_context(bound(self._at(1), 0)).getsockname()[1]
                for name in Ports.__slots__
            }
        return Ports(**taken)

    def _open_block_page_server(self) -> None:
        async def serve(reader: StreamReader, writer: StreamWriter) -> None:
            await http.block_page()(await http.read_request(reader), writer)

        interceptor = self.authorities.interceptor()
        for port, tls in (
            (self.ports.field_tls, interceptor),
            (self.ports.tls, interceptor),
            (self.ports.field_http, None),
            (self.ports.http, None),
        ):
            self._open(Listener(self.block_page_address, port, serve, tls=tls))

    def _open_sink(self) -> None:
        """Listen where every class is a bogon's: whoever connects has done a forbidden thing."""

        async def serve(_: StreamReader, __: StreamWriter) -> None:
            return

        self.sink_address = self._at(66)
        ports = self.ports
        numbers = (ports.tls, ports.http, ports.field_tls, ports.field_http)
        self._sink = [self._open(Listener(self.sink_address, port, serve)) for port in numbers]

    def _open(self, listener: Listener) -> Listener:
        self._listeners.append(listener)
        listener.open()
        return listener


def _text(resolver: Resolver) -> str:
    host, port = resolver.address
    return f"{host}:{port}"
