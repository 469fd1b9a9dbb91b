# SPDX-License-Identifier: Apache-2.0
"""When an agent looks: a grid that never drifts, and quick looks after a failure."""

import uuid
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.agents.protocol import Assignment
from workers.agent.schedule import JITTER, Schedule, draw, due_at, latest

RECHECKS = (30, 90, 300)
START = 1_790_000_000.0


def assignment(number: int = 1, *, interval_s: int = 900, phase_s: int = 17) -> Assignment:
    """A site to watch."""
    return Assignment(
        site=uuid.UUID(int=number),
        url=f"https://site-{number}.example/",
        category="NEWS",
        interval_s=interval_s,
        phase_s=phase_s % interval_s,
    )


assignments = st.builds(
    assignment,
    st.integers(1, 10**9),
    interval_s=st.integers(60, 86_400),
    phase_s=st.integers(0, 86_400),
)
moments = st.floats(1_600_000_000, 2_200_000_000)


@given(assignments, st.integers(-5, 10**7))
def test_a_look_stays_within_a_tenth_of_its_grid_time(asked: Assignment, k: int) -> None:
    """However long an agent runs, no look is further from the grid than the jitter."""
    grid = asked.phase_s + k * asked.interval_s

    assert abs(due_at(asked, k) - grid) <= JITTER * asked.interval_s
    assert due_at(asked, k) < due_at(asked, k + 1)


@given(assignments, moments)
def test_the_last_look_that_was_due_is_found(asked: Assignment, at: float) -> None:
    """It is due by now, and the one after it is not."""
    k = latest(asked, at)

    assert due_at(asked, k) <= at < due_at(asked, k + 1)


@given(assignments, moments, st.lists(st.floats(0.01, 5), min_size=1, max_size=40))
def test_what_was_missed_is_made_up_for_once(
    asked: Assignment, start: float, naps: list[float]
) -> None:
    """A machine that slept looks once when it wakes, and is back on the grid."""
    schedule = Schedule(RECHECKS)
    schedule.assign([asked], start)
    at, looks = start, 0
    for nap in naps:
        at += nap * asked.interval_s
        if schedule.due(at):
            schedule.begin(asked.site, at)
            schedule.finish(asked.site, at, failed=False)
            looks += 1
        assert schedule.due(at) == []
        following = schedule.next_at()
        assert following is not None
        assert following > at
        assert following == due_at(asked, latest(asked, at) + 1)

    assert looks <= min(len(naps), latest(asked, at) - latest(asked, start))


def test_the_draw_is_the_same_everywhere() -> None:
    """It depends on nothing but what it is drawn for."""
    assert draw("a", 1) == draw("a", 1) != draw("a", 2)
    assert 0 <= min(draw(k) for k in range(2000)) < 0.01
    assert 0.99 < max(draw(k) for k in range(2000)) < 1


def test_a_new_site_waits_for_its_grid_time() -> None:
    """A start, or a long new list, makes no burst."""
    sites = [assignment(number, phase_s=number * 7) for number in range(1, 129)]
    schedule = Schedule(RECHECKS)
    schedule.assign(sites, START)

    assert schedule.due(START) == []
    due = [len(schedule.due(START + quarter * 225)) for quarter in range(1, 6)]
    assert due == sorted(due)
    assert due[-1] == len(sites)


def test_a_failure_asks_for_three_quick_looks_and_no_more() -> None:
    """30 s, 90 s and 5 min later, each up to a fifth more; then the grid, until a look succeeds."""
    asked = assignment(interval_s=86_400)
    schedule = Schedule(RECHECKS)
    schedule.assign([asked], START)
    at = START
    for wait in RECHECKS:
        schedule.begin(asked.site, at)
        schedule.finish(asked.site, at, failed=True)
        following = schedule.next_at()
        assert following is not None
        assert at + wait <= following <= at + wait * 1.2
        at = following
    schedule.begin(asked.site, at)
    schedule.finish(asked.site, at, failed=True)
    assert schedule.next_at() == due_at(asked, latest(asked, at) + 1)

    schedule.begin(asked.site, at)
    schedule.finish(asked.site, at, failed=False)
    schedule.begin(asked.site, at)
    schedule.finish(asked.site, at, failed=True)
    following = schedule.next_at()
    assert following is not None
    assert at + 30 <= following <= at + 36


def test_a_success_ends_the_quick_looks() -> None:
    """One flap costs one look more."""
    asked = assignment(interval_s=86_400)
    schedule = Schedule(RECHECKS)
    schedule.assign([asked], START)
    schedule.begin(asked.site, START)
    schedule.finish(asked.site, START, failed=True)
    schedule.begin(asked.site, START + 31)
    schedule.finish(asked.site, START + 31, failed=False)

    assert schedule.next_at() == due_at(asked, latest(asked, START + 31) + 1)


def test_a_site_under_way_is_not_begun_again() -> None:
    """A slow look does not pile up."""
    asked = assignment()
    schedule = Schedule(RECHECKS)
    schedule.assign([asked], START)
    at = due_at(asked, latest(asked, START) + 1)
    schedule.begin(asked.site, at)

    assert schedule.is_running(asked.site)
    assert schedule.due(at + 10_000) == []


def test_new_assignments_keep_the_place_of_the_old() -> None:
    """Changing the list neither repeats nor skips a look of a site that stays."""
    stays, goes, comes = assignment(1), assignment(2), assignment(3)
    schedule = Schedule(RECHECKS)
    schedule.assign([stays, goes], START)
    schedule.begin(stays.site, START)
    schedule.finish(stays.site, START, failed=True)
    before = schedule.next_at()
    schedule.assign([replace(stays, url="https://elsewhere.example/"), comes], START + 1)

    assert len(schedule) == 2
    assert schedule.next_at() == before
    assert schedule.find(goes.site) is None
    found = schedule.find(stays.site)
    assert found is not None
    assert found.url == "https://elsewhere.example/"
