# SPDX-License-Identifier: Apache-2.0
"""What a verdict rule is: one row of the table in `rules.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.blocking.evidence import Evidence
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: when it holds, and what then is said.

    Where `mechanism` is None, layer and mechanism are taken from the evidence as found there
    (a refusal's kind, a failure's kind, the interference seen on the way).
    """

    id: str
    when: Callable[[Evidence], bool]
    state: VerdictState
    layer: Layer | None = None
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    sentence: str
