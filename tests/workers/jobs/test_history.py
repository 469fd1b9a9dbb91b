# SPDX-License-Identifier: Apache-2.0
"""The history end to end: real packets over days of a moved clock, with the loops as they run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import AlertState, GapReason, SiteCondition
from app.services import standing
from app.storage.database import Sessions
from app.storage.history import DirtyHour, Gap, StateCheckpoint
from app.storage.ledger import Note
from app.storage.outbox import Notification
from app.storage.rollups import DailyRollup, HourlyRollup
from tests.testbed import TestbedThread
from tests.workers.jobs.rig import Watch
from workers.jobs import delivering, history

SITES = ("courier.example", "gazette.example", "herald.example")
MINUTES = timedelta(minutes=1)


@pytest.fixture
def world() -> Iterator[TestbedThread]:
    """A small internet in which everything works."""
    with TestbedThread() as running:
        yield running


@pytest.fixture
def watch(sessions: Sessions, world: TestbedThread, tmp_path: Path) -> Watch:
    """A worker that watches three sites, with one control."""
    return Watch(sessions, world, tmp_path, hosts=SITES)


def told(watch: Watch) -> list[str]:
    """What people were told, in order."""
    with watch.sessions.reading() as session:
        rows = session.scalars(
            sa.select(Notification).order_by(Notification.created_at, Notification.sequence)
        )
        return [row.body["type"] for row in rows]


def test_a_list_blocked_at_once_is_one_message_and_its_end_is_one(
    watch: Watch, world: TestbedThread
) -> None:
    """All three sites, by their names: one event; when it is lifted, one message and no more."""
    watch.round()
    for host in SITES:
        world.block_sni(host)
    watch.rounds(over=40 * MINUTES)

    assert {watch.condition(host) for host in SITES} == {SiteCondition.BLOCKED}
    assert told(watch) == ["network.event.fired"]
    assert len(watch.episodes()) == 3

    for host in SITES:
        world.restore(host)
    watch.rounds(over=45 * MINUTES)

    assert {watch.condition(host) for host in SITES} == {SiteCondition.REACHABLE}
    assert told(watch) == ["network.event.fired", "network.event.resolved"]
    assert AlertState.FIRING not in {state for _, state in watch.alerts()}
    assert all(episode.until for episode in watch.episodes())


def test_a_sustained_block_is_told_once_and_its_end_once_after_the_hold(
    watch: Watch, world: TestbedThread
) -> None:
    """One episode, one alert, and one resolution ten minutes after it counts as reachable."""
    watch.round()
    world.block_dns(SITES[0])
    watch.rounds(over=40 * MINUTES)
    world.restore(SITES[0])
    watch.rounds(over=18 * MINUTES)
    assert watch.condition(SITES[0]) is SiteCondition.REACHABLE
    assert told(watch) == ["site.blocked.fired"]
    watch.rounds(over=12 * MINUTES)

    assert told(watch) == ["site.blocked.fired", "site.blocked.resolved"]
    assert len(watch.episodes()) == 1


def test_a_day_off_is_a_gap_and_no_storm(watch: Watch) -> None:
    """The collector stops for a day: stale and a gap meanwhile, then one round closes it."""
    watch.round()
    watch.at += timedelta(days=1)
    with watch.sessions.writing() as session:
        assert standing.let_stale(session, now=watch.at, policy=watch.context.watch) == 3
    assert {watch.condition(host) for host in SITES} == {SiteCondition.STALE}
    watch.round()

    assert {watch.condition(host) for host in SITES} == {SiteCondition.REACHABLE}
    with watch.sessions.reading() as session:
        gaps = session.scalars(sa.select(Gap)).all()
    assert {(gap.until is None, gap.reason) for gap in gaps} == {
        (False, GapReason.COLLECTOR_STOPPED)
    }
    assert len(gaps) == 3
    assert told(watch) == []


def test_the_loop_counts_finished_hours_keeps_days_and_tidies_once_an_hour(watch: Watch) -> None:
    """Nothing is left marked of hours that are over, and a second turn does nothing new."""
    watch.round()
    watch.at += 130 * MINUTES
    watch.round()
    history.keep_right(watch.context)
    history.keep_right(watch.context)
    delivering.fire_due_alerts(watch.job)

    with watch.sessions.reading() as session:
        hours = session.scalars(sa.select(HourlyRollup)).all()
        days = session.scalars(sa.select(DailyRollup)).all()
        kept = session.scalars(sa.select(StateCheckpoint)).all()
        marked = session.scalars(sa.select(DirtyHour.hour).distinct()).all()
        note = session.get_one(Note, "history.tidied")
    assert [(row.ok, row.covered, row.expected) for row in hours] == [(1, 1, 4)] * 3
    assert [(row.ok, row.expected) for row in days] == [(1, 96)] * 3
    assert all(sum(row.latency["first_byte"]) == 1 for row in hours)
    assert len(kept) == 3
    assert marked == [watch.at.replace(minute=0)]
    assert note.value == {"at": watch.at.isoformat()}
