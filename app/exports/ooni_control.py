# SPDX-License-Identifier: Apache-2.0
"""A control of ours as the answer of OONI's test helper (`test_keys.control`), in its old words."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from app.domain.blocking.addresses import GLOBAL, classify
from app.domain.blocking.controls import Control
from app.domain.blocking.failures import Failure
from app.domain.blocking.measurement import Engine, Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.reading import own, read, readers_engine
from app.domain.vocabulary import Layer
from app.exports.ooni_steps import address_port, first_values

_RESOLVED_BY_PROBE, _RESOLVED_BY_CONTROL, _BOGON, _VALID_FOR_DOMAIN = 1, 2, 4, 8

_DNS_WORDS = {
    "dns_nxdomain_error": "dns_name_error",
    "dns_servfail_error": "dns_server_failure",
    # The helper reports "no answer" as a success with no address.
    "dns_no_answer": None,
}
_HTTP_WORDS = {
    "connection_refused": "connection_refused_error",
    "generic_timeout_error": "generic_timeout_error",
    "timed_out": "generic_timeout_error",
}
NOT_HEALTHY = "unknown_failure: no control was healthy and fresh"

Entry = dict[str, Any]


def speaking(controls: Sequence[Control]) -> Control | None:
    """Return the first control that may say anything about the site."""
    usable = (
        one
        for one in controls
        if one.vantage_healthy and one.fresh and one.measurement.prober_fault is None
    )
    return next(usable, None)


def control_keys(
    measurement: Measurement, controls: Sequence[Control], networks: PrefixTable
) -> Entry:
    """Return `control`, `control_failure` and `x_control_request`.

    Where no control was asked all three are null: nothing failed.
    """
    chosen = speaking(controls)
    return {
        "control": None if chosen is None else _control(measurement, chosen.measurement, networks),
        "control_failure": NOT_HEALTHY if controls and chosen is None else None,
        "x_control_request": None if chosen is None else _asked(measurement),
    }


def _asked(measurement: Measurement) -> Entry:
    return {
        "http_request": measurement.url,
        "http_request_headers": {},
        "tcp_connect": list(
            dict.fromkeys(
                address_port(one.address, one.port) for one in measurement.connects if not one.depth
            )
        ),
    }


def _control(measurement: Measurement, control: Measurement, networks: PrefixTable) -> Entry:
    return {
        "dns": _dns(control),
        "tcp_connect": {
            address_port(one.address, one.port): {
                "status": one.failure is None,
                "failure": one.failure,
            }
            for one in control.connects
            if one.depth == 0
        },
        "tls_handshake": {
            address_port(one.address, one.port): {
                "server_name": one.server_name,
                "status": one.failure is None,
                "failure": one.failure,
            }
            for one in control.handshakes
            if one.depth == 0
        },
        "http_request": _http_request(control),
        "ip_info": _ip_info(measurement, control, networks),
    }


def _dns(control: Measurement) -> Entry:
    """What the control's resolver said of the site's own name."""
    lookups = [one for one in own(control.lookups, lenient=True) if one.depth == 0]
    engine = readers_engine(lookups)
    heard = [one for one in lookups if engine is None or one.engine is engine]
    addresses = list(dict.fromkeys(address for one in heard for address in one.addresses))
    failures = [one.failure for one in heard if one.failure]
    failure = None if addresses or not failures else _dns_word(failures)
    return {"failure": failure, "addrs": addresses}


def _dns_word(failures: Sequence[str]) -> str | None:
    words = [_DNS_WORDS.get(one, "unknown_error") for one in failures]
    # A name with no address of one family still is a name.
    return None if None in words else words[0]


def _http_request(control: Measurement) -> Entry:
    reading = read(control, as_control=True)
    page = reading.page
    if page is None:
        return {
            "body_length": -1,
            "discovered_h3_endpoint": "",
            "failure": _http_word(reading.failure),
            "title": "",
            "headers": {},
            "status_code": -1,
        }
    return {
        "body_length": page.body_length or 0,
        "discovered_h3_endpoint": "",
        "failure": None,
        "title": page.title or "",
        "headers": first_values(page.headers),
        "status_code": page.status,
    }


def _http_word(failure: Failure | None) -> str:
    if failure is None:
        return "unknown_error"
    if failure.layer is Layer.DNS:
        return "dns_lookup_error"
    return _HTTP_WORDS.get(failure.text, "unknown_error")


def _ip_info(measurement: Measurement, control: Measurement, networks: PrefixTable) -> Entry:
    by_probe = _resolved(measurement)
    by_control = _resolved(control)
    host = urlsplit(measurement.url).hostname
    valid = {
        one.address
        for one in (*measurement.handshakes, *control.handshakes)
        if one.failure is None and one.server_name == host
    }
    found: Entry = {}
    for address in dict.fromkeys((*by_probe, *by_control)):
        flags = _RESOLVED_BY_PROBE * (address in by_probe)
        flags |= _RESOLVED_BY_CONTROL * (address in by_control)
        flags |= _BOGON * (classify(address) != GLOBAL)
        flags |= _VALID_FOR_DOMAIN * (address in valid)
        found[address] = {"asn": networks.asn(address) or 0, "flags": flags}
    return found


def _resolved(measurement: Measurement) -> dict[str, None]:
    lookups: Iterable[Any] = (
        one for one in measurement.lookups if one.depth == 0 and one.engine is not Engine.CONTROL
    )
    return {address: None for one in lookups for address in one.addresses}
