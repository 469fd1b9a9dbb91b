# SPDX-License-Identifier: Apache-2.0
"""What the derivation of impunity is handed, and what of it was on record at a time.

Whole histories go in, so that an answer for a past knowledge date never changes. Nothing here
concludes anything (impunity.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.record.cases import CaseFact, Involvement, counted, known
from app.domain.record.judgments import Slots, visible_slots
from app.domain.vocabulary import IMPUNITY_APPLICABLE, Category, Impunity, Instigation, Polarity


@dataclass(frozen=True, slots=True, kw_only=True)
class InstigationNote:
    """What was known about an order, and since when; the note recorded last counts."""

    value: Instigation
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorsNote:
    """Whether the list of executors is complete, and since when that was noted."""

    complete: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountabilityCheck:
    """Somebody looked for proceedings on a day and found none."""

    on: date
    recorded_at: datetime
    retracted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLevel:
    """What an outside assessor says of the level, and the day on which it said so."""

    level: Impunity
    assessor: str
    stated_on: date
    recorded_at: datetime
    retracted_at: datetime | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the statement speaks about a day.

        That nobody was convicted holds for every earlier day too; a conviction may have come later.
        """
        return self.stated_on <= day or self.level is Impunity.COMPLETE_IMPUNITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A level set by hand, with a reason and a source, since a second person confirmed it.

    `since` is the first day it speaks about, None for every day. It never enters the derivation: it
    is laid over its result (impunity_override.py).
    """

    id: str
    level: Impunity
    reason: str
    source: str
    confirmed_at: datetime
    since: date | None = None
    retracted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoriesNote:
    """Of which categories an incident was, and since when; the note recorded last counts."""

    values: frozenset[Category]
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpunityInput:
    """All that the derivation reads. Hand in whole histories: it picks what counts.

    `verified_at` is when the incident was verified by a second person, or None. `categories` are
    those of today; `earlier_categories` what they were before, for answers about past knowledge.
    """

    categories: frozenset[Category]
    verified_at: datetime | None
    involvements: tuple[Involvement, ...] = ()
    facts: tuple[CaseFact, ...] = ()
    instigation: tuple[InstigationNote, ...] = ()
    executors_complete: tuple[ExecutorsNote, ...] = ()
    checks: tuple[AccountabilityCheck, ...] = ()
    reported: tuple[ReportedLevel, ...] = ()
    earlier_categories: tuple[CategoriesNote, ...] = ()

    def categories_at(self, known_at: datetime) -> frozenset[Category]:
        """The categories on record at a time; where nothing earlier is noted, today's."""
        notes = [note for note in self.earlier_categories if note.recorded_at <= known_at]
        if not notes:
            return self.categories
        return max(notes, key=lambda note: (note.recorded_at, sorted(note.values))).values


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """What was on record at one time, of whatever day; what was learned later cannot enter."""

    is_applicable: bool
    is_verified: bool
    facts: tuple[CaseFact, ...]
    slots: Slots
    instigation: Instigation
    executors_complete: bool | None
    checked_on: tuple[date, ...]
    reported: ReportedLevel | None = None

    def facts_until(self, day: date) -> tuple[CaseFact, ...]:
        """The facts that count on a day, in their order."""
        return tuple(fact for fact in self.facts if fact.happened.counts_from <= day)

    def change_days(self, until: date) -> list[date]:
        """The days on which the answer may have changed, latest first."""
        days = {fact.happened.counts_from for fact in self.facts} | set(self.checked_on)
        return sorted((day for day in days if day <= until), reverse=True)


def on_record(given: ImpunityInput, known_at: datetime, *, include_unverified: bool) -> OnRecord:
    """Pick from whole histories what was on record at a time; of notes the one recorded last."""
    orders = [note for note in given.instigation if note.recorded_at <= known_at]
    complete = [note for note in given.executors_complete if note.recorded_at <= known_at]
    order = max(orders, key=lambda note: (note.recorded_at, note.value), default=None)
    completeness = max(complete, key=lambda note: (note.recorded_at, note.complete), default=None)
    return OnRecord(
        is_applicable=bool(given.categories_at(known_at) & IMPUNITY_APPLICABLE),
        is_verified=known(given.verified_at, None, known_at),
        facts=counted(
            given.facts,
            polarity=Polarity.ACCOUNTABILITY,
            as_of=date.max,
            known_at=known_at,
            include_unverified=include_unverified,
        ),
        slots=visible_slots(given.involvements, known_at),
        instigation=order.value if order else Instigation.UNKNOWN,
        executors_complete=completeness.complete if completeness else None,
        checked_on=tuple(
            check.on
            for check in given.checks
            if known(check.recorded_at, check.retracted_at, known_at)
        ),
        reported=_reported(given.reported, known_at),
    )


def _reported(statements: Iterable[ReportedLevel], known_at: datetime) -> ReportedLevel | None:
    """Return the statement that stood at a time; of several assessors' the one recorded last."""
    standing = [one for one in statements if known(one.recorded_at, one.retracted_at, known_at)]
    return max(standing, key=lambda one: (one.recorded_at, one.assessor, one.level), default=None)
