# SPDX-License-Identifier: Apache-2.0
"""Sites, vantages and verdicts to show: one country with enough vantages, one volunteer alone."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.vocabulary import (
    AlertKind,
    Confidence,
    Egress,
    Layer,
    Mechanism,
    SiteCondition,
    VantageHealth,
    VantageRole,
    VerdictState,
)
from app.services import alerting, sites
from app.services.alerting import Evidence
from app.storage import ledger
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.sites import Episode, Site, SiteState, Vantage, find_site
from tests.make import NOW

LIST = """url,country,category_code,canary
https://www.iana.org/,,CTRL,yes
https://azattyq.example/,KZ,NEWS,
https://respublika.example/,KZ,NEWS,
https://vzglyad.example/news,KZ,NEWS,
https://жаңалық.example/,KZ,NEWS,
https://human-rights.example/,,HUMR,
https://slow-courier.example/,KZ,NEWS,
https://music.example/,,MUSE,
"""


def vantage(
    session: Session,
    code: str,
    *,
    country: str | None = "KZ",
    asn: int | None = 9198,
    role: VantageRole = VantageRole.FIELD,
    health: VantageHealth = VantageHealth.HEALTHY,
    reason: str | None = "3 of 3 canaries answer.",
) -> Vantage:
    """Add a vantage as its last check left it."""
    made = Vantage(
        id=uuid.uuid4(),
        code=code,
        country=country,
        asn=asn,
        network_name=None,
        role=role,
        egress=Egress.LOCAL,
        parameters={},
        is_enabled=True,
        health=health,
        health_reason=reason,
        health_at=NOW - timedelta(minutes=3),
        created_at=NOW - timedelta(days=90),
    )
    session.add(made)
    session.flush()
    return made


def state(
    session: Session,
    site: Site,
    at: Vantage,
    condition: SiteCondition,
    *,
    layer: Layer | None = None,
    mechanism: Mechanism | None = None,
    confidence: Confidence | None = None,
    rule: str | None = None,
    reasons: Sequence[str] = (),
    days: float = 2,
) -> None:
    """Say how a site stands in a vantage's network; a blocked one has its open episode."""
    since = NOW - timedelta(days=days)
    session.add(
        SiteState(
            site_id=site.id,
            vantage_id=at.id,
            condition=condition,
            since=since,
            last_measured_at=NOW - timedelta(minutes=4),
            layer=layer,
            mechanism=mechanism,
            confidence=confidence,
            rule=rule,
            reasons=list(reasons),
            fold={},
            next_due_at=NOW,
            version=1,
        )
    )
    if condition is SiteCondition.BLOCKED:
        assert mechanism is not None
        assert confidence is not None
        session.add(
            Episode(
                site_id=site.id,
                vantage_id=at.id,
                country=at.country,
                asn=at.asn,
                layer=layer,
                mechanism=mechanism,
                confidence=confidence,
                rule=rule or "",
                since=since,
                until=None,
                note=None,
                opened_at=since,
            )
        )
    session.flush()


def verdict(
    session: Session,
    site: Site,
    at: Vantage,
    said: VerdictState,
    *,
    measured_at: datetime,
    layer: Layer | None = None,
    mechanism: Mechanism | None = None,
    confidence: Confidence | None = None,
    rule: str = "ok_https",
    reasons: Sequence[str] = ("The genuine page came over TLS valid for the name.",),
) -> None:
    """Add one measurement with its verdict."""
    uid = uuid.uuid4()
    session.add(
        MeasurementRow(
            uid=uid,
            site_id=site.id,
            vantage_id=at.id,
            measured_at=measured_at,
            received_at=measured_at,
            runtime_ms=120.0,
            control_of=None,
            vantage_healthy=True,
            prober_fault=None,
            observations={},
        )
    )
    session.flush()
    session.add(
        VerdictRow(
            measurement_uid=uid,
            rules_version=1,
            state=said,
            layer=layer,
            mechanism=mechanism,
            interference=False,
            confidence=confidence,
            rule=rule,
            reasons=list(reasons),
            failure_class=None,
            control_uids=[],
            judged_at=measured_at,
        )
    )


def listed(session: Session) -> dict[str, Site]:
    """List the sites; return them by host."""
    sites.import_list(session, LIST, list_name="web-tests", licence=None, country=None, now=NOW)
    session.flush()
    found = {}
    for line in LIST.strip().splitlines()[1:]:
        url = line.split(",")[0].replace("жаңалық", "xn--80aayc7h3aa9a")
        site = find_site(session, url)
        if site is not None:
            found[site.host] = site
    return found


def country_with_blocks(session: Session) -> dict[str, Site]:
    """Three vantages of one network, a lone one in another country, a control, and trouble."""
    found = listed(session)
    kz = [vantage(session, f"ala-{n}") for n in (1, 2, 3)]
    lone = vantage(session, "home-uz", country="UZ", asn=8193)
    vantage(session, "fra-1", country="DE", asn=680, role=VantageRole.CONTROL)
    sni = "The connection is torn down as soon as the site's name is sent; controls get the page."
    for one in kz[:2]:
        state(
            session,
            found["azattyq.example"],
            one,
            SiteCondition.BLOCKED,
            layer=Layer.TLS,
            mechanism=Mechanism.SNI_RESET,
            confidence=Confidence.CONFIRMED,
            rule="tls_sni_reset",
            reasons=[sni],
            days=12,
        )
    state(session, found["azattyq.example"], kz[2], SiteCondition.REACHABLE)
    state(
        session,
        found["respublika.example"],
        lone,
        SiteCondition.BLOCKED,
        layer=Layer.DNS,
        mechanism=Mechanism.NXDOMAIN,
        confidence=Confidence.LIKELY,
        rule="dns_nxdomain",
        reasons=["The resolver denies that the name exists, while controls reach the site by it."],
        days=1.2,
    )
    state(session, found["vzglyad.example"], kz[0], SiteCondition.DOWN, rule="fails_everywhere")
    state(session, found["human-rights.example"], kz[0], SiteCondition.REACHABLE, days=40)
    state(
        session,
        found["slow-courier.example"],
        kz[0],
        SiteCondition.SERVER_SIDE,
        layer=Layer.HTTP,
        mechanism=Mechanism.CAPTCHA,
    )
    _history(session, found["azattyq.example"], kz[0], sni)
    _alerts(session, found, kz[0], lone)
    ledger.bump(session, "public", "staff")
    return found


def _history(session: Session, site: Site, at: Vantage, reason: str) -> None:
    for hour in range(48, 0, -1):
        measured_at = NOW - timedelta(hours=hour)
        if hour > 34:
            verdict(session, site, at, VerdictState.OK, measured_at=measured_at)
        elif hour in (33, 12):
            verdict(
                session,
                site,
                at,
                VerdictState.INSUFFICIENT,
                measured_at=measured_at,
                rule="control_stale",
                reasons=["The control was not taken within five minutes, so that it cannot tell."],
            )
        else:
            verdict(
                session,
                site,
                at,
                VerdictState.BLOCKED,
                measured_at=measured_at,
                layer=Layer.TLS,
                mechanism=Mechanism.SNI_RESET,
                confidence=Confidence.LIKELY,
                rule="tls_sni_reset",
                reasons=[reason],
            )


def _alerts(session: Session, found: dict[str, Site], at: Vantage, lone: Vantage) -> None:
    """Tell of a block by a lone vantage that goes on, an outage that is over, a vantage offline."""
    policy = AlertPolicy(resolve_hold=timedelta(0))
    blocked = NOW - timedelta(days=1, hours=5)
    told = Evidence(
        since=blocked,
        mechanism=Mechanism.NXDOMAIN,
        confidence=Confidence.LIKELY,
        rule="dns_nxdomain",
        reasons=("The resolver denies that the name exists, while controls reach the site.",),
    )
    down = Evidence(since=NOW - timedelta(days=3), reasons=("Controls fail as well.",))
    conditions = (
        (AlertKind.SITE_BLOCKED, lone, found["respublika.example"], told),
        (AlertKind.SITE_DOWN, at, found["slow-courier.example"], down),
        (AlertKind.VANTAGE_OFFLINE, at, None, Evidence(since=blocked)),
    )
    for kind, where, site, evidence in conditions:
        for condition, later in ((True, 0), (False, 4)):
            if kind is AlertKind.SITE_BLOCKED and not condition:
                continue
            when = evidence.since + timedelta(hours=later)
            alerting.consider(
                session,
                kind=kind,
                vantage=where,
                site=site,
                condition=condition,
                evidence=evidence if condition else None,
                now=when,
                policy=policy,
            )
            alerting.fire_due(session, now=when + timedelta(minutes=5), policy=policy)
