# SPDX-License-Identifier: Apache-2.0
"""`/statistics`: flat rows, what a viewer may see, past days and past knowledge, and the rows behind."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.domain.intake.item import Given
from app.domain.record.incident import Action
from app.domain.visibility import PUBLIC
from app.domain.vocabulary import Role, SourceKind, Trust, WorkflowStatus
from app.services import ingestion, record, statistics_rows, workflow
from app.services.sources import NewSource
from app.services.statistics_levels import Asked
from app.storage.database import Sessions
from tests import make, make_cpj
from tests.client import Client
from tests.make import LOADER, NOW
from tests.make_cpj import killed
from workers.sources.readers import READERS

API = "/api/v1/statistics"
BEFORE = NOW - timedelta(days=100)
Caller = Callable[..., Client]


def take(sessions: Sessions, *rows: dict[str, str], now: datetime = BEFORE) -> None:
    """Take a made export in as a dataset."""
    found = READERS[SourceKind.CPJ](make_cpj.full(*rows), Given(now=now))
    described = NewSource(name="cpj", kind=SourceKind.CPJ, trust=Trust.DATASET)
    with sessions.writing() as session:
        ingestion.import_file(session, described, found, now=now)


def ask(client: Client, path: str, **query: object) -> dict[str, Any]:
    """Ask for a statistic."""
    answer = client.get(f"{API}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def behind(client: Client, link: str) -> list[dict[str, Any]]:
    """Follow the link of a number to its rows."""
    answer = client.get(link)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def test_an_edition_gives_exactly_the_counts_its_rows_imply(
    sessions: Sessions, caller: Caller
) -> None:
    """Per country and edition, the murders in complete impunity of the export, and nothing else."""
    rows = [
        killed(
            f"Person {number}",
            1996 + number % 19,
            ("Iraq", "Somalia", "Ivory Coast")[number % 3],
            typeOfDeath=("Murder", "Murder", "Murder", "Crossfire")[number % 4],
            impunityMurder=("Partial Impunity", *("Complete Impunity",) * 4)[number % 5],
        )
        for number in range(90)
    ]
    take(sessions, *rows)
    staff = caller(Role.EDITOR, "erlan")
    counted = [
        one
        for one in rows
        if (one["typeOfDeath"], one["impunityMurder"]) == ("Murder", "Complete Impunity")
    ]
    for edition in (2008, 2012, 2014):
        body = ask(staff, "impunity-index", edition=edition)
        found = {
            one["name"]: one["unsolved"]
            for one in (*body["data"], *body["meta"]["below_threshold"])
        }
        expected = Counter(
            one["country"].replace("Ivory Coast", "Côte d'Ivoire")
            for one in counted
            if edition - 10 <= int(one["year"]) < edition
        )
        assert found == dict(expected)
        assert {one["name"] for one in body["data"]} == {c for c, n in expected.items() if n >= 5}
        for one in body["data"]:
            unsolved = [row for row in behind(staff, one["rows"]) if row["unsolved"] == "yes"]
            assert len(unsolved) == one["unsolved"] == one["reported"] == one["verified"]


def test_from_2015_rows_by_year_are_bounds(sessions: Sessions, caller: Caller) -> None:
    """`unsolved` is null there, with the least and the most beside it."""
    take(sessions, *(killed(f"Person {year}", year) for year in range(2005, 2016)))

    (row,) = ask(caller(Role.EDITOR, "erlan"), "impunity-index", edition=2015)["data"]

    assert (row["unsolved"], row["unsolved_lower"], row["unsolved_upper"]) == (None, 9, 11)
    assert (row["rating"], row["iso3"]) == (None, "IRQ")


def test_everybody_counts_what_everybody_sees(
    sessions: Sessions, caller: Caller, public: Client
) -> None:
    """Verified records are the desk's; one that is published counts for all, and is said to."""
    take(sessions, *(killed(f"Person {number}") for number in range(5)))
    staff, monitor = caller(Role.EDITOR, "erlan"), caller(Role.MONITOR, "aizhan")
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        asked = Asked(as_of=NOW.date())
        first = min(one.id for one in statistics_rows.counted(session, LOADER, asked, now=NOW))
        workflow.transition(session, editor, uuid.UUID(first), Action.PUBLISH, now=NOW)

    for client in (public, monitor):
        meta = ask(client, "impunity-index", edition=2014)["meta"]
        assert (meta["n"], meta["verified"], meta["published"]) == (1, 0, 1)
        rows = behind(client, meta["below_threshold"][0]["rows"])
        assert [one["incident"] for one in rows] == [first]
    meta = ask(staff, "impunity-index", edition=2014)["meta"]
    assert (meta["n"], meta["verified"], meta["published"]) == (5, 4, 1)


def test_a_past_day_and_past_knowledge_are_answered_as_they_were(
    sessions: Sessions, caller: Caller
) -> None:
    """What CPJ revised later does not change what was known before; the past day is bounds."""
    take(sessions, *(killed(f"Person {number}") for number in range(6)))
    staff = caller(Role.EDITOR, "erlan")
    known = (BEFORE + timedelta(days=1)).isoformat()
    before = ask(staff, "impunity-index", edition=2014, known_at=known)
    take(
        sessions,
        killed("Person 0", impunityMurder="Full Justice"),
        killed("Person 1", motiveConfirmed="Unconfirmed"),
        *(killed(f"Person {number}") for number in range(2, 5)),
        now=NOW,
    )

    after = ask(staff, "impunity-index", edition=2014)
    again = ask(staff, "impunity-index", edition=2014, known_at=known)
    past = ask(staff, "impunity-index", edition=2014, as_of="2013-12-31")

    assert before["data"][0]["unsolved"] == 6
    assert again == before
    # One is solved, of one the motive is open, one was taken away.
    assert after["meta"]["below_threshold"][0]["unsolved"] == 3
    (open_row,) = past["meta"]["below_threshold"]
    assert (open_row["unsolved_lower"], open_row["unsolved_upper"]) == (3, 4)
    assert open_row["unsolved"] is None


def test_stored_and_derived_levels_agree(sessions: Sessions, caller: Caller) -> None:
    """The quick way of today and the long way of any day give the same rows."""
    take(sessions, killed("A"), killed("B", impunityMurder=""), killed("C", typeOfDeath="Unknown"))
    with sessions.writing() as session:
        row = make.incident(session, country="KZ")
        case = make.case(session, row.id)
        make.fact(session, case.id, "convicted", role="executor")
        group = {
            "kind": "group",
            "description": "Two",
            "count": 2,
            "sex": "female",
            "primary_role": "journalist",
            "other_roles": ["editor"],
        }
        made = make.incident(
            session,
            status=WorkflowStatus.SUBMITTED,
            targets=[group],
            involvements=[
                {"crime_role": "executor", "description": "police", "actor_type": "police"}
            ],
        )
        make.incident(session, targets=[group], motive="confirmed")
        assert made.status is WorkflowStatus.SUBMITTED
    with sessions.reading() as session:
        for viewer in (LOADER, PUBLIC):
            quick = statistics_rows.counted(session, viewer, Asked(as_of=NOW.date()), now=NOW)
            known = Asked(as_of=NOW.date(), known_at=NOW)
            slow = statistics_rows.counted(session, viewer, known, now=NOW)
            assert sorted(quick, key=lambda one: one.id) == sorted(slow, key=lambda one: one.id)
            assert quick


def test_past_knowledge_tells_the_public_nothing_of_what_was_not_public(
    sessions: Sessions, public: Client
) -> None:
    """A report counts for everybody from its publication on, not from the day it came in."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.VERIFIED, now=BEFORE)
        editor = make.viewer(session, Role.EDITOR, "dana")
        workflow.transition(session, editor, row.id, Action.PUBLISH, now=NOW - timedelta(days=1))

    def total(known_at: datetime) -> int:
        query = {"from": "2025-01-01", "to": "2025-12-31", "known_at": known_at.isoformat()}
        return sum(one["count"] for one in ask(public, "timeseries", **query)["data"])

    assert (total(NOW - timedelta(days=2)), total(NOW)) == (0, 1)


def test_an_edit_does_not_reach_back(sessions: Sessions, caller: Caller) -> None:
    """A country corrected today was another one in what was known yesterday."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.VERIFIED, now=BEFORE)
        make.incident(session, status=WorkflowStatus.VERIFIED, now=BEFORE, country="UZ")
        editor = make.viewer(session, Role.EDITOR, "dana")
        record.edit_incident(
            session, editor, row.id, {"country": "RU"}, version=row.version, now=NOW
        )
    staff = caller(Role.EDITOR, "erlan")
    query = {"from": "2025-01-01", "to": "2025-12-31", "axis": "country"}

    then = ask(staff, "timeseries", **query, known_at=(NOW - timedelta(days=1)).isoformat())
    today = ask(staff, "timeseries", **query)

    assert {one["value"]: one["count"] for one in then["data"]} == {"KZ": 1, "UZ": 1}
    # Edited, it waits to be verified again.
    assert {one["value"]: one["count"] for one in today["data"]} == {"UZ": 1}


def test_a_series_is_flat_and_complete(sessions: Sessions, public: Client) -> None:
    """Every value has a row in every period; a coarse date is `perhaps`; links lead to the rows."""
    with sessions.writing() as session:
        make.incident(session, date="2025-06-01")
        make.incident(session, date="2025")
        make.incident(
            session, date="2025-06", categories=[{"category": "detention"}, {"category": "torture"}]
        )
    query = {"from": "2025-05-01", "to": "2025-07-31", "every": "month", "axis": "category"}
    body = ask(public, "timeseries", **query)

    rows = {(one["period"], one["value"]): one for one in body["data"]}
    assert len(rows) == 9
    june = rows["2025-06", "physical_attack"]
    assert (june["count"], june["perhaps"], june["published"]) == (1, 1, 1)
    assert (rows["2025-05", "torture"]["count"], rows["2025-06", "torture"]["count"]) == (0, 1)
    assert len(behind(public, june["rows"])) == 2
    assert {type(value) for one in body["data"] for value in one.values()} <= {str, int}
    assert (body["meta"]["n"], "overlap" in body["meta"]["note"]) == (3, True)


def test_periods_are_whole_and_so_is_what_they_rest_on(sessions: Sessions, public: Client) -> None:
    """A range that cuts into a month counts all of it, and `n` counts those days as well."""
    with sessions.writing() as session:
        for day in ("2025-05-02", "2025-05-20", "2025-06-20", "2025-07-01"):
            make.incident(session, date=day)
    body = ask(public, "timeseries", **{"from": "2025-05-15", "to": "2025-06-10", "every": "month"})

    assert [one["count"] for one in body["data"]] == [2, 1]
    assert (body["meta"]["n"], body["meta"]["published"]) == (3, 3)
    assert (body["meta"]["from"], body["meta"]["to"]) == ("2025-05-15", "2025-06-10")


def test_the_sdg_count_is_labelled_and_tells_what_stands_beside_it(
    sessions: Sessions, public: Client
) -> None:
    """Ours is an aligned count; a detention nobody assessed is beside it; its rows can be read."""
    person = {"kind": "person", "person": {"name": "Sample"}, "primary_role": "journalist"}
    detained = {
        "categories": [{"category": "detention"}],
        "motive": "confirmed",
        "involvements": [
            {"crime_role": "executor", "description": "police", "actor_type": "police"}
        ],
    }
    with sessions.writing() as session:
        make.incident(session, **detained, targets=[{**person, "arbitrary": "yes"}])
        make.incident(session, **detained, targets=[person])
        make.incident(session, targets=[{**person, "primary_role": "civil_servant"}])

    body = ask(public, "sdg-16-10-1", **{"from": "2025-01-01", "to": "2025-12-31"})

    (row,) = body["data"]
    assert (row["code"], row["function"], row["state_link"], row["count"]) == ("D", "J", "state", 1)
    assert (body["meta"]["n"], body["meta"]["not_assessed"]) == (1, 1)
    assert body["meta"]["out_of_scope"] == 1
    assert "not the indicator" in body["meta"]["label"]
    assert [one["code"] for one in behind(public, row["rows"])] == ["D"]


def test_the_rate_without_any_reply_of_a_state_is_null(sessions: Sessions, caller: Caller) -> None:
    """CPJ's share and UNESCO's rate stand side by side, and are not each other."""
    take(sessions, killed("A"), killed("B"), killed("C", impunityMurder="Full Justice"))

    body = ask(caller(Role.EDITOR, "erlan"), "impunity-rate", edition=2014)

    everywhere, iraq = body["data"]
    assert (everywhere["country"], iraq["country"]) == (None, "IQ")
    assert iraq["share_percent"] == everywhere["share_percent"] == 66.7
    assert (iraq["unesco_killings"], iraq["unesco_rate_percent"]) == (3, None)


@pytest.mark.parametrize(
    "path",
    [
        "impunity-index",
        "impunity-index?edition=2007",
        "impunity-index?edition=2012&as_of=soon",
        "impunity-index?edition=2012&known_at=2020-01-01T00:00:00",
        "impunity-index?edition=2012&nothing=1",
        "impunity-rate?edition=2012&country=Iraq",
        "timeseries?from=2025-01-01",
        "timeseries?from=2025-02-01&to=2025-01-01",
        "timeseries?from=1000-01-01&to=2999-01-01&every=month",
        "timeseries?from=2025-01-01&to=2025-02-01&axis=colour",
        "sdg-16-10-1?from=2025-02-01&to=2025-01-01",
    ],
)
def test_a_question_that_means_nothing_is_refused(public: Client, path: str) -> None:
    """Wrong years, ranges, zones, codes and names are 422, never an empty answer."""
    answer = public.get(f"{API}/{path}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_polling_is_cheap(app: FastAPI, public: Client) -> None:
    """The same question again is a 304 until something public changes."""
    first = public.get(f"{API}/impunity-index?edition=2012")
    again = public.get(
        f"{API}/impunity-index?edition=2012", headers={"If-None-Match": first.headers["etag"]}
    )

    assert again.status_code == 304
    assert date.fromisoformat(first.json()["meta"]["as_of"]) == NOW.date()
