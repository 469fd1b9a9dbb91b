# SPDX-License-Identifier: Apache-2.0
"""Footnotes of a Word file, which python-docx cannot write: the part, and the marks that point at it.

A source cited again points back at its first note (a NOTEREF field), so that no note is told twice.
After ECMA-376 part 1, 17.11.
"""

from xml.sax.saxutils import escape

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from app.domain.record.briefing import Briefing, Footnote
from app.exports.paper_parts import accessed_text, source_text

_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r>'
    "<w:continuationSeparator/></w:r></w:p></w:footnote>"
)
_RAISED = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'


_SMALL = '<w:sz w:val="17"/>'


class Notes:
    """The notes of one document. `cite` sets marks; `finish` adds the part that holds the notes."""

    def __init__(self, document: Document, briefing: Briefing) -> None:
        self._document = document
        self._words = briefing.words
        self._known = {one.number: one for one in briefing.footnotes}
        # The place of a note among those set, which is the number that Word shows.
        self._set: dict[int, int] = {}

    def cite(self, paragraph: Paragraph, numbers: tuple[int, ...]) -> None:
        """Set the marks of these notes at the end of a paragraph so far."""
        for place, number in enumerate(numbers):
            if place:
                paragraph.add_run(", ").font.superscript = True
            for element in self._mark(number):
                paragraph._p.append(element)  # noqa: SLF001 - the library has no door for it

    def _mark(self, number: int) -> list[BaseOxmlElement]:
        bookmark = f"_Note{number}"
        if number in self._set:
            return [_pointing_back(bookmark, self._set[number])]
        self._set[number] = len(self._set) + 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (start, end):
            element.set(qn("w:id"), str(number))
        start.set(qn("w:name"), bookmark)
        run = f'<w:r {nsdecls("w")}>{_RAISED}<w:footnoteReference w:id="{number}"/></w:r>'
        return [start, parse_xml(run), end]

    def finish(self) -> None:
        """Add the notes that were cited; a document without any has no part for them."""
        if not self._set:
            return
        notes = "".join(self._note(self._known[number]) for number in self._set)
        xml = f"<w:footnotes {nsdecls('w')}>{_SEPARATORS}{notes}</w:footnotes>"
        package = self._document.part.package
        name = PackURI("/word/footnotes.xml")
        part = Part(name, _CONTENT_TYPE, xml.encode(), package)
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    def _note(self, note: Footnote) -> str:
        said = [source_text(note), note.url, accessed_text(note, self._words)]
        text = escape(" ".join(one for one in said if one))
        return (
            f'<w:footnote w:id="{note.number}"><w:p><w:pPr><w:spacing w:after="40"/></w:pPr>'
            f'<w:r><w:rPr>{_SMALL}<w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:rPr>{_SMALL}</w:rPr><w:t xml:space="preserve"> {text}</w:t></w:r>'
            "</w:p></w:footnote>"
        )


def _pointing_back(bookmark: str, place: int) -> BaseOxmlElement:
    return parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr=" NOTEREF {bookmark} \\h "><w:r>{_RAISED}'
        f"<w:t>{place}</w:t></w:r></w:fldSimple>"
    )
