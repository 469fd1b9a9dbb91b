# SPDX-License-Identifier: Apache-2.0
"""Whether two accounts speak of one act: the same, different, or a question for a person.

The rules are matching_rules.py. A name alone decides
nothing, and neither does a text. Never here: where candidates come from (matching_keys.py and
storage), or how alike two texts are (handed in as a number).
"""

from dataclasses import dataclass

from app.domain.record.matching_pair import (
    EXACT_DAYS,
    LIKE_TEXT,
    NEAR_DAYS,
    SAME_TEXT,
    Decision,
    Described,
    Pair,
)
from app.domain.record.matching_rules import RULES, RULES_VERSION

__all__ = [
    "EXACT_DAYS",
    "LIKE_TEXT",
    "NEAR_DAYS",
    "RULES",
    "RULES_VERSION",
    "SAME_TEXT",
    "Decision",
    "Described",
    "Match",
    "compare",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What was decided, by which rule, how surely (0–1), and why in words."""

    decision: Decision
    score: float
    rule: str
    reasons: tuple[str, ...]


ELSE = Match(
    decision=Decision.DIFFERENT,
    score=0.6,
    rule="nothing_shared",
    reasons=("Nothing that they share points at one act.",),
)


def compare(a: Described, b: Described, *, likeness: float = 0.0) -> Match:
    """Compare two accounts; `likeness` (0–1) is how alike their texts are, in one language.

    The order of the two plays no part.
    """
    pair = Pair(a=a, b=b, likeness=likeness)
    for rule in RULES:
        if rule.holds(pair):
            return Match(
                decision=rule.decision,
                score=rule.score,
                rule=rule.id,
                reasons=(rule.sentence, *_beside(pair)),
            )
    return ELSE


def _beside(pair: Pair) -> list[str]:
    """Return what else a person would want to know."""
    said = [
        (pair.days_apart not in (None, 0), f"Their days are {pair.days_apart} apart."),
        (pair.kinds_disagree, "They say different kinds of act."),
        (pair.places_agree, "They share a place."),
        (bool(pair.a.outlets & pair.b.outlets), "They share an outlet."),
        (pair.likeness >= LIKE_TEXT, f"Their texts are {pair.likeness:.0%} alike."),
    ]
    return [sentence for holds, sentence in said if holds]
