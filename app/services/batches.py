# SPDX-License-Identifier: Apache-2.0
"""What agents hand in: read strictly, checked item by item, stored once, whoever carried it.

A batch is taken whole or not at all; inside, each item is stored, was stored before, or is refused
for good with a code. Nothing is judged here (`judging.py`).
"""

import base64
import binascii
import hashlib
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from app.domain.agents import clock, plausible
from app.domain.agents.protocol import (
    BATCH_INFLATED_BYTES,
    BATCH_ITEMS,
    CLOCK_IMPOSSIBLE,
    LATE_AFTER,
    SIGNATURE_PREFIX,
    TOO_OLD_AFTER,
    Batch,
    CanaryCount,
    Item,
    Receipt,
    Rejected,
    Rejection,
)
from app.domain.alerting.alert import AlertPolicy
from app.domain.vocabulary import VantageHealth, VantageRole
from app.errors import InvalidInput, MalformedRequest, TooLarge
from app.services import monitoring, watch_alerts
from app.storage import agents, ledger, measurements, sites
from app.storage.agents import Agent, BatchRow, ControlRequest
from app.storage.sites import Vantage

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


def receive(
    session: Session, agent: Agent, opened: Opened, *, now: datetime, alerts: AlertPolicy
) -> Receipt:
    """Store a batch: every item new, seen before, or refused. The same batch twice adds nothing."""
    batch = opened.batch
    vantage = session.get_one(Vantage, agent.vantage_id)
    asked = _asked_for(session, batch)
    known = sites.urls_of(session, {item.site for item in batch.items})
    rows, rejected = [], list(opened.rejected)
    for index, item in zip(opened.places, batch.items, strict=True):
        refused = _refusal(item, batch, vantage, known, asked, now)
        if refused is None:
            rows.append(_row(item, batch, vantage, now))
        else:
            rejected.append(Rejected(uid=item.measurement.uid, index=index, code=refused))
    new = measurements.insert_new(session, rows)
    _answer(session, rows, new, asked, now)
    _ensure_states(session, vantage, rows, new, now)
    _note_health(session, agent, vantage, batch, now=now, alerts=alerts)
    _keep_batch(session, agent, opened, len(new), len(rows) - len(new), len(rejected), now)
    if new:
        ledger.bump(session, "sites")
    return Receipt(
        batch=batch.batch,
        server_time=now,
        accepted=len(new),
        duplicate=len(rows) - len(new),
        rejected=tuple(rejected),
    )


def _asked_for(session: Session, batch: Batch) -> dict[tuple[uuid.UUID, uuid.UUID], ControlRequest]:
    named = [item.control_of for item in batch.items if item.control_of is not None]
    if not named:
        return {}
    return {(one.field_uid, one.vantage_id): one for one in agents.requests_of(session, named)}


def _refusal(
    item: Item,
    batch: Batch,
    vantage: Vantage,
    known: Mapping[uuid.UUID, str],
    asked: Mapping[tuple[uuid.UUID, uuid.UUID], ControlRequest],
    now: datetime,
) -> Rejection | None:
    if item.measurement.vantage != vantage.code:
        return Rejection.WRONG_VANTAGE
    if item.site not in known:
        return Rejection.UNKNOWN_SITE
    if item.measurement.url != known[item.site]:
        return Rejection.NOT_ASKED
    measured_at = clock.measured_at(item, batch, now)
    if measured_at - now > CLOCK_IMPOSSIBLE:
        return Rejection.FROM_THE_FUTURE
    if now - measured_at > TOO_OLD_AFTER:
        return Rejection.TOO_OLD
    if item.control_of is None:
        return None if vantage.role is VantageRole.FIELD else Rejection.NOT_ASKED
    request = asked.get((item.control_of, vantage.id))
    if request is None or request.site_id != item.site:
        return Rejection.NOT_ASKED
    return None


def _row(item: Item, batch: Batch, vantage: Vantage, now: datetime) -> dict[str, Any]:
    measured_at = min(clock.measured_at(item, batch, now), now)
    is_field = item.control_of is None
    health, _ = monitoring.health_of(item.canaries.reached, item.canaries.asked)
    return {
        "uid": uuid.UUID(item.measurement.uid),
        "site_id": item.site,
        "vantage_id": vantage.id,
        "measured_at": measured_at,
        "received_at": now,
        "runtime_ms": item.measurement.runtime_ms,
        "control_of": item.control_of,
        "vantage_healthy": health is VantageHealth.HEALTHY,
        "prober_fault": item.measurement.prober_fault,
        "awaits": measurements.JUDGEMENT if is_field else None,
        "is_late": is_field and now - measured_at > LATE_AFTER,
        "batch_id": batch.batch,
        "clock_offset_ms": clock.offset_of(batch, now).total_seconds() * 1000,
        "observations": measurements.to_observations(item.measurement),
    }


def _answer(
    session: Session,
    rows: list[dict[str, Any]],
    new: set[uuid.UUID],
    asked: Mapping[tuple[uuid.UUID, uuid.UUID], ControlRequest],
    now: datetime,
) -> None:
    """Tick off the controls that came; a field measurement all of whose controls came is roused."""
    answered = {row["control_of"] for row in rows if row["control_of"] and row["uid"] in new}
    if not answered:
        return
    for request in asked.values():
        is_mine = request.field_uid in answered and request.vantage_id == rows[0]["vantage_id"]
        if is_mine and request.answered_at is None:
            request.answered_at = now
    session.flush()
    left = {one.field_uid for one in asked.values() if one.answered_at is None}
    measurements.rouse(session, sorted(answered - left))


def _ensure_states(
    session: Session,
    vantage: Vantage,
    rows: list[dict[str, Any]],
    new: set[uuid.UUID],
    now: datetime,
) -> None:
    """Give sites that were assigned before this collector enlisted them a state to be folded into."""
    named = {row["site_id"] for row in rows if row["control_of"] is None and row["uid"] in new}
    sites.ensure_states(session, vantage.id, named, now=now)


def _note_health(
    session: Session,
    agent: Agent,
    vantage: Vantage,
    batch: Batch,
    *,
    now: datetime,
    alerts: AlertPolicy,
) -> None:
    agent.spool_depth, agent.last_seq = batch.spool_depth, batch.seq
    offset = clock.offset_of(batch, now)
    agent.clock_offset_ms = offset.total_seconds() * 1000
    watch_alerts.on_clock(session, vantage, offset, now=now, policy=alerts)
    if batch.canaries is not None:
        monitoring.record_health(
            session,
            vantage.id,
            reached=batch.canaries.reached,
            asked=batch.canaries.asked,
            now=now,
            alerts=alerts,
        )


def _keep_batch(
    session: Session,
    agent: Agent,
    opened: Opened,
    accepted: int,
    duplicate: int,
    rejected: int,
    now: datetime,
) -> None:
    if session.get(BatchRow, opened.batch.batch) is not None:
        return
    session.add(
        BatchRow(
            id=opened.batch.batch,
            agent_id=agent.id,
            seq=opened.batch.seq,
            received_at=now,
            sha256=opened.sha256,
            signature=opened.signature,
            accepted=accepted,
            duplicate=duplicate,
            rejected=rejected,
        )
    )
    session.flush()
