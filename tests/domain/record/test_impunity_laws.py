# SPDX-License-Identifier: Apache-2.0
"""The invariants of the derivation, on arbitrary cases."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.record.cases import CaseFact
from app.domain.record.impunity import derive
from app.domain.record.impunity_input import CategoriesNote, Override
from app.domain.record.impunity_override import LEVELS, with_override
from app.domain.vocabulary import Category, CrimeRole, FactKind, Impunity, Instigation
from tests.domain.record.accountability import (
    EPOCH,
    JUSTICE,
    LONG_AFTER,
    TOLD,
    Incident,
    fact,
    facts,
    incidents,
    slot,
)

DAYS = st.sampled_from([date(2012, 6, 1), date(2013, 7, 9), date(2013, 7, 10), date(2016, 1, 1)])
lawful = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def justice(incident: Incident, day: date) -> int:
    """Rank the level; `not_assessed` counts as no justice."""
    return JUSTICE[derive(incident.given(), as_of=day, known_at=LONG_AFTER).level]


@lawful
@given(incidents(), st.randoms(use_true_random=False), DAYS)
def test_arrival_order_does_not_matter(incident: Incident, random: Random, day: date) -> None:
    """However facts and slots arrive, the whole answer is the same."""
    shuffled_facts, shuffled_slots = list(incident.facts), list(incident.slots)
    random.shuffle(shuffled_facts)
    random.shuffle(shuffled_slots)
    other = incident.change(facts=tuple(shuffled_facts), slots=tuple(shuffled_slots))
    day_text = day.isoformat()
    assert other.ask(day_text) == incident.ask(day_text)


@lawful
@given(incidents(), facts("new", st.just("quashed")), DAYS)
def test_a_quashing_never_improves_justice(incident: Incident, new: CaseFact, day: date) -> None:
    """A conviction that falls, or one nobody knew of, never makes the answer look better."""
    after = incident.change(facts=(*incident.facts, new))
    assert justice(after, day) <= justice(incident, day)


@lawful
@given(incidents(), facts("new", st.sampled_from(["acquitted", "cleared"])), DAYS)
def test_an_acquittal_without_a_closed_slot_never_improves_justice(
    incident: Incident, new: CaseFact, day: date
) -> None:
    """Who is acquitted leaves somebody missing behind, unless the role is closed."""
    kept = tuple(one for one in incident.facts if one.kind is not FactKind.SLOT_CLOSED)
    before = incident.change(facts=kept)
    assert justice(before.change(facts=(*kept, new)), day) <= justice(before, day)


@lawful
@given(incidents(), facts("new", st.just("convicted")), DAYS)
def test_a_conviction_never_worsens_justice(incident: Incident, new: CaseFact, day: date) -> None:
    """One more conviction, in force or undone already, never makes the answer look worse."""
    after = incident.change(facts=(*incident.facts, new))
    assert justice(after, day) >= justice(incident, day)


@lawful
@given(incidents(), DAYS)
def test_without_its_only_conviction_a_case_is_complete_impunity(
    incident: Incident, day: date
) -> None:
    """Nobody convicted means complete impunity, whatever else is on record."""
    rest = tuple(one for one in incident.facts if one.kind is not FactKind.CONVICTED)
    without = derive(incident.change(facts=rest).given(), as_of=day, known_at=LONG_AFTER)
    assert without.level is Impunity.COMPLETE_IMPUNITY
    assert without.held == ()


@lawful
@given(incidents(), st.sampled_from(list(Instigation)), DAYS)
def test_an_unidentified_instigator_blocks_full_justice(
    incident: Incident, order: Instigation, day: date
) -> None:
    """As long as nobody is convicted for the orderer's slot, justice is not full."""
    orderer = slot("orderer", "instigator", identified=False)
    blocked = incident.change(slots=(*incident.slots, orderer), instigation=order)
    found = derive(blocked.given(), as_of=day, known_at=LONG_AFTER)
    assert found.level is not Impunity.FULL_JUSTICE
    assert any(one.role is CrimeRole.INSTIGATOR for one in found.missing)


@lawful
@given(
    incidents(),
    facts(
        "new", st.sampled_from(["charged", "arrested", "promise", "wanted", "committed_for_trial"])
    ),
    DAYS,
)
def test_charges_arrests_and_promises_change_nothing(
    incident: Incident, new: CaseFact, day: date
) -> None:
    """Only judgments move the answer: level, held, missing and flags stay as they were."""
    before = derive(incident.given(), as_of=day, known_at=LONG_AFTER)
    after = derive(
        incident.change(facts=(*incident.facts, new)).given(), as_of=day, known_at=LONG_AFTER
    )
    assert (after.level, after.held, after.missing, after.flags, after.since) == (
        before.level,
        before.held,
        before.missing,
        before.flags,
        before.since,
    )


@lawful
@given(incidents(), st.lists(facts("late"), max_size=3), st.integers(0, 6), DAYS)
def test_the_answer_for_a_past_knowledge_date_never_changes(
    incident: Incident, late: list[CaseFact], year: int, day: date
) -> None:
    """What is learned, verified, retracted or noted later leaves yesterday's answer alone."""
    asked_at = TOLD + timedelta(days=365 * year)
    learned = [
        replace(one, id=f"late{number}", recorded_at=asked_at + timedelta(microseconds=1))
        for number, one in enumerate(late)
    ]
    verified_later = tuple(
        one
        if one.verified_at and one.verified_at <= asked_at
        else replace(one, verified_at=asked_at + timedelta(days=1))
        for one in incident.facts
    )
    retracted_later = tuple(
        replace(one, retracted_at=one.retracted_at or asked_at + timedelta(days=1))
        for one in verified_later
    )
    slots_later = tuple(
        replace(one, retracted_at=one.retracted_at or asked_at + timedelta(days=1))
        for one in incident.slots
    )
    changed = incident.change(facts=(*retracted_later, *learned), slots=slots_later)
    noted = replace(
        changed.given(),
        instigation=(
            *changed.given().instigation,
            *(
                replace(one, value=Instigation.RULED_OUT, recorded_at=asked_at + timedelta(days=1))
                for one in changed.given().instigation
            ),
        ),
    )
    before = derive(incident.given(), as_of=day, known_at=asked_at)
    assert derive(noted, as_of=day, known_at=asked_at) == before


@lawful
@given(incidents(), DAYS)
def test_full_justice_means_that_nobody_is_missing(incident: Incident, day: date) -> None:
    """The level and its explanation agree."""
    found = derive(incident.given(), as_of=day, known_at=LONG_AFTER)
    if found.level is Impunity.FULL_JUSTICE:
        assert found.held
        assert not found.missing
        assert not found.flags.resolved_by_death
    if found.level is Impunity.COMPLETE_IMPUNITY:
        assert not found.held
    if found.level is Impunity.PARTIAL_IMPUNITY:
        assert found.held


@lawful
@given(incidents(), DAYS)
def test_since_is_the_day_the_level_began(incident: Incident, day: date) -> None:
    """The level holds on `since` and does not hold the day before, or nothing was assessed then."""
    found = derive(incident.given(), as_of=day, known_at=LONG_AFTER)
    assert found.since is not None
    on_the_day = derive(incident.given(), as_of=found.since, known_at=LONG_AFTER)
    day_before = derive(
        incident.given(), as_of=found.since - timedelta(days=1), known_at=LONG_AFTER
    )
    assert on_the_day.level is found.level
    assert day_before.level is not found.level


def test_the_strategy_reaches_every_level() -> None:
    """The laws are not vacuous: hand-made cases of each level exist in the drawn vocabulary."""
    held = fact("c", "convicted", "2013-07-10", involvement_id="s1")
    base = Incident(slots=(slot("s1", "executor"),), checked=date(2011, 1, 1), verified_at=EPOCH)
    assert base.level() is Impunity.COMPLETE_IMPUNITY
    assert base.change(facts=(held,)).level() is Impunity.FULL_JUSTICE
    alleged = base.change(facts=(held,), instigation=Instigation.ALLEGED)
    assert alleged.level() is Impunity.PARTIAL_IMPUNITY


@lawful
@given(
    incidents(),
    st.sampled_from(sorted(LEVELS)),
    st.none() | DAYS,
    st.none() | st.integers(0, 6).map(lambda years: EPOCH + timedelta(days=365 * years)),
    DAYS,
)
def test_a_level_by_hand_alters_nothing_of_the_derived_one(
    incident: Incident, level: Impunity, since: date | None, retracted: datetime | None, day: date
) -> None:
    """It is laid over: the derivation beside it is what it is without, and so are held and missing."""
    by_hand = Override(
        id="o",
        level=level,
        reason="A sealed judgment.",
        source="A letter",
        confirmed_at=EPOCH,
        since=since,
        retracted_at=retracted,
    )
    derived = derive(incident.given(), as_of=day, known_at=LONG_AFTER)
    shown = with_override(derived, [by_hand])
    if retracted is not None or (since is not None and since > day):
        assert shown == derived
        return
    assert shown.level is level
    assert shown.derived == derived
    assert (shown.held, shown.missing, shown.flags, shown.fact_ids) == (
        derived.held,
        derived.missing,
        derived.flags,
        derived.fact_ids,
    )


@lawful
@given(
    incidents(),
    st.sets(st.sampled_from([Category.PHYSICAL_ATTACK, Category.RESTRICTIVE_LAW]), min_size=1),
    DAYS,
)
def test_categories_changed_later_do_not_reach_back(
    incident: Incident, later: set[Category], day: date
) -> None:
    """What kind of incident it is held to be today says nothing about what was known before."""
    given_then = incident.given()
    asked_at = TOLD + timedelta(days=1)
    noted = replace(
        given_then,
        categories=frozenset(later),
        earlier_categories=(
            CategoriesNote(values=incident.categories, recorded_at=EPOCH),
            CategoriesNote(values=frozenset(later), recorded_at=asked_at + timedelta(days=1)),
        ),
    )
    before = derive(given_then, as_of=day, known_at=asked_at)
    assert derive(noted, as_of=day, known_at=asked_at) == before
