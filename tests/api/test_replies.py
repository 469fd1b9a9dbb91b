# SPDX-License-Identifier: Apache-2.0
"""Recommendations with deadlines and steps, replies of States, and what the public sees of them."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.vocabulary import Role, WorkflowStatus
from app.storage.database import Sessions
from app.storage.sites import Site
from tests import make
from tests.client import Client

Caller = Callable[..., Client]
ASKED = {
    "addressee": "Ministry of Internal Affairs",
    "asked_by": "An organisation",
    "country": "KZ",
    "text": "Investigate who ordered the attack.",
    "made_on": "2026-01",
    "deadline_on": "2026-02-28",
}
QUESTION = {
    "country": "KZ",
    "addressee": "Permanent delegation",
    "asked_by": "UNESCO",
    "asked_on": "2026-01",
    "question": "What is the status of the enquiry?",
    "deadline_on": "2026-02-01",
}
LEVEL = "complete_impunity"  # whatever a State claims
RECOMMENDATIONS, REPLIES = "/api/v1/recommendations", "/api/v1/replies"


@pytest.fixture
def author(caller: Caller) -> Client:
    """Who enters."""
    return caller(Role.EDITOR, "dana")


@pytest.fixture
def colleague(caller: Caller) -> Client:
    """Who stands for it."""
    return caller(Role.EDITOR, "erlan")


def _made(client: Client, url: str, body: dict[str, Any], publisher: Client | None = None) -> str:
    made = client.post(url, json=body)
    assert made.status_code == 201, made.text
    address: str = made.headers["location"]
    if publisher is not None:
        assert publisher.post(f"{address}:publish").status_code == 200
    return address


def _ids(client: Client, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


def test_a_recommendation_is_overdue_until_it_is_settled(
    author: Client, colleague: Client, public: Client
) -> None:
    """Past its deadline it is overdue; the status follows the last step a second person verified."""
    url = _made(author, RECOMMENDATIONS, ASKED, colleague)
    own = url.rpartition("/")[2]
    assert _ids(public, f"{RECOMMENDATIONS}?overdue=true") == [own]
    assert _ids(public, f"{RECOMMENDATIONS}?overdue=false") == []

    accepted = author.post(f"{url}/steps", json={"status": "accepted", "date": "2026-02-02"})
    done = author.post(
        f"{url}/steps", json={"status": "done", "date": "2026-02-20", "note": "It was done."}
    )
    assert public.get(url).json()["history"] == []
    assert author.post(f"{url}/steps/{done.json()['id']}:verify").status_code == 403
    for step in (done, accepted):
        assert colleague.post(f"{url}/steps/{step.json()['id']}:verify").status_code == 200

    shown = public.get(url).json()
    assert (shown["status"], shown["overdue"]) == ("done", False)
    assert [one["status"] for one in shown["history"]] == ["accepted", "done"]
    assert _ids(public, f"{RECOMMENDATIONS}?overdue=true") == []
    assert _ids(public, f"{RECOMMENDATIONS}?status=done") == [own]

    for step in (done, accepted):
        again = f"{url}/steps/{step.json()['id']}:retract"
        assert colleague.post(again, json={"reason": "An error."}).status_code == 200
    assert public.get(url).json()["status"] == "open"
    assert _ids(public, f"{RECOMMENDATIONS}?overdue=true") == [own]


def test_without_a_day_nothing_is_overdue(
    author: Client, colleague: Client, public: Client
) -> None:
    """A source that says only when it is looked at next has no deadline."""
    body = {**ASKED, "deadline_on": None, "next_check": "the next dialogue round"}
    url = _made(author, RECOMMENDATIONS, body, colleague)

    shown = public.get(url).json()

    assert (shown["next_check"], shown["overdue"]) == ("the next dialogue round", False)
    assert _ids(public, f"{RECOMMENDATIONS}?overdue=true") == []


@pytest.mark.parametrize(("url", "body"), [(RECOMMENDATIONS, ASKED), (REPLIES, QUESTION)])
def test_each_is_changed_against_its_version_by_the_right_person(
    author: Client,
    colleague: Client,
    public: Client,
    caller: Caller,
    url: str,
    body: dict[str, Any],
) -> None:
    """428, 412; who changed it last does not publish it; once public, a second person with a reason."""
    address = _made(author, url, body)

    def change(client: Client, version: int, **fields: Any) -> int:
        headers = {"If-Match": f'"{version}"'}
        return client.patch(address, json=fields, headers=headers).status_code

    assert author.patch(address, json={"addressee": "x"}).status_code == 428
    assert change(author, 1, addressee="The Prime Minister") == 200
    assert change(author, 1, addressee="Another") == 412
    assert change(caller(Role.MONITOR, "aizhan"), 2, addressee="x") == 404
    assert change(colleague, 2, addressee="The President") == 200
    assert colleague.post(f"{address}:publish").status_code == 403
    third = caller(Role.EDITOR, "marat")
    assert third.post(f"{address}:publish").status_code == 200
    version = public.get(address).json()["version"]

    assert change(author, version, addressee="x", reason="Mine.") == 403
    assert change(third, version, addressee="x") == 422
    assert change(third, version, deadline_on="2020-01-01", reason="r") == 422
    before = public.get(address).headers["etag"]
    assert change(third, version, addressee="The Government", reason="A new form.") == 200
    assert public.get(address).json()["addressee"] == "The Government"
    assert public.get(address).headers["etag"] != before


def test_a_reply_shows_what_a_state_claims_and_only_of_what_is_public(
    author: Client, colleague: Client, public: Client, sessions: Sessions
) -> None:
    """Claims on hidden incidents and unpublished recommendations are not told."""
    with sessions.writing() as session:
        shown = make.incident(session)
        hidden = make.incident(session, status=WorkflowStatus.VERIFIED)
        case = make.case(session, shown.id)
        make.fact(session, case.id, "charged")
        ids = [str(shown.id), str(hidden.id)]
    public_ask = _made(author, RECOMMENDATIONS, ASKED, colleague).rpartition("/")[2]
    draft_ask = _made(author, RECOMMENDATIONS, ASKED).rpartition("/")[2]
    body = {
        **QUESTION,
        "replied_on": "2026-02-14",
        "answer": "Two persons were convicted.",
        "language": "en",
        "claims": [
            {"incident_id": ids[0], "judicial_status": "resolved", "resolution": "convicted"},
            {"incident_id": ids[1], "judicial_status": "ongoing_or_unresolved"},
        ],
        "case_ids": [str(case.id)],
        "recommendation_ids": [public_ask, draft_ask],
    }
    url = _made(author, REPLIES, body)
    own = url.rpartition("/")[2]
    assert (public.get(url).status_code, _ids(public, REPLIES)) == (404, [])
    assert public.get(f"{RECOMMENDATIONS}/{public_ask}").json()["replies"] == []
    colleague.post(f"{url}:publish")

    reply = public.get(url).json()
    assert [one["incident"]["id"] for one in reply["claims"]] == ids[:1]
    assert reply["claims"][0]["resolution"] == "convicted"
    assert reply["recommendation_ids"] == [public_ask]
    assert (reply["answered"], reply["overdue"]) == (True, False)
    assert len(colleague.get(url).json()["claims"]) == 2
    told = public.get(f"{RECOMMENDATIONS}/{public_ask}").json()["replies"]
    assert [one["id"] for one in told] == [own]
    for query, found in (
        (f"incident={ids[0]}", [own]),
        (f"incident={ids[1]}", []),
        (f"case={case.id}", [own]),
        (f"recommendation={public_ask}", [own]),
        (f"recommendation={draft_ask}", []),
        ("answered=true", [own]),
        ("answered=false", []),
        ("overdue=true", []),
        ("country=IQ", []),
    ):
        assert _ids(public, f"{REPLIES}?{query}") == found, query
    assert public.get(f"/api/v1/incidents/{ids[0]}").json()["impunity"]["level"] == LEVEL


def test_an_unanswered_question_is_overdue_until_the_answer_is_entered(
    author: Client, colleague: Client, public: Client, caller: Caller
) -> None:
    """The answer comes as a change of the same record."""
    url = _made(author, REPLIES, QUESTION, colleague)
    own = url.rpartition("/")[2]
    assert _ids(public, f"{REPLIES}?overdue=true") == [own]

    change = {"replied_on": "2026-02-20", "answer": "It is going on.", "reason": "It came."}
    answer = colleague.patch(url, json=change, headers={"If-Match": '"2"'})

    assert answer.status_code == 200, answer.text
    assert _ids(public, f"{REPLIES}?overdue=true") == []
    assert public.get(url).json()["answer"] == "It is going on."


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"answer": "Yes."}, "/replied_on"),
        ({"replied_on": "2025"}, "/replied_on"),
        ({"deadline_on": "2025-12-31"}, "/deadline_on"),
        ({"asked_on": "2099"}, "/asked_on"),
        ({"claims": [{"judicial_status": "resolved"}]}, "/claims/0/judicial_status"),
        ({"claims": [{"resolution": "convicted"}]}, "/claims/0/resolution"),
        ({"claims": [{}, {}]}, "/claims"),
        ({"claims": [{"incident_id": "0" * 32}]}, "/claims/0/incident_id"),
        ({"case_ids": ["0" * 32]}, "/case_ids/0"),
        ({"recommendation_ids": ["0" * 32]}, "/recommendation_ids/0"),
        ({"claims": [{"judicial_status": "solved"}]}, "/claims/0/judicial_status"),
    ],
)
def test_a_reply_cannot_contradict_itself(
    author: Client, sessions: Sessions, fields: dict[str, Any], pointer: str
) -> None:
    """No answer without a date, none before the question, no claim without an answer."""
    with sessions.writing() as session:
        incident = str(make.incident(session).id)
    claims = [{"incident_id": incident, **one} for one in fields.get("claims", [])]

    answer = author.post(REPLIES, json={**QUESTION, **fields, "claims": claims})

    assert answer.status_code == 422, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_what_a_decision_names_is_watched_only_where_a_person_says_so(
    author: Client, colleague: Client, caller: Caller, sessions: Sessions
) -> None:
    """Each domain is proposed; accepted it becomes a probed site of the outlet, or is declined."""
    admin = caller(Role.ADMIN, "root")
    outlet = author.post("/api/v1/outlets", json={"name": "A paper", "country": "KZ"}).json()["id"]
    body = {
        "title": "An order",
        "date": "2025",
        "ground": "extremism",
        "territory": "KZ",
        "domains": ["News.example", "mirror.example", "listed.example"],
        "titles": ["A paper", "Its weekly"],
        "outlet_ids": [outlet],
        "axis": "publication",
        "value": "closed",
    }
    admin.post("/api/v1/sites", json={"url": "https://listed.example/", "country": "KZ"})
    url = _made(author, "/api/v1/decisions", body, colleague)
    assert author.get(url).json()["titles"] == ["A paper", "Its weekly"]
    proposed = author.get(f"{url}/proposals").json()["data"]
    assert [(one["domain"], one["state"]) for one in proposed] == [
        ("news.example", "proposed"),
        ("mirror.example", "proposed"),
        ("listed.example", "listed"),
    ]
    sites = admin.get("/api/v1/sites").json()["data"]
    assert [one["url"] for one in sites] == ["https://listed.example/"]

    assert author.post(f"{url}/proposals/news.example:accept", json={}).status_code == 403
    accepted = admin.post(f"{url}/proposals/news.example:accept", json={})
    joined = admin.post(f"{url}/proposals/listed.example:accept", json={})
    declined = admin.post(f"{url}/proposals/mirror.example:decline", json={"reason": "Sold."})

    assert [one.status_code for one in (accepted, joined, declined)] == [200, 200, 200]
    assert admin.post(f"{url}/proposals/news.example:accept", json={}).status_code == 409
    assert admin.post(f"{url}/proposals/other.example:accept", json={}).status_code == 404
    states = {one["domain"]: one["state"] for one in author.get(f"{url}/proposals").json()["data"]}
    assert states == {
        "news.example": "accepted",
        "mirror.example": "declined",
        "listed.example": "accepted",
    }
    watched = admin.get(f"/api/v1/sites?outlet={outlet}").json()["data"]
    assert {one["url"] for one in watched} == {"https://news.example/", "https://listed.example/"}
    with sessions.reading() as session:
        site = session.get_one(Site, uuid.UUID(accepted.json()["site_id"]))
        assert (site.is_probed, site.country, str(site.outlet_id)) == (True, "KZ", outlet)


def test_erasing_a_person_takes_the_name_out_of_questions_and_answers(
    author: Client, colleague: Client, public: Client, sessions: Sessions
) -> None:
    """Also where the person is only party to the case that was asked about."""
    target = {"kind": "person", "person": {"name": "Aigul Serikbayeva", "country": "KZ"}}
    with sessions.writing() as session:
        other = make.incident(session, targets=[target])
        row = make.incident(session)
        case = make.case(session, row.id)
        make.fact(session, case.id, "charged")
        person = str(other.targets[0].person_id)
        case_id = str(case.id)
    party = {"kind": "person", "role": "claimant", "person_id": person}
    assert author.post(f"/api/v1/cases/{case_id}/parties", json=party).status_code == 201
    asked = {**ASKED, "text": "Hear Aigul Serikbayeva.", "case_ids": [case_id]}
    recommendation = _made(author, RECOMMENDATIONS, asked, colleague)
    answer = {"replied_on": "2026-02", "answer": "Aigul Serikbayeva was heard."}
    linked = {"recommendation_ids": [recommendation.rpartition("/")[2]]}
    reply = _made(author, REPLIES, {**QUESTION, **answer, **linked}, colleague)

    done = colleague.post(f"/api/v1/people/{person}:erase", json={"reason": "Asked for it."})

    assert done.status_code == 200, done.text
    for url in (recommendation, reply, f"/api/v1/cases/{case_id}"):
        assert "Serikbayeva" not in author.get(url).text
    assert public.get(reply).json()["answered"] is True
