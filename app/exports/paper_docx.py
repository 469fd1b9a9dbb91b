# SPDX-License-Identifier: Apache-2.0
"""A briefing as a Word file: numbered paragraphs, real headings and footnotes, everything editable.

The footnotes themselves are docx_notes.py. Needs the `documents` extra.
"""

import io
from datetime import UTC

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph as WordParagraph

from app.domain.record.briefing import Block, Briefing, Figure, Paragraph, Table
from app.exports.docx_notes import Notes
from app.exports.paper_pdf import picture_of

_ACCENT = RGBColor(0xA6, 0x2B, 0x1C)
_SOFT = RGBColor(0x59, 0x55, 0x4C)
_LANGUAGES = {"en": "en-GB", "ru": "ru-RU", "kk": "kk-KZ"}


def write_docx(briefing: Briefing) -> bytes:
    """Write a briefing as Word opens it; the word count is in the file's properties."""
    document = docx.Document()
    _properties(document, briefing)
    _styles(document, briefing.language)
    notes = Notes(document, briefing)
    document.add_heading(briefing.title, level=0)
    document.add_paragraph(briefing.subtitle, style="Subtitle")
    _facts(document, briefing)
    for section in briefing.sections:
        document.add_heading(section.heading, level=1)
        for block in section.blocks:
            _block(document, block, notes)
    _page_numbers(document)
    notes.finish()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _properties(document: Document, briefing: Briefing) -> None:
    known = document.core_properties
    known.title = briefing.title
    known.subject = briefing.subtitle
    known.author = ""
    known.language = _LANGUAGES.get(briefing.language, briefing.language)
    known.comments = ""
    known.version = briefing.data_version
    known.created = known.modified = briefing.made_at.astimezone(UTC).replace(tzinfo=None)


def _styles(document: Document, language: str) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.4)
    _font(document, "Normal", 10.5)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    _font(document, "Title", 21)
    _font(document, "Subtitle", 12, _SOFT)
    # The template's line under a title and its spaced letters are not ours.
    for style, within, mark in (("Title", "w:pPr", "w:pBdr"), ("Subtitle", "w:rPr", "w:spacing")):
        for one in document.styles[style].element.findall(f"{qn(within)}/{qn(mark)}"):
            one.getparent().remove(one)
    _font(document, "Heading 1", 12.5, _ACCENT)
    _font(document, "Caption", 9, _SOFT)
    _font(document, "List Number", 10.5)
    # The language of the text decides spelling, hyphenation and how it is read aloud.
    properties = document.styles["Normal"].element.get_or_add_rPr()
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), _LANGUAGES.get(language, language))
    properties.append(spoken)


def _font(document: Document, style: str, size: float, colour: RGBColor | None = None) -> None:
    face = document.styles[style]
    face.font.size = Pt(size)
    face.font.italic = False
    face.font.color.rgb = colour or RGBColor(0x1B, 0x1A, 0x17)
    # A face with every Kazakh letter; a program without it takes its own serif.
    fonts = face.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(kind), "Times New Roman")


def _facts(document: Document, briefing: Briefing) -> None:
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    for name, value in briefing.facts:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Cm(4), Cm(11.8)
        cells[0].text, cells[1].text = name, value
        cells[0].paragraphs[0].runs[0].font.color.rgb = _SOFT
        for cell in cells:
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)


def _block(document: Document, block: Block, notes: Notes) -> None:
    match block:
        case Paragraph():
            style = "List Number" if block.number is not None else None
            _fill(document.add_paragraph(style=style), block, notes)
        case Table():
            _table(document, block)
        case Figure():
            _figure(document, block)


def _fill(paragraph: WordParagraph, block: Paragraph, notes: Notes) -> None:
    for run in block.runs:
        written = paragraph.add_run(run.text)
        written.bold, written.italic = run.strong or None, run.emphasis or None
        notes.cite(paragraph, run.notes)


def _table(document: Document, block: Table) -> None:
    document.add_paragraph(block.caption, style="Caption").paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.header), style="Table Grid")
    # The first row is repeated on every page and read as the header of its columns.
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - the library has no door for it
    for cell, text in zip(table.rows[0].cells, block.header, strict=True):
        _cell(cell, text, strong=True)
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _cell(cell, text)
    document.add_paragraph()


def _cell(cell: Cell, text: str, *, strong: bool = False) -> None:
    run = cell.paragraphs[0].add_run(text)
    run.font.size, run.bold = Pt(9), strong or None
    cell.paragraphs[0].paragraph_format.space_after = Pt(1)


def _figure(document: Document, block: Figure) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    picture = paragraph.add_run().add_picture(io.BytesIO(picture_of(block)), width=Cm(14))
    picture._inline.docPr.set("descr", block.alternative)  # noqa: SLF001 - the library has no door for it
    caption = document.add_paragraph(block.caption, style="Caption")
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _page_numbers(document: Document) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for instruction, after in (("PAGE", " / "), ("NUMPAGES", "")):
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        paragraph._p.append(field)  # noqa: SLF001 - the library has no door for it
        if after:
            paragraph.add_run(after)
