# SPDX-License-Identifier: Apache-2.0
"""What a country briefing consists of, before anybody decides how it looks.

Values only: the use case (app/services/briefing*.py) fills them from the record, and each writer
(app/exports: Markdown, HTML, Word, PDF) shows the same values. Never here: queries, fonts, colours.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a paragraph. `notes` are numbers of footnotes set behind it.

    `language` is set where a text of the record is known to be in another than the briefing's.
    """

    text: str
    strong: bool = False
    emphasis: bool = False
    notes: tuple[int, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph. `number` counts through the whole briefing; None for those that bear none."""

    runs: tuple[Run, ...]
    number: int | None = None

    @property
    def text(self) -> str:
        """The paragraph without its marks."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a header; every row has as many cells as the header."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ChartKind(StrEnum):
    """How figures are drawn."""

    BARS = "bars"
    LINES = "lines"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a chart: its place on the axis, the series it belongs to, the number.

    For a map `x` is an ISO 3166-1 alpha-2 code. A value nobody knows is None and is shown as a gap.
    """

    x: str
    y: float | None
    series: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with the sentence that says the same to somebody who cannot see it."""

    kind: ChartKind
    caption: str
    alternative: str
    x_label: str
    y_label: str
    points: tuple[Point, ...]


Block = Paragraph | Table | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the briefing. `key` is stable ("closures"), `heading` is in the briefing's language."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    """A source. `accessed_on` is the day somebody here last read it; None where nobody noted it.

    `accessed` is that day in the words of the briefing's language.
    """

    number: int
    title: str
    publisher: str | None
    url: str | None
    published: str | None
    accessed_on: date | None
    accessed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """A whole briefing. `data_version` names the state of the record it was made from.

    `facts` are the label and value pairs of the title page ("Period", "Audience", "Made on", …),
    `words` the fixed words a writer needs, in the briefing's language ("footnotes", "page", …).
    """

    title: str
    subtitle: str
    language: str
    country: str
    period_from: date
    period_to: date
    audience: str
    made_at: datetime
    data_version: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footnotes: tuple[Footnote, ...]
    words: dict[str, str]

    @property
    def word_count(self) -> int:
        """Words in headings and paragraphs; tables, figures and footnotes are not counted."""
        texts = [self.title, self.subtitle]
        for section in self.sections:
            texts.append(section.heading)
            texts += [block.text for block in section.blocks if isinstance(block, Paragraph)]
        return sum(len(text.split()) for text in texts)
