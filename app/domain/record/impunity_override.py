# SPDX-License-Identifier: Apache-2.0
"""A level set by hand, laid over the derived one: both are kept, and both are shown.

Two people, a reason and a source stand behind it (app/services/overrides.py). It answers only for
days it speaks about and only while it was confirmed and not withdrawn. Never here: the derivation,
which does not know of overrides (impunity.py).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.domain.record.cases import known
from app.domain.record.impunity import ImpunityResult
from app.domain.record.impunity_input import Override
from app.domain.vocabulary import Impunity

OVERRIDDEN = "impunity.set_by_hand"
"""Not a row of the table: two people set this level, and answer for it."""

UNVERIFIED = "impunity.unverified"

LEVELS = frozenset(
    {
        Impunity.COMPLETE_IMPUNITY,
        Impunity.PARTIAL_IMPUNITY,
        Impunity.FULL_JUSTICE,
        Impunity.NOT_APPLICABLE,
    }
)
"""What may be set by hand. `not_assessed` may not: whoever sets a level has assessed it."""


def with_override(result: ImpunityResult, overrides: Iterable[Override]) -> ImpunityResult:
    """Return the result under the override that stands on its day and at its time, if one does.

    Of several the one confirmed last counts. An unverified incident stays `not_assessed`.

    >>> from datetime import UTC, date
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> derived = ImpunityResult(level=Impunity.COMPLETE_IMPUNITY, rule="impunity.nobody_held",
    ...     reasons=("No conviction is in force.",), as_of=date(2026, 3, 2), known_at=noon)
    >>> by_hand = Override(id="o", level=Impunity.FULL_JUSTICE, reason="A sealed judgment.",
    ...     source="The court's press office", confirmed_at=noon)
    >>> shown = with_override(derived, [by_hand])
    >>> shown.level.value, shown.basis, shown.derived.level.value
    ('full_justice', 'override', 'complete_impunity')
    """
    if result.rule == UNVERIFIED:
        return result
    standing = _standing(result, overrides, result.known_at)
    if standing is None:
        return result
    return replace(
        result,
        level=standing.level,
        rule=OVERRIDDEN,
        reasons=(
            f"Set by hand by two people: {standing.reason}",
            f"Source: {standing.source}",
            *(f"From the facts alone: {reason}" for reason in result.reasons[:1]),
        ),
        since=standing.since,
        basis="override",
        assessor=None,
        override=standing,
        derived=result,
    )


def _standing(
    result: ImpunityResult, overrides: Iterable[Override], known_at: datetime
) -> Override | None:
    found = [
        one
        for one in overrides
        if known(one.confirmed_at, one.retracted_at, known_at)
        and (one.since is None or one.since <= result.as_of)
    ]
    return max(found, key=lambda one: (one.confirmed_at, one.id), default=None)
