# SPDX-License-Identifier: Apache-2.0
"""What holds for every history of a site, however its rounds fall."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.blocking.episodes import EpisodeChange, episode_action
from app.domain.blocking.reachability import BAD, Observation, SiteState, advance, refresh
from app.domain.vocabulary import SiteCondition, VerdictState
from tests.domain.blocking import rounds as stories
from tests.domain.blocking.rounds import NOON, POLICY, seen

KINDS = st.sampled_from(
    [
        stories.OK,
        stories.BLOCKED,
        stories.DOWN,
        stories.CAPTCHA,
        stories.NO_CONTROL,
        stories.UNJUDGED,
        stories.FAULT,
    ]
)


@st.composite
def histories(
    draw: st.DrawFn, kinds: st.SearchStrategy[dict[str, object]] = KINDS
) -> list[Observation]:
    """Rounds in order of time, from seconds to hours apart."""
    gaps = draw(st.lists(st.sampled_from([0.5, 1.5, 5, 15, 40, 600]), min_size=1, max_size=40))
    minute = 0.0
    rounds = []
    for gap in gaps:
        minute += gap
        rounds.append(
            seen(
                minute,
                draw(kinds),
                vantage_healthy=draw(st.integers(0, 9)) > 0,
                lone_vantage=draw(st.booleans()),
            )
        )
    return rounds


def folded(rounds: list[Observation], state: SiteState | None = None) -> SiteState:
    """The state after all rounds."""
    state = state or SiteState()
    for one in rounds:
        state = advance(state, one, POLICY).state
    return state


COMMON = settings(max_examples=100, deadline=None)


@COMMON
@given(histories(KINDS.filter(lambda what: what["verdict_state"] is not VerdictState.BLOCKED)))
def test_never_blocked_without_blocked_verdicts(rounds: list[Observation]) -> None:
    """No series of failures, outages or refusals alone makes a site blocked."""
    state = SiteState()
    for one in rounds:
        state = advance(state, one, POLICY).state
        assert state.condition is not SiteCondition.BLOCKED
        assert state.episode_since is None


@COMMON
@given(histories())
def test_blocked_is_entered_only_by_repeated_blocked_verdicts(rounds: list[Observation]) -> None:
    """The round that opens an episode is a blocked verdict, and not the first of its series."""
    state = SiteState()
    for one in rounds:
        after = advance(state, one, POLICY).state
        if state.episode_since is None and after.episode_since is not None:
            assert one.verdict_state is VerdictState.BLOCKED
            blocked = [f for f in after.recent_failures if f.verdict_state is VerdictState.BLOCKED]
            assert len(blocked) >= 2
        state = after


@COMMON
@given(histories())
def test_reachable_only_after_a_success_within_the_stale_time(rounds: list[Observation]) -> None:
    """Whatever happened, 'reachable' always rests on a recent genuine success."""
    state = SiteState()
    succeeded_at = None
    for one in rounds:
        state = advance(state, one, POLICY).state
        if one.measured and one.verdict_state is VerdictState.OK:
            succeeded_at = one.at
        if state.condition is SiteCondition.REACHABLE:
            assert succeeded_at is not None
            assert refresh(state, succeeded_at + timedelta(hours=1), POLICY).condition is (
                SiteCondition.STALE
            )


@COMMON
@given(histories(), st.integers(0, 10_000))
def test_stale_is_never_up(rounds: list[Observation], minutes: int) -> None:
    """Waiting alone never improves a state, and too long a wait always makes it stale."""
    state = folded(rounds)
    waited = refresh(state, rounds[-1].at + timedelta(minutes=minutes), POLICY)
    assert waited.condition in (state.condition, SiteCondition.STALE)
    if minutes > 45 and state.condition is not SiteCondition.UNKNOWN:
        assert waited.condition is SiteCondition.STALE


@COMMON
@given(histories(), st.data())
def test_late_data_never_changes_the_present(
    rounds: list[Observation], data: st.DataObject
) -> None:
    """A backlog handed in again, at any point and in any order, leaves the state as it was."""
    state = SiteState()
    for number, one in enumerate(rounds):
        state = advance(state, one, POLICY).state
        measured = [past for past in rounds[: number + 1] if past.measured]
        if measured:
            late = data.draw(st.sampled_from(measured))
            assert advance(state, late, POLICY).state == state


@COMMON
@given(histories(), st.lists(st.integers(0, 2000), max_size=5))
def test_replay_is_deterministic(rounds: list[Observation], pauses: list[int]) -> None:
    """Through JSON at every step, and refreshed at any moments between: the same state."""
    plain = folded(rounds)
    state = SiteState()
    for number, one in enumerate(rounds):
        for pause in pauses:
            moment = NOON + timedelta(minutes=pause)
            if moment <= one.at and (number == 0 or moment > rounds[number - 1].at):
                state = refresh(state, moment, POLICY)
        state = advance(state, one, POLICY).state
        state = SiteState.from_dict(json.loads(json.dumps(state.to_dict())))
    end = rounds[-1].at
    assert refresh(state, end, POLICY) == refresh(plain, end, POLICY)


@COMMON
@given(histories(), histories())
def test_an_unhealthy_vantage_changes_nothing(
    rounds: list[Observation], others: list[Observation]
) -> None:
    """Rounds of an unhealthy vantage, strewn among the others, leave no trace."""
    healthy = [one for one in rounds if one.vantage_healthy]
    assert folded(rounds) == folded(healthy)
    assert folded(others) == folded([one for one in others if one.measured])


@COMMON
@given(histories())
def test_episodes_open_and_close_in_turn(rounds: list[Observation]) -> None:
    """Never two open at once, never one closed twice, and none ends before it began."""
    state = SiteState()
    open_since = None
    for one in rounds:
        step = advance(state, one, POLICY)
        action = episode_action(state, step)
        if action.change is EpisodeChange.OPEN:
            assert open_since is None
            assert action.since is not None
            assert action.since <= one.at
            assert action.mechanism is not None
            open_since = action.since
        elif action.change is EpisodeChange.CLOSE:
            assert open_since is not None
            assert action.until is not None
            assert open_since < action.until <= one.at
            open_since = None
        state = step.state
        assert (open_since is not None) == (state.episode_since is not None)
        if state.condition is SiteCondition.BLOCKED:
            assert open_since is not None


@COMMON
@given(histories())
def test_a_bad_state_never_jumps_to_reachable(rounds: list[Observation]) -> None:
    """Between bad and reachable lies recovering, or a gap."""
    state = SiteState()
    for one in rounds:
        after = advance(state, one, POLICY).state
        if state.condition in BAD:
            assert after.condition is not SiteCondition.REACHABLE
        state = after
