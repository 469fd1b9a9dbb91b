# SPDX-License-Identifier: Apache-2.0
"""JSON in its usual shapes, under a mapping."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.intake.item import Given
from app.domain.record.particulars import SaidActor, SaidLink
from app.domain.record.report import Extent, Found
from app.domain.vocabulary import Category, TargetKind
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import json_file

MAPPING = {"external_id": "id", "title": "headline", "country": "place.country"}
ROWS = [
    {"id": 1, "headline": "Бірінші", "place": {"country": "KZ", "city": "Орал"}, "n": 2.5},
    {"id": 2, "headline": "Second", "place": {"country": "Kazakhstan"}, "tags": ["a", "b"]},
]


def read(document: str, mapping: dict[str, str] | None = None) -> Found:
    """Read a document at NOW."""
    return json_file.read(document.encode(), Given(now=NOW, mapping=mapping or MAPPING))


@pytest.mark.parametrize(
    "document",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps({"count": 2, "results": ROWS}),
        "\n".join(json.dumps(row) for row in ROWS),
        "\ufeff" + json.dumps({"data": ROWS}),
    ],
    ids=["array", "indented", "within", "lines", "marked"],
)
def test_every_usual_shape_gives_the_same_rows(document: str) -> None:
    """An array, an array within an object and lines of JSON are read alike."""
    found = read(document)

    first, second = (one.reading for one in found.accounts)
    assert [one.raw.external_id for one in found.accounts] == ["1", "2"]
    assert (first.title, first.country) == ("Бірінші", "KZ")
    assert first.leftovers == {"place.city": "Орал", "n": "2.5"}
    assert (second.country, second.leftovers) == ("KZ", {"tags": "a; b"})
    assert found.extent is Extent.WHOLE


def test_a_full_mapping_fills_the_particulars() -> None:
    """People, outlets, kinds, place, links and tags come from the columns that the mapping names."""
    row = {
        "h": "Attack",
        "who": "A B; Three journalists",
        "kind": "Beaten; arrested; odd",
        "lat": "51.2",
        "lon": "51.4",
        "src": "https://example.org/a;javascript:alert(1)",
        "by": "<b>police</b>",
    }
    mapping = {
        "title": "h",
        "person": "who",
        "category": "kind",
        "category.beaten": "=physical_attack/injury",
        "category.arrested": "=detention/arrest",
        "latitude": "lat",
        "longitude": "lon",
        "link": "src",
        "actor": "by",
        "separator": "=;",
    }

    (one,) = read(json.dumps([row]), mapping).accounts

    said = one.reading.particulars
    assert [(target.kind, target.name) for target in said.targets] == [
        (TargetKind.PERSON, "A B"),
        (TargetKind.GROUP, None),
    ]
    assert said.kinds == ((Category.PHYSICAL_ATTACK, "injury"), (Category.DETENTION, "arrest"))
    assert said.kind_words == ("Beaten", "arrested", "odd")
    assert (said.latitude, said.longitude) == (51.2, 51.4)
    assert said.links == (SaidLink(url="https://example.org/a"),)
    assert said.actors == (SaidActor(words="police"),)
    assert one.reading.leftovers == {"unread": {"link": "javascript:alert(1)"}}


def test_without_a_separator_a_cell_is_one_value() -> None:
    """An outlet whose name holds the separator stays one outlet unless the mapping says otherwise."""
    mapping = {"title": "h", "outlet": "o"}

    (one,) = read('[{"h": "x", "o": "News; Views"}]', mapping).accounts

    assert [target.name for target in one.reading.particulars.targets] == ["News; Views"]


def test_bad_rows_cost_only_themselves() -> None:
    """Rows that are no objects, hold no title or a NUL are named by their line; the others are read."""
    rows = (
        '[{"id": "1", "headline": "a"}',
        "5",
        '{"id": "2"}',
        '{"id": "3", "headline": "b\\u0000"}',
        '{"id": "4", "headline": "c"}]',
    )
    document = ",\n".join(rows)

    found = read(document)

    assert [one.raw.external_id for one in found.accounts] == ["1", "4"]
    assert [(one.line, one.reason) for one in found.rejected] == [
        (2, "this is not an object with named fields"),
        (3, "the row has no title"),
        (4, "the row holds a NUL character"),
    ]
    assert found.extent is Extent.PARTIAL


def test_a_file_that_breaks_off_says_where() -> None:
    """What came before the break is read, and nothing is taken for removed."""
    found = read('[{"id": "1", "headline": "a"},\n{"id": "2", "head')

    assert len(found.accounts) == 1
    assert [one.line for one in found.rejected] == [2]
    assert found.extent is Extent.PARTIAL


def test_depth_is_bounded() -> None:
    """A document nested a hundred thousand deep is refused quickly, not a crash."""
    found = read("[" + '{"a":' * 100_000 + "1" + "}" * 100_000 + "]")

    assert found.accounts == ()
    assert len(found.rejected) == 1


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    """No bytes make the reader fail in another way than by saying what is wrong."""
    with suppress(InvalidInput):
        found = json_file.read(body, Given(now=NOW, mapping=MAPPING))
        assert all(one.reading.title for one in found.accounts)
