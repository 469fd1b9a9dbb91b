# SPDX-License-Identifier: Apache-2.0
"""RSS and Atom: each item is cut out of the document word for word, then read by itself.

Cutting first keeps the raw item exactly as it was sent, and lets a broken item spoil only itself.
feedparser is handed bytes in a buffer and nothing else: given a text that is an address or a path
it would fetch or open that. Declarations of entities never reach it, and text is decoded here by
a list of known names, so that nobody chooses a codec for us.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import feedparser

from app.domain.intake.item import MAX_ID, MAX_RAW, Given, language_code, reading, web_address
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Rejected,
    constants,
    content_key,
    raw_item,
    without_repeats,
)
from app.errors import InvalidInput
from workers.sources.charsets import decode

MAX_ITEMS = 500
# Elements and entities cost the parser time, up to 60 µs each; an honest item has some hundreds.
MAX_MARKS = 5_000
MAX_MARKS_OF_FEED = 100_000
_MAX_HEAD = 64 * 1024

_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>rss|feed|rdf)(?=[\s>])[^<>]*>", re.IGNORECASE)
_CHANNEL = re.compile(r"<(?:[\w.-]+:)?channel(?=[\s>])[^<>]*>", re.IGNORECASE)
_NAME = re.compile(r"[^\s/>]+")
_ITEM = re.compile(r"<(?P<name>(?:atom:|rss:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
_HIDDEN = {"<!--": "-->", "<![CDATA[": "]]>"}
_DECLARES = re.compile(r"<!ENTITY|<!DOCTYPE[^<>\[]*\[", re.IGNORECASE)
_LANGUAGE = re.compile(r"<language>\s*([\w-]{2,35})\s*</language>", re.IGNORECASE)

# Said already by another field, or structure without a meaning of its own.
_UNDERSTOOD = (
    "guidislink",
    "title_detail",
    "summary_detail",
    "published_parsed",
    "updated_parsed",
    "created_parsed",
    "expired_parsed",
    "author_detail",
    "authors",
    "links",
)


@dataclass(frozen=True, slots=True)
class _Slice:
    text: str
    line: int


def read(body: bytes, given: Given) -> Found:
    """Read at most 500 items, the first in the document; those beyond are not looked at."""
    document = decode(body, given.content_type)
    first = _ITEM.search(document)
    head = document[: first.start() if first else len(document)]
    frame = _frame(head)
    language = _LANGUAGE.search(head)
    spoken = language_code(language[1]) if language else None
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    slices = list(_slices(document, first, MAX_ITEMS + 1)) if first else []
    room = MAX_MARKS_OF_FEED
    for item in slices[:MAX_ITEMS]:
        problem = _problem(item.text, room)
        if problem is not None:
            taken: Account | Rejected = Rejected(line=item.line, reason=problem)
        else:
            room -= _marks(item.text)
            taken = _read_item(item, frame, spoken, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    is_cut = len(slices) > MAX_ITEMS
    return Found(
        accounts=kept,
        rejected=(*rejected, *repeated),
        extent=Extent.PARTIAL if is_cut or rejected else Extent.LATEST,
    )


def _frame(head: str) -> tuple[str, str]:
    """Return what must stand around an item for it to be a document with the same namespaces."""
    if _DECLARES.search(head):
        raise InvalidInput(
            "the feed declares entities or a document type of its own, and is not read: "
            "ask the publisher for a feed without <!ENTITY and <!DOCTYPE … [ … ]>"
        )
    root = _ROOT.search(head, 0, _MAX_HEAD)
    if root is None:
        raise InvalidInput("this is not an RSS or Atom feed: its first element is another")
    opening, closing = root[0], f"</{_element(root[0])}>"
    channel = _CHANNEL.search(head, root.end())
    # In RSS 1.0 the items stand beside the channel, not in it.
    if channel is not None and root["name"].lower() == "rss":
        opening, closing = opening + channel[0], f"</{_element(channel[0])}>{closing}"
    return f'<?xml version="1.0" encoding="utf-8"?>{opening}', closing


def _element(tag: str) -> str:
    found = _NAME.match(tag, 1)
    assert found is not None
    return found[0]


def _slices(document: str, first: re.Match[str], limit: int) -> Iterator[_Slice]:
    """Cut out each item. An element name inside a comment or CDATA section is not one."""
    name = re.escape(first["name"])
    mark = re.compile(rf"<!--|<!\[CDATA\[|<(?P<close>/?){name}(?=[\s>])")
    place, begin, line, counted = 0, -1, 1, 0
    while limit and (found := mark.search(document, place)) is not None:
        if found[0] in _HIDDEN:
            end = document.find(_HIDDEN[found[0]], found.end())
            place = len(document) if end < 0 else end
        elif not found["close"]:
            begin = found.start() if begin < 0 else begin
            place = found.end()
        else:
            place = document.find(">", found.end()) + 1 or len(document)
            if begin >= 0:
                line, counted = line + document.count("\n", counted, begin), begin
                yield _Slice(document[begin:place], line)
                begin, limit = -1, limit - 1
    if limit and begin >= 0:
        line += document.count("\n", counted, begin)
        yield _Slice(document[begin:], line)


def _marks(item: str) -> int:
    """Count what costs the parser time: what stands in CDATA sections does not."""
    markup = (part.partition("<![CDATA[")[0] for part in item.split("]]>"))
    return sum(piece.count("<") + piece.count("&") // 8 for piece in markup)


def _problem(item: str, room: int) -> str | None:
    """Say why an item is not read at all, if so; `room` is how many elements the feed has left."""
    if len(item) > MAX_RAW:
        return f"the item is over {MAX_RAW // 1024} KiB"
    if "\x00" in item:
        return "the item holds a NUL character"
    if _DECLARES.search(item):
        return "the item declares entities, and is not read"
    if (marks := _marks(item)) > MAX_MARKS:
        return f"the item has more than {MAX_MARKS} elements"
    if marks > room:
        return f"the feed has more than {MAX_MARKS_OF_FEED} elements; this item is not read"
    return None


def _read_item(
    item: _Slice, frame: tuple[str, str], spoken: str | None, given: Given
) -> Account | Rejected:
    entry = _parse(frame[0] + item.text + frame[1])
    if entry is None:
        return Rejected(line=item.line, reason="the item breaks off or cannot be read as XML")
    said, others = _said(entry, spoken)
    said.update(constants(given.mapping))
    result = reading(said, others, given)
    if not result.title:
        return Rejected(line=item.line, reason="the item has neither a title nor a text")
    # The text of a feed's own id is its name; only where it gives none is one made of content.
    key = said["external_id"] or said["url"] or content_key(said["title"], said["published_at"])
    if len(key) > MAX_ID:
        key = content_key(key)
    return Account(raw=raw_item(key, item.text), reading=result, line=item.line)


def _parse(document: str) -> dict[str, Any] | None:
    """Read a document of one item; None if there is none in it."""
    parsed = feedparser.parse(
        io.BytesIO(document.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    # A plain dict: feedparser's own answers questions about missing keys with other keys.
    return dict(parsed.entries[0]) if len(parsed.entries) == 1 else None


def _said(
    entry: dict[str, Any], spoken: str | None
) -> tuple[dict[str, str | None], dict[str, Any]]:
    """Take every known field out of an entry; what remains is left over."""
    details = entry.get("title_detail") or entry.get("summary_detail") or {}
    enclosures = [
        link.get("href") for link in entry.get("links", []) if link.get("rel") != "alternate"
    ]
    for name in _UNDERSTOOD:
        entry.pop(name, None)
    contents = entry.pop("content", None) or []
    published, updated = entry.pop("published", None), entry.pop("updated", None)
    key, link = (entry.pop("id", None) or "").strip() or None, entry.pop("link", None)
    said: dict[str, str | None] = {
        "external_id": key,
        "title": entry.pop("title", None),
        "summary": entry.pop("summary", None) or (contents[0].get("value") if contents else None),
        # feedparser takes an id for the link where there is no other; only some ids are links.
        "url": link if link != key or web_address(link) else None,
        "language": entry.pop("language", None) or details.get("language") or spoken,
        "published_at": published or updated,
    }
    others = {"updated": updated if published else None, "other_links": enclosures, **entry}
    return said, {name: value for name, value in _terms(others).items() if value}


def _terms(others: Mapping[str, Any]) -> dict[str, Any]:
    tags = others.get("tags") or []
    categories = [tag.get("label") or tag.get("term") for tag in tags if isinstance(tag, Mapping)]
    rest = {name: value for name, value in others.items() if name != "tags"}
    return {**rest, "categories": categories}
