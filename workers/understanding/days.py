# SPDX-License-Identifier: Apache-2.0
"""Days that a text names, in Kazakh, Russian, Ukrainian and English, read by dateparser.

Only expressions that name a day are handed to it; "yesterday" counts from the day of publication. The
usual Kazakh form `2026 жылғы 4 наурыз`, which it does not know, is turned round first.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

import dateparser

from app.domain.record.particulars import Suggestion

MAX_CHARACTERS = 20_000
MAX_DAYS = 10

_MONTHS = {
    "en": "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec",
    "ru": "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
    "uk": "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня",
    "kk": "қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан",
}
# The cases of a month, bare and possessed: наурызда, желтоқсанында.
_ENDINGS = r"(?:[ыі]?н?(?:да|де|та|те|дан|ден|ан|ен|дың|дің|ың|ің|ға|ге|а|е))?"
_YEAR = r"(?:19|20)\d{2}"
_RELATIVE = {
    "en": {"yesterday": 1, "today": 0},
    "ru": {"вчера": 1, "сегодня": 0, "позавчера": 2},
    "uk": {"вчора": 1, "сьогодні": 0, "позавчора": 2},
    "kk": {"кеше": 1, "бүгін": 0},
}


def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    month = _MONTHS[language]
    ending = _ENDINGS if language == "kk" else ""
    forms = [rf"\b(?P<d>\d{{1,2}})\s+(?P<m>{month}){ending}\b(?:,?\s+(?P<y>{_YEAR}))?"]
    if language == "en":
        forms = [
            rf"\b(?P<m>{month})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>{_YEAR}))?",
            rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{month})\b(?:,?\s+(?P<y>{_YEAR}))?",
        ]
    if language == "kk":
        forms.insert(
            0,
            rf"\b(?P<y>{_YEAR})\s+жыл(?:ғы|дың|ы)?\s+(?P<d>\d{{1,2}})[-\s]+(?P<m>{month}){_ENDINGS}\b",
        )
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)


_NAMED = {language: _patterns(language) for language in _MONTHS}
_NUMERIC = re.compile(rf"\b(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>{_YEAR})\b")
_ISO = re.compile(rf"\b(?P<y>{_YEAR})-(?P<m>\d{{2}})-(?P<d>\d{{2}})\b")


def suggest(
    text: str, language: str | None, published_at: datetime | None
) -> tuple[Suggestion, ...]:
    """Return the days a text names, as EDTF, in the order of the text; at most ten.

    Without a year a day is the last one before publication; without a publication it is nothing.
    """
    said = text[:MAX_CHARACTERS]
    published_on = published_at.date() if published_at is not None else None
    wanted = (language,) if language in _MONTHS else tuple(_MONTHS)
    found: dict[str, Suggestion] = {}
    places = [
        *_numeric(said),
        *(one for name in wanted for one in _named(said, name, published_on)),
    ]
    places += [one for name in wanted for one in _relative(said, name, published_on)]
    for _, day, words, score, rule in sorted(places, key=lambda one: one[0]):
        if published_on is not None and day > published_on + timedelta(days=1):
            continue
        value = day.isoformat()
        if value not in found or found[value].score < score:
            found[value] = Suggestion(
                field="date", value=value, score=score, words=(words,), rule=rule
            )
    return tuple(found.values())[:MAX_DAYS]


_Place = tuple[int, date, str, float, str]


def _numeric(text: str) -> Iterator[_Place]:
    for rule, pattern in (("date.iso", _ISO), ("date.numeric", _NUMERIC)):
        for match in pattern.finditer(text):
            try:
                day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                continue
            yield match.start(), day, match[0], 0.9, rule


def _named(text: str, language: str, published_on: date | None) -> Iterator[_Place]:
    lowered = text.lower()
    if not any(month in lowered for month in _MONTHS[language].split("|")):
        return
    for pattern in _NAMED[language]:
        for match in pattern.finditer(text):
            has_year = match["y"] is not None
            if not has_year and published_on is None:
                continue
            day = _read(match, language, published_on)
            if day is not None:
                score = 0.9 if has_year else 0.7
                yield match.start(), day, " ".join(match[0].split()), score, f"date.{language}"


def _read(match: re.Match[str], language: str, published_on: date | None) -> date | None:
    year = int(match["y"]) if match["y"] else (published_on.year if published_on else 0)
    day = _day(f"{match['d']} {match['m']} {year}", language)
    if day is None:
        return None
    if match["y"] is None and published_on is not None and day > published_on + timedelta(days=1):
        # "31 December" in a text of January is of the year before.
        try:
            return day.replace(year=day.year - 1)
        except ValueError:
            return None
    return day


@lru_cache(maxsize=4096)
def _day(words: str, language: str) -> date | None:
    found = dateparser.parse(words, languages=[language], settings={"PARSERS": ["absolute-time"]})
    return found.date() if found is not None else None


def _relative(text: str, language: str, published_on: date | None) -> Iterator[_Place]:
    if published_on is None:
        return
    lowered = text.lower()
    for word, back in _RELATIVE[language].items():
        if word not in lowered:
            continue
        for match in re.finditer(rf"\b{word}\b", text, re.IGNORECASE):
            day = published_on - timedelta(days=back)
            yield match.start(), day, match[0], 0.5, f"date.{language}.relative"
