# SPDX-License-Identifier: Apache-2.0
"""Briefings as Word files, opened again."""

import io
import re
import zipfile
from functools import cache
from xml.etree import ElementTree as ET

import docx
from docx.document import Document

from app.exports.paper_docx import write_docx
from tests.exports.briefing_sample import BARS, BRIEFING, MARKUP

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@cache
def _written() -> bytes:
    return write_docx(BRIEFING)


def _opened() -> Document:
    return docx.Document(io.BytesIO(_written()))


def _part(name: str) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(_written())) as file:
        return ET.fromstring(file.read(name))


def test_paragraphs_are_numbered_by_word() -> None:
    """Numbered paragraphs are a list of the program, so that an editor may add one between them."""
    found = {one.style.name: [] for one in _opened().paragraphs if one.style is not None}
    for one in _opened().paragraphs:
        if one.style is not None:
            found[one.style.name].append(one.text)

    assert found["List Number"][0] == "Дерекқорда жеті оқиға, "
    assert found["List Number"][1].startswith(MARKUP)
    assert len(found["List Number"]) == 3
    assert found["Heading 1"] == ["Қысқаша", "Нападения и безнаказанность"]
    assert found["Title"] == [BRIEFING.title]


def test_notes_are_footnotes() -> None:
    """Each source is a real footnote, told once; a second mention points back at its number."""
    notes = _part("word/footnotes.xml")
    texts = {
        int(one.get(f"{_W}id", "0")): "".join(one.itertext()).strip()
        for one in notes.iter(f"{_W}footnote")
    }
    body = _part("word/document.xml")
    marks = [int(one.get(f"{_W}id", "0")) for one in body.iter(f"{_W}footnoteReference")]
    back = [one.get(f"{_W}instr", "") for one in body.iter(f"{_W}fldSimple")]

    assert texts[1].startswith(
        "A press-freedom organisation, Briefing before the dialogue, 2013-11."
    )
    assert texts[1].endswith("https://example.org/a?b=c_d&e Қаралған күні 2026-01-02.")
    assert texts[2] == "Сот үкімі."
    assert marks == [1, 2]
    assert [one.strip() for one in back if "NOTEREF" in one] == [
        "NOTEREF _Note1 \\h",
        "NOTEREF _Note2 \\h",
    ]


def test_every_mark_has_its_place() -> None:
    """The bookmarks that later mentions point at exist, once each."""
    body = _part("word/document.xml")
    names = [one.get(f"{_W}name") for one in body.iter(f"{_W}bookmarkStart")]

    assert sorted(one for one in names if one) == ["_Note1", "_Note2"]


def test_tables_and_figures_can_be_read_aloud() -> None:
    """A table's first row is its header on every page; a figure carries its sentence."""
    document = _opened()
    table = document.tables[-1]
    with zipfile.ZipFile(io.BytesIO(_written())) as file:
        xml = file.read("word/document.xml").decode()

    assert [cell.text for cell in table.rows[0].cells] == ["Level", "Number"]
    assert [cell.text for cell in table.rows[1].cells] == ["partial", "1"]
    assert xml.count("<w:tblHeader/>") == 1
    assert re.findall(r'descr="([^"]+)"', xml)[0] == BARS.alternative
    assert len(document.inline_shapes) == 3


def test_it_says_what_it_was_made_from() -> None:
    """Language, title and the version of the data are in the file's properties."""
    known = _opened().core_properties

    assert (known.title, known.language, known.version) == (BRIEFING.title, "kk-KZ", "record 12")
