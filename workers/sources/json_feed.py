# SPDX-License-Identifier: Apache-2.0
"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1): each item with its own text and id."""

from typing import Any

from app.domain.intake.item import MAX_ID, Given, reading, text_of
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
from workers.sources.json_rows import JsonRow, rows_of

MAX_ITEMS = 500
_VERSION = "https://jsonfeed.org/version/1"
_KNOWN = (
    "id",
    "url",
    "external_url",
    "title",
    "summary",
    "content_text",
    "content_html",
    "date_published",
    "date_modified",
    "language",
)


def read(body: bytes, given: Given) -> Found:
    """Read at most 500 items, the first in the document."""
    document = decode(body, given.content_type)
    if _VERSION not in document[: 64 * 1024]:
        raise InvalidInput(f"this is not a JSON Feed: its version should begin with {_VERSION}")
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    is_cut = False
    for row in rows_of(document, within=("items",)):
        if len(accounts) + len(rejected) >= MAX_ITEMS:
            is_cut = True
            break
        taken = row if isinstance(row, Rejected) else _read_item(row, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    return Found(
        accounts=kept,
        rejected=(*rejected, *repeated),
        extent=Extent.PARTIAL if is_cut or rejected else Extent.LATEST,
    )


def _read_item(row: JsonRow, given: Given) -> Account | Rejected:
    fields: dict[str, Any] = dict(row.fields)
    known = {name: text_of(fields.pop(name, None)) for name in _KNOWN}
    said: dict[str, str | None] = {
        "title": known["title"],
        "summary": known["summary"] or known["content_text"] or known["content_html"],
        "url": known["url"] or known["external_url"],
        "language": known["language"],
        "published_at": known["date_published"] or known["date_modified"],
    }
    said.update(constants(given.mapping))
    others = {"updated": known["date_modified"] if known["date_published"] else None, **fields}
    result = reading(said, {name: value for name, value in others.items() if value}, given)
    if not result.title:
        return Rejected(line=row.line, reason="the item has neither a title nor a text")
    key = known["id"] or known["url"] or content_key(said["title"], said["published_at"])
    key = key if len(key) <= MAX_ID else content_key(key)
    return Account(raw=raw_item(key, row.raw), reading=result, line=row.line)
