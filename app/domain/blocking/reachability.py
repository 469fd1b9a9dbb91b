# SPDX-License-Identifier: Apache-2.0
"""From single verdicts to the standing state of a site in one vantage network: a pure fold.

One verdict never accuses: a failure makes a site `suspect`, quick re-checks follow, and only a
series of failures with repeated verdicts against a control makes it `blocked`. What alerts come of
a state is another machine's business.

    unknown ──ok──▶ reachable ──fail──▶ suspect ──ok──▶ reachable
    suspect ──series long enough──▶ blocked | down | server_side | inconclusive
    any of those ──ok──▶ recovering ──ok ×3 over 10 min──▶ reachable
    recovering ──fail──▶ back to the bad state, as if it had never ended
    any ──nothing said for three intervals──▶ stale: unknown again, never up
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.blocking.flapping import note_round
from app.domain.blocking.rules import NOT_A_FETCH
from app.domain.blocking.site_state import RecentFailure, SiteState
from app.domain.blocking.state_policy import StatePolicy
from app.domain.vocabulary import Confidence, Layer, Mechanism, SiteCondition, VerdictState

__all__ = ["Observation", "SiteState", "StatePolicy", "Step", "advance", "refresh"]

BAD = frozenset(
    {
        SiteCondition.BLOCKED,
        SiteCondition.DOWN,
        SiteCondition.SERVER_SIDE,
        SiteCondition.INCONCLUSIVE,
    }
)
_CONDITION_OF = {
    VerdictState.BLOCKED: SiteCondition.BLOCKED,
    VerdictState.DOWN: SiteCondition.DOWN,
    VerdictState.SERVER_SIDE: SiteCondition.SERVER_SIDE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One verdict as the fold sees it."""

    at: datetime
    verdict_state: VerdictState
    failure_class: str | None = None
    layer: Layer | None = None
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    rule: str
    vantage_healthy: bool = True
    lone_vantage: bool = False

    @property
    def measured(self) -> bool:
        """Whether the round was a measurement at all: healthy line, undistrusted prober."""
        return self.vantage_healthy and self.rule not in NOT_A_FETCH

    @property
    def failing(self) -> bool:
        """Whether the reader did not get the site, whatever the cause."""
        if self.verdict_state is VerdictState.INSUFFICIENT:
            return self.failure_class is not None
        return self.verdict_state is not VerdictState.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The state after one observation, and when to measure next."""

    state: SiteState
    changed: bool  # the condition is another than before
    next_due_in: timedelta


def advance(state: SiteState, observation: Observation, policy: StatePolicy) -> Step:
    """Fold one observation into the state.

    Late data (not newer than the last round) and rounds of an unhealthy vantage change nothing;
    they belong to the history only. A gap is applied first, so that replaying the same
    observations gives the same state however often `refresh` was asked in between.
    """
    last = state.last_measured_at
    if not observation.measured or (last is not None and observation.at <= last):
        return _step(state, state, policy)
    current = refresh(state, observation.at, policy)
    if observation.verdict_state is VerdictState.OK:
        after = _succeeded(_told(current, observation, policy), observation, policy)
    elif observation.failing:
        after = _failed(_told(current, observation, policy), observation, policy)
    else:
        after = _unjudged(current, observation)
    return _step(state, after, policy)


def refresh(state: SiteState, now: datetime, policy: StatePolicy) -> SiteState:
    """Let a state of which nothing was heard for three intervals become stale.

    Series are broken by the gap; an open episode is not, for nobody saw it end.
    """
    if state.condition in (SiteCondition.UNKNOWN, SiteCondition.STALE):
        return state
    heard = state.last_telling_at
    if heard is None or now - heard <= policy.stale_after:
        return state
    bad = state.condition in BAD
    return replace(
        state,
        condition=SiteCondition.STALE,
        since=heard + policy.stale_after,
        previous_bad=state.condition if bad else state.previous_bad,
        previous_bad_since=state.since if bad else state.previous_bad_since,
        failures_in_a_row=0,
        first_failure_at=None,
        recent_failures=(),
        oks_in_a_row=0,
        first_ok_at=None,
        unreachable_since=None,
    )


def _step(before: SiteState, after: SiteState, policy: StatePolicy) -> Step:
    return Step(
        state=after,
        changed=after.condition is not before.condition,
        next_due_in=_next_due_in(after, policy),
    )


def _next_due_in(state: SiteState, policy: StatePolicy) -> timedelta:
    failures = state.failures_in_a_row
    if state.condition is SiteCondition.SUSPECT and failures and policy.rechecks:
        nth = min(failures, len(policy.rechecks)) - 1
        return min(policy.rechecks[nth], policy.interval)
    if state.condition is SiteCondition.RECOVERING:
        return min(policy.recovery_interval, policy.interval)
    return policy.interval


def _unjudged(state: SiteState, observation: Observation) -> SiteState:
    """The fetch worked and could not be judged: no success, yet the series of failures is broken."""
    return replace(
        state,
        last_measured_at=observation.at,
        failures_in_a_row=0,
        first_failure_at=None,
        recent_failures=(),
        oks_in_a_row=0,
        first_ok_at=None,
        unreachable_since=None,
    )


def _succeeded(state: SiteState, observation: Observation, policy: StatePolicy) -> SiteState:
    state = replace(
        state,
        failures_in_a_row=0,
        first_failure_at=None,
        recent_failures=(),
        unreachable_since=None,
        oks_in_a_row=state.oks_in_a_row + 1,
        first_ok_at=state.first_ok_at or observation.at,
        layer=observation.layer,
        mechanism=observation.mechanism,
        confidence=observation.confidence,
        rule=observation.rule,
    )
    bad = state.condition if state.condition in BAD else state.previous_bad
    if bad is None:
        return _enter(state, SiteCondition.REACHABLE, observation.at)
    if _has_recovered(state, observation.at, policy):
        return _enter(state, SiteCondition.REACHABLE, observation.at)
    if state.condition in BAD:
        state = replace(state, previous_bad=bad, previous_bad_since=state.since)
    return _enter(state, SiteCondition.RECOVERING, observation.at)


def _has_recovered(state: SiteState, at: datetime, policy: StatePolicy) -> bool:
    first = state.first_ok_at
    return (
        first is not None
        and state.oks_in_a_row >= policy.recovery_oks
        and at - first >= policy.recovery_span
    )


def _failed(state: SiteState, observation: Observation, policy: StatePolicy) -> SiteState:
    state = _count_failure(state, observation, policy)
    if state.condition is SiteCondition.RECOVERING and state.previous_bad is not None:
        return replace(state, condition=state.previous_bad, since=state.previous_bad_since)
    target = _target(state, observation, policy)
    if target is not None:
        return _enter(state, target, observation.at)
    if state.condition in BAD:
        return state
    return _enter(state, SiteCondition.SUSPECT, observation.at)


def _count_failure(state: SiteState, observation: Observation, policy: StatePolicy) -> SiteState:
    by_site = observation.verdict_state is VerdictState.SERVER_SIDE
    says_why = observation.verdict_state is not VerdictState.INSUFFICIENT
    failure = RecentFailure(
        at=observation.at,
        verdict_state=observation.verdict_state,
        failure_class=observation.failure_class or observation.verdict_state.value,
    )
    kept = max(policy.suspect_failures, policy.lone_failures)
    explained = any(f.verdict_state is not VerdictState.INSUFFICIENT for f in state.recent_failures)
    counted = replace(
        state,
        failures_in_a_row=state.failures_in_a_row + 1,
        first_failure_at=state.first_failure_at or observation.at,
        recent_failures=(*state.recent_failures, failure)[-kept:],
        oks_in_a_row=0,
        first_ok_at=None,
        unreachable_since=None if by_site else state.unreachable_since or observation.at,
    )
    if not says_why and (explained or state.condition in BAD):
        return counted
    return replace(
        counted,
        layer=observation.layer,
        mechanism=observation.mechanism,
        confidence=observation.confidence,
        rule=observation.rule,
    )


def _target(
    state: SiteState, observation: Observation, policy: StatePolicy
) -> SiteCondition | None:
    """The bad condition that the series of failures now supports, or None while it supports none."""
    window = _deciding_failures(state, observation, policy)
    if not window:
        return None
    spoken = [f.verdict_state for f in window if f.verdict_state in _CONDITION_OF]
    if observation.verdict_state is VerdictState.INSUFFICIENT:
        unexplained = not spoken and state.condition not in BAD
        return SiteCondition.INCONCLUSIVE if unexplained else None
    if spoken.count(observation.verdict_state) < policy.same_verdict:
        return None
    if state.condition in BAD and len(set(spoken)) > 1:
        return None
    return _CONDITION_OF[observation.verdict_state]


def _deciding_failures(
    state: SiteState, observation: Observation, policy: StatePolicy
) -> tuple[RecentFailure, ...]:
    """The last failures, if they are enough, over enough time, and enough of them alike."""
    lone = observation.lone_vantage
    needed = policy.lone_failures if lone else policy.suspect_failures
    span = policy.lone_span if lone else policy.suspect_span
    first = state.first_failure_at
    if first is None or state.failures_in_a_row < needed or observation.at - first < span:
        return ()
    window = state.recent_failures[-needed:]
    alike = Counter(failure.failure_class for failure in window).most_common(1)[0][1]
    return window if alike >= min(policy.same_class, needed) else ()


def _enter(state: SiteState, condition: SiteCondition, at: datetime) -> SiteState:
    if state.condition is condition:
        return state
    state = replace(_with_episode(state, condition), condition=condition, since=at)
    if condition in BAD or condition is SiteCondition.REACHABLE:
        return replace(state, previous_bad=None, previous_bad_since=None)
    return state


def _with_episode(state: SiteState, condition: SiteCondition) -> SiteState:
    """Open an episode on becoming blocked; end it when the cause is known to be gone."""
    if condition is SiteCondition.BLOCKED and state.episode_since is None:
        return replace(
            state, episode_since=_blocked_since(state), episode_mechanism=state.mechanism
        )
    ended = (SiteCondition.REACHABLE, SiteCondition.DOWN, SiteCondition.SERVER_SIDE)
    if condition in ended:
        return replace(state, episode_since=None, episode_mechanism=None)
    return state


def _blocked_since(state: SiteState) -> datetime | None:
    """The first failure of the series; after another known cause, the first blocked round."""
    if state.condition in (SiteCondition.DOWN, SiteCondition.SERVER_SIDE):
        blocked = (f.at for f in state.recent_failures if f.verdict_state is VerdictState.BLOCKED)
        return next(blocked, state.first_failure_at)
    return state.first_failure_at


def _told(state: SiteState, observation: Observation, policy: StatePolicy) -> SiteState:
    """Note that this round said something, and judge whether the site comes and goes."""
    reached = observation.verdict_state is VerdictState.OK
    noted = replace(state, last_measured_at=observation.at, last_telling_at=observation.at)
    return note_round(noted, observation.at, policy, reached=reached)
