# SPDX-License-Identifier: Apache-2.0
"""Text is kept as people write it, without what deceives a reader."""

import pytest

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
