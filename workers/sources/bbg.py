# SPDX-License-Identifier: Apache-2.0
"""The "threats to the press" list of the U.S. Broadcasting Board of Governors: one JSON array.

It gives no ids: two accounts of one day and country may be one event or two, which a person decides.
Names are often groups; texts hold HTML entities; the coordinates are texts, and of a country's middle
where nothing finer is known, so that they are told but place nothing.
"""

from typing import Any

from app.domain.intake import text
from app.domain.intake.item import MAX_TITLE, Given, reading, text_of
from app.domain.intake.names import target_of
from app.domain.record.particulars import Kind, Particulars, SaidLink
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Rejected,
    content_key,
    raw_item,
    without_repeats,
)
from app.domain.vocabulary import Category
from workers.sources.charsets import decode
from workers.sources.json_rows import JsonRow, rows_of

KINDS: dict[str, Kind] = {
    "killed": (Category.KILLING, "unknown"),
    "arrested": (Category.DETENTION, "arrest"),
    "detained": (Category.DETENTION, "detention"),
    "attacked": (Category.PHYSICAL_ATTACK, None),
    "threatened": (Category.THREAT_HARASSMENT, "threat"),
}
_NETWORKS = {
    "voa": "Voice of America",
    "rferl": "Radio Free Europe/Radio Liberty",
    "rfa": "Radio Free Asia",
    "ocb": "Office of Cuba Broadcasting",
    "mbn": "Middle East Broadcasting Networks",
}
_KNOWN = ("country", "name", "date", "status", "description", "link", "headline")
_TOLD = ("year", "niceDate", "mugshot", "latitude", "longitude")


def read(body: bytes, given: Given) -> Found:
    """Read the whole array."""
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    for row in rows_of(decode(body, given.content_type)):
        taken = row if isinstance(row, Rejected) else _read_row(row, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    return Found(
        accounts=kept,
        rejected=(*rejected, *repeated),
        extent=Extent.PARTIAL if rejected else Extent.WHOLE,
    )


def _read_row(row: JsonRow, given: Given) -> Account | Rejected:
    fields: dict[str, Any] = dict(row.fields)
    known = {name: text_of(fields.pop(name, None)) for name in _KNOWN}
    told = {name: text_of(fields.pop(name, None)) for name in _TOLD}
    networks = fields.pop("network", None)
    outlets = [
        _NETWORKS.get(str(one), str(one))
        for one in (networks if isinstance(networks, list) else [])
    ]
    name = text.plain(known["name"] or "", limit=MAX_TITLE, one_line=True)
    headline = text.plain(known["headline"] or "", limit=MAX_TITLE, one_line=True)
    if not headline and not name:
        return Rejected(line=row.line, reason="the row has neither a headline nor a name")
    others = {**fields, **({} if known["status"] in KINDS else {"status": known["status"]})}
    result = reading(
        {
            "title": headline or name,
            "summary": known["description"],
            "url": known["link"],
            "country": known["country"],
            "date": known["date"],
            "language": "en",
        },
        others,
        given,
        particulars=_particulars(name, outlets, known, told),
    )
    key = content_key(known["country"], name, known["date"], known["status"], headline)
    return Account(raw=raw_item(key, row.raw), reading=result, line=row.line)


def _particulars(
    name: str, outlets: list[str], known: dict[str, str | None], told: dict[str, str | None]
) -> Particulars:
    target = target_of(name, outlet=outlets[0] if len(outlets) == 1 else None)
    status = known["status"] or ""
    pairs = [(field, value) for field, value in told.items() if value]
    pairs += [("network", one) for one in outlets if len(outlets) > 1]
    link = text.plain(known["link"] or "", limit=MAX_TITLE, one_line=True)
    return Particulars(
        targets=(target,) if target else (),
        kinds=(KINDS[status],) if status in KINDS else (),
        kind_words=(status,) if status else (),
        links=(SaidLink(url=link),) if link else (),
        told=tuple(pairs),
    )
