# SPDX-License-Identifier: Apache-2.0
"""The lexicon: headlines of four languages, the words shown, and what must not be suggested."""

import pytest

from workers.understanding import kinds


@pytest.mark.parametrize(
    ("language", "headline", "kind", "words"),
    [
        ("en", "Reporter beaten by police at rally", "physical_attack/injury", ("beaten",)),
        ("en", "Editor receives death threats", "threat_harassment/death_threat", ("death threats",)),
        ("en", "News site blocked since Monday",
         "online_censorship/website_blocking", ("site blocked",)),
        ("ru", "Журналиста избили в Уральске", "physical_attack/injury", ("избили",)),
        ("ru", "Главного редактора газеты задержали", "detention/detention", ("задержали",)),
        ("ru", "Сайт издания заблокирован, блокировка сайта подтверждена",
         "online_censorship/website_blocking", ("блокировка сайта",)),
        ("ru", "Корреспондента поместили в психиатрическую больницу",
         "detention/forced_psychiatric", ("психиатрическую",)),
        ("kk", "Журналист соққыға жығылды", "physical_attack/injury", ("соққыға жығылды",)),
        ("kk", "Редактор қамауға алынды", "detention/arrest", ("қамауға алынды",)),
        ("kk", "Газеттің сайты бұғатталды", "online_censorship/website_blocking", ("бұғатталды",)),
        ("uk", "Журналістку затримали під час обшуку", "source_protection/raid", ("обшуку",)),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_headline_suggests_its_kind_by_its_words(
    language: str, headline: str, kind: str, words: tuple[str, ...]
) -> None:
    """The kind is suggested, and the suggestion shows the very words of the text."""
    found = {one.value: one for one in kinds.suggest(headline, language)}

    assert kind in found
    assert found[kind].words == words
    assert 0 < found[kind].score < 1


def test_without_the_press_a_word_weighs_less() -> None:
    """The same act against nobody of the press is suggested far less surely."""
    of_press = kinds.suggest("Журналист арестован", "ru")[0]
    of_others = kinds.suggest("Водитель арестован", "ru")[0]

    assert of_others.score < of_press.score / 2


def test_more_words_are_surer_and_never_certain() -> None:
    """Different words add up; the same word again adds nothing."""
    once = kinds.suggest("Журналист арестован", "ru")[0]
    again = kinds.suggest("Журналист арестован. Арестован журналист", "ru")[0]
    more = kinds.suggest("Журналист арестован. Суд: арест на месяц", "ru")[0]

    assert once.score == again.score
    assert once.score < more.score < 1


def test_an_attempt_is_no_killing() -> None:
    """What stands in one sentence with `attempted` does not suggest a killing."""
    found = {one.value for one in kinds.suggest("Attempted murder of a journalist", "en")}

    assert "attempted_killing" in found
    assert "killing" not in found


def test_an_unknown_language_suggests_nothing_and_an_unnamed_one_asks_all() -> None:
    """No words of another language are laid over a text; without a language every lexicon is asked."""
    assert kinds.suggest("Journalist arrestiert", "de") == ()
    assert kinds.suggest("Журналист арестован", None)[0].value == "detention/arrest"


@pytest.mark.parametrize("language", kinds.languages())
def test_every_lexicon_is_whole(language: str) -> None:
    """Each file names kinds that exist, with weights between nothing and certainty."""
    rows = [row for row, _, _ in kinds.lexicon_of(language).rows]

    assert len(rows) >= 15
    assert all(0 < row.weight < 1 and row.words for row in rows)
    assert len({row.id for row in rows}) == len(rows)


def test_the_languages_of_the_field_are_there() -> None:
    """Kazakh, Russian, English, and one more that is nothing but a file."""
    assert {"en", "kk", "ru", "uk"} <= set(kinds.languages())
