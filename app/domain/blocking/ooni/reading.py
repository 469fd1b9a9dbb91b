# SPDX-License-Identifier: Apache-2.0
"""The reader of OONI's `web_connectivity` measurements, whoever wrote them.

Tolerant where real files differ (null for an empty list, headers as list or object, bodies as text
or base64, no tags before v0.5, unknown fields), strict where a value has another type than its
format says: that is an InvalidInput whose sentence and JSON pointer name the place. Nothing else is
ever raised, whatever is handed in.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.domain.blocking.ooni.control import read_control
from app.domain.blocking.ooni.model import (
    Marks,
    OoniAnswer,
    OoniConnect,
    OoniHandshake,
    OoniMeasurement,
    OoniQuery,
    OoniRequest,
)
from app.domain.blocking.ooni.place import MOST_STEPS, Place

__all__ = ["OoniMeasurement", "read_ooni"]

_TEST = "web_connectivity"
_DEPTH = re.compile(r"depth=([0-9]{1,4})")
_ASN = re.compile(r"AS([0-9]{1,10})")
_LAST_ASN = 2**32 - 1


def read_ooni(values: object) -> OoniMeasurement:
    """Read one measurement, as decoded from JSON. Raises InvalidInput naming the wrong place."""
    top = Place(values)
    if not isinstance(values, dict):
        top.wrong("write one measurement here, as a JSON object")
    if top.at("test_name").text() not in ("", _TEST):
        top.at("test_name").wrong(f'write "{_TEST}" here: no other test is read', code="wrong_test")
    keys = top.at("test_keys")
    if keys.is_null:
        keys.wrong("write the object with the test's results here", code="missing")
    url = _input(top.at("input"))
    return OoniMeasurement(
        input=url,
        report_id=top.at("report_id").text(),
        started_at=_time(top.at("measurement_start_time")),
        runtime_s=top.at("test_runtime").seconds(),
        probe_cc=top.at("probe_cc").text(),
        probe_asn=_asn(top.at("probe_asn")),
        probe_network_name=top.at("probe_network_name").text(),
        software_name=top.at("software_name").text(),
        software_version=top.at("software_version").text(),
        test_version=top.at("test_version").text(),
        queries=tuple(_query(one) for one in keys.at("queries").items(MOST_STEPS)),
        late_queries=tuple(
            _query(one) for one in keys.at("x_dns_duplicate_responses").items(MOST_STEPS)
        ),
        connects=tuple(_connect(one) for one in keys.at("tcp_connect").items(MOST_STEPS)),
        handshakes=tuple(_handshake(one) for one in keys.at("tls_handshakes").items(MOST_STEPS)),
        requests=tuple(_request(one) for one in keys.at("requests").items(MOST_STEPS)),
        control=read_control(keys.at("control")),
        control_failure=keys.at("control_failure").failure(),
        control_url=_url(keys.at("x_control_request").at("http_request")) or url,
    )


def _query(place: Place) -> OoniQuery:
    return OoniQuery(
        hostname=place.at("hostname").text(),
        engine=place.at("engine").text(),
        query_type=place.at("query_type").text(),
        resolver_address=place.at("resolver_address").text(),
        failure=place.at("failure").failure(),
        rcode=place.at("rcode").integer(),
        answers=tuple(_answer(one) for one in place.at("answers").items(MOST_STEPS)),
        marks=_marks(place),
    )


def _answer(place: Place) -> OoniAnswer:
    address = place.at("ipv4").text() or place.at("ipv6").text()
    return OoniAnswer(
        address=address or None,
        hostname=place.at("hostname").text() or None,
        asn=place.at("asn").integer(0, _LAST_ASN) or 0,
        ttl=place.at("ttl").integer(),
    )


def _connect(place: Place) -> OoniConnect:
    port = place.at("port").integer(0, 65535)
    if port is None:
        place.at("port").wrong("write the port here, such as 443", code="missing")
    address = place.at("ip").text()
    if not address:
        place.at("ip").wrong("write the address here", code="missing")
    status = place.at("status")
    failure = status.at("failure").failure()
    success = status.at("success")
    if failure is None and not success.is_null and not success.flag():
        failure = "unknown_failure"
    return OoniConnect(address=address, port=port, failure=failure, marks=_marks(place))


def _handshake(place: Place) -> OoniHandshake:
    return OoniHandshake(
        endpoint=place.at("address").text(),
        server_name=place.at("server_name").text(),
        failure=place.at("failure").failure(),
        is_verified=not place.at("no_tls_verify").flag(),
        version=place.at("tls_version").text(),
        cipher=place.at("cipher_suite").text(),
        alpn=place.at("negotiated_protocol").text(),
        certificates=tuple(one.data() for one in place.at("peer_certificates").items()),
        marks=_marks(place),
    )


def _request(place: Place) -> OoniRequest:
    response = place.at("response")
    return OoniRequest(
        url=_url(place.at("request").at("url")),
        endpoint=place.at("address").text(),
        failure=place.at("failure").failure(),
        status=response.at("code").integer(0, 999) or 0,
        headers=_headers(response),
        body=response.at("body").data(),
        body_is_truncated=response.at("body_is_truncated").flag(),
        marks=_marks(place),
    )


def _headers(response: Place) -> tuple[tuple[str, str], ...]:
    """Return the headers; the list holds all of them, the object only the first of each name."""
    listed = tuple(_pair(one) for one in response.at("headers_list").items())
    if listed:
        return listed
    return tuple((name, _header_text(one)) for name, one in response.at("headers").fields())


def _pair(place: Place) -> tuple[str, str]:
    pair = list(place.items())
    if len(pair) != 2:
        place.wrong("write a list of two here: a header's name and its value")
    return pair[0].text(), _header_text(pair[1])


def _header_text(place: Place) -> str:
    """A header's value; one that is no UTF-8 stands in the file as base64."""
    return place.data().decode("utf-8", "replace")


def _marks(place: Place) -> Marks:
    tags = [one.text() for one in place.at("tags").items()]
    ended = place.at("t").seconds()
    started = place.at("t0")
    fetch_body = [tag == "fetch_body=true" for tag in tags if tag.startswith("fetch_body=")]
    depths = [int(found[1]) for tag in tags if (found := _DEPTH.fullmatch(tag))]
    return Marks(
        started_s=ended if started.is_null else started.seconds(),
        ended_s=ended,
        transaction_id=place.at("transaction_id").integer() or None,
        depth=depths[0] if depths else None,
        fetch_body=fetch_body[0] if fetch_body else None,
        is_classic="classic" in tags,
    )


def _url(place: Place) -> str:
    """Return an address, or an empty text: redirects may lead to what is none of the web's."""
    text = place.text()
    return text if _is_web_address(text) else ""


def _input(place: Place) -> str:
    text = place.text()
    if not text:
        place.wrong("write the address that was measured here", code="missing")
    if not _is_web_address(text):
        place.wrong("write an address here that begins with http:// or https://", code="wrong_url")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _time(place: Place) -> datetime | None:
    text = place.text()
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        place.wrong("write a time in UTC here, such as 2026-11-24 10:00:00", code="wrong_time")


def _asn(place: Place) -> int | None:
    found = _ASN.fullmatch(place.text())
    number = int(found[1]) if found else 0
    return number if 0 < number <= _LAST_ASN else None
