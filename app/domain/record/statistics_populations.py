# SPDX-License-Identifier: Apache-2.0
"""Populations as users bring them: a small CSV, or the World Bank's file just as it is downloaded.

`country,population` (a code of two or three letters, or a name; whole people, or millions in a column
named `population_millions`), with `year` where there are several. Of the World Bank's file the lines
above its header are skipped, and groups of countries are left out. Nothing is bundled.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.countries import COUNTRIES, NAMES
from app.domain.iso3 import ISO2
from app.errors import InvalidInput

_CODES = ("country code", "iso3", "iso2", "code", "country", "country name", "name")
_MILLIONS = ("population_millions", "population (millions)", "population millions", "millions")
_NAMES = {name.casefold(): code for code, name in NAMES.items()}
_YEAR = re.compile(r"(\d{4})(?: \[YR\d{4}\])?", re.IGNORECASE)
_HEADER_WITHIN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The inhabitants of one country by year; year 0 where the user names none."""

    by_year: Mapping[int, int] = field(default_factory=dict)

    def in_year(self, wanted: int) -> tuple[int, int | None] | None:
        """Return the number of the wanted year or the nearest earlier one, with its year."""
        earlier = [year for year in self.by_year if year <= wanted]
        if not earlier:
            return None
        year = max(earlier)
        return self.by_year[year], year or None


def read_populations(text: str) -> dict[str, Population]:
    """Return populations by country code; raises InvalidInput with the line that is wrong."""
    # The lines are counted as a person sees them, so that an error can name one.
    plain = text.removeprefix("\ufeff")
    start = plain[:2000]
    delimiter = max((",", ";", "\t"), key=start.count)
    rows = list(csv.reader(io.StringIO(plain), delimiter=delimiter))
    place, header = _header(rows)
    code_at = next(header.index(name) for name in _CODES if name in header)
    years = {
        at: int(match[1]) for at, name in enumerate(header) if (match := _YEAR.fullmatch(name))
    }
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for line, cells in enumerate(rows[place + 1 :], start=place + 2):
        if len(cells) <= code_at or not any(cell.strip() for cell in cells):
            continue
        code = _code(cells[code_at])
        # Regions and income groups stand among the countries of the World Bank's file.
        if code is None and not years:
            raise InvalidInput(f"line {line} of the populations names no country that Qalam knows")
        if code is not None:
            found[code].update(_wide(cells, years, line) if years else _one(cells, header, line))
    return {code: Population(by_year=by_year) for code, by_year in found.items()}


def _header(rows: list[list[str]]) -> tuple[int, list[str]]:
    for place, cells in enumerate(rows[:_HEADER_WITHIN]):
        names = [cell.strip().casefold() for cell in cells]
        has_numbers = any(
            name == "population" or name in _MILLIONS or _YEAR.fullmatch(name) for name in names
        )
        if has_numbers and any(name in _CODES for name in names):
            return place, names
    raise InvalidInput(
        "the populations need a first line with `country` and `population`, "
        "or the World Bank's columns (Country Code, and one for each year)"
    )


def _code(said: str) -> str | None:
    words = said.strip()
    if words.upper() in COUNTRIES:
        return words.upper()
    return ISO2.get(words.upper()) or _NAMES.get(words.casefold())


def _wide(cells: list[str], years: Mapping[int, int], line: int) -> Iterator[tuple[int, int]]:
    for at, year in years.items():
        if at < len(cells) and cells[at].strip() not in ("", ".."):
            yield year, _number(cells[at], line)


def _one(cells: list[str], header: list[str], line: int) -> Iterator[tuple[int, int]]:
    values = dict(zip(header, cells, strict=False))
    year = values.get("year", "").strip()
    if year and not _YEAR.fullmatch(year):
        raise InvalidInput(f"line {line} of the populations has no year of four digits")
    millions = next((values[name] for name in _MILLIONS if values.get(name, "").strip()), None)
    if millions is not None:
        yield int(year or 0), _number(millions, line, times=1_000_000)
    elif values.get("population", "").strip():
        yield int(year or 0), _number(values["population"], line)


def _number(said: str, line: int, *, times: int = 1) -> int:
    words = re.sub(r"[\s,_\u00a0\u202f]", "", said)
    try:
        number = float(words) * times
    except ValueError:
        number = 0.0
    if not 0 < number < 1e11 or (times == 1 and number != int(number)):
        raise InvalidInput(
            f"line {line} of the populations has no whole number of people; "
            "name the column `population_millions` if these are millions"
        )
    return round(number)
