# SPDX-License-Identifier: Apache-2.0
"""Every situation a prober can meet, as a story with a name, and what a prober must see in it.

`arrange` changes the world; afterwards the field measures `url`. `sees` names, per layer, the
failure of the last attempt in that layer (None: it worked), for the field; the control always
reaches the site, unless `for_everybody` says that the site itself is what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.testbed import dns, http
from tests.testbed.middlebox import SniAction
from tests.testbed.net import Testbed

HOST = "news.example"
SECURE = f"https://{HOST}/"
CLEARTEXT = f"http://{HOST}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One situation."""

    name: str
    story: str
    arrange: Callable[[Testbed], None]
    url: str = SECURE
    sees: dict[str, str | None] = field(default_factory=dict)
    for_everybody: bool = False


def _dns(rule: dns.Rule) -> Callable[[Testbed], None]:
    return lambda net: net.block_dns(HOST, rule)


def _sni(action: SniAction) -> Callable[[Testbed], None]:
    return lambda net: net.block_sni(HOST, action)


def _page(page: http.Page) -> Callable[[Testbed], None]:
    return lambda net: net.change_page(HOST, page)


def _redirect_to_block_page(net: Testbed) -> None:
    net.name("blocked.example", net.block_page_address)
    net.block_http(HOST, http.redirect("http://blocked.example/?law=1"))


SCENARIOS = (
    Scenario(
        name="reachable",
        story="Nobody interferes, and the site answers.",
        arrange=lambda net: net.restore(HOST),
        sees={"dns": None, "tcp": None, "tls": None, "http": None},
    ),
    Scenario(
        name="dns_nxdomain",
        story="The network's resolver says that the site does not exist.",
        arrange=_dns(dns.nxdomain),
        sees={"dns": "dns_nxdomain_error"},
    ),
    Scenario(
        name="dns_servfail",
        story="The network's resolver says that it could not find out.",
        arrange=_dns(dns.servfail),
        sees={"dns": "dns_servfail_error"},
    ),
    Scenario(
        name="dns_refused",
        story="The network's resolver refuses to look this name up.",
        arrange=_dns(dns.refused),
        sees={"dns": "dns_refused_error"},
    ),
    Scenario(
        name="dns_empty",
        story="The network's resolver knows the name and hides its addresses.",
        arrange=_dns(dns.empty),
        sees={"dns": "dns_no_answer"},
    ),
    Scenario(
        name="dns_silent",
        story="The network's resolver answers everything but this name.",
        arrange=_dns(dns.silent),
        sees={"dns": "generic_timeout_error"},
    ),
    Scenario(
        name="dns_bogon",
        story="The network's resolver sends the reader into a private network.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.sink_address)),
        sees={"dns": None},
    ),
    Scenario(
        name="dns_forged_dead",
        story="The network's resolver gives an address where nothing listens.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.dead_address)),
        sees={"dns": None, "tcp": "connection_refused"},
    ),
    Scenario(
        name="dns_forged_block_page",
        story="The network's resolver gives the censor's own server for the site's name.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.block_page_address)),
        sees={"dns": None, "tcp": None, "tls": "ssl_unknown_authority"},
    ),
    Scenario(
        name="dns_forged_block_page_cleartext",
        story="The same without encryption: the reader sees the block page as if it were the site.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.block_page_address)),
        url=CLEARTEXT,
        sees={"dns": None, "tcp": None, "http": None},
    ),
    Scenario(
        name="dns_injected",
        story="Somebody on the way answers before the resolver does; both answers arrive.",
        arrange=lambda net: net.block_dns(HOST, dns.inject(net.dead_address)),
        sees={"dns": None, "tcp": "connection_refused"},
    ),
    Scenario(
        name="address_dropped",
        story="Packets to the site's address vanish.",
        arrange=lambda net: net.block_address(HOST, silently=True),
        sees={"dns": None, "tcp": "generic_timeout_error"},
    ),
    Scenario(
        name="address_refused",
        story="Connections to the site's address are refused on the way.",
        arrange=lambda net: net.block_address(HOST, silently=False),
        sees={"dns": None, "tcp": "connection_refused"},
    ),
    Scenario(
        name="sni_reset",
        story="The connection is torn down when the site's name is sent.",
        arrange=_sni(SniAction.RESET),
        sees={"dns": None, "tcp": None, "tls": "connection_reset"},
    ),
    Scenario(
        name="sni_dropped",
        story="The connection falls silent when the site's name is sent.",
        arrange=_sni(SniAction.DROP),
        sees={"dns": None, "tcp": None, "tls": "generic_timeout_error"},
    ),
    Scenario(
        name="sni_closed",
        story="The connection is closed politely when the site's name is sent.",
        arrange=_sni(SniAction.CLOSE),
        sees={"dns": None, "tcp": None, "tls": "eof_error"},
    ),
    Scenario(
        name="tls_alert",
        story="A forged alert breaks the handshake off.",
        arrange=_sni(SniAction.ALERT),
        sees={"dns": None, "tcp": None, "tls": "ssl_failed_handshake"},
    ),
    Scenario(
        name="tls_intercepted",
        story="Somebody answers in the site's name with a certificate of the national authority.",
        arrange=_sni(SniAction.INTERCEPT),
        sees={"dns": None, "tcp": None, "tls": "ssl_unknown_authority"},
    ),
    Scenario(
        name="throttled",
        story="The page comes, drop by drop.",
        arrange=_sni(SniAction.THROTTLE),
        sees={"dns": None, "tcp": None, "tls": None, "http": None},
    ),
    Scenario(
        name="http_block_page",
        story="Asked without encryption, the censor's machine shows its own page.",
        arrange=lambda net: net.block_http(HOST),
        url=CLEARTEXT,
        sees={"dns": None, "tcp": None, "http": None},
    ),
    Scenario(
        name="http_redirect_to_block_page",
        story="Asked without encryption, the censor's machine sends the reader to its own site.",
        arrange=_redirect_to_block_page,
        url=CLEARTEXT,
        sees={"dns": None, "tcp": None, "http": None},
    ),
    Scenario(
        name="http_reset",
        story="The connection is torn down when the page is asked for.",
        arrange=lambda net: net.block_http(HOST, http.torn()),
        url=CLEARTEXT,
        sees={"dns": None, "tcp": None, "http": "connection_reset"},
    ),
    Scenario(
        name="http_silent",
        story="No answer comes when the page is asked for.",
        arrange=lambda net: net.block_http(HOST, http.silence()),
        url=CLEARTEXT,
        sees={"dns": None, "tcp": None, "http": "generic_timeout_error"},
    ),
    Scenario(
        name="down",
        story="The site's server is off, for readers everywhere.",
        arrange=lambda net: net.take_down(HOST),
        sees={"dns": None, "tcp": "connection_refused"},
        for_everybody=True,
    ),
    Scenario(
        name="certificate_wrong_name",
        story="The site shows a certificate for another name, to everybody.",
        arrange=lambda net: net.change_certificate(HOST, net.authorities.wrong_name(HOST)),
        sees={"dns": None, "tcp": None, "tls": "ssl_invalid_hostname"},
        for_everybody=True,
    ),
    Scenario(
        name="certificate_expired",
        story="The site forgot to renew its certificate.",
        arrange=lambda net: net.change_certificate(HOST, net.authorities.expired(HOST)),
        sees={"dns": None, "tcp": None, "tls": "ssl_invalid_certificate"},
        for_everybody=True,
    ),
    Scenario(
        name="certificate_self_signed",
        story="The site shows a certificate that nobody vouches for.",
        arrange=lambda net: net.change_certificate(HOST, net.authorities.self_signed(HOST)),
        sees={"dns": None, "tcp": None, "tls": "ssl_unknown_authority"},
        for_everybody=True,
    ),
    Scenario(
        name="legal_451",
        story="The site itself says that a legal demand stops it from answering.",
        arrange=_page(http.legal_451()),
        sees={"dns": None, "tcp": None, "tls": None, "http": None},
        for_everybody=True,
    ),
    Scenario(
        name="challenge_403",
        story="The site's content network asks the visitor to prove being human.",
        arrange=_page(http.challenge_403()),
        sees={"dns": None, "tcp": None, "tls": None, "http": None},
        for_everybody=True,
    ),
    Scenario(
        name="page_truncated",
        story="The site promises more than it sends.",
        arrange=_page(http.truncated()),
        sees={"dns": None, "tcp": None, "tls": None, "http": "eof_error"},
        for_everybody=True,
    ),
)
