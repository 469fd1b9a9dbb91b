# SPDX-License-Identifier: Apache-2.0
"""The flags beside the level: none moves it, and silence stays None."""

from dataclasses import replace

import pytest

from app.domain.vocabulary import Impunity
from tests.domain.record.accountability import Incident, fact, slot

EXECUTOR = slot("e", "executor", person="p1")
CONVICTED = fact("c", "convicted", "2013-07-10", involvement_id="e")
ONE_MAN = Incident(slots=(EXECUTOR,), facts=(CONVICTED,))


def steps(*kinds: str) -> Incident:
    """Return the convicted man's incident with one step of his case a month."""
    follow = tuple(
        fact(f"s{month}", kind, f"2014-{month:02d}-01", involvement_id="e")
        for month, kind in enumerate(kinds, start=1)
    )
    return ONE_MAN.change(facts=(CONVICTED, *follow))


@pytest.mark.parametrize(
    ("kinds", "final"),
    [
        ((), None),
        (("appeal_filed",), False),
        (("appeal_filed", "upheld"), True),
        (("final",), True),
        (("appeal_filed", "upheld", "appeal_filed"), False),
        (("appeal_filed", "review_refused"), True),
    ],
)
def test_an_appeal_pending_only_takes_finality(kinds: tuple[str, ...], final: bool | None) -> None:
    """The level stays; `final` follows the last step, and is open where no step is known."""
    found = steps(*kinds).ask()
    assert (found.level, found.flags.final) == (Impunity.FULL_JUSTICE, final)


def test_a_suspended_sentence_counts_as_held_and_not_enforced() -> None:
    """Held with a sentence nobody serves."""
    found = ONE_MAN.change(facts=(replace(CONVICTED, suspended_sentence=True),)).ask()
    assert (found.level, found.flags.sentence_enforced) == (Impunity.FULL_JUSTICE, False)


def test_a_sentence_that_started_is_enforced() -> None:
    """Enforcement is known only where a fact says so."""
    assert ONE_MAN.ask().flags.sentence_enforced is None
    assert steps("sentence_started").ask().flags.sentence_enforced is True


def test_a_pardon_keeps_the_level_and_nullifies() -> None:
    """Pardoned after conviction: shown, not counted as impunity."""
    found = steps("pardoned").ask()
    assert (found.level, found.flags.nullified) == (Impunity.FULL_JUSTICE, True)


def test_a_pardon_of_somebody_else_nullifies_nothing() -> None:
    """The pardon of another person leaves this conviction as it is."""
    other = fact("x", "pardoned", "2014-01-01", person_key="p2")
    assert not ONE_MAN.change(facts=(CONVICTED, other)).ask().flags.nullified


@pytest.mark.parametrize("mark", ["in_absentia", "lesser_charge"])
def test_a_mark_counts_when_all_of_a_members_convictions_carry_it(mark: str) -> None:
    """Convicted of abuse of power and of murder is convicted of murder."""
    marked = replace(CONVICTED, **{mark: True})
    proper = fact("c2", "convicted", "2014-01-01", involvement_id="e")
    assert getattr(ONE_MAN.change(facts=(marked,)).ask().flags, mark)
    assert not getattr(ONE_MAN.change(facts=(marked, proper)).ask().flags, mark)


def test_a_fallen_conviction_raises_no_flag() -> None:
    """Flags speak of convictions in force only."""
    marked = replace(CONVICTED, lesser_charge=True, in_absentia=True)
    quashed = fact("q", "quashed", "2014-01-01", involvement_id="e")
    flags = ONE_MAN.change(facts=(marked, quashed)).ask().flags
    assert not flags.sentences()


def test_every_raised_flag_is_said() -> None:
    """The reasons carry one sentence for each flag."""
    marked = replace(CONVICTED, lesser_charge=True, in_absentia=True, suspended_sentence=True)
    appeal = fact("ap", "appeal_filed", "2014-01-01", involvement_id="e")
    pardon = fact("pa", "pardoned", "2014-02-01", involvement_id="e")
    found = ONE_MAN.change(facts=(marked, appeal, pardon)).ask()
    assert len(found.flags.sentences()) == 5
    assert set(found.flags.sentences()) <= set(found.reasons)
