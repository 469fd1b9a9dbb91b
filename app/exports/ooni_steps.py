# SPDX-License-Identifier: Apache-2.0
"""The steps of a measurement in OONI's data formats: df-002, df-005, df-006 and df-001.

Times are seconds since the measurement began. Our questions to the network's own resolver are
`getaddrinfo` here, though we ask it ourselves: it is the name under which OONI's tools look for the
answers a browser would have used.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.domain.blocking.addresses import classify, is_contactable
from app.domain.blocking.measurement import (
    DnsLookup,
    Engine,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.redirects import hop_url

_ENGINES = {Engine.SYSTEM: "getaddrinfo", Engine.UDP: "udp", Engine.DOH: "doh"}
_FIRST_IDS = {"getaddrinfo": 10_000, "udp": 20_000, "doh": 30_000, "unknown": 60_000}
_CLEARTEXT_ID, _TLS_ID = 40_000, 50_000

Entry = dict[str, Any]
Step = TcpConnect | TlsHandshake | HttpExchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Transaction ids: one for each question with its A and AAAA, one for each endpoint."""

    lookups: dict[tuple[str, str, str, int], int]
    endpoints: dict[tuple[str, int, int], int]


def numbered(measurement: Measurement) -> Numbers:
    """Number what was done, in the ranges of Web Connectivity."""
    lookups: dict[tuple[str, str, str, int], int] = {}
    for lookup in measurement.lookups:
        engine = _engine(lookup)
        key = _lookup_key(lookup)
        of_engine = sum(1 for known in lookups if known[0] == engine)
        lookups.setdefault(key, _FIRST_IDS[engine] + 1 + of_engine)
    endpoints: dict[tuple[str, int, int], int] = {}
    counts = {_CLEARTEXT_ID: 0, _TLS_ID: 0}
    steps: tuple[Step, ...] = (
        *measurement.connects,
        *measurement.handshakes,
        *measurement.exchanges,
    )
    for step in steps:
        if _endpoint(step) not in endpoints:
            first = _TLS_ID if _is_tls(measurement, step) else _CLEARTEXT_ID
            counts[first] += 1
            endpoints[_endpoint(step)] = first + counts[first]
    return Numbers(lookups=lookups, endpoints=endpoints)


def queries(measurement: Measurement, numbers: Numbers, networks: PrefixTable) -> list[Entry]:
    """Return the DNS questions (df-002).

    A machine's own resolver (getaddrinfo) answers for both families at once, and a name without
    an IPv6 address is no failure there: standing alone it would be read as one.
    """
    return [
        _query(one, numbers, _answers(one, networks))
        for one in measurement.lookups
        if not _is_mere_absence(one)
    ]


def late_replies(measurement: Measurement, numbers: Numbers, networks: PrefixTable) -> list[Entry]:
    """Return further, differing replies to the same questions, each as a question of its own."""
    return [
        _query(one, numbers, [_address_entry(address, None, networks) for address in late])
        for one in measurement.lookups
        for late in one.late_answers
    ]


def _is_mere_absence(lookup: DnsLookup) -> bool:
    is_absent = lookup.query_type == "AAAA" and lookup.failure == "dns_no_answer"
    return is_absent and lookup.engine is Engine.SYSTEM


def _query(lookup: DnsLookup, numbers: Numbers, answers: list[Entry]) -> Entry:
    return {
        "answers": answers or None,
        "engine": _engine(lookup),
        "failure": lookup.failure,
        "hostname": lookup.hostname,
        "query_type": lookup.query_type,
        "raw_response": None,
        "resolver_address": _resolver(lookup),
        "resolver_hostname": None,
        "resolver_port": None,
        "t0": _seconds(lookup.started_ms),
        "t": _seconds(lookup.ended_ms),
        "tags": [
            f"depth={lookup.depth}",
            *(["classic"] if lookup.engine is Engine.SYSTEM else []),
        ],
        "transaction_id": numbers.lookups[_lookup_key(lookup)],
    }


def _answers(lookup: DnsLookup, networks: PrefixTable) -> list[Entry]:
    names = [{"answer_type": "CNAME", "hostname": name, "ttl": None} for name in lookup.cnames]
    return names + [_address_entry(one.address, one.ttl, networks) for one in lookup.answers]


def _address_entry(address: str, ttl: int | None, networks: PrefixTable) -> Entry:
    is_v6 = ":" in address
    entry: Entry = {
        "answer_type": "AAAA" if is_v6 else "A",
        "ipv6" if is_v6 else "ipv4": address,
        "ttl": ttl,
    }
    asn = networks.asn(address)
    if asn is not None:
        entry |= {"asn": asn, "as_org_name": networks.name(asn) or ""}
    return entry


def connects(measurement: Measurement, numbers: Numbers) -> list[Entry]:
    """Return the attempts to connect (df-005)."""
    return [
        {
            "ip": step.address,
            "port": step.port,
            "status": {"failure": step.failure, "success": step.failure is None},
            **_when(measurement, step, numbers),
        }
        for step in measurement.connects
    ]


def handshakes(measurement: Measurement, numbers: Numbers) -> list[Entry]:
    """Return the TLS handshakes (df-006), with the certificates that are kept."""
    return [
        {
            "network": "tcp",
            "address": address_port(step.address, step.port),
            "server_name": step.server_name,
            "outer_server_name": "",
            "failure": step.failure,
            "so_error": None,
            "tls_version": step.version or "",
            "cipher_suite": step.cipher or "",
            "negotiated_protocol": step.alpn or "",
            "no_tls_verify": False,
            "peer_certificates": [binary(der) for der in step.chain],
            **_when(measurement, step, numbers),
        }
        for step in measurement.handshakes
    ]


def requests(measurement: Measurement, numbers: Numbers) -> list[Entry]:
    """Return the HTTP exchanges (df-001), newest first as that format wants it."""
    return [_request(measurement, one, numbers) for one in reversed(measurement.exchanges)]


def _request(measurement: Measurement, exchange: HttpExchange, numbers: Numbers) -> Entry:
    headers = [[name, value] for name, value in exchange.headers]
    # A body that was not kept is no empty body: it must not be compared by its length.
    is_missing = exchange.body is None and bool(exchange.body_length)
    return {
        "network": "tcp",
        "address": address_port(exchange.address, exchange.port),
        "alpn": _alpn(measurement, exchange),
        "failure": exchange.failure,
        "request": {
            "method": "GET",
            "url": exchange.url,
            "body": "",
            "body_is_truncated": False,
            "headers": {},
            "headers_list": [],
            "tor": {"exit_ip": None, "exit_name": None, "is_tor": False},
            "x_transport": "tcp",
        },
        "response": {
            "code": exchange.status or 0,
            "body": text_or_binary(exchange.body or b""),
            "body_is_truncated": exchange.body_truncated or is_missing,
            "headers": first_values(exchange.headers),
            "headers_list": headers,
        },
        **_when(measurement, exchange, numbers),
    }


def _when(measurement: Measurement, step: Step, numbers: Numbers) -> Entry:
    return {
        "t0": _seconds(step.started_ms),
        "t": _seconds(step.ended_ms),
        "tags": _tags(measurement, step),
        "transaction_id": numbers.endpoints[_endpoint(step)],
    }


def _tags(measurement: Measurement, step: Step) -> list[str]:
    is_https = urlsplit(hop_url(measurement, step.depth)).scheme == "https"
    # Addresses handed over by a control are tried up to TLS, and nothing is fetched from them.
    fetches = step.engine is not Engine.CONTROL and _is_tls(measurement, step) == is_https
    return [
        f"depth={step.depth}",
        f"fetch_body={'true' if fetches else 'false'}",
        *(["classic"] if step.engine is Engine.SYSTEM else []),
        *(["tcptls_experiment"] if step.depth == 0 else []),
    ]


def _is_tls(measurement: Measurement, step: Step) -> bool:
    """Whether an endpoint is one of TLS, which a failed connection does not show by itself."""
    if any(_endpoint(one) == _endpoint(step) for one in measurement.handshakes):
        return True
    if isinstance(step, HttpExchange):
        return urlsplit(step.url).scheme == "https"
    asked = urlsplit(hop_url(measurement, step.depth))
    if asked.port is not None or step.port not in (80, 443):
        return asked.scheme == "https"
    return step.port == 443


def _alpn(measurement: Measurement, exchange: HttpExchange) -> str:
    of_endpoint = (o for o in measurement.handshakes if _endpoint(o) == _endpoint(exchange))
    return next((one.alpn or "" for one in of_endpoint), "")


def _engine(lookup: DnsLookup) -> str:
    return _ENGINES.get(lookup.engine, "unknown")


def _lookup_key(lookup: DnsLookup) -> tuple[str, str, str, int]:
    return (_engine(lookup), lookup.resolver, lookup.hostname, lookup.depth)


def _endpoint(step: Step) -> tuple[str, int, int]:
    return (step.address, step.port, step.depth)


def _resolver(lookup: DnsLookup) -> str:
    """Return whom we asked; the network's own resolver would tell where the probe is."""
    return public_resolver(lookup) or ""


def public_resolver(lookup: DnsLookup) -> str | None:
    """Return the resolver's address where everybody may know it: an independent, public one."""
    if lookup.engine is Engine.DOH:
        return lookup.resolver
    host = lookup.resolver.rpartition(":")[0] or lookup.resolver
    is_public = is_contactable(classify(host.strip("[]")))
    return lookup.resolver if lookup.engine is Engine.UDP and is_public else None


def address_port(address: str, port: int) -> str:
    """Return an endpoint as OONI writes it: `192.0.2.1:443`, `[2001:db8::1]:443`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def text_or_binary(body: bytes) -> str | Entry:
    """Return a body as text where it is UTF-8, and in base64 where it is not."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return binary(body)


def binary(data: bytes) -> Entry:
    """Return bytes as OONI writes them."""
    return {"format": "base64", "data": base64.b64encode(data).decode()}


def first_values(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by name; of one sent twice the first value."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name, value)
    return found


def _seconds(milliseconds: float) -> float:
    return round(milliseconds / 1000, 6)
