# SPDX-License-Identifier: Apache-2.0
"""The words of explanation.py: one table for each language, English so far.

A table holds whole sentences by the rule or level they belong to, and what to call people by their
part. Never here: which sentence is said (explanation.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.domain.record.impunity import ImpunityResult
from app.domain.vocabulary import CrimeRole, Impunity, Instigation


class Called(Protocol):
    """Whom a sentence speaks of: what the record calls them, and their part."""

    @property
    def role(self) -> CrimeRole: ...

    @property
    def called(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language: sentences by rule and level, and the grammar that fills them."""

    why: Mapping[str, str]
    died_before: str
    missing: str
    nobody: Mapping[str, str]
    all_dead: str
    order: Mapping[Instigation, str]
    orderer_held: str
    levels: Mapping[Impunity, str]
    by_hand: str
    by_hand_same: str
    by_hand_derived: Mapping[Impunity, str]
    reported: Mapping[Impunity, str]
    reported_missing: Mapping[Impunity, str]
    reported_later: str
    did: Mapping[CrimeRole | None, str]
    who: str
    whoever: str
    numbers: Sequence[str]
    months: Sequence[str]
    last_and: str

    def nobody_missing(self, result: ImpunityResult) -> str:
        """Say what is missing where nobody is."""
        if result.level is Impunity.FULL_JUSTICE:
            if any(one.role is CrimeRole.INSTIGATOR for one in result.held):
                return self.orderer_held
            return self.order[result.instigation or Instigation.NOT_SUSPECTED]
        if result.flags.resolved_by_death:
            return self.all_dead
        return self.nobody[result.rule]

    def described(self, one: Called) -> str:
        """Call somebody as the record does, with their part where the words do not say it already."""
        did = self.did[one.role]
        # "Officials who gave orders" says already that they ordered it.
        is_said = did.split()[0][:5] in one.called
        return one.called if is_said else f"{one.called}, {self.who} {did}"

    def some(self, role: CrimeRole | None, count: int) -> str:
        """Say how many of a part are held: 'two who carried it out'."""
        return f"{self.number(count)} {self.who} {self.did[role]}"

    def missing_of(self, role: CrimeRole | None, count: int) -> str:
        """Say how many of a part are missing: 'whoever ordered it', 'two who carried it out'."""
        return f"{self.whoever} {self.did[role]}" if count == 1 else self.some(role, count)

    def number(self, count: int) -> str:
        """Say a number: in words up to twelve, in figures above."""
        return self.numbers[count] if count < len(self.numbers) else str(count)

    def listing(self, parts: Sequence[str]) -> str:
        """Join as in a sentence; by semicolons where a part has a comma of its own."""
        if len(parts) < 2 or any("," in one for one in parts):
            return "; ".join(parts)
        return f"{', '.join(parts[:-1])} {self.last_and} {parts[-1]}"

    def day(self, on: date) -> str:
        """Say a day: '10 July 2013'."""
        return f"{on.day} {self.months[on.month - 1]} {on.year}"


_NO_FACT = "No dated fact about proceedings is on record here, so "

ENGLISH = Words(
    why={
        "impunity.not_applicable": (
            "No category of this incident is a crime that somebody could be held to account for."
        ),
        "impunity.unverified": "No second person has verified this incident.",
        "impunity.not_checked": (
            "No verified fact about proceedings counts, and nobody noted having looked for any."
        ),
        "impunity.nobody_held": "Nobody is held to account: no conviction is in force.",
        "impunity.everybody_held": "Everybody known to be responsible is held to account: {held}.",
        "impunity.somebody_missing": (
            "Only some of those responsible are held to account: {held}."
        ),
        "impunity.resolved_by_death": (
            "Whoever is still alive is held to account ({held}), but somebody found responsible died "
            "before a verdict."
        ),
        "impunity.order_not_settled": (
            "Everybody known to have taken part is held to account: {held}."
        ),
    },
    died_before="Nobody is held to account: somebody found responsible died before a verdict.",
    missing="Still missing: {missing}.",
    nobody={
        "impunity.not_applicable": "The question of impunity is not asked of it.",
        "impunity.unverified": (
            "What justice did is concluded once somebody other than its submitter stands for it."
        ),
        "impunity.not_checked": (
            "Missing is a dated fact of a case against those responsible, or a note that somebody "
            "looked and found none; silence is never read as impunity."
        ),
        "impunity.nobody_held": (
            "Nobody is listed as responsible, so who is missing cannot be said."
        ),
        "impunity.order_not_settled": (
            "Still missing: an answer to whether somebody else ordered it."
        ),
    },
    all_dead="Nobody else is known to be responsible; full justice is out of reach.",
    order={
        Instigation.ESTABLISHED: "Nobody is missing: who ordered it is among them.",
        Instigation.RULED_OUT: "Nobody is missing: that anybody else ordered it is ruled out.",
        Instigation.NOT_SUSPECTED: (
            "Nobody is missing: that anybody else ordered it is not suspected."
        ),
    },
    orderer_held="Nobody is missing: who ordered it is among them.",
    levels={
        Impunity.COMPLETE_IMPUNITY: "complete impunity",
        Impunity.PARTIAL_IMPUNITY: "partial impunity",
        Impunity.FULL_JUSTICE: "full justice",
        Impunity.NOT_ASSESSED: "not assessed",
        Impunity.NOT_APPLICABLE: "that impunity does not apply",
    },
    by_hand="Two people set this level by hand, with a reason and a source: {level}.",
    by_hand_same="The facts on record alone give the same.",
    by_hand_derived={
        Impunity.COMPLETE_IMPUNITY: "The facts on record alone would give complete impunity.",
        Impunity.PARTIAL_IMPUNITY: "The facts on record alone would give partial impunity.",
        Impunity.FULL_JUSTICE: "The facts on record alone would give full justice.",
        Impunity.NOT_ASSESSED: "On the facts on record alone it would not be assessed.",
        Impunity.NOT_APPLICABLE: "By its category alone the question would not be asked.",
    },
    reported={
        Impunity.COMPLETE_IMPUNITY: (
            "Reported by {who} on {on}, and not derived: complete impunity, nobody was convicted."
        ),
        Impunity.PARTIAL_IMPUNITY: (
            "Reported by {who} on {on}, and not derived: partial impunity, some of those "
            "responsible were convicted and others were not."
        ),
        Impunity.FULL_JUSTICE: (
            "Reported by {who} on {on}, and not derived: full justice, everybody responsible was "
            "convicted."
        ),
        Impunity.NOT_ASSESSED: "Reported by {who} on {on}, and not derived: not assessed.",
        Impunity.NOT_APPLICABLE: "Reported by {who} on {on}: impunity does not apply.",
    },
    reported_missing={
        Impunity.COMPLETE_IMPUNITY: f"{_NO_FACT}who is missing cannot be said.",
        Impunity.PARTIAL_IMPUNITY: f"{_NO_FACT}who is missing cannot be said.",
        Impunity.FULL_JUSTICE: f"{_NO_FACT}who was convicted cannot be said.",
        Impunity.NOT_ASSESSED: f"{_NO_FACT}nothing more can be said.",
        Impunity.NOT_APPLICABLE: f"{_NO_FACT}nothing more can be said.",
    },
    reported_later=(
        "{who} reported a conviction on {on}, but not since when, so it says nothing about this day."
    ),
    did={
        CrimeRole.EXECUTOR: "carried it out",
        CrimeRole.ACCOMPLICE: "helped",
        CrimeRole.ORGANISER: "arranged it",
        CrimeRole.INSTIGATOR: "ordered it",
        CrimeRole.SUPERIOR: "could have stopped it and did not",
        None: "took a part that is not stated",
    },
    who="who",
    whoever="whoever",
    numbers=(
        *("none", "one", "two", "three", "four", "five", "six"),
        *("seven", "eight", "nine", "ten", "eleven", "twelve"),
    ),
    months=(
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    last_and="and",
)

WORDS: Mapping[str, Words] = {"en": ENGLISH}
"""The languages in which a level is explained."""
