# SPDX-License-Identifier: Apache-2.0
"""What the words of CPJ's exports mean in ours: deaths, motives, justice, people, countries.

The correspondences are those of `app.domain.record.crosswalks`. A word that is not there is None, and
the reader says so beside the row; enumerations of the source grow, and some of its words stand in two
spellings in one file. CPJ's terms: cpj.org/data-methodology.
"""

import re

from app.domain.countries import country_name
from app.domain.intake.item import country_code
from app.domain.record.crosswalks import to_ours
from app.domain.record.crosswalks_row import System
from app.domain.vocabulary import (
    ActorType,
    Category,
    Impunity,
    KillingSubtype,
    Motive,
    PersonRole,
    Sex,
)

ORGANISATION = "Committee to Protect Journalists"

ISRAEL_AND_TERRITORY = "israel and the occupied palestinian territory"
_COUNTRIES = {
    "bosnia": "BA",
    "bosnia herzegovina": "BA",
    "britain": "GB",
    "burma": "MM",
    "central african republic": "CF",
    "chechnya": "RU",
    "congo brazzaville": "CG",
    "congo kinshasa": "CD",
    "congo democratic republic of the": "CD",
    "congo republic of the": "CG",
    "cote d ivoire": "CI",
    "czech republic": "CZ",
    "czechoslovakia": "CZ",
    "democratic republic of congo": "CD",
    "democratic republic of the congo": "CD",
    "drc": "CD",
    "east timor": "TL",
    "england": "GB",
    "great britain": "GB",
    "guinea bissau": "GW",
    "holland": "NL",
    "hong kong": "HK",
    "iran islamic republic of": "IR",
    "israel and occupied territories": "IL",
    "israel and the occupied palestinian territories": "IL",
    ISRAEL_AND_TERRITORY: "IL",
    "israel and the occupied territories": "IL",
    "ivory coast": "CI",
    "kyrgyz republic": "KG",
    "macedonia": "MK",
    "nagorno karabakh": "AZ",
    "myanmar": "MM",
    "north korea": "KP",
    "northern ireland": "GB",
    "occupied palestinian territories": "PS",
    "occupied palestinian territory": "PS",
    "palestine": "PS",
    "palestinian authority": "PS",
    "palestinian territories": "PS",
    "gaza": "PS",
    "west bank": "PS",
    "republic of congo": "CG",
    "republic of the congo": "CG",
    "russian federation": "RU",
    "scotland": "GB",
    "serbia and montenegro": "RS",
    "south korea": "KR",
    "soviet union": "RU",
    "swaziland": "SZ",
    "syrian arab republic": "SY",
    "st lucia": "LC",
    "the gambia": "GM",
    "the netherlands": "NL",
    "the philippines": "PH",
    "timor leste": "TL",
    "turkey": "TR",
    "turkiye": "TR",
    "uae": "AE",
    "uk": "GB",
    "united kingdom": "GB",
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "viet nam": "VN",
    "yugoslavia": "RS",
    "zaire": "CD",
}
_NO_LONGER = frozenset(
    {"czechoslovakia", "serbia and montenegro", "soviet union", "yugoslavia", "zaire"}
)
_IN_PALESTINE = re.compile(
    r"\b(gaza|west bank|palestin\w*|ramallah|nablus|jenin|hebron|bethlehem|tulkare?m|qalqil\w+|"
    r"rafah|khan ?you?nis|deir al[- ]?balah|jabal(?:ia|ya)|beit (?:lahi\w+|hanoun)|nuseirat|"
    r"jericho|east jerusalem)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^a-z]+")

_UNNAMED = re.compile(
    r"[\W_]*(unidentified|unnamed|unknown|anonymous|name (?:unknown|withheld|unavailable|not known)|"
    r"(?:full )?name unavailable)[\W_]*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")

_YES = frozenset({"yes", "true", "y", "1"})

_STATE = frozenset({ActorType.PUBLIC_OFFICIAL_NATIONAL, ActorType.MILITARY, ActorType.POLICE})


def fold(words: str) -> str:
    """Return words in small letters of a to z, with single spaces, to find them in a table."""
    plain = words.casefold().replace("ü", "u").replace("ô", "o")
    return _LETTERS.sub(" ", plain).strip()


def country(label: str, *places: str | None) -> tuple[str | None, str | None]:
    """Return a country's code, and a sentence where the label needed reading.

    CPJ's one label for Israel and the Occupied Palestinian Territory is told apart by the place.
    """
    key = fold(label)
    code = _COUNTRIES.get(key) or country_code(label)
    if code == "IL" and "occupied" in key:
        if any(one and _IN_PALESTINE.search(one) for one in places):
            return "PS", None
        return (
            "IL",
            "the label names Israel and the Occupied Palestinian Territory; no place decides",
        )
    if key in _NO_LONGER and code is not None:
        return code, f"the label names a State that is no more; read as {country_name(code)}"
    return code, None


def named(said: str) -> str | None:
    """Return a name, or None where the words say that there is none."""
    bare = _BRACKETS.sub(" ", said).strip()
    return None if not bare or _UNNAMED.fullmatch(bare) else said


def death(said: str | None) -> str | None:
    """Return the subtype of a killing: `targeted_murder`, `crossfire`, `dangerous_assignment`, `unknown`."""
    if fold(said or "") in ("", "na", "none"):
        return KillingSubtype.UNKNOWN.value
    found = to_ours(KillingSubtype, System.CPJ, "typeOfDeath", said or "")
    return found.value if found else None


def motive(said: str | None) -> Motive | None:
    """Return whether the death was because of the work; media workers have no such answer at CPJ."""
    key = fold(said or "")
    if key in ("", "na", "none", "unknown", "not applicable"):
        return Motive.NOT_ASSESSED
    return to_ours(Motive, System.CPJ, "motiveConfirmed", key.removeprefix("motive "))


def impunity(said: str | None) -> Impunity | None:
    """Return CPJ's three levels in ours; None also for an empty cell."""
    return to_ours(Impunity, System.CPJ, "impunityMurder", said or "")


def sex(said: str | None) -> Sex | None:
    """Return the sex that is stated, if one is."""
    return to_ours(Sex, System.CPJ, "gender", said or "")


def role(said: str | None) -> PersonRole | None:
    """Return journalist or media worker, the two kinds of people CPJ knows."""
    return to_ours(PersonRole, System.CPJ, "type", said or "")


def other_roles(jobs: str | None) -> tuple[PersonRole, ...]:
    """Return what else somebody was, from a list of jobs such as `Camera Operator, Editor`."""
    key = fold(jobs or "")
    found = (
        ("editor", PersonRole.EDITOR),
        ("photograph", PersonRole.PHOTOJOURNALIST),
        ("camera", PersonRole.PHOTOJOURNALIST),
        ("publisher", PersonRole.OWNER_PUBLISHER),
        ("owner", PersonRole.OWNER_PUBLISHER),
    )
    return tuple(dict.fromkeys(one for word, one in found if word in key))


def is_yes(said: str | None) -> bool:
    """Whether a cell answers yes."""
    return fold(said or "") in _YES


def actor(sources_of_fire: str | None) -> ActorType:
    """Return the kind of actor where the list of suspected sources of fire names a single kind."""
    kinds = {
        to_ours(ActorType, System.CPJ, "sourcesOfFire", one) or ActorType.UNKNOWN
        for one in (sources_of_fire or "").split(",")
        if one.strip()
    }
    return kinds.pop() if len(kinds) == 1 else ActorType.UNKNOWN


def kinds(
    subtype: str, *, tortured: bool, captive: bool, threatened: bool, by: ActorType
) -> tuple[tuple[Category, str | None], ...]:
    """Return the categories of a killing and of what CPJ says went with it."""
    found: list[tuple[Category, str | None]] = [(Category.KILLING, subtype)]
    if tortured:
        found.append((Category.TORTURE, None))
    if captive:
        # Held by the State is detention; by anybody else, or by whom is not said, kidnapping.
        found.append((Category.DETENTION if by in _STATE else Category.KIDNAPPING, None))
    if threatened:
        found.append((Category.THREAT_HARASSMENT, None))
    return tuple(found)
