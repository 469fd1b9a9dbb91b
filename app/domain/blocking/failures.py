# SPDX-License-Identifier: Apache-2.0
"""From OONI's failure names to the few kinds of failure that the rules tell apart.

Names: ooni/spec df-007. A kind means different things in different layers, so a `Failure` always
carries its layer; `failure_class` ("tls:reset") is what the site's state counts repetitions by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.blocking.measurement import DnsAnswer, DnsLookup
from app.domain.vocabulary import Layer, Mechanism


class Kind(StrEnum):
    """How a step failed."""

    NXDOMAIN = "nxdomain"
    NO_ANSWER = "no_answer"
    LOOKUP = "lookup_failure"
    BOGON = "bogon"
    SINKHOLE = "sinkhole"  # only loopback or 0.0.0.0: a censor's, or an ad blocker's
    NAME_COLLISION = "name_collision"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    HANDSHAKE = "handshake"
    LED_NOWHERE = "led_nowhere"  # sent on, in cleartext, to where nothing of the site is
    SITE_REDIRECT = "site_redirect"  # the same by the site itself
    LOOP = "redirect_loop"  # more redirects than anybody follows, the last one in cleartext
    SITE_LOOP = "site_redirect_loop"  # the same by the site itself
    SERVER_ERROR = "server_error"
    NO_IPV6 = "no_ipv6"  # this network has no IPv6, and only IPv6 was offered
    LOCAL = "local"  # this machine's own fault
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The step that stopped a fetch."""

    layer: Layer
    kind: Kind
    text: str  # OONI's name, or the addresses of a bogus answer
    address: str | None = None
    depth: int = 0

    @property
    def failure_class(self) -> str:
        """Layer and kind, as one word to count by: "tls:reset"."""
        return f"{self.layer.value}:{self.kind.value}"

    @property
    def mechanism(self) -> Mechanism:
        """The mechanism in the field's words, before any comparison makes it more precise."""
        return _MECHANISMS[self.layer].get(self.kind, _OTHERWISE[self.layer])


_STEP_KINDS = {
    "connection_refused": Kind.REFUSED,
    "generic_timeout_error": Kind.TIMEOUT,
    "timed_out": Kind.TIMEOUT,
    "connection_reset": Kind.RESET,
    "connection_aborted": Kind.RESET,
    "connection_already_closed": Kind.RESET,
    "network_reset": Kind.RESET,
    # A forged FIN ends a connection as surely as a forged RST.
    "eof_error": Kind.RESET,
    "host_unreachable": Kind.UNREACHABLE,
    "network_unreachable": Kind.UNREACHABLE,
    "ssl_invalid_hostname": Kind.CERTIFICATE,
    "ssl_unknown_authority": Kind.CERTIFICATE,
    "ssl_invalid_certificate": Kind.CERTIFICATE,
    "ssl_failed_handshake": Kind.HANDSHAKE,
    "unknown_failure: stopped after too many redirects": Kind.LOOP,
}
_LOCAL = frozenset({"network_down", "permission_denied", "address_not_available", "interrupted"})
_RESOLVER_OUT_OF_REACH = frozenset({"network_unreachable", "host_unreachable"})
_NXDOMAIN = frozenset({"dns_nxdomain_error", "android_dns_cache_no_data"})

_MECHANISMS: dict[Layer, dict[Kind, Mechanism]] = {
    Layer.DNS: {
        Kind.NXDOMAIN: Mechanism.NXDOMAIN,
        Kind.BOGON: Mechanism.BOGON,
        Kind.SINKHOLE: Mechanism.BOGON,
        Kind.NAME_COLLISION: Mechanism.BOGON,
    },
    Layer.TCP: {
        Kind.REFUSED: Mechanism.REFUSED,
        Kind.TIMEOUT: Mechanism.TIMEOUT,
        Kind.RESET: Mechanism.RESET,
    },
    Layer.TLS: {Kind.TIMEOUT: Mechanism.TIMEOUT, Kind.RESET: Mechanism.RESET},
    Layer.HTTP: {Kind.TIMEOUT: Mechanism.HTTP_TIMEOUT, Kind.RESET: Mechanism.HTTP_RESET},
}
_OTHERWISE = {
    Layer.DNS: Mechanism.DNS_FAILURE,
    Layer.TCP: Mechanism.UNREACHABLE,
    Layer.TLS: Mechanism.TLS_FAILURE,
    Layer.HTTP: Mechanism.HTTP_FAILURE,
}


def step_kind(text: str) -> Kind:
    """Name the kind of a failure to connect, shake hands or fetch."""
    return Kind.LOCAL if text in _LOCAL else _STEP_KINDS.get(text, Kind.OTHER)


def dns_failure(lookups: Sequence[DnsLookup]) -> Failure | None:
    """Say what is wrong with what the reader's resolver answered, hop by hop; None if nothing.

    One usable address is enough: AAAA without an answer is ordinary, and a bogon beside a genuine
    address leads nobody astray for good.
    """
    for depth, hostname in dict.fromkeys((lookup.depth, lookup.hostname) for lookup in lookups):
        hop = [one for one in lookups if (one.depth, one.hostname) == (depth, hostname)]
        answers = [answer for lookup in hop for answer in lookup.answers]
        if not any(not answer.is_bogon for answer in answers):
            return _bogus(answers, depth) if answers else _unanswered(hop, depth)
    return None


def _bogus(answers: Sequence[DnsAnswer], depth: int) -> Failure:
    kinds = {answer.address_class.rpartition(":")[2] for answer in answers}
    kind = Kind.BOGON
    if "name_collision" in kinds:
        kind = Kind.NAME_COLLISION
    elif kinds <= {"loopback", "unspecified"}:
        kind = Kind.SINKHOLE
    return Failure(
        layer=Layer.DNS,
        kind=kind,
        text=", ".join(answer.address for answer in answers),
        address=answers[0].address,
        depth=depth,
    )


def _unanswered(lookups: Sequence[DnsLookup], depth: int) -> Failure:
    """Of several failed questions the one for IPv4 addresses speaks: AAAA often has no answer."""
    asked = sorted(lookups, key=lambda lookup: lookup.query_type != "A")
    kind, text = _lookup_kind(asked[0])
    return Failure(layer=Layer.DNS, kind=kind, text=text, depth=depth)


def _lookup_kind(lookup: DnsLookup) -> tuple[Kind, str]:
    text = lookup.failure or ""
    if text in _NXDOMAIN or lookup.rcode == "NXDOMAIN":
        return Kind.NXDOMAIN, text or "dns_nxdomain_error"
    if text in _LOCAL | _RESOLVER_OUT_OF_REACH:
        return Kind.LOCAL, text
    if text == "dns_bogon_error":
        return Kind.BOGON, text
    if text in {"", "dns_no_answer"}:
        return Kind.NO_ANSWER, "dns_no_answer"
    return Kind.LOOKUP, text
