# SPDX-License-Identifier: Apache-2.0
"""Stories about names: resolvers that deny, hide, lie and are overtaken, and owners who err."""

from app.domain.vocabulary import Layer, Mechanism
from tests.testbed import dns
from tests.testbed.net import Testbed
from tests.testbed.scenario import (
    CLEARTEXT,
    HOST,
    WHOLE_PAGE,
    Expected,
    Scenario,
    blocked,
    down,
    genuine,
    lie,
    mark,
    seen,
    seen_cleartext,
    unsaid,
)

_DNS, _TCP, _TLS = Layer.DNS, Layer.TCP, Layer.TLS
# Web Connectivity counts only what the network's own resolver led to.
_DENIED_TO_OONI = ("dns", False)


def _denied(mechanism: Mechanism) -> Expected:
    """A lookup failed, and there is no control: Web Connectivity then counts the site as reached."""
    return unsaid("no_control_failed", _DNS, mechanism, ooni=(False, True))


def _bogus() -> Expected:
    return unsaid("no_control_failed", _DNS, Mechanism.BOGON)


def _edge(net: Testbed) -> None:
    net.block_dns(HOST, dns.forge(net.edge(HOST)))


def _private_for_all(net: Testbed) -> None:
    net.name(HOST, "10.1.1.1")


def _denied_for_all(net: Testbed) -> None:
    net.field_resolver.rules[HOST] = net.open_resolver.rules[HOST] = dns.nxdomain


NAMES = (
    Scenario(
        name="dns_nxdomain",
        story="The network's resolver says that the site does not exist.",
        arrange=lie(dns.nxdomain),
        sees=seen("dns_nxdomain_error"),
        expects=blocked("dns_nxdomain", _DNS, Mechanism.NXDOMAIN, "dns"),
        alone=_denied(Mechanism.NXDOMAIN),
    ),
    Scenario(
        name="dns_nxdomain_but_reached",
        story="The same, and the field asks an independent resolver as well: the page comes, but "
        "not to whoever asks the network's resolver.",
        arrange=lie(dns.nxdomain),
        independent=True,
        sees=WHOLE_PAGE,
        expects=genuine(_DNS, Mechanism.NXDOMAIN, ooni=_DENIED_TO_OONI),
        alone=genuine(_DNS, Mechanism.NXDOMAIN),
    ),
    Scenario(
        name="dns_servfail",
        story="The network's resolver says that it could not find out.",
        arrange=lie(dns.servfail),
        sees=seen("dns_servfail_error"),
        expects=blocked("dns_lookup_failure", _DNS, Mechanism.DNS_FAILURE, "dns"),
        alone=_denied(Mechanism.DNS_FAILURE),
    ),
    Scenario(
        name="dns_refused",
        story="The network's resolver refuses to look this name up.",
        arrange=lie(dns.refused),
        sees=seen("dns_refused_error"),
        expects=blocked("dns_lookup_failure", _DNS, Mechanism.DNS_FAILURE, "dns"),
        alone=_denied(Mechanism.DNS_FAILURE),
    ),
    Scenario(
        name="dns_empty",
        story="The network's resolver knows the name and hides its addresses.",
        arrange=lie(dns.empty),
        sees=seen("dns_no_answer"),
        expects=blocked("dns_lookup_failure", _DNS, Mechanism.DNS_FAILURE, "dns"),
        alone=_denied(Mechanism.DNS_FAILURE),
    ),
    Scenario(
        name="dns_silent",
        story="The network's resolver answers everything but this name.",
        arrange=lie(dns.silent),
        sees=seen("generic_timeout_error"),
        expects=blocked("dns_lookup_failure", _DNS, Mechanism.DNS_FAILURE, "dns"),
        alone=_denied(Mechanism.DNS_FAILURE),
    ),
    Scenario(
        name="dns_bogon",
        story="The network's resolver sends the reader to the reader's own machine.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.sink_address)),
        sees=seen(None),
        expects=blocked("dns_sinkhole_answer", _DNS, Mechanism.BOGON, "dns"),
        alone=_bogus(),
    ),
    Scenario(
        name="dns_private",
        story="The network's resolver sends the reader into a private network.",
        arrange=lie(dns.forge("10.10.34.36")),
        sees=seen(None),
        expects=blocked("dns_bogon_answer", _DNS, Mechanism.BOGON, None),
        alone=_bogus(),
    ),
    Scenario(
        name="dns_known_private",
        story="The same, and this very address is on record as the country's way to block.",
        arrange=lie(dns.forge("10.10.34.36")),
        marks=lambda _: [mark("10.10.34.36", location="dns", pattern_type="full")],
        sees=seen(None),
        expects=blocked("dns_bogon_fingerprint", _DNS, Mechanism.BOGON, None),
        alone=blocked("dns_bogon_fingerprint", _DNS, Mechanism.BOGON, None),
    ),
    Scenario(
        name="dns_collision",
        story="The resolver gives ICANN's answer for names that clash with private ones.",
        arrange=lie(dns.forge("127.0.53.53")),
        sees=seen(None),
        expects=unsaid("dns_name_collision", _DNS, Mechanism.BOGON, ooni=("dns", False)),
        alone=unsaid("dns_name_collision", _DNS, Mechanism.BOGON),
    ),
    Scenario(
        name="dns_own_bogon",
        story="The site's owner published a private address by mistake, for everybody.",
        arrange=_private_for_all,
        sees=seen(None),
        for_everybody=True,
        expects=down("dns_same_bogon_at_control", _DNS, Mechanism.BOGON, ooni=(None, None)),
        alone=_bogus(),
    ),
    Scenario(
        name="dns_expired",
        story="The site's name lapsed, and no resolver knows it any more.",
        arrange=_denied_for_all,
        sees=seen("dns_nxdomain_error"),
        for_everybody=True,
        expects=down("fails_everywhere", _DNS, Mechanism.NXDOMAIN),
        alone=_denied(Mechanism.NXDOMAIN),
    ),
    Scenario(
        name="dns_other_edge",
        story="The network's resolver gives another address of the site than the control's does, as "
        "large sites have it. Nothing else is wrong.",
        arrange=_edge,
        sees=WHOLE_PAGE,
        expects=genuine(),
        alone=genuine(),
    ),
    Scenario(
        name="dns_other_edge_cleartext",
        story="The same without encryption.",
        arrange=_edge,
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=genuine(rule="http_same_page"),
        alone=unsaid("no_control_page"),
    ),
    Scenario(
        name="dns_forged_dead",
        story="The network's resolver gives an address where nothing listens.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.dead_address)),
        sees=seen(None, "connection_refused"),
        expects=blocked("dns_forged_dead_address", _DNS, Mechanism.FORGED_ADDRESS, "dns"),
        alone=unsaid("no_control_failed", _TCP, Mechanism.REFUSED),
    ),
    Scenario(
        name="dns_forged_block_page",
        story="The network's resolver gives the censor's own server for the site's name.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.block_page_address)),
        sees=seen(None, None, "ssl_unknown_authority"),
        expects=blocked("dns_forged_certificate", _DNS, Mechanism.FORGED_ADDRESS, "dns"),
        alone=unsaid("no_control_failed", _TLS, Mechanism.TLS_FAILURE),
    ),
    Scenario(
        name="dns_forged_but_reached",
        story="The same, and the field asks an independent resolver as well: the page comes by its "
        "answer only.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.block_page_address)),
        independent=True,
        sees=WHOLE_PAGE,
        expects=genuine(_DNS, Mechanism.FORGED_ADDRESS, ooni=_DENIED_TO_OONI),
        alone=genuine(_DNS, Mechanism.FORGED_ADDRESS, ooni=(None, None)),
    ),
    Scenario(
        name="dns_known_block_page",
        story="The same, and the address of that server is on record.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.block_page_address)),
        marks=lambda net: [mark(net.block_page_address, location="dns", pattern_type="full")],
        sees=seen(None, None, "ssl_unknown_authority"),
        expects=blocked("dns_blockpage_fingerprint", _DNS, Mechanism.FORGED_ADDRESS, "dns"),
        alone=blocked("dns_blockpage_fingerprint", _DNS, Mechanism.FORGED_ADDRESS, None),
    ),
    Scenario(
        name="dns_forged_block_page_cleartext",
        story="The censor's own server, asked without encryption: the reader sees the block page as "
        "if it were the site.",
        arrange=lambda net: net.block_dns(HOST, dns.forge(net.block_page_address)),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=blocked("http_content_difference", Layer.HTTP, Mechanism.CONTENT_DIFFERENCE, False),
        alone=unsaid("no_control_page"),
    ),
    Scenario(
        name="dns_injected",
        story="Somebody on the way answers before the resolver does; both answers arrive.",
        arrange=lambda net: net.block_dns(HOST, dns.inject(net.dead_address)),
        sees=seen(None, "connection_refused"),
        expects=blocked("dns_forged_dead_address", _DNS, Mechanism.FORGED_ADDRESS, "dns"),
        alone=unsaid("no_control_failed", _TCP, Mechanism.REFUSED, interference=True),
    ),
    Scenario(
        name="dns_injected_but_reached",
        story="The same, and an independent resolver leads to the page all the same.",
        arrange=lambda net: net.block_dns(HOST, dns.inject(net.dead_address)),
        independent=True,
        sees=WHOLE_PAGE,
        expects=genuine(_DNS, Mechanism.FORGED_ADDRESS, ooni=_DENIED_TO_OONI),
        alone=genuine(_DNS, Mechanism.FORGED_ADDRESS, ooni=(None, None)),
    ),
)
