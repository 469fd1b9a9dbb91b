# SPDX-License-Identifier: Apache-2.0
"""From settings to policies: the numbers by which sites are watched and people are told."""

from datetime import timedelta

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.state_policy import StatePolicy
from app.services.monitoring import WatchPolicy
from app.settings import Settings


def watch_policy(settings: Settings) -> WatchPolicy:
    """Return the rhythm of watching that the settings ask for."""
    interval = timedelta(seconds=settings.check_interval_seconds)
    return WatchPolicy(
        state=StatePolicy(
            interval=interval,
            rechecks=tuple(timedelta(seconds=one) for one in settings.recheck_seconds),
        ),
        unreachable_after=timedelta(seconds=settings.unreachable_after_seconds),
    )


def alert_policy(settings: Settings) -> AlertPolicy:
    """Return when people are told."""
    return AlertPolicy(group_wait=timedelta(seconds=settings.group_wait_seconds))
