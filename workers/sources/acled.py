# SPDX-License-Identifier: Apache-2.0
"""Events of ACLED: its CSV export, answers of its API (`{"data": […]}`), and its list of deletions.

Most events are of no journalist; they are kept as accounts without a kind. ACLED alters and removes
events: what lies within the days and countries of a file and is absent was removed, and so was what
the list of deletions names. A file must then be everything of its days and countries that the source
of this name holds: take exports with other filters in under another name.
"""

from datetime import date, timedelta
from typing import Any

from app.domain.intake import text
from app.domain.intake.item import MAX_ID, MAX_LEFTOVER, MAX_TITLE, Given, reading, text_of
from app.domain.record.particulars import Particulars
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Rejected,
    Window,
    raw_item,
    without_repeats,
)
from app.domain.vocabulary import Precision
from workers.sources import acled_words
from workers.sources.csv_rows import TOTALS_ROW
from workers.sources.either_rows import rows_of_either, stopped
from workers.sources.json_rows import JsonRow

KEY, DELETED = "event_id_cnty", "deleted_timestamp"
PAGE = 5000
"""What the API answers with at most; a whole number of pages may not be everything."""

_TOLD = (
    "year",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "iso",
    "region",
    "admin2",
    "admin3",
    "geo_precision",
    "source",
    "source_scale",
    "fatalities",
    "timestamp",
)
_WHERE = ("country", "admin1", "location", "latitude", "longitude")
# 1: the town is named; 2: a part of a region, put at a town; 3: a larger region.
_PRECISIONS = {"1": Precision.LOCALITY, "2": Precision.ADMIN1, "3": Precision.ADMIN1}
_HALF_A_WEEK = timedelta(days=3)


def read(body: bytes, given: Given) -> Found:
    """Read an export, an answer of the API or a list of deletions; raises InvalidInput otherwise."""
    rows, is_json = rows_of_either(body, given, within=("data",), needs=(KEY,), of="ACLED")
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    removed: list[str] = []
    days: list[date] = []
    for row in rows:
        if stopped(row, accounts, rejected):
            break
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        key = text.plain(text_of(row.fields.get(KEY)) or "", limit=MAX_ID, one_line=True)
        if key and DELETED in row.fields and "event_date" not in row.fields:
            removed.append(key)
            continue
        taken = _read_row(row, key, given)
        if isinstance(taken, Rejected):
            rejected.append(taken)
            continue
        accounts.append(taken)
        days += _days(row.fields)
    kept, repeated = without_repeats(accounts)
    is_cut = is_json and len(accounts) % PAGE == 0
    is_whole = all(one.reason == TOTALS_ROW for one in rejected) and len(days) == len(accounts)
    window = _window(kept, days) if is_whole and not is_cut else None
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        extent=Extent.WINDOW if window else Extent.PARTIAL,
        removed=tuple(removed),
        window=window,
    )


def _window(accounts: tuple[Account, ...], days: list[date]) -> Window | None:
    countries = {one.reading.country for one in accounts}
    if not days or None in countries:
        return None
    return Window(
        first=min(days),
        last=max(days),
        countries=frozenset(code for code in countries if code is not None),
    )


def _read_row(row: JsonRow, key: str, given: Given) -> Account | Rejected:
    fields: dict[str, Any] = dict(row.fields)
    fields.pop(KEY, None)
    if not key:
        return Rejected(line=row.line, reason=f"the row has no {KEY}, which is its key")
    told = {name: text_of(fields.pop(name, None)) for name in _TOLD}
    where = {name: text_of(fields.pop(name, None)) for name in _WHERE}
    day, notes, actor, tags = (
        text_of(fields.pop(name, None)) for name in ("event_date", "notes", "actor1", "tags")
    )
    event = acled_words.Event.of({**told, "actor1": actor})
    point = text.point(where["latitude"], where["longitude"])
    precision = _PRECISIONS.get(told["geo_precision"] or "", Precision.ADMIN1)
    result = reading(
        {
            "title": _title(event, where),
            "summary": notes,
            "date": _dated(day, told["time_precision"]),
            "country": acled_words.country(where["country"]),
            "language": "en",
        },
        fields,
        given,
        particulars=Particulars(
            targets=acled_words.targets(event),
            kinds=acled_words.kinds(event),
            kind_words=tuple(dict.fromkeys(one for one in (event.type, event.subtype) if one)),
            actors=acled_words.actors(event),
            admin1=_short(where["admin1"]),
            place=_short(where["location"]) if precision is Precision.LOCALITY else None,
            latitude=point[0] if point else None,
            longitude=point[1] if point else None,
            precision=precision if point else None,
            tags=tuple(
                text.plain(one, limit=200) for one in (tags or "").split(";") if one.strip()
            ),
            told=_all_told(told, where),
        ),
    )
    if not result.title:
        return Rejected(line=row.line, reason="the row says neither what happened nor where")
    return Account(raw=raw_item(key, row.raw), reading=result, line=row.line)


def _title(event: acled_words.Event, where: dict[str, str | None]) -> str | None:
    at = ", ".join(one for one in (where["location"], where["country"]) if one)
    what = event.subtype or event.type
    return ": ".join(one for one in (what, at) if one) if what else None


def _all_told(
    told: dict[str, str | None], where: dict[str, str | None]
) -> tuple[tuple[str, str], ...]:
    pairs = [*told.items(), ("location", where["location"])]
    plain = ((name, text.plain(value or "", limit=MAX_LEFTOVER)) for name, value in pairs)
    return tuple((name, value) for name, value in plain if value)


def _short(said: str | None) -> str | None:
    return text.plain(said or "", limit=MAX_TITLE, one_line=True) or None


def _days(fields: dict[str, Any]) -> list[date]:
    said = text.event_date(text_of(fields.get("event_date")) or "")
    return [date.fromisoformat(said)] if said and len(said) == len("2026-03-01") else []


def _dated(day: str | None, precision: str | None) -> str | None:
    """Return the day, the week around it, or its month, as `time_precision` says."""
    known = _days({"event_date": day})
    if not known or precision in (None, "1"):
        return day
    if precision == "3":
        return known[0].isoformat()[:7]
    try:
        return f"{known[0] - _HALF_A_WEEK}/{known[0] + _HALF_A_WEEK}"
    except OverflowError:
        return day
