# SPDX-License-Identifier: Apache-2.0
"""The reader of the test helper's answer (`test_keys.control`)."""

from app.domain.blocking.ooni.model import (
    ControlDns,
    ControlHandshake,
    ControlHttp,
    OoniControl,
)
from app.domain.blocking.ooni.place import LARGEST_INT, MOST_STEPS, Place

_LAST_ASN = 2**32 - 1
_NEVER = "unknown_failure"


def read_control(place: Place) -> OoniControl | None:
    """Read the control; None where there is none. Files of v0.4 write an empty one for that."""
    control = OoniControl(
        dns=_dns(place.at("dns")),
        connects={name: _failure(one) for name, one in place.at("tcp_connect").fields()},
        handshakes={name: _handshake(one) for name, one in place.at("tls_handshake").fields()},
        http=_http(place.at("http_request")),
        asns=_asns(place.at("ip_info")),
    )
    nothing = control.dns is None and control.http is None
    return None if nothing and not control.connects and not control.handshakes else control


def _dns(place: Place) -> ControlDns | None:
    if place.is_null:
        return None
    return ControlDns(
        failure=place.at("failure").failure(),
        addresses=tuple(one.text() for one in place.at("addrs").items(MOST_STEPS)),
    )


def _failure(place: Place) -> str | None:
    """The failure of a connect; some helpers only said that its status is false."""
    failure = place.at("failure").failure()
    status = place.at("status")
    if failure is None and not status.is_null and not status.flag():
        return _NEVER
    return failure


def _handshake(place: Place) -> ControlHandshake:
    return ControlHandshake(server_name=place.at("server_name").text(), failure=_failure(place))


def _http(place: Place) -> ControlHttp | None:
    if place.is_null:
        return None
    return ControlHttp(
        failure=place.at("failure").failure(),
        body_length=place.at("body_length").integer(-1, LARGEST_INT) or 0,
        status=place.at("status_code").integer(-1, 999) or 0,
        title=place.at("title").text(),
        headers=tuple((name, one.text()) for name, one in place.at("headers").fields()),
    )


def _asns(place: Place) -> dict[str, int]:
    asns = ((name, one.at("asn").integer(0, _LAST_ASN)) for name, one in place.fields())
    return {name: asn for name, asn in asns if asn}
