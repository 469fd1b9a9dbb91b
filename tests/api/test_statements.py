# SPDX-License-Identifier: Apache-2.0
"""Patterns, recommendations and event groups: entered by one, public by another; people; words."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.vocabulary import Category, Role, Stage, WorkflowStatus
from app.storage.database import Sessions
from tests import make
from tests.client import Client

Caller = Callable[..., Client]
PATTERN = {
    "country": "KZ",
    "category": "outlet_measure",
    "subtype": "suspension",
    "statement": "Suspensions for minor violations.",
}
BODIES: dict[str, dict[str, Any]] = {
    "patterns": PATTERN,
    "recommendations": {"addressee": "European Union", "country": "KZ", "text": "Raise it."},
    "event-groups": {"name": "A protest", "country": "KZ", "date": "2025-06"},
    "decisions": {"title": "An order", "date": "2025", "ground": "other", "territory": "KZ"},
}


@pytest.mark.parametrize("noun", list(BODIES))
def test_what_one_enters_another_publishes(caller: Caller, public: Client, noun: str) -> None:
    """Hidden until then, also from other monitors; nobody publishes their own; the rest is 409."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    monitor = caller(Role.MONITOR, "aizhan")
    made = author.post(f"/api/v1/{noun}", json=BODIES[noun])
    assert made.status_code == 201, made.text
    address = made.headers["location"]
    before = public.get(f"/api/v1/{noun}")
    assert before.json()["data"] == []
    assert (public.get(address).status_code, monitor.get(address).status_code) == (404, 404)

    # What a monitor may not see is not there, whatever they try with it.
    assert monitor.post(f"{address}:publish").status_code == 404
    assert author.post(f"{address}:publish").status_code == 403
    assert colleague.post(f"{address}:publish").status_code == 200

    assert colleague.post(f"{address}:publish").status_code == 409
    shown = public.get(f"/api/v1/{noun}?country=KZ")
    assert [one["id"] for one in shown.json()["data"]] == [made.json()["id"]]
    assert shown.headers["etag"] != before.headers["etag"]
    assert public.get(address).json()["published"] is True
    missing = f"/api/v1/{noun}/{uuid.uuid4()}:publish"
    assert colleague.post(missing).status_code == 404


@pytest.mark.parametrize("noun", list(BODIES))
def test_strict_in_and_out(caller: Caller, public: Client, noun: str) -> None:
    """A key is needed to enter; unknown fields, countries and parameters are refused."""
    monitor = caller(Role.MONITOR, "aizhan")
    url = f"/api/v1/{noun}"
    territory = "territory" if noun == "decisions" else "country"

    assert public.post(url, json=BODIES[noun]).status_code == 401
    assert monitor.post(url, json={**BODIES[noun], "published": True}).status_code == 422
    assert monitor.post(url, json={**BODIES[noun], territory: "QQ"}).status_code == 422
    assert public.get(f"{url}?country=QQ").status_code == 422
    assert public.get(f"{url}?colour=red").status_code == 422
    etag = public.get(url).headers["etag"]
    assert public.get(url, headers={"If-None-Match": etag}).status_code == 304


def test_a_pattern_is_never_an_incident(caller: Caller, public: Client) -> None:
    """It is listed apart, marked as not counted, and no incident comes of it."""
    author, colleague = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "erlan")
    made = author.post("/api/v1/patterns", json=PATTERN)
    colleague.post(f"{made.headers['location']}:publish")

    assert public.get("/api/v1/incidents").json()["data"] == []
    assert public.get("/api/v1/patterns").json()["data"][0]["counted"] is False
    assert public.get("/api/v1/patterns?category=killing").json()["data"] == []
    wrong = author.post("/api/v1/patterns", json={**PATTERN, "subtype": "ddos"})
    assert wrong.status_code == 422


def test_publishing_an_event_group_shows_it_in_its_incidents(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """Before, the incident does not name it."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    made = author.post("/api/v1/event-groups", json=BODIES["event-groups"])
    with sessions.writing() as session:
        row = make.incident(session, event_group_id=made.json()["id"])
        address = f"/api/v1/incidents/{row.id}"
    assert public.get(address).json()["event_group"] is None

    colleague.post(f"{made.headers['location']}:publish")

    assert public.get(address).json()["event_group"]["name"] == "A protest"


def test_people_are_those_of_published_incidents(public: Client, sessions: Sessions) -> None:
    """Nobody of a hidden incident is listed, found or reached."""

    def target(name: str) -> dict[str, Any]:
        return {"kind": "person", "person": {"name": name, "country": "KZ"}}

    with sessions.writing() as session:
        make.incident(session, targets=[target("Shown Person")])
        hidden = make.incident(
            session, targets=[target("Hidden Person")], status=WorkflowStatus.VERIFIED
        )
        person_id = hidden.targets[0].person_id

    listed = public.get("/api/v1/people?country=KZ").json()["data"]
    assert [one["name"] for one in listed] == ["Shown Person"]
    assert public.get("/api/v1/people?q=hidden").json()["data"] == []
    assert public.get(f"/api/v1/people/{person_id}").status_code == 404
    assert listed[0].items() <= public.get(f"/api/v1/people/{listed[0]['id']}").json().items()
    assert public.get(f"/api/v1/incidents?person={person_id}").json()["data"] == []


def test_the_vocabulary_lists_every_code_with_its_sentence(public: Client) -> None:
    """Made from the code; its version is an ETag."""
    answer = public.get("/api/v1/vocabulary")

    lists = answer.json()["lists"]
    assert [one["code"] for one in lists["Category"]["terms"]] == [one.value for one in Category]
    assert [one["code"] for one in lists["Stage"]["terms"]] == [one.value for one in Stage]
    assert all(one["sentence"]["en"] for kind in lists.values() for one in kind["terms"])
    killing = lists["Category"]["terms"][0]
    assert "crossfire" in killing["subtypes"]
    assert killing["impunity_applicable"] is True
    etag = answer.headers["etag"]
    assert answer.json()["vocabulary_version"] in etag
    again = public.get("/api/v1/vocabulary", headers={"If-None-Match": etag})
    assert again.status_code == 304
