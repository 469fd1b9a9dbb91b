# SPDX-License-Identifier: Apache-2.0
"""CPJ's people list export: one row for each person, with the day and CPJ's page as the stable key.

Whether somebody was a journalist or a media worker the list does not say in a column of its own:
CPJ assesses the motive for journalists only, so a motive that is stated says so.
"""

import re

from app.domain.intake import text
from app.domain.intake.item import MAX_SUMMARY, Given, web_address
from app.domain.record.dataset import DatasetRecord
from app.domain.record.particulars import SaidTarget
from app.domain.record.report import Found, Reading
from app.domain.vocabulary import Motive, PersonRole, TargetKind
from workers.sources import cpj_words
from workers.sources.cpj import (
    MAX_NAME,
    Words,
    affiliation,
    country_of,
    day_of,
    death_of,
    impunity_of,
    motive_of,
    title,
)
from workers.sources.cpj_table import Cells, Item, Refused, read_table

_OUTLETS = ("Journalist or Media Worker", "Organizations", "Organization")
_URL = ("cpj.org URL", "URL", "Link")
_KILLED = re.compile(r"\bkilled\b", re.IGNORECASE)


def read(body: bytes, given: Given) -> Found:
    """Read the whole list; raises InvalidInput where the columns are those of another file."""
    return read_table(
        body, given, needed=(("Name",), ("Date", "Year"), ("Country",)), read_row=_read_row
    )


def _read_row(cells: Cells, given: Given) -> Item:
    words = Words()
    said_name = text.plain(cells.pop("Name") or "", limit=MAX_NAME, one_line=True)
    if not said_name:
        raise Refused("the row has no name")
    name = cpj_words.named(said_name)
    said_day = cells.pop("Date", "Year")
    date_text = day_of(None, said_day, given, words)
    label, country = country_of(cells.pop("Country"), [], words)
    status, said_death = cells.pop("Status"), cells.pop("Type of Death")
    outlets, said_url = cells.pop(*_OUTLETS), cells.pop(*_URL)
    url = web_address(said_url)
    if said_url and url is None:
        words.missed("url", said_url)
    motive = motive_of(cells.pop("Motive"), words)
    role = cpj_words.role(outlets)
    is_killed = bool(_KILLED.search(status or "")) or not status or bool(said_death)
    record = DatasetRecord(
        organisation=cpj_words.ORGANISATION,
        title=title(name, country),
        date_text=date_text,
        country=country,
        kinds=cpj_words.kinds(
            death_of(said_death, words),
            tortured=False,
            captive=False,
            threatened=False,
            by=cpj_words.actor(None),
        ),
        motive=motive,
        targets=(
            SaidTarget(
                kind=TargetKind.PERSON,
                name=name,
                description=affiliation(name, None if role else outlets),
                role=role or _role(motive),
            ),
        ),
        impunity=impunity_of(cells, words),
        url=url,
    )
    reading = Reading(
        title=record.title if is_killed else said_name,
        summary=_summary(status, outlets),
        url=url,
        language="en",
        country=country,
        date_text=date_text,
        leftovers=words.leftovers(cells.left()),
        record=record if is_killed else None,
    )
    key = (said_name.casefold(), said_day, label.casefold())
    return Item(
        key=key,
        reading=reading,
        apart=(outlets,),
        external_id=url,
        is_named=name is not None,
    )


def _role(motive: Motive) -> PersonRole | None:
    return None if motive is Motive.NOT_ASSESSED else PersonRole.JOURNALIST


def _summary(status: str | None, outlets: str | None) -> str | None:
    lines = [f"{name}: {said}" for name, said in (("status", status), ("for", outlets)) if said]
    return text.plain("\n".join(lines), limit=MAX_SUMMARY) or None
