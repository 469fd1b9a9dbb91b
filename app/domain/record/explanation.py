# SPDX-License-Identifier: Apache-2.0
"""Two sentences about a level of impunity: why it is what it is, and what is missing.

The first follows from the rule that decided, the second says what would have to come. Words are in a
table for each language, so that another language is another table. People are called what the public
record calls them; who has no words there is told by their part. Never here: the rules themselves.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.record.explanation_words import WORDS, Words
from app.domain.record.impunity import ImpunityResult
from app.domain.record.impunity_override import OVERRIDDEN
from app.domain.record.impunity_rules import NOT_CHECKED, REPORTED
from app.domain.vocabulary import CrimeRole, Impunity


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A listed part in the act: what the record calls whoever took it."""

    id: str
    role: CrimeRole
    called: str


def explain(
    result: ImpunityResult, parts: Iterable[Part] = (), *, language: str = "en"
) -> tuple[str, str]:
    """Return the two sentences; `parts` are the slots of the incident as this reader may read them."""
    words = WORDS[language]
    listed = {one.id: one for one in parts}
    if result.rule == OVERRIDDEN and result.derived is not None:
        return _by_hand(result, result.derived, words)
    if result.rule == REPORTED and result.said is not None:
        said = result.said
        fill = {"who": said.assessor, "on": words.day(said.stated_on)}
        return words.reported[said.level].format(**fill), words.reported_missing[said.level]
    if result.rule == NOT_CHECKED and result.said is not None:
        fill = {"who": result.said.assessor, "on": words.day(result.said.stated_on)}
        return words.why[NOT_CHECKED], words.reported_later.format(**fill)
    why = words.why[result.rule].format(held=_held(result, listed, words))
    return _with_deaths(result, why, words), _missing(result, listed, words)


def _by_hand(result: ImpunityResult, derived: ImpunityResult, words: Words) -> tuple[str, str]:
    why = words.by_hand.format(level=words.levels[result.level])
    if derived.level is result.level:
        return why, words.by_hand_same
    return why, words.by_hand_derived[derived.level]


def _with_deaths(result: ImpunityResult, why: str, words: Words) -> str:
    if result.flags.resolved_by_death and result.level is Impunity.COMPLETE_IMPUNITY:
        return words.died_before
    return why


def _held(result: ImpunityResult, listed: Mapping[str, Part], words: Words) -> str:
    ids = [one.involvement_id for one in result.held]
    called = [words.described(listed[key]) for key in ids if key is not None and key in listed]
    others = Counter(one.role for one in result.held if (one.involvement_id or "") not in listed)
    return words.listing([*called, *_counted(others, words)])


def _counted(others: Mapping[CrimeRole | None, int], words: Words) -> list[str]:
    return [words.some(role, others[role]) for role in (*CrimeRole, None) if others.get(role)]


def _missing(result: ImpunityResult, listed: Mapping[str, Part], words: Words) -> str:
    if not result.missing:
        return words.nobody_missing(result)
    held = {one.involvement_id for one in result.held}
    said: list[str] = []
    for one in result.missing:
        open_parts = [
            part for part in listed.values() if part.role is one.role and part.id not in held
        ]
        if len(open_parts) == one.count:
            said += [words.described(part) for part in open_parts]
        else:
            said.append(words.missing_of(one.role, one.count))
    return words.missing.format(missing=words.listing(said))
