# SPDX-License-Identifier: Apache-2.0
"""What every loop is handed: the database, the clock, its own name, and where packets may go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.network_event import EventPolicy
from app.storage.database import Sessions
from app.storage.evidence_store import EvidenceStore
from app.storage.signing_key import SigningKeys
from workers.outbound import OutboundPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """One worker's surroundings. `address` is where people find this installation."""

    sessions: Sessions
    now: Callable[[], datetime]
    worker: str
    address: str
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    events: EventPolicy = field(default_factory=EventPolicy)
    outbound: OutboundPolicy = field(default_factory=OutboundPolicy)
    # None where this worker does not see the folder of evidence.
    evidence: EvidenceStore | None = None
    # None where nothing is signed: the ledger is sealed all the same.
    signing_keys: SigningKeys | None = None
    checkpoint_every: timedelta = timedelta(hours=1)
    # Between two requests to one host that sources are read from.
    source_gap: timedelta = timedelta(seconds=2)
