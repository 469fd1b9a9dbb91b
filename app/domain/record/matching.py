# SPDX-License-Identifier: Apache-2.0
"""Whether two accounts speak of one act: the same, different, or a question for a person.

Rules are rows, asked in order; the first that speaks decides and says why. A name alone decides
nothing, and neither does a text. Never here: where candidates come from (matching_keys.py and
storage), or how alike two texts are (handed in as a number).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.vocabulary import Category

RULES_VERSION = 2
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
class Match:
    """What was decided, by which rule, how surely (0–1), and why in words."""

    decision: Decision
    score: float
    rule: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: where `holds` is true it decides. `sentence` is what a person reads."""

    id: str
    holds: Callable[[_Pair], bool]
    decision: Decision
    score: float
    sentence: str


_S, _A, _D = Decision.SAME, Decision.ASK, Decision.DIFFERENT

RULES: tuple[Rule, ...] = (
    Rule(
        id="same_id",
        holds=lambda p: bool(p.a.external_ids & p.b.external_ids),
        decision=_S,
        score=1.0,
        sentence="They bear the same id of the same system.",
    ),
    Rule(
        id="same_address_other_people",
        holds=lambda p: bool(p.a.urls & p.b.urls) and (p.other_people or p.countries_differ),
        decision=_A,
        score=0.5,
        sentence="They stand on one page, but name different people or countries.",
    ),
    Rule(
        id="same_address_other_day",
        holds=lambda p: bool(p.a.urls & p.b.urls) and p.days_apart is not None and not p.is_near,
        decision=_A,
        score=0.5,
        sentence="They stand on one page, but name days far apart.",
    ),
    Rule(
        id="same_address",
        holds=lambda p: bool(p.a.urls & p.b.urls),
        decision=_S,
        score=0.95,
        sentence="They stand on one page.",
    ),
    Rule(
        id="other_country",
        holds=lambda p: p.countries_differ,
        decision=_D,
        score=0.95,
        sentence="They name different countries.",
    ),
    Rule(
        id="no_day",
        holds=lambda p: (
            p.days_apart is None
            and (bool(p.people) or bool(p.spellings) or p.likeness >= SAME_TEXT)
            and not p.kinds_disagree
        ),
        decision=_A,
        score=0.4,
        sentence="They name the same people or read alike, but one names no day.",
    ),
    Rule(
        id="other_day",
        holds=lambda p: not p.is_near,
        decision=_D,
        score=0.9,
        sentence="They name days too far apart to be one act.",
    ),
    Rule(
        id="person_day_kind",
        holds=lambda p: bool(p.people) and p.same_day and p.country_agrees and p.kinds_agree,
        decision=_S,
        score=0.9,
        sentence="They name the same person, day, country and kind of act.",
    ),
    Rule(
        id="person_day_place",
        holds=lambda p: (
            bool(p.people)
            and p.same_day
            and p.country_agrees
            and p.places_agree
            and not p.kinds_disagree
        ),
        decision=_S,
        score=0.85,
        sentence="They name the same person, day and place, and no different kind of act.",
    ),
    Rule(
        id="person_near",
        holds=lambda p: bool(p.people),
        decision=_A,
        score=0.6,
        sentence="They name the same person at about the same time; kind, day or place may differ.",
    ),
    Rule(
        id="spelling_near",
        holds=lambda p: bool(p.spellings),
        decision=_A,
        score=0.55,
        sentence="They name people at about the same time who may be one, spelt in two languages.",
    ),
    Rule(
        id="other_people",
        holds=lambda p: p.other_people and p.likeness < SAME_TEXT,
        decision=_D,
        score=0.8,
        sentence="They name different people.",
    ),
    Rule(
        id="same_text",
        holds=lambda p: p.likeness >= SAME_TEXT,
        decision=_S,
        score=0.85,
        sentence="They are the same text, at about the same time: one is a copy.",
    ),
    Rule(
        id="day_outlet",
        holds=lambda p: p.country_agrees and bool(p.a.outlets & p.b.outlets),
        decision=_A,
        score=0.5,
        sentence="They name the same outlet and country at about the same time.",
    ),
    Rule(
        id="day_place",
        holds=lambda p: p.country_agrees and p.places_agree and not p.kinds_disagree,
        decision=_A,
        score=0.45,
        sentence="They name the same place at about the same time, and no different kind of act.",
    ),
    Rule(
        id="day_like",
        holds=lambda p: p.same_day and p.country_agrees and p.likeness >= LIKE_TEXT,
        decision=_A,
        score=0.4,
        sentence="They name the same day and country, and read alike.",
    ),
    Rule(
        id="day_unnamed_kind",
        holds=lambda p: (
            p.same_day
            and p.country_agrees
            and p.a.has_unnamed
            and p.b.has_unnamed
            and p.kinds_agree
        ),
        decision=_A,
        score=0.35,
        sentence="They name the same day, country and kind of act, and no name tells them apart.",
    ),
)

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
    pair = _Pair(a=a, b=b, likeness=likeness)
    for rule in RULES:
        if rule.holds(pair):
            return Match(
                decision=rule.decision,
                score=rule.score,
                rule=rule.id,
                reasons=(rule.sentence, *_beside(pair)),
            )
    return ELSE


def _beside(pair: _Pair) -> list[str]:
    """Return what else a person would want to know."""
    said = [
        (pair.days_apart not in (None, 0), f"Their days are {pair.days_apart} apart."),
        (pair.kinds_disagree, "They say different kinds of act."),
        (pair.places_agree, "They share a place."),
        (bool(pair.a.outlets & pair.b.outlets), "They share an outlet."),
        (pair.likeness >= LIKE_TEXT, f"Their texts are {pair.likeness:.0%} alike."),
    ]
    return [sentence for holds, sentence in said if holds]
