# SPDX-License-Identifier: Apache-2.0
"""The settings of watching: how often, how many failures accuse, when people are told.

The defaults are those of the policies in `app.domain`; `docs/monitoring.md` says what each does.
Settings are read through `app.settings`.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Rhythm(BaseSettings):
    """Every number by which sites are watched and people are told."""

    # How often.
    check_interval_seconds: float = Field(default=900.0, ge=1)
    recheck_seconds: tuple[Annotated[float, Field(ge=1)], ...] = Field(
        default=(30.0, 90.0, 300.0), min_length=1
    )
    recovery_check_seconds: float = Field(default=300.0, ge=1)
    health_check_seconds: float = Field(default=60.0, ge=1)
    first_spread_seconds: Seconds = 30.0
    tick_seconds: float = Field(default=5.0, ge=0.1, le=60)

    # What a series of failures must be to say something. One alone never does.
    suspect_failures: int = Field(default=3, ge=2, le=50)
    suspect_span_seconds: Seconds = 120.0
    lone_failures: int = Field(default=5, ge=2, le=50)
    lone_span_seconds: Seconds = 600.0
    same_class_failures: int = Field(default=2, ge=1, le=50)
    same_verdict_failures: int = Field(default=2, ge=2, le=50)
    recovery_successes: int = Field(default=3, ge=1, le=50)
    recovery_span_seconds: Seconds = 600.0
    stale_intervals: int = Field(default=3, ge=2, le=100)

    # Coming and going.
    flap_window: int = Field(default=21, ge=5, le=200)
    flap_on_share: Share = 0.30
    flap_off_share: Share = 0.15
    flap_turns: int = Field(default=4, ge=2, le=100)
    flap_period_seconds: float = Field(default=21600.0, ge=1)

    # Many sites at once.
    event_window_seconds: float = Field(default=600.0, ge=1)
    event_sites: int = Field(default=5, ge=2)
    event_share: Share = 0.30
    event_least_sites: int = Field(default=3, ge=2)
    event_over_share: Annotated[float, Field(ge=0, lt=1)] = 0.20

    # Telling people.
    unreachable_after_seconds: float = Field(default=1800.0, ge=1)
    group_wait_seconds: Seconds = 60.0
    resolve_hold_seconds: Seconds = 600.0
    reopen_seconds: Seconds = 1800.0
    reminder_seconds: float = Field(default=86400.0, ge=60)
    digest_seconds: float = Field(default=14400.0, ge=60)
    clock_tolerance_seconds: float = Field(default=300.0, ge=1)
    deadline_notice_days: int = Field(default=14, ge=0, le=366)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        faults = [sentence for is_wrong, sentence in self._faults() if is_wrong]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> tuple[tuple[bool, str], ...]:
        return (
            (
                self.lone_failures < self.suspect_failures,
                (
                    "QALAM_LONE_FAILURES must not be below QALAM_SUSPECT_FAILURES: a vantage alone "
                    "in its network needs more evidence, not less"
                ),
            ),
            (
                self.lone_span_seconds < self.suspect_span_seconds,
                (
                    "QALAM_LONE_SPAN_SECONDS must not be below QALAM_SUSPECT_SPAN_SECONDS: a vantage "
                    "alone in its network needs more time, not less"
                ),
            ),
            (
                max(self.same_class_failures, self.same_verdict_failures) > self.suspect_failures,
                (
                    "QALAM_SAME_CLASS_FAILURES and QALAM_SAME_VERDICT_FAILURES must not be above "
                    "QALAM_SUSPECT_FAILURES: more failures would have to agree than are looked at"
                ),
            ),
            (
                self.flap_off_share >= self.flap_on_share,
                (
                    "QALAM_FLAP_OFF_SHARE must be below QALAM_FLAP_ON_SHARE, or the flag itself "
                    "would come and go"
                ),
            ),
            (
                self.flap_turns >= self.flap_window,
                "QALAM_FLAP_TURNS must be below QALAM_FLAP_WINDOW: so many changes do not fit",
            ),
            (
                self.event_least_sites > self.event_sites,
                "QALAM_EVENT_LEAST_SITES must not be above QALAM_EVENT_SITES",
            ),
            (
                self.digest_seconds > self.reminder_seconds,
                (
                    "QALAM_DIGEST_SECONDS must not be above QALAM_REMINDER_SECONDS: a site that "
                    "comes and goes would be told less often than one that is simply blocked"
                ),
            ),
        )
