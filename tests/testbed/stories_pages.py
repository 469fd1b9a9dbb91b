# SPDX-License-Identifier: Apache-2.0
"""Stories about pages: block pages and their redirects, broken answers, and none."""

from app.domain.vocabulary import Layer, Mechanism
from tests.testbed import http
from tests.testbed.net import Testbed
from tests.testbed.scenario import (
    CLEARTEXT,
    HOST,
    WHOLE_PAGE,
    Scenario,
    blocked,
    genuine,
    in_cleartext,
    mark,
    says,
    says_to_country,
    seen,
    seen_cleartext,
    unsaid,
)

_HTTP = Layer.HTTP
_COURT = "restricted by decision of a court"


def _redirect_to_block_page(net: Testbed) -> None:
    net.name("blocked.example", net.block_page_address)
    net.block_http(HOST, http.redirect("http://blocked.example/?law=1"))


PAGES = (
    Scenario(
        name="reachable",
        story="Nobody interferes, and the site answers.",
        arrange=lambda net: net.restore(HOST),
        sees=WHOLE_PAGE,
        expects=genuine(),
        alone=genuine(),
    ),
    Scenario(
        name="reachable_cleartext",
        story="Nobody interferes, and the site answers without encryption.",
        arrange=lambda net: net.restore(HOST),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=genuine(rule="http_same_page"),
        alone=unsaid("no_control_page"),
    ),
    Scenario(
        name="upgraded",
        story="The site sends cleartext readers on to its encrypted self.",
        arrange=says(http.upgrading(HOST)),
        url=CLEARTEXT,
        sees=WHOLE_PAGE,
        expects=genuine(),
        alone=genuine(),
    ),
    Scenario(
        name="http_block_page",
        story="Asked without encryption, the censor's machine shows its own page.",
        arrange=in_cleartext(http.block_page()),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=blocked("http_content_difference", _HTTP, Mechanism.CONTENT_DIFFERENCE, False),
        alone=unsaid("no_control_page"),
    ),
    Scenario(
        name="http_known_block_page",
        story="The same, and this very page is on record as the country's.",
        arrange=in_cleartext(http.block_page()),
        url=CLEARTEXT,
        marks=lambda _: [mark(_COURT)],
        sees=seen_cleartext(),
        expects=blocked("http_blockpage_fingerprint", _HTTP, Mechanism.BLOCKPAGE, False),
        alone=blocked("http_blockpage_fingerprint", _HTTP, Mechanism.BLOCKPAGE, None),
    ),
    Scenario(
        name="http_foreign_block_page",
        story="The same, and the page is on record as another country's.",
        arrange=in_cleartext(http.block_page()),
        url=CLEARTEXT,
        marks=lambda _: [mark(_COURT, expected_countries=frozenset({"RU"}))],
        sees=seen_cleartext(),
        expects=blocked("http_foreign_blockpage_fingerprint", _HTTP, Mechanism.BLOCKPAGE, False),
        alone=unsaid("no_control_page"),
    ),
    Scenario(
        name="http_false_alarm",
        story="The same, and the page is on record as one that is mistaken for a block page.",
        arrange=in_cleartext(http.block_page()),
        url=CLEARTEXT,
        marks=lambda _: [mark(_COURT, scope="fp", expected_countries=frozenset())],
        sees=seen_cleartext(),
        expects=unsaid("http_known_false_alarm", ooni=(False, True)),
        alone=unsaid("http_known_false_alarm"),
    ),
    Scenario(
        name="http_redirect_to_block_page",
        story="Asked without encryption, the censor's machine sends the reader to its own site.",
        arrange=_redirect_to_block_page,
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=blocked("http_led_elsewhere", _HTTP, Mechanism.CONTENT_DIFFERENCE, False),
        alone=unsaid("no_control_page"),
    ),
    Scenario(
        name="http_redirect_to_known_block_page",
        story="The same, and where the reader is sent is on record.",
        arrange=_redirect_to_block_page,
        url=CLEARTEXT,
        marks=lambda _: [
            mark("http://blocked.example/", location="header.location", pattern_type="prefix")
        ],
        sees=seen_cleartext(),
        expects=blocked("http_redirect_fingerprint", _HTTP, Mechanism.REDIRECT_BLOCKPAGE, False),
        alone=blocked("http_redirect_fingerprint", _HTTP, Mechanism.REDIRECT_BLOCKPAGE, None),
    ),
    Scenario(
        name="http_redirect_into_private_network",
        story="Asked without encryption, the censor's machine sends the reader into a private "
        "network, where only its own readers could see a page.",
        arrange=in_cleartext(http.redirect("http://10.10.34.36/")),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=blocked("http_led_nowhere", _HTTP, Mechanism.REDIRECT_BLOCKPAGE, None),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_FAILURE),
    ),
    Scenario(
        name="http_circles",
        story="Asked without encryption, the censor's machine sends the reader round in circles.",
        arrange=in_cleartext(http.redirect("/")),
        url=CLEARTEXT,
        sees=seen_cleartext("unknown_failure: stopped after too many redirects"),
        expects=blocked("http_redirect_loop", _HTTP, Mechanism.HTTP_FAILURE, "http-failure"),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_FAILURE),
    ),
    Scenario(
        name="site_circles",
        story="The site itself sends readers of this country round in circles.",
        arrange=says_to_country(http.redirect("/")),
        sees=seen(None, None, None, "unknown_failure: stopped after too many redirects"),
        expects=unsaid(
            "https_redirect_loop", _HTTP, Mechanism.HTTP_FAILURE, ooni=("http-failure", False)
        ),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_FAILURE),
    ),
    Scenario(
        name="http_reset",
        story="The connection is torn down when the page is asked for.",
        arrange=in_cleartext(http.torn()),
        url=CLEARTEXT,
        sees=seen_cleartext("connection_reset"),
        expects=blocked("http_reset", _HTTP, Mechanism.HTTP_RESET, "http-failure"),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_RESET),
    ),
    Scenario(
        name="http_silent",
        story="No answer comes when the page is asked for.",
        arrange=in_cleartext(http.silence()),
        url=CLEARTEXT,
        sees=seen_cleartext("generic_timeout_error"),
        expects=blocked("http_timeout", _HTTP, Mechanism.HTTP_TIMEOUT, "http-failure"),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_TIMEOUT),
    ),
    Scenario(
        name="http_garbage",
        story="What comes when the page is asked for is no web page's beginning.",
        arrange=in_cleartext(http.raw(b"\x00\x01 not a web server \r\n\r\n")),
        url=CLEARTEXT,
        sees=seen_cleartext("http_request_failed"),
        expects=blocked("http_failure", _HTTP, Mechanism.HTTP_FAILURE, "http-failure"),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_FAILURE),
    ),
    Scenario(
        name="http_502_on_the_way",
        story="Asked without encryption, something on the way answers with a server error.",
        arrange=in_cleartext(http.saying("502 Bad Gateway", "<title>502</title>")),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=unsaid(
            "http_server_error_here_only", _HTTP, Mechanism.HTTP_FAILURE, ooni=("http-diff", False)
        ),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_FAILURE),
    ),
    Scenario(
        name="network_login",
        story="The vantage's network wants its user to log in first.",
        arrange=in_cleartext(http.saying("511 Network Authentication Required", "Room number?")),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=unsaid("network_login_page", ooni=("http-diff", False)),
        alone=unsaid("network_login_page"),
    ),
)
