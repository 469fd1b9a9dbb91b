# SPDX-License-Identifier: Apache-2.0
"""Parties to cases and structured sentences: who may be named, what is never added up, PATCH, filters."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.vocabulary import Role, WorkflowStatus
from app.storage.database import Sessions
from tests import make
from tests.client import Client

Caller = Callable[..., Client]
COURT = {"type": "court_document", "title": "Judgment of 1 July 2025"}


def _person(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "person", "person": {"name": name, "country": "KZ", **fields}}


def _case(sessions: Sessions, polarity: str = "accountability", **fields: Any) -> dict[str, Any]:
    """A public case with a verified fact, of an incident with these fields."""
    with sessions.writing() as session:
        row = make.incident(session, **fields)
        case = make.case(session, row.id, polarity=polarity)
        make.fact(session, case.id, "charged")
        return {
            "url": f"/api/v1/cases/{case.id}",
            "incident": str(row.id),
            "targets": [str(one.person_id) for one in row.targets if one.person_id],
            "suspects": [str(one.person_id) for one in row.involvements if one.person_id],
            "slots": [str(one.slot_id) for one in row.involvements],
        }


def _party(client: Client, url: str, checker: Client, **body: Any) -> dict[str, Any]:
    made = client.post(f"{url}/parties", json={"source": COURT, **body})
    assert made.status_code == 201, made.text
    stood = checker.post(f"{url}/parties/{made.json()['id']}:verify")
    assert stood.status_code == 200, stood.text
    return dict(stood.json())


def _names(client: Client, url: str) -> dict[str, Any]:
    return {
        one["role"]: one["person"]["name"] if one["person"] else one["description"]
        for one in client.get(url).json()["parties"]
    }


def test_a_party_counts_once_a_second_person_verified_it(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """Hidden until then; nobody verifies their own; withdrawn with a reason it is gone again."""
    url = _case(sessions)["url"]
    author, editor = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    body = {"kind": "authority", "role": "court", "description": "City court", "source": COURT}
    made = author.post(f"{url}/parties", json=body).json()
    before = public.get(url)
    assert before.json()["parties"] == []

    assert author.post(f"{url}/parties/{made['id']}:verify").status_code == 403
    assert editor.post(f"{url}/parties/{made['id']}:verify").status_code == 200
    assert editor.post(f"{url}/parties/{made['id']}:verify").status_code == 409

    after = public.get(url)
    assert _names(public, url) == {"court": "City court"}
    assert after.headers["etag"] != before.headers["etag"]
    assert editor.post(f"{url}/parties/{made['id']}:retract", json={}).status_code == 422
    gone = editor.post(f"{url}/parties/{made['id']}:retract", json={"reason": "Another court."})
    assert gone.status_code == 200
    assert public.get(url).json()["parties"] == []


def test_a_defendant_is_named_only_under_the_rule_for_suspects(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """An accused whom no court or official source names stays withheld, in any role here."""
    suspect = {"crime_role": "executor", "description": "a man", "person": {"name": "Accused Man"}}
    case = _case(sessions, involvements=[suspect])
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "erlan")
    author = caller(Role.EDITOR, "dana")
    for role in ("defendant", "lawyer"):
        _party(author, case["url"], editor, kind="person", role=role, person_id=case["suspects"][0])

    shown = public.get(case["url"]).json()["parties"]

    assert [(one["person"], one["name_withheld"]) for one in shown] == [(None, True)] * 2
    assert "Accused" not in public.get(case["url"]).text
    assert "Accused" not in monitor.get(case["url"]).text
    assert set(_names(editor, case["url"]).values()) == {"Accused Man"}

    with sessions.writing() as session:
        make.fact(
            session,
            uuid.UUID(case["url"].rpartition("/")[2]),
            "convicted",
            involvement_id=case["slots"][0],
            source=COURT,
        )
    assert set(_names(public, case["url"]).values()) == {"Accused Man"}


def test_minors_and_third_parties_are_never_named_and_officials_are(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """A judge by office and a target are named; a minor, a relative and a third party are not."""
    people = [_person("Target One"), _person("A Child", is_minor=True)]
    case = _case(sessions, "reprisal", targets=people)
    others = [_person("Judge Name"), _person("Third Name"), _person("Kin Name", is_relative=True)]
    with sessions.writing() as session:
        hidden = make.incident(session, targets=others, status=WorkflowStatus.VERIFIED)
        judge, third, kin = (str(one.person_id) for one in hidden.targets)
    # Targets of another incident are no targets here.
    author, editor = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    target, child = case["targets"]
    for role, person in (
        ("defendant", target),
        ("victim", child),
        ("court", judge),
        ("third_party", third),
        ("lawyer", kin),
    ):
        _party(author, case["url"], editor, kind="person", role=role, person_id=person)

    assert _names(public, case["url"]) == {
        "defendant": "Target One",
        "victim": None,
        "court": "Judge Name",
        "third_party": None,
        "lawyer": None,
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "person", "role": "defendant"}, "/person_id"),
        ({"kind": "authority", "role": "court"}, "/description"),
        ({"kind": "group", "role": "victim", "description": " "}, "/description"),
        ({"kind": "person", "role": "defendant", "person_id": "0" * 32}, "/person_id"),
        ({"kind": "outlet", "role": "judge", "outlet_id": "0" * 32}, "/role"),
        ({"kind": "outlet", "role": "court", "outlet_id": "0" * 32}, "/role"),
    ],
)
def test_a_bad_party_names_its_field(
    caller: Caller, sessions: Sessions, body: dict[str, Any], pointer: str
) -> None:
    """What its kind needs is there, what it cannot have is not, and who is named exists."""
    url = _case(sessions)["url"]

    answer = caller(Role.EDITOR, "dana").post(f"{url}/parties", json=body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_sentences_are_shown_each_and_never_added(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """Months, life, fine with its currency and words, other sanctions; two terms give no one sum."""
    case = _case(sessions, "reprisal")
    author, editor = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    imposed = [
        {"sentence_months": 90, "sanctions": ["profession_ban", "confiscation"]},
        {"sentence_months": 24, "suspended_sentence": True},
        {"life": True},
        {"fine": "4 million tenge", "fine_amount": "4000000.50", "fine_currency": "KZT"},
    ]
    for one in imposed:
        body = {"kind": "convicted", "date": "2025-07-01", "source": COURT, **one}
        made = author.post(f"{case['url']}/facts", json=body)
        assert made.status_code == 201, made.text
        editor.post(f"{case['url']}/facts/{made.json()['id']}:verify")

    shown = public.get(case["url"]).json()

    assert shown["sentence_months"] is None
    assert [one["months"] for one in shown["sentences"]] == [90, 24, None, None]
    assert [one["suspended"] for one in shown["sentences"]] == [False, True, False, False]
    assert shown["sentences"][0]["sanctions"] == ["profession_ban", "confiscation"]
    assert shown["sentences"][2]["life"] is True
    money = shown["sentences"][3]
    assert (money["fine"], money["fine_amount"], money["fine_currency"]) == (
        "4 million tenge",
        "4000000.50",
        "KZT",
    )
    assert {one["standing"] for one in shown["sentences"]} == {"in_force"}
    assert [one["stage"] for one in shown["timeline"]] == ["charged"] + [
        "verdict_first_instance"
    ] * 4


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"life": True, "sentence_months": 12}, "/sentence_months"),
        ({"fine_amount": "5"}, "/fine_currency"),
        ({"fine_amount": "5", "fine_currency": "tenge"}, "/fine_currency"),
        ({"fine_amount": "0.001", "fine_currency": "KZT"}, "/fine_amount"),
        ({"sanctions": ["exile"]}, "/sanctions/0"),
    ],
)
def test_a_sentence_cannot_contradict_itself(
    caller: Caller, sessions: Sessions, fields: dict[str, Any], pointer: str
) -> None:
    """For life without months, an amount with its currency, sanctions of the vocabulary."""
    url = _case(sessions)["url"]
    body = {"kind": "convicted", "date": "2025-07-01", **fields}

    answer = caller(Role.EDITOR, "dana").post(f"{url}/facts", json=body)

    assert answer.status_code == 422, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_a_case_is_changed_against_the_version_that_was_read(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """428 without one, 412 with an old one; once public, a second person gives a reason."""
    with sessions.writing() as session:
        incident = str(make.incident(session).id)
    author, editor = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    body = {"polarity": "accountability", "title": "x", "country": "KZ", "incident_ids": [incident]}
    url = author.post("/api/v1/cases", json=body).headers["location"]

    def change(client: Client, version: int, **fields: Any) -> int:
        return client.patch(url, json=fields, headers={"If-Match": f'"{version}"'}).status_code

    assert author.patch(url, json={"court": "City court"}).status_code == 428
    assert change(author, 1, court="City court") == 200
    assert change(author, 1, court="Another") == 412
    assert change(author, 2, incident_ids=[]) == 422
    assert change(author, 2, polarity="remedy") == 200
    fact = author.post(f"{url}/facts", json={"kind": "charged", "date": "2025"}).json()["id"]
    editor.post(f"{url}/facts/{fact}:verify")
    version = editor.get(url).json()["version"]

    assert change(author, version, title="Mine", reason="Mine.") == 403
    assert change(editor, version, title="Theirs") == 422
    assert change(editor, version, polarity="reprisal", reason="A suit.") == 409
    assert change(editor, version, title="Theirs", reason="A suit.") == 200

    shown = public.get(url).json()
    assert (shown["title"], shown["polarity"], shown["version"]) == ("Theirs", "remedy", None)
    document = public.get(f"/api/v1/incidents/{incident}").json()
    assert document["cases"][0]["polarity"] == "remedy"


def test_cases_are_found_by_stage_person_and_outlet(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """A hidden suspect finds nothing for the public; a target does, and the desk finds both."""
    suspect = {"crime_role": "executor", "description": "a man", "person": {"name": "Accused Man"}}
    paper = {"kind": "outlet", "outlet": {"name": "A paper", "country": "KZ"}}
    case = _case(sessions, targets=[_person("Target One"), paper], involvements=[suspect])
    with sessions.writing() as session:
        other = make.case(session, make.incident(session).id)
        make.fact(session, other.id, "trial_opened")
    editor = caller(Role.EDITOR, "erlan")
    document = public.get(f"/api/v1/incidents/{case['incident']}").json()
    outlet = next(one["outlet"]["id"] for one in document["targets"] if one["outlet"])
    own = case["url"].rpartition("/")[2]

    def found(client: Client, query: str) -> list[str]:
        return [one["id"] for one in client.get(f"/api/v1/cases?{query}").json()["data"]]

    assert found(public, "stage=charged") == [own]
    assert found(public, "stage=trial") == [str(other.id)]
    assert found(public, "stage=archived") == found(public, "stage=final") == []
    assert found(public, f"person={case['targets'][0]}") == [own]
    assert found(public, f"person={case['suspects'][0]}") == []
    assert found(editor, f"person={case['suspects'][0]}") == [own]
    assert found(public, f"outlet={outlet}") == [own]
    assert found(public, f"outlet={own}") == []
