# SPDX-License-Identifier: Apache-2.0
"""Places: what is known and what is told are two things, and an exact spot is told by choice only."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.place import Box, box_of, fault_of, public_point
from app.domain.vocabulary import Precision

LEVELS = [Precision.EXACT, Precision.LOCALITY, Precision.ADMIN1, Precision.COUNTRY]


def _fault(**fields: Any) -> str | None:
    given_fields: dict[str, Any] = {
        "latitude": 51.2, "longitude": 51.4, "precision": Precision.EXACT,
        "public_precision": Precision.ADMIN1, "is_at_risk": False,
    }  # fmt: skip
    found = fault_of(**{**given_fields, **fields})
    return found.pointer if found else None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, None),
        ({"latitude": None, "longitude": None, "precision": Precision.UNKNOWN}, None),
        ({"latitude": None}, "/latitude"),
        ({"longitude": None}, "/longitude"),
        ({"latitude": 90.001}, "/latitude"),
        ({"latitude": float("nan")}, "/latitude"),
        ({"longitude": -180.5}, "/longitude"),
        ({"precision": Precision.UNKNOWN}, "/precision"),
        ({"public_precision": Precision.UNKNOWN}, "/public_precision"),
        ({"public_precision": Precision.EXACT}, None),
        ({"public_precision": Precision.EXACT, "is_at_risk": True}, "/public_precision"),
    ],
)
def test_a_place_holds_together(fields: dict[str, Any], pointer: str | None) -> None:
    """Ranges, both coordinates, a precision with them, and no exact place of people at risk."""
    assert _fault(**fields) == pointer


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    known=st.sampled_from(list(Precision)),
    told=st.sampled_from(list(Precision)),
)
def test_nothing_finer_is_told_than_was_decided(
    latitude: float, longitude: float, known: Precision, told: Precision
) -> None:
    """Coordinates known finer than what is told are left out: not moved, not rounded."""
    found = public_point(latitude, longitude, known=known, told=told)
    shown = known in LEVELS and told in LEVELS and LEVELS.index(known) >= LEVELS.index(told)

    assert (found is not None) == shown
    if found is not None and known is Precision.EXACT:
        assert told is Precision.EXACT
        assert (found.latitude, found.longitude) == (latitude, longitude)


def test_the_middle_of_a_town_needs_no_more_than_a_kilometre() -> None:
    """What was called the middle of a town by mistake does not tell the house."""
    found = public_point(51.233712, 51.366543, known=Precision.LOCALITY, told=Precision.LOCALITY)

    assert found is not None
    assert (found.latitude, found.longitude) == (51.23, 51.37)


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,1,5", "0,0,nan,1", "-181,0,0,1", "0,-91,1,1"],
)
def test_what_is_no_box_is_refused_with_a_sentence(text: str) -> None:
    """Four numbers, in range, the south first."""
    found = box_of(text)
    assert isinstance(found, str)
    assert found.endswith(".")


def test_a_box_may_cross_the_date_line() -> None:
    """West of its east is right there: 170 to -170."""
    assert box_of("170,-10,-170,10") == Box(west=170, south=-10, east=-170, north=10)
