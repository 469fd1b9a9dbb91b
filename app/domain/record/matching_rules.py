# SPDX-License-Identifier: Apache-2.0
"""The rules of matching, as rows: asked in order, the first that holds decides and says why."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.record.matching_pair import LIKE_TEXT, SAME_TEXT, Decision, Pair

RULES_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: where `holds` is true it decides. `sentence` is what a person reads."""

    id: str
    holds: Callable[[Pair], bool]
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
