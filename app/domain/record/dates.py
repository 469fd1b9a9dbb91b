# SPDX-License-Identifier: Apache-2.0
"""Dates as sources give them: EDTF level 1 (ISO 8601-2:2019, annex A) with computed bounds.

`parse` reads `2013`, `2013-07`, `2013-07-10`, seasons (`2013-22`), intervals (`2012-10/2012-12`),
open ends (`2013/..`, `../2013`), unknown ends (`2013/`, `/2013`), the qualifiers `? ~ %` and
unspecified digits (`201X`, `2013-XX`, `2013-XX-XX`). Refused with a sentence, since nothing of this
record needs them: times of day, years before 1000 or of more than four digits. Seasons are the
meteorological ones of the northern hemisphere; winter 2013 ends in February 2014.
Never here: a clock, a time zone, or a guess at what a source may have meant.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.errors import FieldError, InvalidInput

MAX_TEXT = 40
# No date of this record is older, so that `date.min` can only mean an open start.
_FIRST_YEAR = 1000
_OPEN = ".."
# Open (`..`): it goes on. Unknown (nothing): it ended, nobody knows when. Both bound nothing.
_NO_DATE = ("", _OPEN)
_TIME = re.compile(r".*\d[T ]\d\d.*")
_LONG_YEAR = re.compile(r"-\d|Y-?\d")
_SHAPE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?(?P<mark>[?~%])?",
    re.ASCII,
)
_SEASONS = {21: ("spring", 3), 22: ("summer", 6), 23: ("autumn", 9), 24: ("winter", 12)}
# Written out because the calendar module names months in the language of the machine.
# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
_MARKS = {"?": "perhaps ", "~": "about ", "%": "perhaps about "}


class Precision(StrEnum):
    """How exactly a date is known, finest first; the order breaks ties between equal days."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    INTERVAL = "interval"


_RANK = {precision: rank for rank, precision in enumerate(Precision)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """A date as text, with its first and last possible day (both inclusive).

    An open start has `earliest == date.min`, an open end `latest == date.max`.
    """

    text: str
    earliest: date
    latest: date
    precision: Precision

    @property
    def counts_from(self) -> date:
        """The day from which something so dated counts as having happened.

        It is the first possible day; after an open start, the last one, since nothing is known
        about when it began.
        """
        return self.latest if self.earliest == date.min else self.earliest


@dataclass(frozen=True, slots=True)
class _Part:
    earliest: date
    latest: date
    precision: Precision
    words: str


def parse(text: str) -> DateSpan:
    """Read an EDTF text; raise InvalidInput with a sentence where it is not one of the subset."""
    return _span(text.strip())[0]


def exact(day: date) -> DateSpan:
    """Return the span of one known day."""
    return DateSpan(text=day.isoformat(), earliest=day, latest=day, precision=Precision.DAY)


def human(span: DateSpan) -> str:
    """Say a date in English: 'summer 2013', 'October 2012 to December 2012'."""
    return _span(span.text)[1]


def overlaps(span: DateSpan, frm: date | None, to: date | None) -> bool:
    """Whether the span shares a day with the range; `None` leaves that side of the range open."""
    return (to is None or span.earliest <= to) and (frm is None or span.latest >= frm)


def order_key(span: DateSpan, sequence: int) -> tuple[date, int, int]:
    """Order dated facts: by day, then the finer date first, then the sequence the recorder gave."""
    return (span.counts_from, _RANK[span.precision], sequence)


def certainly_before(first: DateSpan, second: DateSpan) -> bool:
    """Whether every possible day of the first lies before every possible day of the second."""
    return first.latest < second.earliest


def _span(text: str) -> tuple[DateSpan, str]:
    if len(text) > MAX_TEXT:
        raise _refuse("A date has at most 40 characters.")
    if "/" in text:
        return _interval(text)
    part = _part(text)
    return (
        DateSpan(text=text, earliest=part.earliest, latest=part.latest, precision=part.precision),
        part.words,
    )


def _interval(text: str) -> tuple[DateSpan, str]:
    start, _, end = text.partition("/")
    if start in _NO_DATE and end in _NO_DATE:
        raise _refuse("An interval must have at least one end that is known.")
    first = None if start in _NO_DATE else _part(start)
    last = None if end in _NO_DATE else _part(end)
    earliest = first.earliest if first else date.min
    latest = last.latest if last else date.max
    if earliest > latest:
        raise _refuse("The interval ends before it starts; write the earlier date first.")
    span = DateSpan(text=text, earliest=earliest, latest=latest, precision=Precision.INTERVAL)
    if first and last:
        return span, f"{first.words} to {last.words}"
    if first:
        return span, f"since {first.words}" + ("" if end else ", end not known")
    return span, f"until {last.words if last else ''}" + ("" if start else ", start not known")


def _part(text: str) -> _Part:
    shape = _SHAPE.fullmatch(text)
    if shape is None and _TIME.fullmatch(text):
        raise _refuse("A date here has no time of day; write the day, such as 2013-07-10.")
    if shape is None and _LONG_YEAR.match(text):
        raise _refuse("Years run from 1000 to 9999.")
    if shape is None:
        raise _refuse(
            "This is not a date Qalam reads; write YYYY, YYYY-MM, YYYY-MM-DD, a season such as "
            "2013-22, or an interval such as 2012-10/2012-12."
        )
    plain = _plain(shape["year"], shape["month"], shape["day"])
    words = _MARKS.get(shape["mark"] or "", "") + plain.words
    return _Part(plain.earliest, plain.latest, plain.precision, words)


def _plain(year: str, month: str | None, day: str | None) -> _Part:
    if "X" in year:
        return _years(year, month)
    number = int(year)
    if number < _FIRST_YEAR:
        raise _refuse("Years run from 1000 to 9999.")
    if month is None:
        return _year(number, year)
    if month == "XX":
        if day not in (None, "XX"):
            raise _refuse("A day needs its month; write YYYY-XX or YYYY-XX-XX.")
        return _year(number, f"{year}, month not known")
    if int(month) in _SEASONS:
        return _season(number, int(month), day)
    return _month(number, int(month), day)


def _year(number: int, words: str) -> _Part:
    return _Part(date(number, 1, 1), date(number, 12, 31), Precision.YEAR, words)


def _years(year: str, month: str | None) -> _Part:
    if month is not None:
        raise _refuse("A month needs its whole year; write the year without X, or leave it alone.")
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first < _FIRST_YEAR:
        raise _refuse("Years run from 1000 to 9999.")
    is_decade = year.count("X") == 1
    words = f"the {first}s" if is_decade else f"between {first} and {last}"
    precision = Precision.DECADE if is_decade else Precision.CENTURY
    return _Part(date(first, 1, 1), date(last, 12, 31), precision, words)


def _season(year: int, code: int, day: str | None) -> _Part:
    if day is not None:
        raise _refuse("A season has no day; write YYYY-21 to YYYY-24, or a month and a day.")
    name, first_month = _SEASONS[code]
    last_year, last_month = (year + 1, 2) if first_month == 12 else (year, first_month + 2)
    if last_year > date.max.year:
        raise _refuse("This season ends after the year 9999.")
    last = date(last_year, last_month, monthrange(last_year, last_month)[1])
    return _Part(date(year, first_month, 1), last, Precision.SEASON, f"{name} {year}")


def _month(year: int, month: int, day: str | None) -> _Part:
    if not 1 <= month <= 12:
        raise _refuse("The month must be 01 to 12, or a season 21 to 24.")
    days = monthrange(year, month)[1]
    words = f"{_MONTHS[month - 1]} {year}"
    if day is None or day == "XX":
        said = words if day is None else f"{words}, day not known"
        return _Part(date(year, month, 1), date(year, month, days), Precision.MONTH, said)
    if not 1 <= int(day) <= days:
        raise _refuse("That month does not have this day.")
    exactly = date(year, month, int(day))
    return _Part(exactly, exactly, Precision.DAY, f"{exactly.day} {words}")


def _refuse(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, errors=(FieldError(pointer="", code="date", message=sentence),))
