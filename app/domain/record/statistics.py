# SPDX-License-Identifier: Apache-2.0
"""What statistics count, and how a date that is not exact counts: certainly, perhaps, or not at all.

Formulas are in statistics_index.py, statistics_rates.py, statistics_series.py and statistics_sdg.py.
A number is never made exact by guessing: where dates allow two answers there are two bounds.
Never here: storage, visibility, or a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.record.dates import DateSpan
from app.domain.vocabulary import (
    ActorType,
    AgeGroup,
    Assessment,
    Category,
    Impunity,
    IncidentScope,
    LegalGround,
    Motive,
    PersonRole,
    Sex,
    TargetKind,
    WorkflowStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """Whom an act was aimed at: a person, an outlet, or a group of `count` (None: not known)."""

    kind: TargetKind
    person_id: str | None = None
    outlet_id: str | None = None
    count: int | None = 1
    primary_role: PersonRole | None = None
    other_roles: tuple[PersonRole, ...] = ()
    sex: Sex | None = None
    age_group: AgeGroup | None = None
    arbitrary: Assessment = Assessment.NOT_ASSESSED
    state_acquiescence: Assessment = Assessment.NOT_ASSESSED
    due_diligence_failed: Assessment = Assessment.NOT_ASSESSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One verified or published incident as statistics see it, with its level on the day asked about.

    `is_basis_reported` says that the level is an outside assessor's. `later_justice` says that such
    an assessor found a conviction after that day, and nobody knows since when.
    """

    id: str
    country: str  # ISO 3166-1 alpha-2
    happened: DateSpan
    kinds: tuple[tuple[Category, str | None], ...]
    motive: Motive
    scope: IncidentScope
    status: WorkflowStatus
    level: Impunity
    victims: tuple[Victim, ...]
    actors: frozenset[ActorType] = frozenset()
    admin1: str | None = None  # as far as the reader is told
    ground: LegalGround | None = None  # of the decision behind it
    is_basis_reported: bool = False
    later_justice: bool = False
    # What the facts alone give, where two people set the level by hand; statistics count theirs.
    derived_level: Impunity | None = None

    @property
    def categories(self) -> frozenset[Category]:
        """The categories, without their subtypes."""
        return frozenset(category for category, _ in self.kinds)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a number can be."""

    lower: int
    upper: int

    @property
    def exact(self) -> int | None:
        """The number itself, where it can be one only."""
        return self.lower if self.lower == self.upper else None

    def __add__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.lower + other.lower, self.upper + other.upper)


NOTHING = Bounds(0, 0)


def add_up(bounds: Iterable[Bounds]) -> Bounds:
    """Return the sum, bound by bound."""
    return sum(bounds, NOTHING)


class Holds(StrEnum):
    """Whether something is so, as far as the record can tell."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


def both(first: Holds, second: Holds) -> Holds:
    """Whether two things are so that do not depend on each other."""
    if Holds.NO in (first, second):
        return Holds.NO
    return Holds.PERHAPS if Holds.PERHAPS in (first, second) else Holds.YES


def bounds_of(holds: Holds, count: int = 1) -> Bounds:
    """Return what something adds to a number."""
    return Bounds(count if holds is Holds.YES else 0, 0 if holds is Holds.NO else count)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of days, both of its ends within."""

    first: date
    last: date

    def holds(self, span: DateSpan) -> Holds:
        """Whether what is so dated lies within: certainly where all its days do."""
        if self.first <= span.earliest and span.latest <= self.last:
            return Holds.YES
        is_apart = span.latest < self.first or self.last < span.earliest
        return Holds.NO if is_apart else Holds.PERHAPS


LONGEST_EXACT = 92
"""Days of a season: what is dated more coarsely is dated by the year only, or worse."""


def is_by_year_only(span: DateSpan) -> bool:
    """Whether a date says no more than a year, or less than that."""
    return (span.latest - span.earliest).days > LONGEST_EXACT


JOURNALISTS = frozenset(
    {
        PersonRole.JOURNALIST,
        PersonRole.EDITOR,
        PersonRole.PHOTOJOURNALIST,
        PersonRole.BLOGGER_CITIZEN_JOURNALIST,
    }
)
"""Whom CPJ's index counts: media workers are told beside it, not in it."""


def journalists_in(incident: Counted) -> int:
    """Return how many journalists an act was aimed at; a group counts where its number is stated."""
    return sum(
        one.count or 0
        for one in incident.victims
        if one.kind is not TargetKind.OUTLET and one.primary_role in JOURNALISTS
    )
