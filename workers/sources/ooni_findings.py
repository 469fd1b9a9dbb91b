# SPDX-License-Identifier: Apache-2.0
"""What OONI found and published of blocking and shutdowns: its API's list, or one finding in full.

The list (`incidents/search`) has no texts; one finding (`incidents/show/…`) has its text in Markdown.
Whoever wrote a finding may stand in it with an address, when the caller is its author: that is never
kept. Blocked domains are targets only where OONI calls them news media.
"""

import json
from typing import Any

from app.domain.intake import text
from app.domain.intake.item import (
    MAX_LEFTOVER,
    MAX_SUMMARY,
    Given,
    country_code,
    reading,
    text_of,
    web_address,
)
from app.domain.intake.names import MAX_NAME
from app.domain.record.crosswalks import folded
from app.domain.record.particulars import Kind, Particulars, SaidLink, SaidTarget
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Rejected,
    raw_item,
    without_repeats,
)
from app.domain.vocabulary import Category, OnlineCensorshipSubtype, TargetKind
from workers.sources import markdown
from workers.sources.charsets import decode
from workers.sources.json_rows import JsonRow, rows_of

MAX_TARGETS = 100
_PAGE = "https://explorer.ooni.org/findings/"
_PRIVATE = ("email_address", "creator_account_id", "mine")
_LISTS = ("CCs", "ASNs", "domains", "themes", "tags", "test_names", "links")
_KNOWN = (
    "id",
    "slug",
    "title",
    "short_description",
    "text",
    "start_time",
    "end_time",
    "create_time",
    "reported_by",
    "event_type",
)
_NEWS = frozenset({"news media", "news", "media"})
_SHUTDOWN = ("shutdown", "outage", "blackout")


def read(body: bytes, given: Given) -> Found:
    """Read the list, or one finding; raises InvalidInput where it is neither."""
    document = decode(body, given.content_type)
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    is_list = '"incidents"' in document[:1000]
    for row in rows_of(document, within=("incidents",)):
        taken = row if isinstance(row, Rejected) else _read_row(row, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    return Found(
        accounts=kept,
        rejected=(*rejected, *repeated),
        # The list is everything that is published; a single finding says nothing of others.
        extent=Extent.WHOLE if is_list and not rejected else Extent.PARTIAL,
    )


def _read_row(row: JsonRow, given: Given) -> Account | Rejected:
    inner = row.fields.get("incident")
    fields: dict[str, Any] = dict(inner if isinstance(inner, dict) else row.fields)
    private = [name for name in _PRIVATE if fields.pop(name, None)]
    raw = row.raw if not private else json.dumps(fields, ensure_ascii=False)
    is_published = fields.pop("published", True)
    lists = {name: _listed(fields.pop(name, None)) for name in _LISTS}
    known = {name: text_of(fields.pop(name, None)) for name in _KNOWN}
    key = text.plain(known["id"] or "", limit=MAX_NAME, one_line=True)
    updated = text_of(fields.pop("update_time", None))
    if not key:
        return Rejected(line=row.line, reason="the finding has no id, which is its key")
    if not is_published:
        return Rejected(line=row.line, reason="OONI has not published this finding")
    codes = [one for one in map(country_code, lists["CCs"]) if one is not None]
    said = {
        "title": known["title"],
        "summary": _summary(known["short_description"], known["text"]),
        "url": web_address(_PAGE + (known["slug"] or key)),
        "date": _period(known["start_time"], known["end_time"]),
        "country": codes[0] if len(codes) == 1 else None,
        "published_at": known["create_time"],
        "language": "en",
    }
    others = {**fields, "updated": updated} if updated else fields
    result = reading(said, others, given, particulars=_particulars(known, lists))
    if not result.title:
        return Rejected(line=row.line, reason="the finding has no title")
    return Account(raw=raw_item(key, raw), reading=result, line=row.line)


def _listed(value: object) -> list[str]:
    found = value if isinstance(value, list) else [value]
    plain = (text.plain(text_of(one) or "", limit=MAX_LEFTOVER, one_line=True) for one in found)
    return [one for one in plain if one]


def _summary(short: str | None, whole: str | None) -> str | None:
    parts = [markdown.plain(one, limit=MAX_SUMMARY) for one in (short, whole) if one]
    return "\n".join(dict.fromkeys(one for one in parts if one)) or None


def _period(start: str | None, end: str | None) -> str | None:
    """Return the days of a finding as EDTF; one without an end goes on."""
    first, last = (text.event_date(one or "") for one in (start, end))
    if first is None:
        return start
    if last is None:
        return f"{first}/.."
    return first if first == last else f"{first}/{last}"


def _particulars(known: dict[str, str | None], lists: dict[str, list[str]]) -> Particulars:
    is_news = bool(_NEWS & set(map(folded, lists["themes"])))
    told = {
        "countries": ", ".join(lists["CCs"]) if len(lists["CCs"]) != 1 else "",
        "networks": ", ".join(f"AS{one}" for one in lists["ASNs"]),
        "domains": ", ".join(lists["domains"]),
        "test_names": ", ".join(lists["test_names"]),
        "reported_by": known["reported_by"] or "",
        "event_type": known["event_type"] or "",
    }
    plain = ((name, text.plain(value, limit=MAX_LEFTOVER)) for name, value in told.items())
    links = (web_address(one) for one in lists["links"])
    return Particulars(
        targets=tuple(
            SaidTarget(kind=TargetKind.OUTLET, name=one[:MAX_NAME])
            for one in lists["domains"][:MAX_TARGETS]
            if is_news
        ),
        kinds=_kinds(known, lists),
        kind_words=tuple(dict.fromkeys((*lists["themes"], *lists["tags"])))[:MAX_TARGETS],
        links=tuple(SaidLink(url=url) for url in links if url is not None)[:MAX_TARGETS],
        tags=tuple(dict.fromkeys((*lists["themes"], *lists["tags"])))[:MAX_TARGETS],
        told=tuple((name, value) for name, value in plain if value),
    )


def _kinds(known: dict[str, str | None], lists: dict[str, list[str]]) -> tuple[Kind, ...]:
    words = folded(" ".join((known["title"] or "", known["event_type"] or "", *lists["tags"])))
    themes = folded(" ".join(lists["themes"]))
    found: list[Kind] = []
    if any(word in f"{words} {themes}" for word in _SHUTDOWN):
        found.append((Category.ONLINE_CENSORSHIP, OnlineCensorshipSubtype.SHUTDOWN.value))
    if lists["domains"]:
        found.append((Category.ONLINE_CENSORSHIP, OnlineCensorshipSubtype.WEBSITE_BLOCKING.value))
    return tuple(found) or ((Category.ONLINE_CENSORSHIP, None),)
