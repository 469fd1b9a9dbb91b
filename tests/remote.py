# SPDX-License-Identifier: Apache-2.0
"""A remote vantage that speaks the agent protocol to the application, message by message.

The real agent is `workers/agent`; this one does what a test tells it, wrong things included.
"""

import asyncio
import gzip
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.agents.protocol import (
    SIGNATURE_HEADER,
    SIGNATURE_PREFIX,
    Batch,
    CanaryCount,
    Consent,
    Enrolled,
    Enrolment,
    Item,
    Poll,
    Receipt,
)
from app.domain.blocking.measurement import Measurement
from tests.client import Client
from workers.probe import ProbeSession, measure

ALL_WELL = CanaryCount(reached=3, asked=3)


class RemoteAgent:
    """One enrolled machine. `boot` and `monotonic_ms` are its own; tests move them."""

    def __init__(self, caller: Client, token: str, *, at: datetime) -> None:
        self._key = Ed25519PrivateKey.generate()
        asked = Enrolment(
            token=token,
            public_key=self._key.public_key().public_bytes_raw(),
            software="test 1",
            consent=Consent(version="1", accepted_at=at),
        )
        answer = caller.post("/api/v1/agent/enrol", content=msgspec.json.encode(asked))
        assert answer.status_code == 201, answer.text
        self.enrolled = msgspec.json.decode(answer.content, type=Enrolled)
        self.caller = caller.with_key(self.enrolled.key)
        self.boot = uuid.uuid4()
        self.monotonic_ms = 1_000_000.0
        self._seq = 0

    def poll(self) -> Poll:
        """Ask what is to be done now."""
        answer = self.caller.get("/api/v1/agent/control")
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=Poll)

    def look(
        self, session: ProbeSession, url: str, *, at: datetime, extra: tuple[str, ...] = ()
    ) -> Measurement:
        """Measure one address now, over real sockets."""

        async def run() -> Measurement:
            async with session:
                return await measure(
                    url,
                    session=session,
                    vantage=self.enrolled.vantage,
                    started_at=at,
                    uid=str(uuid.uuid4()),
                    extra_addresses=extra,
                )

        return asyncio.run(run())

    def item(self, site: uuid.UUID, measurement: Measurement, **values: Any) -> Item:
        """Wrap a measurement as this agent would, just measured unless `values` say otherwise."""
        return Item(
            **{
                "site": site,
                "measurement": measurement,
                "canaries": ALL_WELL,
                "boot": self.boot,
                "monotonic_ms": self.monotonic_ms,
                **values,
            }
        )

    def batch(self, *items: Item, now: datetime, **values: Any) -> Batch:
        """Put items into a batch, their bodies beside them."""
        self._seq += 1
        bodies = {
            one.body_sha256: one.body
            for item in items
            for one in item.measurement.exchanges
            if one.body and one.body_sha256
        }
        return Batch(
            **{
                "batch": uuid.uuid4(),
                "agent": self.enrolled.agent,
                "boot": self.boot,
                "seq": self._seq,
                "now": now,
                "monotonic_ms": self.monotonic_ms,
                "spool_depth": 0,
                "canaries": ALL_WELL,
                "items": tuple(bare(one) for one in items),
                "bodies": bodies,
                **values,
            }
        )

    def send(self, raw: bytes, *, signature: str | None = None) -> httpx.Response:
        """Hand in bytes as they are, signed unless another signature is given."""
        own = SIGNATURE_PREFIX + msgspec.json.decode(msgspec.json.encode(self._key.sign(raw)))
        headers = {SIGNATURE_HEADER: own if signature is None else signature}
        return self.caller.post("/api/v1/agent/batches", content=raw, headers=headers)

    def hand_in(self, batch: Batch) -> Receipt:
        """Hand in a batch that must be taken."""
        answer = self.send(packed(batch))
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=Receipt)


def bare(item: Item) -> Item:
    """Return an item without the bytes that travel beside it."""
    light = replace(
        item.measurement,
        handshakes=tuple(replace(one, chain=()) for one in item.measurement.handshakes),
        exchanges=tuple(replace(one, body=None) for one in item.measurement.exchanges),
    )
    return replace(item, measurement=light)


def packed(batch: object) -> bytes:
    """Return a batch as it travels."""
    return gzip.compress(msgspec.json.encode(batch))
