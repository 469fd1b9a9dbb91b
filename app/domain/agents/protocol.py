# SPDX-License-Identifier: Apache-2.0
"""The agent protocol, version 1: every message between an agent and its collector, as a value.

`docs/agent-protocol.md` tells it in words. Both ends import this file, so neither can drift. The
JSON of each message has these names; times are ISO 8601 in UTC, binary is base64. Never here:
transport, signing, storage.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import VantageRole

PROTOCOL = 1
PROTOCOLS = (1,)
"""What this collector understands: the newest, and later the two before it."""

SIGNATURE_HEADER = "Qalam-Signature"
SIGNATURE_PREFIX = "ed25519="
"""The header carries `ed25519=` and the base64 signature over the compressed body as it is sent."""

BATCH_ITEMS = 500
BATCH_BYTES = 1024 * 1024  # compressed
BATCH_INFLATED_BYTES = 16 * 1024 * 1024

POLL_EVERY = timedelta(seconds=60)
ASSIGNMENTS_VALID_FOR = timedelta(days=7)
TOKEN_VALID_FOR = timedelta(hours=1)
CONTROL_WITHIN = timedelta(minutes=5)
"""A control counts for a failure if it was taken within this time of it."""

LATE_AFTER = timedelta(minutes=30)
"""What arrives later than this belongs to the history, and fires no current alert."""

OFFLINE_AFTER = timedelta(minutes=5)
"""Three missed polls, at least five minutes: then the vantage is offline."""

CLOCK_REMARKABLE = timedelta(seconds=30)
CLOCK_ALARMING = timedelta(minutes=5)
CLOCK_IMPOSSIBLE = timedelta(hours=24)
TOO_OLD_AFTER = timedelta(days=45)
"""Three times what an agent keeps: such a time comes of a clock that was never set, or is made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That the agent's owner read the text on risk, and when."""

    version: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an agent sends once, with the one-time token it was given."""

    token: str
    public_key: bytes  # ed25519, 32 bytes
    software: str
    consent: Consent
    refused_categories: tuple[str, ...] = ()
    protocol: int = PROTOCOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What the collector answers, once: the key is never shown again."""

    agent: UUID
    vantage: str
    role: VantageRole
    country: str | None
    key: str
    server_time: datetime
    protocol: int = PROTOCOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One site to measure: every `interval_s`, at `phase_s` past each multiple of it (Unix time)."""

    site: UUID
    url: str
    category: str
    interval_s: int
    phase_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """A snapshot of all that a vantage is asked to do; it works from its copy when cut off."""

    version: str
    valid_until: datetime
    server_time: datetime
    vantage: str
    role: VantageRole
    canaries: tuple[str, ...]
    items: tuple[Assignment, ...]
    rechecks_s: tuple[int, ...]
    health_interval_s: int
    independent_resolver: str | None = None
    doh_url: str | None = None


class Task(StrEnum):
    """Kinds of urgent work. An agent refuses what it does not know; no code ever comes this way."""

    CONTROL = "control@1"  # measure as a control of one failed field measurement
    RECHECK = "recheck@1"  # measure an assigned site now


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """One thing to do now, worth nothing after `expires_at`."""

    id: UUID
    task: str
    site: UUID
    url: str
    expires_at: datetime
    control_of: UUID | None = None
    # Addresses the field saw: tried up to TLS, never fetched from.
    extra_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The answer to "what now?": the version of the assignments in force, and urgent work."""

    server_time: datetime
    assignments: str
    urgent: tuple[Urgent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryCount:
    """How many canaries answered when the agent last asked them; two of three must."""

    reached: int
    asked: int

    @property
    def suffices(self) -> bool:
        """Whether the vantage may speak about sites at all; without canaries it may not."""
        return self.asked > 0 and 3 * self.reached >= 2 * self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One measurement, with what is needed to repair its time.

    `monotonic_ms` is the agent's monotonic clock when the measurement began, good within one
    `boot`. Bodies and certificates are not inside: they are in the batch's `bodies`, by SHA-256.
    """

    site: UUID
    measurement: Measurement
    canaries: CanaryCount
    boot: UUID
    monotonic_ms: float
    control_of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What an agent hands in; the signature covers all of it, whoever carries it."""

    batch: UUID
    agent: UUID
    boot: UUID
    seq: int
    now: datetime
    monotonic_ms: float
    spool_depth: int
    canaries: CanaryCount | None = None
    items: tuple[Item, ...] = ()
    bodies: dict[str, bytes] = field(default_factory=dict)
    protocol: int = PROTOCOL


class Rejection(StrEnum):
    """Why an item is refused for good; an agent deletes what was refused."""

    UNKNOWN_SITE = "unknown_site"
    # A control nobody asked for, another address than was asked, or a role the vantage does not have.
    NOT_ASKED = "not_asked"
    FROM_THE_FUTURE = "from_the_future"
    TOO_OLD = "too_old"
    WRONG_VANTAGE = "wrong_vantage"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One refused item; where its uid could not be read, `index` still says which it was."""

    uid: str | None
    index: int
    code: Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a batch: everything in it is stored, was stored before, or is refused."""

    batch: UUID
    server_time: datetime
    accepted: int
    duplicate: int
    rejected: tuple[Rejected, ...] = ()
