# SPDX-License-Identifier: Apache-2.0
"""What reading a source gives: items word for word, what they say, and the rows refused.

Values only, shared by the readers of formats (`workers.sources`) and the intake that keeps them
(`app.services.ingestion`). Never here: bytes, formats, storage or a clock.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord
from app.domain.record.particulars import Particulars, Suggestion
from app.errors import InvalidInput

FIELDS = frozenset(
    {
        "external_id",
        "title",
        "summary",
        "url",
        "date",
        "published_at",
        "country",
        "language",
        "person",
        "outlet",
        "category",
        "actor",
        "admin1",
        "place",
        "latitude",
        "longitude",
        "link",
        "tag",
        "separator",
    }
)
"""What a source's mapping may name: `{"title": "Headline", "country": "=KZ"}`.

`separator` (a constant such as `=;`) says what parts several values in one cell of `person`, `outlet`,
`category`, `link` and `tag`; without it a cell is one value. Beside these a mapping may translate the
source's words for kinds: `{"category.arrested": "=detention/arrest"}`.
"""

KIND_WORD = "category."
"""A mapped name that starts so translates one of the source's words into a category of ours."""


def is_field(name: str) -> bool:
    """Whether a mapping may name this."""
    return name in FIELDS or (name.startswith(KIND_WORD) and len(name) > len(KIND_WORD))


CONSTANT = "="
"""A mapped value that starts so is the same for every row, instead of naming a column."""


class Extent(StrEnum):
    """What the absence of an item means."""

    WHOLE = "whole"  # everything the source has: what is absent was removed
    LATEST = "latest"  # the newest items: what is absent and not older than the rest was removed
    WINDOW = "window"  # everything of some days and countries: what is absent there was removed
    PARTIAL = "partial"  # a part only: absence says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """One item as its source wrote it, and the SHA-256 (hex, of its UTF-8) that tells versions apart."""

    external_id: str
    raw: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader understood of an item; `leftovers` holds what it did not, for a person to see."""

    title: str
    summary: str | None = None
    url: str | None = None
    language: str | None = None  # a primary language subtag, "kk"
    country: str | None = None  # ISO 3166-1 alpha-2
    date_text: str | None = None  # EDTF, of the event where the source says so
    published_at: datetime | None = None
    leftovers: dict[str, Any] = field(default_factory=dict)
    particulars: Particulars = field(default_factory=Particulars)
    suggestions: tuple[Suggestion, ...] = ()
    # What a format of a named organisation says in full; only a trusted dataset makes use of it.
    record: DatasetRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One source's account of something: the item and its reading. `line` is where it began."""

    raw: RawItem
    reading: Reading
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that could not be taken, with a sentence for whoever mends it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days (both inclusive) and countries of which a file holds everything."""

    first: date
    last: date
    countries: frozenset[str]

    def holds(self, country: str | None, date_text: str | None) -> bool:
        """Whether an item so dated lies within, whichever of its possible days it was."""
        if country not in self.countries or date_text is None:
            return False
        try:
            span = dates.parse(date_text)
        except InvalidInput:
            return False
        return self.first <= span.earliest and span.latest <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that one reading of a source gave.

    `removed` are ids of items that the source says it took away. `window` is what `Extent.WINDOW`
    speaks of.
    """

    accounts: tuple[Account, ...]
    rejected: tuple[Rejected, ...]
    extent: Extent
    removed: tuple[str, ...] = ()
    window: Window | None = None


def raw_item(external_id: str, raw: str) -> RawItem:
    """Return an item with its hash."""
    return RawItem(
        external_id=external_id, raw=raw, sha256=hashlib.sha256(raw.encode()).hexdigest()
    )


def content_key(*parts: str | None) -> str:
    """Return an id made of content, for sources that give none; the order of rows plays no part.

    >>> content_key("Editor detained", "2013-07-10")
    'content:a1b8b1bca1898fa4ecd3a254f4901728'
    >>> content_key("a", "b") == content_key("ab", None)
    False
    """
    # Lengths keep ("a", "b") and ("ab", "") apart.
    said = "".join("-" if part is None else f"{len(part)}:{part}" for part in parts)
    return f"content:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def without_repeats(
    accounts: Collection[Account],
) -> tuple[tuple[Account, ...], tuple[Rejected, ...]]:
    """Keep the first of the items that share an id; the others are refused, unless they are equal.

    Taking them all would make every reading see a change: the same id would say two things by turns.
    """
    kept: dict[str, Account] = {}
    refused: list[Rejected] = []
    for account in accounts:
        first = kept.setdefault(account.raw.external_id, account)
        if first.raw.sha256 != account.raw.sha256:
            reason = f"the id of line {first.line} stands here again, with other content"
            refused.append(Rejected(line=account.line, reason=reason))
    return tuple(kept.values()), tuple(refused)


def constants(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that a mapping sets to one value for every row."""
    return {
        name: said.removeprefix(CONSTANT)
        for name, said in mapping.items()
        if said.startswith(CONSTANT)
    }
