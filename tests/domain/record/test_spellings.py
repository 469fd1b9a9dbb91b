# SPDX-License-Identifier: Apache-2.0
"""One person's name in the spellings of Russian, Kazakh and English has one key; others have theirs."""

import pytest

from app.domain.record.spellings import spelling_key

SPELT = [
    ("Лукпан Ахмедияров", "Лұқпан Ахмедияров", "Lukpan Akhmediyarov", "Lukpan Akhmedyarov"),
    ("Гульжан Ергалиева", "Гүлжан Ерғалиева", "Gulzhan Yergaliyeva", "Guljan Ergalieva"),
    ("Хадиджа Исмаилова", "Khadija Ismayilova", "Khadija Ismailova", "Khadidzha Ismaiylova"),
    ("Дмитрий Щербина", "Dmitry Shcherbina", "Dmitriy Shcherbina", "Dmitri Shcherbina"),
    ("Сергей Сергеев", "Sergey Sergeyev", "Sergei Sergeev"),
    ("Есенғали Тоқаев", "Есенгали Токаев", "Yessengali Tokayev", "Esengali Tokaev"),
    ("Вячеслав Цой", "Vyacheslav Tsoy", "Viacheslav Tsoi"),
    ("Әсел Жұмабаева", "Асель Жумабаева", "Assel Zhumabayeva", "Asel Jumabaeva"),
    ("Юрий Семёнов", "Yuri Semyonov", "Yury Semenov"),
    ("Наталья Ковальчук", "Natalya Kovalchuk", "Natalia Kovalchuk"),
]


@pytest.mark.parametrize("spelt", SPELT, ids=lambda spelt: spelt[-1])
def test_the_spellings_of_one_name_meet(spelt: tuple[str, ...]) -> None:
    """Kazakh, Russian and English give one key, whichever romanisation a source uses."""
    assert len({spelling_key(one) for one in spelt}) == 1


def test_different_people_do_not_meet() -> None:
    """Every name of the table above has a key of its own."""
    assert len({spelling_key(spelt[0]) for spelt in SPELT}) == len(SPELT)


def test_the_order_of_words_and_a_patronymic_play_no_part() -> None:
    """Registers put the family name first; courts add the father's name."""
    assert spelling_key("Ахмедияров Лукпан Ерболатович") == spelling_key("Lukpan Akhmediyarov")
    assert spelling_key("Akhmediyarov, Lukpan") == spelling_key("Lukpan Akhmediyarov")


@pytest.mark.parametrize("name", ["Лукпан", "", "…", "Mr"])
def test_a_single_word_has_no_key(name: str) -> None:
    """Too many people share one."""
    assert spelling_key(name) is None
