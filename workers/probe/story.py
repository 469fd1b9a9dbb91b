# SPDX-License-Identifier: Apache-2.0
"""One measurement, told in order: dns → tcp → tls → http, and again for each redirect.

Trouble of the network is data here, never an exception. Only an address that must not be
contacted at all raises, before anything is sent.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.blocking.measurement import (
    DnsLookup,
    Engine,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)
from app.domain.blocking.targets import CanonicalUrl, canonical_url
from workers.probe import dns, http, tcp, tls
from workers.probe.failures import NO_WAY_OUT, OUT_OF_FILES, TIMEOUT, TUNNEL_FAILED, failure_of
from workers.probe.guard import Endpoint, contactable, next_hop
from workers.probe.session import ProbeSession, Stopwatch
from workers.probe.wire import Connection, over_plain

_RECEIVE_COUNT_MAX_AGE_S = 1.0


async def measure(
    target_url: str,
    *,
    session: ProbeSession,
    vantage: str,
    started_at: datetime,
    uid: str,
    extra_addresses: Sequence[str] = (),
) -> Measurement:
    """Probe one URL and return what was seen, layer by layer.

    `started_at` is the caller's clock at the call; waiting for this host's turn is added to it.
    `extra_addresses` are tried up to TLS beside those DNS gives, and never fetched from: so a
    control can say whether the addresses the field saw are the site's.
    Raises RefusedAddress for a URL that may not be contacted.
    """
    target = canonical_url(target_url, allow_ports=session.allow_ports)
    asked_at = asyncio.get_running_loop().time()
    async with session.turn(target.host):
        waited_s = asyncio.get_running_loop().time() - asked_at
        telling = _Telling(session, Stopwatch(session.limits.overall_s))
        try:
            await telling.follow(target, extra_addresses)
            await telling.finish()
        finally:
            telling.close()
        return Measurement(
            uid=uid,
            url=target.url,
            vantage=vantage,
            started_at=started_at + timedelta(milliseconds=int(waited_s * 1000)),
            runtime_ms=telling.watch.ms(),
            lookups=telling.lookups,
            connects=tuple(telling.connects),
            handshakes=tuple(telling.handshakes),
            exchanges=tuple(telling.exchanges),
            prober_fault=telling.prober_fault(),
        )


@dataclass(slots=True, kw_only=True)
class _Way:
    """A connection a page could be asked over."""

    endpoint: Endpoint
    connection: Connection


@dataclass(slots=True)
class _Telling:
    """One measurement under way: what was seen so far, and what is still going on."""

    session: ProbeSession
    watch: Stopwatch
    connects: list[TcpConnect] = field(default_factory=list)
    handshakes: list[TlsHandshake] = field(default_factory=list)
    exchanges: list[HttpExchange] = field(default_factory=list)
    _inquiries: list[dns.Inquiry] = field(default_factory=list)
    _ways: list[asyncio.Task[_Way | None]] = field(default_factory=list)
    _lookups: tuple[DnsLookup, ...] = ()
    _lost_before: int | None = None
    _lost_after: int | None = None

    async def follow(self, target: CanonicalUrl, extra_addresses: Sequence[str]) -> None:
        """Go from the target through its redirects, looking up and judging each hop afresh."""
        self._lost_before = self.session.lost_datagrams(max_age_s=_RECEIVE_COUNT_MAX_AGE_S)
        cookies = http.Cookies(self.session.limits.cookie_bytes)
        redirects = self.session.limits.redirects
        for depth in range(redirects + 1):
            if self.watch.expired:
                return
            endpoints = await self._endpoints(target, extra_addresses if depth == 0 else (), depth)
            if depth > 0 and not endpoints:
                self._mark_last(location_refused=self._why_not_followed(depth))
            way = await self._first_way(endpoints, target, depth)
            if way is None:
                return
            seen = await http.exchange(
                way.connection,
                way.endpoint,
                target,
                cookies=cookies,
                depth=depth,
                session=self.session,
                watch=self.watch,
            )
            self.exchanges.append(seen)
            hop = next_hop(
                seen,
                target,
                allow_ports=self.session.allow_ports,
                redirects_left=redirects - depth,
            )
            if hop is None:
                return
            if hop.target is None:
                self._mark_last(location_refused=hop.refused, failure=hop.failure)
                return
            target = hop.target

    async def finish(self) -> None:
        """Let the slower addresses finish, and give suspicious resolvers time to be contradicted."""
        if self._ways:
            await asyncio.wait(self._ways)
        window_s = max((inquiry.window_left_s() for inquiry in self._inquiries), default=0.0)
        if window_s > 0 and not self.watch.expired:
            await asyncio.sleep(self.watch.until(window_s) - asyncio.get_running_loop().time())
        self._lookups = tuple(lookup for inquiry in self._inquiries for lookup in inquiry.lookups())
        if any(lookup.failure == TIMEOUT for lookup in self._lookups):
            self._lost_after = self.session.lost_datagrams()

    def close(self) -> None:
        """Close what is open, also where the measurement was cancelled."""
        for inquiry in self._inquiries:
            inquiry.close()
        for task in self._ways:
            if not task.done():
                task.cancel()
            elif not task.cancelled() and (way := task.result()) is not None:
                way.connection.abort()

    @property
    def lookups(self) -> tuple[DnsLookup, ...]:
        """All lookups, complete once finished."""
        return self._lookups

    def prober_fault(self) -> str | None:
        """Say why this measurement is no evidence about the site, if so."""
        # Datagrams were lost on this machine while a question of ours stayed unanswered: perhaps
        # its answer was among them.
        if (self._lost_after or 0) > (self._lost_before or 0):
            return "udp_receive_buffer_overflow"
        if self._lookups and all(lookup.failure in NO_WAY_OUT for lookup in self._lookups):
            return "no_network"
        failures = {lookup.failure for lookup in self._lookups}
        failures |= {connect.failure for connect in self.connects}
        if TUNNEL_FAILED in failures:
            return "tunnel_failed"
        return "out_of_file_descriptors" if OUT_OF_FILES in failures else None

    async def _endpoints(
        self, target: CanonicalUrl, extra_addresses: Sequence[str], depth: int
    ) -> list[Endpoint]:
        heard: list[tuple[Engine, Sequence[str]]]
        if target.is_literal:
            heard = [(Engine.SYSTEM, (target.host,))]
        else:
            prepared = dns.inquiries(
                target.host, depth=depth, session=self.session, watch=self.watch
            )
            self._inquiries += (inquiry for inquiry, _ in prepared)
            await _together([asking for _, asking in prepared])
            heard = [(inquiry.engine, inquiry.addresses()) for inquiry, _ in prepared]
        return contactable(
            [*heard, (Engine.CONTROL, extra_addresses)],
            port=target.port,
            classify=self.session.address_policy,
            per_family=self.session.limits.addresses_per_family,
        )

    async def _first_way(
        self, endpoints: list[Endpoint], target: CanonicalUrl, depth: int
    ) -> _Way | None:
        """Try all endpoints at once; return the best connection, patience granted to better ones."""
        if len(endpoints) == 1 and endpoints[0].may_fetch:
            return await self._try(endpoints[0], target, depth)
        running = {
            asyncio.create_task(self._try(endpoint, target, depth)): endpoint
            for endpoint in endpoints
        }
        self._ways += running
        best: asyncio.Task[_Way | None] | None = None
        pending = {task for task, endpoint in running.items() if endpoint.may_fetch}
        while pending:
            patience = None if best is None else self.session.limits.patience_s
            done, pending = await asyncio.wait(
                pending, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            good = [task for task in done if task.result() is not None]
            candidates = [*good, *([best] if best is not None else [])]
            best = min(candidates, key=lambda task: running[task].rank, default=None)
            if best is not None:
                pending = {task for task in pending if running[task].rank < running[best].rank}
            if not done:
                break
        if best is None:
            return None
        self._ways.remove(best)
        return best.result()

    async def _try(self, endpoint: Endpoint, target: CanonicalUrl, depth: int) -> _Way | None:
        """Connect to one endpoint and, for https, shake hands."""
        connect, sock = await tcp.connect(
            endpoint, depth=depth, session=self.session, watch=self.watch
        )
        way = None
        if sock is not None and target.scheme == "http":
            try:
                way = _Way(endpoint=endpoint, connection=await over_plain(sock))
            except OSError as error:  # torn down between connecting and taking over
                connect = replace(connect, failure=failure_of(error))
        self.connects.append(connect)
        if sock is None or target.scheme == "http":
            return way
        handshake, connection = await tls.handshake(
            sock,
            endpoint,
            server_name=target.host,
            depth=depth,
            session=self.session,
            watch=self.watch,
        )
        self.handshakes.append(handshake)
        return None if connection is None else _Way(endpoint=endpoint, connection=connection)

    def _why_not_followed(self, depth: int) -> str | None:
        """Name the class of a redirect's target where all its addresses are bogons."""
        classes = [
            answer.address_class
            for inquiry in self._inquiries
            for lookup in inquiry.lookups()
            if lookup.depth == depth
            for answer in lookup.answers
        ]
        return f"refused:{classes[0]}" if classes else None

    def _mark_last(self, *, location_refused: str | None, failure: str | None = None) -> None:
        last = self.exchanges[-1]
        self.exchanges[-1] = replace(
            last, location_refused=location_refused, failure=failure or last.failure
        )


async def _together(steps: Sequence[Awaitable[None]]) -> None:
    """Take steps at once; a single one needs no task of its own."""
    if len(steps) == 1:
        await steps[0]
    else:
        await asyncio.gather(*steps)
