# SPDX-License-Identifier: Apache-2.0
"""The rules that turn evidence into a verdict, as one ordered table. The first that holds decides.

Order: what makes a measurement worthless; what the site itself proved over TLS; known block pages;
what is the same for the controls; what fails here alone, layer by layer, specific before general;
what cannot be said. The pattern is that of ooni/data's `rules.py`; the states are those of the
design's table. The meaning of an id never changes: a new meaning is a new id, and any change to
the table raises `RULES_VERSION`, which every verdict carries.
"""

from app.domain.blocking.evidence import Evidence
from app.domain.blocking.rule import Rule
from app.domain.blocking.rules_compared import BLOCKED_BY_PAGE, CANNOT_SAY, SAME_FOR_CONTROLS
from app.domain.blocking.rules_failed import BLOCKED_BY_CONNECTION, BLOCKED_BY_NAME
from app.domain.blocking.rules_first import FINGERPRINTS, NOT_A_FETCH, PROVED_BY_TLS, WORTHLESS

__all__ = ["NOT_A_FETCH", "RULES", "RULES_VERSION", "Rule", "first_rule"]

RULES_VERSION: int = 2

RULES: tuple[Rule, ...] = (
    *WORTHLESS,
    *PROVED_BY_TLS,
    *FINGERPRINTS,
    *SAME_FOR_CONTROLS,
    *BLOCKED_BY_NAME,
    *BLOCKED_BY_CONNECTION,
    *BLOCKED_BY_PAGE,
    *CANNOT_SAY,
)


def first_rule(evidence: Evidence) -> Rule:
    """Return the first rule of the table that holds; the last row always does."""
    return next(rule for rule in RULES if rule.when(evidence))
