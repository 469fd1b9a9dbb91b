# SPDX-License-Identifier: Apache-2.0
"""Where a person is: each row of the table, and what never happens."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record import dates
from app.domain.record.person import Happening, Standing, standing
from app.domain.record.person_rules import KILLED, RULES
from app.domain.vocabulary import Category, FactKind, PersonStanding

S, F = PersonStanding, FactKind
KNOWN = datetime(2020, 1, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def told(what: Any, when: str, name: str = "", **fields: Any) -> Happening:
    """One happening: a fact, a statement, or an incident of one category."""
    kind = what if isinstance(what, F | S | tuple) else (what, None)
    return Happening(
        id=name or f"{what}-{when}",
        told=frozenset({kind}),
        happened=dates.parse(when),
        known_from=KNOWN,
        **{"matters": frozenset({"one"}), **fields},
    )


def asked(*happenings: Happening, as_of: date = TODAY, known_at: datetime = NOW) -> Standing:
    """The standing by these happenings."""
    return standing(happenings, as_of=as_of, known_at=known_at)


@pytest.mark.parametrize(
    ("what", "state", "rule"),
    [
        ((Category.KILLING, "targeted_murder"), S.KILLED, "person.killed"),
        ((Category.KILLING, None), S.KILLED, "person.killed"),
        (F.DIED, S.DIED, "person.died"),
        (Category.KIDNAPPING, S.MISSING, "person.missing"),
        (Category.ENFORCED_DISAPPEARANCE, S.MISSING, "person.missing"),
        ((Category.DETENTION, "forced_psychiatric"), S.IN_PSYCHIATRIC_INSTITUTION,
         "person.psychiatric"),
        ((Category.DETENTION, "imprisonment"), S.IMPRISONED, "person.imprisoned"),
        (F.SENTENCE_STARTED, S.IMPRISONED, "person.imprisoned"),
        ((Category.DETENTION, "house_arrest"), S.UNDER_HOUSE_ARREST, "person.house_arrest"),
        ((Category.DETENTION, "arrest"), S.IN_DETENTION, "person.detained"),
        (Category.DETENTION, S.IN_DETENTION, "person.detained"),
        (F.ARRESTED, S.IN_DETENTION, "person.detained"),
        (F.PRE_TRIAL_DETENTION, S.IN_DETENTION, "person.detained"),
        (F.RELEASED, S.RELEASED, "person.released"),
        (S.EXILED, S.EXILED, "person.stated"),
        (S.FREE, S.FREE, "person.stated"),
        # What says nothing of where somebody is.
        ((Category.DETENTION, "interrogation"), S.UNKNOWN, "person.silent"),
        (Category.PHYSICAL_ATTACK, S.UNKNOWN, "person.silent"),
        (F.CHARGED, S.UNKNOWN, "person.silent"),
        # It may have been an examination only.
        (F.FORCED_PSYCHIATRIC, S.UNKNOWN, "person.silent"),
        (F.ACQUITTED, S.UNKNOWN, "person.silent"),
        (F.CONVICTED, S.UNKNOWN, "person.silent"),
    ],
)  # fmt: skip
def test_each_happening_says_where_a_person_is(what: Any, state: S, rule: str) -> None:
    """One row each; what is in no row leaves the standing unknown."""
    found = asked(told(what, "2025-05-01", name="x"))

    assert (found.state, found.rule) == (state, rule)
    assert found.ids == (() if state is S.UNKNOWN else ("x",))


def test_every_rule_of_the_table_is_reached() -> None:
    """No row is dead, and each id stands once."""
    reached = {rule.id for rule in (*RULES, KILLED)}
    assert len(reached) == len(RULES) + 1
    for rule in RULES:
        assert rule.sentence.endswith(".")


def test_silence_is_unknown_never_free() -> None:
    """Nobody of whom nothing is on record is free."""
    found = asked()

    assert (found.state, found.since, found.history) == (S.UNKNOWN, None, ())
    assert found.reasons == ("The record does not say what became of the person.",)


def test_custody_becomes_prison_by_a_sentence() -> None:
    """Arrested, sentenced, released before its end: three turns with their days."""
    steps = (
        told(F.ARRESTED, "2012-01-23"),
        told(F.CONVICTED, "2012-10-08", sentence_months=90),
        told(F.RELEASED, "2016-08-22"),
    )

    assert [(one.state, one.since.text) for one in asked(*steps).history] == [
        (S.IN_DETENTION, "2012-01-23"),
        (S.IMPRISONED, "2012-10-08"),
        (S.RELEASED, "2016-08-22"),
    ]
    assert asked(*steps, as_of=date(2012, 10, 7)).state is S.IN_DETENTION
    assert asked(*steps, as_of=date(2016, 8, 21)).state is S.IMPRISONED


def test_sent_to_a_psychiatric_institution_while_held() -> None:
    """Of somebody who is held it says where."""
    found = asked(told(F.ARRESTED, "2013-03-14"), told(F.FORCED_PSYCHIATRIC, "2013-23"))

    assert (found.state, found.rule) == (
        S.IN_PSYCHIATRIC_INSTITUTION,
        "person.psychiatric_in_custody",
    )


def test_the_end_of_a_sentence_frees_nobody() -> None:
    """Past its length the person is still imprisoned by the record, and it says what is missing."""
    steps = (
        told((Category.DETENTION, "imprisonment"), "../2013-11", name="i"),
        told(F.CONVICTED, "../2013-11", sentence_months=90),
    )

    before = asked(*steps, as_of=date(2021, 5, 30))
    # It began by then at the latest; nobody says that it ended then.
    assert before.reasons[0] == "The person was imprisoned. (by November 2013)"
    after = asked(*steps, as_of=date(2021, 5, 31))

    assert (before.state, before.presumed_end) == (S.IMPRISONED, date(2021, 5, 30))
    assert not before.is_past_presumed_end
    assert (after.state, after.is_past_presumed_end) == (S.IMPRISONED, True)
    assert after.reasons[-1] == (
        "The sentence would have ended by 2021-05-30; a release is not on record."
    )


def test_an_appeal_may_change_the_sentence() -> None:
    """Shortened, it ends earlier; the person is where they were."""
    found = asked(
        told(F.SENTENCE_STARTED, "2025-01-01", sentence_months=24),
        told(F.UPHELD, "2025-06-01", sentence_months=18),
    )

    assert (found.state, found.presumed_end) == (S.IMPRISONED, date(2026, 7, 1))


def test_a_sentence_for_life_has_no_end() -> None:
    """Raised to life on appeal, no day is named on which it would have ended."""
    found = asked(
        told(F.SENTENCE_STARTED, "2000", sentence_months=24), told(F.UPHELD, "2001", for_life=True)
    )

    assert (found.state, found.presumed_end) == (S.IMPRISONED, None)
    assert found.reasons[-1] == "A release is not on record."


def test_released_after_the_whole_sentence_is_served() -> None:
    """A release at its end, not before, says that it was served."""
    start = told(F.SENTENCE_STARTED, "2020-01-31", sentence_months=1)

    assert asked(start, told(F.RELEASED, "2020-02-28")).state is S.RELEASED
    served = asked(start, told(F.RELEASED, "2020-02-29"))
    assert (served.state, served.rule) == (S.SENTENCE_SERVED, "person.served")


@pytest.mark.parametrize("kind", [F.ACQUITTED, F.QUASHED, F.PARDONED, F.DISMISSED, F.CLEARED])
def test_when_the_ground_falls_away_nobody_is_called_free(kind: F) -> None:
    """Unknown, after what was known; and of another matter it lifts nothing."""
    held = told(F.SENTENCE_STARTED, "2020", sentence_months=24)

    gone = asked(held, told(kind, "2021"))
    other = asked(held, told(kind, "2021", matters=frozenset({"two"})))

    assert (gone.state, gone.last_known, gone.rule) == (
        S.UNKNOWN,
        S.IMPRISONED,
        "person.ground_gone",
    )
    assert other.state is S.IMPRISONED


def test_held_on_two_matters_one_acquittal_is_not_enough() -> None:
    """Acquitted of one, a person is still held for the other."""
    steps = (
        told(F.SENTENCE_STARTED, "2020"),
        told(F.PRE_TRIAL_DETENTION, "2021", matters=frozenset({"two"})),
        told(F.QUASHED, "2022"),
    )

    assert asked(*steps).state is S.IN_DETENTION


def test_a_suspended_sentence_or_one_in_absence_imprisons_nobody() -> None:
    """Held before, the person is where nobody says; never held, nothing is said at all."""
    held = told(F.ARRESTED, "2020-01-01")
    suspended = told(F.CONVICTED, "2020-06-01", sentence_months=12, suspended_sentence=True)
    absent = told(F.CONVICTED, "2020-06-01", sentence_months=12, in_absentia=True)

    assert asked(held, suspended).rule == "person.sentence_suspended"
    assert asked(suspended).state is S.UNKNOWN
    assert (asked(held, absent).state, asked(absent).state) == (S.IN_DETENTION, S.UNKNOWN)


def test_death_is_final() -> None:
    """Nothing that is dated later, or more coarsely, undoes it."""
    killed = told((Category.KILLING, "death_in_custody"), "2020", name="k")
    found = asked(killed, told(F.ARRESTED, "2020-05-01"), told(F.RELEASED, "2021"))

    assert (found.state, found.ids) == (S.KILLED, ("k",))
    assert [one.state for one in found.history] == [S.IN_DETENTION, S.KILLED]


def test_past_knowledge_stays_what_it_was() -> None:
    """A release verified today did not count yesterday; one retracted counts no longer."""
    held = told(F.SENTENCE_STARTED, "2019")
    free = Happening(
        id="r",
        told=frozenset({F.RELEASED}),
        happened=dates.parse("2020-05-01"),
        known_from=NOW - timedelta(days=1),
        retracted_at=NOW + timedelta(days=1),
    )

    assert asked(held, free, known_at=NOW - timedelta(days=2)).state is S.IMPRISONED
    assert asked(held, free, known_at=NOW).state is S.RELEASED
    assert asked(held, free, known_at=NOW + timedelta(days=1)).state is S.IMPRISONED


_TOLD = st.sampled_from(
    [F.ARRESTED, F.SENTENCE_STARTED, F.RELEASED, F.QUASHED, F.CONVICTED, S.EXILED, F.DIED,
     (Category.DETENTION, "imprisonment"), Category.KIDNAPPING]
)  # fmt: skip
_WHEN = st.sampled_from(["2020", "2020-05", "2020-05-03", "2021-22", "../2021", "2021-01-01"])


@given(st.lists(st.tuples(_TOLD, _WHEN), min_size=1, max_size=4))
def test_the_order_of_arrival_does_not_matter(rows: list[tuple[Any, str]]) -> None:
    """Whatever was entered first, the answer is the same; and each has its reasons."""
    steps = [
        told(what, when, name=str(n), sequence=n, sentence_months=6)
        for n, (what, when) in enumerate(rows)
    ]
    answers = [asked(*order) for order in permutations(steps)]

    assert all(one == answers[0] for one in answers)
    assert answers[0].reasons
    assert answers[0].state is not S.FREE
