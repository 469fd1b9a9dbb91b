# SPDX-License-Identifier: Apache-2.0
"""What States say of killings: the latest answer, silence, and who answered in which year."""

from datetime import UTC, date, datetime

import pytest

from app.domain.record import dates
from app.domain.record.state_answers import Claim, Question, latest_answers, response_years
from app.domain.vocabulary import JudicialStatus, ResolutionClaim

KNOWN = datetime(2020, 1, 1, tzinfo=UTC)
TODAY = date(2020, 1, 1)
ONGOING, RESOLVED = JudicialStatus.ONGOING_OR_UNRESOLVED, JudicialStatus.RESOLVED
SILENT = JudicialStatus.NO_INFORMATION


def question(
    name: str,
    asked: str,
    replied: str | None = None,
    status: JudicialStatus | None = None,
    *,
    country: str = "KZ",
    incident: str = "a",
) -> Question:
    """A question about one killing."""
    resolution = ResolutionClaim.CONVICTED if status is RESOLVED else None
    return Question(
        id=name,
        country=country,
        asked=dates.parse(asked),
        replied=dates.parse(replied) if replied else None,
        known_at=KNOWN,
        claims=(Claim(incident_id=incident, status=status, resolution=resolution),),
    )


def test_the_latest_answer_counts_and_silence_takes_none_back() -> None:
    """`no_information` is a State that never gave any, in this or an earlier year."""
    asked = [
        question("1", "2010", "2010-05", ONGOING),
        question("2", "2012", "2012-03-01", RESOLVED),
        question("3", "2014"),
        question("4", "2015", "2015-01-01", SILENT),
    ]

    found = latest_answers(reversed(asked), as_of=TODAY)

    assert (found["a"].status, found["a"].question_id) == (RESOLVED, "2")
    assert found["a"].resolution is ResolutionClaim.CONVICTED


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2009, 12, 31), None),
        (date(2010, 6, 1), SILENT),
        (date(2011, 2, 1), ONGOING),
    ],
)
def test_an_answer_counts_from_its_day(day: date, status: JudicialStatus | None) -> None:
    """Before the question nothing is known, between question and answer the State is silent."""
    found = latest_answers([question("1", "2010-05", "2011-01-15", ONGOING)], as_of=day)

    assert (found["a"].status if found else None) is status


def test_a_claim_without_a_status_only_concerns_an_incident() -> None:
    """An answered question that says nothing of a killing's status counts neither way."""
    assert latest_answers([question("1", "2010", "2011")], as_of=TODAY) == {}


def test_a_state_counts_once_in_a_year_and_only_for_killings() -> None:
    """Asked three times, answered once: one State of one; what is not about a killing is left out."""
    asked = [
        question("1", "2010-01"),
        question("2", "2010-06", "2011", ONGOING),
        question("3", "2010-06", country="IQ"),
        question("4", "2010", country="SO", incident="another"),
        question("5", "2011/2012", country="PH"),
    ]

    undated, of_2010 = response_years(asked, {"a"}, as_of=TODAY)

    assert (undated.year, undated.asked, undated.answered) == (None, ("PH",), ())
    assert (of_2010.year, of_2010.asked, of_2010.answered) == (2010, ("IQ", "KZ"), ("KZ",))
    assert of_2010.questions == ("1", "2", "3")
