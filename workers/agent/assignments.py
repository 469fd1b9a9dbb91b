# SPDX-License-Identifier: Apache-2.0
"""What an agent was asked to measure: a snapshot on disk that outlives the collector for a week.

What comes from a collector is cut here to what the machine's owner allows: no refused category, no
address that is not public, no haste beyond the agent's own limits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app.domain.agents.consent import CATEGORY_CODES
from app.domain.agents.protocol import ASSIGNMENTS_VALID_FOR, Assignment, Assignments
from app.domain.blocking.addresses import GLOBAL, classify
from app.domain.blocking.targets import canonical_url
from app.errors import RefusedAddress
from workers.agent.limits import Limits
from workers.agent.machine import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Assignments as they were heard, and when that was by this machine's clock."""

    etag: str
    heard_at: datetime
    assignments: Assignments

    def valid_until(self) -> datetime:
        """By this machine's clock, so that a wrong one neither shortens nor prolongs the week."""
        asked = self.assignments
        lasts = asked.valid_until - asked.server_time
        return self.heard_at + min(max(lasts, timedelta(0)), ASSIGNMENTS_VALID_FOR)

    def is_valid(self, now: datetime) -> bool:
        """Whether it may still be worked from. A clock set far back ends it as well."""
        return self.heard_at - timedelta(days=1) <= now < self.valid_until()

    def confirmed(self, now: datetime) -> "Snapshot":
        """Return it as heard again just now: the collector said that it stands (304)."""
        return replace(self, heard_at=now)


def load(path: Path) -> Snapshot | None:
    """Return the copy on disk, or None where there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def save(path: Path, snapshot: Snapshot) -> None:
    """Keep a copy to work from when the collector is away."""
    write_whole(path, msgspec.json.encode(snapshot))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is left of assignments, and how much was refused and why."""

    assignments: Assignments
    refused_category: int
    refused_address: int
    over_the_limit: int


def cut(asked: Assignments, *, refused: frozenset[str], limits: Limits) -> Cut:
    """Cut what a collector asks to what this machine does."""
    # What the text on risk does not name, its owner was never asked about.
    allowed = frozenset(CATEGORY_CODES) - refused
    willing = [one for one in asked.items if one.category in allowed]
    public = [one for one in willing if _is_public(one.url)]
    kept = replace(
        asked,
        items=tuple(_slowed(one, limits) for one in public[: limits.sites]),
        canaries=tuple(url for url in asked.canaries if _is_public(url))[: limits.canaries],
        rechecks_s=tuple(
            max(one, limits.shortest_recheck_s) for one in asked.rechecks_s[: limits.rechecks]
        ),
        health_interval_s=max(asked.health_interval_s, limits.shortest_health_interval_s),
        independent_resolver=_public_resolver(asked.independent_resolver),
        doh_url=_public_doh(asked.doh_url),
    )
    return Cut(
        assignments=kept,
        refused_category=len(asked.items) - len(willing),
        refused_address=len(willing) - len(public),
        over_the_limit=max(0, len(public) - limits.sites),
    )


def _slowed(one: Assignment, limits: Limits) -> Assignment:
    interval_s = min(max(one.interval_s, limits.shortest_interval_s), limits.longest_interval_s)
    return replace(one, interval_s=interval_s, phase_s=one.phase_s % interval_s)


def _is_public(url: str) -> bool:
    try:
        canonical_url(url)
    except RefusedAddress:
        return False
    return True


def _public_resolver(text: str | None) -> str | None:
    """Take a resolver only where it is public and on the port of DNS: `9.9.9.9`, `9.9.9.9:53`."""
    if text is None:
        return None
    host, port = text, "53"
    if text.startswith("[") or text.count(":") == 1:
        host, _, port = text.rpartition(":") if not text.endswith("]") else (text, "", "53")
    host = host.strip("[]")
    return text if port == "53" and classify(host) == GLOBAL else None


def _public_doh(url: str | None) -> str | None:
    """Take DNS over HTTPS only at a public address, written as one: nothing is to be looked up."""
    if url is None or not _is_public(url):
        return None
    parts = urlsplit(url)
    try:
        literal = str(ip_address(parts.hostname or ""))
    except ValueError:
        return None
    return url if parts.scheme == "https" and classify(literal) == GLOBAL else None
