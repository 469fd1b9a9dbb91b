# SPDX-License-Identifier: Apache-2.0
"""Links of the U.S. Press Freedom Tracker: objects in its JSON, one text in its CSV.

In CSV a link is written `Title (https://address) via Publication`, and links are parted by commas, which
titles and publications hold too: the addresses in brackets are what can be relied on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from app.domain.intake import text
from app.domain.intake.item import MAX_LEFTOVER, MAX_TITLE, text_of, web_address
from app.domain.record.particulars import SaidLink

MAX_LINKS = 50

# An address may itself hold a pair of brackets, as those of encyclopedias do.
_ADDRESS = re.compile(r"\((https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)", re.IGNORECASE)
_BARE = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_VIA = re.compile(r"\s*via\s+(?P<publisher>.*)", re.IGNORECASE | re.DOTALL)
_SUFFIX = re.compile(r",\s+(?!(?:inc|llc|ltd|co|corp)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The links of a row, and what of the field was none."""

    found: tuple[SaidLink, ...]
    unread: str | None


def links_of(value: object) -> Links:
    """Return the links that a field holds."""
    if isinstance(value, list):
        pairs = [_of_object(one) for one in value]
        unread = [text_of(one) for one, link in zip(value, pairs, strict=True) if link is None]
        found = [link for link in pairs if link is not None]
        return _links(found, "; ".join(one for one in unread if one))
    return _of_text(text_of(value) or "")


def _links(found: list[SaidLink], unread: str) -> Links:
    distinct = {one.url: one for one in reversed(found)}
    return Links(
        found=tuple(reversed(distinct.values()))[:MAX_LINKS],
        unread=text.plain(unread, limit=MAX_LEFTOVER) or None,
    )


def _of_object(one: object) -> SaidLink | None:
    if not isinstance(one, Mapping):
        return _link(text_of(one), None, None)
    title, publisher = text_of(one.get("title")), text_of(one.get("publication"))
    return _link(text_of(one.get("url")), title, publisher)


def _of_text(said: str) -> Links:
    """Read a cell: the text before an address is its title, `via` after it the publisher."""
    marks = list(_ADDRESS.finditer(said))
    if not marks:
        bare = [
            link for one in _BARE.findall(said) if (link := _link(one.rstrip(",;"), None, None))
        ]
        return _links(bare, "" if bare else said)
    ends = [(0, 0), *((mark.start(), mark.end()) for mark in marks)]
    before = [said[last[1] : this[0]] for last, this in pairwise(ends)]
    after = [*before[1:], said[marks[-1].end() :]]
    found = []
    for place, mark in enumerate(marks):
        title = before[0] if place == 0 else _parted(before[place])[1]
        link = _link(mark[1], title, _parted(after[place])[0])
        found += [link] if link is not None else []
    return _links(found, "")


def _parted(between: str) -> tuple[str | None, str]:
    """Return the publisher of the link before, and the title of the link after."""
    via = _VIA.match(between)
    if via is None:
        return None, between.lstrip(" ,")
    publisher, *rest = _SUFFIX.split(via["publisher"], maxsplit=1)
    return publisher, rest[0] if rest else ""


def _link(url: str | None, title: str | None, publisher: str | None) -> SaidLink | None:
    address = web_address(url)
    if address is None or text.plain(address, limit=len(address)) != address:
        # What would not be the same as plain text is no address to be shown.
        return None
    return SaidLink(url=address, title=_plain(title), publisher=_plain(publisher))


def _plain(said: str | None) -> str | None:
    return text.plain(said or "", limit=MAX_TITLE, one_line=True) or None
