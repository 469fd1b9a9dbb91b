# SPDX-License-Identifier: Apache-2.0
"""Briefings in Russian and Kazakh, the periods they are made for, and the texts they are made of."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.countries import COUNTRIES
from app.errors import InvalidInput
from app.services import briefing_texts, conclusions, example
from app.services.briefing_material import period_before, period_of
from app.storage.database import Sessions
from app.storage.parts import Target
from app.storage.people import Person
from tests.make import NOW
from tests.services.briefing.made import blocks, briefing, everything, text_of


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_other_languages_make_the_same_points(founding: Sessions, language: str) -> None:
    """In Russian and Kazakh the same paragraphs cite the same sources; originals are in quotation marks."""
    english, other = briefing(founding), briefing(founding, language=language)

    assert [one.key for one in other.sections] == [one.key for one in english.sections]
    for ours, theirs in zip(english.sections, other.sections, strict=True):
        numbers = [getattr(block, "number", None) for block in theirs.blocks]
        assert numbers == [getattr(block, "number", None) for block in ours.blocks]
    assert len(other.footnotes) == len(english.footnotes)
    text = everything(other)
    outside = re.sub(r"«[^»]*»|\([^()]*\)", " ", "\n".join(
        text_of(block) for key in ("closures", "attacks") for block in blocks(other, key)
    ))  # fmt: skip
    latin = set(re.findall(r"[A-Za-z]{3,}", outside)) - {"Lukpan", "Akhmedyarov", "QLM"}
    assert not latin
    assert not re.search(r"\w\*", text)


def test_dates_are_said_as_the_language_says_them(founding: Sessions) -> None:
    """Seasons, stretches of time and open dates in Russian and Kazakh."""
    russian = everything(briefing(founding, language="ru"))
    kazakh = everything(briefing(founding, language="kk"))

    assert "осенью 2013 года" in russian
    assert "в период с октября 2012 года по декабрь 2012 года" in russian
    assert "не позднее ноября 2013 года" in russian
    assert "2013 жылғы жаз" in kazakh
    assert "2013 жылғы қарашадан кешіктірмей" in kazakh


def test_names_stand_in_the_own_script_of_a_language(sessions: Sessions) -> None:
    """A name that the record has in a language is used in it, and in no other."""
    with sessions.writing() as session:
        example.load(session, now=NOW)
        person = session.scalars(sa.select(Person).where(Person.name == "Vladimir Kozlov")).one()
        person.names = {"ru": "Владимир Козлов"}
        session.flush()
        targeted = sa.select(Target.incident_id).where(Target.person_id == person.id)
        conclusions.refresh_all(session, session.scalars(targeted), now=NOW)

    assert "Владимир Козлов (оппозиционный политик)" in everything(
        briefing(sessions, language="ru")
    )
    assert "Владимир" not in everything(briefing(sessions))


@pytest.mark.parametrize(
    ("said", "window", "before"),
    [
        (("2012-01", "2013-11"), ("2012-01-01", "2013-11-30"), ("2010-02-01", "2011-12-31")),
        (("2012", "2012"), ("2012-01-01", "2012-12-31"), ("2011-01-01", "2011-12-31")),
        (("2012-03-05", "2012-03-14"), ("2012-03-05", "2012-03-14"), ("2012-02-24", "2012-03-04")),
    ],
)
def test_periods(said: tuple[str, str], window: tuple[str, str], before: tuple[str, str]) -> None:
    """A period is read from days, months or years; the one before is as long and ends the day before."""
    found = period_of(*said, today=date(2026, 1, 1))
    earlier = period_before(found)

    assert (found.first.isoformat(), found.last.isoformat()) == window
    assert (earlier.first.isoformat(), earlier.last.isoformat()) == before


@pytest.mark.parametrize(
    "said", [("2013-12", "2013-11"), ("x", ""), ("2012/2013", ""), ("1850", "")]
)
def test_periods_that_are_none(said: tuple[str, str]) -> None:
    """A period that ends before it starts, or is none, is refused with a sentence."""
    with pytest.raises(InvalidInput):
        period_of(*said, today=datetime(2026, 1, 1, tzinfo=UTC).date())


def test_the_texts_of_all_languages_fit_together() -> None:
    """Every language has the same keys, and no sentence asks for a field that English does not."""
    english = briefing_texts.load("en").files
    for language in ("ru", "kk"):
        other = briefing_texts.load(language).files
        for table in ("words", "sentences", "plurals", "headings", "columns", "facts", "flags",
                      "audiences"):  # fmt: skip
            assert set(other[table]) == set(english[table]), table
        for key, sentence in other["sentences"].items():
            fields = set(re.findall(r"\{(\w+)\}", sentence))
            assert fields <= set(re.findall(r"\{(\w+)\}", english["sentences"][key])), key
        assert all(len(one) == (3 if language == "ru" else 1) for one in other["plurals"].values())
        assert set(other["countries"]) <= set(COUNTRIES)


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 случаев"), (1, "1 случай"), (2, "2 случая"), (5, "5 случаев"), (11, "11 случаев"),
     (12, "12 случаев"), (21, "21 случай"), (22, "22 случая"), (111, "111 случаев")],
)  # fmt: skip
def test_russian_has_three_plural_forms(number: int, said: str) -> None:
    """Numbers are counted as Russian counts them."""
    assert briefing_texts.load("ru").count("incidents", number) == said


def test_the_templates_are_where_the_documentation_says() -> None:
    """docs/briefings.md names the folder of the texts."""
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "briefings.md").read_text(encoding="utf-8")

    assert briefing_texts.FOLDER.relative_to(root).as_posix() in page
