# SPDX-License-Identifier: Apache-2.0
"""Feeds: every item word for word, read strictly, and nothing in them does harm."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.intake.item import Given
from app.domain.record.report import Extent, Found
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import press_feed

EXAMPLE = Path(__file__).parents[3] / "examples" / "sources" / "press-feed.xml"


def read(document: str | bytes, **more: object) -> Found:
    """Read a document at NOW."""
    body = document.encode() if isinstance(document, str) else document
    return press_feed.read(body, Given(now=NOW, **more))  # type: ignore[arg-type]


def rss(*items: str, head: str = "") -> str:
    """Write an RSS document."""
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{"".join(items)}</channel></rss>'
    )


def item(inner: str = "", *, title: str = "Title", guid: str = "1") -> str:
    """Write an RSS item."""
    return f"<item><guid>{guid}</guid><title>{title}</title>{inner}</item>"


def test_three_languages_are_read_from_one_feed() -> None:
    """Each item has its own language, its time in UTC, and text without markup or scripts."""
    found = read(EXAMPLE.read_bytes())

    russian, kazakh, english = (one.reading for one in found.accounts)
    assert (russian.language, kazakh.language, english.language) == ("ru", "kk", "en")
    assert russian.title == "В Алматы задержан редактор выдуманной газеты «Пример»"
    assert russian.summary == "Редактора задержали 1 марта."
    assert russian.published_at == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    assert russian.leftovers == {"categories": ["задержание"]}
    assert kazakh.summary == "Сайт 28 ақпаннан бері ашылмайды — деді редакция."
    assert english.title == "Invented court fines the invented daily Sample"
    assert found.rejected == ()
    assert found.extent is Extent.LATEST


def test_the_raw_item_is_the_very_text_of_the_document() -> None:
    """Nothing is re-serialised: spaces, entities and CDATA stay as they were sent."""
    text = EXAMPLE.read_text(encoding="utf-8")

    found = read(text)

    assert [one.raw.external_id for one in found.accounts] == ["watch-1", "watch-2", "watch-3"]
    assert all(one.raw.raw in text for one in found.accounts)
    assert found.accounts[0].raw.raw.startswith('<item>\n<guid isPermaLink="false">watch-1')
    assert [one.line for one in found.accounts] == [9, 17, 25]


def test_atom_is_read_with_its_namespaces_languages_and_relative_links() -> None:
    """An Atom entry gives id, link, times and text; `updated` is kept beside `published`."""
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
    <entry xml:lang="kk"><id>urn:1</id><title type="html">A &lt;b&gt;b&lt;/b&gt;</title>
    <link rel="alternate" href="/one"/><link rel="enclosure" href="https://e.example/a.mp3"/>
    <published>2026-03-01T10:00:00Z</published><updated>2026-03-02T10:00:00Z</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content>
    </entry></feed>"""

    reading = read(atom, address="https://watch.example/feed").accounts[0].reading

    assert reading.title == "A b"
    assert reading.url == "https://watch.example/one"
    assert reading.language == "kk"
    assert reading.summary == "Text"
    assert reading.published_at == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    assert reading.leftovers == {
        "updated": "2026-03-02T10:00:00Z",
        "other_links": ["https://e.example/a.mp3"],
    }


def test_rss_1_is_read_with_items_beside_the_channel() -> None:
    """RDF feeds keep their items outside the channel."""
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://e.example/"><title>F</title>
    <items><rdf:Seq><rdf:li resource="https://e.example/1"/></rdf:Seq></items></channel>
    <item rdf:about="https://e.example/1"><title>One</title><link>https://e.example/1</link></item>
    </rdf:RDF>"""

    found = read(rdf)

    assert [one.reading.title for one in found.accounts] == ["One"]
    assert found.accounts[0].raw.external_id == "https://e.example/1"


def test_what_is_not_understood_is_left_over_for_a_person() -> None:
    """An element nobody planned for shows beside the reading, as plain text."""
    found = read(rss(item("<severity>&lt;b&gt;high&lt;/b&gt;</severity>")))

    assert found.accounts[0].reading.leftovers == {"severity": "high"}


@pytest.mark.parametrize("date", ["9999-99-99", "0000-01-01", "soon", "Mon, 99 Foo 2026", "-1"])
def test_a_bad_date_is_null_and_kept_as_it_was(date: str) -> None:
    """A date that means nothing becomes none, and stands among what was not understood."""
    reading = read(rss(item(f"<pubDate>{date}</pubDate>"))).accounts[0].reading

    assert reading.published_at is None
    assert reading.leftovers == {"unread": {"published_at": date}}


def test_a_date_in_the_future_is_marked() -> None:
    """A publication more than a day ahead is kept, and said to be so."""
    soon, late = NOW + timedelta(hours=23), NOW + timedelta(hours=25)
    found = read(
        rss(
            item(f"<pubDate>{soon.isoformat()}</pubDate>", guid="a"),
            item(f"<pubDate>{late.isoformat()}</pubDate>", guid="b"),
        )
    )

    first, second = (one.reading for one in found.accounts)
    assert first.leftovers == {}
    assert second.published_at == late
    assert second.leftovers == {"notes": ["published_at lies more than 24 hours in the future"]}


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "/etc/passwd", "//x"]
)
def test_a_link_that_is_none_of_the_web_is_only_text(link: str) -> None:
    """Such a link is no address of the report; it stands among what was not understood."""
    reading = read(rss(item(f"<link>{link}</link>"))).accounts[0].reading

    assert reading.url is None
    assert "url" in reading.leftovers["unread"]


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        "<!doctype rss[]>",
        '<!ENTITY x "y">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declarations_of_entities_are_refused_before_parsing(head: str, encoding: str) -> None:
    """A feed that declares anything of its own is refused whole, in whatever encoding."""
    document = rss(item(title="&b;"), head=head).replace('<?xml version="1.0"?>', "")

    with pytest.raises(InvalidInput, match="declares entities"):
        read(document.encode(encoding))


def test_an_external_document_type_is_left_alone() -> None:
    """RSS 0.91 names its document type; it is neither fetched nor a reason to refuse."""
    doctype = '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'

    assert len(read(rss(item(), head=doctype)).accounts) == 1


def test_an_item_that_declares_entities_is_refused_alone() -> None:
    """The others of the same feed are read."""
    found = read(rss(item("<!ENTITY a 'b'>", guid="bad"), item(guid="good")))

    assert [one.raw.external_id for one in found.accounts] == ["good"]
    assert found.rejected[0].reason == "the item declares entities, and is not read"


@pytest.mark.parametrize(
    "body", [b"/etc/passwd", b"http://169.254.169.254/x", b"file:///etc/passwd", b"", b"\x00\xff"]
)
def test_a_body_that_is_a_path_or_an_address_is_never_followed(body: bytes) -> None:
    """It is not a feed; nothing is opened or fetched for it."""
    with pytest.raises(InvalidInput, match="not an RSS or Atom feed"):
        read(body)


def test_a_huge_item_is_refused_and_the_others_are_read() -> None:
    """Five megabytes in one item cost that item."""
    huge = item(f"<description>{'x' * 5_000_000}</description>", guid="huge")

    found = read(rss(huge, item(guid="small")))

    assert [one.raw.external_id for one in found.accounts] == ["small"]
    assert found.rejected[0].reason == "the item is over 256 KiB"
    assert found.extent is Extent.PARTIAL


def test_only_the_first_items_of_an_endless_feed_are_read() -> None:
    """Five hundred items are taken; then absence says nothing any more."""
    found = read(rss(*(item(guid=str(number)) for number in range(700))))

    assert len(found.accounts) == press_feed.MAX_ITEMS
    assert found.extent is Extent.PARTIAL


def test_fields_are_bounded() -> None:
    """Long titles and texts are cut, visibly; thousands of unknown elements are not kept."""
    many = "".join(f"<x{number}>y</x{number}>" for number in range(2000))
    reading = (
        read(rss(item(f"<description>{'z' * 50_000}</description>{many}", title="t" * 9000)))
        .accounts[0]
        .reading
    )

    assert len(reading.title) == 300
    assert reading.title.endswith("…")
    assert len(reading.summary or "") == 5000
    assert len(reading.leftovers) == 100


def test_a_broken_item_spoils_only_itself() -> None:
    """What breaks off, has a NUL or holds nothing is named by its line; the rest is read."""
    document = rss(
        "\n", item(title="a\x00b"), "\n<item></item>\n", item(guid="fine"), "\n<item><title>cut"
    )

    found = read(document)

    assert [one.raw.external_id for one in found.accounts] == ["fine"]
    assert [(one.line, one.reason) for one in found.rejected] == [
        (2, "the item holds a NUL character"),
        (3, "the item has neither a title nor a text"),
        (5, "the item has neither a title nor a text"),
    ]


def test_the_same_id_twice_is_one_item() -> None:
    """An equal repetition is ignored; another content under the same id is refused."""
    found = read(rss(item(), item(), item(title="Other")))

    assert [one.reading.title for one in found.accounts] == ["Title"]
    assert [one.reason for one in found.rejected] == [
        "the id of line 1 stands here again, with other content"
    ]


def test_an_item_without_an_id_is_known_by_its_link_or_content() -> None:
    """The order of items plays no part in what they are called."""
    one = "<item><title>One</title><link>https://e.example/1</link></item>"
    two = "<item><title>Two</title></item>"

    ids = [
        {account.raw.external_id for account in read(rss(*order)).accounts}
        for order in ((one, two), (two, one))
    ]

    assert ids[0] == ids[1]
    assert "https://e.example/1" in ids[0]


def test_markup_in_comments_and_cdata_is_no_item() -> None:
    """An article about feeds does not become items."""
    text = "<description><![CDATA[<item><title>no</title></item>]]></description>"

    found = read(rss("<!-- <item><title>no</title></item> -->", item(text)))

    assert len(found.accounts) == 1


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("windows-1251", "cp1251"),
        ("KOI8-R", "koi8-r"),
        ("ptcp154", "ptcp154"),
        ("utf-16", "utf-16"),
    ],
)
def test_old_encodings_are_read(declared: str, codec: str) -> None:
    """Cyrillic feeds in the encodings of their time come out as text."""
    document = f'<?xml version="1.0" encoding="{declared}"?>' + rss(item(title="Газета"))[21:]

    assert read(document.encode(codec)).accounts[0].reading.title == "Газета"


@pytest.mark.parametrize("charset", ["idna", "zip", "utf-7", "unicode_escape", "rot13"])
def test_no_stranger_chooses_a_codec(charset: str) -> None:
    """An encoding that is not on the list is read as UTF-8."""
    document = f'<?xml version="1.0" encoding="{charset}"?>' + rss(item(title="Газета"))[21:]

    found = read(document, content_type=f"text/xml; charset={charset}")

    assert found.accounts[0].reading.title == "Газета"


def test_a_mapping_gives_constants() -> None:
    """A feed of one country says so in its mapping."""
    found = read(rss(item()), mapping={"country": "=KZ", "language": "=kk"})

    assert (found.accounts[0].reading.country, found.accounts[0].reading.language) == ("KZ", "kk")


def test_hostile_repetition_takes_no_time() -> None:
    """Openings that never close are read in time linear in their number."""
    begun = time.perf_counter()
    for piece in ("<!--", "<![CDATA[", "<item>", "<item ", "</item", "<a", "<script>", "&lt;"):
        document = rss(item(), piece * (200_000 // len(piece)))
        assert read(document).accounts
        summary = item(f"<description><![CDATA[{piece.replace(']', '') * 20_000}]]></description>")
        read(rss(summary))
    with pytest.raises(InvalidInput):
        read(rss(item(), head="<!DOCTYPE" * 100_000))

    assert time.perf_counter() - begun < 10


def test_elements_are_counted_before_they_cost_time() -> None:
    """An item of countless elements is refused; a feed of such items is read up to a bound."""
    giant = item("<a>" * 60_000, guid="giant")
    busy = [item("<a/>" * 4_000, guid=str(number)) for number in range(40)]

    found = read(rss(giant, *busy, item(guid="last")))

    assert found.rejected[0].reason == "the item has more than 5000 elements"
    assert len(found.accounts) == 25
    assert found.accounts[-1].raw.external_id == "last"
    assert found.extent is Extent.PARTIAL


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_makes_the_reader_fail(inner: str, date: str) -> None:
    """Whatever stands in an item, it is read or refused; no markup survives in what is shown."""
    found = read(rss(f"<item><title>{inner}</title><pubDate>{date}</pubDate></item>", item()))

    for account in found.accounts:
        shown = account.reading.title + (account.reading.summary or "")
        assert "<script" not in shown.lower()
        assert "\x00" not in account.raw.raw
