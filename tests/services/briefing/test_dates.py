# SPDX-License-Identifier: Apache-2.0
"""Dates of every shape that the record takes, in the words of a briefing."""

import pytest

from app.services import briefing_dates, briefing_texts


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
