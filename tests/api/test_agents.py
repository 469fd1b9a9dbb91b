# SPDX-License-Identifier: Apache-2.0
"""The agents' door: who may enter, what is read, and what is refused with a reason."""

import base64
import gzip
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI

from app.domain.agents.protocol import BATCH_INFLATED_BYTES, BATCH_ITEMS
from app.domain.vocabulary import Role
from app.services import sites
from app.storage.database import Sessions
from tests.client import Client
from tests.make import NOW
from tests.remote import RemoteAgent, packed

Caller = Callable[[Role, str], Client]

VANTAGE = {"code": "kz-1", "role": "field", "egress": "agent", "country": "KZ", "asn": 64496}


@pytest.fixture
def admin(caller: Caller) -> Client:
    """Who manages vantages."""
    return caller(Role.ADMIN, "admin")


@pytest.fixture
def token(admin: Client) -> str:
    """An invitation for the vantage kz-1."""
    assert admin.post("/api/v1/vantages", json=VANTAGE).status_code == 201
    answer = admin.post("/api/v1/vantages/kz-1/invitation")
    assert answer.status_code == 201
    return str(answer.json()["token"])


@pytest.fixture
def agent(app: FastAPI, token: str) -> RemoteAgent:
    """An enrolled machine."""
    return RemoteAgent(Client(app), token, at=NOW)


def _enrolment(token: str, /, **values: Any) -> dict[str, Any]:
    return {
        "token": token,
        "public_key": base64.b64encode(bytes(32)).decode(),
        "software": "test",
        "consent": {"version": "1", "accepted_at": "2026-11-24T00:00:00Z"},
        **values,
    }


def test_a_token_works_once(app: FastAPI, token: str, agent: RemoteAgent) -> None:
    """Whoever finds a used token learns nothing and enrols nothing."""
    again = Client(app).post("/api/v1/agent/enrol", json=_enrolment(token))

    assert again.status_code == 403
    assert again.json()["code"] == "not_allowed"


def test_a_token_runs_out(app: FastAPI, token: str) -> None:
    """After an hour it is worth nothing."""
    app.state.now = lambda: NOW.replace(year=NOW.year + 1)
    answer = Client(app).post("/api/v1/agent/enrol", json=_enrolment(token))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"protocol": 99}, 422),
        ({"public_key": "AAAA"}, 422),
        ({"consent": None}, 422),
        ({"token": 7}, 422),
    ],
)
def test_a_wrong_enrolment_is_told_why(
    app: FastAPI, token: str, values: dict[str, Any], status: int
) -> None:
    """Each wrong value is named, and the token stays good for a right one."""
    wrong = Client(app).post("/api/v1/agent/enrol", json=_enrolment(token, **values))
    right = Client(app).post("/api/v1/agent/enrol", json=_enrolment(token))

    assert wrong.status_code == status
    assert wrong.headers["content-type"] == "application/problem+json"
    assert right.status_code == 201


def test_a_vantage_of_this_machine_invites_nobody(admin: Client) -> None:
    """Only an agent's vantage has a token."""
    admin.post("/api/v1/vantages", json={"code": "second"})

    assert admin.post("/api/v1/vantages/second/invitation").status_code == 409
    assert admin.post("/api/v1/vantages/nowhere/invitation").status_code == 404


def test_only_agents_enter(public: Client, admin: Client, caller: Caller) -> None:
    """No key, another role's key: refused alike on every address of agents."""
    for client in (public, admin, caller(Role.MONITOR, "monitor")):
        for path in ("assignments", "control"):
            assert client.get(f"/api/v1/agent/{path}").status_code == 403
        assert client.post("/api/v1/agent/batches", content=b"").status_code == 403


def test_assignments_are_a_snapshot_with_an_etag(agent: RemoteAgent, sessions: Sessions) -> None:
    """Nothing new costs a 304; a new site changes the version everywhere it is named."""
    first = agent.caller.get("/api/v1/agent/assignments")
    same = agent.caller.get(
        "/api/v1/agent/assignments", headers={"If-None-Match": first.headers["etag"]}
    )
    with sessions.writing() as session:
        sites.add_site(
            session,
            url="https://news.example/",
            category_code="NEWS",
            country="KZ",
            outlet_id=None,
            now=NOW,
            actor_id=None,
        )
    moved = agent.caller.get(
        "/api/v1/agent/assignments", headers={"If-None-Match": first.headers["etag"]}
    )

    assert first.json()["items"] == []
    assert same.status_code == 304
    assert [one["url"] for one in moved.json()["items"]] == ["https://news.example/"]
    assert moved.json()["version"] == agent.poll().assignments
    assert moved.headers["etag"] == f'"{moved.json()["version"]}"'


def test_what_an_agent_refuses_is_not_asked_of_it(
    app: FastAPI, token: str, sessions: Sessions
) -> None:
    """Its owner's choice of categories is kept from the first assignment on."""
    with sessions.writing() as session:
        for code in ("NEWS", "HUMR"):
            sites.add_site(
                session,
                url=f"https://{code.lower()}.example/",
                category_code=code,
                country="KZ",
                outlet_id=None,
                now=NOW,
                actor_id=None,
            )
    asked = _enrolment(token, refused_categories=["HUMR"])
    key = Client(app).post("/api/v1/agent/enrol", json=asked).json()["key"]
    found = Client(app, key).get("/api/v1/agent/assignments").json()["items"]

    assert [one["category"] for one in found] == ["NEWS"]


def test_a_revoked_agent_is_told_so_for_good(agent: RemoteAgent, admin: Client) -> None:
    """410 on every address, unlike a wrong key's 401: it may stop."""
    assert admin.delete("/api/v1/vantages/kz-1/agent").status_code == 204

    assert agent.caller.get("/api/v1/agent/control").status_code == 410
    assert agent.send(packed(agent.batch(now=NOW))).status_code == 410


def test_an_invitation_ends_with_its_vantage(app: FastAPI, token: str, admin: Client) -> None:
    """Revoked before it was used: whoever holds the token enrols nothing, and enables nothing."""
    assert admin.delete("/api/v1/vantages/kz-1/agent").status_code == 204

    assert Client(app).post("/api/v1/agent/enrol", json=_enrolment(token)).status_code == 403


def test_a_second_invitation_ends_with_the_enrolment(
    app: FastAPI, token: str, admin: Client
) -> None:
    """A token that got lost cannot throw out the machine that enrolled with the other."""
    other = admin.post("/api/v1/vantages/kz-1/invitation").json()["token"]
    agent = RemoteAgent(Client(app), other, at=NOW)

    assert Client(app).post("/api/v1/agent/enrol", json=_enrolment(token)).status_code == 403
    assert agent.poll().urgent == ()


def test_a_new_enrolment_replaces_the_machine_before(
    app: FastAPI, agent: RemoteAgent, admin: Client
) -> None:
    """A lost laptop is out as soon as another machine takes its place."""
    again = admin.post("/api/v1/vantages/kz-1/invitation").json()["token"]
    other = RemoteAgent(Client(app), again, at=NOW)

    assert agent.caller.get("/api/v1/agent/control").status_code == 410
    assert other.poll().urgent == ()


def test_a_batch_is_worth_its_signature(agent: RemoteAgent) -> None:
    """Changed on the way, unsigned, or signed by nobody: refused before it is read."""
    raw = packed(agent.batch(now=NOW))
    nonsense = "ed25519=" + base64.b64encode(bytes(64)).decode()

    assert agent.send(raw).status_code == 200
    for signature in ("", "ed25519=", "rsa=AAAA", "ed25519=!", nonsense):
        answer = agent.send(raw, signature=signature)
        assert answer.status_code == 422
        assert "signature" in answer.json()["detail"]


def _packed(text: bytes) -> bytes:
    # Without the time of day: two processes must collect the same tests.
    return gzip.compress(text, mtime=0)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"not gzip", 400),
        (_packed(b"{}")[:-4], 400),
        (_packed(b"{}") + b"more", 400),
        (_packed(b"{}"), 422),
        (_packed(b"[" * 100_000), 422),
        (_packed(b"\xff\xfe"), 422),
        (_packed(bytes(BATCH_INFLATED_BYTES + 1)), 413),
        (_packed(b'{"items":[' + b"0," * 8_000_000 + b"0]}"), 413),
    ],
)
def test_bytes_that_are_no_batch_are_refused(agent: RemoteAgent, raw: bytes, status: int) -> None:
    """Cut off, too deep, too large when inflated: a sentence each, and never a crash."""
    answer = agent.send(raw)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_over_its_bound_is_to_be_halved(agent: RemoteAgent) -> None:
    """413 says that less at a time would be taken."""
    values = msgspec.to_builtins(agent.batch(now=NOW))
    values["items"] = [{}] * (BATCH_ITEMS + 1)

    assert agent.send(packed(values)).status_code == 413


def test_a_malformed_item_spoils_no_other(agent: RemoteAgent) -> None:
    """Each is refused for good with its place; the batch as such is taken."""
    values = msgspec.to_builtins(agent.batch(now=NOW))
    values["items"] = [{}, {"measurement": {"uid": "x"}}, None, [1, 2]]
    answer = agent.send(packed(values))

    assert answer.status_code == 200
    assert [(one["index"], one["uid"], one["code"]) for one in answer.json()["rejected"]] == [
        (0, None, "malformed"),
        (1, "x", "malformed"),
        (2, None, "malformed"),
        (3, None, "malformed"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"seq": 2**40},
        {"spool_depth": -1},
        {"now": "0001-01-01T00:00:00Z", "canaries": {"reached": 4, "asked": 3}},
    ],
)
def test_numbers_no_agent_counts_are_refused(agent: RemoteAgent, values: dict[str, Any]) -> None:
    """What no column holds, or makes an offline machine look well, is an answer and no crash."""
    batch = {**msgspec.to_builtins(agent.batch(now=NOW)), **values}

    assert agent.send(packed(batch)).status_code == 422


def test_a_body_must_be_what_its_hash_names(agent: RemoteAgent) -> None:
    """Nobody can plant a body under another's hash."""
    batch = agent.batch(now=NOW, bodies={"0" * 64: b"something"})

    assert agent.send(packed(batch)).status_code == 422


def test_a_batch_of_another_agent_is_refused(agent: RemoteAgent) -> None:
    """The envelope and the signature must name the same machine."""
    assert agent.send(packed(agent.batch(now=NOW, agent=uuid.uuid4()))).status_code == 422


def test_the_public_sees_no_lone_agent(agent: RemoteAgent, public: Client) -> None:
    """A network of one volunteer is shown as a country only: no code, no ASN, no exact time."""
    found = public.get("/api/v1/vantages").json()["data"]
    shown = next(one for one in found if one["egress"] == "agent")

    assert shown["country"] == "KZ"
    assert shown["agent"] is None
    assert (shown["code"], shown["asn"], shown["network_name"]) == (None, None, None)


def test_whoever_runs_it_sees_the_machine_behind(agent: RemoteAgent, admin: Client) -> None:
    """When it was last heard, what it holds back, and how wrong its clock is."""
    agent.hand_in(agent.batch(now=NOW, spool_depth=7))
    found = admin.get("/api/v1/vantages").json()["data"]
    shown = next(one for one in found if one["code"] == "kz-1")

    assert shown["agent"]["spool_depth"] == 7
    assert shown["agent"]["clock_offset_ms"] == 0
    assert shown["agent"]["last_seen_at"] is not None
