# SPDX-License-Identifier: Apache-2.0
"""OONI's measurement in our own words, so that our rules can judge it.

What OONI's format does not hold stays unknown: when the first byte came, a certificate's issuer,
where the helper's redirects ended. The helper is one control; who runs it and from which network
is not in the file, so its network has no name. Times are milliseconds since the start.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from app.domain.blocking.addresses import classify
from app.domain.blocking.comparison import title_of
from app.domain.blocking.measurement import (
    DnsAnswer,
    DnsLookup,
    Engine,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)
from app.domain.blocking.ooni.endpoints import asked_name, asked_url, port_of, split_endpoint
from app.domain.blocking.ooni.helper import to_control
from app.domain.blocking.ooni.joining import Joined, join
from app.domain.blocking.ooni.model import Marks, OoniMeasurement, OoniQuery
from app.domain.blocking.verdict import Control

__all__ = ["to_measurement"]

_NAMESPACE = uuid.UUID("0f3c2b52-0d0b-5c4e-9d0e-6e7f35f1f7a4")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SYSTEM = frozenset({"getaddrinfo", "golang_net_resolver", "system", "unknown", ""})
_PREFERENCE = (Engine.SYSTEM, Engine.UDP, Engine.DOH)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODY_KEPT = 512 * 1024


def to_measurement(ooni: OoniMeasurement) -> tuple[Measurement, tuple[Control, ...]]:
    """Return the measurement, and its control if the helper was asked.

    The uid is made of the file's own words, so that the same line gives the same one. A file that
    does not say when it was measured gets the epoch: whoever keeps measurements must refuse it.
    """
    joined = join(ooni)
    engines = _engines(joined)
    measurement = Measurement(
        uid=str(uuid.uuid5(_NAMESPACE, _identity(ooni))),
        url=asked_url(ooni.input),
        vantage="",
        started_at=ooni.started_at or _EPOCH,
        runtime_ms=1000 * ooni.runtime_s,
        lookups=_lookups(joined, ooni.late_queries),
        connects=_connects(joined, engines),
        handshakes=_handshakes(joined, engines),
        exchanges=_exchanges(joined, engines),
        software=" ".join(part for part in (ooni.software_name, ooni.software_version) if part)
        or "unknown",
    )
    return measurement, to_control(ooni, measurement)


def _identity(ooni: OoniMeasurement) -> str:
    started = "" if ooni.started_at is None else ooni.started_at.isoformat()
    return "\n".join((ooni.report_id, ooni.input, started, ooni.probe_cc, str(ooni.probe_asn)))


def engine_of(query: OoniQuery) -> Engine:
    """Return who answered a query, in our terms: everything over the network's own is `system`."""
    if query.engine == "doh":
        return Engine.DOH
    return Engine.SYSTEM if query.engine in _SYSTEM else Engine.UDP


def _engines(joined: Joined) -> Mapping[str, Engine]:
    """Whose answer each address came from; the reader's own resolver is named before all others."""
    found: dict[str, Engine] = {}
    for engine in _PREFERENCE:
        for query in joined.queries:
            if engine_of(query.entry) is engine:
                for address in query.entry.addresses:
                    found.setdefault(address, engine)
    if joined.literal is not None:
        found.setdefault(joined.literal, Engine.SYSTEM)
    return found


def _lookups(joined: Joined, late: Iterable[OoniQuery]) -> tuple[DnsLookup, ...]:
    replies: dict[tuple[int | None, str, str], list[tuple[str, ...]]] = {}
    for reply in late:
        key = (reply.marks.transaction_id, reply.query_type, reply.hostname)
        replies.setdefault(key, []).append(reply.addresses)
    return tuple(
        DnsLookup(
            hostname=asked_name(one.entry.hostname),
            # getaddrinfo asks for both families at once and says ANY.
            query_type="AAAA" if one.entry.query_type == "AAAA" else "A",
            engine=engine_of(one.entry),
            resolver=one.entry.resolver_address,
            started_ms=_started(one.entry.marks),
            ended_ms=_ended(one.entry.marks),
            failure=one.entry.failure,
            answers=tuple(
                DnsAnswer(address=a.address, address_class=classify(a.address), ttl=a.ttl)
                for a in one.entry.answers
                if a.address is not None
            ),
            cnames=tuple(a.hostname for a in one.entry.answers if a.hostname and not a.address),
            late_answers=tuple(
                replies.get(
                    (one.entry.marks.transaction_id, one.entry.query_type, one.entry.hostname), ()
                )
            ),
            depth=one.depth,
        )
        for one in joined.queries
    )


def _connects(joined: Joined, engines: Mapping[str, Engine]) -> tuple[TcpConnect, ...]:
    return tuple(
        TcpConnect(
            address=one.entry.address,
            port=one.entry.port,
            engine=engines.get(one.entry.address, Engine.CONTROL),
            started_ms=_started(one.entry.marks),
            ended_ms=_ended(one.entry.marks),
            failure=one.entry.failure,
            depth=one.depth,
        )
        for one in joined.connects
    )


def _handshakes(joined: Joined, engines: Mapping[str, Engine]) -> tuple[TlsHandshake, ...]:
    found = []
    for one in joined.handshakes:
        address, port = split_endpoint(one.entry.endpoint)
        certificates = one.entry.certificates
        found.append(
            TlsHandshake(
                address=address,
                port=port or 443,
                engine=_engine(engines, address),
                server_name=one.entry.server_name,
                started_ms=_started(one.entry.marks),
                ended_ms=_ended(one.entry.marks),
                failure=one.entry.failure,
                version=one.entry.version or None,
                cipher=one.entry.cipher or None,
                alpn=one.entry.alpn or None,
                chain_sha256=tuple(hashlib.sha256(der).hexdigest() for der in certificates),
                chain=certificates,
                depth=one.depth,
            )
        )
    return tuple(found)


def _exchanges(joined: Joined, engines: Mapping[str, Engine]) -> tuple[HttpExchange, ...]:
    """Return what was spoken over HTTP, oldest first.

    Files of v0.4 write a request that never left because an earlier step failed; it is left out
    here, so that the failure stays where it happened.
    """
    found = []
    for one in joined.spoken_requests:
        request = one.entry
        address, port = split_endpoint(request.endpoint)
        answered = request.status > 0
        kept = request.body[:_BODY_KEPT]
        location = _location(request.url, request.headers) if answered else None
        found.append(
            HttpExchange(
                url=asked_url(request.url or joined.url),
                address=address,
                port=port or port_of(request.url or joined.url),
                engine=_engine(engines, address),
                over_tls=one.over_verified_tls,
                started_ms=_started(request.marks),
                ended_ms=_ended(request.marks),
                failure=request.failure,
                status=request.status or None,
                headers=request.headers,
                title=title_of(request.body.decode("utf-8", "replace")),
                body_length=len(request.body) if answered else None,
                body_sha256=hashlib.sha256(kept).hexdigest() if kept else None,
                body_truncated=request.body_is_truncated,
                body=kept if answered else None,
                location=location if request.status in _REDIRECTS else None,
                depth=one.depth,
            )
        )
    return tuple(found)


def _engine(engines: Mapping[str, Engine], address: str) -> Engine:
    """An address the file does not name is the reader's; one that no lookup gave is the helper's."""
    return engines.get(address, Engine.CONTROL) if address else Engine.SYSTEM


def _location(url: str, headers: Iterable[tuple[str, str]]) -> str | None:
    """Return where a redirect points, if it is an address at all."""
    target = next((value for name, value in headers if name.lower() == "location"), None)
    if target is None:
        return None
    try:
        urlsplit(urljoin(url, target)).port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return target


def _started(marks: Marks) -> float:
    return 1000 * marks.started_s


def _ended(marks: Marks) -> float:
    return 1000 * marks.ended_s
