# SPDX-License-Identifier: Apache-2.0
"""The table of rules as a table: ids, sentences, order, and that no row is dead."""

import re

import pytest

from app.domain.blocking.evidence import weigh
from app.domain.blocking.rules import NOT_A_FETCH, RULES, RULES_VERSION, first_rule
from app.domain.vocabulary import VerdictState
from tests.domain.blocking import see
from tests.domain.blocking.cases import CASES, Case


def test_ids_are_unique_and_snake_case() -> None:
    """A rule is named once, in one spelling."""
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", one) for one in ids)


def test_every_rule_says_a_sentence() -> None:
    """A reader is told why, in words that end like a sentence."""
    assert all(rule.sentence[0].isupper() and rule.sentence.endswith(".") for rule in RULES)
    assert len({rule.sentence for rule in RULES}) == len(RULES)


def test_an_accusation_names_layer_mechanism_and_confidence() -> None:
    """No rule says 'blocked' without saying how and how surely."""
    blocked = [rule for rule in RULES if rule.state is VerdictState.BLOCKED]
    assert all(rule.layer and rule.mechanism and rule.confidence for rule in blocked)
    harmless = [r for r in RULES if r.state in (VerdictState.OK, VerdictState.INSUFFICIENT)]
    assert all(rule.confidence is None for rule in harmless)


def test_the_catch_all_stands_last_and_says_nothing() -> None:
    """Whatever is not understood is 'insufficient', never 'ok'."""
    last = RULES[-1]
    assert (last.id, last.state) == ("not_enough_evidence", VerdictState.INSUFFICIENT)
    assert last.when(weigh(see.measured(), (), (), None))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_situation_is_decided_by_its_rule(case: Case) -> None:
    """Every named situation ends at the rule written for it."""
    assert first_rule(weigh(case.seen, case.controls, case.marks, case.country)).id == case.rule


def test_no_rule_is_dead() -> None:
    """Each row of the table decides at least one situation."""
    assert {rule.id for rule in RULES} == {case.rule for case in CASES}


def test_rules_that_measured_nothing_name_existing_rules() -> None:
    """The fold over verdicts skips rounds by rule id, so these ids must exist."""
    assert {rule.id for rule in RULES} >= NOT_A_FETCH
    assert RULES_VERSION == 2
