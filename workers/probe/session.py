# SPDX-License-Identifier: Apache-2.0
"""What all measurements of one vantage share: resolvers, limits, the TLS context, and manners.

A session belongs to one event loop. It lets one measurement per host and `concurrency` in total
run at a time, and spreads their starts. How it suspects itself is in `selfcheck.py`.

Nothing here decides what is measured; `story.py` does.
"""

import asyncio
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import certifi
import httpx

from app.domain.blocking import addresses
from app.errors import WrongSettings
from workers.probe.selfcheck import SelfCheck
from workers.probe.trust import trust_of
from workers.probe.tunnel import Tunnel

PUBLIC_RESOLVER = "9.9.9.9"
_RESOLV_CONF = Path("/etc/resolv.conf")
_FEW = 10
"""Measurements at once where the kernel grants too little room for replies."""


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
    # How long one address may take to connect and shake hands while others wait for their turn.
    address_s: float = 5.0
    # The same for those that are left when the page has come through another.
    spare_s: float = 4.0
    # How long a redirect waits for a host that another measurement is talking to.
    host_wait_s: float = 5.0
    redirects: int = 10
    addresses_per_family: int = 4
    receive_buffer_bytes: int = 4 * 1024 * 1024
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

    __slots__ = ("_loop", "began", "deadline")

    def __init__(self, overall_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        # Not the loop's own clock: uvloop's counts whole milliseconds.
        self.began = time.perf_counter()
        self.deadline = self._loop.time() + overall_s

    def ms(self) -> float:
        """Milliseconds since the beginning, to the microsecond."""
        return int((time.perf_counter() - self.began) * 1_000_000) / 1000

    def until(self, seconds: float) -> float:
        """The loop time at which a step begun now must end: its own limit or the deadline."""
        return min(self._loop.time() + seconds, self.deadline)

    @property
    def left_s(self) -> float:
        """How much time there is until the deadline, in seconds."""
        return self.deadline - self._loop.time()

    def within(self, seconds: float) -> "Stopwatch":
        """The same watch with a nearer deadline, for one of several steps that must share."""
        nearer = copy(self)
        nearer.deadline = self.until(seconds)
        return nearer


@cache
def verifying_context() -> ssl.SSLContext:
    """Whom every session of the process trusts; making one costs 16 ms, twenty times a probe.

    It trusts Mozilla's list and not the machine's store: where a State makes its citizens install
    its own authority, the machine's store would call an interception genuine.
    """
    context = ssl.create_default_context(cafile=certifi.where())
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
        starts_per_second: float | None = None,
    ) -> None:
        """Take resolvers as 'IP' or 'IP:port'; without any, those of this machine are asked.

        `ports` sends a URL's port elsewhere and `address_policy` replaces the classes of
        `addresses.classify`: both exist for a testbed on loopback and for nothing else.
        `doh_url` names an address (https://9.9.9.9/dns-query): a name in it would be looked up
        by the very resolver under suspicion. Through a `tunnel` only `resolvers` are asked, from
        its far end: without any, one that answers everywhere. `starts_per_second` spreads the
        starts of measurements; None lets them all go at once.
        """
        self.tunnel = tunnel
        given = (*resolvers, *([PUBLIC_RESOLVER] if tunnel and not resolvers else ()))
        self.resolvers = tuple(map(_endpoint, given)) or _machine_resolvers()
        self.independent_resolver = (
            _endpoint(independent_resolver) if independent_resolver else None
        )
        self.doh_url = _doh_url(doh_url) if doh_url else None
        self.ports = dict(ports or {})
        self.tls = tls or verifying_context()
        self.trust = trust_of(self.tls)
        self.address_policy = address_policy
        self.allow_ports = allow_ports
        self.limits = limits or Limits()
        self.self_check = SelfCheck(receive_buffer_bytes=self.limits.receive_buffer_bytes)
        self.concurrency = (
            min(concurrency, _FEW) if self.self_check.receives_little else concurrency
        )
        self._slots = asyncio.Semaphore(self.concurrency)
        self._start_every_s = 1 / starts_per_second if starts_per_second else 0.0
        self._next_start = 0.0
        self._hosts: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._http: httpx.AsyncClient | None = None

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
        """Wait until nobody else asks this host, there is a free slot, and it is time to start."""
        async with self._lock_of(host), self._slots:
            if self._start_every_s:
                await self._pace()
            self.self_check.begin()
            try:
                yield
            finally:
                self.self_check.end()

    @asynccontextmanager
    async def visit(self, host: str) -> AsyncIterator[None]:
        """Talk to another host than the one whose turn it is: a redirect led there.

        It waits for whoever talks to that host, and no longer than `host_wait_s`: two sites that
        lead to each other would wait for ever, and many that lead to one dead block page would
        starve behind it.
        """
        lock = self._lock_of(host)
        is_held = True
        try:
            async with asyncio.timeout(self.limits.host_wait_s):
                await lock.acquire()
        except TimeoutError:
            is_held = False
        try:
            yield
        finally:
            if is_held:
                lock.release()

    @property
    def http(self) -> httpx.AsyncClient:
        """The client for DNS over HTTPS; no proxy, cookie or password of the environment."""
        if self._http is None:
            self._http = httpx.AsyncClient(
                verify=self.tls, trust_env=False, timeout=self.limits.dns_s
            )
        return self._http

    def is_native_ipv6(self, address: str) -> bool:
        """Whether an address needs IPv6; a NAT64 image is IPv4, as networks without it reach it."""
        return ":" in address and not self.address_policy(address).startswith("nat64")

    def _lock_of(self, host: str) -> asyncio.Lock:
        lock = self._hosts.get(host)
        if lock is None:
            lock = self._hosts[host] = asyncio.Lock()
        return lock

    async def _pace(self) -> None:
        """Keep starts apart, so that a thousand sites due at once are no burst on the line."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start)
        self._next_start = start + self._start_every_s
        if start > now:
            await asyncio.sleep(start - now)


def _endpoint(text: str) -> tuple[str, int]:
    """Read '9.9.9.9', '9.9.9.9:53', '2620:fe::fe' or '[2620:fe::fe]:53'."""
    host, port = text, "53"
    if text.startswith("[") or text.count(":") == 1:
        host, _, port = text.rpartition(":") if not text.endswith("]") else (text, "", "53")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise WrongSettings("A resolver is written as an address, or address:port.") from None


def _doh_url(url: str) -> str:
    wrong = WrongSettings(
        "A resolver over HTTPS is written with its address, such as https://9.9.9.9/dns-query: "
        "a name would be looked up by the resolver under suspicion."
    )
    try:
        parts = urlsplit(url)
        ipaddress.ip_address(parts.hostname or "")
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        raise wrong from None
    if parts.scheme != "https" or "@" in parts.netloc or not is_port or not url.isascii():
        raise wrong
    return url


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
