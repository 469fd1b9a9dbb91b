# SPDX-License-Identifier: Apache-2.0
"""Rounds of measuring one site, and the states that stories about it start from."""

from datetime import UTC, datetime, timedelta

from app.domain.blocking.reachability import Observation, SiteState, StatePolicy, Step, advance
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POLICY = StatePolicy()

OK = {"verdict_state": VerdictState.OK, "rule": "https_genuine"}
BLOCKED = {
    "verdict_state": VerdictState.BLOCKED,
    "failure_class": "tls:reset",
    "layer": Layer.TLS,
    "mechanism": Mechanism.SNI_RESET,
    "confidence": Confidence.LIKELY,
    "rule": "tls_reset_after_hello",
}
DOWN = {
    "verdict_state": VerdictState.DOWN,
    "failure_class": "tcp:timeout",
    "layer": Layer.TCP,
    "mechanism": Mechanism.TIMEOUT,
    "confidence": Confidence.LIKELY,
    "rule": "fails_everywhere",
}
CAPTCHA = {
    "verdict_state": VerdictState.SERVER_SIDE,
    "failure_class": "http:captcha",
    "layer": Layer.HTTP,
    "mechanism": Mechanism.CAPTCHA,
    "rule": "https_refused",
}
NO_CONTROL = {
    "verdict_state": VerdictState.INSUFFICIENT,
    "failure_class": "tls:reset",
    "rule": "no_control_failed",
}
UNJUDGED = {"verdict_state": VerdictState.INSUFFICIENT, "rule": "no_control_page"}
FAULT = {"verdict_state": VerdictState.INSUFFICIENT, "rule": "prober_fault"}


def seen(minute: float, what: dict[str, object], **more: object) -> Observation:
    """One observation so many minutes after noon."""
    return Observation(at=NOON + timedelta(minutes=minute), **{**what, **more})  # type: ignore[arg-type]


def told(*story: tuple[float, dict[str, object]], state: SiteState | None = None) -> Step:
    """Fold a story and return its last step."""
    step = Step(state=state or SiteState(), changed=False, next_due_in=POLICY.interval)
    for minute, what in story:
        step = advance(step.state, seen(minute, what), POLICY)
    return step


REACHABLE = told((0, OK)).state
SERIES = ((15, BLOCKED), (15.5, BLOCKED), (17, BLOCKED))
IS_BLOCKED = told(*SERIES, state=REACHABLE).state
