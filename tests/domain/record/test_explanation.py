# SPDX-License-Identifier: Apache-2.0
"""Two sentences for every level: why it is what it is, and what is missing. Read them aloud."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.record.explanation import Part, explain
from app.domain.record.explanation_words import WORDS
from app.domain.record.impunity import ImpunityResult, derive
from app.domain.record.impunity_input import Override, ReportedLevel
from app.domain.record.impunity_override import with_override
from app.domain.record.impunity_rules import RULES
from app.domain.vocabulary import Category, CrimeRole, Impunity, Instigation
from tests.domain.record.accountability import LONG_AFTER, TOLD, Incident, fact, incidents, slot

CHECKED = date(2011, 1, 1)
EXECUTOR, ORDERER = slot("e", "executor"), slot("o", "instigator")
CONVICTED = fact("c", "convicted", "2013-07-10", involvement_id="e")


def case(*facts: Any, slots: Any = (EXECUTOR,), **more: Any) -> Incident:
    """A verified attack about whose proceedings somebody asked."""
    values: dict[str, Any] = {"executors_complete": True, "checked": CHECKED} | more
    return Incident(slots=tuple(slots), facts=tuple(facts), **values)


FOUR = tuple(
    slot(f"s{number}", role)
    for number, role in enumerate(("executor", "executor", "accomplice", "organiser"))
)
FOUR_CONVICTED = tuple(
    fact(f"c{number}", "convicted", "2013-07-10", involvement_id=f"s{number}")
    for number in range(4)
)
DIED = fact("d", "responsibility_established", "2013-05-01", involvement_id="e")

TOLD_IN_TWO = [
    (
        case(categories=frozenset({Category.RESTRICTIVE_LAW})),
        "No category of this incident is a crime that somebody could be held to account for.",
        "The question of impunity is not asked of it.",
    ),
    (
        case(verified_at=None),
        "No second person has verified this incident.",
        "What justice did is concluded once somebody other than its submitter stands for it.",
    ),
    (
        case(checked=None),
        "No verified fact about proceedings counts, and nobody noted having looked for any.",
        ("Missing is a dated fact of a case against those responsible, or a note that somebody looked "
        "and found none; silence is never read as impunity."),
    ),
    (
        case(),
        "Nobody is held to account: no conviction is in force.",
        "Still missing: whoever carried it out.",
    ),
    (
        case(slots=(), instigation=Instigation.ALLEGED, executors_complete=None),
        "Nobody is held to account: no conviction is in force.",
        "Still missing: whoever carried it out and whoever ordered it.",
    ),
    (
        case(slots=()),
        "Nobody is held to account: no conviction is in force.",
        "Nobody is listed as responsible, so who is missing cannot be said.",
    ),
    (
        case(DIED),
        "Nobody is held to account: somebody found responsible died before a verdict.",
        "Nobody else is known to be responsible; full justice is out of reach.",
    ),
    (
        case(DIED, slots=(EXECUTOR, ORDERER)),
        "Nobody is held to account: somebody found responsible died before a verdict.",
        "Still missing: whoever ordered it.",
    ),
    (
        case(CONVICTED),
        "Everybody known to be responsible is held to account: one who carried it out.",
        "Nobody is missing: that anybody else ordered it is not suspected.",
    ),
    (
        case(CONVICTED, instigation=Instigation.RULED_OUT),
        "Everybody known to be responsible is held to account: one who carried it out.",
        "Nobody is missing: that anybody else ordered it is ruled out.",
    ),
    (
        case(
            CONVICTED,
            fact("c2", "convicted", "2014-01-01", involvement_id="o"),
            slots=(EXECUTOR, ORDERER),
            instigation=Instigation.ESTABLISHED,
        ),
        ("Everybody known to be responsible is held to account: one who carried it out and one who "
        "ordered it."),
        "Nobody is missing: who ordered it is among them.",
    ),
    (
        case(CONVICTED, slots=(EXECUTOR, ORDERER), instigation=Instigation.ESTABLISHED),
        "Only some of those responsible are held to account: one who carried it out.",
        "Still missing: whoever ordered it.",
    ),
    (
        case(*FOUR_CONVICTED, slots=FOUR, instigation=Instigation.ESTABLISHED),
        ("Only some of those responsible are held to account: two who carried it out, one who helped "
        "and one who arranged it."),
        "Still missing: whoever ordered it.",
    ),
    (
        case(FOUR_CONVICTED[3], slots=FOUR),
        "Only some of those responsible are held to account: one who arranged it.",
        "Still missing: two who carried it out and whoever helped.",
    ),
    (
        case(CONVICTED, slots=(EXECUTOR, slot("u", "superior_who_failed_to_act"))),
        "Only some of those responsible are held to account: one who carried it out.",
        "Still missing: whoever could have stopped it and did not.",
    ),
    (
        case(fact("x", "convicted", "2013-07-10"), fact("q", "quashed", "2012-01-01", case_id="B")),
        "Only some of those responsible are held to account: one who took a part that is not stated.",
        "Still missing: whoever carried it out and whoever took a part that is not stated.",
    ),
    (
        case(DIED, fact("c2", "convicted", "2014-01-01", involvement_id="o"), slots=(EXECUTOR, ORDERER)),
        ("Whoever is still alive is held to account (one who ordered it), but somebody found "
        "responsible died before a verdict."),
        "Nobody else is known to be responsible; full justice is out of reach.",
    ),
    (
        case(CONVICTED, instigation=Instigation.UNKNOWN),
        "Everybody known to have taken part is held to account: one who carried it out.",
        "Still missing: an answer to whether somebody else ordered it.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "why", "missing"), TOLD_IN_TWO)
def test_each_level_in_two_sentences(asked: Incident, why: str, missing: str) -> None:
    """The first says why, the second what is missing, exactly."""
    assert explain(asked.ask()) == (why, missing)


def test_people_are_called_what_the_record_calls_them() -> None:
    """A description, with the part where it does not say it already; others by their part."""
    asked = case(CONVICTED, slots=(EXECUTOR, ORDERER), instigation=Instigation.ESTABLISHED)
    parts = [
        Part(id="e", role=CrimeRole.EXECUTOR, called="the perpetrators"),
        Part(id="o", role=CrimeRole.INSTIGATOR, called="those who ordered the attack"),
    ]
    assert explain(asked.ask(), parts) == (
        "Only some of those responsible are held to account: the perpetrators, who carried it out.",
        "Still missing: those who ordered the attack.",
    )


def _reported(level: Impunity, on: date = date(2013, 1, 9)) -> ImpunityResult:
    said = ReportedLevel(level=level, assessor="CPJ", stated_on=on, recorded_at=TOLD)
    given = case(checked=None).given()
    given = type(given)(categories=given.categories, verified_at=TOLD, reported=(said,))
    return derive(given, as_of=date(2014, 1, 1), known_at=LONG_AFTER)


def test_a_reported_level_is_its_assessors() -> None:
    """By name and day, and no word more than they said."""
    assert explain(_reported(Impunity.COMPLETE_IMPUNITY)) == (
        "Reported by CPJ on 9 January 2013, and not derived: complete impunity, nobody was convicted.",
        "No dated fact about proceedings is on record here, so who is missing cannot be said.",
    )
    assert explain(_reported(Impunity.FULL_JUSTICE))[1] == (
        "No dated fact about proceedings is on record here, so who was convicted cannot be said."
    )
    assert explain(_reported(Impunity.PARTIAL_IMPUNITY, date(2015, 3, 4)))[1] == (
        "CPJ reported a conviction on 4 March 2015, but not since when, so it says nothing about this "
        "day."
    )


def test_a_level_by_hand_is_told_beside_the_derived_one() -> None:
    """Both values, and whose the shown one is."""
    by_hand = Override(
        id="1", level=Impunity.FULL_JUSTICE, reason="Sealed.", source="A letter", confirmed_at=TOLD
    )
    assert explain(with_override(case().ask(), [by_hand])) == (
        "Two people set this level by hand, with a reason and a source: full justice.",
        "The facts on record alone would give complete impunity.",
    )
    assert explain(with_override(case(CONVICTED).ask(), [by_hand]))[1] == (
        "The facts on record alone give the same."
    )


def test_every_language_has_every_sentence() -> None:
    """A rule, a level or a part without words would be a hole in a page."""
    for words in WORDS.values():
        assert words.why.keys() == {rule.id for rule in RULES}
        for table in (words.levels, words.by_hand_derived, words.reported, words.reported_missing):
            assert table.keys() == set(Impunity)
        assert words.did.keys() == {*CrimeRole, None}


@settings(
    max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(incidents())
def test_two_sentences_for_whatever_there_is(asked: Incident) -> None:
    """Each ends with a full stop, begins with a capital and fills every place."""
    for sentence in explain(asked.ask()):
        assert sentence.count(".") == 1
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "{" not in sentence
        assert ": ." not in sentence
