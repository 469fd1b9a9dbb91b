# SPDX-License-Identifier: Apache-2.0
"""What all measurements of one vantage share: resolvers, limits, the TLS context, and manners.

A session belongs to one event loop. It lets one measurement per host and `concurrency` in total
run at a time, and it watches the kernel's count of lost datagrams, because a prober that drops
its own DNS replies would see blocking where there is none.

Nothing here decides what is measured; `story.py` does.
"""

import asyncio
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

import certifi
import httpx

from app.domain.blocking import addresses
from app.errors import WrongSettings
from workers.probe.tunnel import Tunnel

PUBLIC_RESOLVER = "9.9.9.9"
_RESOLV_CONF = Path("/etc/resolv.conf")
_NET_SNMP = Path("/proc/net/snmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every bound of one measurement; times in seconds, sizes in bytes."""

    overall_s: float = 30.0
    dns_s: float = 5.0
    dns_tries: int = 2
    # How long a resolver may contradict its own suspicious answer (OONI waits as long).
    late_answer_s: float = 0.5
    tcp_s: float = 10.0
    tls_s: float = 10.0
    http_s: float = 15.0
    # How long a connection from the independent resolver's answer waits for the system's.
    patience_s: float = 0.5
    redirects: int = 10
    addresses_per_family: int = 4
    answers_kept: int = 32
    cnames_kept: int = 10
    chain_bytes: int = 64 * 1024
    head_bytes: int = 64 * 1024
    wire_bytes: int = 2 * 1024 * 1024
    inflated_bytes: int = 10 * 1024 * 1024
    kept_bytes: int = 512 * 1024
    cookie_bytes: int = 8 * 1024


class Stopwatch:
    """Milliseconds since one measurement began, and its deadline on the loop's clock."""

    __slots__ = ("_began", "_loop", "deadline")

    def __init__(self, overall_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        # Not the loop's own clock: uvloop's counts whole milliseconds.
        self._began = time.perf_counter()
        self.deadline = self._loop.time() + overall_s

    def ms(self) -> float:
        """Milliseconds since the beginning, to the microsecond."""
        return round((time.perf_counter() - self._began) * 1000, 3)

    def until(self, seconds: float) -> float:
        """The loop time at which a step begun now must end: its own limit or the deadline."""
        return min(self._loop.time() + seconds, self.deadline)

    @property
    def expired(self) -> bool:
        """Whether the overall deadline has passed."""
        return self._loop.time() >= self.deadline


@cache
def verifying_context() -> ssl.SSLContext:
    """The process's one TLS context; making one costs 16 ms, twenty times a probe.

    It trusts Mozilla's list and not the machine's store: where a State makes its citizens install
    its own authority, the machine's store would call an interception genuine.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


@cache
def unverifying_context() -> ssl.SSLContext:
    """For a second look at a chain that failed verification; nothing is ever asked over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


class ProbeSession:
    """Everything the measurements of one vantage share. Close it, or use it as a context."""

    def __init__(
        self,
        *,
        resolvers: Sequence[str] = (),
        independent_resolver: str | None = None,
        doh_url: str | None = None,
        tunnel: Tunnel | None = None,
        ports: Mapping[int, int] | None = None,
        tls: ssl.SSLContext | None = None,
        address_policy: Callable[[str], str] = addresses.classify,
        allow_ports: frozenset[int] = frozenset({80, 443}),
        limits: Limits | None = None,
        concurrency: int = 50,
    ) -> None:
        """Take resolvers as 'IP' or 'IP:port'; without any, those of this machine are asked.

        `ports` sends a URL's port elsewhere and `address_policy` replaces the classes of
        `addresses.classify`: both exist for a testbed on loopback and for nothing else.
        `doh_url` should name an address (https://9.9.9.9/dns-query): a name in it would be
        looked up by the very resolver under suspicion. Through a `tunnel` only `resolvers` are
        asked, from its far end: without any, one that answers everywhere.
        """
        self.tunnel = tunnel
        given = (*resolvers, *([PUBLIC_RESOLVER] if tunnel and not resolvers else ()))
        self.resolvers = tuple(map(_endpoint, given)) or _machine_resolvers()
        self.independent_resolver = (
            _endpoint(independent_resolver) if independent_resolver else None
        )
        self.doh_url = doh_url
        self.ports = dict(ports or {})
        self.tls = tls or verifying_context()
        self.address_policy = address_policy
        self.allow_ports = allow_ports
        self.limits = limits or Limits()
        self._slots = asyncio.Semaphore(concurrency)
        self._hosts: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._http: httpx.AsyncClient | None = None
        self._lost_datagrams = (0.0, _read_lost_datagrams())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what outlives a measurement."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until this host is asked by nobody else, and until there is a free slot."""
        lock = self._hosts.get(host)
        if lock is None:
            lock = self._hosts[host] = asyncio.Lock()
        async with lock, self._slots:
            yield

    @property
    def http(self) -> httpx.AsyncClient:
        """The client for DNS over HTTPS; no proxy, cookie or password of the environment."""
        if self._http is None:
            self._http = httpx.AsyncClient(
                verify=self.tls, trust_env=False, timeout=self.limits.dns_s
            )
        return self._http

    def lost_datagrams(self, *, max_age_s: float = 0.0) -> int | None:
        """The kernel's count of UDP datagrams lost for want of buffer; None where it has none.

        A count not older than `max_age_s` is given again: reading it costs as much as a question.
        """
        now = asyncio.get_running_loop().time()
        read_at, count = self._lost_datagrams
        if now - read_at > max_age_s:
            count = _read_lost_datagrams()
            self._lost_datagrams = (now, count)
        return count


def _endpoint(text: str) -> tuple[str, int]:
    """Read '9.9.9.9', '9.9.9.9:53', '2620:fe::fe' or '[2620:fe::fe]:53'."""
    host, port = text, "53"
    if text.startswith("[") or text.count(":") == 1:
        host, _, port = text.rpartition(":") if not text.endswith("]") else (text, "", "53")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise WrongSettings("A resolver is written as an address, or address:port.") from None


def _machine_resolvers() -> tuple[tuple[str, int], ...]:
    try:
        lines = _RESOLV_CONF.read_text().splitlines()
    except OSError:
        lines = []
    words = (line.split() for line in lines)
    found = tuple((line[1], 53) for line in words if len(line) > 1 and line[0] == "nameserver")
    if not found:
        raise WrongSettings(
            "This machine names no DNS resolver in /etc/resolv.conf: name one, such as 9.9.9.9."
        )
    return found


def _read_lost_datagrams() -> int | None:
    try:
        lines = _NET_SNMP.read_text().splitlines()
    except OSError:
        return None
    names, values = (line.split() for line in lines if line.startswith("Udp:"))
    return int(dict(zip(names, values, strict=True))["RcvbufErrors"])
