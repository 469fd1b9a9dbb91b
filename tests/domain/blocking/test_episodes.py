# SPDX-License-Identifier: Apache-2.0
"""Blocking episodes begin with the first failure and end with the first success, or another cause."""

from datetime import timedelta

from app.domain.blocking.episodes import NOTHING_TO_DO, EpisodeAction, EpisodeChange, episode_action
from app.domain.blocking.reachability import SiteState, advance
from app.domain.vocabulary import Confidence, Layer, Mechanism, SiteCondition
from tests.domain.blocking.rounds import (
    BLOCKED,
    CAPTCHA,
    DOWN,
    IS_BLOCKED,
    NO_CONTROL,
    NOON,
    OK,
    POLICY,
    REACHABLE,
    SERIES,
    seen,
)


def actions(state: SiteState, *story: tuple[float, dict[str, object]]) -> list[EpisodeAction]:
    """Every instruction of a story, idle steps left out."""
    found = []
    for minute, what in story:
        step = advance(state, seen(minute, what), POLICY)
        action = episode_action(state, step)
        if action != NOTHING_TO_DO:
            found.append(action)
        state = step.state
    return found


def test_it_opens_once_and_is_dated_from_the_first_failure() -> None:
    """With the mechanism, confidence and rule of the verdict that decided."""
    (opened,) = actions(REACHABLE, *SERIES, (32, BLOCKED), (47, NO_CONTROL))
    assert opened == EpisodeAction(
        change=EpisodeChange.OPEN,
        since=NOON + timedelta(minutes=15),
        layer=Layer.TLS,
        mechanism=Mechanism.SNI_RESET,
        confidence=Confidence.LIKELY,
        rule="tls_reset_after_hello",
    )


def test_it_closes_when_reachable_and_is_dated_from_the_first_success() -> None:
    """Not from the moment at which the recovery was believed."""
    (closed,) = actions(IS_BLOCKED, (32, OK), (37, OK), (42, OK))
    assert closed.change is EpisodeChange.CLOSE
    assert closed.until == NOON + timedelta(minutes=32)
    assert (closed.mechanism, closed.note) == (Mechanism.SNI_RESET, None)


def test_a_relapse_does_not_split_it() -> None:
    """Two successes and a failure are one blocking."""
    assert actions(IS_BLOCKED, (32, OK), (37, OK), (42, BLOCKED), (57, BLOCKED)) == []


def test_a_gap_does_not_split_it() -> None:
    """Hours without data, and then blocked again: one blocking."""
    assert actions(IS_BLOCKED, (600, BLOCKED), (601, BLOCKED), (603, BLOCKED)) == []


def test_an_outage_closes_it_with_a_note() -> None:
    """What follows is not blocking, and the record says why it ends here."""
    (closed,) = actions(IS_BLOCKED, (32, DOWN), (47, DOWN), (62, DOWN))
    assert (closed.change, closed.until) == (EpisodeChange.CLOSE, NOON + timedelta(minutes=62))
    assert closed.note is not None
    assert "outage" in closed.note


def test_a_refusal_by_the_site_closes_it_with_a_note() -> None:
    """The way to the site is free again, though the site turns visitors away."""
    (closed,) = actions(IS_BLOCKED, (32, CAPTCHA), (47, CAPTCHA), (62, CAPTCHA))
    assert closed.note is not None
    assert "turns visitors away" in closed.note


def test_blocked_out_of_an_outage_begins_with_the_first_blocked_round() -> None:
    """The hours in which nobody reached the site are not counted as blocking."""
    story = [(m, DOWN) for m in (15, 15.5, 17)] + [(m, BLOCKED) for m in (32, 47, 62)]
    (opened,) = actions(REACHABLE, *story)
    assert opened.since == NOON + timedelta(minutes=32)


def test_other_bad_conditions_have_no_episode() -> None:
    """Down, refused and inconclusive sites are not in the record of blockings."""
    for what in (DOWN, CAPTCHA, NO_CONTROL):
        assert actions(REACHABLE, *((m, what) for m in (15, 15.5, 17, 32))) == []
    assert IS_BLOCKED.condition is SiteCondition.BLOCKED
