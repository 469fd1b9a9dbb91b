# SPDX-License-Identifier: Apache-2.0
"""The sentences that a case's facts state, each as its source gives it; never a sum."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.domain.record.cases import CaseFact
from app.domain.record.sentences import Standing, standings
from app.storage.cases import Case, Fact


def states_a_sentence(fact: Fact) -> bool:
    """Whether a fact says what was imposed."""
    return bool(
        fact.sentence_months is not None
        or fact.is_life
        or fact.fine
        or fact.fine_amount is not None
        or fact.sanctions
    )


def sentence_view(fact: Fact) -> dict[str, Any]:
    """Show what one fact imposes; amounts as strings, so that no digit is lost."""
    return {
        "months": fact.sentence_months,
        "life": fact.is_life,
        "suspended": "suspended_sentence" in fact.flags,
        "fine": fact.fine,
        "fine_amount": fact.fine_amount,
        "fine_currency": fact.fine_currency,
        "sanctions": fact.sanctions,
    }


def standings_of(case: Case, counted: Sequence[CaseFact]) -> Mapping[str, Standing]:
    """Return how the sentences of the facts that count stand, by fact id."""
    stating = {str(fact.id) for fact in case.facts if states_a_sentence(fact)}
    return standings(counted, stating, {})


def the_one_term(case: Case, counted: Sequence[CaseFact]) -> int | None:
    """Return the months of imprisonment where one sentence in force gives them; never of several."""
    in_force: Collection[str] = {
        one for one, how in standings_of(case, counted).items() if how is Standing.IN_FORCE
    }
    terms = [
        fact.sentence_months
        for fact in case.facts
        if str(fact.id) in in_force and fact.sentence_months is not None
    ]
    return terms[0] if len(terms) == 1 else None
