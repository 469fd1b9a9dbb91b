# SPDX-License-Identifier: Apache-2.0
"""Stories about connections: packets that vanish, names that break handshakes, strangers' papers."""

from app.domain.vocabulary import Layer, Mechanism
from tests.testbed import http
from tests.testbed.middlebox import SniAction
from tests.testbed.net import Testbed
from tests.testbed.scenario import (
    CLEARTEXT,
    HOST,
    WHOLE_PAGE,
    Arrange,
    Scenario,
    at_the_name,
    blocked,
    down,
    genuine,
    seen,
    unsaid,
)

_TCP, _TLS, _HTTP = Layer.TCP, Layer.TLS, Layer.HTTP


def _upgrade_and_reset(net: Testbed) -> None:
    net.change_page(HOST, http.upgrading(HOST))
    net.block_sni(HOST, SniAction.RESET)


def _hold_back(action: SniAction) -> Arrange:
    def arrange(net: Testbed) -> None:
        net.change_page(HOST, http.photo(HOST))
        net.block_sni(HOST, action)

    return arrange


def _slow_for_all(net: Testbed) -> None:
    answer = http.response(f"<title>{HOST}</title>" + "x" * 34_000)
    net.change_page(HOST, http.slowly(answer, bytes_per_second=28 * 1024))


CONNECTIONS = (
    Scenario(
        name="address_dropped",
        story="Packets to the site's address vanish.",
        arrange=lambda net: net.block_address(HOST, silently=True),
        sees=seen(None, "generic_timeout_error"),
        expects=blocked("tcp_timeout", _TCP, Mechanism.TIMEOUT, "tcp_ip"),
        alone=unsaid("no_control_failed", _TCP, Mechanism.TIMEOUT),
    ),
    Scenario(
        name="address_refused",
        story="Connections to the site's address are refused on the way.",
        arrange=lambda net: net.block_address(HOST, silently=False),
        sees=seen(None, "connection_refused"),
        expects=blocked("tcp_refused", _TCP, Mechanism.REFUSED, "tcp_ip"),
        alone=unsaid("no_control_failed", _TCP, Mechanism.REFUSED),
    ),
    Scenario(
        name="address_torn",
        story="Connections to the site's address are torn down as they open.",
        arrange=lambda net: net.tear_address(HOST),
        sees=seen(None, "connection_reset"),
        expects=blocked("tcp_reset", _TCP, Mechanism.RESET, "tcp_ip"),
        alone=unsaid("no_control_failed", _TCP, Mechanism.RESET),
    ),
    Scenario(
        name="address_unreachable",
        story="The country's gateway says that there is no way to the site's address.",
        arrange=lambda net: net.hide_address(HOST),
        gateway=True,
        sees=seen(None, "host_unreachable"),
        expects=blocked("tcp_unreachable", _TCP, Mechanism.UNREACHABLE, "tcp_ip"),
        alone=unsaid("no_control_failed", _TCP, Mechanism.UNREACHABLE),
    ),
    Scenario(
        name="down",
        story="The site's server is off, for readers everywhere.",
        arrange=lambda net: net.take_down(HOST),
        sees=seen(None, "connection_refused"),
        for_everybody=True,
        expects=down("fails_everywhere", _TCP, Mechanism.REFUSED),
        alone=unsaid("no_control_failed", _TCP, Mechanism.REFUSED),
    ),
    Scenario(
        name="sni_reset",
        story="The connection is torn down when the site's name is sent.",
        arrange=at_the_name(SniAction.RESET),
        sees=seen(None, None, "connection_reset"),
        expects=blocked("tls_reset_after_hello", _TLS, Mechanism.SNI_RESET, "http-failure"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.RESET),
    ),
    Scenario(
        name="sni_reset_after_upgrade",
        story="The site sends cleartext readers on to its encrypted self; there the connection is "
        "torn down when its name is sent.",
        arrange=_upgrade_and_reset,
        url=CLEARTEXT,
        sees={"dns": None, "tcp": None, "tls": "connection_reset", "http": None},
        expects=blocked("tls_reset_after_hello", _TLS, Mechanism.SNI_RESET, "http-failure"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.RESET),
    ),
    Scenario(
        name="sni_dropped",
        story="The connection falls silent when the site's name is sent.",
        arrange=at_the_name(SniAction.DROP),
        sees=seen(None, None, "generic_timeout_error"),
        expects=blocked("tls_timeout_after_hello", _TLS, Mechanism.SNI_TIMEOUT, "http-failure"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TIMEOUT),
    ),
    Scenario(
        name="sni_closed",
        story="The connection is closed politely when the site's name is sent.",
        arrange=at_the_name(SniAction.CLOSE),
        sees=seen(None, None, "eof_error"),
        expects=blocked("tls_reset_after_hello", _TLS, Mechanism.SNI_RESET, "http-failure"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.RESET),
    ),
    Scenario(
        name="tls_alert",
        story="A forged alert breaks the handshake off.",
        arrange=at_the_name(SniAction.ALERT),
        sees=seen(None, None, "ssl_failed_handshake"),
        expects=blocked("tls_failure", _TLS, Mechanism.TLS_FAILURE, "http-failure"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TLS_FAILURE),
    ),
    Scenario(
        name="tls_intercepted",
        story="Somebody answers in the site's name with a certificate of the national authority.",
        arrange=at_the_name(SniAction.INTERCEPT),
        sees=seen(None, None, "ssl_unknown_authority"),
        expects=blocked("tls_certificate_mitm", _TLS, Mechanism.CERTIFICATE_MITM, "http-failure"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TLS_FAILURE),
    ),
    Scenario(
        name="certificate_wrong_name",
        story="The site shows a certificate for another name, to everybody.",
        arrange=lambda net: net.change_certificate(HOST, net.authorities.wrong_name(HOST)),
        sees=seen(None, None, "ssl_invalid_hostname"),
        for_everybody=True,
        expects=down("fails_everywhere", _TLS, Mechanism.TLS_FAILURE),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TLS_FAILURE),
    ),
    Scenario(
        name="certificate_expired",
        story="The site forgot to renew its certificate.",
        arrange=lambda net: net.change_certificate(HOST, net.authorities.expired(HOST)),
        sees=seen(None, None, "ssl_invalid_certificate"),
        for_everybody=True,
        expects=down("fails_everywhere", _TLS, Mechanism.TLS_FAILURE),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TLS_FAILURE),
    ),
    Scenario(
        name="certificate_self_signed",
        story="The site shows a certificate that nobody vouches for.",
        arrange=lambda net: net.change_certificate(HOST, net.authorities.self_signed(HOST)),
        sees=seen(None, None, "ssl_unknown_authority"),
        for_everybody=True,
        expects=down("fails_everywhere", _TLS, Mechanism.TLS_FAILURE),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TLS_FAILURE),
    ),
    Scenario(
        name="throttled",
        story="Once the site's name was sent, the page is held back to a fraction of what the "
        "control gets. It comes whole.",
        arrange=_hold_back(SniAction.THROTTLE),
        sees=WHOLE_PAGE,
        expects=genuine(_HTTP, Mechanism.THROTTLED, rule="https_genuine_but_throttled"),
        alone=genuine(),
    ),
    Scenario(
        name="trickling",
        story="The page is held back so far that its end never comes in time.",
        arrange=_hold_back(SniAction.TRICKLE),
        sees=seen(None, None, None, "generic_timeout_error"),
        expects=blocked("http_throttled", _HTTP, Mechanism.THROTTLED, "http-failure"),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_TIMEOUT),
    ),
    Scenario(
        name="slow_for_everybody",
        story="The site's own server is slow, for whoever asks.",
        arrange=_slow_for_all,
        sees=WHOLE_PAGE,
        expects=genuine(),
        alone=genuine(),
    ),
)
