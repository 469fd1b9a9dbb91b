# SPDX-License-Identifier: Apache-2.0
"""Judgments that fall and people who leave: quashings, acquittals, closed slots, deaths."""

from datetime import date, timedelta

import pytest

from app.domain.vocabulary import Impunity, InvolvementStatus
from tests.domain.record.accountability import TOLD, Incident, fact, missing, slot

COMPLETE, PARTIAL, FULL = (
    Impunity.COMPLETE_IMPUNITY,
    Impunity.PARTIAL_IMPUNITY,
    Impunity.FULL_JUSTICE,
)
EXECUTOR = slot("e", "executor", person="p1")
CONVICTED = fact("c", "convicted", "2013-07-10", involvement_id="e")
QUASHED = fact("q", "quashed", "2014-03-05", involvement_id="e")
ACQUITTED = fact("a", "acquitted", "2014-03-05", involvement_id="e")
ONE_MAN = Incident(slots=(EXECUTOR,), facts=(CONVICTED,))


def test_a_quashing_takes_justice_back_from_its_day() -> None:
    """The conviction holds until the day a higher court quashed it."""
    incident = ONE_MAN.change(facts=(CONVICTED, QUASHED))
    assert [incident.level(day) for day in ("2014-03-04", "2014-03-05")] == [FULL, COMPLETE]
    assert incident.ask().since == date(2014, 3, 5)


def test_a_new_conviction_after_a_quashing_holds() -> None:
    """A retrial that convicts again restores the answer."""
    again = fact("c2", "convicted", "2015-01-01", involvement_id="e")
    assert ONE_MAN.change(facts=(QUASHED, again, CONVICTED)).level() is FULL


def test_a_quashing_of_the_whole_judgment_undoes_every_conviction_of_its_case() -> None:
    """A quashing that names nobody is about the case, and only about that case."""
    other = slot("e2", "executor", person="p2")
    elsewhere = fact("c2", "convicted", "2013-07-10", involvement_id="e2", case_id="B")
    everything = fact("q", "quashed", "2014-03-05")
    incident = ONE_MAN.change(slots=(EXECUTOR, other), facts=(CONVICTED, elsewhere, everything))
    found = incident.ask()
    assert (found.level, missing(found)) == (PARTIAL, {"executor": 1})
    assert [one.involvement_id for one in found.held] == ["e2"]


@pytest.mark.parametrize(
    ("convicted_on", "sequence", "level"),
    [("2013", 2, FULL), ("2013", 1, COMPLETE), ("2013", 0, COMPLETE), ("2013-07", 2, COMPLETE)],
)
def test_a_quashing_of_uncertain_order_never_overstates_justice(
    convicted_on: str, sequence: int, level: Impunity
) -> None:
    """Of the same dates the sequence decides; of others that overlap the conviction falls."""
    judged = fact("c", "convicted", convicted_on, involvement_id="e", sequence=sequence)
    fallen = fact("q", "quashed", "2013", involvement_id="e", sequence=1)
    assert ONE_MAN.change(facts=(judged, fallen)).level() is level


def test_a_quashed_member_without_a_slot_stays_missing() -> None:
    """The court found a responsible person once; that the judgment fell does not make the act undone."""
    added = fact("c2", "convicted", "2013-07-10", person_key="p9", role="accomplice")
    fallen = fact("q", "quashed", "2014-03-05", person_key="p9")
    found = ONE_MAN.change(facts=(CONVICTED, added, fallen)).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"accomplice": 1})


def test_a_new_conviction_answers_the_quashing_of_the_old_one() -> None:
    """Convicted again without a slot: the same man is held, and nobody is missing for him."""
    added = fact("c2", "convicted", "2013-07-10", person_key="p9", role="accomplice")
    fallen = fact("q", "quashed", "2014-03-05", person_key="p9")
    again = fact("c3", "convicted", "2015-03-05", person_key="p9", role="accomplice")
    found = ONE_MAN.change(facts=(CONVICTED, added, fallen, again)).ask()
    assert (found.level, missing(found)) == (FULL, {})


def test_a_closed_role_also_ends_the_search_for_somebody_unlisted() -> None:
    """An acquitted man nobody had listed leaves somebody missing until his role is closed."""
    freed = fact("a", "acquitted", "2014-03-05", person_key="p9", role="accomplice")
    closed = fact("s", "slot_closed", "2014-04-01", role="accomplice")
    found = ONE_MAN.change(facts=(CONVICTED, freed)).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"accomplice": 1})
    assert ONE_MAN.change(facts=(CONVICTED, freed, closed)).level() is FULL


def test_a_fallen_judgment_is_counted_once() -> None:
    """One man whose conviction by slot fell by a quashing of the case is one missing, not two."""
    found = ONE_MAN.change(facts=(CONVICTED, fact("q", "quashed", "2014-03-05"))).ask()
    assert missing(found) == {"executor": 1}


def test_acquitting_the_last_accused_is_not_full_justice() -> None:
    """Who is acquitted leaves an unidentified slot of the role behind."""
    other = slot("e2", "executor", person="p2")
    freed = fact("a", "acquitted", "2014-03-05", involvement_id="e2")
    found = ONE_MAN.change(slots=(EXECUTOR, other), facts=(CONVICTED, freed)).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"executor": 1})


@pytest.mark.parametrize("named", [{"role": "executor"}, {"involvement_id": "e2"}])
def test_a_closed_slot_lets_an_acquittal_complete_justice(named: dict[str, str]) -> None:
    """A verified source that nobody else acted in that role ends the search for them."""
    other = slot("e2", "executor", person="p2")
    freed = fact("a", "acquitted", "2014-03-05", involvement_id="e2")
    closed = fact("s", "slot_closed", "2014-04-01", **named)
    incident = ONE_MAN.change(slots=(EXECUTOR, other), facts=(CONVICTED, freed, closed))
    assert [incident.level(day) for day in ("2014-03-31", "2014-04-01")] == [PARTIAL, FULL]


def test_closing_another_role_changes_nothing() -> None:
    """That nobody else organised it says nothing about who carried it out."""
    other = slot("e2", "executor", person="p2")
    freed = fact("a", "acquitted", "2014-03-05", involvement_id="e2")
    closed = fact("s", "slot_closed", "2014-04-01", role="organiser")
    assert (
        ONE_MAN.change(slots=(EXECUTOR, other), facts=(CONVICTED, freed, closed)).level() is PARTIAL
    )


@pytest.mark.parametrize("status", [InvolvementStatus.ACQUITTED, InvolvementStatus.CLEARED])
def test_a_slot_marked_cleared_leaves_the_same_way(status: InvolvementStatus) -> None:
    """Without a judgment among the facts the status of the involvement speaks."""
    other = slot("e2", "executor", person="p2", status=status)
    found = ONE_MAN.change(slots=(EXECUTOR, other)).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"executor": 1})
    closed = fact("s", "slot_closed", "2014-04-01", role="executor")
    assert ONE_MAN.change(slots=(EXECUTOR, other), facts=(CONVICTED, closed)).level() is FULL


def test_a_status_of_convicted_holds_nobody() -> None:
    """Only a dated judgment holds; a word on the involvement does not."""
    marked = slot("e", "executor", person="p1", status=InvolvementStatus.CONVICTED)
    assert Incident(slots=(marked,), checked=date(2013, 1, 1)).level() is COMPLETE


def test_a_retracted_involvement_is_out_of_the_set() -> None:
    """A suspicion that is withdrawn asks for nobody any more."""
    withdrawn = slot("e2", "executor", person="p2", retracted_at=TOLD + timedelta(days=1))
    incident = ONE_MAN.change(slots=(EXECUTOR, withdrawn))
    assert incident.ask(known_at=TOLD).level is PARTIAL
    assert incident.ask(known_at=TOLD + timedelta(days=1)).level is FULL


def test_an_acquittal_undoes_an_earlier_conviction() -> None:
    """Acquitted on appeal: not held, and somebody in that role is missing."""
    found = ONE_MAN.change(facts=(CONVICTED, ACQUITTED)).ask()
    assert (found.level, missing(found), found.held) == (COMPLETE, {"executor": 1}, ())


def test_an_acquittal_that_names_nobody_frees_none_of_the_convicted() -> None:
    """Others were acquitted in the same judgment: the convicted stay held, somebody is missing."""
    others = fact("a", "acquitted", "2014-03-05", role="accomplice")
    found = ONE_MAN.change(facts=(CONVICTED, others)).ask()
    assert [one.involvement_id for one in found.held] == ["e"]
    unstated = fact("a", "acquitted", "2014-03-05")
    assert ONE_MAN.change(facts=(CONVICTED, unstated)).level() is PARTIAL


def test_a_conviction_after_an_acquittal_holds() -> None:
    """Convicted on the prosecutor's appeal."""
    first = fact("a", "acquitted", "2013-01-01", involvement_id="e")
    assert ONE_MAN.change(facts=(first, CONVICTED)).level() is FULL


def test_a_suspect_who_died_is_not_held() -> None:
    """Death before a verdict is no justice."""
    died = fact("d", "died", "2013-02-01", involvement_id="e")
    found = Incident(slots=(EXECUTOR,), facts=(died,)).ask()
    assert (found.level, missing(found)) == (COMPLETE, {"executor": 1})
    assert not found.flags.resolved_by_death


def test_established_responsibility_of_the_dead_caps_at_partial() -> None:
    """He leaves the set, nobody is missing, and justice is still not full."""
    other = slot("e2", "executor", person="p2")
    established = fact("r", "responsibility_established", "2014-01-01", involvement_id="e2")
    found = ONE_MAN.change(slots=(EXECUTOR, other), facts=(CONVICTED, established)).ask()
    assert (found.level, found.rule) == (PARTIAL, "impunity.resolved_by_death")
    assert (missing(found), found.flags.resolved_by_death) == ({}, True)


def test_with_nobody_held_the_dead_leave_complete_impunity_flagged() -> None:
    """The only one responsible has died: nobody is held."""
    established = fact("r", "responsibility_established", "2014-01-01", involvement_id="e")
    found = Incident(slots=(EXECUTOR,), facts=(established,)).ask()
    assert (found.level, missing(found), found.flags.resolved_by_death) == (COMPLETE, {}, True)
