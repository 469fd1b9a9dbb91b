# SPDX-License-Identifier: Apache-2.0
"""People of the API: where they are and why, by what everybody may read of them."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Role, WorkflowStatus
from app.storage.database import Sessions
from app.storage.parts import Target
from app.storage.people import Person
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]
URL = "/api/v1/people"
BEFORE = NOW - timedelta(days=30)


def person(name: str = "Aigerim Q.", country: str | None = "KZ", **fields: Any) -> dict[str, Any]:
    """A target: a journalist new to the record."""
    about = {"name": name, "country": country}
    for key in ("is_minor", "is_relative"):
        about[key] = fields.pop(key, False)
    return {"kind": "person", "person": about, "primary_role": "journalist", **fields}


def known(person_id: uuid.UUID | None, **fields: Any) -> dict[str, Any]:
    """A target who is on record already."""
    return {"kind": "person", "person_id": str(person_id), "primary_role": "journalist", **fields}


def held(sessions: Sessions, **fields: Any) -> uuid.UUID:
    """Somebody who was imprisoned in 2025; their id."""
    kinds = [{"category": "detention", "subtype": "imprisonment"}]
    given = {"categories": kinds, "targets": [person()], **fields}
    with sessions.writing() as session:
        row = make.incident(session, **given)
        person_id = row.targets[0].person_id
        assert person_id is not None
        return person_id


def test_a_person_is_where_the_record_last_says(sessions: Sessions, public: Client) -> None:
    """State, since when, rule, reasons and the facts behind them; the history has every turn."""
    with sessions.writing() as session:
        kinds = [{"category": "detention", "subtype": "arrest"}]
        row = make.incident(session, categories=kinds, targets=[person()], date="2025-06-01")
        person_id = row.targets[0].person_id
        case = make.case(session, row.id, polarity="reprisal")
        done = make.fact(session, case.id, "convicted", "2025-08-01", sentence_months=24)

    view = public.get(f"{URL}/{person_id}").json()

    standing = view["standing"]
    assert (standing["state"], standing["rule"]) == ("imprisoned", "person.convicted_in_custody")
    assert standing["since"]["text"] == "2025-08-01"
    assert standing["fact_ids"] == [str(done.id)]
    assert (standing["presumed_end"], standing["is_past_presumed_end"]) == ("2027-08-01", False)
    assert standing["as_of"] == "2026-03-02"
    assert [(one["state"], one["since"]["text"]) for one in view["history"]] == [
        ("in_detention", "2025-06-01"),
        ("imprisoned", "2025-08-01"),
    ]
    earlier = public.get(f"{URL}/{person_id}?as_of=2025-07-31").json()["standing"]
    assert (earlier["state"], earlier["incident_ids"]) == ("in_detention", [str(row.id)])
    late = public.get(f"{URL}/{person_id}?as_of=2027-08-02").json()["standing"]
    assert (late["state"], late["is_past_presumed_end"]) == ("imprisoned", True)
    assert late["reasons"][-1] == (
        "The sentence would have ended by 2027-08-01; a release is not on record."
    )


def test_lists_are_filtered_by_standing_and_paged(sessions: Sessions, public: Client) -> None:
    """`state=imprisoned&country=KZ` gives exactly those, in pages; silence is unknown."""
    for name, country in (("C", "KZ"), ("A", "KZ"), ("B", None), ("D", "UZ")):
        held(sessions, targets=[person(name, country)])
    with sessions.writing() as session:
        make.incident(session, targets=[person("Attacked")])

    first = public.get(f"{URL}?state=imprisoned&country=KZ&limit=2").json()
    rest = public.get(first["links"]["next"].replace("http://127.0.0.1:8000", "")).json()

    # Whose country nobody states is counted where the act was.
    assert [one["name"] for one in first["data"] + rest["data"]] == ["A", "B", "C"]
    silent = public.get(f"{URL}?state=unknown").json()["data"]
    assert [one["name"] for one in silent] == ["Attacked"]
    assert silent[0]["standing"]["rule"] == "person.silent"
    assert public.get(f"{URL}?state=free").json()["data"] == []
    assert public.get(f"{URL}?state=happy").status_code == 422


def test_what_is_hidden_moves_nobody(sessions: Sessions, public: Client, caller: Caller) -> None:
    """An incident that is not public, or in which the name is withheld, tells the public nothing."""
    person_id = held(sessions)
    with sessions.writing() as session:
        killing = [{"category": "killing"}]
        make.incident(
            session,
            status=WorkflowStatus.VERIFIED,
            categories=killing,
            targets=[known(person_id)],
        )
        make.incident(
            session,
            categories=killing,
            targets=[known(person_id, primary_role="family_member")],
        )

    shown = public.get(f"{URL}/{person_id}").json()
    assert shown["standing"]["state"] == "imprisoned"
    assert len(shown["history"]) == len(shown["targeted_in"]) == 1
    staff = caller(Role.EDITOR, "dana").get(f"{URL}/{person_id}").json()
    assert staff["standing"]["state"] == "killed"


def test_of_a_suspect_nothing_is_said(sessions: Sessions, public: Client, caller: Caller) -> None:
    """Whoever is named as a suspect has a page by the old rule, and no standing; nor a statement."""
    with sessions.writing() as session:
        suspect = {"crime_role": "executor", "description": "x", "status": "convicted"}
        row = make.incident(
            session,
            involvements=[{**suspect, "person": {"name": "Suspect"}}],
            sources=[{"type": "court_document", "title": "Verdict"}],
        )
        person_id = row.involvements[0].person_id

    shown = public.get(f"{URL}/{person_id}").json()

    assert (shown["standing"], shown["history"]) == (None, [])
    body = {"standing": "exiled", "date": "2026"}
    refused = caller(Role.EDITOR, "dana").post(f"{URL}/{person_id}/statements", json=body)
    assert refused.status_code == 422
    assert public.get(f"{URL}?state=unknown").json()["data"] == []


def test_a_statement_counts_once_a_second_person_stands_for_it(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """What no incident and no case says: entered, verified by another, withdrawn with a reason."""
    person_id = held(sessions)
    address = f"{URL}/{person_id}"
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    source = {"type": "news", "title": "Left the country", "url": "https://news.example/a"}
    body = {"standing": "exiled", "date": "2026-01", "source": source}

    made = monitor.post(f"{address}/statements", json=body)
    assert made.status_code == 201, made.text
    one = f"{address}/statements/{made.json()['id']}"
    before = public.get(address)
    assert (before.json()["standing"]["state"], before.json()["statements"]) == ("imprisoned", [])
    assert public.post(f"{one}:verify").status_code == 401
    assert monitor.post(f"{one}:verify").status_code == 403
    assert editor.post(f"{one}:verify").status_code == 200
    assert editor.post(f"{one}:verify").status_code == 409

    after = public.get(address)
    assert after.headers["etag"] != before.headers["etag"]
    standing = after.json()["standing"]
    assert (standing["state"], standing["rule"]) == ("exiled", "person.stated")
    assert standing["statement_ids"] == [made.json()["id"]]
    (statement,) = after.json()["statements"]
    assert (statement["source"]["title"], statement["date"]["text"]) == (
        "Left the country",
        "2026-01",
    )
    assert editor.post(f"{one}:retract", json={"reason": "Another."}).status_code == 200
    assert public.get(address).json()["standing"]["state"] == "imprisoned"
    assert public.get(address).json()["statements"] == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"standing": "happy"}, "/standing"),
        ({"date": "2099"}, "/date"),
        ({"date": "soon"}, "/date"),
    ],
)
def test_a_bad_statement_names_its_field(
    sessions: Sessions, caller: Caller, fields: dict[str, Any], pointer: str
) -> None:
    """A standing of the vocabulary, on a day that has come."""
    address = f"{URL}/{held(sessions)}/statements"
    body = {"standing": "exiled", "date": "2026-01", **fields}

    answer = caller(Role.MONITOR, "aizhan").post(address, json=body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_past_knowledge_is_answered_as_it_was(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """A release entered today was not known yesterday, whatever day it happened."""
    with sessions.writing() as session:
        kinds = [{"category": "detention", "subtype": "imprisonment"}]
        row = make.incident(session, categories=kinds, targets=[person()], now=BEFORE)
        person_id = row.targets[0].person_id
        case = make.case(session, row.id, polarity="reprisal")
        make.fact(session, case.id, "released", "2026-01-01")

    then = (NOW - timedelta(days=1)).isoformat()
    longer = (BEFORE - timedelta(days=1)).isoformat()
    for client in (public, caller(Role.EDITOR, "dana")):

        def state(client: Client = client, **query: str) -> str:
            said: str = client.get(f"{URL}/{person_id}", params=query).json()["standing"]["state"]
            return said

        assert state() == "released"
        assert state(known_at=then) == "imprisoned"
        assert state(known_at=longer) == "unknown"
        assert state(as_of="2025-12-31") == "imprisoned"
    assert public.get(f"{URL}/{person_id}?known_at=2026-01-01T00:00:00").status_code == 422


def test_an_outlets_search_finds_what_was_done_to_its_journalists(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """By where a person worked at the time; never where that would name somebody withheld."""
    with sessions.writing() as session:
        target = {"kind": "outlet", "outlet": {"name": "The Weekly", "country": "KZ"}}
        outlet_id = str(make.incident(session, title="Raid", targets=[target]).targets[0].outlet_id)
        there = {"employer_outlet_id": outlet_id}
        attack = make.incident(session, title="Attack", targets=[person(**there)])
        make.incident(session, title="Withheld", targets=[person("Young", is_minor=True, **there)])
        make.incident(session, title="Group", targets=[
            {"kind": "group", "description": "Two reporters", **there}])  # fmt: skip
        make.incident(
            session, title="Hidden", status=WorkflowStatus.VERIFIED, targets=[person(**there)]
        )
        attack_id, person_id = attack.id, attack.targets[0].person_id

    found = public.get(f"/api/v1/incidents?outlet={outlet_id}").json()["data"]
    assert {one["title"] for one in found} == {"Raid", "Attack", "Group"}
    (target,) = public.get(f"/api/v1/incidents/{attack_id}").json()["targets"]
    assert target["employer"] == {"id": outlet_id, "name": "The Weekly"}
    (done,) = public.get(f"{URL}/{person_id}").json()["targeted_in"]
    assert done["employer"]["name"] == "The Weekly"
    withheld = list(public.get("/api/v1/incidents?q=Withheld").json()["data"][0]["targets"])
    assert [(one["name_withheld"], one["employer"]) for one in withheld] == [(True, None)]
    assert "The Weekly" not in public.get("/api/v1/incidents?q=Withheld").text
    assert public.get("/api/v1/incidents?q=weekly").json()["data"]


def test_an_outlet_is_reached_by_where_somebody_worked(sessions: Sessions, public: Client) -> None:
    """A published attack on a journalist shows the outlet; of a withheld name it shows none."""
    with sessions.writing() as session:
        outlets = [
            make.incident(
                session,
                status=WorkflowStatus.VERIFIED,
                targets=[{"kind": "outlet", "outlet": {"name": name, "country": "KZ"}}],
            ).targets[0].outlet_id
            for name in ("Seen", "Unseen")
        ]  # fmt: skip
        make.incident(session, targets=[person(employer_outlet_id=str(outlets[0]))])
        make.incident(
            session, targets=[person("Young", is_minor=True, employer_outlet_id=str(outlets[1]))]
        )

    assert [one["name"] for one in public.get("/api/v1/outlets").json()["data"]] == ["Seen"]


def test_only_people_work_at_an_outlet(caller: Caller, sessions: Sessions) -> None:
    """An outlet has no employer, and the employer must be one that the submitter can see."""
    monitor = caller(Role.MONITOR, "aizhan")
    made = caller(Role.EDITOR, "dana").post(
        "/api/v1/outlets", json={"name": "Hidden", "country": "KZ"}
    )
    body = {
        "title": "x",
        "date": "2026-01-01",
        "country": "KZ",
        "categories": [{"category": "detention"}],
    }
    at = {"employer_outlet_id": made.json()["id"]}
    for target in (
        {"kind": "outlet", "outlet": {"name": "y", "country": "KZ"}, **at},
        {"kind": "group", "description": "Three", **at},
    ):
        answer = monitor.post("/api/v1/incidents", json={**body, "targets": [target]})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/targets/0/employer_outlet_id"
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Target)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
