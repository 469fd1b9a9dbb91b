# SPDX-License-Identifier: Apache-2.0
"""Countries and first-level regions that a text names.

Names of countries come from CLDR (Babel) in each language, those of regions from a file where we wrote
one (regions/*.toml) and else from ISO 3166-2 (pycountry). A region counts only within a country that
the source or the text names, but for those of our own files: too many towns share a name.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pycountry
from babel import Locale, UnknownLocaleError

from app.domain.countries import COUNTRIES
from app.domain.record.lexicon import Wanted, beginnings, pattern, wanted
from app.domain.record.particulars import Suggestion

MAX_CHARACTERS = 20_000
ONCE, OFTEN = 0.6, 0.8

_REGIONS = Path(__file__).parent / "regions"
_USUAL = ("en", "ru", "kk")
_CYRILLIC = frozenset({"ru", "kk", "uk", "be", "ky", "tg"})
_ALIASES = {
    "en": {
        "USA": "US",
        "U.S.": "US",
        "UK": "GB",
        "Turkey": "TR",
        "Burma": "MM",
        "Ivory Coast": "CI",
    },
    "ru": {"США": "US", "РФ": "RU", "Белоруссия": "BY", "Киргизия": "KG", "Великобритания": "GB"},
    "kk": {"АҚШ": "US", "Ұлыбритания": "GB"},
}
# Names that are more often something else: a person, a state, a word.
_DOUBTFUL = frozenset({"GE", "JO", "TD", "MF", "GP"})


def suggest(text: str, language: str | None, country: str | None) -> tuple[Suggestion, ...]:
    """Return countries and regions, the most often named first; `country` is what the source says."""
    said = text[:MAX_CHARACTERS]
    found = list(_countries(said, language))
    within = {country} if country else {one.value for one in found}
    regions = [*_own_regions(said), *_iso_regions(said, within)]
    by_region = {
        one.rule.split(".")[1].upper() for one in regions if one.rule.startswith("region.")
    }
    for code in sorted(by_region - {one.value for one in found}):
        words = tuple(one.words[0] for one in regions if one.rule == f"region.{code.lower()}")
        found.append(
            Suggestion(field="country", value=code, score=0.5, words=words, rule="country.region")
        )
    ranked = sorted(
        (*found, *regions), key=lambda one: (one.field != "country", -one.score, one.value)
    )
    return tuple(ranked)


def _countries(text: str, language: str | None) -> Iterator[Suggestion]:
    names: dict[str, list[str]] = {}
    taken: list[tuple[int, int]] = []
    for one in dict.fromkeys((language or "en", *_USUAL)):
        for start, end, code in _names_in(text, one):
            if any(begun < end and start < ended for begun, ended in taken):
                continue
            taken.append((start, end))
            names.setdefault(code, []).append(text[start:end])
    for code, words in names.items():
        score = OFTEN if len(words) > 1 else ONCE
        yield Suggestion(
            field="country",
            value=code,
            score=score / 2 if code in _DOUBTFUL and len(names) > 1 else score,
            words=tuple(dict.fromkeys(words)),
            rule="country.name",
        )


def _names_in(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a name stands and its country: at each word, the longest name that begins there."""
    names = _names(language)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text  # A letter that grows when lowered would shift every place.
    for word in _WORD.finditer(lowered):
        place = word.start()
        for stem, code in names.get(lowered[place : place + _START], ()):
            if not lowered.startswith(stem, place):
                continue
            ends = _ENDINGS[language in _CYRILLIC].match(lowered, place + len(stem))
            if ends is not None:
                yield place, ends.end(), code
                break


_WORD = re.compile(r"\w+")
_START = 3
# What may follow a stem for the name to stand by itself: its ending, where the language has cases.
_ENDINGS = {True: re.compile(r"\w{0,5}(?!\w)"), False: re.compile(r"(?!\w)")}


@lru_cache
def _names(language: str) -> dict[str, list[tuple[str, str]]]:
    """Return the names of countries by how they begin, the longest first."""
    try:
        territories = dict(Locale(language).territories)
    except UnknownLocaleError:
        territories = {}
    pairs = [(name, code) for code, name in territories.items() if code in COUNTRIES]
    pairs += list(_ALIASES.get(language, {}).items())
    is_bent = language in _CYRILLIC
    found: dict[str, list[tuple[str, str]]] = {}
    for name, code in sorted(pairs, key=lambda one: -len(one[0])):
        stem = _stem(name) if is_bent else name.lower()
        found.setdefault(stem[:_START], []).append((stem, code))
    return found


def _stem(name: str) -> str:
    """Return a name without the letters that its cases change: `казахстан`, `росси`, `украин`."""
    folded = name.lower()
    return folded[:-1] if len(folded) > 4 and folded[-1] in "аяыиейьоу" else folded


@dataclass(frozen=True, slots=True)
class _Region:
    name: str
    words: Wanted
    unless: re.Pattern[str] | None


@lru_cache
def _files() -> dict[str, tuple[_Region, ...]]:
    found: dict[str, tuple[_Region, ...]] = {}
    for file in sorted(_REGIONS.glob("*.toml")):
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        found[said["country"]] = tuple(
            _Region(
                one["name"],
                wanted(one["words"]),
                pattern(one["unless"]) if "unless" in one else None,
            )
            for one in said["region"]
        )
    return found


def _own_regions(text: str) -> Iterator[Suggestion]:
    begun = beginnings(text)
    for code, regions in _files().items():
        for region in regions:
            if not region.words.may_be_in(begun):
                continue
            rest = region.unless.sub(" ", text) if region.unless is not None else text
            words = region.words.pattern.findall(rest)
            if words:
                score = OFTEN if len(words) > 1 else ONCE
                yield Suggestion(
                    field="admin1",
                    value=region.name,
                    score=score,
                    words=tuple(dict.fromkeys(words)),
                    rule=f"region.{code.lower()}",
                )


def _iso_regions(text: str, countries: set[str]) -> Iterator[Suggestion]:
    for code in sorted(countries - set(_files())):
        names = _iso_names(code)
        if names is None:
            continue
        counted = Counter(match[0] for match in names.finditer(text))
        for words, times in counted.items():
            yield Suggestion(
                field="admin1",
                value=words,
                score=OFTEN if times > 1 else ONCE,
                words=(words,),
                rule=f"region.{code.lower()}",
            )


@lru_cache(maxsize=64)
def _iso_names(country: str) -> re.Pattern[str] | None:
    found = pycountry.subdivisions.get(country_code=country) or []  # type: ignore[no-untyped-call]
    names = {one.name for one in found if one.parent_code is None and len(one.name) > 3}
    if not names:
        return None
    body = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"\b(?:{body})(?!\w)")
