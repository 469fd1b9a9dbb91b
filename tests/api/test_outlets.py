# SPDX-License-Identifier: Apache-2.0
"""Outlets and decisions of the API: three axes, two people, one decision for many outlets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.vocabulary import (
    Confidence,
    Egress,
    Mechanism,
    Role,
    SiteCondition,
    VantageRole,
)
from app.storage.database import Sessions
from app.storage.outlets import Outlet
from app.storage.sites import Episode, Site, SiteState, Vantage
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]
URL = "/api/v1/outlets"


def _outlet(client: Client, name: str = "Placeholder News") -> str:
    made = client.post(URL, json={"name": name, "country": "KZ"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_an_outlet_is_public_once_somebody_else_publishes_it(
    caller: Caller, public: Client
) -> None:
    """Its author sees it at once and cannot publish it; a colleague can."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    monitor = caller(Role.MONITOR, "aizhan")
    address = f"{URL}/{_outlet(author)}"
    own = f"{URL}/{_outlet(monitor)}"

    assert monitor.get(own).status_code == 200
    assert (monitor.get(address).status_code, public.get(address).status_code) == (404, 404)
    assert author.post(f"{address}:publish").status_code == 403
    assert colleague.post(f"{address}:publish").status_code == 200
    shown = public.get(address).json()
    assert {
        "id", "name", "country", "status", "publication", "reachability", "base", "since", "ground",
        "decision", "history",
    } <= shown.keys()  # fmt: skip
    assert shown["status"] == "unknown"


def test_an_outlet_is_reached_from_a_published_incident(public: Client, sessions: Sessions) -> None:
    """No more publishing is needed; the outlet lists the incident."""
    with sessions.writing() as session:
        target = {"kind": "outlet", "outlet": {"name": "Reached", "country": "KZ"}}
        row = make.incident(session, targets=[target])
        hidden = {"kind": "outlet", "outlet": {"name": "Hidden", "country": "KZ"}}
        make.incident(session, targets=[hidden], status=make.WorkflowStatus.VERIFIED)
        incident_id = str(row.id)

    (found,) = public.get(URL).json()["data"]

    assert found["name"] == "Reached"
    assert public.get(f"{URL}/{found['id']}").json()["incident_ids"] == [incident_id]


def test_an_event_counts_once_somebody_else_verified_it(caller: Caller, public: Client) -> None:
    """Then the headline follows; retracted it is gone again."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    outlet = _outlet(monitor)
    address = f"{URL}/{outlet}"
    editor.post(f"{address}:publish")
    body = {
        "axis": "publication",
        "value": "suspended",
        "valid_from": "2026-01-15",
        "ground": "periodicity_or_minor_formal",
    }
    event = monitor.post(f"{address}/status-events", json=body).json()["id"]
    before = public.get(address)
    assert (before.json()["status"], before.json()["history"]) == ("unknown", [])

    assert monitor.post(f"{address}/status-events/{event}:verify").status_code == 403
    assert editor.post(f"{address}/status-events/{event}:verify").status_code == 200

    after = public.get(address)
    assert after.headers["etag"] != before.headers["etag"]
    assert (after.json()["status"], after.json()["since"]) == ("suspended", "2026-01-15")
    assert after.json()["ground"] == "periodicity_or_minor_formal"
    assert public.get(f"{address}?as_of=2026-01-14").json()["status"] == "unknown"

    reason = {"reason": "Another outlet of that name."}
    assert editor.post(f"{address}/status-events/{event}:retract", json=reason).status_code == 200
    assert public.get(address).json()["status"] == "unknown"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"value": "exiled"}, "/value"),
        ({"axis": "mood"}, "/axis"),
        ({"valid_from": "2099"}, "/valid_from"),
        ({"valid_to": "2020"}, "/valid_to"),
        ({"ground": "whim"}, "/ground"),
    ],
)
def test_a_bad_event_names_its_field(caller: Caller, fields: dict[str, Any], pointer: str) -> None:
    """A value belongs to its axis; time runs forward."""
    monitor = caller(Role.MONITOR, "aizhan")
    body = {"axis": "publication", "value": "closed", "valid_from": "2026-01-15"}

    answer = monitor.post(f"{URL}/{_outlet(monitor)}/status-events", json={**body, **fields})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_one_decision_falls_on_many_outlets(caller: Caller, public: Client) -> None:
    """Publishing the decision stands for what it does to each; before, nothing is seen."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    outlets = [_outlet(author, name) for name in ("First", "Second", "Third")]
    for outlet in outlets:
        colleague.post(f"{URL}/{outlet}:publish")
    body = {
        "kind": "court_order",
        "title": "Order to close three newspapers",
        "date": "2025-12-25",
        "ground": "extremism",
        "territory": "KZ",
        "domains": ["First.Example"],
        "outlet_ids": outlets,
        "axis": "publication",
        "value": "closed_by_court",
    }
    decision = author.post("/api/v1/decisions", json=body).json()
    assert public.get("/api/v1/decisions").json()["data"] == []
    assert {one["status"] for one in public.get(URL).json()["data"]} == {"unknown"}
    address = f"/api/v1/decisions/{decision['id']}"

    assert author.post(f"{address}:publish").status_code == 403
    assert colleague.post(f"{address}:publish").status_code == 200
    assert colleague.post(f"{address}:publish").status_code == 409

    shown = public.get(URL).json()["data"]
    assert {(one["status"], one["ground"], one["decision"]) for one in shown} == {
        ("closed_by_court", "extremism", decision["id"])
    }
    (listed,) = public.get("/api/v1/decisions?ground=extremism&country=KZ").json()["data"]
    assert sorted(listed["outlet_ids"]) == sorted(outlets)
    assert listed["domains"] == ["first.example"]


def test_a_public_decision_names_no_outlet_that_is_hidden_or_withdrawn(
    caller: Caller, public: Client
) -> None:
    """In the list and alone it names the same: what is public and not taken back from it."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    shown, hidden, withdrawn = (_outlet(author, name) for name in ("First", "Second", "Third"))
    for outlet in (shown, withdrawn):
        colleague.post(f"{URL}/{outlet}:publish")
    body = {
        "title": "Order to close three newspapers",
        "date": "2025-12-25",
        "ground": "extremism",
        "territory": "KZ",
        "outlet_ids": [shown, hidden, withdrawn],
        "axis": "publication",
        "value": "closed_by_court",
    }
    address = author.post("/api/v1/decisions", json=body).headers["location"]
    colleague.post(f"{address}:publish")
    (event,) = author.get(f"{URL}/{withdrawn}").json()["history"]
    gone = colleague.post(
        f"{URL}/{withdrawn}/status-events/{event['id']}:retract", json={"reason": "Not that one."}
    )
    assert gone.status_code == 200

    (listed,) = public.get("/api/v1/decisions").json()["data"]
    assert listed["outlet_ids"] == [shown]
    assert public.get(address).json()["outlet_ids"] == [shown]
    assert sorted(colleague.get(address).json()["outlet_ids"]) == sorted([shown, hidden])


def test_a_decision_with_outlets_says_what_it_does(caller: Caller) -> None:
    """Outlets without an effect, or an effect without outlets, are incomplete."""
    author = caller(Role.EDITOR, "dana")
    body = {"title": "x", "date": "2025", "ground": "unknown", "territory": "KZ"}

    alone = author.post("/api/v1/decisions", json={**body, "outlet_ids": [_outlet(author)]})
    effect = {"axis": "publication", "value": "closed"}
    nobody = author.post("/api/v1/decisions", json={**body, **effect})

    assert (alone.status_code, nobody.status_code) == (422, 422)


def _measured(sessions: Sessions, condition: SiteCondition, **vantage: Any) -> str:
    """An outlet with one site that a vantage sees in some condition; its id."""
    with sessions.writing() as session:
        outlet = Outlet(
            name="Measured", country="KZ", is_published=True, created_at=NOW, updated_at=NOW
        )
        session.add(outlet)
        session.flush()
        site = Site(
            url="https://measured.example/",
            host="measured.example",
            category_code="NEWS",
            outlet_id=outlet.id,
            created_at=NOW,
            updated_at=NOW,
        )
        fields = {"country": "KZ", "asn": 1, "role": VantageRole.FIELD, **vantage}
        where = Vantage(code="v", egress=Egress.LOCAL, created_at=NOW, **fields)
        session.add_all([site, where])
        session.flush()
        since = NOW - timedelta(days=3)
        session.add(
            SiteState(
                site_id=site.id,
                vantage_id=where.id,
                condition=condition,
                since=since,
                next_due_at=NOW,
            )
        )
        if condition is SiteCondition.BLOCKED:
            session.add(
                Episode(
                    site_id=site.id,
                    vantage_id=where.id,
                    country=where.country,
                    asn=where.asn,
                    mechanism=Mechanism.SNI_RESET,
                    confidence=Confidence.LIKELY,
                    rule="rule",
                    since=since,
                    opened_at=since,
                )
            )
        return str(outlet.id)


def test_reachability_is_what_we_measure_inside_the_country(
    public: Client, sessions: Sessions
) -> None:
    """Blocked in a field network of its country: measured blocked, with the episode by the day."""
    shown = public.get(f"{URL}/{_measured(sessions, SiteCondition.BLOCKED)}").json()

    assert (shown["status"], shown["reachability"]) == ("blocked_measured", "blocked_measured")
    assert shown["measured"] == {"value": "blocked_measured", "since": "2026-02-27"}
    (episode,) = shown["episodes"]
    assert (episode["since"], episode["until"], episode["mechanism"]) == (
        "2026-02-27",
        None,
        "sni_reset",
    )
    earlier = public.get(f"{URL}/{shown['id']}?as_of=2026-02-26").json()
    assert earlier["reachability"] == "unknown"


@pytest.mark.parametrize(
    ("condition", "vantage", "expected"),
    [
        (SiteCondition.REACHABLE, {}, "reachable"),
        (SiteCondition.STALE, {}, "unknown"),
        (SiteCondition.DOWN, {}, "unknown"),
        (SiteCondition.BLOCKED, {"country": None}, "unknown"),
        (SiteCondition.BLOCKED, {"country": "DE"}, "unknown"),
        (SiteCondition.BLOCKED, {"role": VantageRole.CONTROL}, "unknown"),
    ],
)
def test_only_field_vantages_of_the_country_speak_of_reachability(
    public: Client,
    sessions: Sessions,
    condition: SiteCondition,
    vantage: dict[str, Any],
    expected: str,
) -> None:
    """Neither a control nor a vantage without or of another country; silence is unknown."""
    outlet = _measured(sessions, condition, **vantage)

    assert public.get(f"{URL}/{outlet}").json()["reachability"] == expected


def test_lists_are_paged_and_strict(caller: Caller, public: Client) -> None:
    """By name, each once; nonsense is 422, an unchanged list 304."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    for name in ("B", "A", "C"):
        colleague.post(f"{URL}/{_outlet(author, name)}:publish")
    first = public.get(f"{URL}?limit=2").json()
    rest = public.get(first["links"]["next"].replace("http://127.0.0.1:8000", "")).json()

    assert [one["name"] for one in first["data"] + rest["data"]] == ["A", "B", "C"]
    assert [one["name"] for one in public.get(f"{URL}?q=b").json()["data"]] == ["B"]
    assert public.get(f"{URL}?country=QQ").status_code == 422
    etag = public.get(URL).headers["etag"]
    assert public.get(URL, headers={"If-None-Match": etag}).status_code == 304
