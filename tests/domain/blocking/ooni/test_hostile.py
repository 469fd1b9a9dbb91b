# SPDX-License-Identifier: Apache-2.0
"""Whatever stands in a line, it is judged or refused: nothing else is ever raised."""

import copy
import json
import math
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.blocking.fingerprints import Fingerprint, body_text
from app.domain.blocking.judging import judge_line
from app.domain.blocking.ooni.decoding import decode
from app.domain.blocking.ooni.reading import read_ooni
from app.domain.blocking.ooni.translating import to_measurement
from app.errors import InvalidInput, MalformedRequest
from tests.domain.blocking.classic.branches_network import NETWORK
from tests.domain.blocking.classic.branches_pages import PAGES
from tests.domain.blocking.classic.qa import QA

KEYS = 13
STORIES = (*QA, *NETWORK, *PAGES)
MARKS = (
    Fingerprint(name="a", scope="isp", location="body", pattern_type="regexp", pattern="x+$"),
    Fingerprint(name="b", scope="nat", location="dns", pattern_type="full", pattern="10.0.0.1"),
    Fingerprint(
        name="c", scope="fp", location="header.server", pattern_type="prefix", pattern="ng"
    ),
)
WORDS = [
    "input",
    "test_keys",
    "queries",
    "tcp_connect",
    "tls_handshakes",
    "requests",
    "control",
    "control_failure",
    "dns",
    "addrs",
    "failure",
    "answers",
    "ipv4",
    "hostname",
    "engine",
    "port",
    "ip",
    "status",
    "response",
    "body",
    "code",
    "headers",
    "request",
    "url",
    "address",
    "tags",
    "depth=1",
    "fetch_body=true",
    "transaction_id",
    "http_request",
    "ip_info",
    "asn",
    "https://a.example/",
    "http://[::1]/",
    "1.2.3.4",
    "::1",
    "1.2.3.4:443",
    "[::1]:80",
    "getaddrinfo",
    "doh",
    "AAAA",
    "dns_no_answer",
    "connection_reset",
    "server_name",
    "base64",
    "format",
    "data",
    "location",
]
NASTY = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        10**30,
        -(2**63),
        1e308,
        math.nan,
        math.inf,
        "",
        "\x00",
        "\ud800",
        "İ",
        "http://[",
        "http://a.example:x/",
        "https://a.example\u2100/",
        "http://a\\b/",
        "127.0.0.1",
        "fe80::1%eth0",
        "999.1.1.1:80",
        ":",
        "[::1",
        "depth=3",
        "dns_nxdomain_error",
        "getaddrinfo",
        [],
        {},
        [[]],
        [None],
        [{}],
        {"format": "base64", "data": "AA=="},
        {"": None},
    ]
)
VALUES = st.recursive(
    NASTY | st.sampled_from(WORDS) | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=25,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a value with each of its keys."""
    found: list[tuple[Any, Any]] = []
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += _places(value[key])
    return found


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A true measurement with up to five values replaced, left out, or doubled."""
    values = copy.deepcopy(draw(st.sampled_from(STORIES)).measured)
    for _ in range(draw(st.integers(1, 5))):
        places = _places(values)
        container, key = places[draw(st.integers(0, len(places) - 1))]
        what = draw(st.sampled_from(["replace", "replace", "remove", "double"]))
        if what == "replace":
            container[key] = copy.deepcopy(draw(NASTY | VALUES))
        elif what == "remove":
            del container[key]
        elif isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        if not isinstance(values, dict) or not values:
            return values
    return values


def _judged_or_refused(values: object) -> None:
    refused = None
    try:
        answer = judge_line(values, MARKS)
    except InvalidInput as error:
        refused = error
    if refused is not None:
        assert [one.pointer[:1] for one in refused.errors] == ["/"]
        refused.detail.encode()
        return
    assert set(answer) == {"input", "ooni", "verdict"}
    ooni = answer["ooni"]
    assert isinstance(ooni, dict)
    assert len(ooni) == KEYS
    assert ooni["accessible"] in (True, False, None)
    assert ooni["blocking"] in (False, None, "dns", "tcp_ip", "http-failure", "http-diff")
    json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_any_value_is_judged_or_refused(values: object) -> None:
    """Arbitrary JSON, and what is not even JSON."""
    _judged_or_refused(values)
    _judged_or_refused({"input": "https://a.example/", "test_keys": values})


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_true_measurement_with_wrong_parts_is_judged_or_refused(values: object) -> None:
    """Mutations of every situation told in the tests."""
    _judged_or_refused(values)


@given(mutated())
@settings(max_examples=100, deadline=None)
def test_the_order_of_fields_means_nothing(values: Any) -> None:
    """The same measurement with its fields the other way round has the same keys."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(value[name]) for name in reversed(value)}
        return [turned(one) for one in value] if isinstance(value, list) else value

    try:
        answer = judge_line(values, ())
    except InvalidInput:
        return
    assert judge_line(turned(values), ())["ooni"] == answer["ooni"]


@given(st.binary(max_size=200) | VALUES.map(lambda value: repr(value).encode("utf-8", "replace")))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    """Decoding raises one kind of error, or returns a value."""
    with suppress(MalformedRequest):
        decode(body)


def test_a_page_that_names_a_slow_codec_is_read_as_text() -> None:
    """`charset=punycode` is no charset: half a megabyte of it would take a minute to decode."""
    told = copy.deepcopy(
        next(one for one in QA if one.name == "httpDiffWithConsistentDNS").measured
    )
    response = told["test_keys"]["requests"][0]["response"]
    response["headers"] = {"Content-Type": "text/html; charset=PUNYCODE"}
    response["body"] = "a" * 250_000 + "-" + "b" * 250_000
    seen, _ = to_measurement(read_ooni(told))

    assert body_text(seen.exchanges[0]) == response["body"]
    _judged_or_refused(told)
