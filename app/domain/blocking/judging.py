# SPDX-License-Identifier: Apache-2.0
"""One OONI measurement judged twice: OONI's own classic keys, and our verdict with its reasons.

The answer is made of JSON values only, in one form for the command, the API and whoever else asks.
"""

from collections.abc import Sequence
from dataclasses import asdict

from app.domain.blocking.classic.keys import classic_keys
from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.ooni.reading import read_ooni
from app.domain.blocking.ooni.translating import to_measurement
from app.domain.blocking.verdict import Verdict, judge

__all__ = ["judge_line"]


def judge_line(values: object, fingerprints: Sequence[Fingerprint]) -> dict[str, object]:
    """Judge one measurement, as decoded from JSON. Raises InvalidInput naming the wrong place.

    `fingerprints` serve our verdict only; the classic keys know none. Judging many, hand in one
    `FingerprintSet`.
    """
    ooni = read_ooni(values)
    measurement, controls = to_measurement(ooni)
    verdict = judge(measurement, controls, fingerprints, ooni.country)
    return {
        "input": ooni.input,
        "ooni": asdict(classic_keys(ooni)),
        "verdict": _verdict(verdict),
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "state": verdict.state.value,
        "layer": None if verdict.layer is None else verdict.layer.value,
        "mechanism": None if verdict.mechanism is None else verdict.mechanism.value,
        "interference": verdict.interference,
        "confidence": None if verdict.confidence is None else verdict.confidence.value,
        "rule": verdict.rule,
        "rules_version": verdict.rules_version,
        "reasons": list(verdict.reasons),
    }
