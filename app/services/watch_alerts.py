# SPDX-License-Identifier: Apache-2.0
"""From the states of sites and vantages to the alerts people get: what holds, and what is over.

An alert of a site ends only when the site answers again: an outage that follows a block, or a block
that turns out behind a long silence, is told beside it and never as "reachable again". One that comes
and goes is told once, and then at most every few hours, until it is steady.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.alerting.texts import duration
from app.domain.blocking.flapping import is_finding, tally
from app.domain.blocking.site_state import SiteState as Fold
from app.domain.vocabulary import AlertKind, SiteCondition, VantageHealth
from app.services import alerting
from app.services.alerting import Evidence
from app.storage.alerts import open_alert
from app.storage.sites import Site, SiteState, Vantage

_ANSWERS = frozenset({SiteCondition.REACHABLE, SiteCondition.SERVER_SIDE})
_PASSING = frozenset({SiteCondition.RECOVERING, SiteCondition.STALE})
_KIND_OF = {
    SiteCondition.BLOCKED: AlertKind.SITE_BLOCKED,
    SiteCondition.DOWN: AlertKind.SITE_DOWN,
}


def standing(fold: Fold) -> SiteCondition | None:
    """Return the condition that counts while a site recovers or falls silent: the last bad one."""
    return fold.previous_bad if fold.condition in _PASSING else fold.condition


def on_state(
    session: Session,
    *,
    site: Site,
    state: SiteState,
    fold: Fold,
    vantage: Vantage,
    now: datetime,
    unreachable_after: timedelta,
    policy: AlertPolicy,
) -> None:
    """Tell what a site's new state means: blocked, down, failing too long, or over."""

    def say(kind: AlertKind, *, holds: bool, evidence: Evidence | None = None) -> None:
        alerting.consider(
            session,
            kind=kind,
            vantage=vantage,
            site=site,
            condition=holds,
            evidence=evidence,
            now=now,
            policy=policy,
        )

    if _comes_and_goes(session, fold, site, vantage):
        evidence = _evidence(state, fold.turned_at[0] if fold.turned_at else now)
        say(AlertKind.SITE_FLAPPING, holds=True, evidence=replace(evidence, reasons=(tally(fold),)))
    else:
        say(AlertKind.SITE_FLAPPING, holds=False)
    if fold.condition in _ANSWERS:
        # While a site comes and goes, each return would be told as an end.
        for kind in () if fold.flapping else (*_KIND_OF.values(), AlertKind.SITE_UNREACHABLE):
            say(kind, holds=False)
        return
    counts = standing(fold)
    if counts in _KIND_OF:
        since = fold.episode_since if counts is SiteCondition.BLOCKED else fold.since
        say(_KIND_OF[counts], holds=True, evidence=_evidence(state, since or now))
    elif fold.unreachable_since and now - fold.unreachable_since >= unreachable_after:
        evidence = _evidence(state, fold.unreachable_since)
        say(AlertKind.SITE_UNREACHABLE, holds=True, evidence=evidence)


def _comes_and_goes(session: Session, fold: Fold, site: Site, vantage: Vantage) -> bool:
    """Whether people are to hear that a site comes and goes; once told, until the flag falls."""
    if not fold.flapping:
        return False
    kind = AlertKind.SITE_FLAPPING
    is_told = open_alert(session, kind, site_id=site.id, vantage_id=vantage.id) is not None
    return is_told or is_finding(fold)


def _evidence(state: SiteState, since: datetime) -> Evidence:
    return Evidence(
        since=since,
        mechanism=state.mechanism,
        confidence=state.confidence,
        rule=state.rule,
        reasons=tuple(state.reasons),
        measurement_uid=state.measurement_uid,
    )


def on_health(session: Session, vantage: Vantage, *, now: datetime, policy: AlertPolicy) -> None:
    """Tell once what is wrong with a vantage's own connection, and once that it is well again.

    Neither says a thing of any site. An unhealthy one that was offline is not back yet, and one that
    goes offline has not become well.
    """
    told = {
        VantageHealth.OFFLINE: ((AlertKind.VANTAGE_OFFLINE, True),),
        VantageHealth.UNHEALTHY: ((AlertKind.VANTAGE_UNHEALTHY, True),),
        VantageHealth.HEALTHY: (
            (AlertKind.VANTAGE_OFFLINE, False),
            (AlertKind.VANTAGE_UNHEALTHY, False),
        ),
        VantageHealth.UNKNOWN: (),
    }[vantage.health]
    for kind, holds in told:
        why = (vantage.health_reason or "",)
        _say_of(session, vantage, kind, holds=holds, reasons=why, now=now, policy=policy)


def on_clock(
    session: Session,
    vantage: Vantage,
    offset: timedelta,
    now: datetime,
    policy: AlertPolicy,
) -> None:
    """Tell that an agent's clock is off by more than is tolerated, and that it is right again.

    `offset` is how far the collector's clock is ahead of the agent's.
    """
    is_off = abs(offset) > policy.clock_tolerance
    side = "behind" if offset > timedelta(0) else "ahead"
    why = (f"Its clock is {duration(abs(offset))} {side}.",)
    kind = AlertKind.AGENT_CLOCK
    _say_of(session, vantage, kind, holds=is_off, reasons=why, now=now, policy=policy)


def _say_of(
    session: Session,
    vantage: Vantage,
    kind: AlertKind,
    *,
    holds: bool,
    reasons: tuple[str, ...],
    now: datetime,
    policy: AlertPolicy,
) -> None:
    alerting.consider(
        session,
        kind=kind,
        vantage=vantage,
        condition=holds,
        evidence=Evidence(since=now, reasons=reasons) if holds else None,
        now=now,
        policy=policy,
    )
