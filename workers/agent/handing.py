# SPDX-License-Identifier: Apache-2.0
"""Handing in what was seen: newest first, until the spool is empty, as patiently as it takes.

Only what a receipt accounts for is deleted. Whatever else happens, the spool keeps it.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.domain.agents.protocol import BATCH_BYTES, BATCH_ITEMS, Batch, CanaryCount, Receipt
from workers.agent import packing
from workers.agent.identity import Identity
from workers.agent.machine import Clock
from workers.agent.spool import Kept, Spool
from workers.agent.uplink import Away, KeyRefused, NotTaken, TooMuch, Uplink
from workers.agent.voice import Voice

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 600.0
_PAUSE_S = 1.0  # before half of a batch is tried
KEY_WAIT_S = 3600.0
"""How long after a refused key it is tried again; until then nothing is sent."""


def backoff_s(failures: int, drawn: float) -> float:
    """Return the wait after so many failures in a row: full jitter over 5 s, 10 s, … 10 min."""
    return drawn * min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(failures, 30))


@dataclass(slots=True, kw_only=True)
class Handing:
    """The state of handing in: how much at a time, since when it fails, when to try again."""

    spool: Spool
    uplink: Uplink
    identity: Identity
    clock: Clock
    boot: UUID
    voice: Voice
    drawn: Callable[[], float]
    most: int = BATCH_ITEMS
    failures: int = 0
    not_before_s: float = 0.0
    asked_until_s: float = 0.0  # by a Retry-After
    locked_until_s: float = 0.0
    handed_in: int = 0
    refused: int = 0
    _is_told: set[str] = field(default_factory=set)

    def is_due(self) -> bool:
        """Whether an attempt may be made now."""
        return self.clock.steady_s() >= self.not_before_s

    def wait_s(self) -> float:
        """How long until an attempt may be made."""
        return max(0.0, self.not_before_s - self.clock.steady_s())

    def is_locked_out(self) -> bool:
        """Whether the key was refused within the last hour: then nothing is sent at all."""
        return self.clock.steady_s() < self.locked_until_s

    def lock_out(self, error: KeyRefused) -> None:
        """The key does not open the door: send nothing for an hour, and keep everything."""
        self.locked_until_s = self.not_before_s = self.clock.steady_s() + KEY_WAIT_S
        self._tell_once(
            "key",
            f"The collector refuses this agent's key ({error.detail}). Measuring goes on, "
            "everything is kept, and the key is tried again in an hour.",
        )

    def hurry(self) -> None:
        """The collector was heard just now: try at once, unless it asked for time."""
        self.not_before_s = min(self.not_before_s, self.asked_until_s)

    async def step(self, canaries: CanaryCount | None) -> bool:
        """Hand in one batch, empty or not; return whether it was taken. Raises Revoked."""
        kept = await asyncio.to_thread(
            self.spool.newest, limit=self.most, size=int(0.7 * BATCH_BYTES)
        )
        try:
            receipt, sent = await self._send(kept, canaries)
        except (TooMuch, NotTaken) as error:
            await self._set_aside(kept, error)
            return False
        except KeyRefused as error:
            self.lock_out(error)
            return False
        except Away as error:
            self._back_off(error)
            return False
        return await self._settle(receipt, sent)

    async def _send(
        self, kept: Sequence[Kept], canaries: CanaryCount | None
    ) -> tuple[Receipt, Sequence[Kept]]:
        """Send as many of these as fit; return the receipt and what was sent."""
        envelope = Batch(
            batch=uuid.uuid4(),
            agent=self.identity.agent,
            boot=self.boot,
            seq=await asyncio.to_thread(self.spool.next_number),
            now=self.clock.now(),
            monotonic_ms=self.clock.steady_s() * 1000,
            spool_depth=await asyncio.to_thread(self.spool.depth),
            canaries=canaries,
            protocol=self.identity.protocol,
        )
        content, sent = await asyncio.to_thread(self._pack, envelope, kept)
        receipt = await self.uplink.hand_in(
            content, self.identity.sign(content), now=self.clock.now()
        )
        if receipt.batch != envelope.batch:
            raise Away("a receipt for another batch")
        return receipt, sent

    def _pack(self, envelope: Batch, kept: Sequence[Kept]) -> tuple[bytes, Sequence[Kept]]:
        """Pack, and leave out the older half as long as it is too much."""
        while True:
            bodies = self.spool.bodies(packing.names(one.bodies for one in kept))
            made = packing.packed(envelope, [one.content for one in kept], bodies)
            if made.is_over and len(kept) > 1:
                kept = kept[: len(kept) // 2]
                self.most = len(kept)
                continue
            while made.is_over and bodies:
                bodies = packing.lighter(bodies)
                made = packing.packed(envelope, [one.content for one in kept], bodies)
            return made.content, kept

    async def _settle(self, receipt: Receipt, sent: Sequence[Kept]) -> bool:
        """Delete what the receipt accounts for; where it does not add up, everything stays."""
        accounted = receipt.accepted + receipt.duplicate + len(receipt.rejected)
        if accounted != len(sent):
            self._back_off(Away("a receipt that does not add up"))
            return False
        await asyncio.to_thread(self.spool.forget, [one.uid for one in sent])
        self.handed_in += len(sent) - len(receipt.rejected)
        self.refused += len(receipt.rejected)
        for code in sorted({one.code.value for one in receipt.rejected}):
            number = sum(one.code.value == code for one in receipt.rejected)
            self.voice.say(f"The collector refused {number} results for good: {code}.")
        self.most = min(BATCH_ITEMS, self.most * 2)
        if self.failures or self._is_told:
            self.voice.say("The collector answers again.")
        self.failures, self.not_before_s = 0, 0.0
        self._is_told.clear()
        return True

    async def _set_aside(self, kept: Sequence[Kept], error: TooMuch | NotTaken) -> None:
        """Try again with half of it, down to one; what is refused alone waits behind the rest."""
        if len(kept) > 1 and self.most > 1:
            self.most = max(1, min(self.most, len(kept)) // 2)
            self.not_before_s = self.clock.steady_s() + _PAUSE_S
            return
        await asyncio.to_thread(self.spool.put_last, [one.uid for one in kept])
        self._tell_once("refused", f"The collector could not take a batch: {error.detail}.")
        self._back_off(Away(error.detail))

    def _back_off(self, error: Away) -> None:
        asked_s = error.wait / timedelta(seconds=1)
        wait_s = max(backoff_s(self.failures, self.drawn()), asked_s)
        self.failures += 1
        self.not_before_s = self.clock.steady_s() + wait_s
        self.asked_until_s = self.clock.steady_s() + asked_s
        self._tell_once(
            "away",
            f"The collector is away: {error.detail}. Measuring goes on, and everything is kept.",
        )
        self.voice.detail(f"next attempt in {wait_s:.0f} s ({error.detail})")

    def _tell_once(self, what: str, line: str) -> None:
        if what not in self._is_told:
            self._is_told.add(what)
            self.voice.say(line)
