# SPDX-License-Identifier: Apache-2.0
"""A briefing as Markdown: CommonMark with the tables and footnotes that GitHub and Pandoc read."""

import re
from collections.abc import Iterator

from app.domain.record.briefing import Block, Briefing, Figure, Footnote, Paragraph, Table
from app.exports.paper_parts import accessed_text, source_text

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$^])")


def write_markdown(briefing: Briefing) -> bytes:
    """Write a briefing as one Markdown file."""
    return ("\n\n".join(_parts(briefing)) + "\n").encode()


def _parts(briefing: Briefing) -> Iterator[str]:
    yield f"# {_text(briefing.title)}"
    yield f"*{_text(briefing.subtitle)}*"
    yield "\n".join(f"- {_text(name)}: {_text(value)}" for name, value in briefing.facts)
    for section in briefing.sections:
        yield f"## {_text(section.heading)}"
        for block in section.blocks:
            yield from _block(block, briefing.words)
    if briefing.footnotes:
        yield f"## {_text(briefing.words['sources'])}"
        yield "\n".join(_note(note, briefing.words) for note in briefing.footnotes)


def _block(block: Block, words: dict[str, str]) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _paragraph(block)
    elif isinstance(block, Table):
        yield f"**{_text(words['table'])}: {_text(block.caption)}**"
        yield _table(block)
    else:
        yield _figure(block, words)


def _paragraph(block: Paragraph) -> str:
    said = ""
    for run in block.runs:
        space = run.text[: len(run.text) - len(run.text.lstrip())]
        text = _text(run.text.strip())
        mark = "**" if run.strong else "*" if run.emphasis else ""
        said += f"{space}{mark}{text}{mark}" + "".join(f"[^{one}]" for one in run.notes)
    # A number at the start of an unnumbered paragraph would make a list of it.
    if block.number is None:
        return re.sub(r"^(\d+)([.)])", r"\1\\\2", said)
    return f"{block.number}. {said}"


def _table(table: Table) -> str:
    rows = [table.header, tuple("---" for _ in table.header), *table.rows]
    return "\n".join(
        "| " + " | ".join(cell if index == 1 else _text(cell) for cell in row) + " |"
        for index, row in enumerate(rows)
    )


def _figure(figure: Figure, words: dict[str, str]) -> str:
    return f"**{_text(words['figure'])}: {_text(figure.caption)}.** {_text(figure.alternative)}"


def _note(note: Footnote, words: dict[str, str]) -> str:
    said = [_text(source_text(note))]
    if note.url:
        said.append(f"<{note.url}>" if _is_plain(note.url) else _text(note.url))
    accessed = accessed_text(note, words)
    return f"[^{note.number}]: " + " ".join([*said, *([_text(accessed)] if accessed else [])])


def _is_plain(url: str) -> bool:
    is_web = url.startswith(("https://", "http://"))
    return is_web and not re.search(r"[\s<>]", url)


def _text(text: str) -> str:
    """Escape what Markdown would read as marks, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
