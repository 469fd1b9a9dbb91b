# SPDX-License-Identifier: Apache-2.0
"""Dates as sources give them: read, bounded, ordered, said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.dates import (
    DateSpan,
    Precision,
    certainly_before,
    exact,
    human,
    order_key,
    overlaps,
    parse,
)
from app.errors import InvalidInput

READ = [
    ("2013", "2013-01-01", "2013-12-31", Precision.YEAR, "2013"),
    ("2013-07", "2013-07-01", "2013-07-31", Precision.MONTH, "July 2013"),
    ("2012-02", "2012-02-01", "2012-02-29", Precision.MONTH, "February 2012"),
    ("2013-07-10", "2013-07-10", "2013-07-10", Precision.DAY, "10 July 2013"),
    ("2012-02-29", "2012-02-29", "2012-02-29", Precision.DAY, "29 February 2012"),
    ("2013-21", "2013-03-01", "2013-05-31", Precision.SEASON, "spring 2013"),
    ("2013-22", "2013-06-01", "2013-08-31", Precision.SEASON, "summer 2013"),
    ("2013-23", "2013-09-01", "2013-11-30", Precision.SEASON, "autumn 2013"),
    ("2011-24", "2011-12-01", "2012-02-29", Precision.SEASON, "winter 2011"),
    ("201X", "2010-01-01", "2019-12-31", Precision.DECADE, "the 2010s"),
    ("20XX", "2000-01-01", "2099-12-31", Precision.CENTURY, "between 2000 and 2099"),
    ("2013-XX", "2013-01-01", "2013-12-31", Precision.YEAR, "2013, month not known"),
    ("2013-XX-XX", "2013-01-01", "2013-12-31", Precision.YEAR, "2013, month not known"),
    ("2013-05-XX", "2013-05-01", "2013-05-31", Precision.MONTH, "May 2013, day not known"),
    ("2013-22?", "2013-06-01", "2013-08-31", Precision.SEASON, "perhaps summer 2013"),
    ("2012~", "2012-01-01", "2012-12-31", Precision.YEAR, "about 2012"),
    ("2012-04-19%", "2012-04-19", "2012-04-19", Precision.DAY, "perhaps about 19 April 2012"),
    (
        "2012-10/2012-12",
        "2012-10-01",
        "2012-12-31",
        Precision.INTERVAL,
        "October 2012 to December 2012",
    ),
    ("2012/2012-06", "2012-01-01", "2012-06-30", Precision.INTERVAL, "2012 to June 2012"),
    ("2013-05/..", "2013-05-01", "9999-12-31", Precision.INTERVAL, "since May 2013"),
    ("../2013-05", "0001-01-01", "2013-05-31", Precision.INTERVAL, "until May 2013"),
    ("2012-05/", "2012-05-01", "9999-12-31", Precision.INTERVAL, "since May 2012, end not known"),
    ("/2013", "0001-01-01", "2013-12-31", Precision.INTERVAL, "until 2013, start not known"),
    (
        "2013-21/2013-23",
        "2013-03-01",
        "2013-11-30",
        Precision.INTERVAL,
        "spring 2013 to autumn 2013",
    ),
    ("201X?", "2010-01-01", "2019-12-31", Precision.DECADE, "perhaps the 2010s"),
    ("2012~/2013?", "2012-01-01", "2013-12-31", Precision.INTERVAL, "about 2012 to perhaps 2013"),
]
REFUSED = [
    "", " ", "13", "2013-13", "2013-00", "2013-25", "2013-1", "2013-02-29", "2013-04-31", "2013-07-00",
    "2013-22-01", "2013/2012", "2013-07/2013-06", "../..", "/", "../", "/..", "2012//2013", "2012/2013/2014",
    "2013-XX-05", "201X-05", "0000", "0999", "00XX", "XXXX", "2X13", "2013x", "2013-07-10T00:00",
    "last summer", "2013-07-10?~", "٢٠١٣", "-2013", "9999-24", "2013" * 20, "2012-12/2012-1\x00",
    "1985-04-12T23:20:30Z", "Y170000002", "-1985", "2013-07-10/..T",
]  # fmt: skip


@pytest.mark.parametrize(("text", "earliest", "latest", "precision", "words"), READ)
def test_a_date_is_read_bounded_and_said(
    text: str, earliest: str, latest: str, precision: Precision, words: str
) -> None:
    """Each form of the subset gives its first and last day, its precision and its words."""
    span = parse(text)
    assert (span.text, span.precision) == (text, precision)
    assert (span.earliest.isoformat(), span.latest.isoformat()) == (earliest, latest)
    assert human(span) == words


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_a_date_is_refused_with_a_sentence(text: str) -> None:
    """The error says what to write and never repeats what was sent."""
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    assert refused.value.detail.endswith(".")
    assert len(text) < 8 or text not in refused.value.detail
    assert [error.code for error in refused.value.errors] == ["date"]


@pytest.mark.parametrize(
    ("text", "said"), [("2013-07-10T12:00", "time of day"), ("-2013", "1000"), ("Y20130", "1000")]
)
def test_what_of_the_standard_is_not_read_says_so(text: str, said: str) -> None:
    """A time of day and years far away are dates to EDTF and none to this record."""
    with pytest.raises(InvalidInput, match=said):
        parse(text)


def test_surrounding_space_is_no_error() -> None:
    """A pasted date may carry space around it; the kept text does not."""
    assert parse("  2013-07 \n").text == "2013-07"


def test_filters_match_by_overlap() -> None:
    """A month matches any range that shares a day with it, and open ranges match on one side."""
    july = parse("2013-07")
    assert overlaps(july, date(2013, 7, 31), date(2013, 8, 31))
    assert overlaps(july, date(2013, 6, 1), date(2013, 7, 1))
    assert overlaps(july, None, None)
    assert not overlaps(july, date(2013, 8, 1), None)
    assert not overlaps(july, None, date(2013, 6, 30))


def test_an_open_end_overlaps_everything_after_its_start() -> None:
    """Since May 2013 is still so in any later year."""
    assert overlaps(parse("2013-05/.."), date(2050, 1, 1), None)
    assert not overlaps(parse("2013-05/.."), None, date(2013, 4, 30))


def test_order_is_day_then_precision_then_sequence() -> None:
    """The finer date comes first, and the recorder's sequence breaks what is left."""
    keys = [
        order_key(parse("2012-12-31"), 9),
        order_key(parse("2013-01-01"), 5),
        order_key(parse("2013-01"), 1),
        order_key(parse("2013-01"), 2),
        order_key(parse("2013"), 0),
        order_key(parse("../2013-06-01"), 0),
    ]
    assert keys == sorted(keys)


def test_certainty_of_order_needs_disjoint_spans() -> None:
    """Spring is certainly before summer, July is not certainly before the year's end."""
    assert certainly_before(parse("2013-21"), parse("2013-22"))
    assert not certainly_before(parse("2013-07"), parse("2013"))


@given(st.dates(min_value=date(1000, 1, 1)))
def test_an_exact_day_is_itself(day: date) -> None:
    """Writing a day and reading it gives the day, with both bounds on it."""
    span = parse(day.isoformat())
    assert span == exact(day)
    assert span.earliest == span.latest == span.counts_from == day


@given(st.text(max_size=45))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes anything but a span with ordered bounds or an InvalidInput."""
    try:
        span = parse(text)
    except InvalidInput:
        return
    assert isinstance(span, DateSpan)
    assert span.earliest <= span.latest
    assert human(span)
