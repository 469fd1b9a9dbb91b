# SPDX-License-Identifier: Apache-2.0
"""From the states of sites and vantages to the alerts people get: what holds, and what is over.

An alert of a site ends only when the site answers again: an outage that follows a block, or a block
that turns out behind a long silence, is told beside it and never as "reachable again".
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.site_state import SiteState as Fold
from app.domain.vocabulary import AlertKind, SiteCondition, VantageHealth
from app.services import alerting
from app.services.alerting import Evidence
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

    def say(kind: AlertKind, *, holds: bool, since: datetime | None = None) -> None:
        alerting.consider(
            session,
            kind=kind,
            vantage=vantage,
            site=site,
            condition=holds,
            evidence=_evidence(state, since or now) if holds else None,
            now=now,
            policy=policy,
        )

    if fold.condition in _ANSWERS:
        for kind in (*_KIND_OF.values(), AlertKind.SITE_UNREACHABLE):
            say(kind, holds=False)
        return
    counts = standing(fold)
    if counts in _KIND_OF:
        since = fold.episode_since if counts is SiteCondition.BLOCKED else fold.since
        say(_KIND_OF[counts], holds=True, since=since)
    elif fold.unreachable_since and now - fold.unreachable_since >= unreachable_after:
        say(AlertKind.SITE_UNREACHABLE, holds=True, since=fold.unreachable_since)


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
    """Tell once that a vantage is offline, and once that it is back. Neither says a thing of any site."""
    if vantage.health is VantageHealth.UNKNOWN:
        return
    is_offline = vantage.health is VantageHealth.OFFLINE
    if not is_offline and vantage.health is not VantageHealth.HEALTHY:
        return
    alerting.consider(
        session,
        kind=AlertKind.VANTAGE_OFFLINE,
        vantage=vantage,
        condition=is_offline,
        evidence=Evidence(since=now, reasons=(vantage.health_reason or "",))
        if is_offline
        else None,
        now=now,
        policy=policy,
    )
