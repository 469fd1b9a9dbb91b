# SPDX-License-Identifier: Apache-2.0
"""One measurement, told in order: dns → tcp → tls → http, and again for each redirect.

Trouble of the network is data here, never an exception. Only an address that must not be
contacted at all raises, before anything is sent.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
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
from workers.probe.failures import TIMEOUT
from workers.probe.faults import fault_in
from workers.probe.guard import Endpoint, contactable, next_hop
from workers.probe.session import ProbeSession, Stopwatch
from workers.probe.wire import Connection

_RECEIVE_COUNT_MAX_AGE_S = 1.0
_LEAST_S = 0.5


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
        telling = _Telling(session, Stopwatch(session.limits.overall_s), target.host)
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


@dataclass(slots=True, kw_only=True)
class _Spare:
    """An address that is tried when the page is there: evidence, and no hurry."""

    endpoint: Endpoint
    target: CanonicalUrl
    depth: int


@dataclass(slots=True)
class _Telling:
    """One measurement under way: what was seen so far, and what is still to be tried."""

    session: ProbeSession
    watch: Stopwatch
    host: str  # whose turn it is
    connects: list[TcpConnect] = field(default_factory=list)
    handshakes: list[TlsHandshake] = field(default_factory=list)
    exchanges: list[HttpExchange] = field(default_factory=list)
    _inquiries: list[dns.Inquiry] = field(default_factory=list)
    _spares: list[_Spare] = field(default_factory=list)
    _lookups: tuple[DnsLookup, ...] = ()
    _lost_before: int | None = None
    _lost_after: int | None = None

    async def follow(self, target: CanonicalUrl, extra_addresses: Sequence[str]) -> None:
        """Go from the target through its redirects, looking up and judging each hop afresh."""
        check = self.session.self_check
        self._lost_before = check.lost_datagrams(max_age_s=_RECEIVE_COUNT_MAX_AGE_S)
        cookies = http.Cookies(self.session.limits.cookie_bytes)
        redirects = self.session.limits.redirects
        for depth in range(redirects + 1):
            # What is begun in the last moment would end as a timeout that nobody else caused.
            if depth > 0 and self.watch.left_s < _LEAST_S:
                return
            endpoints = await self._endpoints(target, extra_addresses if depth == 0 else (), depth)
            if depth > 0 and not endpoints:
                self._mark_last(location_refused=self._why_not_followed(depth))
            async with self._politely(target.host):
                seen = await self._fetch(endpoints, target, depth, cookies)
            if seen is None:
                return
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
        """Try the addresses left over, and give resolvers time to be contradicted."""
        for number, spare in enumerate(self._spares):
            share_s = self.watch.left_s / (len(self._spares) - number)
            if share_s < _LEAST_S:
                break
            watch = self.watch.within(min(share_s, self.session.limits.spare_s))
            async with self._politely(spare.target.host):
                way = await self._try(spare.endpoint, spare.target, spare.depth, watch)
            if way is not None:
                way.connection.abort()
        proved = {shake.server_name for shake in self.handshakes if shake.failure is None}
        windows = (inquiry.window_left_s(proved) for inquiry in self._inquiries)
        wait_s = min(max(windows, default=0.0), self.watch.left_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._lookups = tuple(lookup for inquiry in self._inquiries for lookup in inquiry.lookups())
        if any(lookup.failure == TIMEOUT for lookup in self._lookups):
            self._lost_after = self.session.self_check.lost_datagrams()

    def close(self) -> None:
        """Close what is open, also where the measurement was cancelled."""
        for inquiry in self._inquiries:
            inquiry.close()

    @property
    def lookups(self) -> tuple[DnsLookup, ...]:
        """All lookups, complete once finished."""
        return self._lookups

    def prober_fault(self) -> str | None:
        """Say why this measurement is no evidence about the site, if so."""
        return fault_in(
            self._lookups,
            self.connects,
            began=self.watch.began,
            lost_datagrams=(self._lost_after or 0) > (self._lost_before or 0),
            session=self.session,
        )

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

    def _politely(self, host: str) -> AbstractAsyncContextManager[None]:
        """One connection per host at a time, from all measurements of the session together."""
        return nullcontext() if host == self.host else self.session.visit(host)

    async def _fetch(
        self, endpoints: list[Endpoint], target: CanonicalUrl, depth: int, cookies: http.Cookies
    ) -> HttpExchange | None:
        """Fetch the page from the first address that works; the rest can wait until it is there.

        Addresses are tried one after another, each for its share of the time that is left, so that
        a dead one does not keep the page from coming through a living one.
        """
        trying = [endpoint for endpoint in endpoints if endpoint.may_fetch]
        way, tried = None, 0
        while way is None and tried < len(trying):
            watch = self._share(len(trying) - tried)
            way = await self._try(trying[tried], target, depth, watch)
            tried += 1
        self._spares += (
            _Spare(endpoint=endpoint, target=target, depth=depth) for endpoint in endpoints[tried:]
        )
        if way is None:
            return None
        return await http.exchange(
            way.connection,
            way.endpoint,
            target,
            cookies=cookies,
            depth=depth,
            session=self.session,
            watch=self.watch,
        )

    def _share(self, addresses: int) -> Stopwatch:
        """The time of one of so many addresses, with as much left over for the page."""
        if addresses == 1:
            return self.watch
        fair_s = self.watch.left_s / (addresses + 1)
        return self.watch.within(min(fair_s, self.session.limits.address_s))

    async def _try(
        self, endpoint: Endpoint, target: CanonicalUrl, depth: int, watch: Stopwatch
    ) -> _Way | None:
        """Connect to one endpoint and, for https, shake hands."""
        connect, connection = await tcp.connect(
            endpoint, depth=depth, session=self.session, watch=watch
        )
        self.connects.append(connect)
        if self.session.is_native_ipv6(endpoint.address):
            self.session.self_check.note_ipv6(connected=connect.failure is None)
        if connection is None:
            return None
        if target.scheme == "https":
            handshake = await tls.handshake(
                connection,
                endpoint,
                server_name=target.host,
                depth=depth,
                session=self.session,
                watch=watch,
            )
            self.handshakes.append(handshake)
            if handshake.failure is not None:
                return None
        return _Way(endpoint=endpoint, connection=connection)

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
