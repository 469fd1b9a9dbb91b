# SPDX-License-Identifier: Apache-2.0
"""Claims: read in one spelling, and in disagreement only where they say different things."""

import pytest

from app.domain.record.claims import check_subject, disagree, read
from app.domain.vocabulary import ClaimField
from app.errors import InvalidInput


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (ClaimField.SENTENCE_MONTHS, "132–180", "132-180"),
        (ClaimField.SENTENCE_MONTHS, " 132 - 168 ", "132-168"),
        (ClaimField.SENTENCE_MONTHS, "132-132", "132"),
        (ClaimField.TARGET_COUNT, "3", "3"),
        (ClaimField.DATE, "2012-04-19?", "2012-04-19?"),
        (ClaimField.MOTIVE, "confirmed", "confirmed"),
        (ClaimField.FINE, " 5 MCI ", "5 MCI"),
    ],
)
def test_a_claim_has_one_spelling(field: ClaimField, text: str, value: str) -> None:
    """So that two sources that say the same are seen to."""
    assert read(field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (ClaimField.SENTENCE_MONTHS, "eleven years"),
        (ClaimField.SENTENCE_MONTHS, "180-132"),
        (ClaimField.TARGET_COUNT, "-3"),
        (ClaimField.DATE, "last summer"),
        (ClaimField.MOTIVE, "money"),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: ClaimField, text: str) -> None:
    """With a sentence that does not repeat it."""
    with pytest.raises(InvalidInput) as refused:
        read(field, text)
    assert text not in refused.value.detail


def test_a_field_is_one_of_the_incident_or_of_a_fact() -> None:
    """A sentence is of a fact, a place of the incident, a date of either."""
    check_subject(ClaimField.DATE, of_fact=True)
    check_subject(ClaimField.DATE, of_fact=False)
    for field, of_fact in ((ClaimField.SENTENCE_MONTHS, False), (ClaimField.PLACE, True)):
        with pytest.raises(InvalidInput):
            check_subject(field, of_fact=of_fact)


def test_the_same_in_other_letters_is_no_disagreement() -> None:
    """Capitals and spaces aside."""
    assert not disagree(["Oral", " oral "])
    assert not disagree(["132-180"])
    assert disagree(["132-180", "132-168"])
