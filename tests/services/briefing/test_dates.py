# SPDX-License-Identifier: Apache-2.0
"""Dates of every shape that the record takes, in the words of a briefing."""

import pytest

from app.exports.paper_parts import accessed_text
from app.services import briefing_dates, briefing_texts
from app.services.briefing_writing import Pen


@pytest.mark.parametrize(
    ("language", "ended", "until"),
    [
        ("en", "since 2013 (end not known)", "by 2013"),
        ("ru", "с 2013 года (когда закончилось, неизвестно)", "не позднее 2013 года"),
        ("kk", "2013 жылдан бастап (қашан аяқталғаны белгісіз)", "2013 жылдан кешіктірмей"),
    ],
)
def test_ends_that_nobody_knows_are_said(language: str, ended: str, until: str) -> None:
    """An unknown end is told from one that is open, and a start nobody knows says only by when."""
    texts = briefing_texts.load(language)

    assert briefing_dates.when(texts, "2013/") == ended
    assert briefing_dates.plain(texts, "2013/..") == ended.partition(" (")[0]
    assert briefing_dates.plain(texts, "/2013") == briefing_dates.plain(texts, "../2013") == until
    assert [briefing_dates.is_open(one) for one in ("/2013", "../2013", "2013/", "2013")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Accessed 2 March 2026."),
        ("ru", "Дата обращения: 2 марта 2026 года."),
        ("kk", "Қаралған күні: 2026 жылғы 2 наурыз."),
    ],
)
def test_a_source_says_in_words_when_it_was_read(language: str, said: str) -> None:
    """The day of access in a footnote is said as every other day is."""
    texts = briefing_texts.load(language)
    pen = Pen(texts)
    source = dict.fromkeys(("locator", "url", "publisher", "published_on"))
    pen.cite([{**source, "title": "A paper", "retrieved_on": "2026-03-02"}])

    (note,) = pen.footnotes

    assert accessed_text(note, dict(texts.files["words"])) == said
