# SPDX-License-Identifier: Apache-2.0
"""Articles out of pages: the real child process, honest pages and hostile ones."""

import pytest

from workers.understanding.article import article_of

PARAGRAPHS = "".join(
    f"<p>В Уральске неизвестные избили журналиста газеты, полиция ищет свидетелей ({number}).</p>"
    for number in range(6)
)
PAGE = f"""<html><head><title>Журналиста избили</title>
<meta property="article:published_time" content="2026-03-04T10:00:00+05:00"></head>
<body><nav>Главная | Новости | Спорт</nav><article><h1>Журналиста избили</h1>{PARAGRAPHS}
<script>alert(1)</script></article><footer>Все права защищены</footer></body></html>"""


def test_the_text_is_taken_out_of_its_page() -> None:
    """Title, day and text are found; navigation, footer and scripts are not part of it."""
    found = article_of(PAGE.encode())

    assert found is not None
    assert (found.title, found.published_on) == ("Журналиста избили", "2026-03-04")
    assert "полиция ищет свидетелей (5)" in found.text
    assert not any(word in found.text for word in ("Главная", "alert", "защищены", "<"))


@pytest.mark.parametrize(
    "page",
    [b"", b"\x00\xff" * 1000, b"<div>" * 200_000, b"{}", b"x" * 3_000_000],
    ids=["empty", "bytes", "deep", "json", "large"],
)
def test_a_page_without_an_article_gives_none(page: bytes) -> None:
    """Nothing readable is None, whatever the bytes; the caller never sees an exception."""
    assert article_of(page) is None


def test_a_page_that_takes_too_long_gives_none() -> None:
    """The child is ended at its deadline."""
    assert article_of(PAGE.encode(), deadline=0.01) is None
