# SPDX-License-Identifier: Apache-2.0
"""Reports and what they may be, over HTTP: candidates with reasons, attach, detach, conflicts, split."""

from collections.abc import Callable

import pytest

from app.domain.vocabulary import ReportStatus, Role, WorkflowStatus
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.make_reports import account, only, take

Caller = Callable[[Role, str], Client]
PERSON = [{"kind": "person", "person": {"name": "Aigerim Sample"}}]


@pytest.fixture
def report(sessions: Sessions) -> str:
    """The address of a report that nobody has decided on."""
    a = account("a", people=["Aigerim Sample"], url="https://paper.example/a", title="Held")
    take(sessions, a)
    with sessions.reading() as session:
        return f"/api/v1/reports/{only(session, 'a').id}"


def incident(sessions: Sessions, status: WorkflowStatus = WorkflowStatus.SUBMITTED) -> str:
    """The id of an incident that the report speaks of."""
    with sessions.writing() as session:
        return str(make.incident(session, status=status, date="2026-02-01", targets=PERSON).id)


def test_candidates_are_shown_with_their_reasons(
    caller: Caller, sessions: Sessions, report: str
) -> None:
    """Kind, id, title, decision, score, rule, reasons: enough to decide by, for whom it exists."""
    one = incident(sessions)
    (found,) = caller(Role.EDITOR, "dana").get(report).json()["candidates"]
    hidden = caller(Role.MONITOR, "aizhan").get(report).json()["candidates"]

    assert (found["kind"], found["id"], found["title"]) == ("incident", one, "Journalists attacked")
    assert (found["decision"], found["score"], found["rule"]) == ("same", 0.9, "person_day_kind")
    assert found["reasons"][0].startswith("They name the same person")
    assert hidden == []


def test_an_attached_report_is_a_source_and_detached_it_is_none(
    caller: Caller, sessions: Sessions, report: str
) -> None:
    """Attached it is cited, and decided on; detached, both are as before."""
    one, editor = incident(sessions), caller(Role.EDITOR, "dana")
    attached = editor.post(f"{report}:attach", json={"incident_id": one})
    cited = editor.get(f"/api/v1/incidents/{one}").json()["sources"]

    assert attached.status_code == 200, attached.text
    assert (attached.json()["status"], attached.json()["incident_id"]) == ("attached", one)
    assert "https://paper.example/a" in {source["url"] for source in cited}

    assert editor.post(f"{report}:detach", json={"reason": " "}).status_code == 422
    detached = editor.post(f"{report}:detach", json={"reason": "A namesake."})
    assert (detached.json()["status"], detached.json()["incident_id"]) == ("new", None)
    assert len(editor.get(f"/api/v1/incidents/{one}").json()["sources"]) == 2
    assert [found["id"] for found in detached.json()["candidates"]] == [one]
    again = editor.post(f"{report}:detach", json={"reason": "A namesake."})
    assert again.status_code == 409


def test_who_comes_second_is_told_what_was_decided_and_nothing_is_lost(
    caller: Caller, sessions: Sessions, report: str
) -> None:
    """Attached by one, another's attaching, accepting and setting aside are 409 with who and what."""
    one, other = incident(sessions), incident(sessions)
    dana, erlan = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    assert dana.post(f"{report}:attach", json={"incident_id": one}).status_code == 200

    for step, body in (
        ("attach", {"incident_id": other}),
        ("accept", {"categories": [{"category": "detention"}]}),
        ("reject", {"reason": "no"}),
    ):
        refused = erlan.post(f"{report}:{step}", json=body)
        assert refused.status_code == 409, step
        assert f"attached already, to incident {one} by dana" in refused.json()["detail"]
    by_monitor = caller(Role.MONITOR, "aizhan").post(
        f"{report}:attach", json={"incident_id": other}
    )
    assert by_monitor.status_code == 409
    assert "dana" not in by_monitor.json()["detail"]
    with sessions.reading() as session:
        assert only(session, "a").status is ReportStatus.ATTACHED


def test_to_a_public_incident_the_source_waits_for_a_second_person(
    caller: Caller, sessions: Sessions, public: Client, report: str
) -> None:
    """Everybody reads it as before until somebody else approves."""
    one = incident(sessions, WorkflowStatus.PUBLISHED)
    dana, erlan = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    address = f"/api/v1/incidents/{one}"
    assert dana.post(f"{report}:attach", json={"incident_id": one}).status_code == 200

    assert len(public.get(address).json()["sources"]) == 2
    waiting = dana.post(f"{report}:detach", json={"reason": "A namesake."})
    assert waiting.status_code == 409
    assert dana.post(f"{address}:approve-changes").status_code == 403
    assert erlan.post(f"{address}:approve-changes").status_code == 200
    assert len(public.get(address).json()["sources"]) == 3


def test_a_monitor_attaches_to_what_is_their_own(
    caller: Caller, sessions: Sessions, report: str
) -> None:
    """An incident of another is not there for them, nor changed by them."""
    one = incident(sessions)
    refused = caller(Role.MONITOR, "aizhan").post(f"{report}:attach", json={"incident_id": one})

    assert refused.status_code == 404


def test_one_record_of_two_acts_is_split(caller: Caller, sessions: Sessions) -> None:
    """201 with a draft of its own; an unknown target is a 422, another version a 412."""
    two = [*PERSON, {"kind": "person", "person": {"name": "Second Sample"}}]
    editor = caller(Role.EDITOR, "dana")
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.SUBMITTED, targets=two)
        address, version = f"/api/v1/incidents/{row.id}", row.version
    body = {"version": version, "reason": "Two acts.", "targets": [1]}

    assert editor.post(f"{address}:split", json={**body, "targets": [7]}).status_code == 422
    assert editor.post(f"{address}:split", json={**body, "targets": []}).status_code == 422
    assert editor.post(f"{address}:split", json={**body, "version": 99}).status_code == 412
    made = editor.post(f"{address}:split", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["status"] == "draft"
    assert made.headers["location"].endswith(made.json()["id"])
    assert [one["person"]["name"] for one in made.json()["targets"]] == ["Second Sample"]
    left = editor.get(address).json()["targets"]
    assert [one["person"]["name"] for one in left] == ["Aigerim Sample"]
