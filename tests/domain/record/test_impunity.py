# SPDX-License-Identifier: Apache-2.0
"""The derivation of impunity, case by case: each step of the methodology has its example."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.record.impunity import derive
from app.domain.record.impunity_input import ImpunityInput, InstigationNote
from app.domain.record.impunity_rules import RULES
from app.domain.vocabulary import (
    IMPUNITY_APPLICABLE,
    Category,
    CrimeRole,
    FactKind,
    Impunity,
    Instigation,
    Polarity,
)
from tests.domain.record.accountability import TOLD, Incident, fact, missing, slot

COMPLETE, PARTIAL, FULL = (
    Impunity.COMPLETE_IMPUNITY,
    Impunity.PARTIAL_IMPUNITY,
    Impunity.FULL_JUSTICE,
)
EXECUTOR = slot("e", "executor", person="p1")
CONVICTED = fact("c", "convicted", "2013-07-10", involvement_id="e")
QUASHED = fact("q", "quashed", "2014-03-05", involvement_id="e")
ONE_MAN = Incident(slots=(EXECUTOR,), facts=(CONVICTED,))


@pytest.mark.parametrize("category", list(Category))
def test_only_crimes_somebody_can_answer_for_are_assessed(category: Category) -> None:
    """Each category says whether impunity applies; acts under a law do not ask for it."""
    level = ONE_MAN.change(categories=frozenset({category})).level()
    assert (level is Impunity.NOT_APPLICABLE) == (category not in IMPUNITY_APPLICABLE)


def test_one_applicable_category_is_enough() -> None:
    """An attack that ended in a detention is still an attack."""
    both = frozenset({Category.DETENTION, Category.PHYSICAL_ATTACK})
    assert ONE_MAN.change(categories=both).level() is FULL


@pytest.mark.parametrize("verified_at", [None, datetime(2031, 1, 1, tzinfo=UTC)])
def test_an_unverified_incident_is_not_assessed(verified_at: datetime | None) -> None:
    """Not verified, or not yet at the knowledge time: no level, and the reason says so."""
    found = ONE_MAN.change(verified_at=verified_at).ask()
    assert (found.level, found.rule) == (Impunity.NOT_ASSESSED, "impunity.unverified")
    assert found.reasons[0].startswith("Unverified")
    assert (found.since, found.held, found.missing, found.fact_ids) == (None, (), (), ())


def test_silence_is_never_complete_impunity() -> None:
    """No fact and no dated check: nobody has looked, so nothing is said."""
    found = Incident(slots=(EXECUTOR,)).ask()
    assert (found.level, found.rule) == (Impunity.NOT_ASSESSED, "impunity.not_checked")


def test_a_promise_alone_assesses_nothing() -> None:
    """A State that promises to act has not shown that anybody looked for proceedings."""
    promised = Incident(facts=(fact("p", "promise", "2013-01-01"),))
    assert promised.level() is Impunity.NOT_ASSESSED


@pytest.mark.parametrize("kind", ["reported", "charged", "arrested", "closed_limitation"])
def test_proceedings_without_a_conviction_are_complete_impunity(kind: str) -> None:
    """Steps short of a conviction hold nobody."""
    found = Incident(facts=(fact("f", kind, "2013-01-01"),)).ask()
    assert (found.level, found.fact_ids) == (COMPLETE, ("f",))
    assert found.since == date(2013, 1, 1)


def test_a_dated_check_is_complete_impunity_from_its_day() -> None:
    """Somebody looked on a day and found nothing: from then on it is complete, before unknown."""
    checked = Incident(checked=date(2013, 5, 1))
    assert checked.level("2013-05-01") is COMPLETE
    assert checked.level("2013-04-30") is Impunity.NOT_ASSESSED


def test_a_case_of_another_polarity_does_not_count() -> None:
    """A court that convicts the journalist does nothing against the attackers."""
    reprisal = replace(CONVICTED, polarity=Polarity.REPRISAL)
    assert Incident(slots=(EXECUTOR,), facts=(reprisal,)).level() is Impunity.NOT_ASSESSED


def test_a_conviction_counts_from_its_day() -> None:
    """The day before an exactly dated conviction gives the old answer."""
    incident = ONE_MAN.change(checked=date(2012, 1, 1))
    assert [incident.level(day) for day in ("2013-07-09", "2013-07-10")] == [COMPLETE, FULL]


def test_an_imprecise_conviction_counts_from_its_first_possible_day() -> None:
    """Summer 2013 counts from 1 June 2013; what may not have begun does not count."""
    summer = fact("c", "convicted", "2013-22", involvement_id="e")
    incident = ONE_MAN.change(facts=(summer,), checked=date(2012, 1, 1))
    assert [incident.level(day) for day in ("2013-05-31", "2013-06-01")] == [COMPLETE, FULL]


def test_a_conviction_dated_until_a_day_counts_from_that_day() -> None:
    """After an open start only the last possible day is sure."""
    until = fact("c", "convicted", "../2013-07-10", involvement_id="e")
    incident = ONE_MAN.change(facts=(until,), checked=date(2012, 1, 1))
    assert [incident.level(day) for day in ("2013-07-09", "2013-07-10")] == [COMPLETE, FULL]


def test_a_conviction_counts_once_a_second_person_verified_it() -> None:
    """An unverified conviction changes nothing in public; editors may ask with it."""
    incident = ONE_MAN.change(
        facts=(replace(CONVICTED, verified_at=None),), checked=date(2012, 1, 1)
    )
    assert incident.level() is COMPLETE
    assert incident.ask(include_unverified=True).level is FULL


@pytest.mark.parametrize("kind", list(FactKind))
def test_no_fact_of_any_kind_counts_on_the_word_of_one_person(kind: FactKind) -> None:
    """Also what accuses nobody moves the level: that somebody looked, that a trial opened."""
    alone = Incident(facts=(fact("f", kind.value, "2013-01-01", verified_at=None),))
    assert alone.level() is Impunity.NOT_ASSESSED


def test_a_retracted_fact_counts_only_for_the_past() -> None:
    """Retraction takes a fact out from then on, not out of the answers already given."""
    gone = replace(CONVICTED, retracted_at=TOLD + timedelta(days=30))
    incident = ONE_MAN.change(facts=(gone,), checked=date(2012, 1, 1))
    assert incident.ask(known_at=TOLD + timedelta(days=29)).level is FULL
    assert incident.ask(known_at=TOLD + timedelta(days=30)).level is COMPLETE


def test_a_conviction_that_names_a_slot_fills_it() -> None:
    """The unidentified slot is held once a court convicts somebody as its holder."""
    incident = Incident(slots=(slot("e", "executor"),), facts=(CONVICTED,))
    found = incident.ask()
    assert found.level is FULL
    assert [(one.involvement_id, one.fact_ids) for one in found.held] == [("e", ("c",))]


def test_a_conviction_that_names_no_slot_adds_a_member() -> None:
    """It does not fill the unidentified slot: the source did not say that it does."""
    added = fact("c", "convicted", "2013-07-10", role="executor")
    found = Incident(slots=(slot("e", "executor"),), facts=(added,)).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"executor": 1})


def test_a_conviction_of_a_listed_person_holds_that_person() -> None:
    """A named person's own slot is filled without the source naming the slot."""
    by_name = fact("c", "convicted", "2013-07-10", person_key="p1")
    assert Incident(slots=(EXECUTOR,), facts=(by_name,)).level() is FULL


def test_a_conviction_in_another_role_does_not_fill_the_slot() -> None:
    """Convicted as an accomplice, still unconvicted as the one who ordered it."""
    orderer = slot("o", "instigator", person="p2")
    helped = fact("c2", "convicted", "2013-07-10", person_key="p2", role="accomplice")
    found = Incident(slots=(EXECUTOR, orderer), facts=(CONVICTED, helped)).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"instigator": 1})
    assert {one.role for one in found.held} == {CrimeRole.EXECUTOR, CrimeRole.ACCOMPLICE}


def test_no_executor_listed_means_one_is_missing() -> None:
    """An organiser in prison is not full justice while nobody is known who carried it out."""
    organiser = slot("g", "organiser", person="p1")
    judged = fact("c", "convicted", "2013-07-10", involvement_id="g")
    incident = Incident(slots=(organiser,), facts=(judged,))
    assert missing(incident.ask()) == {"executor": 1}
    assert incident.change(executors_complete=False).level() is PARTIAL
    assert incident.change(executors_complete=True).level() is FULL


@pytest.mark.parametrize("order", list(Instigation))
def test_what_is_known_of_an_order_decides_full_justice(order: Instigation) -> None:
    """With every executor held: an order established or alleged misses its giver; unknown is open."""
    found = ONE_MAN.change(instigation=order).ask()
    settled = order in (Instigation.NOT_SUSPECTED, Instigation.RULED_OUT)
    assert found.level is (FULL if settled else PARTIAL)
    asked_for = order in (Instigation.ESTABLISHED, Instigation.ALLEGED)
    assert missing(found) == ({"instigator": 1} if asked_for else {})


def test_nothing_noted_of_an_order_is_unknown() -> None:
    """No note is not the same as nobody suspecting an order."""
    found = ONE_MAN.change(instigation=None).ask()
    assert (found.level, found.rule) == (PARTIAL, "impunity.order_not_settled")


def test_an_alleged_order_stays_open_with_its_giver_convicted() -> None:
    """Full justice needs the order established, not alleged."""
    orderer = slot("o", "instigator", person="p2")
    judged = fact("c2", "convicted", "2014-01-01", involvement_id="o")
    both = ONE_MAN.change(slots=(EXECUTOR, orderer), facts=(CONVICTED, judged))
    assert both.change(instigation=Instigation.ALLEGED).level() is PARTIAL
    assert both.change(instigation=Instigation.ESTABLISHED).level() is FULL


def test_the_note_recorded_last_counts_and_only_from_then() -> None:
    """What was believed of an order at a past time stays the answer for that time."""
    later = TOLD + timedelta(days=400)
    given = ImpunityInput(
        categories=frozenset({Category.KILLING}),
        verified_at=TOLD,
        involvements=(EXECUTOR,),
        facts=(CONVICTED,),
        instigation=(
            InstigationNote(value=Instigation.NOT_SUSPECTED, recorded_at=later),
            InstigationNote(value=Instigation.ALLEGED, recorded_at=TOLD),
        ),
    )
    day = date(2020, 1, 1)
    assert derive(given, as_of=day, known_at=later - timedelta(seconds=1)).level is PARTIAL
    assert derive(given, as_of=day, known_at=later).level is FULL


def test_four_convicted_and_the_orderer_unknown_is_partial() -> None:
    """The worked example: two executors, driver, organiser; ordered, by whom is not known."""
    roles = ("executor", "executor", "accomplice", "organiser")
    slots = tuple(slot(f"s{n}", role, person=f"p{n}") for n, role in enumerate(roles))
    judged = tuple(
        fact(f"c{n}", "convicted", "2013-07-10", involvement_id=f"s{n}") for n in range(4)
    )
    ordered = Incident(slots=slots, facts=judged, instigation=Instigation.ESTABLISHED)
    found = ordered.ask("2013-11-27")
    assert (found.level, missing(found)) == (PARTIAL, {"instigator": 1})
    assert found.reasons[1:3] == (
        "Held: 2 executors, 1 accomplice, 1 organiser.",
        "Missing: 1 instigator.",
    )
    assert (found.since, found.fact_ids) == (date(2013, 7, 10), ("c0", "c1", "c2", "c3"))
    assert found.basis == "derived"


def test_police_convicted_of_less_is_partial_and_flagged() -> None:
    """A few officers convicted of abuse of power for shootings; who gave the orders is missing."""
    gave_orders = slot("o", "instigator")
    judged = fact("c", "convicted", "2012", role="executor", lesser_charge=True)
    found = Incident(slots=(gave_orders,), facts=(judged,), instigation=Instigation.ALLEGED).ask()
    assert (found.level, missing(found)) == (PARTIAL, {"instigator": 1})
    assert found.flags.lesser_charge
    assert "Somebody was convicted of less than what was done." in found.reasons


def test_a_slot_edited_later_keeps_the_earlier_answer() -> None:
    """A new version under the same id counts from when it was recorded."""
    later = TOLD + timedelta(days=10)
    first = slot("o", "instigator", retracted_at=later)
    second = slot("o", "accomplice", recorded_at=later)
    incident = ONE_MAN.change(slots=(EXECUTOR, first, second))
    assert missing(incident.ask(known_at=TOLD)) == {"instigator": 1}
    assert missing(incident.ask(known_at=later)) == {"accomplice": 1}


def test_every_rule_is_reached_and_has_its_own_id() -> None:
    """No row of the table is dead, and none shares an id."""
    dead = fact("r", "responsibility_established", "2014-01-01", person_key="p9")
    asked = (
        ONE_MAN.change(categories=frozenset({Category.DETENTION})),
        ONE_MAN.change(verified_at=None),
        ONE_MAN.change(facts=()),
        ONE_MAN.change(facts=(CONVICTED, QUASHED)),
        ONE_MAN,
        ONE_MAN.change(instigation=Instigation.ESTABLISHED),
        ONE_MAN.change(facts=(CONVICTED, dead)),
        ONE_MAN.change(instigation=Instigation.UNKNOWN),
    )
    assert [incident.ask().rule for incident in asked] == [rule.id for rule in RULES]
    assert len({rule.id for rule in RULES}) == len(RULES)
