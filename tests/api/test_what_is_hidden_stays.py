# SPDX-License-Identifier: Apache-2.0
"""What everybody reads is changed by two, and work on what is hidden leaves no trace outside the desk."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.vocabulary import Role, WorkflowStatus
from app.storage.database import Sessions
from tests import make
from tests.client import Client

Caller = Callable[[Role, str], Client]

URL = "/api/v1"
LISTS = ("incidents", "outlets", "people", "cases", "decisions", "overview")


def _etags(public: Client) -> list[str]:
    return [public.get(f"{URL}/{one}").headers["etag"] for one in LISTS]


def _outlet(by: Client, **fields: Any) -> str:
    made = by.post(f"{URL}/outlets", json={"name": "Wekly", "country": "KZ", **fields})
    assert made.status_code == 201
    return str(made.json()["id"])


def _named_by(sessions: Sessions, outlet_id: str, status: WorkflowStatus) -> uuid.UUID:
    """An incident against a journalist of an outlet, which names both."""
    target = {
        "kind": "person",
        "person": {"name": "A. Reporter"},
        "primary_role": "journalist",
        "employer_outlet_id": outlet_id,
    }
    with sessions.writing() as session:
        return make.incident(session, targets=[target], status=status).id


def test_an_outlet_that_a_public_incident_names_is_not_renamed_by_whoever_entered_it(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Everybody reads its name there, so it takes an editor who did not enter it, and a reason."""
    monitor, own, other = (
        caller(Role.MONITOR, "aizhan"),
        caller(Role.EDITOR, "aizhan"),
        caller(Role.EDITOR, "dana"),
    )
    outlet_id = _outlet(monitor)
    incident_id = _named_by(sessions, outlet_id, WorkflowStatus.PUBLISHED)
    address, version = f"{URL}/outlets/{outlet_id}", {"If-Match": '"1"'}
    body = {"name": "Weekly", "reason": "A typing error."}

    assert monitor.patch(address, json=body, headers=version).status_code == 403
    assert own.patch(address, json=body, headers=version).status_code == 403
    assert other.patch(address, json={"name": "Weekly"}, headers=version).status_code == 422
    assert public.get(address).json()["name"] == "Wekly"
    assert other.patch(address, json=body, headers=version).status_code == 200

    (target,) = public.get(f"{URL}/incidents/{incident_id}").json()["targets"]
    assert target["employer"]["name"] == "Weekly"


def test_an_editor_does_not_change_the_public_outlet_they_entered(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Published by another, it is still changed by another."""
    own, other = caller(Role.EDITOR, "bek"), caller(Role.EDITOR, "dana")
    outlet_id = _outlet(own)
    address = f"{URL}/outlets/{outlet_id}"
    assert other.post(f"{address}:publish").status_code == 200
    version = {"If-Match": f'"{own.get(address).json()["version"]}"'}

    refused = own.patch(address, json={"name": "Mine", "reason": "x"}, headers=version)

    assert refused.status_code == 403
    assert public.get(address).json()["name"] == "Wekly"


def test_work_on_hidden_outlets_and_people_moves_no_public_etag(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """Renaming, verifying and withdrawing what nobody outside sees is not told by any ETag."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    outlet_id = _outlet(monitor)
    incident_id = _named_by(sessions, outlet_id, WorkflowStatus.SUBMITTED)
    (target,) = editor.get(f"{URL}/incidents/{incident_id}").json()["targets"]
    outlet, person = f"{URL}/outlets/{outlet_id}", f"{URL}/people/{target['person']['id']}"
    event = {"axis": "publication", "value": "closed", "valid_from": "2026-01-01"}
    statement = {"standing": "exiled", "date": "2026-01-01"}
    source = {"source": {"type": "news", "title": "A source"}}
    closed = monitor.post(f"{outlet}/status-events", json=event | source).json()["id"]
    said = caller(Role.EDITOR, "bek").post(f"{person}/statements", json=statement | source)
    before = _etags(public)

    steps = [
        monitor.patch(outlet, json={"name": "Weekly"}, headers={"If-Match": '"1"'}),
        editor.post(f"{outlet}/status-events/{closed}:verify"),
        editor.post(f"{outlet}/status-events/{closed}:retract", json={"reason": "Wrong."}),
        editor.post(f"{person}/statements/{said.json()['id']}:verify"),
        editor.post(f"{person}/statements/{said.json()['id']}:retract", json={"reason": "Wrong."}),
    ]

    assert [one.status_code for one in steps] == [200] * 5
    assert _etags(public) == before
    assert editor.get(outlet).json()["name"] == "Weekly"


def test_what_everybody_sees_of_an_outlet_moves_the_etag(
    sessions: Sessions, public: Client, caller: Caller
) -> None:
    """The other way round: an event verified of a public outlet is news to everybody."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    outlet_id = _outlet(monitor)
    _named_by(sessions, outlet_id, WorkflowStatus.PUBLISHED)
    event = {"axis": "publication", "value": "closed", "valid_from": "2026-01-01"}
    address = f"{URL}/outlets/{outlet_id}/status-events"
    closed = monitor.post(address, json=event).json()["id"]
    before = _etags(public)

    assert editor.post(f"{address}/{closed}:verify").status_code == 200
    assert _etags(public) != before


_HIDDEN: dict[str, dict[str, Any]] = {
    "decisions": {
        "title": "An order",
        "date": "2026-01-01",
        "ground": "extremism",
        "territory": "KZ",
    },
    "patterns": {"country": "KZ", "category": "physical_attack", "statement": "They are beaten."},
    "event-groups": {"name": "Protests", "country": "KZ"},
    "recommendations": {"addressee": "A ministry", "country": "KZ", "text": "Investigate."},
    "replies": {"addressee": "A ministry", "country": "KZ", "asked_on": "2026", "question": "Who?"},
    "outlets": {"name": "Wekly", "country": "KZ"},
}


@pytest.mark.parametrize("kind", _HIDDEN)
def test_trying_to_publish_does_not_tell_what_is_there(kind: str, caller: Caller) -> None:
    """To another monitor something unpublished is not there, as if the id were made up."""
    made = caller(Role.MONITOR, "aizhan").post(f"{URL}/{kind}", json=_HIDDEN[kind])
    assert made.status_code == 201
    stranger = caller(Role.MONITOR, "marat")

    hidden = stranger.post(f"{URL}/{kind}/{made.json()['id']}:publish")
    missing = stranger.post(f"{URL}/{kind}/{uuid.uuid4()}:publish")

    assert (hidden.status_code, hidden.json()["detail"]) == (404, missing.json()["detail"])


def test_trying_to_verify_does_not_tell_what_waits(sessions: Sessions, caller: Caller) -> None:
    """An event of a public outlet that nobody verified is not there for another monitor."""
    monitor, stranger = caller(Role.MONITOR, "aizhan"), caller(Role.MONITOR, "marat")
    outlet_id = _outlet(monitor)
    _named_by(sessions, outlet_id, WorkflowStatus.PUBLISHED)
    address = f"{URL}/outlets/{outlet_id}/status-events"
    event = {"axis": "publication", "value": "closed", "valid_from": "2026-01-01"}
    event_id = monitor.post(address, json=event).json()["id"]

    for step in ("verify", "retract"):
        body = {"json": {"reason": "x"}} if step == "retract" else {}
        answer = stranger.post(f"{address}/{event_id}:{step}", **body)
        assert answer.status_code == 404
    assert monitor.post(f"{address}/{event_id}:verify").status_code == 403


def test_an_outlet_follows_no_hidden_one(caller: Caller) -> None:
    """An id that its author does not see is answered like one that does not exist."""
    hidden = _outlet(caller(Role.MONITOR, "aizhan"))
    stranger = caller(Role.MONITOR, "marat")

    answers = [
        stranger.post(
            f"{URL}/outlets", json={"name": "Next", "country": "KZ", "successor_of_id": one}
        )
        for one in (hidden, str(uuid.uuid4()))
    ]

    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]
