# SPDX-License-Identifier: Apache-2.0
"""`POST /judge`: the same judgement by API, with the fingerprints of the database."""

import copy
import json
from collections.abc import Callable

from app.api import judge
from app.api.schemas.judge import EXAMPLE
from app.domain.vocabulary import Role
from app.services import fingerprints
from app.storage.database import Sessions
from tests.client import Client
from tests.domain.blocking.classic.qa import QA
from tests.make import NOW

STORY = next(one for one in QA if one.name == "httpDiffWithConsistentDNS")
Caller = Callable[..., Client]


def test_a_measurement_is_judged(caller: Caller) -> None:
    """Any role may ask; the answer holds OONI's keys and our verdict."""
    answer = caller(Role.PARTNER).post("/api/v1/judge", json=STORY.measured)

    assert answer.status_code == 200
    assert answer.json()["ooni"] == STORY.keys
    assert answer.json()["verdict"]["rules_version"] >= 1


def test_the_fingerprints_of_the_database_count(caller: Caller, sessions: Sessions) -> None:
    """An imported block page of the probe's country confirms."""
    with sessions.writing() as session:
        fingerprints.import_csv(
            session,
            "name,scope,location_found,pattern_type,pattern,expected_countries\n"
            "it.order,nat,body,contains,Access Denied,IT\n",
            origin="test",
            now=NOW,
        )
    answer = caller(Role.PARTNER).post("/api/v1/judge", json=STORY.measured)

    assert answer.json()["verdict"]["confidence"] == "confirmed"


def test_nobody_asks_without_a_key(public: Client) -> None:
    """A judgement costs time of this machine."""
    assert public.post("/api/v1/judge", json=STORY.measured).status_code == 401


def test_a_wrong_measurement_is_a_problem_with_its_place(caller: Caller) -> None:
    """422 with a JSON pointer, and nothing of the body is repeated."""
    wrong = copy.deepcopy(STORY.measured)
    wrong["test_keys"]["tcp_connect"][0]["port"] = "SECRET"
    answer = caller(Role.PARTNER).post("/api/v1/judge", json=wrong)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "/test_keys/tcp_connect/0/port"
    assert "SECRET" not in answer.text


def test_what_is_no_json_is_refused(caller: Caller) -> None:
    """400 for a body that cannot be read, 422 for one that is no object or is missing."""
    client = caller(Role.PARTNER)
    headers = {"content-type": "application/json"}

    def status(body: bytes) -> int:
        return client.post("/api/v1/judge", content=body, headers=headers).status_code

    assert [status(one) for one in (b"{", b"\xff", b"[" * 5000, b'{"a": NaN}')] == [400] * 4
    assert [status(one) for one in (b"[]", b"5", b"null", b"")] == [422] * 4


def test_a_body_may_be_larger_than_elsewhere_up_to_a_bound(caller: Caller) -> None:
    """Measurements hold pages: eight MiB are read, and NUL characters, because nothing is stored."""
    client = caller(Role.PARTNER)
    large = copy.deepcopy(STORY.measured)
    large["test_keys"]["requests"][0]["response"]["body"] = "\x00" * 1_000_000
    too_large = json.dumps({"x": "y" * judge.MAX_MEASUREMENT}).encode()

    assert client.post("/api/v1/judge", json=large).status_code == 200
    refused = client.post(
        "/api/v1/judge", content=too_large, headers={"content-type": "application/json"}
    )
    assert refused.status_code == 413


def test_the_example_of_the_reference_is_judged(caller: Caller) -> None:
    """What the reference shows can be sent as it stands."""
    answer = caller(Role.PARTNER).post("/api/v1/judge", json=EXAMPLE)

    assert answer.json()["ooni"]["blocking"] == "dns"
    assert answer.json()["verdict"]["state"] == "blocked"
