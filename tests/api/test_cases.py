# SPDX-License-Identifier: Apache-2.0
"""Cases of the API: who may add and verify, what everybody reads of them."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.vocabulary import Role
from app.storage.database import Sessions
from tests import make
from tests.client import Client

Caller = Callable[..., Client]
URL = "/api/v1/cases"
CONVICTED = {"kind": "convicted", "date": "2025-07-01", "role": "executor"}


@pytest.fixture
def incident_id(sessions: Sessions) -> str:
    """A published attack."""
    with sessions.writing() as session:
        return str(make.incident(session).id)


def _case(client: Client, incident_id: str, **fields: Any) -> dict[str, Any]:
    body = {
        "polarity": "accountability",
        "title": "The attackers",
        "country": "KZ",
        "incident_ids": [incident_id],
        "number": "1-23/2025",
    }
    made = client.post(URL, json={**body, **fields})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_a_fact_counts_once_a_second_person_verified_it(
    caller: Caller, public: Client, incident_id: str
) -> None:
    """Entered by a monitor, verified by an editor: then everybody reads case, fact and level."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    case = _case(monitor, incident_id)
    address = f"{URL}/{case['id']}"
    fact = monitor.post(f"{address}/facts", json=CONVICTED)
    assert fact.status_code == 201
    hidden = public.get(URL)
    assert hidden.json()["data"] == []
    assert public.get(address).status_code == 404

    own = monitor.post(f"{address}/facts/{fact.json()['id']}:verify")
    verified = editor.post(f"{address}/facts/{fact.json()['id']}:verify")

    assert (own.status_code, verified.status_code) == (403, 200)
    assert public.get(URL).headers["etag"] != hidden.headers["etag"]
    shown = public.get(address).json()
    assert shown["stage"] == "verdict_first_instance"
    assert shown["number"] is None
    assert editor.get(address).json()["number"] == "1-23/2025"
    assert [one["kind"] for one in public.get(f"{address}/facts").json()["data"]] == ["convicted"]
    incident = public.get(f"/api/v1/incidents/{incident_id}").json()
    assert incident["cases"] == [
        {
            "id": case["id"],
            "polarity": "accountability",
            "stage": "verdict_first_instance",
            "title": "The attackers",
            "sentence_months": None,
        }
    ]
    assert incident["impunity"]["fact_ids"] == [fact.json()["id"]]


def test_a_refused_verification_is_on_record(caller: Caller, incident_id: str) -> None:
    """An editor cannot verify their own fact; trying twice is a conflict after a colleague did."""
    author, colleague = caller(Role.EDITOR, "dana"), caller(Role.VERIFIER, "erlan")
    address = f"{URL}/{_case(author, incident_id)['id']}/facts"
    fact = author.post(address, json=CONVICTED).json()["id"]

    assert author.post(f"{address}/{fact}:verify").status_code == 403
    assert colleague.post(f"{address}/{fact}:verify").status_code == 200
    assert colleague.post(f"{address}/{fact}:verify").status_code == 409
    assert colleague.post(f"{address}/{uuid.uuid4()}:verify").status_code == 404


def test_retracting_needs_a_reason_and_takes_it_out_of_sight(
    caller: Caller, public: Client, incident_id: str
) -> None:
    """The public sees it no more; the desk still sees it, with the reason."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    case = _case(monitor, incident_id)
    address = f"{URL}/{case['id']}/facts"
    fact = monitor.post(address, json=CONVICTED).json()["id"]
    editor.post(f"{address}/{fact}:verify")

    assert editor.post(f"{address}/{fact}:retract", json={}).status_code == 422
    assert monitor.post(f"{address}/{fact}:retract", json={"reason": "x"}).status_code == 403
    assert editor.post(f"{address}/{fact}:retract", json={"reason": "Mixed up."}).status_code == 200

    assert public.get(address).status_code == 404
    (kept,) = editor.get(address).json()["data"]
    assert kept["retraction_reason"] == "Mixed up."


def test_who_may_add(caller: Caller, public: Client, incident_id: str) -> None:
    """No key is 401, no scope 403, somebody else's hidden case 404, an own one 201."""
    monitor = caller(Role.MONITOR, "aizhan")
    body = {"polarity": "remedy", "title": "x", "country": "KZ", "incident_ids": [incident_id]}
    address = f"{URL}/{_case(monitor, incident_id)['id']}/facts"

    assert public.post(URL, json=body).status_code == 401
    assert caller(Role.VERIFIER, "v").post(URL, json=body).status_code == 403
    assert caller(Role.MONITOR, "marat").post(address, json=CONVICTED).status_code == 404
    assert monitor.post(address, json=CONVICTED).status_code == 201


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"kind": "secret"}, "/kind"),
        ({"date": "2099-01-01"}, "/date"),
        ({"role": "secret"}, "/role"),
        ({"sentence_months": -1}, "/sentence_months"),
        ({"involvement_id": "secret"}, "/involvement_id"),
        ({"involvement_id": str(uuid.UUID(int=1))}, "/involvement_id"),
        ({"witness_name": "secret"}, "/witness_name"),
        ({"source": {"type": "news", "title": ""}}, "/source/title"),
        ({"source": {"type": "news", "title": "x", "phone": "secret"}}, "/source/phone"),
    ],
)
def test_a_bad_fact_names_its_field_and_repeats_nothing(
    caller: Caller, incident_id: str, fields: dict[str, Any], pointer: str
) -> None:
    """422 with a pointer; what was sent does not come back."""
    monitor = caller(Role.MONITOR, "aizhan")
    address = f"{URL}/{_case(monitor, incident_id)['id']}/facts"

    answer = monitor.post(address, json={**CONVICTED, **fields})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert "secret" not in answer.text


def test_the_same_idempotency_key_adds_one_fact(caller: Caller, incident_id: str) -> None:
    """Sent twice, it is one fact."""
    monitor = caller(Role.MONITOR, "aizhan")
    address = f"{URL}/{_case(monitor, incident_id)['id']}/facts"
    headers = {"Idempotency-Key": "fact-1"}

    first = monitor.post(address, json=CONVICTED, headers=headers)
    second = monitor.post(address, json=CONVICTED, headers=headers)

    assert first.json() == second.json()
    assert len(monitor.get(address).json()["data"]) == 1


def test_filters_and_pages(caller: Caller, public: Client, sessions: Sessions) -> None:
    """By polarity, country and incident; page by page each case once; nonsense is 422."""
    with sessions.writing() as session:
        one, two = make.incident(session), make.incident(session)
        for polarity, row in (("accountability", one), ("reprisal", one), ("remedy", two)):
            case = make.case(session, row.id, polarity=polarity)
            make.fact(session, case.id, "reported")
        first = str(one.id)

    def count(query: str) -> int:
        return len(public.get(f"{URL}?{query}").json()["data"])

    assert (count("polarity=reprisal"), count(f"incident={first}"), count("country=KG")) == (
        1,
        2,
        0,
    )
    seen: list[str] = []
    url: str | None = f"{URL}?limit=2"
    while url is not None:
        page = public.get(url.replace("http://127.0.0.1:8000", "")).json()
        seen += [found["id"] for found in page["data"]]
        url = page["links"]["next"]
    assert len(seen) == len(set(seen)) == 3
    for query in ("polarity=none", "country=QQ", "incident=1", "stage=guilty", "person=1"):
        assert public.get(f"{URL}?{query}").status_code == 422


def test_an_unchanged_case_is_304(public: Client, sessions: Sessions) -> None:
    """The ETag stands until something public changes."""
    with sessions.writing() as session:
        case = make.case(session, make.incident(session).id)
        make.fact(session, case.id, "reported")
        address = f"{URL}/{case.id}"
    etag = public.get(address).headers["etag"]

    assert public.get(address, headers={"If-None-Match": etag}).status_code == 304
