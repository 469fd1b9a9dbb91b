# SPDX-License-Identifier: Apache-2.0
"""Lists of sites come in whole, strictly, and again without harm."""

import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.blocking.targets import canonical_url
from app.errors import InvalidInput
from app.services import sites
from app.storage.database import Sessions
from app.storage.outlets import Outlet
from app.storage.sites import Site
from tests.make import NOW

LISTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "test-lists"
HEADER = "url,category_code,category_description,date_added,source,notes\n"


def _import(sessions: Sessions, text: str, **options: object) -> sites.ImportResult:
    wanted = {"list_name": "kz", "licence": "CC", "country": "KZ", "now": NOW, **options}
    with sessions.writing() as session:
        return sites.import_list(session, text, **wanted)  # type: ignore[arg-type]


def test_only_the_named_categories_are_probed(sessions: Sessions) -> None:
    """News is probed, gambling is listed and left alone until somebody enables it."""
    rows = "https://news.example/,NEWS,,,,\nhttps://dice.example/,GMB,,,,\n"
    result = _import(sessions, HEADER + rows)

    with sessions.reading() as session:
        probed = {site.url: site.is_probed for site in session.scalars(sa.select(Site))}
    assert (result.new, result.probed) == (2, 1)
    assert probed == {"https://news.example/": True, "https://dice.example/": False}


def test_importing_again_changes_nothing(sessions: Sessions) -> None:
    """The second import of a list finds every row as it is."""
    text = HEADER + "https://news.example/,NEWS,,,,\n"
    _import(sessions, text)
    again = _import(sessions, text)

    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


def test_a_changed_row_is_updated(sessions: Sessions) -> None:
    """A list that moves a site to another category moves it here."""
    _import(sessions, HEADER + "https://news.example/,NEWS,,,,\n")
    again = _import(sessions, HEADER + "https://news.example/,POLR,,,,\n")

    assert (again.new, again.changed) == (0, 1)


def test_another_list_does_not_take_a_site_over(sessions: Sessions) -> None:
    """A site on two countries' lists keeps what the first said, so that imports don't quarrel."""
    _import(sessions, HEADER + "https://news.example/,NEWS,,,,\n")
    other = _import(
        sessions, HEADER + "https://news.example/,POLR,,,,\n", list_name="ru", country="RU"
    )

    with sessions.reading() as session:
        site = session.scalars(sa.select(Site)).one()
    assert other.on_another_list == 1
    assert (site.country, site.category_code) == ("KZ", "NEWS")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("http://127.0.0.1/,NEWS,,,,", "public internet"),  # a loopback literal
        ("ftp://news.example/,NEWS,,,,", "http"),  # another scheme
        ("https://news.example/,NE WS,,,,", "category_code"),
        ("https://news.example/,NEWS,,", "fields"),  # too few columns
    ],
)
def test_a_wrong_row_is_named_by_line_and_the_rest_comes_in(
    sessions: Sessions, row: str, reason: str
) -> None:
    """One bad row costs itself only, and the report says which and why."""
    result = _import(sessions, f"{HEADER}https://good.example/,NEWS,,,,\n{row}\n")

    assert result.new == 1
    assert [one["line"] for one in result.rejected] == [3]
    assert reason in result.rejected[0]["reason"]


def test_the_same_site_twice_in_one_list_is_told(sessions: Sessions) -> None:
    """Two spellings of one address are one site."""
    result = _import(
        sessions, HEADER + "http://News.example:80/,NEWS,,,,\nhttp://news.example,NEWS,,,,\n"
    )

    assert result.new == 1
    assert result.rejected == []
    assert result.same_site == [{"line": 3, "reason": "the same site as line 2"}]


def test_a_row_that_names_an_outlet_is_joined_to_it(sessions: Sessions) -> None:
    """The short form url,outlet,country joins a site to its outlet, and says where there is none."""
    with sessions.writing() as session:
        session.add(Outlet(name="The Courier", country="KZ", created_at=NOW, updated_at=NOW))
    text = (
        "url,outlet,country\nhttps://courier.example/,The Courier,KZ\n"
        "https://other.example/,The Other,KZ\n"
    )
    result = _import(sessions, text)

    with sessions.reading() as session:
        joined = session.scalars(sa.select(Site.url).join(Outlet)).all()
    assert joined == ["https://courier.example/"]
    assert [one["line"] for one in result.unlinked] == [3]


@pytest.mark.parametrize(
    "text",
    ["", "address,name\n", "url,colour\nhttps://a.example/,red\n", "url\nhttps://a.example/\x00\n"],
)
def test_a_file_that_is_no_list_is_refused_whole(sessions: Sessions, text: str) -> None:
    """A file without the column `url`, with unknown columns, or with NUL is not half taken."""
    with pytest.raises(InvalidInput):
        _import(sessions, text)


@pytest.mark.parametrize(("name", "rows"), [("kz", 553), ("ru", 1093), ("by", 465)])
def test_the_real_lists_come_in_whole(sessions: Sessions, name: str, rows: int) -> None:
    """Every row of the field's real lists is listed in its category; no row is rejected."""
    text = _real_list(name)
    licence = sites.known_licence(name, text)
    result = _import(sessions, text, list_name=name, licence=licence)
    with sessions.reading() as session:
        listed = {site.url: site for site in session.scalars(sa.select(Site))}

    assert (result.rows, result.rejected) == (rows, [])
    assert result.new + len(result.same_site) == rows
    for row in csv.DictReader(io.StringIO(text)):
        assert listed[canonical_url(row["url"]).url].category_code == row["category_code"]
    assert {(site.list_name, site.list_licence) for site in listed.values()} == {
        (name, sites.CITIZEN_LAB_LICENCE)
    }


@pytest.mark.parametrize("name", ["kz", "ru"])
def test_a_real_list_again_changes_nothing(sessions: Sessions, name: str) -> None:
    """The second import of a real list finds all of it as it is, and nothing gone."""
    text = _real_list(name)
    first = _import(sessions, text, list_name=name)
    again = _import(sessions, text, list_name=name)

    assert (again.new, again.changed, again.vanished) == (0, 0, 0)
    assert again.unchanged == first.new


def test_sites_that_a_list_no_longer_names_are_counted_and_stay(sessions: Sessions) -> None:
    """A shorter list takes no site away, and says how many it does not name."""
    _import(sessions, HEADER + "https://one.example/,NEWS,,,,\nhttps://two.example/,NEWS,,,,\n")
    again = _import(sessions, HEADER + "https://one.example/,NEWS,,,,\n")

    with sessions.reading() as session:
        listed = session.scalars(sa.select(Site.url)).all()
    assert again.vanished == 1
    assert len(listed) == 2


def test_a_row_that_is_no_csv_does_not_hide_those_after_it(sessions: Sessions) -> None:
    """A stray quotation mark costs its own row; the next one comes in."""
    text = HEADER + '"https://a.example/"x,NEWS,,,,\nhttps://b.example/,NEWS,,,,\n'
    result = _import(sessions, text)

    assert result.new == 1
    assert [one["line"] for one in result.rejected] == [2]


@pytest.mark.parametrize(
    ("name", "header", "known"),
    [
        ("kz", HEADER, True),
        ("global", HEADER, True),
        ("our-list", HEADER, False),  # their columns, somebody else's file
        ("kz", "url,outlet,country\n", False),
    ],
)
def test_terms_are_assumed_of_no_list_but_citizen_labs(name: str, header: str, known: bool) -> None:
    """A licence that nobody stated stays unknown."""
    assert (sites.known_licence(name, header) is not None) is known


def _real_list(name: str) -> str:
    path = LISTS / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"no copy of the Citizen Lab list {name}.csv beside this checkout")
    return path.read_text(encoding="utf-8")
