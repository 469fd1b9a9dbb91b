# SPDX-License-Identifier: Apache-2.0
"""Briefings as PDF, read back by a library that did not write them."""

import io
from functools import cache

from pypdf import PdfReader

from app.exports.paper_pdf import picture_of, write_pdf
from tests.exports.briefing_sample import BARS, BRIEFING, MARKUP


@cache
def _written() -> bytes:
    return write_pdf(BRIEFING)


def _text(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_every_word_is_there() -> None:
    """Kazakh and Russian come out as written, and what looks like markup is only text."""
    text = _text(_written())

    for expected in (
        BRIEFING.title,
        "Қысқаша",
        "жеті оқиға",
        "Нападения и безнаказанность",
        "Без номера.",
        MARKUP,
        "Levels",
    ):
        assert expected in text


def test_a_source_is_one_note() -> None:
    """A source cited twice is told once, with its address and the day it was read."""
    text = _text(_written())

    assert text.count("Briefing before the dialogue") == 1
    assert "https://example.org/a?b=c_d&e" in text
    assert "Қаралған күні 2026-01-02." in text
    assert text.count("Сот үкімі.") == 1


def test_it_is_tagged_and_archivable() -> None:
    """The file says its language, its structure and the standard for archives it keeps (PDF/A-2b)."""
    reader = PdfReader(io.BytesIO(_written()))
    root = reader.root_object

    assert root["/Lang"] == "kk"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    metadata = reader.xmp_metadata
    assert metadata is not None
    xmp = metadata.stream.get_data()
    assert b"pdfaid:part>2<" in xmp
    assert b"pdfaid:conformance>B<" in xmp


def test_figures_say_what_they_show() -> None:
    """Every figure carries its sentence for those who cannot see it."""
    reader = PdfReader(io.BytesIO(_written()))
    alternatives = {
        str(found["/Alt"])
        for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1)
        if isinstance(found := reader.get_object(number), dict) and "/Alt" in found
    }

    assert BARS.alternative in alternatives
    assert len(alternatives) == 3


def test_the_same_briefing_is_the_same_file() -> None:
    """Two writings of one briefing are equal to the byte, so that a hash can name it."""
    assert write_pdf(BRIEFING) == _written()


def test_a_figure_as_a_picture() -> None:
    """Programs that read no SVG get a PNG."""
    assert picture_of(BARS).startswith(b"\x89PNG")
