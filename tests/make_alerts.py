# SPDX-License-Identifier: Apache-2.0
"""Builders for alerts and those who want to be told, over a real database."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.vocabulary import (
    AlertKind,
    ChannelKind,
    Confidence,
    Egress,
    Mechanism,
    VantageRole,
)
from app.services import alerting, subscriptions
from app.services.alerting import Evidence
from app.storage.alerts import Alert
from app.storage.outbox import Subscription
from app.storage.sites import Site, Vantage
from tests.make import NOW

POLICY = AlertPolicy(resolve_hold=timedelta(0))
"""Ends are told at once here; tests of the hold use the default policy."""

WAITED = NOW + POLICY.group_wait
"""When an alert seen at NOW fires."""


def vantage(session: Session, code: str = "kz-1", **more: Any) -> Vantage:
    """A field vantage in Kazakhstan."""
    options: dict[str, Any] = {"country": "KZ", "asn": 9198, "role": VantageRole.FIELD, **more}
    made = Vantage(code=code, egress=Egress.LOCAL, created_at=NOW, **options)
    session.add(made)
    session.flush()
    return made


def site(session: Session, host: str = "news.example") -> Site:
    """A news site."""
    made = Site(
        url=f"https://{host}/", host=host, category_code="NEWS", created_at=NOW, updated_at=NOW
    )
    session.add(made)
    session.flush()
    return made


def evidence(since: datetime = NOW, **more: Any) -> Evidence:
    """A block by DNS, as a rule would tell it."""
    options: dict[str, Any] = {
        "mechanism": Mechanism.NXDOMAIN,
        "confidence": Confidence.LIKELY,
        "rule": "R-test",
        "reasons": ("The control resolves the name.", "AS9198 answers that it does not exist."),
        **more,
    }
    return Evidence(since=since, **options)


def webhook(
    session: Session, address: str = "https://hook.example/in", **more: Any
) -> Subscription:
    """Somebody who wants to be told by webhook, by default of everything."""
    options: dict[str, Any] = {"kinds": [], "countries": [], **more}
    return subscriptions.subscribe(
        session,
        name="desk",
        channel=ChannelKind.WEBHOOK,
        address=address,
        owner_id=None,
        now=NOW,
        **options,
    )


def blocked(
    session: Session, here: Vantage, what: Site, *, holds: bool = True, now: datetime = NOW
) -> Alert | None:
    """Say that a site is blocked, or no longer."""
    return alerting.consider(
        session,
        kind=AlertKind.SITE_BLOCKED,
        vantage=here,
        site=what,
        condition=holds,
        evidence=evidence() if holds else None,
        now=now,
        policy=POLICY,
    )


def fire(session: Session, now: datetime = WAITED) -> int:
    """Let the time pass that alerts wait."""
    return alerting.fire_due(session, now=now, policy=POLICY)


def tell(
    session: Session, *, alerts: int = 1, resolved: bool = False, now: datetime = NOW
) -> list[Alert]:
    """Fire alerts about sites of their own, and say of each that it is over where asked."""
    batch = uuid.uuid4().hex[:8]
    here = vantage(session, f"kz-{batch}")
    sites = [site(session, f"s{number}-{batch}.example") for number in range(alerts)]
    made = [blocked(session, here, one, now=now) for one in sites]
    fire(session, now + POLICY.group_wait)
    if resolved:
        for one in sites:
            blocked(session, here, one, holds=False, now=now + timedelta(minutes=5))
    return [alert for alert in made if alert is not None]
