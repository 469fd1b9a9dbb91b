# SPDX-License-Identifier: Apache-2.0
"""Reading of OONI's measurements: what real files vary, and what is refused where."""

import base64
import copy
from typing import Any

import pytest

from app.domain.blocking.ooni.reading import OoniMeasurement, read_ooni
from app.errors import InvalidInput
from tests.domain.blocking.classic.stories import (
    HTTPS,
    PAGE,
    SITE,
    Json,
    ask,
    get,
    measured,
    tcp,
    tls,
)

WHOLE = measured(ask(SITE), tcp(), tls(), get())
HUGE = 10**400


def changed(path: str, value: Any) -> Json:
    """The whole measurement with one value changed."""
    values: Any = copy.deepcopy(WHOLE)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    here = values
    for part in way:
        here = here[part]
    here[last] = value
    return values  # type: ignore[no-any-return]


def read(path: str, value: Any) -> OoniMeasurement:
    """Read it with one value changed."""
    return read_ooni(changed(path, value))


REFUSED = (
    ("input", None, "/input"),
    ("input", 7, "/input"),
    ("input", "ftp://a.example/", "/input"),
    ("input", "https://[::1", "/input"),
    ("input", "https://a.example:99999/", "/input"),
    ("test_name", "ndt", "/test_name"),
    ("test_keys", None, "/test_keys"),
    ("test_keys", [], "/test_keys"),
    ("test_runtime", "fast", "/test_runtime"),
    ("test_runtime", float("nan"), "/test_runtime"),
    ("test_runtime", HUGE, "/test_runtime"),
    ("probe_cc", 7, "/probe_cc"),
    ("measurement_start_time", "yesterday", "/measurement_start_time"),
    ("measurement_start_time", "0001-01-01T00:00:00+12:00", "/measurement_start_time"),
    ("test_keys/queries", {}, "/test_keys/queries"),
    ("test_keys/queries", "none", "/test_keys/queries"),
    ("test_keys/queries/0", [], "/test_keys/queries/0"),
    ("test_keys/queries/0/failure", 3, "/test_keys/queries/0/failure"),
    ("test_keys/queries/0/answers/0", "1.2.3.4", "/test_keys/queries/0/answers/0"),
    ("test_keys/queries/0/answers/0/asn", -1, "/test_keys/queries/0/answers/0/asn"),
    ("test_keys/queries/0/answers/0/asn", "AS1", "/test_keys/queries/0/answers/0/asn"),
    ("test_keys/queries/0/answers/0/asn", HUGE, "/test_keys/queries/0/answers/0/asn"),
    ("test_keys/queries/0/transaction_id", -5, "/test_keys/queries/0/transaction_id"),
    ("test_keys/queries/0/transaction_id", True, "/test_keys/queries/0/transaction_id"),
    ("test_keys/queries/0/t", float("inf"), "/test_keys/queries/0/t"),
    ("test_keys/queries/0/tags", "depth=0", "/test_keys/queries/0/tags"),
    ("test_keys/queries/0/tags", [1], "/test_keys/queries/0/tags/0"),
    ("test_keys/tcp_connect/0/port", 65536, "/test_keys/tcp_connect/0/port"),
    ("test_keys/tcp_connect/0/port", None, "/test_keys/tcp_connect/0/port"),
    ("test_keys/tcp_connect/0/port", 443.0, "/test_keys/tcp_connect/0/port"),
    ("test_keys/tcp_connect/0/ip", "", "/test_keys/tcp_connect/0/ip"),
    ("test_keys/tcp_connect/0/status", [], "/test_keys/tcp_connect/0/status"),
    ("test_keys/tls_handshakes/0/no_tls_verify", 1, "/test_keys/tls_handshakes/0/no_tls_verify"),
    (
        "test_keys/tls_handshakes/0/peer_certificates",
        [{"format": "base64", "data": "%%%"}],
        "/test_keys/tls_handshakes/0/peer_certificates/0/data",
    ),
    ("test_keys/requests/0/request", [], "/test_keys/requests/0/request"),
    ("test_keys/requests/0/request/url", 5, "/test_keys/requests/0/request/url"),
    ("test_keys/requests/0/response/code", "200", "/test_keys/requests/0/response/code"),
    ("test_keys/requests/0/response/code", 1000, "/test_keys/requests/0/response/code"),
    ("test_keys/requests/0/response/body", [], "/test_keys/requests/0/response/body"),
    (
        "test_keys/requests/0/response/body",
        {"format": "hex", "data": "00"},
        "/test_keys/requests/0/response/body/format",
    ),
    (
        "test_keys/requests/0/response/body",
        {"format": "base64", "data": "a"},
        "/test_keys/requests/0/response/body/data",
    ),
    (
        "test_keys/requests/0/response/headers_list",
        [["A"]],
        "/test_keys/requests/0/response/headers_list/0",
    ),
    ("test_keys/requests/0/response/headers", ["A"], "/test_keys/requests/0/response/headers"),
    ("test_keys/control", [], "/test_keys/control"),
    ("test_keys/control", "failed", "/test_keys/control"),
    ("test_keys/control/dns", [], "/test_keys/control/dns"),
    ("test_keys/control/dns/addrs", [None, 5], "/test_keys/control/dns/addrs/1"),
    (
        "test_keys/control/http_request/body_length",
        -2,
        "/test_keys/control/http_request/body_length",
    ),
    ("test_keys/control/http_request/headers", 3, "/test_keys/control/http_request/headers"),
    ("test_keys/control/ip_info", {"a/b~": {"asn": "x"}}, "/test_keys/control/ip_info/a~1b~0/asn"),
    ("test_keys/queries", [{}] * 1001, "/test_keys/queries"),
)


@pytest.mark.parametrize(("path", "value", "pointer"), REFUSED)
def test_a_wrong_value_is_refused_at_its_place(path: str, value: Any, pointer: str) -> None:
    """The JSON pointer names the value, and the sentence what to write instead."""
    with pytest.raises(InvalidInput) as refused:
        read(path, value)

    assert [one.pointer for one in refused.value.errors] == [pointer]
    assert refused.value.detail.startswith(f"{pointer}: write ")


@pytest.mark.parametrize("values", [None, 5, "x", [], [WHOLE], True, 1.5])
def test_what_is_no_object_is_no_measurement(values: object) -> None:
    """The whole must be one object."""
    with pytest.raises(InvalidInput, match="one measurement"):
        read_ooni(values)


ACCEPTED = (
    ("test_keys/queries", None),
    ("test_keys/tcp_connect", None),
    ("test_keys/tls_handshakes", None),
    ("test_keys/requests", None),
    ("test_keys/control", None),
    ("test_keys/control", {}),
    ("test_keys/control_failure", "unknown_failure: all"),
    ("test_keys/queries/0/answers", None),
    ("test_keys/queries/0/failure", "a_failure_of_next_year"),
    ("test_keys/queries/0/tags", None),
    ("test_keys/queries/0/tags", ["depth=x", "depth=-1", "depth=99999", "new"]),
    ("test_keys/queries/0/invented", {"a": [[[]]]}),
    ("test_keys/requests/0/response", None),
    ("test_keys/requests/0/response/body", None),
    ("test_keys/requests/0/response/headers", None),
    ("test_keys/requests/0/address", None),
    ("test_keys/x_control_request", None),
    ("test_keys/x_control_request/http_request", "nonsense"),
    ("test_keys/requests/0/request/url", "intent://a.example/#Intent"),
    ("test_keys/requests/0/request/url", "http://[::1"),
    ("measurement_start_time", "2026-11-24T10:00:00.5Z"),
    ("probe_cc", None),
    ("measurement_start_time", None),
    ("test_name", None),
)


@pytest.mark.parametrize(("path", "value"), ACCEPTED)
def test_what_real_files_leave_out_may_be_missing(path: str, value: Any) -> None:
    """Null, absence and unknown words are as good as OONI's probes make them."""
    assert read(path, value).input == HTTPS


def test_a_body_is_its_bytes_whichever_way_it_is_written() -> None:
    """Text counts in UTF-8, base64 as what it holds; half a surrogate pair is U+FFFD."""
    place = "test_keys/requests/0/response/body"
    encoded = {"format": "base64", "data": base64.b64encode(b"\x00\xff").decode()}

    assert read(place, "жя").requests[0].body == "жя".encode()
    assert read(place, encoded).requests[0].body == b"\x00\xff"
    assert read(place, "a\ud800b").requests[0].body == "a\ufffdb".encode()
    assert read(place, None).requests[0].body == b""


def test_headers_come_as_list_or_object() -> None:
    """The list is preferred: it holds repeated headers; a value may be base64."""
    place = "test_keys/requests/0/response/headers_list"
    listed = [["Set-Cookie", "a"], ["Set-Cookie", {"format": "base64", "data": "/w=="}]]

    assert read(place, listed).requests[0].headers == (
        ("Set-Cookie", "a"),
        ("Set-Cookie", "\ufffd"),
    )
    assert ("Content-Type", "text/html") in read(place, None).requests[0].headers


def test_the_oldest_probes_wrote_true_and_false() -> None:
    """A failure of false is success; a connect without a failure that did not succeed failed."""
    assert (
        read("test_keys/tcp_connect/0/status", {"failure": False, "success": True})
        .connects[0]
        .failure
        is None
    )
    assert read("test_keys/tcp_connect/0/status", {"failure": True}).connects[0].failure
    assert read("test_keys/tcp_connect/0/status", {"success": False}).connects[0].failure
    assert read("test_keys/queries/0/failure", True).queries[0].failure


@pytest.mark.parametrize(
    ("code", "country"), [("KZ", "KZ"), ("kz", "KZ"), ("ZZ", None), ("", None), ("KAZ", None)]
)
def test_a_country_is_known_or_none(code: str, country: str | None) -> None:
    """ZZ hides the country; anything but two letters is none."""
    assert read("probe_cc", code).country == country


def test_tags_say_the_depth_and_what_is_classic() -> None:
    """Tags of v0.5 are read; a file without any says so."""
    whole = read_ooni(WHOLE)

    assert whole.is_tagged
    assert whole.queries[0].marks.depth == 0
    assert whole.requests[0].marks.fetch_body is True
    assert whole.requests[0].body == PAGE.encode()
    assert not read_ooni(measured()).is_tagged
