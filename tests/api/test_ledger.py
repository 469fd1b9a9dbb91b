# SPDX-License-Identifier: Apache-2.0
"""What the ledger shows: checkpoints to everybody, telling nothing; entries to auditors, without values."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.vocabulary import Role, WorkflowStatus
from app.services import checkpoints, sealing
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.make import NOW

Caller = Callable[..., Client]

URL = "/api/v1/ledger"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRET_TITLE = "An unpublished title"


def written(value: object) -> bytes:
    """JSON in the one way that is hashed, as docs/ledger.md gives it."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


@pytest.fixture
def filled(sessions: Sessions) -> None:
    """Some work, sealed, and three hourly checkpoints; nothing happened before the third."""
    for hour in range(3):
        with sessions.writing() as session:
            if hour < 2:
                make.incident(session, title=SECRET_TITLE, status=WorkflowStatus.SUBMITTED)
            checkpoints.keep_checkpoint(
                session, KEY, now=NOW + timedelta(hours=hour), every=timedelta(hours=1)
            )


@pytest.mark.usefixtures("filled")
def test_everybody_reads_checkpoints_that_tell_nothing(public: Client) -> None:
    """Hash, time and signature: no count, no head, and a quiet hour looks like any other."""
    found = public.get(f"{URL}/checkpoints").json()["data"]

    assert [one["at"] for one in found] == [
        "2026-03-02T14:00:00.000000Z",
        "2026-03-02T13:00:00.000000Z",
        "2026-03-02T12:00:00.000000Z",
    ]
    assert len({one["hash"] for one in found}) == 3
    for one in found:
        assert set(one) == {"format", "at", "hash", "previous", "key_id", "signature"}
    assert [one["previous"] for one in found[:2]] == [one["hash"] for one in found[1:]]


@pytest.mark.usefixtures("filled")
def test_a_checkpoint_is_verified_with_what_the_documentation_says(
    public: Client, caller: Caller
) -> None:
    """The signature by the public key; the hash by what auditors read; with nothing of ours."""
    key = public.get(URL).json()["public_keys"][0]
    raw = base64.b64decode(key["public_key"])
    assert hashlib.sha256(raw).hexdigest()[:16] == key["key_id"]

    for one in caller(Role.AUDITOR, "auditor").get(f"{URL}/checkpoints").json()["data"]:
        signed = {name: one[name] for name in ("format", "at", "hash", "previous", "key_id")}
        Ed25519PublicKey.from_public_bytes(raw).verify(
            base64.b64decode(one["signature"]), written(signed)
        )
        opened = {name: one[name] for name in ("at", "entries", "head", "nonce")}
        assert hashlib.sha256(written(opened)).hexdigest() == one["hash"]


@pytest.mark.usefixtures("filled")
def test_checkpoints_come_in_pages(public: Client) -> None:
    """Following the links gives each once."""
    found, link = [], f"{URL}/checkpoints?limit=2"
    while link:
        page = public.get(link).json()
        found += [one["hash"] for one in page["data"]]
        link = page["links"]["next"]

    assert len(found) == len(set(found)) == 3


@pytest.mark.usefixtures("filled")
def test_the_feed_holds_the_same_lines(public: Client) -> None:
    """Atom whose entries' texts are the very JSON."""
    answer = public.get(f"{URL}/checkpoints.atom")
    feed = ET.fromstring(answer.content)  # our own answer
    name = "{http://www.w3.org/2005/Atom}"

    texts = [one.findtext(f"{name}content") for one in feed.findall(f"{name}entry")]

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert feed.findtext(f"{name}updated") == "2026-03-02T14:00:00.000000Z"
    assert [json.loads(one or "") for one in texts] == public.get(f"{URL}/checkpoints").json()[
        "data"
    ]


def test_an_empty_ledger_answers_too(public: Client) -> None:
    """Before the first checkpoint there is none, and the feed is one without entries."""
    assert public.get(URL).json() == {"checkpoint": None, "public_keys": []}
    assert public.get(f"{URL}/checkpoints").json()["data"] == []
    assert ET.fromstring(public.get(f"{URL}/checkpoints.atom").content) is not None


@pytest.mark.usefixtures("filled")
def test_entries_are_for_auditors_and_the_desk(public: Client, caller: Caller) -> None:
    """Everybody else is refused; what is read holds hashes, and no value."""
    assert public.get(f"{URL}/entries").status_code == 401
    for role in (Role.MONITOR, Role.PARTNER, Role.AGENT):
        assert caller(role, role.value).get(f"{URL}/entries").status_code == 403

    for role in (Role.AUDITOR, Role.EDITOR, Role.VERIFIER, Role.ADMIN):
        answer = caller(role, f"{role.value} x").get(f"{URL}/entries?limit=500")
        assert answer.status_code == 200
        assert SECRET_TITLE not in answer.text

    rows: list[dict[str, Any]] = answer.json()["data"]
    previous = "0" * 64
    for number, row in enumerate(rows, start=1):
        stated = row.pop("hash")
        assert (row["number"], row["previous"]) == (number, previous)
        assert hashlib.sha256(written(row)).hexdigest() == stated
        previous = stated
    head = caller(Role.AUDITOR, "y").get(URL).json()
    assert (head["entries"], head["head"]) == (len(rows), previous)


def test_an_auditor_reads_nothing_else(sessions: Sessions, caller: Caller) -> None:
    """The ledger is no way to what is not published."""
    with sessions.writing() as session:
        row = make.incident(session, status=WorkflowStatus.SUBMITTED)
        sealing.seal_all(session, now=NOW)

    auditor = caller(Role.AUDITOR, "auditor")

    assert auditor.get(f"/api/v1/incidents/{row.id}").status_code == 404
    assert auditor.get(f"/api/v1/incidents/{row.id}/revisions").status_code == 403
