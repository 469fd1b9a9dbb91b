# SPDX-License-Identifier: Apache-2.0
"""The verdict on one measurement: a pure function of what was seen here and by the controls.

`judge` can be run again at any time over kept measurements, under newer rules too. It never looks
at earlier verdicts; repetition is weighed in `reachability.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.blocking.controls import Control
from app.domain.blocking.evidence import Evidence, weigh
from app.domain.blocking.failures import Kind
from app.domain.blocking.fingerprints import Fingerprint, FingerprintMatch
from app.domain.blocking.interference import Cause
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.rules import NOT_A_FETCH, RULES_VERSION, Rule, first_rule
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState

__all__ = ["Control", "Verdict", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one measurement says about its site, by which rule, and why."""

    state: VerdictState
    layer: Layer | None
    mechanism: Mechanism | None
    # Somebody meddled on the way, whether or not the site was reached.
    interference: bool
    confidence: Confidence | None  # of an accusation (blocked, down) only
    rule: str
    rules_version: int
    reasons: tuple[str, ...]
    # "layer:kind" of what kept the reader from the site; None where the fetch worked or was not
    # made. A refusal by the site has one as well ("http:captcha").
    failure_class: str | None


def judge(
    measurement: Measurement,
    controls: Sequence[Control],
    fingerprints: Sequence[Fingerprint],
    country: str | None,
    networks: PrefixTable | None = None,
) -> Verdict:
    """Judge one field measurement against its controls.

    `country` is the vantage's ISO code, or None where it is not known: then no fingerprint
    confirms. Judging many, build one `FingerprintSet` and hand it in each time. `networks` tells
    which addresses stand in one network; without it that is unknown, and no address a neighbour.
    """
    evidence = weigh(measurement, controls, fingerprints, country, networks)
    rule = first_rule(evidence)
    cause = _cause(rule, evidence)
    return Verdict(
        state=rule.state,
        layer=None if cause is None else cause.layer,
        mechanism=None if cause is None else cause.mechanism,
        interference=rule.state is VerdictState.BLOCKED or _interference(rule, evidence),
        confidence=_confidence(rule, evidence),
        rule=rule.id,
        rules_version=RULES_VERSION,
        reasons=(rule.sentence, *_reasons(rule, evidence)),
        failure_class=_failure_class(rule, evidence),
    )


def _cause(rule: Rule, evidence: Evidence) -> Cause | None:
    """The rule's own words, or where it leaves them open, what the evidence shows."""
    if rule.layer is not None and rule.mechanism is not None:
        return Cause(layer=rule.layer, mechanism=rule.mechanism)
    if rule.state is VerdictState.SERVER_SIDE and rule.layer and evidence.field.refusal:
        return Cause(layer=rule.layer, mechanism=evidence.field.refusal)
    if rule.state is VerdictState.OK:
        return evidence.interference
    if rule.id in NOT_A_FETCH or evidence.failed is None:
        return None
    return Cause(layer=evidence.failed.layer, mechanism=evidence.failed.mechanism)


def _interference(rule: Rule, evidence: Evidence) -> bool:
    return rule.id not in NOT_A_FETCH and evidence.interference is not None


def _confidence(rule: Rule, evidence: Evidence) -> Confidence | None:
    """The rule's confidence, lowered where the ground it stands on is thin."""
    if rule.confidence is Confidence.CONFIRMED:
        return Confidence.LIKELY if evidence.exonerating else Confidence.CONFIRMED
    if rule.state is VerdictState.DOWN and evidence.controls.failing_networks < 2:
        return Confidence.WEAK
    if rule.state is VerdictState.BLOCKED and _thin(evidence):
        return Confidence.WEAK
    return rule.confidence


def _thin(evidence: Evidence) -> bool:
    """Controls disagree; or no control knows the address at which the connection failed."""
    failed = evidence.failed
    untried = evidence.where.foreign and failed is not None and failed.layer is not Layer.DNS
    return evidence.controls.disagree or (untried and not evidence.where.tried)


def _failure_class(rule: Rule, evidence: Evidence) -> str | None:
    if rule.id in NOT_A_FETCH or rule.state is VerdictState.OK:
        return None
    if rule.state is VerdictState.SERVER_SIDE and evidence.field.refusal is not None:
        return f"{Layer.HTTP.value}:{evidence.field.refusal.value}"
    if evidence.field.failure is not None:
        return evidence.field.failure.failure_class
    if rule.state is VerdictState.BLOCKED and rule.layer and rule.mechanism:
        return f"{rule.layer.value}:{rule.mechanism.value}"
    return None


def _reasons(rule: Rule, evidence: Evidence) -> list[str]:
    """What was seen, in words; the facts behind the rule's sentence."""
    reasons = []
    if evidence.prober_fault is not None:
        reasons.append(f"Prober: {evidence.prober_fault}.")
    failure = evidence.field.failure
    if failure is not None:
        where = (
            f" at {failure.address}" if failure.address and failure.kind is not Kind.BOGON else ""
        )
        reasons.append(f"Seen here: {failure.layer.value} {failure.text}{where}.")
    page = evidence.field.page
    if page is not None:
        way = "over verified TLS" if page.over_tls else "over cleartext"
        reasons.append(f"Seen here: status {page.status} {way} from {page.address}.")
    if evidence.interference is not None and rule.state is not VerdictState.BLOCKED:
        cause = evidence.interference
        reasons.append(f"On the way: {cause.mechanism.label} in {cause.layer.value}.")
    if evidence.led_astray:
        reasons.append(_astray_reason(evidence))
    if evidence.slowness is not None:
        reasons.append(evidence.slowness.sentence)
    return [*reasons, *_control_reasons(evidence), *_fingerprint_reasons(evidence)]


def _astray_reason(evidence: Evidence) -> str:
    """Say plainly that 'ok' is not what a reader of this network sees."""
    trouble = evidence.field.dns_trouble
    seen = "nothing of the site is where it leads" if trouble is None else trouble.text
    return (
        f"The network's own resolver does not lead to this page ({seen}): it came only by the "
        "address another resolver gave. Whoever asks the network's resolver does not get it."
    )


def _control_reasons(evidence: Evidence) -> list[str]:
    heard = evidence.controls
    counts = (
        (len(heard.reached), "reach the site"),
        (len(heard.failed), "fail as well"),
        (len(heard.refused), "are turned away by the site"),
        (heard.unhealthy, "are not healthy"),
        (heard.stale, "are not fresh"),
        (heard.silent, "came to no end"),
    )
    said = [f"{count} {what}" for count, what in counts if count]
    reasons = [f"Controls: {', '.join(said)}." if said else "Controls: none."]
    if evidence.where.foreign:
        reasons.append("None of the resolver's addresses is known to the controls.")
    elif evidence.where.neighbour_asn is not None:
        reasons.append(
            "The resolver's addresses are not the controls', but stand in the same network "
            f"(AS{evidence.where.neighbour_asn})."
        )
    comparison = evidence.comparison
    if comparison is not None and not evidence.field.authentic and comparison.body_proportion:
        reasons.append(f"Length against the control's page: {comparison.body_proportion:.2f}.")
    return reasons


def _fingerprint_reasons(evidence: Evidence) -> list[str]:
    kinds = (
        (evidence.confirming, "known in this country"),
        (evidence.accusing, "not known in this country"),
        (evidence.exonerating, "a known false alarm"),
        (evidence.remarkable, "which alone proves nothing"),
    )
    return [_named(hit, worth) for hits, worth in kinds for hit in hits]


def _named(hit: FingerprintMatch, worth: str) -> str:
    mark = hit.fingerprint
    return f"Fingerprint {mark.name} ({mark.scope}) in {mark.location} of {hit.found_in}: {worth}."
