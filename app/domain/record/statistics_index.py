# SPDX-License-Identifier: Apache-2.0
"""The Global Impunity Index of the Committee to Protect Journalists, by its published formula.

Rating = unsolved murders per million inhabitants, over ten years, for countries with five or more.
A murder is unsolved while nobody at all is convicted; partial impunity and full justice do not count.
Windows: the ten calendar years before the edition to 2014; 1 September to 31 August from 2015.
Source: cpj.org, Global Impunity Index, methodology. docs/statistics.md says what it cannot say.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.countries import country_name
from app.domain.iso3 import ISO3
from app.domain.record.statistics import (
    NOTHING,
    Bounds,
    Counted,
    Holds,
    Window,
    add_up,
    both,
    bounds_of,
    is_by_year_only,
    journalists_in,
)
from app.domain.record.statistics_populations import Population
from app.domain.vocabulary import Category, Impunity, Motive, WorkflowStatus
from app.errors import FieldError, InvalidInput

FIRST_EDITION = 2008
FIRST_BY_SEPTEMBER = 2015
YEARS = 10
THRESHOLD = 5
POPULATION_LAG = 2
"""CPJ used figures of two years before the edition: those of 2012 for 2014."""

TERRITORIES: dict[tuple[str, ...], str] = {
    ("IL", "PS"): "Israel and the Occupied Palestinian Territory",
}
"""Countries that the index takes as one, as CPJ's files do, and their name; the first stands for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One country of an edition. `rating` is per million, with three decimals, as bounds."""

    country: str
    iso3: str
    name: str
    members: tuple[str, ...]
    unsolved: Bounds
    is_one_number: bool
    population: int | None
    population_year: int | None
    verified: int
    published: int
    reported: int
    derived: int
    not_assessed: int

    @property
    def rating(self) -> tuple[float, float] | None:
        """The least and the most the rating can be; None where no population is given."""
        if not self.population:
            return None
        return (
            rating(self.unsolved.lower, self.population),
            rating(self.unsolved.upper, self.population),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One edition: the countries in it, in its order, and those that are not."""

    edition: int
    window: Window
    as_of: date
    rows: tuple[IndexRow, ...]
    # Perhaps five, perhaps fewer: the dates do not tell.
    undecided: tuple[IndexRow, ...]
    below_threshold: tuple[IndexRow, ...]
    # Murders in the window of which nobody says whether anybody was convicted, in all countries.
    not_assessed: int


def window_of(edition: int) -> Window:
    """Return the ten years of an edition.

    >>> window_of(2012), window_of(2021)  # doctest: +NORMALIZE_WHITESPACE
    (Window(first=datetime.date(2002, 1, 1), last=datetime.date(2011, 12, 31)),
     Window(first=datetime.date(2011, 9, 1), last=datetime.date(2021, 8, 31)))
    """
    if not FIRST_EDITION <= edition <= date.max.year:
        sentence = f"The index has been published since {FIRST_EDITION}: give its year, as in 2012."
        raise InvalidInput(
            sentence, errors=(FieldError(pointer="/edition", code="edition", message=sentence),)
        )
    if edition < FIRST_BY_SEPTEMBER:
        return Window(date(edition - YEARS, 1, 1), date(edition - 1, 12, 31))
    return Window(date(edition - YEARS, 9, 1), date(edition, 8, 31))


def rating(unsolved: int, population: int) -> float:
    """Return unsolved murders per million inhabitants.

    >>> rating(93, 32_000_000)
    2.906
    """
    return round(unsolved * 1_000_000 / population, 3)


def is_counted_murder(incident: Counted) -> bool:
    """Whether this is the murder of a journalist because of the work, whatever justice did."""
    return (
        (Category.KILLING, "targeted_murder") in incident.kinds
        and incident.motive is Motive.CONFIRMED
        and journalists_in(incident) > 0
    )


def is_unsolved(incident: Counted) -> Holds:
    """Whether nobody was convicted; perhaps, where an outside assessor found justice only later."""
    if incident.level is Impunity.COMPLETE_IMPUNITY:
        return Holds.YES
    is_open = incident.level is Impunity.NOT_ASSESSED and incident.later_justice
    return Holds.PERHAPS if is_open else Holds.NO


def murders(incidents: Iterable[Counted], window: Window, as_of: date) -> list[Counted]:
    """Return the murders that lie, or may lie, in a window and had happened by a day."""
    return [
        one
        for one in incidents
        if is_counted_murder(one)
        and one.happened.counts_from <= as_of
        and window.holds(one.happened) is not Holds.NO
    ]


def index(
    incidents: Iterable[Counted],
    *,
    edition: int,
    as_of: date,
    populations: Mapping[str, Population] | None = None,
) -> Index:
    """Return one edition over these incidents, with what justice had done by a day."""
    window = window_of(edition)
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for one in murders(incidents, window, as_of):
        tallies[members_of(one.country)[0]].take(one, window, edition)
    made = [
        _row(code, tally, edition, populations or {})
        for code, tally in tallies.items()
        if tally.unsolved != NOTHING
    ]
    rows = sorted(made, key=_order)
    return Index(
        edition=edition,
        window=window,
        as_of=as_of,
        rows=tuple(one for one in rows if one.unsolved.lower >= THRESHOLD),
        undecided=tuple(
            one for one in rows if one.unsolved.lower < THRESHOLD <= one.unsolved.upper
        ),
        below_threshold=tuple(one for one in rows if one.unsolved.upper < THRESHOLD),
        not_assessed=sum(tally.not_assessed for tally in tallies.values()),
    )


def members_of(country: str) -> tuple[str, ...]:
    """Return the countries that count as one with this one; their first stands for all."""
    return next((members for members in TERRITORIES if country in members), (country,))


@dataclass(slots=True)
class _Tally:
    unsolved: Bounds = NOTHING
    is_one_number: bool = True
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def not_assessed(self) -> int:
        return self.counts["not_assessed"]

    def take(self, one: Counted, window: Window, edition: int) -> None:
        number = journalists_in(one)
        unsolved = is_unsolved(one)
        if one.level is Impunity.NOT_ASSESSED:
            self.counts["not_assessed"] += number
        holds = both(unsolved, window.holds(one.happened))
        if holds is Holds.NO:
            return
        self.unsolved = add_up((self.unsolved, bounds_of(holds, number)))
        if holds is Holds.PERHAPS or _is_too_coarse(one, edition):
            self.is_one_number = False
        is_published = one.status is WorkflowStatus.PUBLISHED
        self.counts["published" if is_published else "verified"] += number
        self.counts["reported" if one.is_basis_reported else "derived"] += number


def _is_too_coarse(one: Counted, edition: int) -> bool:
    """Whether a date by the year only makes a September edition a matter of bounds."""
    return edition >= FIRST_BY_SEPTEMBER and is_by_year_only(one.happened)


def _row(code: str, tally: _Tally, edition: int, populations: Mapping[str, Population]) -> IndexRow:
    members = members_of(code)
    found = [_population(populations.get(one), edition) for one in members]
    known = [one for one in found if one is not None]
    is_whole = len(known) == len(members)
    return IndexRow(
        country=code,
        iso3=ISO3.get(code, code),
        name=TERRITORIES.get(members, country_name(code)),
        members=members,
        unsolved=tally.unsolved,
        is_one_number=tally.is_one_number,
        population=sum(number for number, _ in known) if is_whole else None,
        population_year=min((year for _, year in known if year), default=None)
        if is_whole
        else None,
        verified=tally.counts["verified"],
        published=tally.counts["published"],
        reported=tally.counts["reported"],
        derived=tally.counts["derived"],
        not_assessed=tally.counts["not_assessed"],
    )


def _population(given: Population | None, edition: int) -> tuple[int, int | None] | None:
    return given.in_year(edition - POPULATION_LAG) if given is not None else None


def _order(row: IndexRow) -> tuple[bool, float, int, int, str]:
    """Highest rating first; without a rating, the most unsolved murders first."""
    found = row.rating
    return (
        found is None,
        -(found[0] + found[1]) if found is not None else 0.0,
        -row.unsolved.lower,
        -row.unsolved.upper,
        row.name,
    )
