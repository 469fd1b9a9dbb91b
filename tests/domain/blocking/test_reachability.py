# SPDX-License-Identifier: Apache-2.0
"""The standing state of a site, told as stories: what one reading means, and what a series does."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.blocking.reachability import SiteState, StatePolicy, advance, refresh
from app.domain.vocabulary import Mechanism, SiteCondition
from tests.domain.blocking.rounds import (
    BLOCKED,
    CAPTCHA,
    DOWN,
    FAULT,
    IS_BLOCKED,
    NO_CONTROL,
    NOON,
    OK,
    POLICY,
    REACHABLE,
    SERIES,
    UNJUDGED,
    seen,
    told,
)


def test_one_success_makes_an_unknown_site_reachable() -> None:
    """And it is measured again after the interval."""
    step = told((0, OK))
    assert (step.state.condition, step.changed) == (SiteCondition.REACHABLE, True)
    assert step.next_due_in == timedelta(minutes=15)


def test_failures_are_rechecked_quickly_and_only_a_series_accuses() -> None:
    """Suspect at once; 30 s, 90 s, 5 min; blocked after three failures over two minutes."""
    first = told((15, BLOCKED), state=REACHABLE)
    second = told((15, BLOCKED), (15.5, BLOCKED), state=REACHABLE)
    third = told(*SERIES, state=REACHABLE)
    assert [s.state.condition for s in (first, second, third)] == [
        SiteCondition.SUSPECT,
        SiteCondition.SUSPECT,
        SiteCondition.BLOCKED,
    ]
    assert [s.next_due_in.total_seconds() for s in (first, second, third)] == [30, 90, 900]
    assert [s.changed for s in (first, second, third)] == [True, False, True]


def test_three_failures_within_two_minutes_are_not_enough() -> None:
    """A short hiccup counts once, however often it is looked at; the fourth look is 5 min later."""
    step = told((15, BLOCKED), (15.5, BLOCKED), (16.9, BLOCKED), state=REACHABLE)
    assert step.state.condition is SiteCondition.SUSPECT
    assert step.next_due_in == timedelta(minutes=5)


def test_two_failures_are_not_three_however_far_apart() -> None:
    """Neither the span nor likeness replaces the count."""
    step = told((15, BLOCKED), (25, BLOCKED), state=REACHABLE)
    assert step.state.condition is SiteCondition.SUSPECT


def test_failures_of_three_kinds_prove_nothing_together() -> None:
    """At least two of the deciding failures must be of one class."""
    classes = ("tls:reset", "tcp:timeout", "dns:lookup_failure")
    story = [
        (m, BLOCKED | {"failure_class": c}) for m, c in zip((15, 16, 18), classes, strict=True)
    ]
    assert told(*story, state=REACHABLE).state.condition is SiteCondition.SUSPECT
    assert told(*story, (23, BLOCKED), state=REACHABLE).state.condition is SiteCondition.SUSPECT
    agreeing = (*story, (23, BLOCKED), (28, BLOCKED))
    assert told(*agreeing, state=REACHABLE).state.condition is SiteCondition.BLOCKED


def test_a_success_clears_the_suspicion() -> None:
    """Back to reachable at once, and the next failure starts from one."""
    step = told((15, BLOCKED), (15.5, BLOCKED), (17, OK), (32, BLOCKED), state=REACHABLE)
    assert step.state.failures_in_a_row == 1
    assert (
        told((15, BLOCKED), (15.5, OK), state=REACHABLE).state.condition is SiteCondition.REACHABLE
    )


def test_a_lone_vantage_needs_five_failures_over_ten_minutes() -> None:
    """Where no second vantage measures in the network the series must be longer."""
    lone = BLOCKED | {"lone_vantage": True}
    minutes = (15, 15.5, 17, 22)
    four = told(*((m, lone) for m in minutes), state=REACHABLE)
    assert four.state.condition is SiteCondition.SUSPECT
    early = told(*((m, lone) for m in (*minutes, 24.9)), state=REACHABLE)
    assert early.state.condition is SiteCondition.SUSPECT
    five = told(*((m, lone) for m in (*minutes, 27)), state=REACHABLE)
    assert five.state.condition is SiteCondition.BLOCKED


def test_the_cause_decides_what_the_series_means() -> None:
    """Controls fail too: down. The site refuses: server side. No control: inconclusive."""
    for what, condition in (
        (DOWN, SiteCondition.DOWN),
        (CAPTCHA, SiteCondition.SERVER_SIDE),
        (NO_CONTROL, SiteCondition.INCONCLUSIVE),
    ):
        step = told((15, what), (15.5, what), (17, what), state=REACHABLE)
        assert step.state.condition is condition


def test_one_verdict_against_a_control_is_not_repeated_evidence() -> None:
    """Two failures nobody could explain and one that was: still only suspect; then blocked."""
    story = ((15, NO_CONTROL), (15.5, NO_CONTROL), (16.5, BLOCKED))
    assert told(*story, state=REACHABLE).state.condition is SiteCondition.SUSPECT
    assert told(*story, (18, BLOCKED), state=REACHABLE).state.condition is SiteCondition.BLOCKED


def test_an_inconclusive_site_becomes_blocked_when_a_control_speaks() -> None:
    """The series goes on, so the blocking counts from its first failure."""
    story = ((15, NO_CONTROL), (15.5, NO_CONTROL), (17, NO_CONTROL), (32, BLOCKED), (47, BLOCKED))
    state = told(*story, state=REACHABLE).state
    assert state.condition is SiteCondition.BLOCKED
    assert state.episode_since == NOON + timedelta(minutes=15)


def test_a_lost_control_does_not_unblock() -> None:
    """Failures that nobody can explain leave the state and its stated cause as they are."""
    state = told((32, NO_CONTROL), (47, NO_CONTROL), (62, NO_CONTROL), state=IS_BLOCKED).state
    assert state.condition is SiteCondition.BLOCKED
    assert (state.rule, state.mechanism) == ("tls_reset_after_hello", Mechanism.SNI_RESET)


def test_blocked_turns_to_down_only_when_the_whole_window_says_so() -> None:
    """One control that fails for a moment does not end a blocking."""
    two = told((32, DOWN), (47, DOWN), state=IS_BLOCKED).state
    three = told((32, DOWN), (47, DOWN), (62, DOWN), state=IS_BLOCKED).state
    assert two.condition is SiteCondition.BLOCKED
    assert three.condition is SiteCondition.DOWN


def test_recovery_needs_three_successes_over_ten_minutes() -> None:
    """Recovering at once, measured every five minutes, reachable after three over ten."""
    one = told((32, OK), state=IS_BLOCKED)
    assert one.state.condition is SiteCondition.RECOVERING
    assert one.next_due_in == timedelta(minutes=5)
    quick = told((32, OK), (34, OK), (36, OK), state=IS_BLOCKED)
    assert quick.state.condition is SiteCondition.RECOVERING
    done = told((32, OK), (37, OK), (42, OK), state=IS_BLOCKED)
    assert done.state.condition is SiteCondition.REACHABLE
    assert done.state.previous_bad is None


def test_a_relapse_returns_to_the_bad_state_as_if_it_had_never_ended() -> None:
    """The same condition since the same time, and the same episode."""
    back = told((32, OK), (37, OK), (42, BLOCKED), state=IS_BLOCKED).state
    assert (back.condition, back.since) == (SiteCondition.BLOCKED, IS_BLOCKED.since)
    assert back.episode_since == IS_BLOCKED.episode_since
    assert told((32, OK), (37, BLOCKED), (42, OK), (47, OK), state=IS_BLOCKED).state.condition is (
        SiteCondition.RECOVERING
    )


def test_silence_makes_a_state_stale_never_up() -> None:
    """After three intervals, dated from when the silence became too long."""
    for state in (REACHABLE, IS_BLOCKED):
        heard = state.last_measured_at
        assert heard is not None
        assert refresh(state, heard + timedelta(minutes=45), POLICY) == state
        stale = refresh(state, heard + timedelta(hours=9), POLICY)
        assert (stale.condition, stale.since) == (
            SiteCondition.STALE,
            heard + timedelta(minutes=45),
        )


def test_a_site_never_measured_does_not_become_stale() -> None:
    """Unknown is already the word for it."""
    assert refresh(SiteState(), NOON, POLICY) == SiteState()


def test_a_gap_breaks_a_series() -> None:
    """Two failures yesterday and one today are not three in a row."""
    step = told((15, BLOCKED), (15.5, BLOCKED), (600, BLOCKED), state=REACHABLE)
    assert step.state.condition is SiteCondition.SUSPECT
    assert step.state.failures_in_a_row == 1


def test_after_a_gap_a_blocked_site_recovers_or_is_blocked_anew_in_one_episode() -> None:
    """Nobody saw the blocking end, so it is neither forgotten nor taken for granted."""
    recovering = told((600, OK), state=IS_BLOCKED).state
    assert recovering.condition is SiteCondition.RECOVERING
    suspect = told((600, BLOCKED), state=IS_BLOCKED).state
    assert suspect.condition is SiteCondition.SUSPECT
    again = told((600, BLOCKED), (601, BLOCKED), (603, BLOCKED), state=IS_BLOCKED).state
    assert again.condition is SiteCondition.BLOCKED
    assert suspect.episode_since == again.episode_since == IS_BLOCKED.episode_since


@pytest.mark.parametrize("state", [SiteState(), REACHABLE, IS_BLOCKED])
@pytest.mark.parametrize("what", [OK, BLOCKED, DOWN, NO_CONTROL])
def test_an_unhealthy_vantage_changes_nothing(state: SiteState, what: dict[str, object]) -> None:
    """Not even the time of the last measurement."""
    step = advance(state, seen(40, what, vantage_healthy=False), POLICY)
    assert (step.state, step.changed) == (state, False)


def test_a_distrusted_round_changes_nothing() -> None:
    """A prober fault is neither failure nor success, and does not count as having measured."""
    assert told((20, FAULT), state=IS_BLOCKED).state == IS_BLOCKED


def test_late_data_changes_nothing_now() -> None:
    """An agent's backlog fills history; the present state stands."""
    step = advance(IS_BLOCKED, seen(16, OK), POLICY)
    assert (step.state, step.changed) == (IS_BLOCKED, False)
    assert advance(IS_BLOCKED, seen(17, OK), POLICY).state == IS_BLOCKED


def test_a_page_nobody_could_judge_is_neither_up_nor_a_failure() -> None:
    """Unknown stays unknown; a series is broken; and a state it cannot confirm grows stale."""
    assert told((0, UNJUDGED)).state.condition is SiteCondition.UNKNOWN
    state = told((15, BLOCKED), (15.5, UNJUDGED), state=REACHABLE).state
    assert (state.condition, state.failures_in_a_row) == (SiteCondition.SUSPECT, 0)
    state = told(
        (15, UNJUDGED), (30, UNJUDGED), (45, UNJUDGED), (46, UNJUDGED), state=REACHABLE
    ).state
    assert state.condition is SiteCondition.STALE


def test_unreachable_since_is_the_start_of_the_unbroken_series() -> None:
    """Whatever the cause; a success, a refusal by the site or an unjudged page ends it."""
    at = NOON + timedelta(minutes=15)
    assert told((15, NO_CONTROL), (16, DOWN), (18, BLOCKED)).state.unreachable_since == at
    for other in (OK, CAPTCHA, UNJUDGED):
        assert told((15, NO_CONTROL), (16, other)).state.unreachable_since is None
    step = told((15, NO_CONTROL), (16, FAULT))
    assert step.state.unreachable_since == at


def test_coming_and_going_is_flagged_and_calms_down() -> None:
    """Four changes in six hours raise the flag; after a steady day it falls."""
    story = [(m, BLOCKED if m % 30 else OK) for m in range(0, 75, 15)]
    state = told(*story).state
    assert state.flapping
    steady = told(*((m, OK) for m in range(75, 75 + 15 * 26, 15)), state=state).state
    assert not steady.flapping
    assert not told((0, OK), (15, BLOCKED), (20, BLOCKED), (25, OK)).state.flapping


def test_flapping_stays_until_well_below_where_it_began() -> None:
    """Between the two marks the flag keeps its value."""
    policy = replace(POLICY, flap_turns=99)
    between = SiteState(
        condition=SiteCondition.REACHABLE,
        history=(True, False) * 2 + (True,) * 16,
        last_measured_at=NOON,
        last_telling_at=NOON,
    )
    calm = advance(between, seen(1, OK), policy).state
    flapping = advance(replace(between, flapping=True), seen(1, OK), policy).state
    assert (calm.flapping, flapping.flapping) == (False, True)


def test_a_state_survives_as_plain_json() -> None:
    """Written and read back it is equal, whatever it has lived through."""
    for state in (
        SiteState(),
        REACHABLE,
        IS_BLOCKED,
        told((32, OK), state=IS_BLOCKED).state,
        refresh(IS_BLOCKED, NOON + timedelta(days=1), POLICY),
    ):
        assert SiteState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    assert SiteState.from_dict({}) == SiteState()


def test_every_number_can_be_shortened() -> None:
    """The demonstration runs the same machine within seconds."""
    policy = StatePolicy(
        interval=timedelta(seconds=10),
        rechecks=(timedelta(seconds=1),),
        suspect_failures=2,
        suspect_span=timedelta(seconds=1),
        recovery_oks=1,
        recovery_span=timedelta(0),
    )
    state = SiteState()
    conditions = []
    for second, what in ((0, OK), (10, BLOCKED), (11, BLOCKED), (20, OK)):
        step = advance(state, seen(second / 60, what), policy)
        state = step.state
        conditions.append(state.condition.value)
    assert conditions == ["reachable", "suspect", "blocked", "reachable"]
