# SPDX-License-Identifier: Apache-2.0
"""History folded again: the order of arrival never matters, and episodes keep their names."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.blocking.episodes import EpisodeChange, episode_action
from app.domain.blocking.matching import Span, match
from app.domain.blocking.reachability import BAD, Observation, SiteState, advance, refresh
from app.domain.blocking.replay import Concluded, replay
from app.domain.vocabulary import SiteCondition, VerdictState
from tests.domain.blocking import rounds as stories
from tests.domain.blocking.rounds import BLOCKED, NOON, OK, POLICY, SERIES, seen

KINDS = st.sampled_from(
    [
        stories.OK,
        stories.BLOCKED,
        stories.BLOCKED,
        stories.DOWN,
        stories.NO_CONTROL,
        stories.UNJUDGED,
        stories.FAULT,
    ]
)
COMMON = settings(max_examples=100, deadline=None)


def concluded(rounds: Sequence[Observation]) -> list[Concluded]:
    """Rounds as measurements with ids in the order of their times."""
    return [Concluded(uid=uuid.UUID(int=n), observation=one) for n, one in enumerate(rounds)]


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    """Rounds in order of time, from seconds to more than a day apart."""
    gaps = draw(st.lists(st.sampled_from([0.5, 1.5, 5, 15, 40, 2000]), min_size=1, max_size=30))
    minute, rounds = 0.0, []
    for gap in gaps:
        minute += gap
        lone, healthy = draw(st.booleans()), draw(st.integers(0, 9)) > 0
        rounds.append(seen(minute, draw(KINDS), lone_vantage=lone, vantage_healthy=healthy))
    return rounds


@COMMON
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_comes_to_the_same(rounds: list[Observation], chance: object) -> None:
    """State, episodes, gaps and days of a shuffled history are those of the ordered one."""
    shuffled = concluded(rounds)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert replay(SiteState(), shuffled, POLICY) == replay(SiteState(), concluded(rounds), POLICY)


@COMMON
@given(histories(), st.lists(st.integers(0, 3000), max_size=4))
def test_a_replay_equals_the_live_fold(rounds: list[Observation], pauses: list[int]) -> None:
    """What was folded round by round, shown stale in between or not, is what a replay gives."""
    state, opened, closed = SiteState(), [], []
    for one in rounds:
        before = state
        step = advance(before, one, POLICY)
        action = episode_action(before, step)
        state = step.state
        if action.change is EpisodeChange.OPEN:
            opened.append(action.since)
        elif action.change is EpisodeChange.CLOSE:
            closed.append(action.until)
    told = replay(SiteState(), concluded(rounds), POLICY)

    assert told.state == state
    assert [one.since for one in told.episodes] == opened
    assert [one.until for one in told.episodes if one.until] == closed
    for pause in pauses:
        moment = rounds[-1].at + timedelta(minutes=pause)
        assert refresh(told.state, moment, POLICY) == refresh(state, moment, POLICY)


@COMMON
@given(histories())
def test_a_fold_from_any_kept_day_ends_where_one_from_the_beginning_does(
    rounds: list[Observation],
) -> None:
    """A checkpoint stands for everything before it; the explained measurement is carried along."""
    whole = replay(SiteState(), concluded(rounds), POLICY)
    for day in whole.days:
        rest = [one for one in concluded(rounds) if one.observation.at > day.at]
        told = replay(day.state, rest, POLICY, measurement_uid=day.measurement_uid)
        assert told.state == whole.state
        assert told.measurement_uid == whole.measurement_uid
        assert [one.since for one in told.episodes] == [
            one.since for one in whole.episodes if one.until is None or one.until > day.at
        ] or told.episodes[0].since == day.state.episode_since


@COMMON
@given(histories())
def test_a_replay_never_claims_more_than_was_seen(rounds: list[Observation]) -> None:
    """No episode without a blocked verdict in it; and silence afterwards is never up."""
    told = replay(SiteState(), concluded(rounds), POLICY)
    for episode in told.episodes:
        end = episode.until or rounds[-1].at
        within = [one for one in rounds if episode.since <= one.at <= end]
        assert any(one.verdict_state is VerdictState.BLOCKED for one in within)
    later = refresh(told.state, rounds[-1].at + timedelta(hours=1), POLICY)
    assert later.condition in (SiteCondition.STALE, SiteCondition.UNKNOWN)
    assert later.condition not in BAD


def test_a_gap_is_told_from_when_the_missed_round_was_due() -> None:
    """Two rounds an hour apart at a quarter of an hour leave a gap of 45 minutes; 30 leave none."""
    rounds = [seen(0, OK), seen(30, OK), seen(90, OK)]
    told = replay(SiteState(), concluded(rounds), POLICY)
    assert told.gaps == [(NOON + timedelta(minutes=45), NOON + timedelta(minutes=90))]


def test_a_late_success_splits_a_blocking_in_two() -> None:
    """Three successes that arrive late end the first, and the second begins anew."""
    early = [
        seen(m, w) for m, w in ((0, OK), *SERIES, (120, BLOCKED), (121, BLOCKED), (123, BLOCKED))
    ]
    late = [seen(m, OK) for m in (40, 50, 60)]
    assert len(replay(SiteState(), concluded(early), POLICY).episodes) == 1
    told = replay(SiteState(), concluded([*early, *late]), POLICY)
    assert [(one.since, one.until) for one in told.episodes] == [
        (NOON + timedelta(minutes=15), NOON + timedelta(minutes=40)),
        (NOON + timedelta(minutes=120), None),
    ]


def span(key: str, since: float, until: float | None = None, *, withdrawn: bool = False) -> Span:
    """A blocking between two minutes."""
    return Span(
        key=key,
        since=NOON + timedelta(minutes=since),
        until=None if until is None else NOON + timedelta(minutes=until),
        is_withdrawn=withdrawn,
    )


def test_an_episode_that_moved_keeps_its_name() -> None:
    """A begin or an end that moves is the same blocking; one elsewhere is another."""
    moved = match([span("found", 10, 50)], [span("kept", 20, None)])
    assert moved.same == {"found": "kept"}
    apart = match([span("found", 10, 15)], [span("kept", 20, None)])
    assert (apart.same, apart.part_of) == ({}, {})


def test_what_was_split_keeps_its_name_where_it_began() -> None:
    """The part with the known begin is the one that was shown; the other is new."""
    split = match([span("one", 10, 20), span("two", 40, None)], [span("kept", 10, None)])
    assert split.same == {"one": "kept"}


def test_what_was_merged_is_part_of_the_whole() -> None:
    """One name goes on, the other is said to be part of it."""
    merged = match([span("whole", 10, None)], [span("a", 10, 20), span("b", 40, None)])
    assert merged.same == {"whole": "a"}
    assert merged.part_of == {"b": "whole"}


def test_a_withdrawn_one_comes_back_before_a_new_name_is_made() -> None:
    """But never before one that is shown."""
    back = match([span("found", 10, 30)], [span("gone", 12, 12, withdrawn=True)])
    assert back.same == {"found": "gone"}
    shown = match(
        [span("found", 10, 30)], [span("gone", 10, 10, withdrawn=True), span("kept", 20, 30)]
    )
    assert shown.same == {"found": "kept"}
