# SPDX-License-Identifier: Apache-2.0
"""The lab's internet: client — router — server, and a free machine beside, with real packets.

Only the client is censored: the router's filters match the link it hangs on. Inside these
namespaces nothing is connected to anything else, so the machines have addresses as real ones do,
ports 443, 80 and 53, and the prober runs with its own table of address classes.

`python -m tests.lab.internet` (inside `unshare -Urn`) plays every case and prints what came of each,
as one JSON object. The string match needs the name in one packet of the ClientHello.
"""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.blocking.controls import Control
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.verdict import judge
from tests.lab.host import Host
from tests.testbed import LIMITS, dns, http
from tests.testbed.dns import Name, Resolver
from tests.testbed.tcp import Listener
from tests.testbed.tls import Authorities
from workers.probe import Limits, ProbeSession, measure

HOST = "blocked.example"
SITE, RESOLVER = "93.184.216.34", "93.184.216.53"
SITE_V6 = "2606:2800:220:1::34"
BLOCK_PAGE, LIAR = "195.175.254.2", "195.175.254.53"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HURRIED = dataclasses.replace(LIMITS, dns_s=0.8, tcp_s=0.6, tls_s=0.8)

_LINKS = (
    ("rc", "client", "95.56.0.1", "95.56.0.2"),
    ("rs", "server", "93.184.216.1", SITE),
    ("rf", "free", "80.80.0.1", "80.80.0.2"),
)


class Internet:
    """All machines, and what the router does to the client's packets."""

    def __init__(self) -> None:
        self.router = Host(own_network=False)
        self.machines = {name: Host() for _, name, _, _ in _LINKS}
        self.authorities = Authorities()
        self.zone = {
            HOST: Name(addresses=(SITE, SITE_V6)),
            "other.example": Name(addresses=(SITE,)),
            "six.example": Name(addresses=(SITE_V6,)),
        }
        self._wire()
        self.machines["server"].do(self._serve_site())
        self.router.do(self._serve_lies())

    def censor(self, script: str) -> None:
        """Change what the router does."""
        self.router.sh(script)

    def relent(self) -> None:
        """Lift everything."""
        self.router.sh(
            "nft flush ruleset 2>/dev/null || true\n"
            "iptables -F FORWARD\niptables -t nat -F PREROUTING\n"
            "tc qdisc del dev rc root 2>/dev/null || true\n"
        )
        self.machines["client"].sh("ip link set e0 up; ip route replace default via 95.56.0.1")
        self.machines["server"].do(_open(self.site))
        self.liar.rules.clear()

    def seen(
        self, machine: str, url: str, *, limits: Limits = HURRIED, extra: tuple[str, ...] = ()
    ) -> Measurement:
        """Measure from a machine."""

        async def probe() -> Measurement:
            session = ProbeSession(resolvers=[RESOLVER], tls=self.authorities.client, limits=limits)
            async with session:
                return await measure(
                    url,
                    session=session,
                    vantage=machine,
                    started_at=NOON,
                    uid="m-1",
                    extra_addresses=extra,
                )

        return self.machines[machine].do(probe())

    def _wire(self) -> None:
        self.router.sh("ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward")
        self.router.sh(f"ip addr add {BLOCK_PAGE}/32 dev lo; ip addr add {LIAR}/32 dev lo")
        for link, name, ours, theirs in _LINKS:
            machine = self.machines[name]
            self.router.sh(
                f"ip link add {link} type veth peer name e0 netns {machine.thread_id}\n"
                f"ip addr add {ours}/24 dev {link}; ip link set {link} up"
            )
            machine.sh(
                f"ip link set lo up; ip addr add {theirs}/24 dev e0; ip link set e0 up\n"
                f"ip route add default via {ours}"
            )
        self.machines["server"].sh(f"ip addr add {RESOLVER}/24 dev e0")

    async def _serve_site(self) -> None:
        page = http.photo(HOST)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await page(await http.read_request(reader), writer)

        self.site = (
            Listener(SITE, 443, serve, tls=self.authorities.genuine(HOST)),
            Listener(SITE, 80, serve),
        )
        await _open(self.site)
        self.resolver = Resolver(RESOLVER, self.zone, port=53)
        self.resolver.open()

    async def _serve_lies(self) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await http.block_page()(await http.read_request(reader), writer)

        interceptor = self.authorities.interceptor()
        await _open(
            (Listener(BLOCK_PAGE, 443, serve, tls=interceptor), Listener(BLOCK_PAGE, 80, serve))
        )
        self.liar = Resolver(LIAR, self.zone, port=53)
        self.liar.open()


async def _open(listeners: tuple[Listener, ...]) -> None:
    for listener in listeners:
        listener.open()


async def _refuse(listeners: tuple[Listener, ...]) -> None:
    for listener in listeners:
        listener.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing the router does, or that befalls the client or the site."""

    name: str
    befall: Callable[[Internet], None]
    url: str = f"https://{HOST}/"


def _filter(rule: str) -> Callable[[Internet], None]:
    """Let nftables act on what the client sends."""
    return lambda net: net.censor(
        "nft -f - <<'END'\ntable ip lab {\n chain passing {\n"
        f'  type filter hook forward priority 0;\n  iifname "rc" {rule}\n }}\n}}\nEND\n'
    )


def _translate(rule: str) -> Callable[[Internet], None]:
    """Let nftables lead elsewhere what the client sends."""
    return lambda net: net.censor(
        "nft -f - <<'END'\ntable ip lab {\n chain leading {\n"
        f'  type nat hook prerouting priority -100;\n  iifname "rc" {rule}\n }}\n}}\nEND\n'
    )


def _match(port: int, text: str, action: str) -> Callable[[Internet], None]:
    """Let iptables act on a text in the client's packets."""
    return lambda net: net.censor(
        f"iptables -A FORWARD -i rc -p tcp --dport {port} -m string --algo bm "
        f"--string '{text}' -j {action}"
    )


def _lie(rule: dns.Rule) -> Callable[[Internet], None]:
    def befall(net: Internet) -> None:
        net.liar.rules[HOST] = rule
        _translate(f"udp dport 53 dnat to {LIAR}")(net)

    return befall


def _hold_back(rate: str) -> Callable[[Internet], None]:
    """Let a token bucket hold back what goes to the client; a handshake passes at once."""
    return lambda net: net.censor(f"tc qdisc add dev rc root tbf rate {rate} burst 8kb latency 9s")


_RESET = "REJECT --reject-with tcp-reset"
_CLEARTEXT = f"http://{HOST}/"

CASES = (
    Case(name="free", befall=Internet.relent),
    Case(name="dropped", befall=_filter("tcp dport 443 drop")),
    Case(name="rejected", befall=_filter("tcp dport 443 reject with tcp reset")),
    Case(name="prohibited", befall=_filter("tcp dport 443 reject with icmp type admin-prohibited")),
    Case(name="sni_reset", befall=_match(443, HOST, _RESET)),
    Case(name="sni_dropped", befall=_match(443, HOST, "DROP")),
    Case(name="host_reset", befall=_match(80, f"Host: {HOST}", _RESET), url=_CLEARTEXT),
    Case(name="name_denied", befall=_lie(dns.nxdomain)),
    Case(name="name_forged", befall=_lie(dns.forge(BLOCK_PAGE))),
    Case(name="intercepted", befall=_translate(f"tcp dport 443 dnat to {BLOCK_PAGE}")),
    Case(
        name="other_page",
        befall=_translate(f"tcp dport 80 dnat to {BLOCK_PAGE}"),
        url=_CLEARTEXT,
    ),
    Case(name="throttled", befall=_hold_back("160kbit")),
    Case(name="trickling", befall=_hold_back("16kbit")),
    Case(name="only_ipv6", befall=Internet.relent, url="https://six.example/"),
    Case(name="unplugged", befall=lambda net: net.machines["client"].sh("ip link set e0 down")),
    Case(name="site_down", befall=lambda net: net.machines["server"].do(_refuse(net.site))),
)


def play(net: Internet, case: Case) -> dict[str, object]:
    """Let a case befall the client, measure from both sides, and judge."""
    net.relent()
    case.befall(net)
    seen = net.seen("client", case.url)
    found = tuple({one for lookup in seen.lookups for one in lookup.addresses})
    outside = net.seen("free", case.url, extra=found)
    control = Control(measurement=outside, vantage_healthy=True, fresh=True)
    verdict = judge(seen, [control], (), "KZ")
    alone = judge(outside, (), (), None)
    return {
        "state": verdict.state,
        "layer": verdict.layer,
        "mechanism": verdict.mechanism,
        "interference": verdict.interference,
        "rule": verdict.rule,
        "reasons": verdict.reasons,
        "control": alone.state
        if case.url.startswith("https")
        else str(outside.exchanges[-1].status),
    }


if __name__ == "__main__":
    internet = Internet()
    json.dump({case.name: play(internet, case) for case in CASES}, sys.stdout)
    sys.stdout.flush()
