# SPDX-License-Identifier: Apache-2.0
"""What each kind of happening says of where a person is: a table, read from the top.

Ids are stable and documented; adding a row or changing one is a change of methodology. Nothing here
puts happenings in order: person.py does.
"""

from dataclasses import dataclass
from enum import Enum, auto

from app.domain.vocabulary import Category, FactKind, PersonStanding

Kind = tuple[Category, str | None]
Told = Kind | FactKind | PersonStanding
"""What is told: by an incident's category and subtype, a fact of a case, or a statement itself."""


class Effect(Enum):
    """What a row does to the standing so far."""

    SET = auto()  # From then on it is the row's standing.
    HOLD = auto()  # Held, on account of this incident or case.
    HOLD_WEAKLY = auto()  # Held, but never less gravely than already.
    WHERE_HELD = auto()  # Held so, where held already; of others it says nothing.
    FREE = auto()  # No longer held, whatever for.
    LIFT = auto()  # No longer held for this; where for nothing else, nobody says what followed.
    END = auto()  # Nothing comes after it.


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what must be told, the standing it gives, what it does, and the sentence shown."""

    id: str
    standing: PersonStanding
    effect: Effect
    sentence: str
    told: frozenset[Told]


def _detention(*subtypes: str | None) -> frozenset[Told]:
    return frozenset({(Category.DETENTION, subtype) for subtype in subtypes})


_S, _F = PersonStanding, FactKind

RULES: tuple[Rule, ...] = (
    Rule("person.died", _S.DIED, Effect.END, "The person died.", frozenset({_F.DIED, _S.DIED})),
    Rule(
        "person.missing",
        _S.MISSING,
        Effect.SET,
        "The person was abducted or disappeared.",
        frozenset({(Category.ENFORCED_DISAPPEARANCE, None), (Category.KIDNAPPING, None)}),
    ),
    Rule(
        "person.psychiatric",
        _S.IN_PSYCHIATRIC_INSTITUTION,
        Effect.HOLD,
        "The person was sent to a psychiatric institution.",
        _detention("forced_psychiatric"),
    ),
    Rule(
        "person.imprisoned",
        _S.IMPRISONED,
        Effect.HOLD,
        "The person was imprisoned.",
        _detention("imprisonment") | {_F.SENTENCE_STARTED},
    ),
    Rule(
        "person.house_arrest",
        _S.UNDER_HOUSE_ARREST,
        Effect.HOLD,
        "The person was put under house arrest.",
        _detention("house_arrest"),
    ),
    Rule(
        "person.detained",
        _S.IN_DETENTION,
        Effect.HOLD_WEAKLY,
        "The person was arrested or detained.",
        _detention("arrest", "detention", None) | {_F.ARRESTED, _F.PRE_TRIAL_DETENTION},
    ),
    # By itself it may be no more than an examination, after which somebody goes home.
    Rule(
        "person.psychiatric_in_custody",
        _S.IN_PSYCHIATRIC_INSTITUTION,
        Effect.WHERE_HELD,
        "The person was sent to a psychiatric institution while held.",
        frozenset({_F.FORCED_PSYCHIATRIC}),
    ),
    Rule(
        "person.convicted_in_custody",
        _S.IMPRISONED,
        Effect.WHERE_HELD,
        "The person was sentenced to prison while held.",
        frozenset({_F.CONVICTED}),
    ),
    Rule(
        "person.released",
        _S.RELEASED,
        Effect.FREE,
        "The person was released.",
        frozenset({_F.RELEASED}),
    ),
    Rule(
        "person.ground_gone",
        _S.UNKNOWN,
        Effect.LIFT,
        "The ground for holding the person fell away; a release is not on record.",
        frozenset(
            {_F.ACQUITTED, _F.CLEARED, _F.QUASHED, _F.PARDONED, _F.DISMISSED, _F.CLOSED_AMNESTY}
        ),
    ),
)

KILLED = Rule(
    "person.killed",
    _S.KILLED,
    Effect.END,
    "The person was killed.",
    frozenset({(Category.KILLING, None), _S.KILLED}),
)
"""Looked at first, whatever the subtype: many an abduction or arrest ends so, in one incident."""

STATED = "person.stated"
STATED_SENTENCE = "A source states it."
SERVED_RULE = Rule(
    "person.served",
    _S.SENTENCE_SERVED,
    Effect.FREE,
    "The person was released after the sentence had been served.",
    frozenset(),
)
SUSPENDED = Rule(
    "person.sentence_suspended",
    _S.UNKNOWN,
    Effect.LIFT,
    "The sentence was suspended; a release is not on record.",
    frozenset(),
)
SILENT = "person.silent"
SILENT_SENTENCE = "The record does not say what became of the person."

_EFFECT_OF_STATED = {
    _S.KILLED: Effect.END,
    _S.DIED: Effect.END,
    _S.IMPRISONED: Effect.HOLD,
    _S.IN_PSYCHIATRIC_INSTITUTION: Effect.HOLD,
    _S.UNDER_HOUSE_ARREST: Effect.HOLD,
    _S.IN_DETENTION: Effect.HOLD,
}


def rule_for(told: frozenset[Told]) -> Rule | None:
    """Return the first row that something told falls under, or None where it says nothing of it."""
    stated = next((one for one in told if isinstance(one, PersonStanding)), None)
    if stated is not None:
        effect = _EFFECT_OF_STATED.get(stated, Effect.SET)
        return Rule(STATED, stated, effect, STATED_SENTENCE, frozenset({stated}))
    broad = {(one[0], None) for one in told if isinstance(one, tuple)}
    if KILLED.told & broad:
        return KILLED
    for rule in RULES:
        # A kidnapping is one whatever its subtype; of detentions the subtype decides.
        at_large = rule.id == "person.missing"
        if rule.told & (told | broad if at_large else told):
            return rule
    return None
