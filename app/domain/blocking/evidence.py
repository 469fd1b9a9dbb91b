# SPDX-License-Identifier: Apache-2.0
"""The field's measurement and the controls' side by side: every question a rule may ask.

`weigh` gathers; `rules.py` decides. The answers are computed once, as plain values, so that a rule
reads as one line and a replay under later rules asks the same questions of the same facts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.blocking.comparison import Comparison, compare
from app.domain.blocking.controls import Control, Controls, canonical_address, hear
from app.domain.blocking.failures import Failure, Kind
from app.domain.blocking.fingerprints import (
    Fingerprint,
    FingerprintMatch,
    match,
    match_exchanges,
    match_lookups,
)
from app.domain.blocking.interference import Cause, interference, led_astray, same_bogon
from app.domain.blocking.measurement import HttpExchange, Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.reading import Outcome, Reading, own, read
from app.domain.blocking.redirects import genuine_hosts, host_of, is_genuine
from app.domain.blocking.throttling import Page, Slowness, came_in_part, slowness
from app.domain.blocking.whereabouts import Whereabouts, whereabouts
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
    # Whether the addresses the reader's resolver gave are the site's.
    where: Whereabouts
    # The certificate that did not verify here is the very one controls verified.
    same_certificate: bool
    # A control completed TLS for the name that failed here.
    control_completed_tls: bool
    same_bogon: bool
    # The page came only by the answer of another resolver than the network's own.
    led_astray: bool
    # The page came far more slowly than for every control, for which no line of ours is to blame.
    slowness: Slowness | None
    # A page began to come and its end never did.
    came_in_part: bool
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

    @property
    def throttled(self) -> bool:
        """Whether the page was held back."""
        return self.slowness is not None

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
    networks: PrefixTable | None = None,
) -> Evidence:
    """Gather the evidence for one measurement of a vantage in `country` (ISO code or None).

    Without a table of networks it is not known which addresses are neighbours.
    """
    heard = hear(controls)
    field = read(measurement, also_genuine=heard.hosts)
    hits = _hits(measurement, heard, fingerprints)
    confirming = tuple(h for h in hits if _accuses(h) and h.fingerprint.expected_in(country))
    home = (host_of(measurement.url), *heard.hosts)
    where = whereabouts(measurement, heard, home, field.failure, networks)
    slow = _slowness(measurement, field, heard)
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
        where=where,
        same_certificate=_same_certificate(measurement, heard),
        control_completed_tls=any(heard.completed_tls(name) for name in _failed_names(measurement)),
        same_bogon=same_bogon(field, heard),
        led_astray=led_astray(measurement, field),
        slowness=slow,
        came_in_part=measurement.final is not None and came_in_part(measurement.final),
        interference=interference(measurement, field, heard, confirming, where, slow),
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


def _slowness(measurement: Measurement, field: Reading, controls: Controls) -> Slowness | None:
    """Compare with those that reach the site, where it was the site that answered here."""
    page = field.page or measurement.final
    if page is None or not (
        field.authentic or field.outcome is Outcome.FAILED or not page.over_tls
    ):
        return None
    theirs = [
        Page(exchange=heard.reading.page, measurement=heard.control.measurement)
        for heard in controls.reached
        if heard.reading.page is not None
    ]
    return slowness(Page(exchange=page, measurement=measurement), theirs)


def _failed_names(measurement: Measurement) -> frozenset[str]:
    return frozenset(s.server_name for s in own(measurement.handshakes) if s.failure is not None)


def _same_certificate(measurement: Measurement, controls: Controls) -> bool:
    return any(
        shake.failure is not None
        and bool(shake.chain_sha256)
        and shake.chain_sha256[0] in controls.leaves(shake.server_name)
        for shake in own(measurement.handshakes)
    )
