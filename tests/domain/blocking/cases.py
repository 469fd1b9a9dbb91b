# SPDX-License-Identifier: Apache-2.0
"""One named situation for every rule, and more where a rule has several ways to hold.

`test_rules.py` holds that every rule of the table is reached; `test_verdict.py` what each says.
"""

from dataclasses import replace

from tests.domain.blocking import scenes, see
from tests.domain.blocking.cases_blocked import BLOCKED_CASES
from tests.domain.blocking.scenes import Case

CASES = (
    Case(
        "the prober lost datagrams",
        "prober_fault",
        replace(see.https_ok(), prober_fault="udp_receive_buffer_overflow"),
    ),
    Case(
        "stopped after connecting",
        "nothing_measured",
        see.measured(see.lookup(see.SITE), see.connect()),
    ),
    Case(
        "the line is down",
        "local_network_fault",
        see.dns_fails("network_unreachable"),
        scenes.REACHES,
    ),
    Case(
        "only IPv6 is offered and there is none",
        "local_network_fault",
        see.tcp_fails("network_unreachable", "2606:2800:220:1::1"),
        scenes.REACHES,
    ),
    Case(
        "a hotel's login page", "network_login_page", see.http_ok(status=511), scenes.REACHES_HTTP
    ),
    Case(
        "the vantage's clock is wrong",
        "tls_sites_own_certificate",
        see.tls_fails("ssl_invalid_certificate", chain_sha256=(see.GENUINE_LEAF,)),
        scenes.REACHES,
    ),
    Case("a challenge over TLS", "https_refused", see.https_ok(**scenes.CHALLENGE), scenes.REACHES),
    Case(
        "502 over TLS for everybody",
        "https_server_error_everywhere",
        see.https_ok(status=502),
        [see.control(see.https_ok(status=502))],
    ),
    Case("500 over TLS here", "https_server_error", see.https_ok(status=500), scenes.REACHES),
    Case(
        "a bogon from the ISP, the page by another resolver",
        "https_genuine_despite_interference",
        scenes.BAD_DNS_GOOD_PAGE,
        scenes.REACHES,
    ),
    Case("the page over TLS", "https_genuine", see.https_ok(), scenes.REACHES),
    Case(
        "the page over TLS from another edge",
        "https_genuine",
        see.https_ok(see.OTHER_EDGE),
        scenes.REACHES,
    ),
    Case(
        "the page over TLS, held back",
        "https_genuine_but_throttled",
        see.slowly(see.https_ok()),
        scenes.QUICK,
    ),
    Case(
        "a known bogon",
        "dns_bogon_fingerprint",
        see.dns_says("10.10.34.36"),
        marks=[see.mark("10.10.34.36", location="dns", pattern_type="full")],
    ),
    Case(
        "a known block page's address",
        "dns_blockpage_fingerprint",
        scenes.FORGED_CERTIFICATE,
        marks=[scenes.DNS_MARK],
    ),
    Case(
        "sent on to a known page",
        "http_redirect_fingerprint",
        scenes.SENT_TO_WARNING,
        marks=[scenes.LOCATION_MARK],
    ),
    Case(
        "a known page away from the site",
        "http_redirect_fingerprint",
        scenes.SENT_TO_WARNING,
        marks=[see.mark("denied by order", location="body"), see.mark("elsewhere", name="x")],
        controls=scenes.REACHES_HTTP,
    ),
    Case(
        "a known page",
        "http_blockpage_fingerprint",
        scenes.HTTP_BLOCKPAGE,
        marks=[scenes.BODY_MARK],
    ),
    Case(
        "sent on to another country's page",
        "http_foreign_redirect_fingerprint",
        scenes.SENT_TO_WARNING,
        marks=[scenes.LOCATION_MARK],
        country="TR",
        controls=scenes.REACHES_HTTP,
    ),
    Case(
        "another country's page",
        "http_foreign_blockpage_fingerprint",
        scenes.HTTP_BLOCKPAGE,
        marks=[scenes.BODY_MARK],
        country="TR",
        controls=scenes.REACHES_HTTP,
    ),
    Case(
        "a known false alarm",
        "http_known_false_alarm",
        scenes.HTTP_BLOCKPAGE,
        marks=[see.mark("denied by order", scope="fp", expected_countries=frozenset())],
        controls=scenes.REACHES_HTTP,
    ),
    Case(
        "403 over cleartext for the control too",
        "refused_to_control_too",
        scenes.HTTP_REFUSAL,
        [see.control(scenes.HTTP_REFUSAL)],
    ),
    Case(
        "a challenge over cleartext, no control",
        "http_challenge_without_control",
        see.http_ok(**scenes.CHALLENGE),
    ),
    Case(
        "403 over cleartext only here",
        "http_refused_here_only",
        scenes.HTTP_REFUSAL,
        scenes.REACHES_HTTP,
    ),
    Case(
        "the owner published a private address",
        "dns_same_bogon_at_control",
        see.dns_says("10.1.1.1"),
        [see.control(see.dns_says("10.1.1.1"))],
    ),
    Case(
        "a private address for some controls too",
        "dns_same_bogon_at_some_controls",
        see.dns_says("10.1.1.1"),
        [see.control(see.dns_says("10.1.1.1")), see.control()],
    ),
    Case("nobody connects", "fails_everywhere", see.tcp_fails(), scenes.TWO_FAIL),
    Case("a clash of names", "dns_name_collision", see.dns_says("127.0.53.53"), scenes.REACHES),
    Case(
        "the same page, the ISP's answer denied",
        "http_same_page_despite_interference",
        scenes.BAD_DNS_GOOD_HTTP_PAGE,
        scenes.REACHES_HTTP,
    ),
    Case(
        "the same page over cleartext, held back",
        "http_same_page_but_throttled",
        see.slowly(see.http_ok()),
        scenes.QUICK_HTTP,
    ),
    Case("the same page over cleartext", "http_same_page", see.http_ok(), scenes.REACHES_HTTP),
    Case("fails, no control", "no_control_failed", see.tls_fails()),
    Case("a cleartext page, no control", "no_control_page", see.http_ok()),
    Case(
        "fails, the control is turned away",
        "control_refused",
        see.tls_fails(),
        [see.control(see.https_ok(status=403))],
    ),
    Case(
        "fails, the control is unhealthy",
        "control_unhealthy",
        see.tls_fails(),
        [see.control(vantage_healthy=False)],
    ),
    Case(
        "fails, the control is stale", "control_stale", see.tls_fails(), [see.control(fresh=False)]
    ),
    Case(
        "fails, the control came to no end",
        "not_enough_evidence",
        see.tls_fails(),
        [see.control(see.measured(see.lookup(see.SITE)))],
    ),
    *BLOCKED_CASES,
)
