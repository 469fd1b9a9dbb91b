# SPDX-License-Identifier: Apache-2.0
"""CPJ's full export of journalists and media workers killed: one row for each person, year only.

The file has no id and no link: a row is known again by name, year and country. Rows of people who
are missing or imprisoned are taken as reports without a record: their export says too little.
"""

import re

from app.domain.countries import country_name
from app.domain.intake import text
from app.domain.intake.item import (
    MAX_LEFTOVER,
    MAX_SUMMARY,
    MAX_TITLE,
    NOTES,
    UNREAD,
    Given,
    bounded,
)
from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord
from app.domain.record.particulars import SaidTarget
from app.domain.record.report import Found, Reading
from app.domain.vocabulary import Impunity, Motive, PersonRole, TargetKind
from workers.sources import cpj_dates, cpj_words
from workers.sources.cpj_table import Cells, Item, Refused, read_table

MAX_NAME = 200
EARLIEST_YEAR = 1900

_NAMES = ("fullName", "sortName", "name")
_DAYS = ("startDisplay", "startDate", "date", "dateOfDeath")
_TOLD = (
    "primaryNationality",
    "secondaryNationality",
    "tertiaryNationality",
    "employedAs",
    "organizations",
    "jobs",
    "coverage",
    "mediums",
    "localOrForeign",
    "sourcesOfFire",
    "accountabilityCrossfire",
    "accountabilityAssignment",
    "charges",
    "motive",
    "lengthOfSentence",
    "healthProblems",
    "impCountry",
    "entry",
    "sentenceDate",
    "sentence",
    "locationImprisoned",
    "region",
)
"""Known columns that the record has no place for; they are told in the summary of the report."""

_KILLED = re.compile(r"\bkilled\b", re.IGNORECASE)


class Words:
    """What was understood of a row, and beside it every word that was not."""

    def __init__(self) -> None:
        self.unread: dict[str, str] = {}
        self.notes: list[str] = []

    def leftovers(self, left: dict[str, str]) -> dict[str, object]:
        """Return all that a person should look at."""
        found: dict[str, object] = bounded(left)
        found |= {UNREAD: self.unread} if self.unread else {}
        return found | ({NOTES: self.notes} if self.notes else {})

    def missed(self, name: str, said: str | None) -> None:
        """Keep a word of a known column that is in no table."""
        self.unread[name] = text.plain(said or "", limit=MAX_LEFTOVER)


def read(body: bytes, given: Given) -> Found:
    """Read the whole export; raises InvalidInput where the columns are those of another file."""
    return read_table(
        body, given, needed=(_NAMES, ("year", *_DAYS), ("country",)), read_row=_read_row
    )


def _read_row(cells: Cells, given: Given) -> Item:
    words = Words()
    said_name = text.plain(cells.pop(*_NAMES) or "", limit=MAX_NAME, one_line=True)
    if not said_name:
        raise Refused("the row has no name")
    name = cpj_words.named(said_name)
    said_year, said_day = cells.pop("year"), cells.pop(*_DAYS)
    date_text = day_of(said_year, said_day, given, words)
    places = [cells.pop(one) for one in ("location", "locality", "province", "state")]
    label, country = country_of(cells.pop("country"), places, words)
    kind, status = cells.pop("type"), cells.pop("combinedStatus", "lastStatus", "status")
    said_death = cells.pop("typeOfDeath")
    told = {one: cells.pop(one) for one in _TOLD}
    role = cpj_words.role(kind)
    if kind and role is None:
        words.missed("type", kind)
    motive = motive_of(cells.pop("motiveConfirmed"), words)
    if not cells.has("type") and motive is not Motive.NOT_ASSESSED:
        # CPJ assesses the motive for journalists only.
        role = PersonRole.JOURNALIST
    fire = told["sourcesOfFire"]
    is_killed = bool(_KILLED.search(status or "")) or not status or bool(said_death)
    record = DatasetRecord(
        organisation=cpj_words.ORGANISATION,
        title=title(name, country),
        date_text=date_text,
        country=country,
        kinds=cpj_words.kinds(
            death_of(said_death, words),
            tortured=cpj_words.is_yes(cells.pop("tortured")),
            captive=cpj_words.is_yes(cells.pop("captive")),
            threatened=cpj_words.is_yes(cells.pop("threatened")),
            by=cpj_words.actor(fire),
        ),
        motive=motive,
        targets=(
            SaidTarget(
                kind=TargetKind.PERSON,
                name=name,
                description=affiliation(name, told["organizations"]),
                role=role,
                other_roles=cpj_words.other_roles(told["jobs"]),
                sex=cpj_words.sex(cells.pop("gender")),
            ),
        ),
        admin1=_place(places[3] or places[2]),
        place=_place(places[1] or places[0]),
        suspected=text.plain(fire, limit=MAX_TITLE, one_line=True) if fire else None,
        suspected_type=cpj_words.actor(fire),
        impunity=impunity_of(cells, words),
        assesses_impunity=True,
    )
    reading = Reading(
        title=record.title if is_killed else said_name,
        summary=_summary(status, told),
        language="en",
        country=country,
        date_text=date_text,
        leftovers=words.leftovers(cells.left()),
        record=record if is_killed else None,
    )
    key = (said_name.casefold(), said_year or date_text, label.casefold())
    apart = (told["organizations"], *places, kind, told["jobs"])
    return Item(key=key, reading=reading, apart=apart, is_named=name is not None)


def title(name: str | None, country: str) -> str:
    """Say in one line what happened, by nothing that CPJ may revise later."""
    return f"{name or 'Somebody whose name is not given'} killed in {country_name(country)}"


def affiliation(name: str | None, organisations: str | None) -> str | None:
    """Return whom somebody worked for, as written: names of outlets may hold the comma."""
    where = text.plain(organisations or "", limit=MAX_TITLE, one_line=True)
    if name is not None:
        return where or None
    return f"One person whose name is not given{f', of {where}' if where else ''}"


def day_of(year: str | None, day: str | None, given: Given, words: Words) -> str:
    """Return when it happened: the year, or the finer day where one is given and lies in that year."""
    coarse, is_whole = cpj_dates.when(year or "")
    fine, is_all = cpj_dates.when(day or "")
    found = _finer(coarse, fine)
    if found is None:
        raise Refused("the row has no date that can be read")
    if found == fine and not is_all and day:
        words.missed("date", day)
    if found == coarse and not is_whole and year:
        words.missed("year", year)
    if found == coarse and fine is not None:
        words.notes.append("the day lies outside the year of its row; the year is kept")
    span = dates.parse(found)
    if span.counts_from > given.now.date():
        raise Refused("the date lies in the future")
    if span.latest.year < EARLIEST_YEAR:
        raise Refused(f"the date lies before {EARLIEST_YEAR}")
    return found


def _finer(coarse: str | None, fine: str | None) -> str | None:
    if coarse is None or fine is None:
        return fine or coarse
    wide, narrow = dates.parse(coarse), dates.parse(fine)
    lies_within = wide.earliest <= narrow.earliest and narrow.latest <= wide.latest
    return fine if lies_within else coarse


def country_of(label: str | None, places: list[str | None], words: Words) -> tuple[str, str]:
    """Return the label of a country and its code; raises Refused where nobody knows which is meant."""
    said = text.plain(label or "", limit=100, one_line=True)
    if not said:
        raise Refused("the row has no country")
    code, note = cpj_words.country(said, *places)
    if code is None:
        raise Refused(f"the country is none that Qalam knows: {said}")
    if note is not None:
        words.notes.append(note)
    return said, code


def death_of(said: str | None, words: Words) -> str:
    """Return the subtype of the killing; a new word of CPJ's is `unknown`, and said to be unread."""
    subtype = cpj_words.death(said)
    if subtype is None:
        words.missed("typeOfDeath", said)
    return subtype or "unknown"


def motive_of(said: str | None, words: Words) -> Motive:
    """Return the motive; a new word is `not_assessed`, and said to be unread."""
    found = cpj_words.motive(said)
    if found is None:
        words.missed("motive", said)
    return found or Motive.NOT_ASSESSED


def impunity_of(cells: Cells, words: Words) -> Impunity | None:
    """Return CPJ's level, None where its cell is empty."""
    said = cells.pop("impunityMurder", "impunity")
    found = cpj_words.impunity(said)
    if said and found is None and cpj_words.fold(said) not in ("unknown", "na", "n a"):
        words.missed("impunityMurder", said)
    return found


def _place(said: str | None) -> str | None:
    return text.plain(said or "", limit=MAX_NAME, one_line=True) or None


def _summary(status: str | None, told: dict[str, str | None]) -> str | None:
    lines = [f"{name}: {said}" for name, said in {"status": status, **told}.items() if said]
    return text.plain("\n".join(lines), limit=MAX_SUMMARY) or None
