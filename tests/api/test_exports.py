# SPDX-License-Identifier: Apache-2.0
"""Lists as files: the same rows as the list, streamed, and never cut off in silence."""

import asyncio
import csv
import io
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from structlog.testing import capture_logs

from app.domain.vocabulary import Role, WorkflowStatus
from app.exports.tables import TableFormat, columns, csv_bytes
from app.services import example, sites
from app.services.exporting import PAGE, Wanted, pages
from app.storage.database import Sessions
from app.storage.incidents import Incident
from tests.client import Client
from tests.make import NOW, incident
from tests.make_exports import EVERYBODY, exported, many

Caller = Callable[[Role, str], Client]

PINNED = {
    "incidents": (
        "id,ref,title,status,verified_by,date,date_earliest,date_latest,country,admin1,place,"
        "latitude,longitude,precision,public_precision,is_at_risk,scope,categories,motive,"
        "instigation,executors_complete,impunity,impunity_since,severity_level,severity_set,"
        "severity_reason,narrative,targets,involvements,sources,external_ids,cases,decision,"
        "event_group,assessments,overrides,status_reason,duplicate_of,verification_reason,"
        "created_at,verified_at,published_at,updated_at,version"
    ),
    "cases": (
        "id,polarity,title,country,court,number,stage,incident_ids,facts,parties,created_at,"
        "updated_at,version"
    ),
    "outlets": (
        "id,name,country,is_group,summary,successor_of,published,status,publication,reachability,"
        "base,since,events,created_at,updated_at,version"
    ),
    "sites": (
        "url,category_code,country,outlet,canary,notes,source,licence,date_added,id,outlet_id,"
        "probed,updated_at"
    ),
}


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


@pytest.mark.parametrize("noun", PINNED)
def test_columns_never_move(noun: str) -> None:
    """Columns keep their places; a new one may only come last, and then this test says so."""
    assert ",".join(columns(noun)) == PINNED[noun]


def test_a_file_has_the_rows_of_the_list(
    app: FastAPI, public: Client, caller: Caller, sessions: Sessions
) -> None:
    """Filters mean the same, and whoever sees more in the list sees more in the file."""
    with sessions.writing() as session:
        shown = incident(session, country="KZ").id
        incident(session, country="KG")
        hidden = incident(session, country="KZ", status=WorkflowStatus.SUBMITTED).id
    for client, wanted in (
        (public, {shown}),
        (caller(Role.EDITOR, "editor"), {shown, hidden}),
        (caller(Role.MONITOR, "monitor"), {shown}),
    ):
        rows = _rows(client.get("/api/v1/incidents.csv?country=KZ"))
        assert {one["id"] for one in rows} == {str(one) for one in wanted}
        listed = client.get("/api/v1/incidents?country=KZ").json()["data"]
        assert {one["id"] for one in listed} == {str(one) for one in wanted}
        lines = client.get("/api/v1/incidents.jsonl?country=KZ").text.splitlines()
        assert {json.loads(one)["id"] for one in lines} == {str(one) for one in wanted}


def test_everybody_gets_the_public_fields_only(
    public: Client, caller: Caller, sessions: Sessions
) -> None:
    """A withheld name, an exact spot and the desk's judgement leave only in a file for the desk."""
    hidden: dict[str, Any] = {
        "targets": [{"kind": "person", "person": {"name": "Aru Secretname", "is_minor": True}}],
        "latitude": 43.238949,
        "longitude": 76.889709,
        "precision": "exact",
        "public_precision": "country",
        "sources": [
            {
                "type": "news",
                "title": "A",
                "url": "https://one.example/a",
                "reliability": "usually_reliable",
            },
            {"type": "news", "title": "B", "url": "https://two.example/b"},
        ],
    }
    with sessions.writing() as session:
        incident(session, **hidden)
    editor = caller(Role.EDITOR, "editor")
    for client in (public, editor):
        for form in ("csv", "jsonl", "geojson"):
            answer = client.get(f"/api/v1/incidents.{form}")
            assert answer.status_code == 200
            assert "Secretname" not in answer.text
            assert "43.238949" not in answer.text
            assert "usually_reliable" not in answer.text
    whole = editor.get("/api/v1/incidents.jsonl?audience=desk")
    assert "Secretname" in whole.text
    assert "43.238949" in whole.text
    assert 'filename="qalam-incidents-desk.jsonl"' in whole.headers["content-disposition"]


@pytest.mark.parametrize("role", [None, Role.MONITOR, Role.PARTNER])
def test_the_desks_file_is_for_the_desk(public: Client, caller: Caller, role: Role | None) -> None:
    """Nobody else is given everything by asking for it."""
    client = public if role is None else caller(role, "somebody")
    for noun in PINNED:
        assert client.get(f"/api/v1/{noun}.csv?audience=desk").status_code == 403


def test_the_example_leaves_in_every_form(public: Client, sessions: Sessions) -> None:
    """Each noun leaves as CSV and JSON lines with its type, its name and how it may be cached."""
    with sessions.writing() as session:
        example.load(session, now=NOW)
        sites.import_list(
            session,
            "url\nhttps://one.example/\n",
            list_name="x",
            licence=None,
            country=None,
            now=NOW,
        )
    for noun, names in PINNED.items():
        table = public.get(f"/api/v1/{noun}.csv")
        assert table.headers["content-type"].startswith("text/csv")
        assert "Authorization" in table.headers["vary"]
        assert f'filename="qalam-{noun}.csv"' in table.headers["content-disposition"]
        assert ",".join(csv.DictReader(io.StringIO(table.text)).fieldnames or ()) == names
        lines = public.get(f"/api/v1/{noun}.jsonl").text.splitlines()
        assert len(lines) == len(_rows(table)) > 0
        assert all(tuple(json.loads(one)) == columns(noun) for one in lines)
        again = public.get(f"/api/v1/{noun}.csv", headers={"If-None-Match": table.headers["etag"]})
        assert again.status_code == 304
    places = public.get("/api/v1/incidents.geojson").json()
    assert places["type"] == "FeatureCollection"
    assert len(places["features"]) == 9


def test_what_cannot_be_meant_is_an_error_before_the_file(public: Client) -> None:
    """A wrong filter, an unknown parameter and an unknown form are told, not streamed."""
    assert public.get("/api/v1/incidents.csv?country=Kazakhstan").status_code == 422
    assert public.get("/api/v1/incidents.csv?limit=5").status_code == 422
    assert public.get("/api/v1/incidents.doc").status_code == 422
    assert public.get("/api/v1/outlets.geojson").status_code == 422


def test_cells_are_guarded_and_numbers_are_not(public: Client, sessions: Sessions) -> None:
    """A title that a spreadsheet would calculate is marked; a latitude below zero stays a number."""
    with sessions.writing() as session:
        incident(
            session,
            title='=HYPERLINK("http://evil.example")',
            latitude=-33.4,
            longitude=-70.6,
            precision="exact",
            public_precision="exact",
        )
    (row,) = _rows(public.get("/api/v1/incidents.csv"))
    assert row["title"] == '\'=HYPERLINK("http://evil.example")'
    assert row["latitude"] == "-33.4"
    raw = public.get("/api/v1/incidents.csv?raw=1")
    assert _rows(raw)[0]["title"].startswith("=HYPERLINK")
    assert 'filename="qalam-incidents.raw.csv"' in raw.headers["content-disposition"]


def test_pages_join_without_a_gap(sessions: Sessions) -> None:
    """More rows than two pages hold come once each, in the order of ids."""
    ids = many(sessions, 2 * PAGE + 3)
    found = [
        row.id
        for page in pages(sessions, EVERYBODY, "incidents", Wanted(), now=NOW)
        for row in page
    ]
    assert found == ids
    assert exported(sessions, "incidents", TableFormat.CSV).count(b"\r\n") == len(ids) + 1


def test_memory_does_not_grow_with_the_record(sessions: Sessions) -> None:
    """Three times as many rows need no more memory at their peak."""
    many(sessions, 15 * PAGE)

    def peak(rows: int) -> int:
        tracemalloc.reset_peak()
        seen = 0
        found = csv_bytes("incidents", pages(sessions, EVERYBODY, "incidents", Wanted(), now=NOW))
        for chunk in found:
            seen += chunk.count(b"\r\n")
            if seen > rows:
                break
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        peak(PAGE)
        few, all_of_them = peak(4 * PAGE), peak(15 * PAGE)
    finally:
        tracemalloc.stop()
    assert all_of_them < few * 1.5


@contextmanager
def _serving(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def test_an_error_in_the_middle_breaks_the_connection(app: FastAPI, sessions: Sessions) -> None:
    """A file that could not be finished never looks finished to whoever fetched it."""
    ids = many(sessions, 2 * PAGE)
    with sessions.writing() as session:
        session.execute(sa.update(Incident).where(Incident.id == ids[-1]).values(document={}))
    # Captured, because a traceback with its locals takes longer to print than the client waits.
    with (
        capture_logs() as logged,
        _serving(app) as address,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        httpx.get(f"{address}/api/v1/incidents.csv", timeout=60)
    assert [one["event"] for one in logged] == ["request_failed"]


def test_a_client_that_hangs_up_costs_nothing(app: FastAPI, sessions: Sessions) -> None:
    """After clients hung up in the middle no session is held, and others are answered."""
    many(sessions, 10 * PAGE)

    async def hang_up(address: str) -> None:
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", f"{address}/api/v1/incidents.csv") as answer,
        ):
            async for _ in answer.aiter_raw(100):
                return

    with _serving(app) as address:
        for _ in range(5):
            asyncio.run(hang_up(address))
        assert httpx.get(f"{address}/api/v1/sites.csv").status_code == 200
    pool = sessions.engine.pool
    assert not isinstance(pool, sa.QueuePool) or pool.checkedout() == 0
