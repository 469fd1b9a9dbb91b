# SPDX-License-Identifier: Apache-2.0
"""The level over the API: on any day, by any knowledge, as it would be, and as two people set it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.vocabulary import Role
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]
SOURCE = {"type": "official_statement", "title": "A letter of the court", "publisher": "The court"}
BY_HAND = {"level": "full_justice", "reason": "The judgment is sealed.", "source": SOURCE}


@pytest.fixture
def attack(sessions: Sessions) -> tuple[str, str, str]:
    """A public attack with one convicted and whoever ordered it unknown: its address and two slots."""
    with sessions.writing() as session:
        row = make.incident(
            session,
            now=NOW - timedelta(days=30),
            instigation="alleged",
            involvements=[
                {"crime_role": "executor", "description": "two men"},
                {"crime_role": "instigator", "description": "whoever paid them"},
            ],
        )
        executor, orderer = (str(one.slot_id) for one in row.involvements)
        case = make.case(session, row.id, now=NOW - timedelta(days=20))
        make.fact(
            session,
            case.id,
            "convicted",
            involvement_id=executor,
            now=NOW - timedelta(days=10),
        )
        return f"/api/v1/incidents/{row.id}", executor, orderer


def test_the_level_has_its_own_address_with_both_axes_of_time(
    public: Client, attack: tuple[str, str, str]
) -> None:
    """The same answer as in the incident, two sentences, and the past day and knowledge asked for."""
    url = attack[0]

    now = public.get(f"{url}/impunity").json()
    day = public.get(f"{url}/impunity?as_of=2025-06-30").json()
    then = (NOW - timedelta(days=15)).strftime("%Y-%m-%dT%H:%M:%SZ")
    knowledge = public.get(f"{url}/impunity?known_at={then}").json()

    assert now == public.get(url).json()["impunity"]
    assert now["explanation"] == [
        "Only some of those responsible are held to account: two men, who carried it out.",
        "Still missing: whoever paid them, who ordered it.",
    ]
    assert (now["basis"], now["override"], now["derived"]) == ("derived", None, None)
    assert (day["level"], day["as_of"]) == ("not_assessed", "2025-06-30")
    assert (knowledge["level"], knowledge["known_at"]) == ("not_assessed", then)


def test_a_preview_says_what_would_be_and_saves_nothing(
    caller: Caller, public: Client, attack: tuple[str, str, str]
) -> None:
    """Facts to come, facts that fall, and what would be known of an order; the record stays."""
    url, executor, orderer = attack
    monitor = caller(Role.MONITOR, "aizhan")
    before = public.get(url)

    def ask(**body: Any) -> dict[str, Any]:
        answer = monitor.post(f"{url}/impunity:preview", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    convicted = {"kind": "convicted", "date": "2026-03-01", "involvement_id": orderer}
    full = ask(facts=[convicted], instigation="established")
    assert full["impunity"]["level"] == "full_justice"
    assert full["impunity"]["explanation"][1] == "Nobody is missing: who ordered it is among them."
    assert (full["present"]["level"], full["changes_level"], full["saved"]) == (
        "partial_impunity",
        True,
        False,
    )
    quashed = {"kind": "quashed", "date": "2026-03-01", "involvement_id": executor}
    assert ask(facts=[quashed])["impunity"]["level"] == "complete_impunity"
    assert ask(facts=[{"kind": "charged", "date": "2026-03-01"}])["changes_level"] is False
    fact = public.get(url).json()["impunity"]["fact_ids"][0]
    assert ask(without=[fact])["impunity"]["level"] == "not_assessed"
    later = {**convicted, "date": "2027-01-01"}
    to_come = ask(facts=[later], as_of="2027-02-01", instigation="established")
    assert to_come["impunity"]["level"] == "full_justice"
    assert public.get(url).headers["etag"] == before.headers["etag"]
    assert public.get(url).content == before.content


def test_a_preview_names_what_is_wrong(caller: Caller, attack: tuple[str, str, str]) -> None:
    """A slot of another incident, a fact it does not have, a day to come; and the public asks nothing."""
    url = attack[0]
    monitor = caller(Role.MONITOR, "aizhan")
    nobody = "00000000-0000-4000-8000-000000000000"
    for body, pointer in (
        ({"facts": [{"kind": "convicted", "date": "2025", "involvement_id": nobody}]},
         "/facts/0/involvement_id"),
        ({"without": [nobody]}, "/without/0"),
        ({"facts": [{"kind": "convicted", "date": "2027-01-01"}]}, "/facts/0/date"),
    ):  # fmt: skip
        answer = monitor.post(f"{url}/impunity:preview", json=body)
        assert answer.status_code == 422
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert Client(monitor.app).post(f"{url}/impunity:preview", json={}).status_code == 401


def test_a_level_set_by_hand_takes_two_people_a_reason_and_a_source(
    caller: Caller, public: Client, attack: tuple[str, str, str]
) -> None:
    """Proposed it changes nothing; confirmed by a colleague both values are shown; withdrawn it goes."""
    url = attack[0]
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    before = public.get(url)
    made = editor.post(f"{url}/impunity/overrides", json=BY_HAND)
    assert made.status_code == 201, made.text
    override = f"{url}/impunity/overrides/{made.json()['id']}"
    assert public.get(url).headers["etag"] == before.headers["etag"]
    assert public.get(f"{url}/impunity/overrides").json()["data"] == []

    assert editor.post(f"{override}:confirm").status_code == 403
    assert colleague.post(f"{override}:confirm").status_code == 200

    shown = public.get(url).json()["impunity"]
    assert (shown["level"], shown["basis"], shown["rule"]) == (
        "full_justice",
        "override",
        "impunity.set_by_hand",
    )
    assert shown["derived"]["level"] == "partial_impunity"
    assert shown["derived"]["rule"] == "impunity.somebody_missing"
    assert shown["override"]["reason"] == "The judgment is sealed."
    assert shown["override"]["source"] == "A letter of the court, The court"
    assert shown["explanation"] == [
        "Two people set this level by hand, with a reason and a source: full justice.",
        "The facts on record alone would give partial impunity.",
    ]
    assert [one["role"] for one in shown["missing"]] == ["instigator"]
    listed = public.get("/api/v1/incidents?impunity=full_justice").json()["data"]
    assert [one["id"] for one in listed] == [url.rpartition("/")[2]]
    past = (NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert public.get(f"{url}?known_at={past}").json()["impunity"]["basis"] == "derived"
    page = " ".join(public.get(f"/incidents/{url.rpartition('/')[2]}").text.split())
    assert "Two people set this level by hand" in page
    assert "From the facts alone: partial impunity. Why it was set by hand" in page

    gone = colleague.post(f"{override}:withdraw", json={"reason": "The seal was lifted."})
    assert gone.status_code == 200
    assert public.get(url).json()["impunity"]["level"] == "partial_impunity"
    (kept,) = public.get(f"{url}/impunity/overrides").json()["data"]
    assert kept["withdrawn_because"] == "The seal was lifted."
    assert "confirmed_by" not in kept


@pytest.mark.parametrize(
    "change",
    [{"reason": None}, {"source": None}, {"level": "not_assessed"}, {"since": "2030-01-01"}],
)
def test_a_level_by_hand_lacks_nothing(
    caller: Caller, attack: tuple[str, str, str], change: dict[str, Any]
) -> None:
    """No reason, no source, no such level, a day to come: refused."""
    body = {name: value for name, value in {**BY_HAND, **change}.items() if value is not None}
    answer = caller(Role.EDITOR, "dana").post(f"{attack[0]}/impunity/overrides", json=body)
    assert answer.status_code == 422


def test_who_only_hands_in_sets_no_level(caller: Caller, attack: tuple[str, str, str]) -> None:
    """A monitor is refused, and the attempt is on record."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    assert monitor.post(f"{attack[0]}/impunity/overrides", json=BY_HAND).status_code == 403
    (trace,) = editor.get("/api/v1/attempts").json()["data"]
    assert trace["action"] == "propose_override"
    assert trace["who"]["name"] == "aizhan"


def test_statistics_count_the_level_by_hand_and_show_the_derived_one(
    caller: Caller, public: Client, attack: tuple[str, str, str]
) -> None:
    """The row behind a number names both, and the answer says how many were set by hand."""
    url = attack[0]
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    made = editor.post(f"{url}/impunity/overrides", json=BY_HAND).json()["id"]
    colleague.post(f"{url}/impunity/overrides/{made}:confirm")
    asked = "/api/v1/statistics/timeseries?from=2025-01-01&to=2025-12-31&axis=impunity"

    answer = public.get(asked)

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {one["value"] for one in found["data"] if one["count"]} == {"full_justice"}
    assert found["meta"]["overridden"] == 1
