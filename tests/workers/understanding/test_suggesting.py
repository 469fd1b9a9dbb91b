# SPDX-License-Identifier: Apache-2.0
"""All guesses together: only what the source does not say is guessed."""

from datetime import UTC, datetime

from app.domain.record.particulars import Particulars
from app.domain.record.report import Reading
from app.domain.vocabulary import Category
from workers.understanding.suggesting import suggestions

PUBLISHED = datetime(2026, 3, 5, 8, tzinfo=UTC)
TITLE = "В Уральске 4 марта избили журналиста газеты, полиция начала расследование"


def test_a_bare_headline_is_understood() -> None:
    """Language, kind, day, country and region are suggested, each with a rule and words."""
    found = suggestions(Reading(title=TITLE, published_at=PUBLISHED))

    said = {(one.field, one.value) for one in found}
    assert {
        ("language", "ru"),
        ("category", "physical_attack/injury"),
        ("date", "2026-03-04"),
        ("country", "KZ"),
        ("admin1", "West Kazakhstan Region"),
    } <= said
    assert all(one.words and one.rule for one in found)


def test_what_is_said_is_not_guessed() -> None:
    """A reading with its own kinds, day, country and language gets no guess beside them."""
    reading = Reading(
        title=TITLE,
        language="ru",
        country="KZ",
        date_text="2026-03-04",
        published_at=PUBLISHED,
        particulars=Particulars(
            kinds=((Category.PHYSICAL_ATTACK, None),), admin1="West Kazakhstan Region"
        ),
    )

    assert suggestions(reading) == ()


def test_an_article_adds_its_words() -> None:
    """What only the page says is understood as well."""
    reading = Reading(title="Новость дня редакции газеты", published_at=PUBLISHED)

    found = suggestions(reading, "Журналиста арестовали в Шымкенте")

    assert ("admin1", "Shymkent") in {(one.field, one.value) for one in found}
