# SPDX-License-Identifier: Apache-2.0
"""`/intake/kobo`: a form sends a submission; it becomes one report, and tells nothing of its sender."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Role
from app.storage.database import Sessions
from app.storage.reports import RawItem, Report
from tests.client import Client

Caller = Callable[..., Client]

FORM = {
    "name": "Monitors' form",
    "kind": "kobo",
    "trust": "report",
    "mapping": {
        "title": "event/headline",
        "summary": "event/what",
        "date": "event/day",
        "country": "=KZ",
        "category": "event/kinds",
    },
}
SENT: dict[str, Any] = {
    "_id": 4211,
    "_uuid": "5f0c8a3e-0001",
    "_submission_time": "2026-03-01T09:15:00",
    "_submitted_by": "monitor7",
    "deviceid": "ee.humanitarian:352099",
    "meta/instanceID": "uuid:5f0c8a3e-0001",
    "event/headline": "Reporter beaten at a rally",
    "event/what": "Call +7 701 123 45 67.",
    "event/day": "2026-02-28",
    "event/kinds": "physical_attack detention/arrest",
}


def form(client: Client) -> str:
    """Describe the form and return where its submissions go."""
    made = client.post("/api/v1/sources", json=FORM)
    assert made.status_code == 201, made.text
    return f"/api/v1/intake/kobo?source={made.json()['id']}"


def test_a_submission_is_one_report_however_often_it_is_sent(
    caller: Caller, sessions: Sessions
) -> None:
    """201 and then 200; a corrected one is the next version of the same report."""
    monitor = caller(Role.MONITOR, "form server")
    path = form(monitor)

    first = monitor.post(path, json=SENT)
    again = monitor.post(path, json=SENT)
    corrected = monitor.post(
        path.replace("?source=", "/"),
        json={
            **SENT,
            "_uuid": "later",
            "meta/rootUuid": "uuid:5f0c8a3e-0001",
            "event/day": "2026-02-27",
        },
    )

    assert [one.status_code for one in (first, again, corrected)] == [201, 200, 200]
    assert [one.json()["outcome"] for one in (first, again, corrected)] == [
        "new",
        "unchanged",
        "changed",
    ]
    report = monitor.get(first.headers["location"]).json()
    assert (report["title"], report["date"], report["version"]) == (
        "Reporter beaten at a rally",
        "2026-02-27",
        2,
    )
    assert report["particulars"]["kinds"] == [["physical_attack", None], ["detention", "arrest"]]
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Report)) == 1


def test_nothing_about_the_sender_reaches_the_database(caller: Caller, sessions: Sessions) -> None:
    """The answer names what was left out, and repeats none of it."""
    monitor = caller(Role.MONITOR, "form server")

    answer = monitor.post(form(monitor), json=SENT)

    left_out = answer.json()["left_out"]
    assert left_out == ["_submitted_by", "deviceid", "event/what (in part)", "meta/instanceID"]
    with sessions.reading() as session:
        raw = session.scalars(sa.select(RawItem.raw)).one()
        kept = raw + repr(session.scalars(sa.select(Report)).one().__dict__)
    for secret in ("monitor7", "352099", "701"):
        assert secret not in kept
        assert secret not in answer.text


def test_who_may_send(caller: Caller, public: Client) -> None:
    """Nobody without a key; a partner neither."""
    path = form(caller(Role.MONITOR, "form server"))

    assert public.post(path, json=SENT).status_code == 401
    assert caller(Role.PARTNER, "somebody").post(path, json=SENT).status_code == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"event/headline": "no id"}, 422),
        ({**SENT, "event/headline": "", "event/what": ""}, 422),
        ([SENT], 422),
        ({**SENT, "event/what": "x" * 300_000}, 422),
        ({**SENT, "event/what": "x" * 1_100_000}, 413),
    ],
)
def test_what_is_no_submission_is_refused(caller: Caller, sent: object, status: int) -> None:
    """In a sentence, and no report is made."""
    monitor = caller(Role.MONITOR, "form server")

    answer = monitor.post(form(monitor), json=sent)

    assert answer.status_code == status, answer.text
    assert monitor.get("/api/v1/reports").json()["data"] == []


def test_only_a_form_that_is_read_takes_submissions(caller: Caller) -> None:
    """Another kind of source, a paused one and none at all are told apart."""
    monitor = caller(Role.MONITOR, "form server")
    path = form(monitor)
    feed = {"name": "Feed", "kind": "feed", "address": "https://watch.example/feed"}
    other = monitor.post("/api/v1/sources", json=feed).json()["id"]
    source_id = path.partition("=")[2]
    monitor.post(f"/api/v1/sources/{source_id}:pause")

    assert monitor.post(f"/api/v1/intake/kobo/{other}", json=SENT).status_code == 409
    assert monitor.post(path, json=SENT).status_code == 409
    assert monitor.post(f"/api/v1/intake/kobo/{uuid.uuid4()}", json=SENT).status_code == 404


def test_only_a_form_has_no_address(caller: Caller) -> None:
    """A feed without one could never be read."""
    monitor = caller(Role.MONITOR, "aizhan")

    answer = monitor.post("/api/v1/sources", json={"name": "Feed", "kind": "feed"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/address"
