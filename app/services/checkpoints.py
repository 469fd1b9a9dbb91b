# SPDX-License-Identifier: Apache-2.0
"""Signed checkpoints: the head of the ledger at an instant, for keeping where Qalam cannot reach it.

Everybody may read their hashes; what opens them, the count and the head, is for auditors.
"""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from app.domain.record import ledger as rules
from app.services.sealing import seal_all
from app.storage import sealing
from app.storage.sealing import LedgerCheckpoint, LedgerKey


def checkpoint_due(session: Session, *, now: datetime, every: timedelta) -> bool:
    """Whether so much time has passed since the last checkpoint, whatever happened in it."""
    last = sealing.last_checkpoint(session)
    return last is None or now - last.at >= every


def sign_head(session: Session, key: Ed25519PrivateKey, *, now: datetime) -> rules.Checkpoint:
    """Seal what waits and sign the head, without keeping it here."""
    seal_all(session, now=now)
    entries, head = sealing.last_entry(session) or (0, rules.NOTHING_BEFORE)
    last = sealing.last_checkpoint(session)
    previous = last.hash if last is not None else rules.NOTHING_BEFORE
    nonce = secrets.token_hex(32)
    sealed = rules.sealed_head(at=now, entries=entries, head=head, nonce=nonce)
    key_id = rules.key_id_of(key.public_key().public_bytes_raw())
    message = rules.signed_bytes(at=now, sealed=sealed, previous=previous, key_id=key_id)
    return rules.Checkpoint(
        at=now,
        entries=entries,
        head=head,
        nonce=nonce,
        previous=previous,
        key_id=key_id,
        signature=base64.b64encode(key.sign(message)).decode(),
    )


def keep_checkpoint(
    session: Session, key: Ed25519PrivateKey, *, now: datetime, every: timedelta
) -> bool:
    """Keep a checkpoint if one is due; of two workers at once, one does it."""
    sealing.lock_ledger(session)
    if not checkpoint_due(session, now=now, every=every):
        return False
    last = sealing.last_checkpoint(session)
    made = sign_head(session, key, now=now)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    if session.get(LedgerKey, made.key_id) is None:
        session.add(LedgerKey(id=made.key_id, public_key=public, first_used_at=now))
        session.flush()
    session.add(
        LedgerCheckpoint(
            sequence=last.sequence + 1 if last is not None else 1,
            at=now,
            entries=made.entries,
            head=made.head,
            nonce=made.nonce,
            hash=public_hash(made),
            previous=made.previous,
            key_id=made.key_id,
            signature=made.signature,
        )
    )
    session.flush()
    return True


def public_hash(one: rules.Checkpoint) -> str:
    """Return the hash that everybody reads of a checkpoint."""
    return rules.sealed_head(at=one.at, entries=one.entries, head=one.head, nonce=one.nonce)


def is_signed_by(one: rules.Checkpoint, sealed: str, public_key: bytes) -> bool:
    """Whether a checkpoint that shows this hash bears this key's signature."""
    message = rules.signed_bytes(at=one.at, sealed=sealed, previous=one.previous, key_id=one.key_id)
    try:
        signature = base64.b64decode(one.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def checkpoint_of(row: LedgerCheckpoint) -> rules.Checkpoint:
    """Return a stored checkpoint as the rules read it."""
    return rules.Checkpoint(
        at=row.at,
        entries=row.entries,
        head=row.head,
        nonce=row.nonce,
        previous=row.previous,
        key_id=row.key_id,
        signature=row.signature,
    )


def checkpoint_view(one: rules.Checkpoint, *, sealed: str, opened: bool) -> dict[str, Any]:
    """Show a checkpoint; `opened` adds what its hash is over."""
    view: dict[str, Any] = {
        "format": rules.CHECKPOINT_FORMAT,
        "at": rules.instant(one.at),
        "hash": sealed,
        "previous": one.previous,
        "key_id": one.key_id,
        "signature": one.signature,
    }
    if opened:
        view |= {"entries": one.entries, "head": one.head, "nonce": one.nonce}
    return view


def row_view(row: LedgerCheckpoint, *, opened: bool) -> dict[str, Any]:
    """Show a stored checkpoint."""
    return checkpoint_view(checkpoint_of(row), sealed=row.hash, opened=opened)


def ledger_view(session: Session, *, opened: bool) -> dict[str, Any]:
    """Return the newest checkpoint and the keys; for auditors what is sealed and what waits, too."""
    last = sealing.last_checkpoint(session)
    view: dict[str, Any] = {
        "checkpoint": row_view(last, opened=opened) if last is not None else None,
        "public_keys": [
            {"key_id": one.id, "public_key": one.public_key, "first_used_at": one.first_used_at}
            for one in sealing.list_keys(session)
        ],
    }
    if opened:
        entries, head = sealing.last_entry(session) or (0, rules.NOTHING_BEFORE)
        view |= {"entries": entries, "head": head, "waiting": sealing.count_waiting(session)}
    return view
