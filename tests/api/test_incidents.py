# SPDX-License-Identifier: Apache-2.0
"""The incidents of the API: handed in once, seen by whom they may be, changed only as read."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.domain.vocabulary import Role, WorkflowStatus
from app.storage import ledger
from app.storage.database import Sessions
from app.storage.incidents import Incident
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]
URL = "/api/v1/incidents"
BODY: dict[str, Any] = {
    "title": "Journalists attacked",
    "date": "2025-06-01",
    "country": "KZ",
    "categories": [{"category": "physical_attack"}],
    "targets": [{"kind": "group", "description": "Three journalists"}],
    "sources": [{"type": "news", "title": "One"}, {"type": "news", "title": "Two"}],
}


def _submitted(monitor: Client, **fields: Any) -> dict[str, Any]:
    made = monitor.post(URL, json={**BODY, **fields})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_the_way_from_a_report_to_the_public(caller: Caller, public: Client) -> None:
    """Post, review, verify, publish: then anybody reads it, with every promised field."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    made = _submitted(monitor)
    address = f"{URL}/{made['id']}"
    for step in ("review", "verify"):
        assert editor.post(f"{address}:{step}").status_code == 200
        assert public.get(address).status_code == 404

    published = editor.post(f"{address}:publish", json={"reason": "Checked."})

    assert published.status_code == 200
    shown = public.get(address)
    assert shown.status_code == 200
    assert {
        "id", "ref", "title", "categories", "date", "country", "location", "targets", "status",
        "motive", "impunity", "cases", "blocking_link", "sources", "updated_at", "version",
    } <= shown.json().keys()  # fmt: skip
    assert {"level", "since", "reasons", "missing", "flags", "as_of"} <= shown.json()[
        "impunity"
    ].keys()
    assert shown.json()["ref"] == "QLM-2026-000001"
    listed = public.get(URL).json()["data"]
    assert [one["id"] for one in listed] == [made["id"]]


def test_location_header_and_state_of_a_new_report(caller: Caller) -> None:
    """The answer says where it is; it is submitted, or a draft when asked."""
    monitor = caller(Role.MONITOR, "aizhan")

    made = monitor.post(URL, json=BODY)
    draft = monitor.post(URL, json={**BODY, "status": "draft"})
    published = monitor.post(URL, json={**BODY, "status": "published"})

    assert made.headers["location"] == f"{URL}/{made.json()['id']}"
    assert (made.json()["status"], draft.json()["status"]) == ("submitted", "draft")
    assert published.status_code == 422
    assert draft.json()["allowed_actions"] == ["submit"]


def test_hidden_work_leaves_no_trace_for_the_public(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """Neither list, item, ETag nor counter tell that a report was handed in, edited and verified."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    other = caller(Role.MONITOR, "marat")
    with sessions.writing() as session:
        make.incident(session)
        before_count = ledger.counter(session, "public")
    before = public.get(URL)

    address = f"{URL}/{_submitted(monitor)['id']}"
    monitor.patch(address, json={"title": "Changed"}, headers={"If-Match": '"1"'})
    editor.post(f"{address}:review")
    editor.post(f"{address}:verify")

    after = public.get(URL)
    absent = public.get(f"{URL}/{uuid.uuid4()}")
    hidden = public.get(address)
    assert after.headers["etag"] == before.headers["etag"]
    assert after.content == before.content
    with sessions.reading() as session:
        assert ledger.counter(session, "public") == before_count
    for answer in (hidden, absent, other.get(address)):
        assert answer.status_code == 404
    differing = {"request_id"}
    assert {name: one for name, one in hidden.json().items() if name not in differing} == {
        name: one for name, one in absent.json().items() if name not in differing
    }
    assert monitor.get(address).status_code == 200


@pytest.mark.parametrize("role", [Role.MONITOR, Role.EDITOR])
def test_the_submitter_neither_verifies_nor_publishes(
    caller: Caller, role: Role, sessions: Sessions
) -> None:
    """403, the state unchanged, and the attempt on record."""
    author, colleague = caller(role, "aizhan"), caller(Role.EDITOR, "dana")
    address = f"{URL}/{_submitted(author)['id']}"
    colleague.post(f"{address}:review")

    verify = author.post(f"{address}:verify")
    colleague.post(f"{address}:verify")
    publish = author.post(f"{address}:publish")

    assert (verify.status_code, publish.status_code) == (403, 403)
    assert colleague.get(address).json()["status"] == "verified"
    actions = [one["action"] for one in colleague.get(f"{address}/revisions").json()["data"]]
    assert actions == ["create", "review", "verify_refused", "verify", "publish_refused"]


def test_an_editor_neither_verifies_nor_publishes_their_own_change(
    caller: Caller, public: Client
) -> None:
    """403 and a trace after a PATCH of one's own; a colleague verifies it, and it is public."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    address = f"{URL}/{_submitted(monitor)['id']}"
    editor.post(f"{address}:review")
    editor.post(f"{address}:verify")
    etag = editor.get(address).headers["etag"]
    changed = editor.patch(address, json={"title": "Mine"}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert "verify" not in set(changed.json()["allowed_actions"])

    alone = [editor.post(f"{address}:{step}").status_code for step in ("verify", "publish")]

    assert alone == [403, 403]
    assert public.get(address).status_code == 404
    history = editor.get(f"{address}/revisions").json()["data"]
    assert [one["action"] for one in history[-3:]] == ["edit", "verify_refused", "publish_refused"]
    assert "somebody other than who made them" in history[-2]["reason"]
    assert caller(Role.VERIFIER, "erlan").post(f"{address}:verify").status_code == 200
    assert editor.post(f"{address}:publish").status_code == 200


def test_a_refused_step_leaves_a_trace_whatever_refused_it(caller: Caller) -> None:
    """Too few sources, the wrong state, no reason: each is kept with its sentence."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    address = f"{URL}/{_submitted(monitor, sources=[])['id']}"

    early = editor.post(f"{address}:publish")
    editor.post(f"{address}:review")
    unsourced = editor.post(f"{address}:verify")
    silent = editor.post(f"{address}:reject", json={})

    assert [early.status_code, unsourced.status_code, silent.status_code] == [409, 422, 422]
    history = editor.get(f"{address}/revisions").json()["data"]
    refused = [one for one in history if one["action"].endswith("_refused")]
    assert [one["action"] for one in refused] == [
        "publish_refused",
        "verify_refused",
        "reject_refused",
    ]
    assert all(one["reason"] and one["actor"]["name"] == "dana" for one in refused)


def test_the_history_is_for_the_desk(caller: Caller, public: Client) -> None:
    """The public needs a key; a monitor is told that there is none."""
    monitor = caller(Role.MONITOR, "aizhan")
    address = f"{URL}/{_submitted(monitor)['id']}/revisions"

    assert public.get(address).status_code == 401
    assert monitor.get(address).status_code == 404


def test_the_same_idempotency_key_makes_one_row(caller: Caller, sessions: Sessions) -> None:
    """Sent twice, it is one incident and one answer."""
    monitor = caller(Role.MONITOR, "aizhan")
    headers = {"Idempotency-Key": "report-1"}

    first = monitor.post(URL, json=BODY, headers=headers)
    second = monitor.post(URL, json=BODY, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 1


def test_eight_at_once_with_one_key_make_one_row(caller: Caller, sessions: Sessions) -> None:
    """A flaky connection that sends everything at once still reports once."""
    monitor = caller(Role.MONITOR, "aizhan")
    headers = {"Idempotency-Key": "report-1"}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: monitor.post(URL, json=BODY, headers=headers), range(8)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 1


def test_who_may_hand_in(caller: Caller, public: Client) -> None:
    """No key is 401, a key without the scope 403."""
    assert public.post(URL, json=BODY).status_code == 401
    assert caller(Role.VERIFIER).post(URL, json=BODY).status_code == 403
    assert caller(Role.PARTNER).post(URL, json=BODY).status_code == 403


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"country": "Secretland"}, "/country"),
        ({"date": "secret-date"}, "/date"),
        ({"date": "2099-01-01"}, "/date"),
        ({"categories": [{"category": "secret"}]}, "/categories/0/category"),
        ({"categories": [{"category": "killing", "subtype": "ddos"}]}, "/categories/0/subtype"),
        ({"targets": [{"kind": "group", "description": "x", "secret": 1}]}, "/targets/0/secret"),
        ({"title": "secret \u202e name"}, "/title"),
        ({"title": "z" + "\u0310" * 20}, "/title"),
        ({"sources": [{"title": "x", "url": "javascript:secret"}]}, "/sources/0/url"),
        ({"id": "secret"}, "/id"),
        ({"visibility": "secret"}, "/visibility"),
        ({"executors_complete": "secret"}, "/executors_complete"),
    ],
)
def test_a_bad_body_names_the_field_and_repeats_nothing(
    caller: Caller, fields: dict[str, Any], pointer: str
) -> None:
    """Each wrong place has its pointer and a sentence; what was sent does not come back."""
    answer = caller(Role.MONITOR).post(URL, json={**BODY, **fields})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert "secret" not in answer.text.replace(pointer, "").lower()


@pytest.mark.parametrize(
    "fields",
    [
        {"source_contact": "a@b.example"},
        {"source_name": "X"},
        {"informant": {"phone": "1"}},
        {"contact": "1"},
        {"witness_name": "X"},
        {"targets": [{"kind": "group", "description": "x", "contact_phone": "1"}]},
    ],
)
def test_the_identity_of_a_source_is_refused(
    caller: Caller, sessions: Sessions, fields: dict[str, Any]
) -> None:
    """It says that encrypted storage does not exist yet, names the field, and keeps nothing."""
    answer = caller(Role.MONITOR).post(URL, json={**BODY, **fields})

    assert answer.status_code == 422
    assert "encrypted storage" in answer.json()["detail"]
    assert answer.json()["errors"][0]["code"] == "sealed_field"
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0


def test_a_change_says_which_version_it_changes(caller: Caller) -> None:
    """Without If-Match 428, with an old one 412, with the version or the record's ETag done."""
    monitor = caller(Role.MONITOR, "aizhan")
    address = f"{URL}/{_submitted(monitor)['id']}"
    etag = monitor.get(address).headers["etag"]

    blind = monitor.patch(address, json={"title": "A"})
    by_etag = monitor.patch(address, json={"title": "B"}, headers={"If-Match": etag})
    stale = monitor.patch(address, json={"title": "C"}, headers={"If-Match": etag})
    by_version = monitor.patch(address, json={"title": "D"}, headers={"If-Match": '"2"'})

    statuses = [one.status_code for one in (blind, by_etag, stale, by_version)]
    assert statuses == [428, 200, 412, 200]
    assert by_version.json()["title"] == "D"
    assert by_version.json()["version"] == 3


def test_null_clears_and_absence_keeps(caller: Caller) -> None:
    """A merge patch: null takes a field away, what is not named stays."""
    monitor = caller(Role.MONITOR, "aizhan")
    made = _submitted(monitor, admin1="Almaty", narrative={"en": "What happened."})

    answer = monitor.patch(
        f"{URL}/{made['id']}", json={"admin1": None}, headers={"If-Match": '"1"'}
    )
    required = monitor.patch(
        f"{URL}/{made['id']}", json={"title": None}, headers={"If-Match": '"2"'}
    )

    assert answer.json()["location"]["admin1"] is None
    assert answer.json()["narrative"] == {"en": "What happened."}
    assert required.status_code == 422
    assert required.json()["errors"][0]["pointer"] == "/title"


def test_only_those_who_may_change(caller: Caller, sessions: Sessions) -> None:
    """A stranger does not find it; what is rejected is not edited any more."""
    monitor, stranger = caller(Role.MONITOR, "aizhan"), caller(Role.MONITOR, "marat")
    address = f"{URL}/{_submitted(monitor)['id']}"
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.REJECTED)
        rejected = f"{URL}/{row.id}"
    change = {"json": {"title": "A"}, "headers": {"If-Match": '"1"'}}

    assert stranger.patch(address, **change).status_code == 404
    assert caller(Role.EDITOR, "dana").patch(rejected, **change).status_code == 409


@pytest.mark.parametrize(
    "query",
    [
        "country=QQ", "country=kz", "category=nothing", "category=killing,nothing",
        "status=hidden", "impunity=none", "outlet=1", "person_role=king", "verified=maybe",
        "date_from=2026-13-01", "date_from=2026-02-01&date_to=2026-01-01", "limit=0", "limit=501",
        "colour=red", "source_contact=x", "sort=title", "country=KZ&country=KG", "q=",
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_422(public: Client, query: str) -> None:
    """Unknown parameters and unknown values are errors, never an unfiltered list."""
    assert public.get(f"{URL}?{query}").status_code == 422


def test_unchanged_lists_and_items_are_304(public: Client, sessions: Sessions) -> None:
    """The ETag stands until something public changes."""
    with sessions.writing() as session:
        address = f"{URL}/{make.incident(session).id}"
    for url in (URL, address):
        etag = public.get(url).headers["etag"]
        assert public.get(url, headers={"If-None-Match": etag}).status_code == 304
        with sessions.writing() as session:
            make.incident(session)
        assert public.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_pages_by_link(public: Client, sessions: Sessions) -> None:
    """Following `links.next` gives each incident once; a cursor of another filter is refused."""
    with sessions.writing() as session:
        for index in range(5):
            make.incident(session, date=f"2025-06-0{index + 1}")
    seen: list[str] = []
    url: str | None = f"{URL}?limit=2"
    while url is not None:
        page = public.get(url.replace("http://127.0.0.1:8000", "")).json()
        seen += [one["date"]["text"] for one in page["data"]]
        url = page["links"]["next"]

    assert seen == [f"2025-06-0{index}" for index in range(5, 0, -1)]
    cursor = public.get(f"{URL}?limit=2").json()["links"]["next"].split("cursor=")[1].split("&")[0]
    assert public.get(f"{URL}?country=KZ&cursor={cursor}").status_code == 400
    assert public.get(f"{URL}?cursor={cursor[:-2]}").status_code == 400


def test_a_time_of_knowledge_needs_its_zone(public: Client, sessions: Sessions) -> None:
    """Whose noon would it mean? With a zone it is answered."""
    with sessions.writing() as session:
        address = f"{URL}/{make.incident(session).id}"
    later = (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert public.get(f"{address}?known_at=2026-03-02T12:00:00").status_code == 422
    answer = public.get(f"{address}?known_at={later}&as_of=2026-01-01")
    assert answer.status_code == 200
    assert answer.json()["impunity"]["as_of"] == "2026-01-01"


def test_search_takes_wildcards_and_quotes_literally(public: Client, sessions: Sessions) -> None:
    """`%`, `_` and quotes are letters; a long search is refused."""
    with sessions.writing() as session:
        make.incident(session, title="100% sure, O'Neill")

    def count(q: str) -> int:
        return len(public.get(URL, params={"q": q}).json()["data"])

    assert (count("100%"), count("1%s"), count("_00"), count("o'neill")) == (1, 0, 0, 1)
    assert count("' OR 1=1--") == 0
    assert public.get(URL, params={"q": "x" * 10_000}).status_code == 422


def test_openapi_describes_it(app: FastAPI, public: Client) -> None:
    """Every step is in the description, with an example of a report."""
    paths = public.get("/openapi.json").json()["paths"]

    steps = {path.split(":")[1] for path in paths if "incidents/{incident_id}:" in path}
    assert steps >= {
        "submit", "review", "request-information", "verify", "publish", "reject",
        "mark-duplicate", "retract",
    }  # fmt: skip
