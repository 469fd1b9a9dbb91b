# SPDX-License-Identifier: Apache-2.0
"""Counts of outlets, people and blocking days: each number is exactly the rows behind it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.record.statistics_series import Axis
from app.domain.vocabulary import Role, SiteCondition, WorkflowStatus
from app.storage.database import Sessions
from app.storage.rollups import DailyRollup
from tests import make
from tests.client import Client
from tests.make import NOW
from tests.make_outlets import Watch, outlet

Caller = Callable[..., Client]
URL = "/api/v1/statistics"


def ask(client: Client, path: str, **query: Any) -> dict[str, Any]:
    """Ask for a statistic."""
    answer = client.get(f"{URL}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def behind(client: Client, address: str) -> list[dict[str, Any]]:
    """Follow a number to its rows."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def _close(caller: Caller, outlet_id: object, **fields: Any) -> None:
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    body = {"axis": "publication", "value": "suspended", "valid_from": "2026-01-15", **fields}
    address = f"/api/v1/outlets/{outlet_id}/status-events"
    event = author.post(address, json=body).json()["id"]
    assert colleague.post(f"{address}/{event}:verify").status_code == 200


def test_outlets_are_counted_by_what_holds_of_them(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """By headline, axis or ground, as of a day; groups beside the count; rows add up."""
    with sessions.writing() as session:
        ids = [outlet(session, name).id for name in ("A", "B", "C")]
        group = outlet(session, "Several", is_group=True).id
        outlet(session, "Abroad", country="UZ")
        outlet(session, "Hidden", is_published=False)
    _close(caller, ids[0], ground="extremism")
    _close(caller, ids[1], value="closed_by_court", valid_from="2026-02-01", ground="extremism")
    _close(caller, group)

    body = ask(public, "outlets", country="KZ")
    counts = {one["value"]: (one["count"], one["groups"]) for one in body["data"]}
    assert counts == {"closed_by_court": (1, 0), "suspended": (1, 1), "unknown": (1, 0)}
    assert (body["meta"]["n"], body["meta"]["groups"]) == (3, 1)
    for axis in ("status", "publication", "reachability", "base", "ground"):
        whole = ask(public, "outlets", axis=axis)
        assert (whole["meta"]["n"], whole["meta"]["groups"]) == (4, 1), axis
        for one in whole["data"]:
            rows = behind(public, one["rows"])
            assert len(rows) == one["count"] + one["groups"], one
            assert all(row["country"] == one["country"] for row in rows)
    by_ground = {
        one["value"]: one["count"] for one in ask(public, "outlets", axis="ground")["data"]
    }
    assert by_ground["extremism"] == 2
    january = ask(public, "outlets", country="KZ", as_of="2026-01-31")["data"]
    assert {one["value"]: one["count"] for one in january} == {"suspended": 1, "unknown": 2}
    before = (NOW - timedelta(hours=1)).isoformat()
    # Nothing of them was on record by then: an outlet entered later is in no past count.
    assert ask(public, "outlets", known_at=before)["data"] == []


def test_people_are_counted_where_they_are(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """By country and standing; those whose sentence would have ended are told; rows add up."""

    def person(name: str, country: str | None = "KZ") -> dict[str, Any]:
        return {"kind": "person", "person": {"name": name, "country": country}}

    prison = [{"category": "detention", "subtype": "imprisonment"}]
    with sessions.writing() as session:
        row = make.incident(session, categories=prison, targets=[person("A")], date="2020-01-01")
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "convicted", "2020-01-01", sentence_months=12)
        make.incident(session, categories=prison, targets=[person("B", None)])
        make.incident(session, categories=[{"category": "killing"}], targets=[person("C", "UZ")])
        make.incident(session, targets=[person("D")])
        make.incident(
            session, categories=prison, targets=[person("E")], status=WorkflowStatus.VERIFIED
        )

    body = ask(public, "people")

    counts = {
        (one["country"], one["state"]): (one["count"], one["past_presumed_end"])
        for one in body["data"]
    }
    assert counts == {
        ("KZ", "imprisoned"): (2, 1),
        ("KZ", "unknown"): (1, 0),
        ("UZ", "killed"): (1, 0),
    }
    assert body["meta"]["n"] == 4
    for one in body["data"]:
        rows = behind(public, one["rows"])
        assert len(rows) == one["count"]
        listed = public.get(f"/api/v1/people?state={one['state']}&country={one['country']}").json()
        assert {row["person"] for row in rows} == {each["id"] for each in listed["data"]}
    staff = ask(caller(Role.EDITOR, "dana"), "people", country="KZ")["data"]
    assert {one["state"]: one["count"] for one in staff} == {"imprisoned": 3, "unknown": 1}
    past = ask(public, "people", as_of="2020-06-01")["data"]
    assert [(one["state"], one["count"]) for one in past] == [("imprisoned", 1)]
    assert ask(public, "people", known_at="2020-01-01T00:00:00Z")["data"] == []


def test_blocking_days_come_with_the_days_of_which_nobody_knows(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Per network and month; a small network is not named; a silent day is never free."""
    with sessions.writing() as session:
        row = outlet(session)
        watch = Watch(session, row)
        where = watch.seen(SiteCondition.REACHABLE, asn=7)
        for _ in range(3):
            big = watch.seen(SiteCondition.REACHABLE, asn=8)
        watch.blocked(where, 10, 6)  # 20 to 24 February
        watch.blocked(big, 10, 9)  # 20 and 21 February
        withdrawn = watch.blocked(big, 5, 4)
        withdrawn.withdrawn_at = NOW
        for vantage, days in ((where, (18, 20, 22, 25)), (big, (20,))):
            for number in days:
                session.add(
                    DailyRollup(
                        site_id=watch.site.id, vantage_id=vantage.id,
                        at=datetime(2026, 2, number, tzinfo=UTC), ok=1, blocked=0, down=0,
                        server_side=0, insufficient=0, distrusted=0, interference=0, expected=4,
                        covered=1, reached=1, latency={},
                    )
                )  # fmt: skip
        outlet_id = str(row.id)
    query = {"from": "2026-02-01", "to": "2026-02-28"}

    body = ask(public, "blocking-days", **query)

    found = {
        one["network"]: [
            one[f"{name}_days"] for name in ("blocked", "perhaps", "free", "unmeasured")
        ]
        for one in body["data"]
    }
    # 18 free, 19 not known, 20 and 22 and 24 blocked, 21 and 23 perhaps, 25 free, 26 to 28 not known.
    assert found == {"AS8": [2, 0, 0, 7], "small": [3, 2, 2, 4]}
    assert body["meta"]["n"] == 5
    small = next(one for one in body["data"] if one["network"] == "small")
    assert small["coverage"] == round(5 / 11, 4)
    for one in body["data"]:
        rows = behind(public, one["rows"])
        assert len(rows) == one["blocked_days"] + one["perhaps_days"]
        assert all(each["episodes"] for each in rows)
        for state in ("blocked", "perhaps", "free", "unmeasured"):
            rows = behind(public, f"{one['rows']}&state={state}")
            assert len(rows) == one[f"{state}_days"]
    staff = ask(caller(Role.EDITOR, "dana"), "blocking-days", **query)["data"]
    assert {one["network"] for one in staff} == {"AS7", "AS8"}
    assert ask(public, "blocking-days", **query, country="UZ")["data"] == []
    assert ask(public, "blocking-days", **query, outlet=outlet_id)["data"]
    early = ask(public, "blocking-days", **query, as_of="2026-02-20")["data"]
    assert {one["network"]: one["blocked_days"] for one in early} == {"AS8": 1, "small": 1}
    known = public.get(f"{URL}/blocking-days", params={**query, "known_at": NOW.isoformat()})
    assert known.status_code == 422
    inverted = public.get(f"{URL}/blocking-days?from=2026-03-01&to=2026-02-01")
    assert inverted.status_code == 422


@pytest.mark.parametrize("axis", list(Axis))
def test_every_axis_counts_exactly_its_rows(sessions: Sessions, public: Client, axis: Axis) -> None:
    """Each value's rows are as many as its count and its perhaps."""
    with sessions.writing() as session:
        at_it = {"kind": "outlet", "outlet": {"name": "The Weekly", "country": "KZ"}}
        police = {"crime_role": "executor", "description": "x", "actor_type": "police"}
        make.incident(session, admin1="Oral", targets=[at_it], involvements=[police])
        make.incident(session, date="2025", admin1="Hidden region", public_precision="country")
        make.incident(session, country="UZ", admin1="Oral", date="2025-06")
    query = {"from": "2025-01-01", "to": "2025-12-31", "every": "quarter", "axis": axis.value}

    body = ask(public, "timeseries", **query)

    assert body["data"]
    for one in body["data"]:
        assert len(behind(public, one["rows"])) == one["count"] + one["perhaps"], one
    assert "Hidden" not in str(body)
    values = {one["value"]: one["label"] for one in body["data"]}
    if axis is Axis.ADMIN1:
        assert set(values) == {"KZ/Oral", "KZ/unknown", "UZ/Oral"}
    if axis is Axis.OUTLET:
        assert "The Weekly" in values.values()
    if axis is Axis.STATE_LINK:
        assert set(values) == {"state", "unknown"}


def test_grounds_are_those_of_decisions_that_are_public(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """A decision nobody published gives no ground to what is counted for everybody."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    ids = []
    for ground in ("extremism", "defamation"):
        body = {"title": "Order", "date": "2025-05-01", "ground": ground, "territory": "KZ"}
        ids.append(author.post("/api/v1/decisions", json=body).json()["id"])
    colleague.post(f"/api/v1/decisions/{ids[0]}:publish")
    with sessions.writing() as session:
        for decision_id in ids:
            make.incident(session, decision_id=decision_id)
    query = {"from": "2025-01-01", "to": "2025-12-31", "axis": "ground"}

    def grounds(client: Client, **more: str) -> dict[str, int]:
        return {
            one["value"]: one["count"] for one in ask(client, "timeseries", **query, **more)["data"]
        }

    assert grounds(public) == {"extremism": 1, "none_on_record": 1}
    assert grounds(public, known_at=NOW.isoformat()) == grounds(public)
    assert grounds(author) == {"extremism": 1, "defamation": 1}
