# SPDX-License-Identifier: Apache-2.0
"""What an item of any source is made of: known fields checked, leftovers kept, everything bounded.

Fields are texts by the names of `domain.record.report.FIELDS`. What cannot be understood is kept and
said to be so; nothing is guessed. Never here: a format, or where a body came from.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from app.domain.countries import COUNTRIES, NAMES
from app.domain.intake import text
from app.domain.record.particulars import Particulars
from app.domain.record.report import Reading

MAX_RAW = 256 * 1024
MAX_ID = 1000
MAX_TITLE = 300
MAX_SUMMARY = 5000
MAX_URL = 2000
MAX_LEFTOVER = 1000
MAX_LEFTOVERS = 100

EARLY_BY = timedelta(hours=24)
"""A publication further in the future than this is marked; clocks and zones explain the rest."""

UNREAD = "unread"
"""Where leftovers hold a known field whose value could not be understood: `{"date": "soon"}`."""

NOTES = "notes"
"""Where leftovers hold sentences of the reader itself."""

_CODES = {name.casefold(): code for code, name in NAMES.items()}
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a reader is told beside the bytes."""

    now: datetime
    mapping: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    address: str | None = None  # relative links are relative to it


def reading(
    said: Mapping[str, str | None],
    others: Mapping[str, Any],
    given: Given,
    *,
    particulars: Particulars | None = None,
) -> Reading:
    """Check each known field of an item; what cannot be understood is kept, and said to be so.

    `said` holds texts by the names of `domain.record.report.FIELDS`. Without a title the summary
    begins; where the title is still empty, the reader refuses the item.
    """
    unread: dict[str, str] = {}
    notes: list[str] = []

    def take(name: str, understood: object) -> None:
        if said.get(name) and understood is None:
            unread[name] = text.plain(said[name] or "", limit=MAX_LEFTOVER)

    url = web_address(said.get("url"), given.address)
    country, language = country_code(said.get("country")), language_code(said.get("language"))
    published_at = text.instant(said["published_at"] or "") if said.get("published_at") else None
    date_text = text.event_date(said["date"] or "") if said.get("date") else None
    summary = text.plain(said.get("summary") or "", limit=MAX_SUMMARY) or None
    take("url", url)
    take("country", country)
    take("language", language)
    take("published_at", published_at)
    take("date", date_text)
    if published_at is not None and published_at > given.now + EARLY_BY:
        notes.append("published_at lies more than 24 hours in the future")
    leftovers = bounded(others)
    leftovers.update({UNREAD: unread} if unread else {})
    leftovers.update({NOTES: notes} if notes else {})
    return Reading(
        title=text.plain(said.get("title") or "", limit=MAX_TITLE, one_line=True)
        or text.plain(summary or "", limit=MAX_TITLE, one_line=True),
        summary=summary,
        url=url,
        language=language,
        country=country,
        date_text=date_text,
        published_at=published_at,
        leftovers=leftovers,
        particulars=particulars or Particulars(),
    )


def web_address(link: str | None, base: str | None = None) -> str | None:
    """Return a link of the web as text, made absolute; nothing else is a link, and none is fetched."""
    if not link:
        return None
    try:
        absolute = urljoin(base or "", link.strip())
    except ValueError:
        return None
    found = _WEB.fullmatch(text.clean(absolute))
    return found[0] if found and len(found[0]) <= MAX_URL else None


def country_code(said: str | None) -> str | None:
    """Return an ISO 3166-1 alpha-2 code; what is neither that nor a country's usual name is None.

    >>> country_code("kz"), country_code("sri_lanka"), country_code("Atlantis")
    ('KZ', 'LK', None)
    """
    words = (said or "").replace("_", " ").strip()
    return words.upper() if words.upper() in COUNTRIES else _CODES.get(words.casefold())


def language_code(said: str | None) -> str | None:
    """Return the primary subtag of a language tag: `ru` of `ru-RU`."""
    found = _LANGUAGE.fullmatch((said or "").strip())
    return found[1].lower() if found else None


def bounded(others: Mapping[str, Any]) -> dict[str, Any]:
    """Return leftovers as plain texts, few and short enough for a person to look through."""
    kept = {
        text.plain(str(name), limit=100, one_line=True): _plain_value(value)
        for name, value in list(others.items())[:MAX_LEFTOVERS]
    }
    return {name: value for name, value in kept.items() if name and value}


def _plain_value(value: object) -> object:
    if isinstance(value, str):
        return text.plain(value[: 4 * MAX_LEFTOVER], limit=MAX_LEFTOVER)
    if isinstance(value, Mapping):
        return bounded(value)
    if isinstance(value, list | tuple):
        return [inner for inner in map(_plain_value, value[:20]) if inner]
    return value if isinstance(value, bool | int) else None


def text_of(value: object) -> str | None:
    """Return a value as the text of a cell: numbers as written, lists parted by `; `, nothing as None."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "; ".join(found for found in map(text_of, value) if found) or None
    if isinstance(value, Mapping):
        return "; ".join(
            f"{key}: {found}" for key, inner in value.items() if (found := text_of(inner))
        )
    return None
