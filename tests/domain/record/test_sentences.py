# SPDX-License-Identifier: Apache-2.0
"""Sentences are each a court's own: replaced, undone or in force, and never added up."""

from datetime import UTC, datetime

from app.domain.record import dates
from app.domain.record.cases import CaseFact, course
from app.domain.record.sentences import Standing, standings
from app.domain.vocabulary import FactKind, Polarity, Stage

AT = datetime(2020, 1, 1, tzinfo=UTC)


def fact(name: str, kind: FactKind, day: str, person: str | None = None) -> CaseFact:
    """A fact of one reprisal."""
    return CaseFact(
        id=name,
        case_id="case",
        kind=kind,
        polarity=Polarity.REPRISAL,
        happened=dates.parse(day),
        recorded_at=AT,
        sequence=int(name),
        person_key=person,
    )


def test_two_convictions_stand_beside_each_other() -> None:
    """Whether they are served together is the court's to say: both are in force, none is summed."""
    facts = [
        fact("1", FactKind.CONVICTED, "2012-01-01", "a"),
        fact("2", FactKind.CONVICTED, "2012-02-01", "a"),
    ]

    assert standings(facts, {"1", "2"}, {}) == {"1": Standing.IN_FORCE, "2": Standing.IN_FORCE}


def test_a_higher_court_replaces_the_sentence_of_that_person_only() -> None:
    """Upheld with another term: the first term is replaced, another person's is not."""
    facts = [
        fact("1", FactKind.CONVICTED, "2012-01-01", "a"),
        fact("2", FactKind.CONVICTED, "2012-01-01", "b"),
        fact("3", FactKind.UPHELD, "2012-05-01", "a"),
    ]

    found = standings(facts, {"1", "2", "3"}, {})

    assert [found[one] for one in "123"] == [
        Standing.REPLACED,
        Standing.IN_FORCE,
        Standing.IN_FORCE,
    ]


def test_a_judgment_upheld_without_a_term_leaves_the_sentence() -> None:
    """Only a fact that states a sentence replaces one; a quashing undoes it."""
    first = fact("1", FactKind.CONVICTED, "2012-01-01", "a")
    upheld = fact("2", FactKind.UPHELD, "2012-05-01", "a")
    quashed = fact("3", FactKind.QUASHED, "2012-06-01", "a")

    assert standings([first, upheld], {"1"}, {}) == {"1": Standing.IN_FORCE}
    assert standings([first, upheld, quashed], {"1"}, {}) == {"1": Standing.UNDONE}


def test_the_course_gives_the_stage_after_each_fact() -> None:
    """In the order of what happened, whatever order it was entered in; a promise moves nothing."""
    facts = [
        fact("3", FactKind.APPEAL_FILED, "2012-03"),
        fact("1", FactKind.CHARGED, "2012-01-01"),
        fact("4", FactKind.PROMISE, "2012-02-15"),
        fact("2", FactKind.CONVICTED, "2012-02-01"),
    ]

    passed = course(facts, Polarity.REPRISAL)

    assert [(one.id, stage) for one, stage in passed] == [
        ("1", Stage.CHARGED),
        ("2", Stage.VERDICT_FIRST_INSTANCE),
        ("4", Stage.VERDICT_FIRST_INSTANCE),
        ("3", Stage.APPEAL),
    ]
