# SPDX-License-Identifier: Apache-2.0
"""Statistics: windows to the day, bounds that hold the truth, thresholds, order that plays no part."""

import itertools
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record import dates
from app.domain.record import statistics_index as cpj
from app.domain.record import statistics_rates as rates
from app.domain.record import statistics_sdg as sdg
from app.domain.record import statistics_series as timeline
from app.domain.record.statistics import Bounds, Counted, Holds, Victim, Window, is_by_year_only
from app.domain.record.statistics_populations import Population, read_populations
from app.domain.vocabulary import (
    ActorType,
    Assessment,
    Category,
    Impunity,
    IncidentScope,
    JudicialStatus,
    Motive,
    PersonRole,
    TargetKind,
    WorkflowStatus,
)
from app.errors import InvalidInput

TODAY = date(2026, 3, 2)
JOURNALIST = Victim(kind=TargetKind.PERSON, primary_role=PersonRole.JOURNALIST)
MURDER = ((Category.KILLING, "targeted_murder"),)
_numbers = itertools.count()


def murder(when: str, country: str = "IQ", **fields: object) -> Counted:
    """An unsolved murder of a journalist for the work; `fields` change it."""
    return Counted(
        **{  # type: ignore[arg-type]
            "id": str(next(_numbers)),
            "country": country,
            "happened": dates.parse(when),
            "kinds": MURDER,
            "motive": Motive.CONFIRMED,
            "scope": IncidentScope.MEDIA,
            "status": WorkflowStatus.VERIFIED,
            "level": Impunity.COMPLETE_IMPUNITY,
            "victims": (JOURNALIST,),
            **fields,
        }
    )


def index(*incidents: Counted, edition: int = 2012, **more: object) -> cpj.Index:
    """An edition as of today."""
    return cpj.index(incidents, edition=edition, as_of=TODAY, **more)  # type: ignore[arg-type]


def everywhere(found: cpj.Index) -> dict[str, Bounds]:
    """Every country of an edition, wherever it stands."""
    rows = (*found.rows, *found.undecided, *found.below_threshold)
    return {one.country: one.unsolved for one in rows}


@pytest.mark.parametrize(
    ("edition", "first", "last"),
    [
        (2008, date(1998, 1, 1), date(2007, 12, 31)),
        (2012, date(2002, 1, 1), date(2011, 12, 31)),
        (2014, date(2004, 1, 1), date(2013, 12, 31)),
        (2015, date(2005, 9, 1), date(2015, 8, 31)),
        (2021, date(2011, 9, 1), date(2021, 8, 31)),
    ],
)
def test_the_window_of_an_edition_is_exact(edition: int, first: date, last: date) -> None:
    """Calendar years to 2014, September to August from 2015; a day outside is outside."""
    inside = index(murder(first.isoformat()), murder(last.isoformat()), edition=edition)
    outside = index(
        murder((first - timedelta(days=1)).isoformat()),
        murder((last + timedelta(days=1)).isoformat()),
        edition=edition,
    )

    assert cpj.window_of(edition) == Window(first, last)
    assert everywhere(inside) == {"IQ": Bounds(2, 2)}
    assert everywhere(outside) == {}


@pytest.mark.parametrize("edition", [1999, 2007, 10_000])
def test_a_year_without_an_index_is_refused(edition: int) -> None:
    """There was no edition before 2008."""
    with pytest.raises(InvalidInput):
        cpj.window_of(edition)


@pytest.mark.parametrize(
    "fields",
    [
        {"motive": Motive.UNCONFIRMED},
        {"motive": Motive.NOT_ASSESSED},
        {"kinds": ((Category.KILLING, "crossfire"),)},
        {"kinds": ((Category.KILLING, "dangerous_assignment"),)},
        {"kinds": ((Category.PHYSICAL_ATTACK, None),)},
        {"level": Impunity.PARTIAL_IMPUNITY},
        {"level": Impunity.FULL_JUSTICE},
        {"level": Impunity.NOT_ASSESSED},
        {"victims": (Victim(kind=TargetKind.PERSON, primary_role=PersonRole.MEDIA_WORKER),)},
        {"victims": (Victim(kind=TargetKind.PERSON),)},
        {"happened": dates.parse("2026-04")},
    ],
)
def test_what_the_formula_leaves_out_is_not_counted(fields: dict[str, Any]) -> None:
    """Combat, doubt about the motive, any conviction, media workers, silence: none is an unsolved murder."""
    assert everywhere(index(murder("2010", **fields))) == {}


def test_silence_about_justice_is_told_beside_the_count() -> None:
    """A murder nobody assessed is no impunity, and is not lost either."""
    found = index(murder("2010", level=Impunity.NOT_ASSESSED), murder("2010"))

    assert (everywhere(found), found.not_assessed) == ({"IQ": Bounds(1, 1)}, 1)


@pytest.mark.parametrize("number", [4, 5, 6])
def test_five_unsolved_murders_are_rated_and_four_stand_apart(number: int) -> None:
    """The threshold is five, and it is within."""
    found = index(*(murder("2010") for _ in range(number)))

    assert (len(found.rows), len(found.below_threshold)) == ((1, 0) if number >= 5 else (0, 1))
    assert found.undecided == ()


def test_the_rating_is_per_million_with_three_decimals() -> None:
    """The published example: 93 murders among 32.0 million are 2.906."""
    populations = {"IQ": Population(by_year={2010: 32_000_000, 2012: 34_000_000})}
    found = index(*(murder("2010") for _ in range(93)), populations=populations)

    assert found.rows[0].rating == (2.906, 2.906)
    assert (found.rows[0].population_year, found.rows[0].is_one_number) == (2010, True)


def test_the_highest_rating_comes_first_and_the_unrated_last() -> None:
    """Order is by rating, not by number."""
    populations = {"SO": Population(by_year={0: 9_000_000}), "IN": Population(by_year={0: 10**9})}
    killings = [murder("2010", code) for code in ("SO", "IN", "IQ") for _ in range(5)]
    found = index(*killings, murder("2010", "IN"), populations=populations)

    assert [one.country for one in found.rows] == ["SO", "IN", "IQ"]
    assert found.rows[2].rating is None


def test_israel_and_the_occupied_territory_are_one_with_both_populations() -> None:
    """CPJ's one label is one row, and a rating needs the inhabitants of both."""
    killings = [murder("2010", "IL"), *(murder("2010", "PS") for _ in range(4))]
    one = Population(by_year={0: 7_000_000})
    half = index(*killings, populations={"IL": one})
    whole = index(*killings, populations={"IL": one, "PS": Population(by_year={0: 3_000_000})})

    assert everywhere(whole) == {"IL": Bounds(5, 5)}
    assert whole.rows[0].name == "Israel and the Occupied Palestinian Territory"
    assert (half.rows[0].population, whole.rows[0].rating) == (None, (0.5, 0.5))


@pytest.mark.parametrize(
    ("year", "bounds"),
    [
        ("2004", None),
        ("2005", Bounds(0, 1)),
        ("2006", Bounds(1, 1)),
        ("2014", Bounds(1, 1)),
        ("2015", Bounds(0, 1)),
        ("2016", None),
    ],
)
def test_from_2015_a_year_gives_bounds_and_never_one_number(
    year: str, bounds: Bounds | None
) -> None:
    """Of a year that the window cuts nobody knows the side; and no year is exact there."""
    found = index(murder(year), edition=2015)

    assert everywhere(found) == ({"IQ": bounds} if bounds else {})
    assert not any(one.is_one_number for one in found.below_threshold)


def test_days_and_months_are_exact_from_2015_too() -> None:
    """With finer dates an edition has one number."""
    found = index(murder("2005-09"), murder("2015-08-31"), edition=2015)

    assert everywhere(found) == {"IQ": Bounds(2, 2)}
    assert all(one.is_one_number for one in found.below_threshold)


def test_bounds_on_both_sides_of_the_threshold_decide_nothing() -> None:
    """Four for certain and one perhaps is neither in the index nor below it."""
    found = index(*(murder("2010") for _ in range(4)), murder("2015"), edition=2015)

    assert [one.country for one in found.undecided] == ["IQ"]
    assert (found.rows, found.below_threshold) == ((), ())


def test_justice_found_later_leaves_the_past_open() -> None:
    """What an assessor calls partial today may have been unsolved on the day asked about."""
    found = index(murder("2010", level=Impunity.NOT_ASSESSED, later_justice=True))

    assert everywhere(found) == {"IQ": Bounds(0, 1)}


def test_a_group_counts_where_its_number_is_stated() -> None:
    """Three unnamed journalists are three; a group of unknown size is nobody's number."""
    three = Victim(kind=TargetKind.GROUP, count=3, primary_role=PersonRole.JOURNALIST)
    some = Victim(kind=TargetKind.GROUP, count=None, primary_role=PersonRole.JOURNALIST)

    assert everywhere(index(murder("2010", victims=(three,)))) == {"IQ": Bounds(3, 3)}
    assert everywhere(index(murder("2010", victims=(some,)))) == {}


# ------------------------------------------------------------------ laws

days = st.dates(date(2003, 1, 1), date(2017, 12, 31))
levels = st.sampled_from(
    [Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY, Impunity.NOT_ASSESSED]
)


@st.composite
def blurred(draw: st.DrawFn) -> tuple[date, str]:
    """A day, and a text that says as much of it as some source does."""
    day = draw(days)
    shapes = ["%Y-%m-%d", "%Y-%m", "%Y"]
    return day, day.strftime(draw(st.sampled_from(shapes)))


@given(
    st.lists(st.tuples(blurred(), st.sampled_from(["IQ", "SO"]), levels), max_size=25),
    st.sampled_from([2012, 2014, 2015, 2016]),
)
def test_bounds_hold_the_number_that_exact_dates_give(
    rows: list[tuple[tuple[date, str], str, Impunity]], edition: int
) -> None:
    """Whatever the days really were, the true count lies within the bounds of the blurred dates."""
    known = [murder(text, country, level=level) for (_, text), country, level in rows]
    true = [murder(day.isoformat(), country, level=level) for (day, _), country, level in rows]

    blurry, exact = (
        everywhere(index(*known, edition=edition)),
        everywhere(index(*true, edition=edition)),
    )

    for country in ("IQ", "SO"):
        bounds = blurry.get(country, Bounds(0, 0))
        number = exact.get(country, Bounds(0, 0)).exact
        assert number is not None
        assert bounds.lower <= number <= bounds.upper


@given(
    st.lists(st.tuples(st.integers(1998, 2016), st.sampled_from(["IQ", "SO", "PH"])), max_size=40),
    st.integers(2008, 2014),
)
def test_calendar_editions_give_exactly_what_rows_by_year_imply(
    rows: list[tuple[int, str]], edition: int
) -> None:
    """A file that has the year only gives one number for every edition to 2014: that of its rows."""
    found = index(*(murder(str(year), country) for year, country in rows), edition=edition)
    expected = Counter(country for year, country in rows if edition - 10 <= year < edition)

    assert {code: one.exact for code, one in everywhere(found).items()} == dict(expected)
    assert {one.country for one in found.rows} == {c for c, n in expected.items() if n >= 5}


@given(
    st.permutations(
        [
            ("2010", "IQ"),
            ("2010-05", "SO"),
            ("2011", "SO"),
            ("2002-01-01", "PH"),
            ("2010", "RU"),
            ("2009", "RU"),
            ("2003", "IQ"),
        ]
    )
)
def test_the_order_of_records_plays_no_part(rows: list[tuple[str, str]]) -> None:
    """The same records in another order are the same edition."""
    found = index(*(murder(text, country) for text, country in rows))

    assert [one.country for one in found.below_threshold] == ["IQ", "RU", "SO", "PH"]


@given(st.lists(st.tuples(blurred(), levels, st.booleans()), max_size=7))
def test_the_share_lies_between_its_bounds_in_every_world(
    rows: list[tuple[tuple[date, str], Impunity, bool]],
) -> None:
    """Every way to decide what is open gives a share within the bounds, and two ways reach them."""
    window = cpj.window_of(2015)
    incidents = [
        murder(text, level=level, later_justice=later and level is Impunity.NOT_ASSESSED)
        for (_, text), level, later in rows
    ]
    share = rates.complete_impunity_share(incidents, window, as_of=TODAY)

    worlds: set[float | None] = set()
    choices = [_choices(one, window) for one in incidents]
    for world in itertools.product(*choices):
        inside = [is_unsolved for is_within, is_unsolved in world if is_within]
        worlds.add(rates.percent(sum(inside), len(inside)))
    numbers = {one for one in worlds if one is not None}
    bounds = (min(numbers), max(numbers)) if numbers else (None, None)
    assert (share.lower, share.upper) == bounds


def _choices(one: Counted, window: Window) -> list[tuple[bool, bool]]:
    within = {Holds.YES: [True], Holds.NO: [False]}.get(window.holds(one.happened), [True, False])
    if one.level is Impunity.NOT_ASSESSED and not one.later_justice:
        return [(False, False)]
    solved = {Holds.YES: [True], Holds.NO: [False]}.get(cpj.is_unsolved(one), [True, False])
    return list(itertools.product(within, solved))


@given(st.lists(blurred(), max_size=30), st.sampled_from(list(timeline.Every)))
def test_a_series_counts_every_exact_date_once(
    rows: list[tuple[date, str]], every: timeline.Every
) -> None:
    """Counts of all periods add up to the exact ones; a coarse date is perhaps, never counted twice."""
    window = Window(date(2003, 1, 1), date(2017, 12, 31))
    points = timeline.series(
        [murder(text) for _, text in rows],
        window,
        every=every,
        axis=timeline.Axis.NONE,
        as_of=TODAY,
    )
    periods = [slot for _, slot in timeline.periods(window, every)]
    spans = [dates.parse(text) for _, text in rows]
    exact = sum(any(slot.holds(one) is Holds.YES for slot in periods) for one in spans)

    assert sum(one.count for one in points) == exact
    for point in points:
        truly = sum(point.window.first <= day <= point.window.last for day, _ in rows)
        assert point.count <= truly <= point.count + point.perhaps


def test_a_vague_date_is_perhaps_in_each_period_that_it_touches() -> None:
    """In those alone, whether it ends or goes on; one that a single period holds is certain there."""
    window = Window(date(2012, 1, 1), date(2013, 12, 31))
    rows = [murder("2012-12/2013-01"), murder("2013-11/.."), murder("2013-22"), murder("2013-06")]

    points = timeline.series(
        rows, window, every=timeline.Every.MONTH, axis=timeline.Axis.NONE, as_of=TODAY
    )

    found = {one.period: (one.count, one.perhaps) for one in points if one.count or one.perhaps}
    assert found == {
        "2012-12": (0, 1),
        "2013-01": (0, 1),
        "2013-06": (1, 1),
        "2013-07": (0, 1),
        "2013-08": (0, 1),
        "2013-11": (0, 1),
        "2013-12": (0, 1),
    }


# ------------------------------------------------------------------ UNESCO


def test_without_any_state_reply_there_is_no_rate() -> None:
    """That we recorded no answer is not that a State gave none."""
    assert rates.unesco_rate([murder("2010")], {}, as_of=TODAY).rate is None


def test_an_answer_about_another_killing_gives_no_rate() -> None:
    """A State asked only about a killing that does not count was asked about none of those that do."""
    before, counted = murder("2005"), murder("2010")
    said = {before.id: JudicialStatus.ONGOING_OR_UNRESOLVED}

    assert rates.unesco_rate([before, counted], said, as_of=TODAY).rate is None


def test_the_rate_is_what_is_unresolved_of_all_since_2006() -> None:
    """Resolved ones are few; silence of a State counts as unresolved, killings before 2006 not at all."""
    before = murder("2005")
    first, second, third = murder("2006"), murder("2010"), murder("2011")
    said = {
        first.id: JudicialStatus.RESOLVED,
        second.id: JudicialStatus.ONGOING_OR_UNRESOLVED,
        before.id: JudicialStatus.RESOLVED,
    }
    found = rates.unesco_rate([before, first, second, third], said, as_of=TODAY)

    assert (found.killings, found.answered, found.resolved) == (3, 2, 1)
    assert found.rate == 66.7


# ------------------------------------------------------------------ SDG 16.10.1

PERIOD = Window(date(2010, 1, 1), date(2010, 12, 31))
POLICE = frozenset({ActorType.POLICE})
GANG = frozenset({ActorType.CRIMINAL_GROUP})


def victim(**fields: object) -> Victim:
    """A journalist, with what was assessed."""
    return Victim(
        **{  # type: ignore[arg-type]
            "kind": TargetKind.PERSON,
            "primary_role": PersonRole.JOURNALIST,
            **fields,
        }
    )


def code(*categories: Category, actors: frozenset[ActorType] = POLICE, **fields: object) -> object:
    """The code of one victim, and whether another may be met."""
    one = victim(**fields)
    kinds = tuple((category, None) for category in categories)
    return sdg.code_of(murder("2010", kinds=kinds, actors=actors, victims=(one,)), one)


def test_the_most_serious_code_decides_and_its_order_is_not_the_alphabet() -> None:
    """A, C, B, D, E, F: torture comes before disappearance."""
    assert [one.value for one, _, _ in sdg.TESTS] == ["A", "C", "B", "D", "E", "F"]
    assert code(Category.TORTURE, Category.ENFORCED_DISAPPEARANCE) == (sdg.Code.C, False)
    assert code(Category.PHYSICAL_ATTACK, Category.KILLING) == (sdg.Code.A, False)


def test_what_nobody_assessed_is_open_and_not_counted() -> None:
    """A detention is D only if somebody found it arbitrary; until then it is beside the count."""
    assert code(Category.DETENTION) == (None, True)
    assert code(Category.DETENTION, arbitrary=Assessment.YES) == (sdg.Code.D, False)
    assert code(Category.DETENTION, arbitrary=Assessment.NO) == (None, False)
    unknown = frozenset({ActorType.UNKNOWN})
    assert code(Category.TORTURE, actors=unknown) == (None, True)
    acquiesced = code(Category.TORTURE, actors=unknown, state_acquiescence=Assessment.YES)
    assert acquiesced == (sdg.Code.C, False)


def test_kidnapping_needs_others_and_a_state_that_failed() -> None:
    """E is for acts of others that a State did not prevent or punish with due diligence."""
    yes, no = Assessment.YES, Assessment.NO
    assert code(Category.KIDNAPPING, actors=GANG, due_diligence_failed=yes) == (sdg.Code.E, False)
    assert code(Category.KIDNAPPING, actors=GANG, due_diligence_failed=no) == (None, False)
    assert code(Category.KIDNAPPING, actors=GANG) == (None, True)
    assert code(Category.KIDNAPPING, actors=POLICE, due_diligence_failed=yes) == (None, False)


def test_victims_out_of_scope_and_unclear_motives_stand_beside() -> None:
    """A politician is no function of the indicator; a motive that is open leaves the victim open."""
    politician = victim(primary_role=PersonRole.POLITICAL_OPPOSITION)
    group = victim(kind=TargetKind.GROUP, count=None)
    found = sdg.count(
        [
            murder("2010", victims=(JOURNALIST, politician, group)),
            murder("2010", motive=Motive.UNCONFIRMED),
            murder("2010", motive=Motive.NOT_WORK_RELATED),
            murder("2009/2010"),
            murder("2012"),
        ],
        PERIOD,
        as_of=TODAY,
    )

    assert (found.total, found.out_of_scope, found.uncounted_groups) == (1, 1, 1)
    assert (found.not_assessed, found.not_met, found.perhaps_in_period) == (1, 1, 1)
    assert (found.verified, found.published) == (1, 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Category)),
            st.sampled_from(list(ActorType)),
            st.sampled_from(list(Assessment)),
            st.sampled_from(list(Assessment)),
            st.sampled_from(list(PersonRole)),
            st.sampled_from(list(Motive)),
        ),
        max_size=12,
    )
)
def test_every_victim_is_told_exactly_once(rows: list[tuple[object, ...]]) -> None:
    """Counted, unassessed, not met or out of scope: the four add up to everybody."""
    incidents = [
        murder(
            "2010",
            kinds=((category, None),),
            actors=frozenset({actor}),
            motive=motive,
            victims=(
                victim(
                    primary_role=role,
                    arbitrary=first,
                    state_acquiescence=second,
                    due_diligence_failed=first,
                ),
            ),
        )
        for category, actor, first, second, role, motive in rows
    ]
    found = sdg.count(incidents, PERIOD, as_of=TODAY)

    assert found.total + found.not_assessed + found.not_met + found.out_of_scope == len(rows)
    assert sum(one.count for one in found.rows) == found.total == found.verified


# ------------------------------------------------------------------ populations

WORLD_BANK = (
    '\ufeff"Data Source","World Development Indicators",\r\n\r\n'
    '"Last Updated Date","2014-04-09",\r\n\r\n'
    '"Country Name","Country Code","Indicator Name","Indicator Code","2010","2011","2012",\r\n'
    '"Arab World","ARB","Population, total","SP.POP.TOTL","350000000","1","2",\r\n'
    '"Iraq","IRQ","Population, total","SP.POP.TOTL","32000000","33000000","",\r\n'
    '"Kosovo","XKX","Population, total","SP.POP.TOTL","1800000","","",\r\n'
)


def test_a_file_of_the_world_bank_is_read_as_it_is_downloaded() -> None:
    """Lines above the header and groups of countries are left out; a year not given is the one before."""
    found = read_populations(WORLD_BANK)

    assert set(found) == {"IQ", "XK"}
    assert found["IQ"].in_year(2010) == (32_000_000, 2010)
    assert found["IQ"].in_year(2014) == (33_000_000, 2011)
    assert found["IQ"].in_year(2009) is None


@pytest.mark.parametrize(
    "text",
    [
        "country,population\nIQ,32000000\n",
        "Country;Population\nIraq;32 000 000\n",
        'iso3,population\nIRQ,"32,000,000"\n',
        "population_millions,country\n32.0,Iraq\n",
        "country,year,population\nIQ,2010,32000000\nIQ,2012,34000000\n",
    ],
)
def test_a_small_file_of_ones_own_is_read_too(text: str) -> None:
    """Codes or names, whole people or millions, with years or without."""
    found = read_populations(text)["IQ"].in_year(2010)

    assert found is not None
    assert found[0] == 32_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "country,population\nAtlantis,5\n",
        "country,population\nIQ,32.5\n",
        "country,population\nIQ,-3\n",
        "country,population\nIQ,nan\n",
        "country,year,population\nIQ,next,32000000\n",
    ],
)
def test_a_population_that_cannot_be_read_is_named(text: str) -> None:
    """Nothing is guessed about a number, a country or a year."""
    with pytest.raises(InvalidInput):
        read_populations(text)


def test_a_year_is_coarse_and_a_season_is_not() -> None:
    """What is dated within a season never straddles the first of September."""
    assert [is_by_year_only(dates.parse(text)) for text in ("2012", "201X", "2012/2013")] == [
        True
    ] * 3
    assert not any(
        is_by_year_only(dates.parse(text)) for text in ("2012-08", "2012-22", "2012-08-31")
    )
