# SPDX-License-Identifier: Apache-2.0
"""What two accounts say, and what they have in common: all that a rule of matching may look at.

Never here: what follows from it (matching_rules.py).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.vocabulary import Category

NEAR_DAYS = 3
"""Accounts of one act may name days this far apart: the act, the morning after, the publication."""

SAME_TEXT, LIKE_TEXT = 0.9, 0.6
EXACT_DAYS = 3
"""A date that spans more days than this is not exact."""


class Decision(StrEnum):
    """What comparing two accounts gives."""

    SAME = "same"
    ASK = "ask"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An account or an incident, as far as matching looks. Empty and None mean: not said.

    `people` and `outlets` are keys of names (`dataset.name_key`), `spellings` those of people as
    `spellings.spelling_key` makes them, `urls` canonical addresses, `external_ids` pairs of system and
    id; `places` folded names of towns and regions. `signature` finds like texts, and decides nothing.
    """

    country: str | None = None
    earliest: date | None = None
    latest: date | None = None
    places: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    spellings: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    external_ids: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[Category] = frozenset()
    has_unnamed: bool = False
    signature: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[date, date] | None:
        """Its first and last possible day, where both are bounded."""
        if self.earliest is None or self.latest is None:
            return None
        return self.earliest, self.latest

    @property
    def is_exact(self) -> bool:
        """Whether its day is known to a few days."""
        return self.span is not None and (self.span[1] - self.span[0]).days < EXACT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two accounts side by side; `likeness` (0–1) is how alike their texts are."""

    a: Described
    b: Described
    likeness: float

    @property
    def days_apart(self) -> int | None:
        """Days between the two spans; 0 where they overlap, None where one has no date."""
        if self.a.span is None or self.b.span is None:
            return None
        first, second = sorted((self.a.span, self.b.span))
        return max(0, (second[0] - first[1]).days)

    @property
    def is_near(self) -> bool:
        """Whether the days allow one act."""
        apart = self.days_apart
        return apart is not None and apart <= NEAR_DAYS

    @property
    def same_day(self) -> bool:
        """Whether both name a day, and the same."""
        return self.days_apart == 0 and self.a.is_exact and self.b.is_exact

    @property
    def people(self) -> frozenset[str]:
        """The people both name."""
        return self.a.people & self.b.people

    @property
    def other_people(self) -> bool:
        """Whether both name people, and none in common, in whatever script."""
        are_named = bool(self.a.people and self.b.people)
        return are_named and not self.people and not self.spellings

    @property
    def spellings(self) -> frozenset[str]:
        """What may be one name in the spelling of two languages."""
        return self.a.spellings & self.b.spellings

    @property
    def kinds_agree(self) -> bool:
        """Whether both say a kind and share one."""
        return bool(self.a.kinds & self.b.kinds)

    @property
    def kinds_disagree(self) -> bool:
        """Whether both say a kind and share none."""
        return bool(self.a.kinds and self.b.kinds) and not self.kinds_agree

    @property
    def places_agree(self) -> bool:
        """Whether they share a place."""
        return bool(self.a.places & self.b.places)

    @property
    def countries_differ(self) -> bool:
        """Whether both say a country, and another one."""
        return None not in (self.a.country, self.b.country) and self.a.country != self.b.country

    @property
    def country_agrees(self) -> bool:
        """Whether both say the same country."""
        return self.a.country is not None and self.a.country == self.b.country
