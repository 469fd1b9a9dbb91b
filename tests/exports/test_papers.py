# SPDX-License-Identifier: Apache-2.0
"""A briefing as Markdown, HTML and JSON: structure that programs and screen readers can rely on."""

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from app.domain.record.briefing import Briefing, Footnote, Paragraph, Run, Section, Table
from app.errors import InvalidInput, NotInstalled
from app.exports import papers
from app.exports.paper_html import write_html
from app.exports.paper_markdown import write_markdown
from app.services import briefing_texts
from tests.exports.briefing_sample import BRIEFING

HOSTILE = "<script>alert(1)</script> | `x` [a](b) *c* _d_"


def sample(language: str) -> Briefing:
    """A briefing with everything there is, with the fixed words of a language."""
    words = dict(briefing_texts.load(language).files["words"])
    return replace(BRIEFING, language=language, words=words)


def hostile() -> bytes:
    """A briefing whose record tries to be markup."""
    made = sample("en")
    block = Paragraph(runs=(Run(text=HOSTILE, notes=(1,), language="ru"),), number=7)
    table = Table(caption=HOSTILE, header=("a", "b"), rows=((HOSTILE, HOSTILE),))
    section = Section(key="attacks", heading=HOSTILE, blocks=(block, table))
    note = Footnote(
        number=1,
        title=HOSTILE,
        publisher=None,
        url="javascript:alert(1)",
        published=None,
        accessed_on=None,
    )
    made = replace(made, title=HOSTILE, sections=(section,), footnotes=(note,))
    return write_html(made)


class _Tree(HTMLParser):
    """Checks that tags are closed in order, and keeps ids, links and tags."""

    VOID = frozenset({"meta", "link", "br", "path", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        self.ids += [one for one in [values.get("id")] if one]
        self.links += [one for one in [values.get("href")] if one and tag == "a"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def read(page: bytes) -> _Tree:
    """Read a page."""
    tree = _Tree()
    tree.feed(page.decode())
    assert tree.open == []
    return tree


def test_html_is_whole_and_its_links_lead_somewhere() -> None:
    """Every id is there once; notes lead to sources and sources back; nothing comes from elsewhere."""
    page = write_html(sample("en"))
    tree = read(page)

    assert len(set(tree.ids)) == len(tree.ids)
    assert {one[1:] for one in tree.links if one.startswith("#")} <= set(tree.ids)
    tags = dict(tree.tags)
    assert "script" not in tags
    assert "link" not in tags
    assert not re.search(rb"@import|url\(\s*['\"]?https?:", page)
    headers = [values for tag, values in tree.tags if tag == "th"]
    assert headers
    assert {values.get("scope") for values in headers} <= {"col", "row"}
    assert sum(tag == "caption" for tag, _ in tree.tags) == sum(
        tag == "table" for tag, _ in tree.tags
    )


def test_html_says_which_language_it_is_in() -> None:
    """Screen readers and hyphenation are told the language, also of what is quoted in another one."""
    assert dict(read(write_html(sample("kk"))).tags)["html"]["lang"] == "kk"
    assert '<span lang="ru">' in hostile().decode()


def test_figures_are_drawn_within_and_said_in_words() -> None:
    """Each figure is an SVG within the page, with its sentence for those who cannot see it."""
    made = sample("en")
    page = write_html(made).decode()

    figures = [
        b
        for s in made.sections
        for b in s.blocks
        if not hasattr(b, "runs") and hasattr(b, "points")
    ]
    assert figures
    assert page.count("<figure>") == page.count("<svg ") == len(figures)


def test_a_record_is_never_markup() -> None:
    """What is entered stays text, and only addresses of the web become links."""
    page = hostile()
    tree = read(page)

    assert "script" not in dict(tree.tags)
    assert not [one for one in tree.links if one.startswith("javascript")]


def test_markdown_keeps_numbers_notes_and_tables() -> None:
    """Paragraphs keep their numbers, each note has its source, each row as many cells as the header."""
    made = sample("en")
    text = write_markdown(made).decode()

    for section in made.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph) and block.number:
                assert re.search(rf"(?m)^{block.number}\. ", text)
    used = {int(one) for one in re.findall(r"\[\^(\d+)\](?!:)", text)}
    defined = {int(one) for one in re.findall(r"(?m)^\[\^(\d+)\]:", text)}
    assert used <= defined
    rows = [re.split(r"(?<!\\)\|", line) for line in text.splitlines() if line.startswith("|")]
    assert rows
    tables = [b for s in made.sections for b in s.blocks if isinstance(b, Table)]
    assert {len(row) - 2 for row in rows} == {len(table.header) for table in tables}


def test_markdown_escapes_what_would_be_read_as_marks() -> None:
    """A name with stars or bars stays a name."""
    made = replace(sample("en"), title=HOSTILE)
    first = write_markdown(made).decode().splitlines()[0]

    assert first == (r"# \<script\>alert(1)\</script\> \| \`x\` \[a\](b) \*c\* \_d\_")


def test_json_holds_the_same_values() -> None:
    """Programs get the blocks with their kinds, the footnotes, and the word count."""
    made = sample("en")
    value = json.loads(papers.write(made, ".json"))

    assert value["word_count"] == made.word_count
    kinds = {block["kind"] for section in value["sections"] for block in section["blocks"]}
    assert kinds <= {"paragraph", "table", "figure"}
    assert [note["number"] for note in value["footnotes"]] == [n.number for n in made.footnotes]


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".docx", b"PK"), (".PDF", b"%PDF"), (".md", b"# "), (".html", b"<!doc")]
)
def test_the_suffix_chooses_the_writer(suffix: str, begins: bytes) -> None:
    """Each form is written by its own writer, in either case of its letters."""
    assert papers.write(sample("en"), suffix).startswith(begins)


def test_an_unknown_form_is_refused() -> None:
    """A suffix without a writer is refused with a list of those there are."""
    with pytest.raises(InvalidInput, match=r"\.docx, \.html, \.json, \.md, \.pdf"):
        papers.write(sample("en"), ".odt")


def test_without_the_documents_extra_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Word and PDF say what is missing; HTML and Markdown do without it, with the figures in words."""
    for name in [one for one in sys.modules if one.split(".")[0] in ("docx", "typst", "altair")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("docx", "typst", "altair"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("paper_docx", "paper_pdf", "docx_notes", "charts"):
        monkeypatch.delitem(sys.modules, f"app.exports.{name}", raising=False)

    for suffix in (".docx", ".pdf"):
        with pytest.raises(NotInstalled, match=r"pip install 'qalam\[documents\]'"):
            papers.write(sample("en"), suffix)
    assert b"<svg" not in papers.write(sample("en"), ".html")
    assert papers.write(sample("en"), ".md")
