# SPDX-License-Identifier: Apache-2.0
"""The pen of a briefing: numbers its paragraphs, and gives identical sources one footnote.

Never here: what is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.domain.record.briefing import Footnote, Paragraph, Run
from app.services import briefing_dates
from app.services.briefing_texts import Texts

Source = Mapping[str, Any]


class Pen:
    """Writes paragraphs in one language; keeps the footnotes in the order they are first cited."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._numbers: dict[tuple[str | None, ...], int] = {}
        self._notes: list[Footnote] = []
        self._paragraphs = 0
        self._told_in: dict[str, int] = {}

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """Every source that was cited."""
        return tuple(self._notes)

    def numbered(self, sentences: Iterable[Run], *, about: Iterable[str] = ()) -> Paragraph:
        """Write the next numbered paragraph; `about` are ids by which others refer to it."""
        self._paragraphs += 1
        for one in about:
            self._told_in.setdefault(one, self._paragraphs)
        return Paragraph(runs=_spaced(sentences), number=self._paragraphs)

    def told_in(self, about: str) -> int | None:
        """Return the number of the paragraph that tells of something."""
        return self._told_in.get(about)

    def cite(self, sources: Iterable[Source | None]) -> tuple[int, ...]:
        """Return the numbers of the footnotes of these sources, each once, in order."""
        found = dict.fromkeys(self._number(one) for one in sources if one is not None)
        return tuple(sorted(found))

    def _number(self, source: Source) -> int:
        key = tuple(
            str(source[name]) if source[name] is not None else None
            for name in ("title", "locator", "url", "publisher", "published_on")
        )
        if key not in self._numbers:
            self._numbers[key] = len(self._notes) + 1
            self._notes.append(self._footnote(source, self._numbers[key]))
        return self._numbers[key]

    def _footnote(self, source: Source, number: int) -> Footnote:
        title = source["title"]
        if source["locator"]:
            title = f"{title}, {source['locator']}"
        published, read_on = source["published_on"], source["retrieved_on"]
        accessed_on = date.fromisoformat(read_on) if isinstance(read_on, str) else read_on
        return Footnote(
            number=number,
            title=title,
            publisher=source["publisher"],
            url=source["url"],
            published=briefing_dates.plain(self.texts, published) if published else None,
            accessed_on=accessed_on,
            accessed=briefing_dates.day(self.texts, accessed_on) if accessed_on else None,
        )


def plain(*sentences: str) -> Paragraph:
    """Write a paragraph without a number or sources."""
    return Paragraph(runs=_spaced(Run(text=one) for one in sentences if one))


def _spaced(sentences: Iterable[Run]) -> tuple[Run, ...]:
    """Set a space between sentences, and none at either end."""
    runs = [one for one in sentences if one.text]
    return tuple(
        one if index == 0 else replace(one, text=f" {one.text}") for index, one in enumerate(runs)
    )
