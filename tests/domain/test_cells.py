# SPDX-License-Identifier: Apache-2.0
"""Cells that a spreadsheet would calculate are marked once, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cells import guarded, unguarded

_NASTY = st.text(alphabet="=+-@'\" \t\r\n\u00a0\u200b\ufeff\uff1d\uff0b\uff0d\uff20ab1", max_size=8)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example","x")',
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\nx",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "  =1",
        '"=1',
        "'=1",
        " '\"=1",
        "\ufeff=1",
        "\u200b@x",
    ],
)
def test_what_would_be_calculated_is_marked(text: str) -> None:
    """Each way to begin a formula gets an apostrophe in front, and loses exactly that one."""
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Editor detained", "10-12 people", "a=b", "'s-Gravenhage"])
def test_plain_texts_are_left_alone(text: str) -> None:
    """What begins with no sign is written and read as it is."""
    assert guarded(text) == unguarded(text) == text


@given(st.one_of(_NASTY, st.text(max_size=20)))
def test_every_text_comes_back(text: str) -> None:
    """Whatever a text is, reading undoes writing, and a marked cell is not calculated."""
    cell = guarded(text)
    assert unguarded(cell) == text
    assert cell[:1] not in tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
