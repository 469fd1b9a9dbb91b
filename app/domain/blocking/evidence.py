# SPDX-License-Identifier: Apache-2.0
"""The field's measurement and the controls' side by side: every question a rule may ask.

`weigh` gathers; `rules.py` decides. The answers are computed once, as plain values, so that a rule
reads as one line and a replay under later rules asks the same questions of the same facts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.blocking.comparison import Comparison, compare
from app.domain.blocking.controls import (
    Control,
    Controls,
    canonical_address,
    hear,
)
from app.domain.blocking.failures import Failure, Kind
from app.domain.blocking.fingerprints import (
    Fingerprint,
    FingerprintMatch,
    match,
    match_exchanges,
    match_lookups,
)
from app.domain.blocking.interference import Cause, interference, same_bogon
from app.domain.blocking.measurement import HttpExchange, Measurement
from app.domain.blocking.reading import (
    Outcome,
    Reading,
    own,
    read,
    readers_engine,
)
from app.domain.blocking.redirects import genuine_hosts, host_of, is_genuine
from app.domain.vocabulary import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything known about one measurement when it is judged."""

    prober_fault: str | None
    field: Reading
    controls: Controls
    # Fingerprints found in answers and in responses which somebody between could have written, and
    # which no control was given as well.
    confirming: tuple[FingerprintMatch, ...]  # nat or isp, and known in this country
    accusing: tuple[FingerprintMatch, ...]  # nat or isp, known elsewhere or nowhere in particular
    exonerating: tuple[FingerprintMatch, ...]  # known false alarms
    remarkable: tuple[FingerprintMatch, ...]  # all other scopes: a reason, never a ground
    # With the control's page that is most like the field's; None where there is nothing to compare.
    comparison: Comparison | None
    # The page was reached over cleartext at a host which no control was led to.
    led_elsewhere: bool
    # None of the addresses the resolver gave is one of the site's, as far as controls know them.
    foreign: bool
    # The field itself reaches an address that is the site's, where its resolver's own does not work.
    site_works_here: bool
    # Controls tried the field's addresses: wrong certificate there, or no connection to any of them.
    disowned: bool
    dead: bool
    address_tried: bool  # a control connected to one of them
    # The certificate that did not verify here is the very one controls verified.
    same_certificate: bool
    # A control completed TLS for the name that failed here.
    control_completed_tls: bool
    same_bogon: bool
    interference: Cause | None

    @property
    def failed(self) -> Failure | None:
        """What stopped the fetch, if it was stopped."""
        return self.field.failure if self.field.fetch_failed else None

    @property
    def failed_here(self) -> Failure | None:
        """The failure, if healthy controls reach the site: then it is the field's own."""
        return self.failed if self.controls.contradict else None

    @property
    def cleartext_page(self) -> bool:
        """Whether content came which somebody between could have written."""
        return self.field.outcome is Outcome.CONTENT and not self.field.authentic

    @property
    def same_page(self) -> bool:
        """Whether a control that reaches the site was given the same page."""
        return self.comparison is not None and self.comparison.same_page

    @property
    def other_page(self) -> bool:
        """Whether content came over cleartext and is not what the controls got."""
        return self.cleartext_page and self.controls.contradict and not self.same_page

    def failed_at(self, layer: Layer, *kinds: Kind) -> bool:
        """Whether the field alone failed in this layer, and in one of these ways if any are named."""
        failure = self.failed_here
        return (
            failure is not None and failure.layer is layer and (not kinds or failure.kind in kinds)
        )


def weigh(
    measurement: Measurement,
    controls: Sequence[Control],
    fingerprints: Sequence[Fingerprint],
    country: str | None,
) -> Evidence:
    """Gather the evidence for one measurement of a vantage in `country` (ISO code or None)."""
    heard = hear(controls)
    field = read(measurement, also_genuine=heard.hosts)
    hits = _hits(measurement, heard, fingerprints)
    confirming = tuple(h for h in hits if _accuses(h) and h.fingerprint.expected_in(country))
    addresses = _reader_addresses(measurement, (host_of(measurement.url), *heard.hosts))
    # A handshake that verified from here proves an address as well as one from a control.
    known = heard.known_addresses | _proved_here(measurement)
    foreign = bool(addresses and heard.known_addresses) and not addresses & known
    return Evidence(
        prober_fault=measurement.prober_fault,
        field=field,
        controls=heard,
        confirming=confirming,
        accusing=tuple(h for h in hits if _accuses(h) and h not in confirming),
        exonerating=tuple(h for h in hits if h.fingerprint.exonerates),
        remarkable=tuple(h for h in hits if not _accuses(h) and not h.fingerprint.exonerates),
        comparison=_comparison(field, heard.pages),
        led_elsewhere=_led_elsewhere(field, heard),
        foreign=foreign,
        site_works_here=_works_at(measurement, heard.known_addresses, field.failure),
        disowned=bool(addresses) and addresses <= heard.disowned_addresses,
        dead=bool(addresses) and addresses <= heard.dead_addresses,
        address_tried=any(address in addresses for address, _ in heard.open_endpoints),
        same_certificate=_same_certificate(measurement, heard),
        control_completed_tls=any(heard.completed_tls(name) for name in _failed_names(measurement)),
        same_bogon=same_bogon(field, heard),
        interference=interference(measurement, field, heard, confirming),
    )


def _accuses(hit: FingerprintMatch) -> bool:
    return hit.fingerprint.accuses


def _hits(
    measurement: Measurement, controls: Controls, fingerprints: Sequence[Fingerprint]
) -> tuple[FingerprintMatch, ...]:
    """Match what could be forged; what controls were given too is the site's own doing."""
    if not fingerprints:
        return ()
    genuine = genuine_hosts(measurement, own(measurement.exchanges), controls.hosts)
    forgeable = [
        exchange
        for exchange in own(measurement.exchanges)
        if not exchange.over_tls or not is_genuine(host_of(exchange.url), genuine)
    ]
    known = controls.known_addresses
    found = match_lookups(measurement.lookups, fingerprints)
    found = tuple(h for h in found if canonical_address(h.found_in) not in known)
    found += match_exchanges(forgeable, fingerprints)
    if not found:
        return ()
    suspects = tuple({hit.fingerprint.name: hit.fingerprint for hit in found}.values())
    outside = {
        hit.fingerprint.name
        for heard in controls.heard
        for hit in match(heard.control.measurement, suspects)
    }
    home = (host_of(measurement.url), *controls.hosts)
    return tuple(_placed(hit, home) for hit in found if hit.fingerprint.name not in outside)


def _placed(hit: FingerprintMatch, home: Sequence[str]) -> FingerprintMatch:
    """Mark a page found away from the site: the reader was sent there."""
    if hit.at_dns or hit.redirects or is_genuine(host_of(hit.found_in), home):
        return hit
    return replace(hit, redirects=True)


def _comparison(field: Reading, pages: Iterable[HttpExchange]) -> Comparison | None:
    if field.page is None:
        return None
    comparisons = [compare(field.page, page) for page in pages]
    return next((c for c in comparisons if c.same_page), comparisons[0] if comparisons else None)


def _led_elsewhere(field: Reading, controls: Controls) -> bool:
    if field.page is None or field.authentic or field.page.depth == 0 or not controls.hosts:
        return False
    host = host_of(field.page.url)
    return not is_genuine(host, controls.hosts)


def _reader_addresses(measurement: Measurement, home: Sequence[str]) -> frozenset[str]:
    """The addresses which the reader's resolver gave for the site's name, at the last hop to it."""
    lookups = [one for one in own(measurement.lookups) if is_genuine(one.hostname, home)]
    engine = readers_engine(lookups)
    last = max((lookup.depth for lookup in lookups if lookup.engine is engine), default=0)
    return frozenset(
        canonical_address(answer.address)
        for lookup in lookups
        if lookup.engine is engine and lookup.depth == last
        for answer in lookup.answers
        if not answer.is_bogon
    )


def _works_at(measurement: Measurement, known: frozenset[str], failing: Failure | None) -> bool:
    """Whether an address of the site works from here, at least as far as where the fetch stopped."""
    shaken = any(
        s.failure is None and canonical_address(s.address) in known for s in measurement.handshakes
    )
    fetched = any(
        e.failure is None and e.status is not None and canonical_address(e.address) in known
        for e in measurement.exchanges
    )
    connected = (failing is not None and failing.layer is Layer.TCP) and any(
        c.failure is None and canonical_address(c.address) in known for c in measurement.connects
    )
    return shaken or fetched or connected


def _proved_here(measurement: Measurement) -> frozenset[str]:
    return frozenset(
        canonical_address(shake.address)
        for shake in measurement.handshakes
        if shake.failure is None
    )


def _failed_names(measurement: Measurement) -> frozenset[str]:
    return frozenset(s.server_name for s in own(measurement.handshakes) if s.failure is not None)


def _same_certificate(measurement: Measurement, controls: Controls) -> bool:
    return any(
        shake.failure is not None
        and bool(shake.chain_sha256)
        and shake.chain_sha256[0] in controls.leaves(shake.server_name)
        for shake in own(measurement.handshakes)
    )
