# SPDX-License-Identifier: Apache-2.0
"""Files without the tags and transaction ids of v0.5: the same keys, joined by place and order."""

from dataclasses import asdict

import pytest

from app.domain.blocking.classic.keys import classic_keys
from app.domain.blocking.ooni.reading import read_ooni
from tests.domain.blocking.classic.qa import QA
from tests.domain.blocking.classic.stories import (
    HTTP,
    HTTPS,
    NO_SUCH_NAME,
    NOTHING,
    SAME,
    SITE,
    Json,
    ask,
    get,
    measured,
    old,
    tcp,
    tls,
)

ALIKE = (
    "successWithHTTP",
    "successWithHTTPS",
    "dnsHijackingToProxyWithHTTPSURL",
    "badSSLWithExpiredCertificate",
    "cloudflareCAPTCHAWithHTTP",
    "cloudflareCAPTCHAWithHTTPS",
    "controlFailureWithSuccessfulHTTPWebsite",
    "controlFailureWithSuccessfulHTTPSWebsite",
    "httpBlockingConnectionReset",
    "httpDiffWithConsistentDNS",
    "httpDiffWithInconsistentDNS",
    "largeFileWithHTTP",
    "tcpBlockingConnectTimeout",
    "tlsBlockingConnectionResetWithConsistentDNS",
    "websiteDownNXDOMAIN",
    "websiteDownTCPConnect",
)
OK: Json = {**NOTHING, **SAME, "accessible": True, "blocking": False, "x_blocking_flags": 32}


def keys(values: Json) -> Json:
    """The classic keys."""
    return asdict(classic_keys(read_ooni(values)))


@pytest.mark.parametrize("name", ALIKE)
def test_without_tags_the_keys_are_the_same(name: str) -> None:
    """Where every endpoint is the system's, tags tell nothing that the order does not."""
    told = next(one for one in QA if one.name == name)

    assert keys(old(told.measured)) == told.keys


def _of_v04(*steps: Json, url: str = HTTPS, control: Json | None = None) -> Json:
    """As v0.4 wrote it: the engine `system`, A and AAAA apart, requests without an address."""
    values = old(measured(*steps, url=url, **({} if control is None else {"control": control})))
    for query in values["test_keys"]["queries"]:
        query["engine"] = "system"
    for request in values["test_keys"]["requests"]:
        del request["address"]
    return values


def test_a_page_of_v04_needs_no_address() -> None:
    """The request stands by itself; an AAAA question without answer is no failure."""
    values = _of_v04(ask(SITE, kind="A"), ask(kind="AAAA"), tcp(), tls(), get())

    assert keys(values) == {**OK, "dns_consistency": "consistent"}


def test_a_request_that_never_left_is_the_connects_failure() -> None:
    """v0.4 repeats the failure of the connect as one of HTTP."""
    values = _of_v04(
        ask(SITE), tcp(failure="connection_refused"), get(failure="connection_refused")
    )

    assert keys(values)["blocking"] == "tcp_ip"
    assert keys(values)["x_blocking_flags"] == 2


def test_a_name_that_is_gone_everywhere_is_down() -> None:
    """v0.4 called that accessible; the keys here are those of v0.5."""
    values = _of_v04(
        ask(failure="dns_nxdomain_error"), get(failure="dns_nxdomain_error"), control=NO_SUCH_NAME
    )

    assert (keys(values)["blocking"], keys(values)["accessible"]) == (False, False)
    assert keys(values)["http_experiment_failure"] == "dns_nxdomain_error"


def test_the_depth_is_the_place_in_the_chain() -> None:
    """Requests are newest first: the last of the list was the first to be sent."""
    values = _of_v04(
        ask(SITE),
        tcp(port=80),
        get(HTTP, code=301, headers={"Location": "https://other.example/"}),
        get("https://other.example/", failure="connection_reset"),
        url=HTTP,
    )

    assert keys(values)["blocking"] == "http-failure"
    assert keys(values)["http_experiment_failure"] == "connection_reset"


def test_a_lookup_after_a_redirect_is_not_of_the_first_round() -> None:
    """A name that fails after a redirect is unexplained, and leaves the first names consistent."""
    values = _of_v04(
        ask(SITE),
        ask(failure="dns_nxdomain_error", host="other.example"),
        tcp(port=80),
        get(HTTP, code=301, headers={"Location": "https://other.example/"}),
        get("https://other.example/", failure="dns_nxdomain_error"),
        url=HTTP,
    )

    assert keys(values)["blocking"] == "dns"
    assert keys(values)["dns_consistency"] == "consistent"
    assert keys(values)["dns_experiment_failure"] is None
    assert keys(values)["x_blocking_flags"] == 1
