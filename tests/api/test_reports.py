# SPDX-License-Identifier: Apache-2.0
"""`/sources` and `/reports`: for those who decide on reports only; accepted once, beside the raw words."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.domain.record.report import Account, Extent, Found, Reading, raw_item
from app.domain.vocabulary import ROLE_SCOPES, Role, Scope, SourceKind
from app.services import access, ingestion, sources
from app.services.sources import NewSource
from app.storage.database import Sessions
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]

FEED = {
    "name": "Press watch",
    "kind": "feed",
    "address": "HTTPS://Watch.Example:443/feed",
    "mapping": {"country": "=KZ"},
}
DETAINED: dict[str, Any] = {"categories": [{"category": "detention"}], "country": "KZ"}


def make_reports(sessions: Sessions, count: int = 1, *, name: str = "w") -> uuid.UUID:
    """Take items into a new source and return its id."""
    accounts = tuple(
        Account(
            raw=raw_item(str(number), f"<item>{number} &lt;b&gt;</item>"),
            reading=Reading(
                title=f"Report {number}", published_at=NOW, leftovers={"severity": "high"}
            ),
            line=number + 1,
        )
        for number in range(count)
    )
    with sessions.writing() as session:
        described = NewSource(name=name, kind=SourceKind.FEED, address=f"https://{name}.example/")
        source = sources.add_source(session, described, now=NOW)
        found = Found(accounts=accounts, rejected=(), extent=Extent.WHOLE)
        ingestion.ingest(session, source, found, now=NOW)
        return source.id


def first_report(client: Client) -> dict[str, Any]:
    """Return the latest report."""
    found: dict[str, Any] = client.get("/api/v1/reports").json()["data"][0]
    return found


def test_a_source_is_added_read_paused_resumed_and_run(caller: Caller) -> None:
    """The whole life of a source through the API, its address in canonical form."""
    monitor = caller(Role.MONITOR, "aizhan")

    made = monitor.post("/api/v1/sources", json=FEED)
    path = made.headers["location"]
    paused = monitor.post(f"{path}:pause")
    refused = monitor.post(f"{path}:run")
    resumed = monitor.post(f"{path}:resume")
    run = monitor.post(f"{path}:run")

    assert made.status_code == 201
    assert made.json()["address"] == "https://watch.example/feed"
    assert monitor.get(path).json()["name"] == "Press watch"
    assert [one["id"] for one in monitor.get("/api/v1/sources").json()["data"]] == [
        made.json()["id"]
    ]
    assert (paused.json()["is_paused"], resumed.json()["is_paused"]) == (True, False)
    assert (refused.status_code, run.status_code) == (409, 200)


def test_a_source_with_a_wrong_address_or_mapping_is_refused(caller: Caller) -> None:
    """Each wrong field is named, nothing is echoed, nothing is stored."""
    monitor = caller(Role.MONITOR)
    bodies = {
        "/address": {**FEED, "address": "http://169.254.169.254/latest"},
        "/mapping": {**FEED, "kind": "csv", "mapping": {}},
        "/interval_seconds": {**FEED, "interval_seconds": 1},
        "/kind": {**FEED, "kind": "spreadsheet"},
        "/is_admin": {**FEED, "is_admin": True},
    }

    for pointer, body in bodies.items():
        answer = monitor.post("/api/v1/sources", json=body)
        assert answer.status_code == 422, pointer
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert "169.254" not in answer.text
    assert monitor.get("/api/v1/sources").json()["data"] == []


def test_a_source_of_the_same_name_is_a_conflict_and_a_repeated_request_is_not(
    caller: Caller,
) -> None:
    """The same Idempotency-Key answers the same again; a second source of that name is refused."""
    monitor = caller(Role.MONITOR)
    once = {"Idempotency-Key": "one"}

    first = monitor.post("/api/v1/sources", json=FEED, headers=once)
    again = monitor.post("/api/v1/sources", json=FEED, headers=once)
    other = monitor.post("/api/v1/sources", json=FEED)

    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, first.json()["id"] in other.text) == (409, True)


def test_only_who_decides_on_reports_sees_them(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """Reports and sources do not exist for the public or for keys without the scope."""
    source_id = make_reports(sessions)
    report_id = first_report(caller(Role.MONITOR))["id"]
    calls = [
        ("GET", "/api/v1/reports", None),
        ("GET", f"/api/v1/reports/{report_id}", None),
        ("POST", f"/api/v1/reports/{report_id}:accept", DETAINED),
        ("POST", f"/api/v1/reports/{report_id}:reject", {"reason": "x"}),
        ("GET", "/api/v1/sources", None),
        ("GET", f"/api/v1/sources/{source_id}", None),
        ("POST", "/api/v1/sources", FEED),
        ("POST", f"/api/v1/sources/{source_id}:pause", None),
        ("POST", f"/api/v1/sources/{source_id}:resume", None),
        ("POST", f"/api/v1/sources/{source_id}:run", None),
    ]
    without = [role for role, scopes in ROLE_SCOPES.items() if Scope.REPORTS_WRITE not in scopes]
    assert Role.VERIFIER in without

    for method, path, body in calls:
        assert public.request(method, path, json=body).status_code == 401, path
        for role in without:
            answer = caller(role).request(method, path, json=body)
            assert answer.status_code == 403, (path, role)
            assert "Report 0" not in answer.text


def test_a_report_is_shown_beside_its_sources_own_words(caller: Caller, sessions: Sessions) -> None:
    """The reading, what was left over, and every version word for word."""
    make_reports(sessions)
    monitor = caller(Role.MONITOR)

    answer = monitor.get(f"/api/v1/reports/{first_report(monitor)['id']}").json()

    assert (answer["title"], answer["leftovers"], answer["status"]) == (
        "Report 0",
        {"severity": "high"},
        "new",
    )
    assert answer["source"]["name"] == "w"
    assert [one["raw"] for one in answer["versions"]] == ["<item>0 &lt;b&gt;</item>"]


def test_reports_are_paged_and_filtered(caller: Caller, sessions: Sessions) -> None:
    """Every report comes once over the pages; status and source narrow the list."""
    make_reports(sessions, 5)
    other = make_reports(sessions, 2, name="other")
    monitor = caller(Role.MONITOR)
    titles, url = [], "/api/v1/reports?limit=2"
    while url:
        page = monitor.get(url).json()
        titles += [one["id"] for one in page["data"]]
        url = page["links"]["next"]
    monitor.post(f"/api/v1/reports/{titles[0]}:reject", json={"reason": "no incident"})

    assert len(titles) == len(set(titles)) == 7
    assert len(monitor.get(f"/api/v1/reports?source={other}").json()["data"]) == 2
    assert len(monitor.get("/api/v1/reports?status=new").json()["data"]) == 6
    rejected = monitor.get("/api/v1/reports?status=rejected").json()["data"]
    assert [one["status_reason"] for one in rejected] == ["no incident"]
    assert monitor.get("/api/v1/reports?colour=red").status_code == 422


def test_an_accepted_report_is_a_draft_of_ones_own(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """The answer is the incident, which only its author and staff can read."""
    make_reports(sessions)
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    report_id = first_report(monitor)["id"]

    accepted = monitor.post(f"/api/v1/reports/{report_id}:accept", json=DETAINED)

    assert accepted.status_code == 201
    body = accepted.json()
    assert (body["status"], body["title"], body["report_id"]) == ("draft", "Report 0", report_id)
    assert body["date"]["text"] == "2026-03-02~"
    place = accepted.headers["location"]
    assert monitor.get(place).status_code == 200
    assert editor.get(place).status_code == 200
    assert public.get(place).status_code == 404
    assert monitor.get(f"/api/v1/reports/{report_id}").json()["incident_id"] == body["id"]


def test_a_report_accepted_twice_is_a_conflict_that_names_the_incident(
    caller: Caller, sessions: Sessions
) -> None:
    """However often and by whomever it is asked at once, one incident is made."""
    make_reports(sessions)
    monitor = caller(Role.MONITOR, "aizhan")
    callers = [monitor, caller(Role.EDITOR, "dana"), caller(Role.MONITOR, "erlan")] * 2
    path = f"/api/v1/reports/{first_report(monitor)['id']}:accept"

    with ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(lambda one: one.post(path, json=DETAINED), callers))

    made = [one.json()["id"] for one in answers if one.status_code == 201]
    conflicts = [one for one in answers if one.status_code == 409]
    assert (len(made), len(conflicts)) == (1, len(callers) - 1)
    assert all(made[0] in one.json()["detail"] for one in conflicts)


def test_a_key_that_may_not_write_incidents_accepts_nothing(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """Deciding on reports alone does not let a narrow key create incidents."""
    make_reports(sessions)
    with sessions.writing() as session:
        narrow = access.create_key(
            session, role=Role.MONITOR, name="n", now=NOW, scopes=[Scope.REPORTS_WRITE]
        )
    client = public.with_key(narrow.secret)
    report = first_report(client)

    assert client.post(f"/api/v1/reports/{report['id']}:accept", json=DETAINED).status_code == 403
    answer = client.post(f"/api/v1/reports/{report['id']}:reject", json={"reason": "not one"})
    assert answer.json()["status"] == "rejected"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"categories": []}, "/categories"),
        ({"country": "QQ"}, "/country"),
        ({"country": None}, "/country"),
        ({"date": "soon"}, "/date"),
        ({"targets": [{"kind": "person"}]}, "/targets/0"),
        ({"source_contact": "x"}, "/source_contact"),
    ],
)
def test_an_acceptance_that_lacks_something_names_it(
    caller: Caller, sessions: Sessions, change: dict[str, Any], pointer: str
) -> None:
    """What is missing or wrong is pointed at, and the report stays undecided."""
    make_reports(sessions)
    monitor = caller(Role.MONITOR)
    report_id = first_report(monitor)["id"]

    answer = monitor.post(f"/api/v1/reports/{report_id}:accept", json={**DETAINED, **change})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert first_report(monitor)["status"] == "new"
