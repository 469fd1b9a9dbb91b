# SPDX-License-Identifier: Apache-2.0
"""How a name is found in texts, and what is left of a text without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.names import REMOVED, pattern_of, without


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Aruzhan Bekova was beaten.", f"{REMOVED} was beaten."),
        ("ARUZHAN\n  bekova", REMOVED),
        ("Bekova, Aruzhan", REMOVED),
        ("Bekova Aruzhan", REMOVED),
        ("Aruzhan Bekovas", "Aruzhan Bekovas"),
        ("Maruzhan Bekova", "Maruzhan Bekova"),
        ("Aruzhan and Bekova", "Aruzhan and Bekova"),
        ("", ""),
    ],
)
def test_whole_names_leave_in_any_case_and_order(text: str, left: str) -> None:
    """Other people's words stay."""
    name = pattern_of("Aruzhan Bekova")
    assert name is not None

    assert without(text, [name]) == left


def test_a_name_in_another_script_leaves_json() -> None:
    """Every text of a value, at any depth; numbers and keys stay."""
    name = pattern_of("Әсел Нұрғали")
    assert name is not None

    value = {"kk": "ӘСЕЛ НҰРҒАЛИ қамалды", "n": [1, None, {"x": "Нұрғали Әсел"}]}

    assert name.is_in(value)
    assert without(value, [name]) == {"kk": f"{REMOVED} қамалды", "n": [1, None, {"x": REMOVED}]}


def test_what_is_no_name_is_not_looked_for() -> None:
    """Without letters there is nothing to find; one word is not telling."""
    assert pattern_of("—") is None
    one = pattern_of("Kim")
    assert one is not None
    assert not one.is_telling


@given(st.text(min_size=1, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_name_that_was_taken_out_is_out(name: str, before: str, after: str) -> None:
    """Whatever stands around it."""
    found = pattern_of(name)
    if found is None:
        return
    text = f"{before} {name} {after}"

    left = without(text, [found])

    assert found.is_in(REMOVED) or not found.is_in(left)
