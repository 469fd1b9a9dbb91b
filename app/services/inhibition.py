# SPDX-License-Identifier: Apache-2.0
"""Whether an alert must wait although it holds: something wider explains it, or work is going on.

Asked when a message would be written, so that what is over by then holds nothing back.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.alerting.inhibition import Equal, Inhibition, rules_for
from app.services import upkeep
from app.storage import alerts, network_events
from app.storage.alerts import Alert

MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holds an alert back: a wider alert, or the name of another reason."""

    by: uuid.UUID | None = None
    suppressed: str | None = None
    why: str


def held_back(session: Session, alert: Alert, *, now: datetime) -> Held | None:
    """Return what an alert must wait for, or None where nothing holds it back."""
    reason = upkeep.reason_for(session, site_id=alert.site_id, vantage_id=alert.vantage_id, at=now)
    if reason is not None:
        return Held(suppressed=MAINTENANCE, why=f"Not told during maintenance: {reason}")
    for rule in rules_for(alert.kind):
        found = _wider(session, rule, alert)
        if found is not None and found != alert.id:
            return Held(by=found, why=f"Held back: {rule.why} (alert {found}).")
    return None


def _wider(session: Session, rule: Inhibition, alert: Alert) -> uuid.UUID | None:
    site, vantage = alert.site_id, alert.vantage_id
    if rule.equal is Equal.VANTAGE:
        return alerts.open_alert(session, rule.source, vantage_id=vantage) if vantage else None
    if site is None or vantage is None:
        return None
    if rule.equal is Equal.SITE:
        return alerts.open_alert(session, rule.source, site_id=site)
    if rule.equal is Equal.PAIR:
        return alerts.open_alert(session, rule.source, site_id=site, vantage_id=vantage)
    return network_events.open_alert_over(session, site, vantage)
