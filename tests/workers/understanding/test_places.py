# SPDX-License-Identifier: Apache-2.0
"""Countries and regions in text, bent by their languages."""

import pytest

from workers.understanding import places


def found(text: str, language: str | None, country: str | None = None) -> set[tuple[str, str]]:
    """Return what is suggested, without scores."""
    return {(one.field, one.value) for one in places.suggest(text, language, country)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "В Казахстане избили журналиста", {("country", "KZ")}),
        ("ru", "в России и США", {("country", "RU"), ("country", "US")}),
        ("ru", "в Нигере, не в Нигерии", {("country", "NE"), ("country", "NG")}),
        ("kk", "Қазақстанда және Ресейде", {("country", "KZ"), ("country", "RU")}),
        ("en", "Papua New Guinea", {("country", "PG")}),
        ("uk", "В Україні та Польщі", {("country", "UA"), ("country", "PL")}),
    ],
    ids=range(6),
)
def test_countries_are_known_in_their_cases(
    language: str, text: str, expected: set[tuple[str, str]]
) -> None:
    """The longest name wins, whatever its ending."""
    assert {one for one in found(text, language) if one[0] == "country"} == expected


@pytest.mark.parametrize(
    ("language", "text", "region"),
    [
        ("ru", "в Уральске", "West Kazakhstan Region"),
        ("ru", "в Алматинской области", "Almaty Region"),
        ("kk", "Алматыда", "Almaty"),
        ("kk", "Жаңаөзенде", "Mangystau Region"),
        ("en", "in Zhanaozen", "Mangystau Region"),
    ],
    ids=range(5),
)
def test_regions_of_kazakhstan_are_known_without_its_name(
    language: str, text: str, region: str
) -> None:
    """A town gives its region and, less surely, its country."""
    assert found(text, language) == {("admin1", region), ("country", "KZ")}


def test_other_regions_count_only_within_their_country() -> None:
    """California is a region where the United States are meant, and not out of nowhere."""
    assert ("admin1", "California") in found("a reporter in California", "en", "US")
    assert found("a reporter in California", "en") == set()


def test_a_name_within_a_word_is_no_country() -> None:
    """`Iran` in `Tirana`, `Oman` in `woman` name nothing."""
    assert found("a woman in Tirana", "en") == set()


def test_a_name_that_is_often_something_else_is_less_sure() -> None:
    """Georgia beside another country may be the state."""
    scores = {one.value: one.score for one in places.suggest("Georgia and Armenia", "en", None)}

    assert scores["GE"] < scores["AM"]
