# SPDX-License-Identifier: Apache-2.0
"""Situations in which something fails, or differs, here alone: one or more for each such rule."""

from tests.domain.blocking import scenes, see
from tests.domain.blocking.scenes import Case

BLOCKED_CASES = (
    Case("the name is denied", "dns_nxdomain", see.dns_fails(), scenes.REACHES),
    Case(
        "the name leads to this machine",
        "dns_sinkhole_answer",
        see.dns_says("127.0.0.1"),
        scenes.REACHES,
    ),
    Case(
        "the name leads to a private address",
        "dns_bogon_answer",
        see.dns_says("10.10.34.35"),
        scenes.REACHES,
    ),
    Case(
        "a private address in NAT64 dress",
        "dns_bogon_answer",
        see.dns_says("64:ff9b::a00:1"),
        scenes.REACHES,
    ),
    Case(
        "the resolver refuses",
        "dns_lookup_failure",
        see.dns_fails("dns_refused_error"),
        scenes.REACHES,
    ),
    Case(
        "the resolver knows no address",
        "dns_lookup_failure",
        see.dns_fails("dns_no_answer"),
        scenes.REACHES,
    ),
    Case(
        "a forged answer: the site's own address works",
        "dns_forged_certificate",
        see.also_tried(scenes.FORGED_CERTIFICATE, *scenes.SITE_WORKS_HERE),
        scenes.REACHES,
    ),
    Case(
        "a forged answer: wrong for the control too",
        "dns_forged_certificate",
        scenes.FORGED_CERTIFICATE,
        [scenes.DISOWNS_BLOCKPAGE],
    ),
    Case(
        "a reset only at the resolver's address",
        "dns_forged_dead_address",
        see.also_tried(scenes.RESET_AT_FOREIGN, *scenes.SITE_WORKS_HERE),
        scenes.REACHES,
    ),
    Case(
        "an address dead for everybody",
        "dns_forged_dead_address",
        see.tcp_fails(address=see.BLOCKPAGE),
        [
            see.control(
                see.also_tried(see.https_ok(), see.connect(see.BLOCKPAGE, "generic_timeout_error"))
            )
        ],
    ),
    Case(
        "another page at a forged address",
        "dns_forged_page",
        scenes.FORGED_HTTP_PAGE,
        [scenes.DISOWNS_BLOCKPAGE],
    ),
    Case("refused", "tcp_refused", see.tcp_fails("connection_refused"), scenes.REACHES),
    Case("silent", "tcp_timeout", see.tcp_fails(), scenes.REACHES),
    Case("torn down while opening", "tcp_reset", see.tcp_fails("connection_reset"), scenes.REACHES),
    Case("no route", "tcp_unreachable", see.tcp_fails("host_unreachable"), scenes.REACHES),
    Case("a stranger's certificate", "tls_certificate_mitm", scenes.MITM, scenes.REACHES),
    Case("reset after the hello", "tls_reset_after_hello", see.tls_fails(), scenes.REACHES),
    Case(
        "closed after the hello",
        "tls_reset_after_hello",
        see.tls_fails("eof_error"),
        scenes.REACHES,
    ),
    Case(
        "silent after the hello",
        "tls_timeout_after_hello",
        see.tls_fails("generic_timeout_error"),
        scenes.REACHES,
    ),
    Case(
        "reset, the control's handshake unseen", "tls_reset", see.tls_fails(), [scenes.NO_TLS_SEEN]
    ),
    Case(
        "silent, the control's handshake unseen",
        "tls_timeout",
        see.tls_fails("generic_timeout_error"),
        [scenes.NO_TLS_SEEN],
    ),
    Case(
        "a broken handshake", "tls_failure", see.tls_fails("ssl_failed_handshake"), scenes.REACHES
    ),
    Case(
        "sent on to a private address",
        "http_led_nowhere",
        scenes.SENT_TO_PRIVATE,
        scenes.REACHES_HTTP,
    ),
    Case(
        "the site sends on to a private address",
        "https_redirect_to_nowhere",
        scenes.SITE_SENDS_TO_PRIVATE,
        scenes.REACHES,
    ),
    Case(
        "sent round in circles by the site",
        "https_redirect_loop",
        see.paced(see.https_ok(status=302, location="/"), failure=scenes.TOO_MANY_REDIRECTS),
        scenes.REACHES,
    ),
    Case(
        "sent round in circles in cleartext",
        "http_redirect_loop",
        see.paced(see.http_ok(status=302, location="/"), failure=scenes.TOO_MANY_REDIRECTS),
        scenes.REACHES_HTTP,
    ),
    Case(
        "a page that trickles and never ends",
        "http_throttled",
        see.trickling(see.https_ok()),
        scenes.QUICK,
    ),
    Case(
        "a page too long for the line",
        "http_unfinished",
        see.trickling(see.https_ok(), wire_length=1_500_000),
        scenes.QUICK,
    ),
    Case("reset after the request", "http_reset", see.http_fails(), scenes.REACHES_HTTP),
    Case(
        "silent after the request",
        "http_timeout",
        see.http_fails("generic_timeout_error", see.HTTPS),
        scenes.REACHES,
    ),
    Case(
        "502 over cleartext only here",
        "http_server_error_here_only",
        see.http_ok(status=502),
        scenes.REACHES_HTTP,
    ),
    Case(
        "a broken answer",
        "http_failure",
        see.http_fails("http_request_failed"),
        scenes.REACHES_HTTP,
    ),
    Case("sent on elsewhere", "http_led_elsewhere", scenes.SENT_TO_WARNING, scenes.REACHES_HTTP),
    Case("another page", "http_content_difference", scenes.HTTP_BLOCKPAGE, scenes.REACHES_HTTP),
)
