# SPDX-License-Identifier: Apache-2.0
"""From settings to policies: the numbers by which sites are watched and people are told."""

from datetime import timedelta

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.network_event import EventPolicy
from app.domain.blocking.state_policy import StatePolicy
from app.services.desk_sessions import SessionPolicy
from app.services.monitoring import WatchPolicy
from app.settings import Settings


def watch_policy(settings: Settings) -> WatchPolicy:
    """Return the rhythm of watching that the settings ask for."""
    return WatchPolicy(
        state=StatePolicy(
            interval=_seconds(settings.check_interval_seconds),
            rechecks=tuple(_seconds(one) for one in settings.recheck_seconds),
            suspect_failures=settings.suspect_failures,
            suspect_span=_seconds(settings.suspect_span_seconds),
            lone_failures=settings.lone_failures,
            lone_span=_seconds(settings.lone_span_seconds),
            same_class=settings.same_class_failures,
            same_verdict=settings.same_verdict_failures,
            recovery_oks=settings.recovery_successes,
            recovery_span=_seconds(settings.recovery_span_seconds),
            recovery_interval=_seconds(settings.recovery_check_seconds),
            stale_intervals=settings.stale_intervals,
            flap_window=settings.flap_window,
            flap_on=settings.flap_on_share,
            flap_off=settings.flap_off_share,
            flap_turns=settings.flap_turns,
            flap_period=_seconds(settings.flap_period_seconds),
        ),
        health_interval=_seconds(settings.health_check_seconds),
        unreachable_after=_seconds(settings.unreachable_after_seconds),
        first_spread=_seconds(settings.first_spread_seconds),
    )


def alert_policy(settings: Settings) -> AlertPolicy:
    """Return when people are told."""
    return AlertPolicy(
        group_wait=_seconds(settings.group_wait_seconds),
        resolve_hold=_seconds(settings.resolve_hold_seconds),
        reopen_within=_seconds(settings.reopen_seconds),
        remind_every=_seconds(settings.reminder_seconds),
        digest_every=_seconds(settings.digest_seconds),
        clock_tolerance=_seconds(settings.clock_tolerance_seconds),
        deadline_notice=timedelta(days=settings.deadline_notice_days),
    )


def event_policy(settings: Settings) -> EventPolicy:
    """Return when many sites at once are one event."""
    return EventPolicy(
        window=_seconds(settings.event_window_seconds),
        sites=settings.event_sites,
        share=settings.event_share,
        least=settings.event_least_sites,
        over_share=settings.event_over_share,
    )


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def session_policy(settings: Settings) -> SessionPolicy:
    """Return how long a login at the desk holds."""
    return SessionPolicy(
        idle=timedelta(minutes=settings.desk_idle_minutes),
        longest=timedelta(hours=settings.desk_session_hours),
    )
