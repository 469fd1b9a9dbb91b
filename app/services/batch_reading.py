# SPDX-License-Identifier: Apache-2.0
"""What an agent sent, read strictly: who signed it, how large it is, which of its items can be read.

Nothing is stored here, and nothing is known of sites and vantages (`batches.py`).
"""

import base64
import binascii
import hashlib
import uuid
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.domain.agents import plausible
from app.domain.agents.protocol import (
    BATCH_INFLATED_BYTES,
    BATCH_ITEMS,
    SIGNATURE_PREFIX,
    Batch,
    CanaryCount,
    Item,
    Rejected,
    Rejection,
)
from app.errors import InvalidInput, MalformedRequest, TooLarge
from app.storage.agents import Agent

_ITEM_BYTES = 512 * 1024
_BODY_BYTES = 512 * 1024
# Values in a whole batch: no honest one has so many, and each costs memory before it can be refused.
_VALUES = 1_000_000
_NUMBERS = range(2**31)


class _Envelope(msgspec.Struct, kw_only=True):
    """A batch whose items are not read yet: one that is malformed must not spoil the others."""

    batch: uuid.UUID
    agent: uuid.UUID
    boot: uuid.UUID
    seq: int
    now: datetime
    monotonic_ms: float
    spool_depth: int
    canaries: CanaryCount | None = None
    items: tuple[msgspec.Raw, ...] = ()
    bodies: dict[str, bytes] = {}
    protocol: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A batch that was signed by its agent and could be read."""

    batch: Batch  # with the items that could be read
    places: tuple[int, ...]  # of these items in what was sent
    rejected: tuple[Rejected, ...]
    sha256: str
    signature: str


def open_batch(agent: Agent, raw: bytes, signature: str) -> Opened:
    """Check who signed these bytes, then read them. Raises an error a person can act on."""
    _check_signature(agent, raw, signature)
    envelope = _read(_inflate(raw))
    if envelope.agent != agent.id:
        raise InvalidInput("this batch names another agent than the one that signed it")
    if len(envelope.items) > BATCH_ITEMS:
        raise TooLarge(f"a batch has at most {BATCH_ITEMS} items: send half of them")
    for name, body in envelope.bodies.items():
        if len(body) > _BODY_BYTES or hashlib.sha256(body).hexdigest() != name:
            raise InvalidInput("a body is too long, or is not the one its hash names")
    items, places, rejected = [], [], []
    for index, one in enumerate(envelope.items):
        item = _item(bytes(one))
        if isinstance(item, Item):
            items.append(item)
            places.append(index)
        else:
            rejected.append(Rejected(uid=_uid(bytes(one)), index=index, code=item))
    batch = Batch(
        batch=envelope.batch,
        agent=envelope.agent,
        boot=envelope.boot,
        seq=envelope.seq,
        now=envelope.now,
        monotonic_ms=envelope.monotonic_ms,
        spool_depth=envelope.spool_depth,
        canaries=envelope.canaries,
        items=tuple(items),
        bodies=envelope.bodies,
        protocol=envelope.protocol,
    )
    return Opened(
        batch=batch,
        places=tuple(places),
        rejected=tuple(rejected),
        sha256=hashlib.sha256(raw).hexdigest(),
        signature=signature,
    )


def _check_signature(agent: Agent, raw: bytes, signature: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(agent.public_key))
    scheme, _, given = signature.partition("=")
    try:
        if f"{scheme}=" != SIGNATURE_PREFIX:
            given = ""
        key.verify(base64.b64decode(given, validate=True), raw)
    except (InvalidSignature, binascii.Error, ValueError):
        raise InvalidInput(
            "the signature does not fit the body: was it changed on the way, or signed by "
            "another agent?"
        ) from None


def _inflate(raw: bytes) -> bytes:
    """Undo gzip, to a bound: a small body must not become a large one."""
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        text = inflater.decompress(raw, BATCH_INFLATED_BYTES)
    except zlib.error:
        raise MalformedRequest("the body is not gzip") from None
    if inflater.unconsumed_tail:
        raise TooLarge(f"a batch has at most {BATCH_INFLATED_BYTES} bytes: send half of it")
    if not inflater.eof or inflater.unused_data:
        raise MalformedRequest("the gzip body is cut off, or something follows it")
    return text


def _read(text: bytes) -> _Envelope:
    if text.count(b",") > _VALUES:
        raise TooLarge(f"a batch has at most {_VALUES} values: send half of it")
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(f"the batch cannot be read: {error}") from None
    if envelope.now.tzinfo is None:
        raise InvalidInput("`now` has no time zone")
    if envelope.seq not in _NUMBERS or envelope.spool_depth not in _NUMBERS:
        raise InvalidInput("`seq` and `spool_depth` are counted from 0 up")
    if envelope.canaries is not None and not plausible.can_be_counted(envelope.canaries):
        raise InvalidInput("more canaries answered than were asked")
    return envelope


def _item(text: bytes) -> Item | Rejection:
    if len(text) > _ITEM_BYTES:
        return Rejection.TOO_LARGE
    try:
        item = msgspec.json.decode(text, type=Item)
        uuid.UUID(item.measurement.uid)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return Rejection.MALFORMED
    return item if plausible.is_plausible(item) else Rejection.MALFORMED


def _uid(text: bytes) -> str | None:
    try:
        values: Any = msgspec.json.decode(text)
        uid = values["measurement"]["uid"]
    except (msgspec.DecodeError, RecursionError, TypeError, KeyError, IndexError):
        return None
    return uid if isinstance(uid, str) and len(uid) <= 64 else None
