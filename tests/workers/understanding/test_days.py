# SPDX-License-Identifier: Apache-2.0
"""Days in text: the forms of four languages, and days that nobody named."""

from datetime import UTC, datetime

import pytest

from workers.understanding import days

PUBLISHED = datetime(2026, 3, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("kk", "2026 жылғы 4 наурызда", ["2026-03-04"]),
        ("kk", "2025 жылдың 16 желтоқсанында болды", ["2025-12-16"]),
        ("kk", "4 наурыз 2026", ["2026-03-04"]),
        ("kk", "кеше ұсталды", ["2026-03-04"]),
        ("ru", "4 марта 2026 г., 10:30", ["2026-03-04"]),
        ("ru", "вчера в 15:00", ["2026-03-04"]),
        ("ru", "31 декабря его задержали", ["2025-12-31"]),
        ("ru", "04.03.2026 и 2026-03-02", ["2026-03-04", "2026-03-02"]),
        ("en", "on March 4th, 2026", ["2026-03-04"]),
        ("en", "on the 4th of March 2026", ["2026-03-04"]),
        ("en", "yesterday", ["2026-03-04"]),
        ("uk", "4 березня 2026 року", ["2026-03-04"]),
        ("ru", "32 марта 2026; 99.99.2026; 30 февраля 2026", []),
        ("en", "He may 5 times", ["2025-05-05"]),
    ],
    ids=range(14),
)
def test_a_day_is_read_in_its_language(language: str, text: str, expected: list[str]) -> None:
    """Named, numeric and relative days become EDTF; impossible ones nothing."""
    assert [one.value for one in days.suggest(text, language, PUBLISHED)] == expected


def test_the_words_are_shown() -> None:
    """A suggestion shows the words of the text that it was read from."""
    (found,) = days.suggest("Бұл 2026 жылғы 4 наурызда болды", "kk", PUBLISHED)

    assert found.words == ("2026 жылғы 4 наурызда",)


def test_without_a_publication_nothing_is_counted_back() -> None:
    """Yesterday of an unknown day, or a day without a year, is no day."""
    assert days.suggest("вчера, 4 марта", "ru", None) == ()


def test_a_day_after_publication_is_not_the_event() -> None:
    """A hearing announced for next month is not when it happened."""
    assert days.suggest("суд назначен на 4 апреля 2026", "ru", PUBLISHED) == ()


def test_a_long_text_is_read_in_part() -> None:
    """Only the beginning of an endless text is looked at, and at most ten days are given."""
    text = " ".join(f"{day}.01.2026" for day in range(1, 29)) + "x" * 10_000_000

    assert len(days.suggest(text, "ru", PUBLISHED)) == 10
