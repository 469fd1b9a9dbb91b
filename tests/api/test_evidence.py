# SPDX-License-Identifier: Apache-2.0
"""Evidence by the API: hashed as it arrives, kept once, public only as a copy and by a second person."""

import asyncio
import hashlib
import io
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import uvicorn
from fastapi import FastAPI
from PIL import Image

from app.domain.vocabulary import Role, WorkflowStatus
from app.services import evidence_upkeep
from app.settings import Settings
from app.storage.database import Sessions
from app.storage.evidence import Fault
from app.storage.evidence_store import EvidenceStore
from tests import make
from tests.client import Client
from tests.make import NOW
from tests.workers.copies import make_files
from workers.jobs import evidence as job
from workers.jobs.context import JobContext

Caller = Callable[..., Client]
URL = "/api/v1/incidents"
PHOTO = make_files.saved("JPEG")
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def store(app: FastAPI) -> EvidenceStore:
    """The store of the application."""
    found: EvidenceStore = app.state.evidence
    return found


@pytest.fixture
def incident(caller: Caller) -> str:
    """The address of a report that the monitor `aizhan` handed in."""
    body = {
        "title": "Journalists attacked",
        "date": "2025-06-01",
        "country": "KZ",
        "categories": [{"category": "physical_attack"}],
        "targets": [{"kind": "group", "description": "Three journalists"}],
        "sources": [{"type": "news", "title": "One"}, {"type": "news", "title": "Two"}],
    }
    made = caller(Role.MONITOR, "aizhan").post(URL, json=body)
    assert made.status_code == 201, made.text
    return f"{URL}/{made.json()['id']}"


@pytest.fixture
def monitor(caller: Caller, incident: str) -> Client:
    """An editor who hands evidence in: `marat`."""
    return caller(Role.EDITOR, "marat")


def _worker(sessions: Sessions) -> JobContext:
    return JobContext(sessions=sessions, now=lambda: NOW, worker="w", address="http://q.example")


def _publish(caller: Caller, address: str) -> None:
    editor = caller(Role.EDITOR, "dana")
    for step in ("review", "verify", "publish"):
        answer = editor.post(f"{address}:{step}")
        assert answer.status_code == 200, answer.text


def _upload(client: Client, address: str, data: bytes = PHOTO, **query: Any) -> dict[str, Any]:
    answer = client.post(
        f"{address}/evidence", content=data, params=query, headers={"Content-Type": "image/jpeg"}
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_bytes_are_kept_by_their_hash(monitor: Client, incident: str, store: EvidenceStore) -> None:
    """What arrives is on disk as it arrived, and the answer says its hash, size and type."""
    made = _upload(
        monitor, incident, name="C:\\Users\\aizhan\\IMG_1.jpg", description="The door",
        captured_at="2025-06-01T10:00:00Z", captured_with="phone", sha256=SHA256,
    )  # fmt: skip

    assert (made["sha256"], made["size"], made["type"]) == (SHA256, len(PHOTO), "image/jpeg")
    assert made["file_name"] == "IMG_1.jpg"
    assert made["captured_on"] == "2025-06-01"
    assert not made["is_public"]
    path = store.original(SHA256)
    assert path.read_bytes() == PHOTO
    assert path.parts[-4:-1] == ("sha256", SHA256[:2], SHA256[2:4])
    listed = monitor.get(f"{incident}/evidence").json()["data"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert monitor.get(incident).json()["evidence"][0]["sha256"] == SHA256


def test_the_same_bytes_twice_are_one_file_and_two_entries(
    monitor: Client, incident: str, store: EvidenceStore
) -> None:
    """Nothing is stored twice, and each handing in stays its own."""
    first, second = _upload(monitor, incident), _upload(monitor, incident)

    assert first["id"] != second["id"]
    assert _files(store._root) == [store.original(SHA256)]


def test_the_same_request_twice_is_one_entry(monitor: Client, incident: str) -> None:
    """With an Idempotency-Key a sender who lost the answer may send again."""
    headers = {"Idempotency-Key": "k1"}
    once = monitor.post(f"{incident}/evidence", content=PHOTO, headers=headers)
    again = monitor.post(f"{incident}/evidence", content=PHOTO, headers=headers)
    other = monitor.post(f"{incident}/evidence", content=b"other", headers=headers)

    assert once.json() == again.json()
    assert other.status_code == 422
    assert len(monitor.get(f"{incident}/evidence").json()["data"]) == 1


REFUSED: list[tuple[dict[str, str], bytes, dict[str, str], int]] = [
    ({"sha256": "0" * 64}, PHOTO, {}, 422),
    ({}, b"", {}, 422),
    ({"nonsense": "1"}, PHOTO, {}, 422),
    ({"captured_at": "2030-01-01T00:00:00Z"}, PHOTO, {}, 422),
    ({"captured_at": "2025-01-01T00:00:00"}, PHOTO, {}, 422),
    ({"source": "00000000-0000-4000-8000-000000000000"}, PHOTO, {}, 422),
    ({}, PHOTO, {"Content-Type": "multipart/form-data; boundary=x"}, 400),
]


def test_what_is_refused_leaves_nothing(
    monitor: Client, incident: str, store: EvidenceStore
) -> None:
    """A wrong hash, an empty body or a wrong word: an answer that says so, and no entry."""
    for query, content, headers, status in REFUSED:
        answer = monitor.post(
            f"{incident}/evidence", content=content, params=query, headers=headers
        )

        assert answer.status_code == status, (query, answer.text)
    assert monitor.get(f"{incident}/evidence").json()["data"] == []
    assert not list((store._root / "arriving").glob("*"))


def test_who_hands_in(caller: Caller, incident: str, public: Client) -> None:
    """An incident's submitter and editors; for others it does not exist, or it is refused."""
    own = caller(Role.MONITOR, "gulnar")
    made = own.post(
        URL,
        json={
            "title": "A", "date": "2025", "country": "KZ",
            "categories": [{"category": "detention"}],
            "targets": [{"kind": "group", "description": "Two"}],
        },
    ).json()  # fmt: skip

    assert _upload(own, f"{URL}/{made['id']}")
    assert own.post(f"{incident}/evidence", content=PHOTO).status_code == 404
    assert public.post(f"{incident}/evidence", content=PHOTO).status_code == 401
    verifier = caller(Role.VERIFIER, "verifier")
    assert verifier.post(f"{incident}/evidence", content=PHOTO).status_code == 403


def test_too_much_is_413_and_leaves_nothing(
    sessions: Sessions, tmp_path: Path, caller: Caller, incident: str
) -> None:
    """Both by what the head says and by what comes; and a full store is 507."""
    from app.main import create_app

    small = create_app(
        Settings(data_dir=tmp_path, evidence_max_bytes=300 * 1024, evidence_quota_bytes=1024**2),
        sessions,
        now=lambda: NOW,
    )
    editor = caller(Role.EDITOR, "marat")
    client = Client(small)
    client.headers = editor.headers

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 40_000

    told = client.post(f"{incident}/evidence", content=b"x" * 400_000)
    came = client.post(f"{incident}/evidence", content=endless())

    assert (told.status_code, came.status_code) == (413, 413)
    assert "QALAM_EVIDENCE_MAX_BYTES" in told.json()["detail"]
    assert not _files(tmp_path / "evidence")
    for number in range(1, 6):
        data = bytes([number]) * 250_000
        answer = client.post(f"{incident}/evidence", content=data)
        if answer.status_code != 201:
            break
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_an_upload_cut_off_leaves_nothing(
    app: FastAPI, caller: Caller, incident: str, store: EvidenceStore
) -> None:
    """A connection that ends in the middle: no file, no entry, and the server goes on."""
    editor = caller(Role.EDITOR, "marat")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))

    async def cut() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        for _ in range(1000):
            if server.started:
                break
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST {incident}/evidence HTTP/1.1\r\nHost: qalam\r\nContent-Length: 900000\r\n"
            f"Authorization: {editor.headers['Authorization']}\r\n\r\n"
        )
        writer.write(head.encode() + b"x" * 300_000)
        await writer.drain()
        for _ in range(500):
            if list((store._root / "arriving").glob("*")):
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError("nothing has begun to arrive")
        writer.close()
        for _ in range(500):
            if not _files(store._root):
                break
            await asyncio.sleep(0.01)
        server.should_exit = True
        await serving

    asyncio.run(cut())

    assert _files(store._root) == []
    assert editor.get(f"{incident}/evidence").json()["data"] == []


def test_only_the_clean_copy_is_public_and_by_a_second_person(
    caller: Caller, public: Client, monitor: Client, incident: str,
    sessions: Sessions, store: EvidenceStore,
) -> None:  # fmt: skip
    """Hidden until an editor who did not hand it in decides; then the copy, never the original."""
    made = _upload(monitor, incident, name="aizhan.jpg", description="The door")
    address = f"/api/v1/evidence/{made['id']}"
    match = {"If-Match": '"1"'}
    _publish(caller, incident)
    editor = caller(Role.EDITOR, "dana")
    assert public.get(address).status_code == 404
    assert public.get(f"{address}/file").status_code == 404
    assert public.get(incident).json()["evidence"] == []
    early = editor.patch(address, json={"is_public": True}, headers=match)
    assert (early.status_code, "being made" in early.json()["detail"]) == (409, True)
    assert job.make_copies(_worker(sessions), store) == 1

    alone = monitor.patch(address, json={"is_public": True}, headers=match)
    decided = editor.patch(address, json={"is_public": True}, headers=match)

    assert alone.status_code == 403
    assert decided.status_code == 200, decided.text
    shown = public.get(incident).json()["evidence"]
    assert [one["sha256"] for one in shown] == [SHA256]
    assert not {"file_name", "uploaded_by", "uploaded_at", "declared_type"} & shown[0].keys()
    assert "aizhan" not in json.dumps(shown)
    file = public.get(shown[0]["public_copy"]["url"])
    assert file.status_code == 200
    assert hashlib.sha256(file.content).hexdigest() == shown[0]["public_copy"]["sha256"]
    assert not [secret for secret in make_files.SECRETS if secret in file.content]
    with Image.open(io.BytesIO(file.content)) as image:
        assert image.size == (40, 20)
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert public.get(f"{address}/file?copy=original").status_code == 401
    page = public.get(incident.removeprefix("/api/v1")).text
    assert SHA256 in page
    assert f'href="{shown[0]["public_copy"]["url"]}"' in page
    assert "The door" in page


def test_who_takes_an_original_out_is_on_record(
    caller: Caller, monitor: Client, incident: str
) -> None:
    """Staff reads it, the submitter does not; each reading and each refusal leaves its trace."""
    made = _upload(monitor, incident, name="order.jpg")
    address = f"/api/v1/evidence/{made['id']}"
    editor = caller(Role.EDITOR, "dana")
    author = caller(Role.MONITOR, "gulnar")

    taken = editor.get(f"{address}/file?copy=original")

    assert taken.content == PHOTO
    assert taken.headers["content-type"] == "application/octet-stream"
    assert taken.headers["cache-control"] == "no-store"
    assert author.get(f"{address}/file?copy=original").status_code == 404
    steps = editor.get(f"{address}/revisions").json()["data"]
    assert [one["action"] for one in steps] == ["create", "read_original", "read_original_refused"]
    assert steps[1]["actor"]["name"] == "dana"
    assert author.get(f"{address}/revisions").status_code == 404


def test_the_submitter_does_not_read_the_original(caller: Caller, sessions: Sessions) -> None:
    """403 for a monitor of their own incident, with a trace."""
    own = caller(Role.MONITOR, "gulnar")
    made = own.post(
        URL,
        json={
            "title": "A", "date": "2025", "country": "KZ",
            "categories": [{"category": "detention"}],
            "targets": [{"kind": "group", "description": "Two"}],
        },
    ).json()  # fmt: skip
    one = _upload(own, f"{URL}/{made['id']}")

    refused = own.get(f"/api/v1/evidence/{one['id']}/file?copy=original")

    assert refused.status_code == 403
    editor = caller(Role.EDITOR, "dana")
    steps = editor.get(f"/api/v1/evidence/{one['id']}/revisions").json()["data"]
    assert [step["action"] for step in steps] == ["create", "read_original_refused"]


def test_withdrawn_evidence_is_hidden_at_once_and_its_bytes_stay(
    caller: Caller, public: Client, monitor: Client, incident: str,
    sessions: Sessions, store: EvidenceStore,
) -> None:  # fmt: skip
    """Gone for everybody in document, list and file; kept on disk; staff is told why."""
    made = _upload(monitor, incident)
    address = f"/api/v1/evidence/{made['id']}"
    _publish(caller, incident)
    job.make_copies(_worker(sessions), store)
    editor = caller(Role.EDITOR, "dana")
    editor.patch(address, json={"is_public": True}, headers={"If-Match": '"1"'})
    before = public.get(incident).headers["etag"]

    gone = editor.post(f"{address}:withdraw", json={"reason": "Shows a bystander."})

    assert gone.status_code == 200, gone.text
    assert public.get(incident).headers["etag"] != before
    assert public.get(incident).json()["evidence"] == []
    assert public.get(f"{incident}/evidence").json()["data"] == []
    for path in (address, f"{address}/file"):
        assert public.get(path).status_code == 404
    for query in ("", "?copy=original"):
        assert editor.get(f"{address}/file{query}").status_code == 410
    assert editor.get(address).json()["withdrawn_reason"] == "Shows a bystander."
    assert store.original(SHA256).read_bytes() == PHOTO
    assert editor.post(f"{address}:withdraw", json={"reason": "Again"}).status_code == 409


def test_types_without_a_copy_say_so(
    caller: Caller, public: Client, monitor: Client, incident: str,
    sessions: Sessions, store: EvidenceStore,
) -> None:  # fmt: skip
    """Of a page or a film everybody learns type, size and hash, and gets no bytes."""
    data = b"<!doctype html><script>alert(1)</script>"
    made = _upload(monitor, incident, data=data)
    _publish(caller, incident)
    address = f"/api/v1/evidence/{made['id']}"
    decided = caller(Role.EDITOR, "dana").patch(
        address, json={"is_public": True}, headers={"If-Match": '"1"'}
    )

    assert decided.status_code == 200
    shown = public.get(address).json()
    assert shown["type"] == "text/html"
    assert shown["public_copy"] == {
        "state": "none", "reason": None, "type": None, "size": None, "sha256": None, "url": None,
    }  # fmt: skip
    refused = public.get(f"{address}/file")
    assert refused.status_code == 404
    assert "Files of this type have none" in refused.json()["detail"]


def test_a_document_that_cannot_be_copied_says_why(
    monitor: Client, incident: str, sessions: Sessions, store: EvidenceStore, tmp_path: Path
) -> None:
    """The reason stands in the record, and is not tried for ever."""
    locked = make_files.document(tmp_path, encryption=pikepdf.Encryption(owner="a", user="b"))
    made = _upload(monitor, incident, data=locked)

    assert job.make_copies(_worker(sessions), store) == 0
    assert job.make_copies(_worker(sessions), store) == 0

    shown = monitor.get(f"/api/v1/evidence/{made['id']}").json()["public_copy"]
    assert (shown["state"], shown["reason"]) == (
        "failed",
        "The document is locked with a password.",
    )


def test_a_change_says_which_version_it_changes(monitor: Client, incident: str) -> None:
    """428 without, 412 with an old one; the ETag of what was read will do."""
    made = _upload(monitor, incident)
    address = f"/api/v1/evidence/{made['id']}"
    etag = monitor.get(address).headers["etag"]

    assert monitor.patch(address, json={"description": "A"}).status_code == 428
    changed = monitor.patch(
        address,
        json={"description": "A", "source": {"type": "news", "title": "Where it was shown"}},
        headers={"If-Match": etag},
    )
    old = monitor.patch(address, json={"description": "B"}, headers={"If-Match": etag})

    assert (changed.status_code, old.status_code) == (200, 412)
    assert changed.json()["source"]["title"] == "Where it was shown"


def test_hidden_evidence_leaves_no_trace_for_the_public(
    caller: Caller, public: Client, monitor: Client, sessions: Sessions
) -> None:
    """Neither document nor ETag of a public incident tells that evidence was handed in."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.PUBLISHED)
    address = f"{URL}/{row.id}"
    before = public.get(address)

    _upload(monitor, address)

    after = public.get(address)
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])


def test_the_check_finds_flipped_bits_lost_files_and_strangers(
    monitor: Client, incident: str, sessions: Sessions, store: EvidenceStore
) -> None:
    """Each is named by its hash; handing the same bytes in again makes it whole."""
    _upload(monitor, incident)
    lost = hashlib.sha256(b"lost").hexdigest()
    _upload(monitor, incident, data=b"lost")
    worker = _worker(sessions)
    job.make_copies(worker, store)
    with sessions.reading() as session:
        *_, whole = evidence_upkeep.look_through(session, store)
    assert whole.is_whole
    path = store.original(SHA256)
    path.chmod(0o600)
    path.write_bytes(PHOTO[:-1] + bytes([PHOTO[-1] ^ 1]))
    store.original(lost).unlink()
    stranger = store.original("ab" * 32)
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"?")

    with sessions.reading() as session:
        *_, found = evidence_upkeep.look_through(session, store)

    assert (found.changed, found.missing, found.orphans) == ([SHA256], [lost], ["ab" * 32])
    assert not found.is_whole
    late = JobContext(
        sessions=sessions, now=lambda: NOW + job.CHECK_EVERY * 2, worker="w", address="http://q"
    )
    assert job.check_files(late, store) == 2
    assert job.check_files(late, store) == 0
    shown = {
        one["sha256"]: one["fault"] for one in monitor.get(f"{incident}/evidence").json()["data"]
    }
    assert shown == {SHA256: Fault.CHANGED.value, lost: Fault.MISSING.value}
    _upload(monitor, incident)
    _upload(monitor, incident, data=b"lost")
    with sessions.reading() as session:
        *_, mended = evidence_upkeep.look_through(session, store)
    assert (mended.changed, mended.missing) == ([], [])


def test_openapi_describes_the_upload(public: Client) -> None:
    """The reference says that the body is the file."""
    paths = public.get("/openapi.json").json()["paths"]
    post = paths["/api/v1/incidents/{incident_id}/evidence"]["post"]

    assert post["requestBody"]["content"]["*/*"]["schema"]["format"] == "binary"
    assert {"name", "description", "sha256"} <= {one["name"] for one in post["parameters"]}
