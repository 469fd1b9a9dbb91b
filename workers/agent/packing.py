# SPDX-License-Identifier: Apache-2.0
"""Putting what was seen into the form in which it travels. Pure: bytes in, bytes out."""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import msgspec

from app.domain.agents.protocol import BATCH_BYTES, BATCH_INFLATED_BYTES, Batch, Item
from app.domain.blocking.measurement import Measurement

_BODY_BYTES = 512 * 1024


def bare(measurement: Measurement) -> Measurement:
    """Return a measurement without the bytes that travel beside it."""
    return replace(
        measurement,
        handshakes=tuple(replace(one, chain=()) for one in measurement.handshakes),
        exchanges=tuple(replace(one, body=None) for one in measurement.exchanges),
    )


def evidence(measurement: Measurement) -> dict[str, bytes]:
    """Return the pages and certificates of a measurement by their SHA-256, each once."""
    found = {
        one.body_sha256: one.body
        for one in measurement.exchanges
        if one.body and one.body_sha256 and len(one.body) <= _BODY_BYTES
    }
    for handshake in measurement.handshakes:
        found |= dict(zip(handshake.chain_sha256, handshake.chain, strict=False))
    return found


def encoded(item: Item) -> bytes:
    """Return an item as it waits and as it travels."""
    return msgspec.json.encode(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A batch ready to be signed and sent; `is_over` where it is larger than a collector takes."""

    content: bytes
    is_over: bool


def packed(envelope: Batch, items: Sequence[bytes], bodies: Mapping[str, bytes]) -> Packed:
    """Put encoded items and the bytes beside them into an envelope, and compress it."""
    values = {one.name: getattr(envelope, one.name) for one in fields(envelope)}
    values["items"] = [msgspec.Raw(one) for one in items]
    values["bodies"] = dict(bodies)
    text = msgspec.json.encode(values)
    content = gzip.compress(text, compresslevel=6, mtime=0)
    is_over = len(content) > BATCH_BYTES or len(text) > BATCH_INFLATED_BYTES
    return Packed(content=content, is_over=is_over)


def lighter(bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the bytes beside an item without the longest: for an item too large on its own."""
    longest = max(bodies, key=lambda name: len(bodies[name]), default=None)
    return {name: body for name, body in bodies.items() if name != longest}


def names(sets: Iterable[Iterable[str]]) -> list[str]:
    """Return every name once, in order."""
    return list(dict.fromkeys(name for one in sets for name in one))
