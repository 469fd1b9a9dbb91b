# SPDX-License-Identifier: Apache-2.0
"""Whether two pages are the same page, by length, status, header names and title.

The `*_match` measures are those of OONI's Web Connectivity v0.5, as its probe computes them (its
written spec differs in two places). Two of them agree too easily for a verdict of ours: any two
servers send Content-Length, and two pages without a title have equal titles. `same_page` therefore
asks for agreement that tells something. Bodies are never compared word by word: news pages change
between two visits. What a difference means is decided in `rules.py`.
"""

import re
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

_TITLE = re.compile(r"<title>([^<]{1,512})</title>", re.IGNORECASE)
_MIN_WORD_BYTES = 5


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
        status_code_match=_status_code_match(field.status, control.status),
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


def _body_proportion(field: HttpExchange, control: HttpExchange) -> float | None:
    ours, theirs = field.body_length or 0, control.body_length or 0
    if ours <= 0 or theirs <= 0 or field.body_truncated:
        return None
    return min(ours, theirs) / max(ours, theirs)


def _status_code_match(ours: int | None, theirs: int | None) -> bool | None:
    if ours is None or theirs is None:
        return None
    if ours == theirs:
        return True
    return False if 200 <= theirs < 300 else None


def _headers_match(field: HttpExchange, control: HttpExchange) -> bool | None:
    if control.status is None:
        return None
    return bool(_uncommon_headers(field) & _uncommon_headers(control))


def _uncommon_headers(exchange: HttpExchange) -> frozenset[str]:
    return frozenset(name.lower() for name, _ in exchange.headers) - COMMON_HEADERS


def _title_words(exchange: HttpExchange) -> frozenset[str]:
    words = (exchange.title or "").lower().split(" ")
    return frozenset(word for word in words if len(word.encode()) >= _MIN_WORD_BYTES)


def _shares_title(field: HttpExchange, control: HttpExchange) -> bool:
    ours, theirs = (field.title or "").strip(), (control.title or "").strip()
    if not ours or not theirs:
        return False
    words = _title_words(field)
    return ours.lower() == theirs.lower() or (bool(words) and words == _title_words(control))
