# SPDX-License-Identifier: Apache-2.0
"""ACLED: events of journalists have kinds, others none; what it removes is noticed."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from app.domain.intake.item import Given
from app.domain.record.report import Extent, Found, Reading, Window
from app.domain.vocabulary import ActorType, Category, PersonRole, Precision
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import acled

HEADER = Path(__file__).parents[4] / "shared/data/reports/headers/acled_export.csv"
EVENT: dict[str, str] = {
    "event_id_cnty": "KAZ101",
    "event_date": "2024-03-10",
    "year": "2024",
    "time_precision": "1",
    "disorder_type": "Strategic developments",
    "event_type": "Strategic developments",
    "sub_event_type": "Arrests",
    "actor1": "Police Forces of Kazakhstan (2019-)",
    "inter1": "State forces",
    "actor2": "Civilians (Kazakhstan)",
    "assoc_actor_2": "Journalists (Kazakhstan); Lawyers (Kazakhstan)",
    "inter2": "Civilians",
    "civilian_targeting": "",
    "iso": "398",
    "country": "Kazakhstan",
    "admin1": "Almaty City",
    "location": "Almaty",
    "latitude": "43.25",
    "longitude": "76.95",
    "geo_precision": "1",
    "source": "Vlast; RFE/RL",
    "notes": "On 10 March 2024, police arrested two journalists.",
    "fatalities": "0",
    "tags": "local administrators; women",
    "timestamp": "1710201600",
}


def as_json(*events: dict[str, str]) -> bytes:
    """What the API answers."""
    return json.dumps({"success": True, "count": len(events), "data": events}).encode()


def read(body: bytes) -> Found:
    """Read a body."""
    return acled.read(body, Given(now=NOW))


def only(**changed: str) -> Reading:
    """The reading of the one event, changed so."""
    (account,) = read(as_json({**EVENT, **changed})).accounts
    return account.reading


def test_an_event_of_journalists_is_read_in_our_words() -> None:
    """Day, place, actor and kind; the journalists are a group without names."""
    found = only()
    said = found.particulars

    assert found.title == "Arrests: Almaty, Kazakhstan"
    assert found.summary == "On 10 March 2024, police arrested two journalists."
    assert (found.country, found.date_text) == ("KZ", "2024-03-10")
    assert said.kinds == ((Category.DETENTION, "arrest"),)
    assert [(one.name, one.description, one.role) for one in said.targets] == [
        (None, "Journalists (Kazakhstan)", PersonRole.JOURNALIST)
    ]
    assert [(one.words, one.type) for one in said.actors] == [
        ("Police Forces of Kazakhstan (2019-)", ActorType.POLICE)
    ]
    assert (said.admin1, said.place, said.precision) == (
        "Almaty City",
        "Almaty",
        Precision.LOCALITY,
    )
    assert said.tags == ("local administrators", "women")
    assert ("source", "Vlast; RFE/RL") in said.told
    assert found.leftovers == {}


def test_an_event_of_others_is_kept_without_a_kind() -> None:
    """Its words stay; nothing of ours is read into them."""
    said = only(assoc_actor_2="Farmers (Kazakhstan)", actor1="Rioters").particulars

    assert (said.kinds, said.targets, said.actors) == ((), (), ())
    assert said.kind_words == ("Strategic developments", "Arrests")


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        (
            {"sub_event_type": "Attack", "assoc_actor_2": "Journalists (Mali)", "fatalities": "1"},
            ((Category.KILLING, "unknown"), (Category.PHYSICAL_ATTACK, None)),
        ),
        (
            {"sub_event_type": "Attack", "fatalities": "2"},
            ((Category.PHYSICAL_ATTACK, None),),
        ),
        (
            {"sub_event_type": "Abduction/forced disappearance", "inter1": "2"},
            ((Category.KIDNAPPING, None),),
        ),
        (
            {"sub_event_type": "Abduction/forced disappearance", "inter1": "1"},
            ((Category.ENFORCED_DISAPPEARANCE, None),),
        ),
        ({"sub_event_type": "Air/drone strike"}, ()),
        (
            {"sub_event_type": "Air/drone strike", "civilian_targeting": "Civilian targeting"},
            ((Category.PHYSICAL_ATTACK, None),),
        ),
        ({"sub_event_type": "Peaceful protest"}, ()),
    ],
)
def test_kinds(changed: dict[str, str], kinds: tuple[object, ...]) -> None:
    """A death is a journalist's only where journalists alone were attacked."""
    assert only(**changed).particulars.kinds == kinds


@pytest.mark.parametrize(
    ("precision", "dated"),
    [("1", "2024-03-10"), ("2", "2024-03-07/2024-03-13"), ("3", "2024-03"), ("", "2024-03-10")],
)
def test_a_day_is_no_finer_than_it_is_known(precision: str, dated: str) -> None:
    """A week is the days around the one that is given, a month is the month."""
    assert only(time_precision=precision).date_text == dated


def test_a_vague_place_names_no_town() -> None:
    """Where only a part of the region is known, its town is told and not taken as the place."""
    said = only(geo_precision="3").particulars

    assert (said.place, said.precision) == (None, Precision.ADMIN1)
    assert ("location", "Almaty") in said.told


def test_a_file_is_everything_of_its_days_and_countries() -> None:
    """What lies within and is absent was removed; a refused row takes that certainty away."""
    other = {**EVENT, "event_id_cnty": "UZB7", "country": "Uzbekistan", "event_date": "2024-04-02"}

    found = read(as_json(EVENT, other))
    spoiled = read(as_json(EVENT, other, {"event_id_cnty": ""}))

    assert found.extent is Extent.WINDOW
    assert found.window == Window(
        first=date(2024, 3, 10), last=date(2024, 4, 2), countries=frozenset({"KZ", "UZ"})
    )
    assert (spoiled.extent, spoiled.window) == (Extent.PARTIAL, None)


def test_an_answer_as_long_as_a_page_may_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many events as the API gives at most may not be all; absence then says nothing."""
    monkeypatch.setattr(acled, "PAGE", 3)
    events = [{**EVENT, "event_id_cnty": f"KAZ{number}"} for number in range(6)]

    assert read(as_json(*events)).extent is Extent.PARTIAL


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(
            {
                "count": 2,
                "data": [
                    {"event_id_cnty": "KAZ1", "deleted_timestamp": "1710201600"},
                    {"event_id_cnty": "KAZ2", "deleted_timestamp": "1710201601"},
                ],
            }
        ).encode(),
        b"event_id_cnty,deleted_timestamp\nKAZ1,1710201600\nKAZ2,1710201601\n",
    ],
)
def test_the_list_of_deletions_is_no_account(body: bytes) -> None:
    """It says what was removed, and nothing else."""
    found = read(body)

    assert (found.accounts, found.rejected, found.extent) == ((), (), Extent.PARTIAL)
    assert found.removed == ("KAZ1", "KAZ2")


@pytest.mark.skipif(not HEADER.exists(), reason="the shared header lines are not beside this tree")
def test_the_export_is_read_as_the_api_is() -> None:
    """Every column of the real header is known: nothing is left over."""
    lines = io.StringIO()
    table = csv.DictWriter(lines, HEADER.read_text().strip().split(","))
    table.writeheader()
    table.writerow(EVENT)

    (account,) = read(lines.getvalue().encode()).accounts

    assert account.reading == only()
    assert account.raw.external_id == "KAZ101"


def test_another_file_is_refused() -> None:
    """The sentence says what it should have been."""
    with pytest.raises(InvalidInput, match="ACLED"):
        read(b"id,date\n1,2024\n")
