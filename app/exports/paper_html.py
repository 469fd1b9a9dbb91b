# SPDX-License-Identifier: Apache-2.0
"""A briefing as one HTML file: semantic, self-contained, readable by screen readers, made to be printed.

Figures are drawn where the `documents` extra is installed; their sentences are there in any case.
Nothing is loaded from anywhere, and there is no script.
"""

from collections import Counter
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path

from app.domain.record.briefing import Block, Briefing, Figure, Footnote, Paragraph, Run, Table
from app.exports.paper_parts import accessed_text, source_text

_STYLE = Path(__file__).parent / "paper" / "briefing.css"


def write_html(briefing: Briefing) -> bytes:
    """Write a briefing as one HTML file."""
    return "\n".join(_Page(briefing).lines()).encode()


class _Page:
    """One page being written: how often each source was cited, for the links back."""

    def __init__(self, briefing: Briefing) -> None:
        self.briefing = briefing
        self.words = briefing.words
        self.cited: Counter[int] = Counter()
        self.figures = 0
        self.tables = 0

    def lines(self) -> Iterator[str]:
        briefing = self.briefing
        yield "<!doctype html>"
        yield f'<html lang="{escape(briefing.language)}">'
        yield '<head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{escape(briefing.title)} · {escape(briefing.subtitle)}</title>"
        yield f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        yield "<body><main><article>"
        yield from self._head()
        for section in briefing.sections:
            yield f'<section id="{section.key}" aria-labelledby="h-{section.key}">'
            yield f'<h2 id="h-{section.key}">{escape(section.heading)}</h2>'
            for block in section.blocks:
                yield from self._block(block)
            yield "</section>"
        if briefing.footnotes:
            yield from self._footnotes()
        yield "</article></main></body></html>"

    def _head(self) -> Iterator[str]:
        briefing = self.briefing
        yield f"<header><h1>{escape(briefing.title)}</h1>"
        yield f'<p class="subtitle">{escape(briefing.subtitle)}</p>'
        yield "<dl>"
        for name, value in briefing.facts:
            yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        yield "</dl></header>"
        yield f'<nav aria-labelledby="h-contents"><h2 id="h-contents">{self._word("contents")}</h2>'
        yield "<ul>"
        for section in briefing.sections:
            yield f'<li><a href="#{section.key}">{escape(section.heading)}</a></li>'
        yield "</ul></nav>"

    def _block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Paragraph):
            yield self._paragraph(block)
        elif isinstance(block, Table):
            yield from self._table(block)
        else:
            yield from self._figure(block)

    def _paragraph(self, block: Paragraph) -> str:
        said = "".join(self._run(one) for one in block.runs)
        if block.number is None:
            return f"<p>{said}</p>"
        number = f'<a class="number" href="#p{block.number}">{block.number}.</a> '
        return f'<p class="numbered" id="p{block.number}">{number}{said}</p>'

    def _run(self, run: Run) -> str:
        said = escape(run.text)
        if run.language and run.language != self.briefing.language:
            said = f'<span lang="{escape(run.language)}">{said}</span>'
        if run.strong:
            said = f"<strong>{said}</strong>"
        if run.emphasis:
            said = f"<em>{said}</em>"
        return said + "".join(self._mark(number) for number in run.notes)

    def _mark(self, number: int) -> str:
        self.cited[number] += 1
        label = f"{self._word('footnote')} {number}"
        return (
            f'<sup><a id="r{number}-{self.cited[number]}" href="#n{number}" role="doc-noteref"'
            f' aria-label="{label}">{number}</a></sup>'
        )

    def _table(self, table: Table) -> Iterator[str]:
        self.tables += 1
        caption = f"{self._word('table')} {self.tables}. {escape(table.caption)}"
        yield f'<div class="wide" role="group" aria-label="{caption}" tabindex="0"><table>'
        yield f"<caption>{caption}</caption><thead><tr>"
        for cell in table.header:
            yield f'<th scope="col">{escape(cell)}</th>'
        yield "</tr></thead><tbody>"
        for first, *others in table.rows:
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
            yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
        yield "</tbody></table></div>"

    def _figure(self, figure: Figure) -> Iterator[str]:
        self.figures += 1
        drawn = _drawn(figure)
        yield "<figure>"
        if drawn:
            label = escape(f"{figure.caption}. {figure.alternative}")
            yield f'<div class="drawing" role="img" aria-label="{label}">{drawn}</div>'
        caption = f"{self._word('figure')} {self.figures}. {escape(figure.caption)}."
        yield f"<figcaption><strong>{caption}</strong> {escape(figure.alternative)}</figcaption>"
        yield "</figure>"

    def _footnotes(self) -> Iterator[str]:
        heading = self._word("sources")
        yield '<section role="doc-endnotes" id="sources" aria-labelledby="h-sources">'
        yield f'<h2 id="h-sources">{heading}</h2><ol>'
        for note in self.briefing.footnotes:
            yield f'<li id="n{note.number}" value="{note.number}">{self._note(note)}</li>'
        yield "</ol></section>"

    def _note(self, note: Footnote) -> str:
        said = [escape(source_text(note))]
        if note.url:
            said.append(_link(note.url))
        accessed = accessed_text(note, self.words)
        if accessed:
            said.append(escape(accessed))
        back = self._word("back")
        said += [
            f'<a class="back" href="#r{note.number}-{time}" role="doc-backlink"'
            f' aria-label="{back} ({time})">↩</a>'
            for time in range(1, self.cited[note.number] + 1)
        ]
        return " ".join(said)

    def _word(self, key: str) -> str:
        return escape(self.words[key])


def _link(url: str) -> str:
    """Link an address of the web; any other is only shown."""
    if not url.startswith(("https://", "http://")):
        return escape(url)
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(url)}</a>'


def _drawn(figure: Figure) -> str | None:
    """Draw a figure, or return None where the `documents` extra is not installed."""
    try:
        charts = import_module("app.exports.charts")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "app":
            raise
        return None
    svg: str = charts.figure_svg(figure, font="Georgia, serif")
    return svg[svg.index("<svg") :]
