# SPDX-License-Identifier: Apache-2.0
"""Text is kept as people write it, without what deceives a reader."""

import pytest
from hypothesis import example
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.domain import texts
from app.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Қазақстан  ", "Қазақстан"),
        ("e\u0301", "é"),
        ("line\r\nline", "line\nline"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("O'Neill & <b>", "O'Neill & <b>"),
        ("", ""),
    ],
)
def test_every_script_is_kept_in_one_form(given: str, kept: str) -> None:
    """NFC, no outer spaces, joiners where scripts need them."""
    assert texts.clean(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "a\u202eb",
        "a\u200bb",
        "a\u2066b\u2069",
        "a\x07b",
        "a\x00b",
        "\ufeffa",
        "a\U000e0041",
        "z" + "\u0310" * 5,
    ],
)
def test_what_deceives_is_refused(given: str) -> None:
    """Overrides, zero-width letters, control characters, tags, stacks of marks."""
    with pytest.raises(InvalidInput):
        texts.clean(given)


_letters = st.text(
    alphabet=st.characters(codec="utf-8")
    | st.sampled_from("a é\n\t\r\u200c\u200d\u202e\u0301\u0489\x00\ue000")
)


@drawn(_letters)
@example("e\u202e\u0301")
def test_what_is_left_out_of_strangers_text_could_then_be_handed_in(said: str) -> None:
    """What remains is taken at the doors as it is, and what would be taken is left alone."""
    left = texts.leave_out(said)

    assert texts.clean(left) == left
    try:
        assert left == texts.clean(said)
    except InvalidInput:
        assert left != said
