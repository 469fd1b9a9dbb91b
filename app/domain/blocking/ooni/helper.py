# SPDX-License-Identifier: Apache-2.0
"""The test helper's answer as a control of ours: one measurement of the same URL from outside.

The helper's failure names are OONI's old ones and are put into today's here. Where its redirects
ended it does not say: its page is told under the address that was asked for.
"""

import hashlib
from collections.abc import Mapping

from app.domain.blocking.addresses import classify
from app.domain.blocking.measurement import (
    DnsAnswer,
    DnsLookup,
    Engine,
    HttpExchange,
    Measurement,
    TcpConnect,
    TlsHandshake,
)
from app.domain.blocking.ooni.endpoints import (
    asked_url,
    host_of,
    literal_address,
    port_of,
    split_endpoint,
)
from app.domain.blocking.ooni.model import OoniControl, OoniMeasurement
from app.domain.blocking.verdict import Control

_NAMES: Mapping[str, str] = {
    "dns_name_error": "dns_nxdomain_error",
    "dns_server_failure": "dns_servfail_error",
    "connection_refused_error": "connection_refused",
}
_NO_LOOKUP = frozenset({"dns_lookup_error", "dns_nxdomain_error", "dns_name_error"})


def to_control(ooni: OoniMeasurement, field: Measurement) -> tuple[Control, ...]:
    """Return the helper's answer; unhealthy where it gave none, nothing where nobody asked it."""
    if ooni.control is None and ooni.control_failure is None:
        return ()
    heard = ooni.control if ooni.control_failure is None else None
    empty = OoniControl(dns=None, connects={}, handshakes={}, http=None, asns={})
    return (
        Control(
            measurement=_measurement(heard or empty, asked_url(ooni.control_url), field),
            vantage_healthy=heard is not None,
            fresh=True,
        ),
    )


def _measurement(control: OoniControl, url: str, field: Measurement) -> Measurement:
    own = frozenset(control.dns.addresses) if control.dns else frozenset()
    literal = literal_address(url)
    own = own if literal is None else own | {literal}
    return Measurement(
        uid=hashlib.sha256(f"control of {field.uid}".encode()).hexdigest()[:32],
        url=url,
        vantage="ooni-helper",
        started_at=field.started_at,
        runtime_ms=0.0,
        lookups=_lookups(control, url),
        connects=_connects(control, own),
        handshakes=_handshakes(control, own),
        exchanges=_exchanges(control, url),
        software="oohelperd",
    )


def _engine(address: str, own: frozenset[str]) -> Engine:
    """Addresses the helper did not find itself were handed over by the probe."""
    return Engine.SYSTEM if address in own else Engine.CONTROL


def _lookups(control: OoniControl, url: str) -> tuple[DnsLookup, ...]:
    if control.dns is None or literal_address(url) is not None:
        return ()
    failure = control.dns.failure
    if failure is None and not control.dns.addresses:
        failure = "dns_no_answer"
    lookup = DnsLookup(
        hostname=host_of(url),
        query_type="A",
        engine=Engine.SYSTEM,
        resolver="",
        started_ms=0.0,
        ended_ms=0.0,
        failure=None if failure is None else _NAMES.get(failure, failure),
        answers=tuple(
            DnsAnswer(address=address, address_class=classify(address))
            for address in control.dns.addresses
        ),
    )
    return (lookup,)


def _connects(control: OoniControl, own: frozenset[str]) -> tuple[TcpConnect, ...]:
    found = []
    for endpoint, failure in control.connects.items():
        address, port = split_endpoint(endpoint)
        if port is None:
            continue
        found.append(
            TcpConnect(
                address=address,
                port=port,
                engine=_engine(address, own),
                started_ms=0.0,
                ended_ms=0.0,
                failure=failure if failure is None else _NAMES.get(failure, failure),
            )
        )
    return tuple(found)


def _handshakes(control: OoniControl, own: frozenset[str]) -> tuple[TlsHandshake, ...]:
    found = []
    for endpoint, shake in control.handshakes.items():
        address, port = split_endpoint(endpoint)
        if port is None:
            continue
        found.append(
            TlsHandshake(
                address=address,
                port=port,
                engine=_engine(address, own),
                server_name=shake.server_name,
                started_ms=0.0,
                ended_ms=0.0,
                failure=None if shake.failure is None else _NAMES.get(shake.failure, shake.failure),
            )
        )
    return tuple(found)


def _exchanges(control: OoniControl, url: str) -> tuple[HttpExchange, ...]:
    """The final page; a name that could not be looked up is told by the lookup already."""
    http = control.http
    if http is None or (http.failure is None and http.status <= 0):
        return ()
    no_name = control.dns is not None and (control.dns.failure or not control.dns.addresses)
    if no_name and http.failure in _NO_LOOKUP:
        return ()
    failed = http.failure is not None
    return (
        HttpExchange(
            url=url,
            address="",
            port=port_of(url),
            engine=Engine.SYSTEM,
            over_tls=not failed and url.startswith("https:"),
            started_ms=0.0,
            ended_ms=0.0,
            failure=None if http.failure is None else _NAMES.get(http.failure, http.failure),
            status=None if failed else http.status,
            headers=() if failed else http.headers,
            title=None if failed else http.title or None,
            body_length=None if failed or http.body_length < 0 else http.body_length,
        ),
    )
