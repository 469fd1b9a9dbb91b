# SPDX-License-Identifier: Apache-2.0
"""Plain text out of anything: no markup, no scripts, nothing hidden."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import texts
from app.domain.intake import text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("a<b>b</b>c", "abc"),
        ("x<script>alert(1)</script>y", "x y"),
        ("x<SCRIPT src='//e'>alert(1)", "x"),
        ("<style>p{}</style>z", "z"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;ok", "ok"),
        ("&amp;lt;img src=x onerror=alert(1)&amp;gt;ok", "ok"),
        ("Tom &amp; Jerry &mdash; 5 &lt; 6", "Tom & Jerry — 5 < 6"),
        ("a <!-- hidden --> b", "a b"),
        ("line\r\nline\rline", "line\nline\nline"),
        ("ab\u202egnp.exe\u200b\x07", "abgnp.exe"),
        ("a <<b", "a b"),
        ("ok <&#8203;script>alert(1)</script>", "ok"),
        ("нет тегов", "нет тегов"),
    ],
)
def test_html_becomes_text(given: str, expected: str) -> None:
    """Tags and scripts go, entities become letters, hidden characters go."""
    assert text.plain(given, limit=200) == expected


@given(st.text(alphabet=st.sampled_from("<>&;!/-scriptlt gampb\"'="), max_size=80))
def test_no_opening_tag_survives(said: str) -> None:
    """However often it was escaped, what comes out opens no tag."""
    assert not re.search(r"<[a-zA-Z/!?]", text.plain(said, limit=500))


@given(st.text(max_size=80))
def test_what_comes_out_is_taken_by_the_doors(said: str) -> None:
    """Whatever a source writes, the shown text is one that a person may send back."""
    shown = text.plain(said, limit=500)

    assert texts.clean(shown) == shown


def test_stacks_of_marks_are_cut() -> None:
    """A letter keeps four marks."""
    assert text.plain("a" + "\u0315" * 50, limit=500) == "a" + "\u0315" * 4


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2013-07-10", "2013-07-10"),
        ("2013", "2013"),
        ("2012-10/2012-12", "2012-10/2012-12"),
        ("2013-07-10T12:30:00Z", "2013-07-10"),
        ("2013-07-10 12:30", "2013-07-10"),
        ("10.07.2013", "2013-07-10"),
        ("10 July 2013", "2013-07-10"),
        ("Jul 10, 2013", "2013-07-10"),
        ("07/10/2013", None),
        ("31.02.2013", None),
        ("yesterday", None),
        ("Foo 10, 2013", None),
    ],
)
def test_dates_that_mean_one_day_are_read(said: str, expected: str | None) -> None:
    """A date that could mean two days, or none, is not guessed."""
    assert text.event_date(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Mon, 02 Mar 2026 10:00:00 +0500", datetime(2026, 3, 2, 5, tzinfo=UTC)),
        ("2026-03-02T10:00:00+05:00", datetime(2026, 3, 2, 5, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02T10:00:00", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_instants_come_out_in_utc(said: str, expected: datetime | None) -> None:
    """RFC 822 and ISO 8601 are read; without a zone they are taken as UTC."""
    assert text.instant(said) == expected


@given(st.text(max_size=80))
def test_no_text_makes_dates_fail(said: str) -> None:
    """Whatever is written, a date is read or it is none."""
    text.instant(said)
    text.event_date(said)
