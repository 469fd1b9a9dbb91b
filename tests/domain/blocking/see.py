# SPDX-License-Identifier: Apache-2.0
"""Measurements as a probe would have written them, for tests of the rules that read them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.domain.blocking.addresses import classify
from app.domain.blocking.controls import Control
from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.measurement import (
    DnsAnswer,
    DnsLookup,
    Engine,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HTTPS = "https://news.example/"
HTTP = "http://news.example/"
SITE = "93.184.216.34"  # where the site is
OTHER_EDGE = "93.184.216.99"  # another address of the same site, known to nobody else
BLOCKPAGE = "195.175.254.2"  # where a censor's answer leads
GENUINE_LEAF = "aa" * 32
FORGED_LEAF = "bb" * 32
PAGE_HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("X-News-Edge", "1"))
BLOCKPAGE_BODY = "<html><title>Access</title>Access is denied by order.</html>"


def lookup(*addresses: str, failure: str | None = None, **more: Any) -> DnsLookup:
    """One question for A records to the network's own resolver."""
    fields: dict[str, Any] = {
        "hostname": "news.example",
        "query_type": "A",
        "engine": Engine.SYSTEM,
        "resolver": "192.0.2.53:53",
        "started_ms": 0.0,
        "ended_ms": 9.0,
        "failure": failure,
        "answers": tuple(DnsAnswer(address=a, address_class=classify(a)) for a in addresses),
    }
    return DnsLookup(**(fields | more))


def connect(address: str = SITE, failure: str | None = None, **more: Any) -> TcpConnect:
    """One attempt to connect to port 443."""
    fields: dict[str, Any] = {
        "address": address,
        "port": 443,
        "engine": Engine.SYSTEM,
        "started_ms": 10.0,
        "ended_ms": 30.0,
        "failure": failure,
    }
    return TcpConnect(**(fields | more))


def shake(address: str = SITE, failure: str | None = None, **more: Any) -> TlsHandshake:
    """One handshake for the site's name; a good one shows the site's certificate."""
    fields: dict[str, Any] = {
        "address": address,
        "port": 443,
        "engine": Engine.SYSTEM,
        "server_name": "news.example",
        "started_ms": 30.0,
        "ended_ms": 60.0,
        "failure": failure,
        "chain_sha256": (GENUINE_LEAF,) if failure is None else (),
    }
    return TlsHandshake(**(fields | more))


def fetch(url: str = HTTPS, address: str = SITE, **more: Any) -> HttpExchange:
    """One request, answered with the site's front page unless told otherwise."""
    body = more.pop("text", "x" * 5000)
    fields: dict[str, Any] = {
        "url": url,
        "address": address,
        "port": 443 if url.startswith("https") else 80,
        "engine": Engine.SYSTEM,
        "over_tls": url.startswith("https"),
        "started_ms": 60.0,
        "first_byte_ms": 80.0,
        "ended_ms": 90.0,
        "status": 200,
        "headers": PAGE_HEADERS,
        "title": "Independent news today",
        "body": body.encode(),
        "body_length": len(body.encode()),
    }
    return HttpExchange(**(fields | more))


def measured(*steps: object, url: str = HTTPS, **more: Any) -> Measurement:
    """A measurement made of the steps given, each put where it belongs."""

    def of(kind: type) -> Any:
        return tuple(step for step in steps if isinstance(step, kind))

    return Measurement(
        uid="0" * 32,
        url=url,
        vantage="kz-1",
        started_at=NOON,
        runtime_ms=100.0,
        lookups=of(DnsLookup),
        connects=of(TcpConnect),
        handshakes=of(TlsHandshake),
        exchanges=of(HttpExchange),
        **more,
    )


def https_ok(address: str = SITE, **page: Any) -> Measurement:
    """The genuine page over verified TLS, or whatever page is described."""
    return measured(
        lookup(address), connect(address), shake(address), fetch(address=address, **page)
    )


def http_ok(address: str = SITE, **page: Any) -> Measurement:
    """A page over cleartext: the site's unless described otherwise."""
    return measured(
        lookup(address), connect(address, port=80), fetch(HTTP, address, **page), url=HTTP
    )


def dns_fails(failure: str = "dns_nxdomain_error") -> Measurement:
    """The resolver gives no address."""
    return measured(lookup(failure=failure))


def dns_says(*addresses: str) -> Measurement:
    """The resolver gives bogus addresses, to which nothing was sent."""
    return measured(lookup(*addresses))


def tcp_fails(failure: str = "generic_timeout_error", address: str = SITE) -> Measurement:
    """No connection."""
    return measured(lookup(address), connect(address, failure))


def tls_fails(
    failure: str = "connection_reset", address: str = SITE, **handshake: Any
) -> Measurement:
    """A connection, and no handshake."""
    return measured(lookup(address), connect(address), shake(address, failure, **handshake))


def http_fails(failure: str = "connection_reset", url: str = HTTP) -> Measurement:
    """A connection (with a handshake for https), and no answer to the request."""
    page = fetch(url, status=None, failure=failure, body_length=None, title=None, headers=())
    port = 443 if url == HTTPS else 80
    steps: list[object] = [lookup(SITE), connect(port=port), page]
    return measured(*steps, *([shake()] if url == HTTPS else []), url=url)


def paced(measurement: Measurement, **page: Any) -> Measurement:
    """The same, its last page changed: `wire_length` bytes came from `first_byte_ms` to `ended_ms`."""
    *before, last = measurement.exchanges
    return replace(measurement, exchanges=(*before, replace(last, **page)))


def slowly(measurement: Measurement, *, bytes_per_second: float = 10_000) -> Measurement:
    """The same, its last page of 60,000 bytes drawn out; the line itself is quick."""
    took_ms = 60_000 / bytes_per_second * 1000
    return paced(measurement, wire_length=60_000, ended_ms=80.0 + took_ms)


def trickling(measurement: Measurement, *, wire_length: int = 9_000) -> Measurement:
    """The same, its last page begun and not ended within fifteen seconds."""
    return paced(
        measurement, wire_length=wire_length, ended_ms=15_060.0, failure="generic_timeout_error"
    )


def quickly(measurement: Measurement) -> Measurement:
    """The same, its last page of 60,000 bytes there in 200 ms."""
    return paced(measurement, wire_length=60_000, ended_ms=280.0)


def blockpage(url: str = HTTP, **more: Any) -> HttpExchange:
    """A page that is not the site's."""
    fields: dict[str, Any] = {
        "text": BLOCKPAGE_BODY,
        "title": "Access restricted",
        "headers": (("Content-Type", "text/html"),),
    }
    return fetch(url, **(fields | more))


def control(seen: Measurement | None = None, **more: Any) -> Control:
    """A healthy, fresh control; it got the genuine page unless told otherwise."""
    fields: dict[str, Any] = {
        "measurement": https_ok() if seen is None else seen,
        "vantage_healthy": True,
        "fresh": True,
    }
    return Control(**(fields | more))


def also_tried(seen: Measurement, *steps: TcpConnect | TlsHandshake) -> Measurement:
    """Add the attempts a side made at addresses handed over by the other side."""
    handed = [replace(step, engine=Engine.CONTROL) for step in steps]
    return replace(
        seen,
        connects=(*seen.connects, *(s for s in handed if isinstance(s, TcpConnect))),
        handshakes=(*seen.handshakes, *(s for s in handed if isinstance(s, TlsHandshake))),
    )


def mark(pattern: str, **more: Any) -> Fingerprint:
    """A fingerprint of Kazakhstan's whole network, found in bodies."""
    fields: dict[str, Any] = {
        "name": "test.kz_1",
        "scope": "nat",
        "location": "body",
        "pattern_type": "contains",
        "pattern": pattern,
        "expected_countries": frozenset({"KZ"}),
    }
    return Fingerprint(**(fields | more))
