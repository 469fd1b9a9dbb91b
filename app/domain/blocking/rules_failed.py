# SPDX-License-Identifier: Apache-2.0
"""Rules for what fails here alone, while healthy controls reach the site: name, then connection.

Part of the ordered table in `rules.py`, whose docstring says how ids and order are kept.
"""

from app.domain.blocking.failures import Kind
from app.domain.blocking.rule import Rule
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState

BLOCKED_BY_NAME = (
    Rule(
        id="dns_nxdomain",
        when=lambda e: e.failed_at(Layer.DNS, Kind.NXDOMAIN),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.NXDOMAIN,
        confidence=Confidence.LIKELY,
        sentence="The resolver denies that the name exists, while controls reach the site by it.",
    ),
    Rule(
        id="dns_sinkhole_answer",
        when=lambda e: e.failed_at(Layer.DNS, Kind.SINKHOLE),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.BOGON,
        confidence=Confidence.WEAK,
        sentence="The resolver answers with the reader's own machine; a censor does so, and so does "
        "an ad blocker. Controls get a public address and reach the site.",
    ),
    Rule(
        id="dns_bogon_answer",
        when=lambda e: e.failed_at(Layer.DNS, Kind.BOGON),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.BOGON,
        confidence=Confidence.LIKELY,
        sentence="The resolver answers with an address no public site can have, while controls get "
        "a public one and reach the site.",
    ),
    Rule(
        id="dns_lookup_failure",
        when=lambda e: e.failed_at(Layer.DNS),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.DNS_FAILURE,
        confidence=Confidence.LIKELY,
        sentence="The resolver gives no address for the name, while controls reach the site by it.",
    ),
    Rule(
        id="dns_forged_certificate",
        when=lambda e: (
            e.failed_at(Layer.TLS, Kind.CERTIFICATE)
            and e.where.foreign
            and (e.where.site_works_here or e.where.disowned)
        ),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.FORGED_ADDRESS,
        confidence=Confidence.LIKELY,
        sentence="The resolver leads to an address unknown to the controls, where the certificate is "
        "not the site's; and either the site's own addresses work from here, or controls "
        "meet the wrong certificate at that address too. So the answer is forged, not the "
        "connection tampered with.",
    ),
    Rule(
        id="dns_forged_dead_address",
        when=lambda e: (
            (e.failed_at(Layer.TCP) or e.failed_at(Layer.TLS) or e.failed_at(Layer.HTTP))
            and e.where.foreign
            and (e.where.site_works_here or e.where.dead)
            and not e.failed_at(Layer.HTTP, Kind.LED_NOWHERE)
        ),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.FORGED_ADDRESS,
        confidence=Confidence.WEAK,
        sentence="The resolver leads to an address unknown to the controls, where nothing of the site "
        "answers; and either the site's own addresses work from here, or the address is dead "
        "for controls too.",
    ),
    Rule(
        id="dns_forged_page",
        when=lambda e: (
            e.other_page and e.where.foreign and (e.where.site_works_here or e.where.disowned)
        ),
        state=VerdictState.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.FORGED_ADDRESS,
        confidence=Confidence.LIKELY,
        sentence="The resolver leads to an address unknown to the controls, and another page is there.",
    ),
)

BLOCKED_BY_CONNECTION = (
    Rule(
        id="tcp_refused",
        when=lambda e: e.failed_at(Layer.TCP, Kind.REFUSED),
        state=VerdictState.BLOCKED,
        layer=Layer.TCP,
        mechanism=Mechanism.REFUSED,
        confidence=Confidence.LIKELY,
        sentence="Connections are refused here, while controls reach the site.",
    ),
    Rule(
        id="tcp_timeout",
        when=lambda e: e.failed_at(Layer.TCP, Kind.TIMEOUT),
        state=VerdictState.BLOCKED,
        layer=Layer.TCP,
        mechanism=Mechanism.TIMEOUT,
        confidence=Confidence.LIKELY,
        sentence="Connections get no answer here, while controls reach the site.",
    ),
    Rule(
        id="tcp_reset",
        when=lambda e: e.failed_at(Layer.TCP, Kind.RESET),
        state=VerdictState.BLOCKED,
        layer=Layer.TCP,
        mechanism=Mechanism.RESET,
        confidence=Confidence.LIKELY,
        sentence="Connections are torn down here as they open, while controls reach the site.",
    ),
    Rule(
        id="tcp_unreachable",
        when=lambda e: e.failed_at(Layer.TCP),
        state=VerdictState.BLOCKED,
        layer=Layer.TCP,
        mechanism=Mechanism.UNREACHABLE,
        confidence=Confidence.LIKELY,
        sentence="No connection can be opened from here, while controls reach the site.",
    ),
    Rule(
        id="tls_certificate_mitm",
        when=lambda e: e.failed_at(Layer.TLS, Kind.CERTIFICATE),
        state=VerdictState.BLOCKED,
        layer=Layer.TLS,
        mechanism=Mechanism.CERTIFICATE_MITM,
        confidence=Confidence.LIKELY,
        sentence="Somebody answers here with a certificate that is not the site's, while controls "
        "are shown the genuine one.",
    ),
    Rule(
        id="tls_reset_after_hello",
        when=lambda e: e.failed_at(Layer.TLS, Kind.RESET) and e.control_completed_tls,
        state=VerdictState.BLOCKED,
        layer=Layer.TLS,
        mechanism=Mechanism.SNI_RESET,
        confidence=Confidence.LIKELY,
        sentence="The connection opens and is torn down once the site's name is sent, while a "
        "control completes the handshake for that name.",
    ),
    Rule(
        id="tls_timeout_after_hello",
        when=lambda e: e.failed_at(Layer.TLS, Kind.TIMEOUT) and e.control_completed_tls,
        state=VerdictState.BLOCKED,
        layer=Layer.TLS,
        mechanism=Mechanism.SNI_TIMEOUT,
        confidence=Confidence.LIKELY,
        sentence="The connection opens and falls silent once the site's name is sent, while a "
        "control completes the handshake for that name.",
    ),
    Rule(
        id="tls_reset",
        when=lambda e: e.failed_at(Layer.TLS, Kind.RESET),
        state=VerdictState.BLOCKED,
        layer=Layer.TLS,
        mechanism=Mechanism.RESET,
        confidence=Confidence.WEAK,
        sentence="The handshake is torn down; controls reach the site, but none was seen to "
        "complete a handshake for that name.",
    ),
    Rule(
        id="tls_timeout",
        when=lambda e: e.failed_at(Layer.TLS, Kind.TIMEOUT),
        state=VerdictState.BLOCKED,
        layer=Layer.TLS,
        mechanism=Mechanism.TIMEOUT,
        confidence=Confidence.WEAK,
        sentence="The handshake gets no answer; controls reach the site, but none was seen to "
        "complete a handshake for that name.",
    ),
    Rule(
        id="tls_failure",
        when=lambda e: e.failed_at(Layer.TLS),
        state=VerdictState.BLOCKED,
        layer=Layer.TLS,
        mechanism=Mechanism.TLS_FAILURE,
        confidence=Confidence.LIKELY,
        sentence="The encrypted handshake breaks here, while controls reach the site.",
    ),
)
