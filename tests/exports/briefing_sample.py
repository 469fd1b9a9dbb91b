# SPDX-License-Identifier: Apache-2.0
"""A small briefing with everything a writer has to set: three scripts, notes, a table, every figure."""

from datetime import UTC, date, datetime

from app.domain.record.briefing import (
    Briefing,
    ChartKind,
    Figure,
    Footnote,
    Paragraph,
    Point,
    Run,
    Section,
    Table,
)

BARS = Figure(
    kind=ChartKind.BARS,
    caption="Оқиғалар саны",
    alternative="Үш оқиға 2012 жылы, бір оқиға 2013 жылы.",
    x_label="Жыл",
    y_label="Оқиға",
    points=(
        Point(x="2012", y=3, series="Шабуылдар"),
        Point(x="2012", y=1, series="Суд қудалауы"),
        Point(x="2013", y=1, series="Шабуылдар"),
    ),
)
LINES = Figure(
    kind=ChartKind.LINES,
    caption="Over time",
    alternative="Three in 2010, unknown in 2011, five in 2012.",
    x_label="Year",
    y_label="Incidents",
    points=(Point(x="2010", y=3), Point(x="2011", y=None), Point(x="2012", y=5)),
)
WORLD = Figure(
    kind=ChartKind.MAP,
    caption="Where",
    alternative="Seven in Kazakhstan; Kyrgyzstan is not known.",
    x_label="",
    y_label="Incidents",
    points=(Point(x="KZ", y=7), Point(x="UA", y=2), Point(x="KG", y=None)),
)
MARKUP = "#set text(red) *bold* <b>&amp;</b> [link](x) $x$"

BRIEFING = Briefing(
    title="Қазақстан: сөз бостандығы",
    subtitle="Анықтама",
    language="kk",
    country="KZ",
    period_from=date(2012, 1, 1),
    period_to=date(2013, 11, 30),
    audience="public",
    made_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    data_version="record 12",
    facts=(("Кезең", "2012-01 – 2013-11"), ("Дерек нұсқасы", "record 12")),
    sections=(
        Section(
            key="summary",
            heading="Қысқаша",
            blocks=(
                Paragraph(
                    number=1,
                    runs=(
                        Run(text="Дерекқорда "),
                        Run(text="жеті оқиға", strong=True, notes=(1, 2)),
                    ),
                ),
                Paragraph(number=2, runs=(Run(text=MARKUP, notes=(1,)),)),
                Paragraph(runs=(Run(text="Без номера.", emphasis=True),)),
            ),
        ),
        Section(
            key="attacks",
            heading="Нападения и безнаказанность",
            blocks=(
                BARS,
                Paragraph(number=3, runs=(Run(text="Соңы.", notes=(2,)),)),
                Table(
                    caption="Levels",
                    header=("Level", "Number"),
                    rows=(("partial", "1"), ("—", "2")),
                ),
                WORLD,
                LINES,
            ),
        ),
    ),
    footnotes=(
        Footnote(
            number=1,
            title="Briefing before the dialogue",
            publisher="A press-freedom organisation",
            url="https://example.org/a?b=c_d&e",
            published="2013-11",
            accessed_on=date(2026, 1, 2),
        ),
        Footnote(
            number=2,
            title="Сот үкімі",
            publisher=None,
            url=None,
            published=None,
            accessed_on=None,
        ),
    ),
    words={"accessed": "Қаралған күні"},
)
