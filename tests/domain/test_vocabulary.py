# SPDX-License-Identifier: Apache-2.0
"""The vocabulary as it was released stays readable, and says itself when it changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.vocabulary import (
    LISTS,
    SUBTYPE_LISTS,
    SUBTYPES,
    VERSION,
    VOCABULARY_VERSION,
    Category,
    Term,
    meanings,
    refuse_retired,
)
from app.errors import RetiredTerm

RELEASED = Path(__file__).resolve().parents[2] / "docs" / "vocabulary_released.json"


class Mode(Term):
    """A list in which one term was renamed."""

    OVERLAND = "overland", "By road or rail."
    BY_LAND = "by_land", "By road or rail.", "overland"


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    """What the last released version said."""
    found: dict[str, Any] = json.loads(RELEASED.read_text(encoding="utf-8"))
    return found


def test_no_released_code_is_ever_gone(released: dict[str, Any]) -> None:
    """Rows hold it: a code may be retired, never deleted or renamed."""
    now = meanings()
    gone = [
        f"{name}/{code}"
        for name, terms in released["lists"].items()
        for code in terms
        if code not in now.get(name, {})
    ]

    assert gone == []


def test_a_change_moves_the_version(released: dict[str, Any]) -> None:
    """A new code, or a sentence that says something else, is told by a higher number."""
    assert released["version"] <= VERSION
    if released["lists"] != meanings():
        assert released["version"] < VERSION, "move VERSION in app/domain/vocabulary/lists.py"


def test_the_version_is_a_number_and_a_digest_of_the_meanings() -> None:
    """Two installations with one number and different words are told apart."""
    number, digest = VOCABULARY_VERSION.split("-")

    assert int(number) == VERSION
    assert len(bytes.fromhex(digest)) == 6


def test_every_term_has_a_sentence_of_its_own() -> None:
    """One sentence with a full stop; no two terms of a list mean the same."""
    for kind in LISTS:
        said = [term.sentence for term in kind if not term.is_retired]
        assert all(one.strip().endswith(".") for one in said), kind.__name__
        assert len(said) == len(set(said)), kind.__name__


def test_every_successor_is_in_use() -> None:
    """A retired term leads in one step to a term of its own list that is not retired."""
    for kind in (*LISTS, Mode):
        for term in kind:
            if term.superseded_by is not None:
                assert not kind(term.superseded_by).is_retired


def test_a_retired_term_is_read_and_not_taken_anew() -> None:
    """A row that holds it keeps its meaning; new input is refused by a sentence with the successor."""
    old = Mode("by_land")

    assert (old.sentence, old.is_retired) == ("By road or rail.", True)
    refuse_retired(Mode.OVERLAND)
    with pytest.raises(RetiredTerm, match="use 'overland'"):
        refuse_retired(old)


def test_subtypes_are_terms_of_their_category() -> None:
    """What may be stored beside a category is what its list says, and every list has an owner."""
    for category in Category:
        kind = SUBTYPE_LISTS.get(category)
        assert SUBTYPES[category] == (tuple(one.value for one in kind) if kind else ())
    assert {one for one in LISTS if one.__name__.endswith("Subtype")} == set(SUBTYPE_LISTS.values())


def test_a_label_reads_as_words() -> None:
    """Acronyms keep their capitals, and no mark of a code is left."""
    labels = [term.label for kind in LISTS for term in kind]

    assert "SNI reset" in labels
    assert "NGO report" in labels
    assert not [one for one in labels if set(one) & set("_.:-")]
