# SPDX-License-Identifier: Apache-2.0
"""How a level of impunity reads: the level, why in two sentences, and everything it rests on.

Never here: conclusions (conclusions.py), or who may be named (suspects.py).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.domain.record.cases import known
from app.domain.record.explanation import Part, explain
from app.domain.record.impunity import ImpunityResult
from app.domain.record.impunity_input import Override
from app.storage.parts import Involvement


def parts_of(involvements: Iterable[Involvement], *, full: bool) -> list[Part]:
    """Return who took part by what this reader may call them: a name only where it is public."""
    return [
        Part(
            id=str(one.slot_id),
            role=one.crime_role,
            called=one.person.name
            if one.person is not None and (full or one.name_is_public)
            else one.description,
        )
        for one in involvements
    ]


def parts_at(involvements: Iterable[Involvement], known_at: datetime) -> list[Part]:
    """Return who had a part as it was told at a time, and never by a name: that may be public since."""
    standing = [one for one in involvements if known(one.recorded_at, one.retracted_at, known_at)]
    return [
        Part(id=str(one.slot_id), role=one.crime_role, called=one.description) for one in standing
    ]


def impunity_view(result: ImpunityResult, parts: Iterable[Part] = ()) -> dict[str, Any]:
    """Show the level with everything that explains it; `explanation` is two sentences.

    Who is held is told by role and fact, and by name only in the words of `parts`.
    """
    flags = result.flags
    return {
        "level": result.level,
        "since": result.since,
        "rule": result.rule,
        "reasons": list(result.reasons),
        "held": [
            {
                "role": one.role,
                "involvement_id": one.involvement_id,
                "fact_ids": list(one.fact_ids),
            }
            for one in result.held
        ],
        "missing": [{"role": one.role, "count": one.count} for one in result.missing],
        "flags": {
            "final": flags.final,
            "sentence_enforced": flags.sentence_enforced,
            "in_absentia": flags.in_absentia,
            "lesser_charge": flags.lesser_charge,
            "nullified": flags.nullified,
            "resolved_by_death": flags.resolved_by_death,
        },
        "fact_ids": list(result.fact_ids),
        "basis": result.basis,
        "assessor": result.assessor,
        "explanation": list(explain(result, parts)),
        # A level set by hand, beside what the facts alone would give.
        "override": _override(result.override),
        "derived": _derived(result.derived),
        "as_of": result.as_of,
    }


def _override(one: Override | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "id": one.id,
        "level": one.level,
        "since": one.since,
        "reason": one.reason,
        "source": one.source,
    }


def _derived(one: ImpunityResult | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "level": one.level,
        "since": one.since,
        "rule": one.rule,
        "reasons": list(one.reasons),
        "basis": one.basis,
        "assessor": one.assessor,
    }
