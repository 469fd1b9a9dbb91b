# SPDX-License-Identifier: Apache-2.0
"""The rules of the sealed ledger: what an entry says, how it is written down, and its hash.

`docs/ledger.md` tells the same to somebody who recomputes a ledger without this code; a test runs its
example. Never here: tables, keys, randomness.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

FORMAT = "qalam-ledger-1"
CHECKPOINT_FORMAT = "qalam-checkpoint-1"

NOTHING_BEFORE = "0" * 64
"""What the first entry, and the first checkpoint, names as its predecessor."""

SALT_BYTES = 16

REASON = "reason"
_CHANGE = "changes."

_canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


# The encoder in C that `_canonical` makes anew for each value: one writes a million twice as fast.
# Where Python has none, `_canonical` does it alone; a test holds the two to the same bytes.
_make = getattr(json.encoder, "c_make_encoder", None)
_OPTIONS = (":", ",", True, False, False)  # as above: sorted keys, no skipped keys, no NaN
_write = _make and _make(None, _canonical.default, json.encoder.encode_basestring, None, *_OPTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One sealed revision; `commitments` are hex by field (`reason`, `changes.title`, …)."""

    number: int
    revision_id: str
    object_kind: str
    object_id: str
    object_revision: int
    action: str
    actor_id: str | None
    at: datetime
    sealed_at: datetime
    commitments: Mapping[str, str]
    previous: str


def canonical(value: object) -> bytes:
    """Write a JSON value in the one way that is hashed: keys sorted, no spaces, UTF-8."""
    if _write is None or isinstance(value, str | float):
        return _canonical.encode(value).encode()
    return "".join(_write(value, 0)).encode()


def instant(at: datetime) -> str:
    """Write an instant: `2026-11-24T12:00:00.000000Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def commitment(salt: str, value: object) -> str:
    """Commit to a value: SHA-256 over the salt's bytes (given as hex) and the canonical value."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()


def committed_fields(reason: str | None, changes: Mapping[str, object]) -> dict[str, object]:
    """Return what is committed of a revision, by the name the entry gives it."""
    fields: dict[str, object] = {f"{_CHANGE}{name}": value for name, value in changes.items()}
    if reason is not None:
        fields[REASON] = reason
    return fields


def change_named(field: str) -> str | None:
    """Return the name of the change behind a committed field, or None for the reason."""
    return field.removeprefix(_CHANGE) if field.startswith(_CHANGE) else None


def change_field(name: str) -> str:
    """Return how an entry names a change."""
    return f"{_CHANGE}{name}"


def entry_document(entry: Entry) -> dict[str, object]:
    """Return an entry as it is hashed and served."""
    return {
        "format": FORMAT,
        "number": entry.number,
        "revision_id": entry.revision_id,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "object_revision": entry.object_revision,
        "action": entry.action,
        "actor_id": entry.actor_id,
        "at": instant(entry.at),
        "sealed_at": instant(entry.sealed_at),
        "commitments": dict(entry.commitments),
        "previous": entry.previous,
    }


def entry_hash(entry: Entry) -> str:
    """Return the hash by which the next entry names this one."""
    return hashlib.sha256(canonical(entry_document(entry))).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of the ledger at an instant, signed.

    Everybody reads `at`, `hash`, `previous`, the key and the signature. `entries`, `head` and `nonce`
    open the hash, for auditors: without them it tells neither how much was done nor whether anything.
    """

    at: datetime
    entries: int
    head: str
    nonce: str
    previous: str
    key_id: str
    signature: str


def sealed_head(*, at: datetime, entries: int, head: str, nonce: str) -> str:
    """Return the public hash of a head; the nonce makes every one new, also where nothing changed."""
    return hashlib.sha256(
        canonical({"at": instant(at), "entries": entries, "head": head, "nonce": nonce})
    ).hexdigest()


def signed_bytes(*, at: datetime, sealed: str, previous: str, key_id: str) -> bytes:
    """Return what a checkpoint's ed25519 signature is over."""
    return canonical(
        {
            "format": CHECKPOINT_FORMAT,
            "at": instant(at),
            "hash": sealed,
            "previous": previous,
            "key_id": key_id,
        }
    )


def key_id_of(public_key: bytes) -> str:
    """Return the short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def emptied_document(emptied: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return the change by which an erasure says which fields of which revisions it emptied."""
    return {revision_id: sorted(fields) for revision_id, fields in sorted(emptied.items())}
