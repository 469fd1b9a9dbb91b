# SPDX-License-Identifier: Apache-2.0
"""What an alert knows: its evidence as it is stored, and the words that may leave the house."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.alerting.texts import AlertSubject, message
from app.domain.countries import country_name
from app.domain.vocabulary import AlertKind, AlertState, Confidence, Mechanism, Severity
from app.storage.alerts import Alert
from app.storage.sites import Site, Vantage

_MAX_NAME = 200
_MAX_URL = 2000
_MAX_REASONS = 8
_MAX_REASON = 300
# Webhooks leave the house: a volunteer's network is not named in them.
_COMMON_NEWS = ("mechanism", "confidence", "rule")
# What must differ before an alert is worded anew; whoever reads it later reads the newest.
_NEWS = {
    AlertKind.SITE_FLAPPING: ("reasons",),
    AlertKind.NETWORK_EVENT: ("mechanism", "confidence", "count", "reasons"),
}
_NAMES_A_NETWORK = re.compile(r"\bAS ?\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a condition is said to hold, and since when."""

    since: datetime
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    rule: str | None = None
    reasons: tuple[str, ...] = ()
    measurement_uid: uuid.UUID | None = None
    # For what is neither a site nor a vantage: its name, and how many sites it touches.
    name: str | None = None
    count: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The evidence as it is stored with the alert."""
        return {
            "since": self.since.isoformat(),
            "mechanism": self.mechanism,
            "confidence": self.confidence,
            "rule": self.rule,
            "reasons": list(self.reasons),
            "measurement_uid": str(self.measurement_uid) if self.measurement_uid else None,
            "count": self.count,
            "left": 0,
        }


def explain(
    alert: Alert, evidence: Evidence, site: Site | None, vantage: Vantage, *, now: datetime
) -> bool:
    """Keep evidence that says something new, and say whether it did.

    The beginning of an occurrence stays where it was, whatever is seen later.
    """
    kept, before = evidence.to_dict(), alert.evidence
    if before and alert.state is not AlertState.RESOLVED:
        kept["since"] = before["since"]
        if all(kept[part] == before.get(part) for part in _NEWS.get(alert.kind, _COMMON_NEWS)):
            return False
    kept["name"] = (evidence.name or (site.url if site else vantage.code))[:_MAX_NAME]
    kept["site_url"] = site.url if site and len(site.url) <= _MAX_URL else None
    alert.evidence = kept
    is_sure = evidence.confidence is Confidence.CONFIRMED
    is_urgent = alert.kind is AlertKind.NETWORK_EVENT or (
        alert.kind is AlertKind.SITE_BLOCKED and is_sure
    )
    alert.severity = Severity.CRITICAL if is_urgent else Severity.WARNING
    said = message(alert.kind, subject_of(alert), now=now)
    alert.title, alert.text = said.title, said.text
    return True


def subject_of(alert: Alert) -> AlertSubject:
    """Return what the sentences of an alert are made from; no network is named in it."""
    kept = alert.evidence
    said = [reason[:_MAX_REASON] for reason in kept["reasons"]]
    public = [reason for reason in said if not _NAMES_A_NETWORK.search(reason)]
    return AlertSubject(
        name=kept["name"],
        place=place_of(alert.country),
        since=datetime.fromisoformat(kept["since"]),
        mechanism=Mechanism(kept["mechanism"]) if kept["mechanism"] else None,
        confidence=Confidence(kept["confidence"]) if kept["confidence"] else None,
        reasons=tuple(public[:_MAX_REASONS]),
        count=kept.get("count", 0),
        left=kept.get("left", 0),
    )


def place_of(country: str | None) -> str:
    """Return a country as people write it; a network is never named by it."""
    return country_name(country) if country else "the network of this installation"
