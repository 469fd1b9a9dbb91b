# SPDX-License-Identifier: Apache-2.0
"""The days that CPJ's exports write for readers, as EDTF; never finer than what is written.

A text that holds one year and cannot be read otherwise is that year, and the reader says so.
"""

import re

from app.domain.intake import text
from app.domain.record import dates
from app.errors import InvalidInput

_MONTH = r"(?P<{0}>[A-Za-z]{{3,9}})\.?"
_YEAR = r"(?P<year>\d{4})"
_SAME_MONTH = re.compile(
    _MONTH.format("month") + rf" (?P<first>\d{{1,2}}) ?- ?(?P<last>\d{{1,2}}),? {_YEAR}"
)
_TWO_MONTHS = re.compile(
    _MONTH.format("month")
    + r" (?P<first>\d{1,2}) ?- ?"
    + _MONTH.format("month2")
    + rf" (?P<last>\d{{1,2}}),? {_YEAR}"
)
_ONLY_MONTHS = re.compile(
    _MONTH.format("month") + " ?- ?" + _MONTH.format("month2") + rf",? {_YEAR}"
)
_ONE_MONTH = re.compile(_MONTH.format("month") + rf",? {_YEAR}")
_SEASON = re.compile(
    rf"(?P<season>spring|summer|autumn|fall|winter)(?: of)? {_YEAR}", re.IGNORECASE
)
_YEARS = re.compile(r"(?P<year>\d{4}) ?[-/] ?(?P<year2>\d{4})")
_WHOLE_YEAR = re.compile(r"(\d{4})(?:\.0+)?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ABOUT = re.compile(
    r"(?:(?:in|on) or (?:around|about)|around|about|approximately|circa|ca?\.|early|mid|late)[ -]+",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:(?:in|on) or before|before|prior to|by) ", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|from) (.+) (?:and|to|until) (.+)", re.IGNORECASE)
_EITHER = re.compile(r"(.+?) (?:-|–|—|to|or|through|until) (.+)", re.IGNORECASE)
_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}


def when(said: str) -> tuple[str | None, bool]:
    """Return the EDTF text, and whether all of what was written went into it.

    >>> when("April 30, 2018"), when("2018"), when("May 3-5, 2018"), when("Unknown")
    (('2018-04-30', True), ('2018', True), ('2018-05-03/2018-05-05', True), (None, False))
    """
    words = " ".join(said.replace("–", "-").replace("—", "-").split()).strip(" .")
    found = _read(words)
    if found is not None:
        return found, True
    years = set(_ANY_YEAR.findall(words))
    return (years.pop() if len(years) == 1 else None), False


def _read(words: str) -> str | None:
    year = _WHOLE_YEAR.fullmatch(words)
    if year is not None:
        return _checked(year[1])
    for shape, build in _SHAPES:
        match = shape.fullmatch(words)
        found = _checked(build(match)) if match is not None else None
        if found is not None:
            return found
    return text.event_date(words) or _qualified(words)


def _qualified(words: str) -> str | None:
    about = _ABOUT.match(words)
    if about is not None:
        inner = _read(words[about.end() :])
        return _checked(f"{inner}~") if inner and "/" not in inner else inner
    before = _BEFORE.match(words)
    if before is not None:
        inner = _read(words[before.end() :])
        return _checked(f"../{inner}") if inner and "/" not in inner else None
    for shape in (_BETWEEN, _EITHER):
        match = shape.fullmatch(words)
        if match is not None:
            return _interval(match[1], match[2])
    return None


def _interval(start: str, end: str) -> str | None:
    last = _read(end)
    year = _ANY_YEAR.search(end)
    # "March 3 to April 2, 2018" names the year once.
    first = _read(start) or (_read(f"{start}, {year[0]}") if year is not None else None)
    if first is None or last is None or "/" in first or "/" in last:
        return None
    return _checked(f"{first}/{last}")


def _checked(edtf: str | None) -> str | None:
    if edtf is None:
        return None
    try:
        return dates.parse(edtf).text
    except InvalidInput:
        return None


def _number(name: str) -> int:
    return _NAMES.index(name[:3].lower()) + 1 if name[:3].lower() in _NAMES else 0


def _day(match: re.Match[str], month: str, day: str) -> str:
    return f"{match['year']}-{_number(match[month]):02}-{int(match[day]):02}"


def _month(match: re.Match[str], month: str) -> str:
    return f"{match['year']}-{_number(match[month]):02}"


def _slashes(match: re.Match[str]) -> str | None:
    """Month and day, in the order of CPJ's country, only where no other order is possible."""
    month, day = int(match[1]), int(match[2])
    return f"{match[3]}-{month:02}-{day:02}" if day > 12 or day == month else None


_SHAPES = (
    (_YEARS, lambda one: f"{one['year']}/{one['year2']}"),
    (_SAME_MONTH, lambda one: f"{_day(one, 'month', 'first')}/{_day(one, 'month', 'last')}"),
    (_TWO_MONTHS, lambda one: f"{_day(one, 'month', 'first')}/{_day(one, 'month2', 'last')}"),
    (_ONLY_MONTHS, lambda one: f"{_month(one, 'month')}/{_month(one, 'month2')}"),
    (_SEASON, lambda one: f"{one['year']}-{_SEASONS[one['season'].lower()]}"),
    (_ONE_MONTH, lambda one: _month(one, "month")),
    (_SLASHES, _slashes),
)
