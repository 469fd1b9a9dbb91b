# SPDX-License-Identifier: Apache-2.0
"""What the words of Mapping Media Freedom mean in ours: kinds, targets, actors, countries.

A main type alone ("Physical", "Censorship") may mean several of ours and is not read as one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.intake import text
from app.domain.intake.item import country_code
from app.domain.intake.names import MAX_NAME, role_in
from app.domain.record.crosswalks import folded, to_ours
from app.domain.record.crosswalks_row import System
from app.domain.record.particulars import Kind, SaidActor, SaidTarget
from app.domain.vocabulary import (
    AccessDenialSubtype,
    ActorType,
    Category,
    DetentionSubtype,
    EconomicPressureSubtype,
    PersonRole,
    Sex,
    SourceProtectionSubtype,
    TargetKind,
)

MAX_TARGETS = 50
_FIELD = "type_of_incident"
_MAIN = ("", "Legal: ", "Physical: ", "Property: ", "Censorship: ", "Verbal: ")
_SUBTYPES = (
    (DetentionSubtype, Category.DETENTION),
    (AccessDenialSubtype, Category.ACCESS_DENIAL),
    (SourceProtectionSubtype, Category.SOURCE_PROTECTION),
    (EconomicPressureSubtype, Category.ECONOMIC_PRESSURE),
)
# Other spellings of the words in the crosswalk.
_SPELLINGS = {
    "verbal attack": "Verbal",
    "verbal attacks": "Verbal",
    "hacking ddos attack": "Property: hacking/DDoS",
    "killing": "Physical: killed",
    "blocked journalistic activity": "Censorship: blocked access",
    "denied accreditation": "Censorship: accreditation",
}
_COUNTRIES = {
    "turkey": "TR",
    "türkiye": "TR",
    "czechia": "CZ",
    "czech republic": "CZ",
    "bosnia herzegovina": "BA",
    "bosnia and herzegovina": "BA",
    "north macedonia": "MK",
    "kosovo": "XK",
    "united kingdom": "GB",
    "uk": "GB",
    "russian federation": "RU",
}
_ACTORS = (
    ("police", ActorType.POLICE),
    ("private security", ActorType.PRIVATE_SECURITY),
    ("security", ActorType.SECURITY_SERVICE),
    ("military", ActorType.MILITARY),
    ("court", ActorType.PROSECUTOR_OR_JUDGE),
    ("judicia", ActorType.PROSECUTOR_OR_JUDGE),
    ("prosecut", ActorType.PROSECUTOR_OR_JUDGE),
    ("criminal", ActorType.CRIMINAL_GROUP),
    ("political part", ActorType.POLITICIAN_OR_PARTY),
    ("politician", ActorType.POLITICIAN_OR_PARTY),
    ("government", ActorType.PUBLIC_OFFICIAL_NATIONAL),
    ("public official", ActorType.PUBLIC_OFFICIAL_NATIONAL),
    ("corporation", ActorType.PRIVATE_COMPANY),
    ("company", ActorType.PRIVATE_COMPANY),
    ("employer", ActorType.MEDIA_OWNER),
    ("publisher", ActorType.MEDIA_OWNER),
    ("private individual", ActorType.PRIVATE_INDIVIDUAL),
    ("religious", ActorType.RELIGIOUS_GROUP),
)
_SEXES = {"man": Sex.MALE, "male": Sex.MALE, "woman": Sex.FEMALE, "female": Sex.FEMALE}
_SEXES |= {"non binary": Sex.OTHER, "other": Sex.OTHER}


def country(said: str | None) -> str | None:
    """Return the code of a country as the project writes it."""
    return country_code(said) or _COUNTRIES.get(folded(said or ""))


def kinds(words: Sequence[str]) -> tuple[tuple[Kind, ...], list[str]]:
    """Return the kinds that words mean, and the words that alone mean none of ours."""
    found: list[Kind] = []
    missed: list[str] = []
    for word in words:
        kind = _kind(_SPELLINGS.get(folded(word), word))
        found += [kind] if kind else []
        missed += [] if kind else [word]
    return tuple(dict.fromkeys(found)), missed


def _kind(word: str) -> Kind | None:
    for main in _MAIN:
        for subtype, category in _SUBTYPES:
            narrow = to_ours(subtype, System.MAPMF, _FIELD, main + word)
            if narrow is not None:
                return category, narrow.value
        wide = to_ours(Category, System.MAPMF, _FIELD, main + word)
        if wide is not None:
            return wide, ("unknown" if wide is Category.KILLING else None)
    return None


def targets(
    subjects: Sequence[Mapping[str, Any]], attacked: Sequence[str], count: str | None
) -> tuple[SaidTarget, ...]:
    """Return whom an alert is about, described: the index gives no names."""
    if 0 < len(subjects) <= MAX_TARGETS:
        found = (_subject(one) for one in subjects)
        return tuple(one for one in found if one is not None)
    number = int(count) if count and count.isascii() and count.isdigit() and len(count) < 6 else 0
    described = ", ".join(attacked)[:MAX_NAME]
    if not described:
        return ()
    is_one = number == 1 and "journalist" in folded(described)
    return (
        SaidTarget(
            kind=TargetKind.PERSON if is_one else TargetKind.GROUP,
            description=described,
            count=number if number > 1 else None,
            role=role_in(described),
        ),
    )


def _subject(subject: Mapping[str, Any]) -> SaidTarget | None:
    kind, what, gender = (
        text.plain(str(subject.get(name) or ""), limit=MAX_NAME, one_line=True)
        for name in ("kind", "type", "gender")
    )
    words = what or kind
    if not words:
        return None
    is_person = "journalist" in folded(kind) or folded(gender) in _SEXES
    return SaidTarget(
        kind=TargetKind.PERSON if is_person else TargetKind.GROUP,
        description=words,
        role=role_in(words) or (PersonRole.JOURNALIST if is_person else None),
        sex=_SEXES.get(folded(gender)) if is_person else None,
    )


def actors(words: Sequence[str]) -> tuple[SaidActor, ...]:
    """Return whom an alert holds for its origin, in its words."""
    return tuple(
        SaidActor(words=word[:MAX_NAME], type=_actor(folded(word)))
        for word in words
        if folded(word) not in ("unknown", "not applicable")
    )


def _actor(word: str) -> ActorType:
    return next((kind for part, kind in _ACTORS if part in word), ActorType.UNKNOWN)
