# SPDX-License-Identifier: Apache-2.0
"""CPJ's two exports: every row is read or named with its reason, whatever shape the file comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.intake.item import NOTES, UNREAD, Given
from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord
from app.domain.record.report import Extent, Found
from app.domain.vocabulary import ActorType, Category, Impunity, Motive, PersonRole, Sex
from app.errors import InvalidInput
from tests import make_cpj
from tests.make import NOW
from tests.make_cpj import killed, listed
from workers.sources import cpj, cpj_people
from workers.sources.cpj_dates import when
from workers.sources.cpj_words import country, named


def read(body: bytes) -> Found:
    """Read a full export at NOW."""
    return cpj.read(body, Given(now=NOW))


def read_people(body: bytes) -> Found:
    """Read a people list at NOW."""
    return cpj_people.read(body, Given(now=NOW))


def only(found: Found) -> DatasetRecord:
    """Return the one record that was read."""
    assert [one.reason for one in found.rejected] == []
    (account,) = found.accounts
    assert account.reading.record is not None
    return account.reading.record


def reasons(found: Found) -> list[tuple[int, str]]:
    """Return what was refused."""
    return [(one.line, one.reason) for one in found.rejected]


def keys(found: Found) -> set[str]:
    """Return the ids that rows got."""
    return {one.raw.external_id for one in found.accounts}


def test_a_row_becomes_a_record_in_our_words() -> None:
    """Death, motive, person, suspected origin and justice are each read by the crosswalk."""
    row = killed(
        "Sample Person",
        2004,
        organizations="Sample Daily, Inc., Sample TV",
        jobs="Camera Operator, Editor",
        location="Baghdad",
        sourcesOfFire="Military Officials",
        tortured="Yes",
        captive="Yes",
        threatened="No",
        impunityMurder="Partial Impunity",
    )
    found = read(make_cpj.full(row))
    record = only(found)

    assert (record.date_text, record.country, record.place) == ("2004", "IQ", "Baghdad")
    assert record.kinds == (
        (Category.KILLING, "targeted_murder"),
        (Category.TORTURE, None),
        (Category.DETENTION, None),
    )
    assert (record.motive, record.impunity) == (Motive.CONFIRMED, Impunity.PARTIAL_IMPUNITY)
    assert (record.targets[0].role, record.targets[0].sex) == (PersonRole.JOURNALIST, Sex.MALE)
    assert record.targets[0].other_roles == (PersonRole.EDITOR, PersonRole.PHOTOJOURNALIST)
    assert record.targets[0].description == "Sample Daily, Inc., Sample TV"
    assert record.suspected_type is ActorType.MILITARY
    assert found.accounts[0].reading.leftovers == {}
    assert found.extent is Extent.WHOLE


@pytest.mark.skipif(not make_cpj.HEADERS.exists(), reason="the sample headers are not here")
def test_every_column_of_the_real_export_is_known() -> None:
    """A cell under each of the 41 columns leaves nothing over."""
    names = make_cpj.columns("cpj_killed_export_full.csv", ())
    filled = dict.fromkeys(names, "Some words")
    found = read(make_cpj.table([{**filled, **killed("Sample Person")}], names))

    left = found.accounts[0].reading.leftovers
    assert set(left) <= {UNREAD}, left


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_shape_of_a_file_changes_nothing(end: str, mark: str) -> None:
    """Marks, line ends, the order of columns, more columns and quoted lines are all the same rows."""
    rows = [killed("Sample Person", jobs="Editor,\nReporter"), killed("Second Person", 2011)]
    plain = read(make_cpj.full(*rows))
    names = ["new column", *reversed(make_cpj.FULL)]
    other = read(make_cpj.full(*rows, order=names, end=end, mark=mark))

    assert keys(other) == keys(plain)
    assert [one.reading.record for one in other.accounts] == [
        one.reading.record for one in plain.accounts
    ]


def test_only_name_year_and_country_are_needed() -> None:
    """What else is missing is unknown; it is never made up."""
    record = only(read(b"Full Name;COUNTRY;Year\nSample Person;Iraq;2010\n"))

    assert record.kinds == ((Category.KILLING, "unknown"),)
    assert (record.motive, record.impunity, record.targets[0].role, record.targets[0].sex) == (
        Motive.NOT_ASSESSED,
        None,
        None,
        None,
    )


def test_a_motive_says_journalist_only_where_no_column_says_it() -> None:
    """An export without `type` still has journalists; an empty cell of that column stays empty."""
    names = [name for name in make_cpj.FULL if name != "type"]
    absent = only(read(make_cpj.full(killed("Sample Person"), order=names)))
    empty = only(read(make_cpj.full(killed("Sample Person", type=""))))

    assert (absent.targets[0].role, empty.targets[0].role) == (PersonRole.JOURNALIST, None)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"id,title\n1,2\n", b"fullName,year\nA,2010\n"])
def test_another_file_is_refused_whole(body: bytes) -> None:
    """A file without the columns of the format is no export with 0 rows."""
    with pytest.raises(InvalidInput):
        read(body)


def test_every_row_that_cannot_be_read_is_named_with_its_line() -> None:
    """Years, countries, names, totals and broken rows: none is dropped in silence."""
    good = make_cpj.full(
        killed("A", "Unknown"),
        killed("B", 2010, "Atlantis"),
        killed("", 2010),
        killed("C", 2010, ""),
        killed("D", 2031),
        killed("E", 1870),
        killed("F", 2010),
        {"year": "Total", "fullName": "1,500"},
        order=make_cpj.FULL,
    )
    found = read(good + b"2010,short row\r\n")

    assert reasons(found) == [
        (2, "the row has no date that can be read"),
        (3, "the country is none that Qalam knows: Atlantis"),
        (4, "the row has no name"),
        (5, "the row has no country"),
        (6, "the date lies in the future"),
        (7, "the date lies before 1900"),
        (9, "a row of totals is not a report"),
        (10, "the row has fewer cells than the first line (19)"),
    ]
    assert len(found.accounts) == 1
    assert found.extent is Extent.PARTIAL


@pytest.mark.parametrize(
    ("label", "place", "code"),
    [
        ("Bosnia", None, "BA"),
        ("Burma", None, "MM"),
        ("Democratic Republic of the Congo", None, "CD"),
        ("East Timor", None, "TL"),
        ("Ivory Coast", None, "CI"),
        ("Macedonia", None, "MK"),
        ("Republic of Congo", None, "CG"),
        ("Syria", None, "SY"),
        ("Turkey", None, "TR"),
        ("UK", None, "GB"),
        ("USA", None, "US"),
        ("Yugoslavia", None, "RS"),
        ("Israel and the Occupied Palestinian Territory", "Gaza City", "PS"),
        ("Israel and the Occupied Palestinian Territory", "Tel Aviv", "IL"),
        ("Israel and the Occupied Palestinian Territory", None, "IL"),
        ("Atlantis", None, None),
    ],
)
def test_countries_are_read_by_the_names_cpj_uses(
    label: str, place: str | None, code: str | None
) -> None:
    """Old names, short names and the one label for two territories."""
    assert country(label, place)[0] == code


def test_a_state_that_is_no_more_is_said_to_be_read_as_another() -> None:
    """Who looks at the row sees that a choice was made."""
    found = read(make_cpj.full(killed("Sample Person", 1999, "Yugoslavia")))

    assert found.accounts[0].reading.leftovers[NOTES] == [
        "the label names a State that is no more; read as Serbia"
    ]


def test_people_without_a_name_are_not_given_one() -> None:
    """`Unidentified` is nobody's name, and two such rows are two people."""
    rows = [killed("Unidentified", gender="")] * 2
    found = read(
        make_cpj.full(*rows, killed("[full name unavailable]"), killed("Ali [name unknown]"))
    )
    records = [one.reading.record for one in found.accounts if one.reading.record]

    assert len(keys(found)) == 4
    assert [one.person_name for one in records] == [None, None, None, "Ali [name unknown]"]
    assert found.rejected == ()
    assert (named("Unidentified (translator)"), named("Sample Person")) == (None, "Sample Person")


def test_namesakes_are_kept_apart_and_a_row_written_twice_is_not() -> None:
    """Two of one name, year and country are two people unless their rows are the same."""
    one = killed("Sample Person", organizations="Sample Daily")
    other = killed("Sample Person", organizations="Sample TV")
    found = read(make_cpj.full(one, other, one))
    again = read(make_cpj.full(other, one))

    assert len(keys(found)) == 2
    assert reasons(found) == [(4, "the same row stands here again, word for word")]
    ids = {one.reading.record: one.raw.external_id for one in found.accounts}
    assert {one.reading.record: one.raw.external_id for one in again.accounts} == ids


def test_a_word_that_is_new_is_unread_and_said_so() -> None:
    """An enumeration that grew is no reason to lose a row, nor to guess."""
    row = killed("Sample Person", typeOfDeath="Poisoning", motiveConfirmed="Disputed")
    found = read(make_cpj.full({**row, "impunityMurder": "Under Review"}))
    record = only(found)

    assert found.accounts[0].reading.leftovers[UNREAD] == {
        "typeOfDeath": "Poisoning",
        "motive": "Disputed",
        "impunityMurder": "Under Review",
    }
    assert (record.kinds[0][1], record.motive, record.impunity) == (
        "unknown",
        Motive.NOT_ASSESSED,
        None,
    )


def test_missing_and_imprisoned_people_are_reports_without_a_record() -> None:
    """The export says too little of them to verify anything; a person looks."""
    rows = [
        killed(name, typeOfDeath="", impunityMurder="", status=status, combinedStatus=status)
        for name, status in (("A", "Missing"), ("B", "Imprisoned"))
    ]
    found = read(make_cpj.full(*rows))

    assert [one.reading.record for one in found.accounts] == [None, None]
    assert [one.reading.title for one in found.accounts] == ["A", "B"]


@pytest.mark.parametrize(
    ("said", "edtf"),
    [
        ("April 30, 2018", "2018-04-30"),
        ("April 2018", "2018-04"),
        ("2018", "2018"),
        ("2018.0", "2018"),
        ("May 3-5, 2018", "2018-05-03/2018-05-05"),
        ("April 30 – May 2, 2018", "2018-04-30/2018-05-02"),
        ("December 30, 2012 - January 2, 2013", "2012-12-30/2013-01-02"),
        ("June-July 2014", "2014-06/2014-07"),
        ("Between May 3, 2018 and June 4, 2018", "2018-05-03/2018-06-04"),
        ("2013-2014", "2013/2014"),
        ("In or around January 2010", "2010-01~"),
        ("in or before July 2013", "../2013-07"),
        ("Summer 2013", "2013-22"),
        ("4/30/2018", "2018-04-30"),
        ("Unknown", None),
        ("", None),
    ],
)
def test_dates_are_read_as_finely_as_they_are_written(said: str, edtf: str | None) -> None:
    """Days, months, years, ranges and `about`; Unknown is no date."""
    assert when(said) == (edtf, edtf is not None)


@pytest.mark.parametrize("said", ["February 30, 2018", "4/5/2018", "some time in 2018"])
def test_a_date_that_is_not_clear_is_its_year_and_said_to_be_unread(said: str) -> None:
    """What could mean two days is neither."""
    found = read_people(make_cpj.people(listed("Sample Person", said)))

    assert when(said) == ("2018", False)
    assert only(found).date_text == "2018"
    assert found.accounts[0].reading.leftovers[UNREAD] == {"date": said}


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(said: str) -> None:
    """Whatever stands in the cell, it is an EDTF date or none."""
    found, _ = when(said)

    assert found is None or dates.parse(found).text == found


def test_the_people_list_has_days_and_its_own_keys() -> None:
    """The page at CPJ is the key, so a name may be corrected without a second person appearing."""
    first = read_people(make_cpj.people(listed("Sample Person", "April 30, 2018")))
    row = listed("Sample Person", "April 30, 2018")
    renamed = read_people(make_cpj.people({**row, "Name": "Sample R. Person"}))
    record = only(first)

    assert (record.date_text, record.motive) == ("2018-04-30", Motive.CONFIRMED)
    assert record.targets[0].role is PersonRole.JOURNALIST
    assert (record.impunity, record.assesses_impunity) == (None, False)
    assert keys(first) == keys(renamed) == {row["cpj.org URL"]}


def test_a_finer_day_is_taken_where_it_agrees_with_the_year() -> None:
    """A day of another year than its row's is told, and not believed."""
    names = [*make_cpj.FULL, "startDisplay"]
    agrees = read(make_cpj.full(killed("A", 2010, startDisplay="May 3, 2010"), order=names))
    differs = read(make_cpj.full(killed("A", 2010, startDisplay="May 3, 2011"), order=names))

    assert only(agrees).date_text == "2010-05-03"
    assert only(differs).date_text == "2010"
    assert differs.accounts[0].reading.leftovers[NOTES]
