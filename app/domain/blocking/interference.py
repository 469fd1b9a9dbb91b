# SPDX-License-Identifier: Apache-2.0
"""The first sign that somebody on the way meddled, whether or not the page was reached.

Kept apart from the verdict: a site may be reached although its name was answered wrongly, and it
may be down for everybody and tampered with as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.blocking.addresses import classify
from app.domain.blocking.controls import Controls, canonical_address
from app.domain.blocking.failures import Failure, Kind, step_kind
from app.domain.blocking.fingerprints import FingerprintMatch
from app.domain.blocking.measurement import Engine, Measurement, TcpConnect, TlsHandshake
from app.domain.blocking.reading import Reading, own, readers_engine
from app.domain.blocking.throttling import Slowness
from app.domain.blocking.whereabouts import Whereabouts, proved_here
from app.domain.vocabulary import Layer, Mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A layer and a mechanism, as found."""

    layer: Layer
    mechanism: Mechanism


THROTTLED = Cause(layer=Layer.HTTP, mechanism=Mechanism.THROTTLED)
_FORGED = Cause(layer=Layer.DNS, mechanism=Mechanism.FORGED_ADDRESS)
_WRONG_CERTIFICATE = frozenset({"ssl_invalid_hostname", "ssl_unknown_authority"})

_TLS_MECHANISMS = {
    Kind.RESET: Mechanism.SNI_RESET,
    Kind.TIMEOUT: Mechanism.SNI_TIMEOUT,
    Kind.CERTIFICATE: Mechanism.CERTIFICATE_MITM,
}


def interference(
    measurement: Measurement,
    field: Reading,
    controls: Controls,
    confirming: Sequence[FingerprintMatch],
    where: Whereabouts,
    slowness: Slowness | None,
) -> Cause | None:
    """Name the first sign of meddling: fingerprint, resolver, answer, broken step, slowness."""
    if confirming:
        return _fingerprint_cause(confirming[0])
    return (
        _resolver_cause(measurement, field, controls)
        or _injected_answer_cause(measurement, controls)
        or _handshake_cause(measurement, controls)
        or _connect_cause(measurement, controls)
        or _astray_cause(measurement, field, controls, where)
        or (THROTTLED if slowness is not None else None)
    )


def same_bogon(field: Reading, controls: Controls) -> bool:
    """Whether a control was given the same bogus address: then the site's owner wrote it."""
    trouble = field.dns_trouble
    if trouble is None or trouble.kind not in (Kind.BOGON, Kind.SINKHOLE):
        return False
    return any(address in controls.bogons for address in trouble.text.split(", "))


def _fingerprint_cause(hit: FingerprintMatch) -> Cause:
    if hit.at_dns:
        is_bogus = "bogon" in classify(hit.found_in)
        return Cause(layer=Layer.DNS, mechanism=Mechanism.BOGON) if is_bogus else _FORGED
    mechanism = Mechanism.REDIRECT_BLOCKPAGE if hit.redirects else Mechanism.BLOCKPAGE
    return Cause(layer=Layer.HTTP, mechanism=mechanism)


def _resolver_cause(measurement: Measurement, field: Reading, controls: Controls) -> Cause | None:
    """The network's resolver leads nowhere, while another one, here or outside, knows the way."""
    trouble = field.dns_trouble
    if trouble is None or trouble.kind in (Kind.LOCAL, Kind.NAME_COLLISION):
        return None
    known_otherwise = controls.resolved or any(
        lookup.late_answers or any(not answer.is_bogon for answer in lookup.answers)
        for lookup in own(measurement.lookups)
    )
    if not known_otherwise or same_bogon(field, controls):
        return None
    return Cause(layer=Layer.DNS, mechanism=trouble.mechanism)


def _injected_answer_cause(measurement: Measurement, controls: Controls) -> Cause | None:
    """A second reply that shares no address with the first: one of the two was injected.

    Unless both are the site's own: a question that the network doubled is honestly answered twice.
    """
    known = controls.known_addresses | proved_here(measurement)
    for lookup in own(measurement.lookups):
        first = {canonical_address(one) for one in lookup.addresses}
        for reply in lookup.late_answers:
            late = {canonical_address(one) for one in reply}
            if late and first and not late & first and not (late & known and first & known):
                return _FORGED
    return None


def _handshake_cause(measurement: Measurement, controls: Controls) -> Cause | None:
    """A handshake fails here at an address where it works for a control."""
    proved = controls.tls_proved_addresses
    for shake in own(measurement.handshakes):
        if shake.failure is None or canonical_address(shake.address) not in proved:
            continue
        kind = step_kind(shake.failure)
        if kind is not Kind.LOCAL and not _shows_sites_certificate(shake, controls):
            mechanism = _TLS_MECHANISMS.get(kind, Mechanism.TLS_FAILURE)
            return Cause(layer=Layer.TLS, mechanism=mechanism)
    return None


def _shows_sites_certificate(shake: TlsHandshake, controls: Controls) -> bool:
    leaf = shake.chain_sha256[:1]
    return bool(leaf) and leaf[0] in controls.leaves(shake.server_name)


def _connect_cause(measurement: Measurement, controls: Controls) -> Cause | None:
    """A connection fails here where it works for a control; broken IPv6 lines are the vantage's own."""
    for connect in own(measurement.connects):
        if connect.failure is None or ":" in connect.address:
            continue
        kind = step_kind(connect.failure)
        endpoint = (canonical_address(connect.address), connect.port)
        if kind is not Kind.LOCAL and endpoint in controls.open_endpoints:
            failure = Failure(layer=Layer.TCP, kind=kind, text=connect.failure)
            return Cause(layer=Layer.TCP, mechanism=failure.mechanism)
    return None


def _astray_cause(
    measurement: Measurement, field: Reading, controls: Controls, where: Whereabouts
) -> Cause | None:
    """The network's resolver names places where the site is not; another's answer led to its page."""
    steps = _readers_steps(measurement, field)
    if not steps or any(step.failure is None for step in steps):
        return None
    if where.foreign and where.dead:
        return _FORGED
    shakes = [step for step in steps if isinstance(step, TlsHandshake)]
    wrong = bool(shakes) and all(
        shake.failure in _WRONG_CERTIFICATE and not _shows_sites_certificate(shake, controls)
        for shake in shakes
    )
    return _FORGED if wrong else None


def _readers_steps(
    measurement: Measurement, field: Reading
) -> tuple[TcpConnect | TlsHandshake, ...]:
    """The furthest steps taken by the network's resolver's answer, where it did not give the page."""
    page = field.page
    here = [lookup for lookup in own(measurement.lookups) if page and lookup.depth == page.depth]
    if page is None or page.engine is Engine.SYSTEM or readers_engine(here) is not Engine.SYSTEM:
        return ()
    shakes = tuple(s for s in measurement.handshakes if _is_readers(s, page.depth))
    return shakes or tuple(c for c in measurement.connects if _is_readers(c, page.depth))


def _is_readers(step: TcpConnect | TlsHandshake, depth: int) -> bool:
    return step.engine is Engine.SYSTEM and step.depth == depth


def led_astray(measurement: Measurement, field: Reading) -> bool:
    """Whether the page came only by the answer of another resolver than the network's own."""
    page = field.page
    if page is None or page.engine in (Engine.SYSTEM, Engine.CONTROL):
        return False
    steps = _readers_steps(measurement, field)
    return field.dns_trouble is not None or (
        bool(steps) and all(step.failure is not None for step in steps)
    )
