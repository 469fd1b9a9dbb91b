# SPDX-License-Identifier: Apache-2.0
"""A ledger to test with: filled, checked, its head signed with a key that tests know."""

import json
import uuid
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.domain.record import ledger as rules
from app.domain.record.ledger_walk import Fault
from app.services import checkpoints, ledger_check, sealing
from app.services.given_checkpoints import Given, read_checkpoints
from app.services.ledger_check import Report
from app.storage import ledger, metadata
from app.storage.database import Sessions
from app.storage.sealing import LedgerEntry
from tests.make import NOW

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
TRUSTED = {rules.key_id_of(PUBLIC): PUBLIC}
HOUR = timedelta(hours=1)

entries, revisions = metadata.tables["ledger_entries"], metadata.tables["revisions"]


def record(session: Session, number: int, **fields: Any) -> None:
    """Record one change of something."""
    values: dict[str, Any] = {
        "object_kind": "incident",
        "object_id": uuid.UUID(int=number // 3),
        "action": "edit",
        "actor_id": None,
        "at": NOW + timedelta(seconds=number),
        "reason": f"reason {number}",
        "changes": {
            "title": {"old": None, "new": f"Название {number}"},
            "count": {"old": number, "new": number + 0.5},
        },
    }
    ledger.record_revision(session, **{**values, **fields})


def fill(sessions: Sessions, count: int = 30, *, first: int = 0) -> None:
    """Record so many changes and seal them."""
    with sessions.writing() as session:
        for number in range(first, first + count):
            record(session, number)
    with sessions.writing() as session:
        sealing.seal_all(session, now=NOW)


def check(sessions: Sessions, *given: Given) -> Report:
    """Verify the ledger."""
    with sessions.reading() as session:
        return ledger_check.verify(session, trusted=TRUSTED, given=given)


def faults(report: Report) -> set[tuple[Fault, int | None]]:
    """What was found, by entry."""
    return {(one.fault, one.number) for one in report.findings}


def keep_checkpoint(sessions: Sessions, at: Any = NOW, key: Ed25519PrivateKey = KEY) -> bool:
    """Keep a checkpoint if one is due."""
    with sessions.writing() as session:
        return checkpoints.keep_checkpoint(session, key, now=at, every=HOUR)


def kept_elsewhere(sessions: Sessions, *, opened: bool = True) -> Given:
    """A checkpoint as somebody keeps it in a file."""
    with sessions.writing() as session:
        made = checkpoints.sign_head(session, KEY, now=NOW)
    view = checkpoints.checkpoint_view(made, sealed=checkpoints.public_hash(made), opened=opened)
    (given,) = read_checkpoints(json.dumps(view))
    return given


def revision_of(sessions: Sessions, number: int) -> uuid.UUID:
    """The revision that an entry seals."""
    with sessions.reading() as session:
        return session.get_one(LedgerEntry, number).revision_id


def revision_of_number(connection: sa.Connection, number: int) -> uuid.UUID:
    """The revision that an entry seals, on a connection of one's own."""
    query = sa.select(entries.c.revision_id).where(entries.c.number == number)
    found: uuid.UUID = connection.execute(query).scalar_one()
    return found
