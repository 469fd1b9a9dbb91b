# SPDX-License-Identifier: Apache-2.0
"""Changes of a public incident over the API: hidden while they wait, public by a second person."""

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.vocabulary import Role
from app.storage.database import Sessions
from tests import make
from tests.client import Client

Caller = Callable[..., Client]


@pytest.fixture
def url(sessions: Sessions) -> str:
    """A public incident's address."""
    with sessions.writing() as session:
        return f"/api/v1/incidents/{make.incident(session, place='Uralsk').id}"


def _change(client: Client, url: str, **patch: Any) -> dict[str, Any]:
    version = client.get(url).json()["version"]
    answer = client.patch(
        url, json={"reason": "A wrong word.", **patch}, headers={"If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_public_reads_the_last_verified_values_until_then(
    caller: Caller, public: Client, url: str
) -> None:
    """Neither text, version, ETag nor a filter tells that a change waits; approved it is public."""
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.VERIFIER, "erlan")
    before = public.get(url)

    changed = _change(editor, url, title="Mended", motive="confirmed")

    after = public.get(url)
    assert after.headers["etag"] == before.headers["etag"]
    assert after.content == before.content
    assert "pending" not in after.json()
    assert (changed["title"], set(changed["pending"])) == (
        "Journalists attacked",
        {"title", "motive"},
    )
    assert public.get("/api/v1/incidents?waiting=true").status_code == 422
    listed = colleague.get("/api/v1/incidents?waiting=true").json()["data"]
    assert [one["id"] for one in listed] == [url.rpartition("/")[2]]

    one = colleague.post(f"{url}:approve-changes", json={"fields": ["title"]})

    assert one.status_code == 200, one.text
    assert (public.get(url).json()["title"], public.get(url).json()["motive"]) == (
        "Mended",
        "not_assessed",
    )
    assert set(one.json()["pending"]) == {"motive"}
    assert colleague.post(f"{url}:approve-changes").status_code == 200
    assert public.get(url).json()["motive"] == "confirmed"
    assert colleague.get("/api/v1/incidents?waiting=true").json()["data"] == []
    history = colleague.get(f"{url}/revisions").json()["data"]
    assert [row["action"] for row in history[-3:]] == [
        "propose_changes",
        "approve_changes",
        "approve_changes",
    ]
    assert history[-2]["changes"]["title"] == {"old": "Journalists attacked", "new": "Mended"}


def test_a_submitter_may_propose_and_somebody_else_declines(
    caller: Caller, public: Client, sessions: Sessions
) -> None:
    """A monitor corrects their own public report; an editor sets it aside and says why."""
    monitor, editor = caller(Role.MONITOR, "aizhan"), caller(Role.EDITOR, "dana")
    stranger = caller(Role.MONITOR, "marat")
    body = {
        "title": "Attacked", "date": "2025-06-01", "country": "KZ",
        "categories": [{"category": "physical_attack"}],
        "targets": [{"kind": "group", "description": "Two reporters"}],
        "sources": [{"type": "news", "title": "One"}, {"type": "news", "title": "Two"}],
    }  # fmt: skip
    url = f"/api/v1/incidents/{monitor.post('/api/v1/incidents', json=body).json()['id']}"
    for step in ("review", "verify", "publish"):
        assert editor.post(f"{url}:{step}").status_code == 200
    shown = _change(monitor, url, title="Beaten")
    assert shown["pending"]["title"]["new"] == "Beaten"

    assert "pending" not in stranger.get(url).json()
    assert stranger.post(f"{url}:approve-changes").status_code in (403, 409)
    assert editor.post(f"{url}:decline-changes", json={}).status_code == 422
    declined = editor.post(f"{url}:decline-changes", json={"reason": "Both sources say so."})

    assert declined.status_code == 200, declined.text
    assert declined.json()["pending"] == {}
    assert public.get(url).json()["title"] == "Attacked"
    assert editor.post(f"{url}:approve-changes").status_code == 409


def test_one_change_of_a_field_waits_at_a_time(caller: Caller, url: str) -> None:
    """Who proposed it may say it better; a colleague decides before proposing another."""
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    _change(editor, url, title="One")
    again = _change(editor, url, title="Two")
    assert again["pending"]["title"]["new"] == "Two"

    version = colleague.get(url).json()["version"]
    other = colleague.patch(
        url, json={"reason": "No.", "title": "Three"}, headers={"If-Match": f'"{version}"'}
    )

    assert other.status_code == 409
    assert colleague.post(f"{url}:approve-changes").json()["title"] == "Two"


def test_what_shows_less_of_somebody_is_done_at_once(
    caller: Caller, public: Client, url: str
) -> None:
    """A coarser place and days instead of times wait for nobody; a finer place does."""
    editor = caller(Role.EDITOR, "dana")
    assert public.get(url).json()["location"]["precision"] == "admin1"

    _change(editor, url, public_precision="country", is_at_risk=True)

    assert public.get(url).json()["location"]["precision"] == "country"
    assert len(public.get(url).json()["updated_at"]) == len("2026-03-02")
    finer = _change(editor, url, public_precision="locality")
    assert public.get(url).json()["location"]["place"] is None
    assert set(finer["pending"]) == {"public_precision"}


def test_what_would_be_refused_is_refused_when_it_is_proposed(
    caller: Caller, url: str, sessions: Sessions
) -> None:
    """Its verifier gets nothing that cannot be: the wrong place is named, and nothing waits."""
    editor = caller(Role.EDITOR, "dana")
    version = editor.get(url).json()["version"]
    for patch in ({"date": "2030"}, {"decision_id": "00000000-0000-4000-8000-000000000000"}):
        answer = editor.patch(
            url, json={"reason": "So.", **patch}, headers={"If-Match": f'"{version}"'}
        )
        assert answer.status_code == 422
    without = editor.patch(url, json={"title": "x"}, headers={"If-Match": f'"{version}"'})
    assert without.status_code == 422
    assert editor.get(url).json()["pending"] == {}


def test_sources_that_no_longer_suffice_are_not_approved(
    caller: Caller, public: Client, url: str
) -> None:
    """Two independent sources, or a primary one with a reason: also after a change."""
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    _change(editor, url, sources=[{"type": "news", "title": "One paper"}])

    refused = colleague.post(f"{url}:approve-changes")

    assert refused.status_code == 422
    assert len(public.get(url).json()["sources"]) == 2
    assert set(editor.get(url).json()["pending"]) == {"sources"}


def test_what_leaves_the_public_record_takes_its_changes_along(caller: Caller, url: str) -> None:
    """A retracted incident has nothing that waits."""
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    _change(editor, url, title="Mended")
    colleague.post(f"{url}:retract", json={"reason": "The source withdrew it."})
    assert colleague.get(url).json()["pending"] == {}
    assert colleague.post(f"{url}:approve-changes").status_code == 409


def test_a_merger_names_what_stays_and_can_be_taken_back(
    caller: Caller, public: Client, url: str, sessions: Sessions
) -> None:
    """The other leads to the one that stays, which has its sources; undone, both are as before."""
    editor, colleague = caller(Role.EDITOR, "dana"), caller(Role.EDITOR, "erlan")
    with sessions.writing() as session:
        third = [{"type": "news", "title": "A third report", "url": "https://three.example/c"}]
        other = str(make.incident(session, sources=third).id)
    twin = f"/api/v1/incidents/{other}"
    kept = url.rpartition("/")[2]

    merged = editor.post(f"{twin}:merge", json={"merged_into": kept, "reason": "One event."})

    assert merged.status_code == 200, merged.text
    assert (merged.json()["status"], merged.json()["merged_into"]) == ("merged", kept)
    gone = public.get(twin)
    assert (gone.status_code, gone.json()["code"]) == (410, "gone")
    assert kept in gone.json()["detail"]
    page = public.get(f"/incidents/{other}")
    assert (page.status_code, page.headers["location"]) == (302, f"/incidents/{kept}")
    titles = {one["title"] for one in public.get(url).json()["sources"]}
    assert titles == {"First report", "Second report", "A third report"}
    into_merged = editor.post(f"{url}:merge", json={"merged_into": other, "reason": "Back."})
    assert into_merged.status_code == 422
    (merge,) = editor.get(url).json()["merges"]
    back = colleague.post(f"/api/v1/merges/{merge['id']}:undo", json={"reason": "Two events."})
    assert back.status_code == 200, back.text
    assert editor.get(twin).json()["merged_into"] is None
    assert public.get(twin).json()["sources"][0]["title"] == "A third report"
    assert len(public.get(url).json()["sources"]) == 2
    again = colleague.post(f"/api/v1/merges/{merge['id']}:undo", json={"reason": "Twice."})
    assert again.status_code == 409


def test_triage_is_a_step_that_nobody_must_take(caller: Caller, sessions: Sessions) -> None:
    """Submitted, looked through, under verification."""
    editor = caller(Role.EDITOR, "dana")
    with sessions.writing() as session:
        row = make.incident(session, status=make.WorkflowStatus.SUBMITTED)
        address = f"/api/v1/incidents/{row.id}"
    assert editor.post(f"{address}:triage").json()["status"] == "triage"
    assert editor.post(f"{address}:review").json()["status"] == "under_verification"
