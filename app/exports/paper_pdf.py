# SPDX-License-Identifier: Apache-2.0
"""A briefing as PDF by Typst: tagged, PDF/A-2b, the same bytes for the same briefing.

How it looks is paper/briefing.typ. Needs the `documents` extra.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import typst

from app.domain.record.briefing import Block, Briefing, Figure, Paragraph, Table
from app.exports.charts import SERIF, figure_svg
from app.exports.paper_parts import accessed_text, source_text

# Its stubs know no files in memory, which it takes.
_compile = cast("Callable[..., bytes]", typst.compile)
_TEMPLATE = Path(__file__).parent / "paper" / "briefing.typ"


def write_pdf(briefing: Briefing) -> bytes:
    """Set a briefing in type. Only the fonts within Typst are used, so that it looks alike everywhere."""
    files: dict[str, bytes] = {"main": _TEMPLATE.read_bytes()}
    data = _data(briefing, files)
    files["briefing.json"] = msgspec.json.encode(data)
    return _compile(
        files,
        ignore_system_fonts=True,
        pdf_standards=["a-2b"],
        timestamp=briefing.made_at,
    )


def picture_of(figure: Figure) -> bytes:
    """Draw a figure as PNG by Typst, for programs that read no SVG: no font of the machine is used."""
    page = b'#set page(width: auto, height: auto, margin: 2pt)\n#image("figure.svg", width: 16cm)'
    files = {"main": page, "figure.svg": figure_svg(figure, font=SERIF).encode()}
    return _compile(files, format="png", ppi=200.0, ignore_system_fonts=True)


def _data(briefing: Briefing, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "title": briefing.title,
        "subtitle": briefing.subtitle,
        "language": briefing.language,
        "facts": briefing.facts,
        "sections": [
            {
                "heading": section.heading,
                "blocks": [_block(one, files) for one in section.blocks],
            }
            for section in briefing.sections
        ],
        "footnotes": {
            str(note.number): {
                "number": note.number,
                "text": source_text(note),
                "url": note.url,
                "accessed": accessed_text(note, briefing.words),
            }
            for note in briefing.footnotes
        },
    }


def _block(block: Block, files: dict[str, bytes]) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        runs = [
            {
                "text": one.text,
                "strong": one.strong,
                "emphasis": one.emphasis,
                "notes": one.notes,
            }
            for one in block.runs
        ]
        return {"kind": "paragraph", "number": block.number, "runs": runs}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "caption": block.caption,
            "header": block.header,
            "rows": block.rows,
        }
    file = f"figure-{len(files)}.svg"
    files[file] = figure_svg(block, font=SERIF).encode()
    return {
        "kind": "figure",
        "file": file,
        "caption": block.caption,
        "alternative": block.alternative,
    }
