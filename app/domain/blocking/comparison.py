# SPDX-License-Identifier: Apache-2.0
"""Whether two pages are the same page, by length, status, header names and title.

The `*_match` measures are those of OONI's Web Connectivity v0.5, as its probe computes them (its
written spec differs in two places). Two of them agree too easily for a verdict of ours: any two
servers send Content-Length, and two pages without a title have equal titles. `same_page` therefore
asks for agreement that tells something. Bodies are never compared word by word: news pages change
between two visits. What a difference means is decided in `rules.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.blocking.measurement import HttpExchange

BODY_PROPORTION_SAME = 0.7
"""Pages whose lengths stand in a ratio above this may be the same page."""

COMMON_HEADERS = frozenset(
    {
        "date",
        "content-type",
        "server",
        "cache-control",
        "vary",
        "set-cookie",
        "location",
        "expires",
        "x-powered-by",
        "content-encoding",
        "last-modified",
        "accept-ranges",
        "pragma",
        "x-frame-options",
        "etag",
        "x-content-type-options",
        "age",
        "via",
        "p3p",
        "x-xss-protection",
        "content-language",
        "cf-ray",
        "strict-transport-security",
        "link",
        "x-varnish",
    }
)
"""Headers that any server may send, so that sharing one proves nothing."""

FRAMING_HEADERS = frozenset(
    {"connection", "content-length", "keep-alive", "transfer-encoding", "alt-svc", "upgrade"}
)
"""Headers about the connection; OONI counts them as uncommon, but every server sends some."""

# Letters outside ASCII have no case here: OONI's engine folds neither the dotless nor the dotted i.
_TITLE = re.compile(r"<title>([^<]{1,512})</title>", re.IGNORECASE | re.ASCII)
_MIN_WORD_BYTES = 5
# The one letter whose lower case is two characters elsewhere.
_LOWER = {"İ": "i"}
_HALF_PAIRS = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a page seen in the field compares with the control's; None where it can't be compared."""

    body_proportion: float | None
    body_length_match: bool | None
    status_code_match: bool | None
    headers_match: bool | None
    title_match: bool | None
    shares_telling_header: bool
    shares_title: bool  # both have one, and it is the same
    shares_redirect: bool  # both point to the same place

    @property
    def same_page(self) -> bool:
        """Equal status, and at least one of length, header names, title and target agrees."""
        return self.status_code_match is True and (
            self.body_length_match is True
            or self.shares_telling_header
            or self.shares_title
            or self.shares_redirect
        )


def compare(field: HttpExchange, control: HttpExchange) -> Comparison:
    """Compare the final page of the field with the final page of a control."""
    proportion = _body_proportion(field, control)
    return Comparison(
        body_proportion=proportion,
        body_length_match=None if proportion is None else proportion > BODY_PROPORTION_SAME,
        status_code_match=statuses_match(field.status, control.status),
        headers_match=_headers_match(field, control),
        title_match=_title_words(field) == _title_words(control),
        shares_telling_header=bool(
            (_uncommon_headers(field) & _uncommon_headers(control)) - FRAMING_HEADERS
        ),
        shares_title=_shares_title(field, control),
        shares_redirect=field.location is not None and field.location == control.location,
    )


def title_of(html: str) -> str | None:
    """Return the text of the first title of a page, by the pattern the field uses."""
    found = _TITLE.search(html)
    return found.group(1) if found else None


def title_of_bytes(body: bytes) -> str:
    """Return the first title of a body as OONI's engine reads it, or an empty text.

    A byte that is no UTF-8 counts as one character and becomes U+FFFD.
    """
    return _HALF_PAIRS.sub("\ufffd", title_of(body.decode("utf-8", "surrogateescape")) or "")


def proportion_of(ours: int, theirs: int, *, truncated: bool) -> float | None:
    """Return the ratio of two lengths in bytes; None where they say nothing."""
    if ours <= 0 or theirs <= 0 or truncated:
        return None
    return min(ours, theirs) / max(ours, theirs)


def statuses_match(ours: int | None, theirs: int | None) -> bool | None:
    """Whether two statuses are equal; a control that got no page itself contradicts nobody."""
    if ours is None or theirs is None:
        return None
    if ours == theirs:
        return True
    return False if 200 <= theirs < 300 else None


def uncommon(names: Iterable[str]) -> frozenset[str]:
    """Return the header names that not every server sends, in lower case."""
    return frozenset(name.lower() for name in names) - COMMON_HEADERS


def title_words(title: str) -> frozenset[str]:
    """Return a title's words of five bytes or more, each letter in lower case by itself."""
    words = "".join(_LOWER.get(letter) or letter.lower() for letter in title).split(" ")
    return frozenset(word for word in words if len(word.encode()) >= _MIN_WORD_BYTES)


def _body_proportion(field: HttpExchange, control: HttpExchange) -> float | None:
    ours, theirs = field.body_length or 0, control.body_length or 0
    return proportion_of(ours, theirs, truncated=field.body_truncated)


def _headers_match(field: HttpExchange, control: HttpExchange) -> bool | None:
    if control.status is None:
        return None
    return bool(_uncommon_headers(field) & _uncommon_headers(control))


def _uncommon_headers(exchange: HttpExchange) -> frozenset[str]:
    return uncommon(name for name, _ in exchange.headers)


def _title_words(exchange: HttpExchange) -> frozenset[str]:
    return title_words(exchange.title or "")


def _shares_title(field: HttpExchange, control: HttpExchange) -> bool:
    ours, theirs = (field.title or "").strip(), (control.title or "").strip()
    if not ours or not theirs:
        return False
    words = _title_words(field)
    return ours.lower() == theirs.lower() or (bool(words) and words == _title_words(control))
