# SPDX-License-Identifier: Apache-2.0
"""What a probe saw, layer by layer: facts only, never a conclusion.

Failure names are OONI's (ooni/spec df-007). Times named `*_ms` are milliseconds since the
measurement's `started_at`; `None` means the layer was not reached, which is neither success nor
failure. A measurement is written once by the prober and read by the rules in `rules.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Engine(StrEnum):
    """Who answered a DNS question."""

    SYSTEM = "system"  # the resolver the vantage's network gives it
    UDP = "udp"  # an independent resolver over UDP
    DOH = "doh"  # an independent resolver over HTTPS
    CONTROL = "control"  # no question here: an address handed over to be tried


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """One address in a DNS answer, classified before anything was sent to it."""

    address: str
    # "global", "bogon:<kind>" (loopback, private, link_local, cgnat, …) or "nat64:<class of the IPv4>".
    address_class: str
    ttl: int | None = None

    @property
    def is_bogon(self) -> bool:
        """Whether this address can never be the public site's (it is evidence, never a target)."""
        return "bogon" in self.address_class


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsLookup:
    """One question to one resolver, and every answer that came back."""

    hostname: str
    query_type: str  # "A" or "AAAA"
    engine: Engine
    resolver: str  # "9.9.9.9:53"; "" where the system's own is used and unknown
    started_ms: float
    ended_ms: float
    failure: str | None = None
    rcode: str | None = None
    answers: tuple[DnsAnswer, ...] = ()
    cnames: tuple[str, ...] = ()
    # Address sets of further, differing replies to the same question: the mark of an injected answer.
    late_answers: tuple[tuple[str, ...], ...] = ()
    # How often the question was sent until an answer came: a datagram may be lost without malice.
    attempts: int = 1
    depth: int = 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses as text, in the order of the answer."""
        return tuple(answer.address for answer in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpConnect:
    """One attempt to open a connection to one address."""

    address: str
    port: int
    engine: Engine  # whose answer this address came from
    started_ms: float
    ended_ms: float
    failure: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsHandshake:
    """One TLS handshake; `failure is None` means the chain verified for `server_name`."""

    address: str
    port: int
    engine: Engine
    server_name: str
    started_ms: float
    ended_ms: float
    failure: str | None = None
    version: str | None = None
    cipher: str | None = None
    alpn: str | None = None
    # SHA-256 of each certificate's DER as presented, leaf first; filled on failed verification too.
    chain_sha256: tuple[str, ...] = ()
    issuer: str | None = None
    not_after: datetime | None = None
    # The certificates themselves (DER), leaf first; like bodies they live in the body store.
    chain: tuple[bytes, ...] = field(default=(), repr=False, compare=False)
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExchange:
    """One request and what came back; redirects are further exchanges with a higher depth."""

    url: str
    address: str
    port: int
    engine: Engine
    over_tls: bool  # True only over a handshake that verified for the name
    started_ms: float
    first_byte_ms: float | None = None
    ended_ms: float
    failure: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    title: str | None = None
    body_length: int | None = None  # decoded bytes, of what was read
    body_sha256: str | None = None  # of the kept bytes
    body_truncated: bool = False
    wire_length: int | None = None  # bytes of the body as they came, before inflating
    # Kept for comparison up to 512 KiB decoded; lives in the body store, not in rows.
    body: bytes | None = field(default=None, repr=False, compare=False)
    # Where a redirect points, and why it was not followed ("refused:<reason>"), if it was not.
    location: str | None = None
    location_refused: str | None = None
    depth: int = 0

    @property
    def bytes_per_second(self) -> float | None:
        """How fast the body came once it began to; None where nothing (measurable) came."""
        if self.wire_length is None or self.first_byte_ms is None:
            return None
        took_ms = self.ended_ms - self.first_byte_ms
        return 1000 * self.wire_length / took_ms if took_ms > 0 else None

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Everything one probe of one URL saw from one vantage."""

    uid: str  # UUID, made by whoever measured
    url: str
    vantage: str  # the vantage's code
    started_at: datetime  # UTC
    runtime_ms: float
    lookups: tuple[DnsLookup, ...] = ()
    connects: tuple[TcpConnect, ...] = ()
    handshakes: tuple[TlsHandshake, ...] = ()
    exchanges: tuple[HttpExchange, ...] = ()  # oldest first
    # Set when the prober distrusts itself (its own buffers overflowed, deadline starved, no network):
    # such a measurement is never evidence about a site.
    prober_fault: str | None = None
    software: str = "qalam"

    @property
    def final(self) -> HttpExchange | None:
        """The last exchange of the redirect chain, if any HTTP was spoken."""
        return self.exchanges[-1] if self.exchanges else None
