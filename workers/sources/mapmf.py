# SPDX-License-Identifier: Apache-2.0
"""Alerts of Mapping Media Freedom: answers of its search index, or a flat table made of them.

The index names nobody: whom an alert is about stands in its text, and its fields say only what they
were. Lists are lists in JSON; in tables they are written as Python lists or parted by ` | `. Which of
its words mean one of our kinds: `domain.record.crosswalks`; the other words are kept as they are.
"""

import ast
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.domain.intake import text
from app.domain.intake.item import MAX_LEFTOVER, MAX_TITLE, Given, reading, text_of
from app.domain.record.crosswalks import folded
from app.domain.record.particulars import Particulars
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Rejected,
    raw_item,
    without_repeats,
)
from app.domain.vocabulary import Precision
from workers.sources import mapmf_words
from workers.sources.csv_rows import TOTALS_ROW
from workers.sources.either_rows import rows_of_either, stopped
from workers.sources.json_rows import JsonRow

_LISTS = (
    "type_of_incident",
    "source_of_incident",
    "context_of_incident",
    "region_names",
    "gender",
    "who_was_attacked",
    "type_of_journalist_or_media_actor",
    "employment_status",
)
_KNOWN = ("id", "title", "content", "date", "country", "url", "published_at", "published_at_date")
# What the search index says of its own answer to one question.
_OF_THE_INDEX = ("_formatted", "_matchesPosition", "_rankingScore", "_semanticScore")
_TOLD_LISTS = ("gender", "type_of_journalist_or_media_actor", "employment_status", "region_names")


def read(body: bytes, given: Given) -> Found:
    """Read one answer of the index or a whole table; raises InvalidInput where it is neither."""
    rows, is_json = rows_of_either(
        body, given, within=("hits",), needs=("id", "title", "type_of_incident"), of="MapMF"
    )
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    for row in rows:
        if stopped(row, accounts, rejected):
            break
        taken = row if isinstance(row, Rejected) else _read_row(row, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    is_whole = not is_json and all(one.reason == TOTALS_ROW for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        # The index answers with a part, and its count of everything is an estimate.
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _read_row(row: JsonRow, given: Given) -> Account | Rejected:
    fields: dict[str, Any] = dict(row.fields)
    for name in _OF_THE_INDEX:
        fields.pop(name, None)
    known = {name: text_of(fields.pop(name, None)) for name in _KNOWN}
    lists = {name: listed(fields.pop(name, None)) for name in _LISTS}
    subjects = _objects(fields.pop("subjects", None))
    count, year = (text_of(fields.pop(name, None)) for name in ("attacked_count", "year"))
    point = _point(fields)
    if not known["id"] or len(known["id"]) > MAX_TITLE:
        return Rejected(line=row.line, reason="the row has no id, which is its key")
    country = mapmf_words.country(known["country"])
    admin1, place = _regions(lists["region_names"], country)
    kinds, missed = mapmf_words.kinds(lists["type_of_incident"])
    told = [(name, "; ".join(lists[name])) for name in _TOLD_LISTS]
    told += [("attacked_count", count or ""), ("year", year or "")]
    precision = (Precision.LOCALITY if place else Precision.ADMIN1) if admin1 else Precision.COUNTRY
    result = reading(
        {
            "title": known["title"],
            "summary": known["content"],
            "url": known["url"],
            "date": _day(known["date"]),
            "country": country or known["country"],
            "published_at": _day(known["published_at"] or known["published_at_date"]),
            "language": "en",
        },
        {**fields, **({"type_of_incident": missed} if missed else {})},
        given,
        particulars=Particulars(
            targets=mapmf_words.targets(subjects, lists["who_was_attacked"], count),
            kinds=kinds,
            kind_words=tuple(lists["type_of_incident"]),
            actors=mapmf_words.actors(lists["source_of_incident"]),
            admin1=admin1,
            place=place,
            latitude=point[0] if point else None,
            longitude=point[1] if point else None,
            precision=precision if point else None,
            tags=tuple(lists["context_of_incident"]),
            told=tuple((name, value) for name, value in told if value),
        ),
    )
    if not result.title:
        return Rejected(line=row.line, reason="the row has neither a title nor a text")
    return Account(raw=raw_item(known["id"], row.raw), reading=result, line=row.line)


def listed(value: object) -> list[str]:
    """Return the values of a list, however the file writes it.

    >>> listed("['Legal', 'Verbal attack']"), listed("Legal | Verbal"), listed("Threats, insults")
    (['Legal', 'Verbal attack'], ['Legal', 'Verbal'], ['Threats, insults'])
    """
    found = _literal(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        found = (text_of(found) or "").split(" | ")
    plain = (text.plain(text_of(one) or "", limit=MAX_LEFTOVER, one_line=True) for one in found)
    return [one for one in plain if one][:100]


def _literal(said: str) -> object:
    if not said.lstrip().startswith("["):
        return said
    try:
        return ast.literal_eval(said.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return said


def _objects(value: object) -> list[Mapping[str, Any]]:
    found = _literal(value) if isinstance(value, str) else value
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _point(fields: dict[str, Any]) -> tuple[float, float] | None:
    where = fields.pop("_geo", None)
    flat = fields.pop("_geo_lat", None), fields.pop("_geo_lng", None)
    pair = (where.get("lat"), where.get("lng")) if isinstance(where, Mapping) else flat
    return text.point(text_of(pair[0]), text_of(pair[1]))


def _regions(names: list[str], country: str | None) -> tuple[str | None, str | None]:
    """Return region and place, where the list goes down from the country to them."""
    at = next((n for n, name in enumerate(names) if mapmf_words.country(name) == country), None)
    below = names[at + 1 :] if at is not None and country else []
    below = [one for one in below if folded(one) != folded(names[at or 0])]
    return (below[0][:200] if below else None), (below[1][:200] if len(below) > 1 else None)


def _day(said: str | None) -> str | None:
    """Return a time that the index holds as seconds since 1970 in ISO 8601; other texts as they are."""
    if said is None or not (said.isascii() and said.isdigit() and 8 < len(said) < 12):
        return said
    return datetime.fromtimestamp(int(said), UTC).isoformat()
