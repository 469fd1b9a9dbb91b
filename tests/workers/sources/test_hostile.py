# SPDX-License-Identifier: Apache-2.0
"""Whatever a stranger sends, every reader takes it or refuses it: in bounds, in time, and harmlessly."""

import io
import json
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st

from app.domain.intake.item import Given
from app.domain.record.report import Found
from app.domain.vocabulary import SourceKind
from app.errors import QalamError
from tests.make import NOW
from workers.sources.readers import READERS

MAPPED = frozenset({SourceKind.CSV, SourceKind.XLSX, SourceKind.JSON, SourceKind.KOBO})
IN_JSON = (
    SourceKind.JSON,
    SourceKind.JSON_FEED,
    SourceKind.USPFT,
    SourceKind.BBG,
    SourceKind.KOBO,
    SourceKind.MAPMF,
    SourceKind.ACLED,
    SourceKind.OONI_FINDINGS,
)
SECONDS = 20
"""Far more than any of these takes; what grows with the square of its input takes minutes."""

PATH = "/etc/passwd"
ADDRESS = "http://169.254.169.254/latest/meta-data"
SCRIPT = "<script>steal()</script>"


def read(kind: SourceKind, body: bytes) -> Found | QalamError:
    """Read a body, and return what was found or why nothing was."""
    mapping = {"title": "title", "link": "url"} if kind in MAPPED else {}
    began = time.monotonic()
    try:
        return READERS[kind](body, Given(now=NOW, mapping=mapping, address="https://s.example/x"))
    except QalamError as error:
        return error
    finally:
        assert time.monotonic() - began < SECONDS


def row(kind: SourceKind, *, key: str = "1", **said: object) -> dict[str, object]:
    """One row that this reader takes, saying more."""
    page = f"https://tracker.example/all-incidents/case-{key}/"
    names: dict[SourceKind, dict[str, object]] = {
        SourceKind.JSON: {"url": page},
        SourceKind.JSON_FEED: {"id": key},
        SourceKind.USPFT: {"url": page},
        SourceKind.BBG: {"headline": f"Case {key}", "country": "Iran"},
        SourceKind.KOBO: {"_uuid": key},
        SourceKind.MAPMF: {"id": key},
        SourceKind.ACLED: {"event_id_cnty": key, "event_type": "Protests", "country": "Iran"},
        SourceKind.OONI_FINDINGS: {"id": key},
    }
    return {"title": f"Case {key}", **names[kind], **said}


def body_of(kind: SourceKind, *rows: dict[str, object]) -> bytes:
    """Rows in the document that this reader takes."""
    wraps: dict[SourceKind, Callable[[object], object]] = {
        SourceKind.JSON_FEED: lambda all_: {
            "version": "https://jsonfeed.org/version/1.1",
            "items": all_,
        },
        SourceKind.MAPMF: lambda all_: {"hits": all_},
        SourceKind.ACLED: lambda all_: {"data": all_},
        SourceKind.KOBO: lambda all_: {"results": all_},
        SourceKind.OONI_FINDINGS: lambda all_: {"incidents": all_},
    }
    return json.dumps(wraps.get(kind, lambda all_: all_)(list(rows))).encode()


def told(found: Found) -> str:
    """Everything that a reading understood, without the raw words."""
    return repr([one.reading for one in found.accounts])


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
    + b"]><rss><channel><item><title>&a8;</title></item></channel></rss>"
)
OUTSIDE = (
    b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b"<rss><channel><item><title>&x;</title></item></channel></rss>"
)
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b" \n\t" * 100_000,
    "a path": PATH.encode(),
    "an address": ADDRESS.encode(),
    "an address in brackets": f'["{ADDRESS}"]'.encode(),
    "an entity bomb": BOMB,
    "an entity bomb in UTF-16": BOMB.decode().encode("utf-16"),
    "an external entity": OUTSIDE,
    "an external document type": b'<!DOCTYPE rss SYSTEM "http://x.example/x.dtd"><rss></rss>',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(10_000),
    "half a character": b'[{"title": "\xff\xfe\xc3',
    "a page": b"<html><body><h1>503</h1></body></html>",
    "one word": b"true",
    "deep brackets": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "an open quotation mark": b'title,date\n"' + b"a,b\n" * 100_000,
    "a thousand columns": b",".join(b"c%d" % n for n in range(5_000)) + b"\n" + b"," * 4_999,
    "one long cell": b"title,date\n" + b"x" * 5_000_000,
    "NUL": b"title,date\n\x00,\x00\n",
    "old Macs": b"title,date\rA,2026-01-01\rB,2026-01-02",
    "the header again": b"title,date\ntitle,date\n",
    "other separators": b"title;date\nA,2026-01-01\n",
    "UTF-16": "title,date\nA,2026-01-01\n".encode("utf-16"),
    "infinity": b'[{"title": NaN, "id": Infinity, "url": -Infinity}]',
    "a number of a million digits": b'[{"id": ' + b"9" * 1_000_000 + b"}]",
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_taken_or_refused(kind: SourceKind, name: str) -> None:
    """In bounded time, with no file or address opened and a sentence where it is refused."""
    found = read(kind, BODIES[name])

    if isinstance(found, QalamError):
        assert 10 < len(found.detail) < 500
        return
    assert len(found.rejected) <= 1_001
    said = told(found)
    assert "root:" not in said
    assert "a" * 1_000 not in said


@pytest.fixture(autouse=True)
def nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader has bytes and needs nothing else: looking up a name or connecting fails the test."""

    def refuse(*args: object, **_: object) -> None:
        raise AssertionError(f"a reader went out: {args[:2]}")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    monkeypatch.setattr("urllib.request.urlopen", refuse)


@pytest.mark.parametrize("kind", IN_JSON)
def test_scripts_and_odd_links_never_become_words_or_links(kind: SourceKind) -> None:
    """No markup survives into text; a link that is not of the web is no link."""
    links = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "https://ok.example/1",
    ]
    hostile = row(
        kind,
        url="javascript:alert(1)" if kind is not SourceKind.USPFT else row(kind)["url"],
        title=f"Held {SCRIPT} &lt;img src=x onerror=y&gt;",
        headline=f"Held {SCRIPT}",
        notes=f"Held {SCRIPT}",
        body=f"<p>Words</p>{SCRIPT}",
        content=f"<p>Words</p>{SCRIPT}",
        text=f"## Words\n{SCRIPT} [x](javascript:alert(2))",
        content_html=f"<p>Words</p>{SCRIPT}",
        new_field=f"new {SCRIPT}",
        links=links,
        link=links[0],
    )

    found = read(kind, body_of(kind, hostile))

    assert isinstance(found, Found)
    (account,) = found.accounts
    said = told(found)
    assert "<script" not in said
    assert "steal" not in said
    assert "onerror" not in said
    assert account.reading.url is None or account.reading.url.startswith("https://")
    if kind is not SourceKind.BBG:  # whose links are told as they stand, and are never followed
        assert all(one.url.startswith("https://") for one in account.reading.particulars.links)


@pytest.mark.parametrize("kind", IN_JSON)
def test_a_huge_row_costs_only_itself(kind: SourceKind) -> None:
    """Five megabytes in one row: it is refused, and the rows around it are taken."""
    rows = [row(kind, key=str(n)) for n in range(3)]
    rows[1] = {**rows[1], "text": "x" * 5_000_000}

    found = read(kind, body_of(kind, *rows))

    assert isinstance(found, Found)
    assert len(found.accounts) == 2
    assert len(found.rejected) == 1


@pytest.mark.parametrize("kind", IN_JSON)
@pytest.mark.parametrize(
    "date", ["9999-99-99", "0000-00-00", "0001-01-01", "soon", "2026-02-30", "1" * 5_000, "-1", ""]
)
def test_a_bad_date_is_no_date(kind: SourceKind, date: str) -> None:
    """It is left out and shown as it stood; nothing is guessed and nothing else is lost."""
    said = dict.fromkeys(
        ("date", "event_date", "start_time", "date_published", "published_at", "_submission_time"),
        date,
    )

    found = read(kind, body_of(kind, row(kind, **said)))

    assert isinstance(found, Found)
    (account,) = found.accounts
    assert account.reading.date_text is None
    assert account.reading.published_at is None


@pytest.mark.parametrize("kind", IN_JSON)
def test_an_id_that_says_two_things_is_taken_once(kind: SourceKind) -> None:
    """The first row of an id counts; another under the same id is refused, an equal one is not."""
    first, other = row(kind), row(kind, notes="another text", new_field="new")

    found = read(kind, body_of(kind, first, first, other))

    assert isinstance(found, Found)
    assert len(found.accounts) == 1
    assert len(found.rejected) == 1


@pytest.mark.parametrize("kind", IN_JSON)
def test_a_million_rows_are_cut_off(kind: SourceKind) -> None:
    """However many rows there are, a bounded number is looked at, and absence then says nothing."""
    body = b"[" + b"1," * 1_000_000 + b"1]"

    found = read(kind, body if kind is not SourceKind.JSON_FEED else _feed_of(body))

    assert isinstance(found, Found)
    assert len(found.rejected) <= 50_001
    assert found.extent.value == "partial"


def _feed_of(items: bytes) -> bytes:
    return b'{"version":"https://jsonfeed.org/version/1.1","items":' + items + b"}"


def _zip(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def _sheet(*, rows: int = 1, **replaced: bytes) -> bytes:
    """A real spreadsheet, some of its parts replaced."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title", "url"])
    for number in range(rows):
        sheet.append([f"Case {number}", "https://x.example"])
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {name.replace("__", "/") + ".xml": body for name, body in replaced.items()}
    return _zip(*members.items())


SHEETS: dict[str, Callable[[], bytes]] = {
    "ten gigabytes in ten megabytes": lambda: _zip(("xl/workbook.xml", bytes(150 * 1024 * 1024))),
    "a hundred thousand entries": lambda: _zip(*((f"x{n}", b"") for n in range(2_000))),
    "members outside": lambda: _zip(("../../x", b"x"), ("/etc/x", b"x")),
    "a ZIP in a ZIP": lambda: _zip(("inner.zip", _zip(("x", b"x")))),
    "cut off": lambda: _sheet()[:-100],
    "an entity bomb": lambda: _sheet(xl__workbook=BOMB),
    "an external entity": lambda: _sheet(xl__sharedStrings=OUTSIDE),
    "an external link": lambda: _sheet(
        xl__externalLinks__externalLink1=b'<externalLink xmlns="x"><file href="file:///etc/passwd"/>'
    ),
    "a sheet that is none": lambda: _sheet(xl__worksheets__sheet1=b"<worksheet"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_hostile_spreadsheet_is_taken_or_refused(name: str) -> None:
    """Nothing is unpacked beyond its bounds, and nothing of it is opened elsewhere."""
    found = read(SourceKind.XLSX, SHEETS[name]())

    if name == "an external link":
        assert isinstance(found, Found)
    else:
        assert isinstance(found, QalamError)


ROWS = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(str.encode),
    st.lists(
        st.dictionaries(
            st.sampled_from(
                [
                    "id", "_uuid", "title", "url", "date", "event_id_cnty", "links", "subjects", "_geo",
                    "type_of_incident", "targeted_journalists", "CCs", "domains", "categories",
                    "deleted_timestamp", "event_date", "latitude", "notes", "text", "name", "status",
                ]
            ),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
                lambda inner: st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=6), inner, max_size=3),
                max_leaves=8,
            ),
            max_size=8,
        ),
        max_size=4,
    ).map(lambda rows: json.dumps(rows).encode()),
)  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
@over(body=ROWS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_bytes_make_a_reader_fail(kind: SourceKind, body: bytes) -> None:
    """It answers with what it found or with a sentence, whatever the bytes are."""
    found = read(kind, body)

    assert isinstance(found, Found | QalamError)
