# SPDX-License-Identifier: Apache-2.0
"""Late data over a real database: the history becomes what it was, and nobody is told of the past."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.blocking.reachability import Observation, refresh
from app.domain.blocking.replay import replay
from app.domain.blocking.site_state import SiteState as Fold
from app.domain.vocabulary import AlertState, GapReason, SiteCondition
from app.services import alerting, refolding, standing
from app.storage.alerts import Alert
from app.storage.database import Sessions
from app.storage.history import DirtyHour, Gap, StateCheckpoint
from app.storage.outbox import Notification
from tests.domain.blocking.rounds import BLOCKED, NOON, OK, POLICY, seen
from tests.domain.blocking.test_replay import concluded, histories
from tests.make_history import ALERTS, WATCH, Pair, minutes

LONE = {"lone_vantage": True}
SERIES = (15, 15.5, 17, 22, 27)


def story(*parts: tuple[float, dict[str, object]]) -> list[Observation]:
    """Rounds of a vantage alone in its network."""
    return [seen(minute, what, **LONE) for minute, what in parts]


def blocking(pair: Pair) -> None:
    """Reachable at noon, blocked since a quarter past."""
    for one in story((0, OK), *((minute, BLOCKED) for minute in SERIES)):
        pair.arrives(one)


def messages(session: Session) -> list[str]:
    """What people were told, in order."""
    rows = session.scalars(sa.select(Notification).order_by(Notification.created_at))
    return [row.body["type"] for row in rows]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_record(
    sessions: Sessions, rounds: list[Observation], chance: object
) -> None:
    """State, episodes and gaps on record after draining are those of the ordered history."""
    rounds = [replace(one, lone_vantage=True) for one in rounds]
    arriving = list(rounds)
    chance.shuffle(arriving)  # type: ignore[attr-defined]
    now = rounds[-1].at + minutes(5)
    with sessions.writing() as session:
        pair = Pair(session)
        for number, one in enumerate(arriving):
            pair.arrives(one, now=now)
            if number % 7 == 3:
                pair.drain(now=now)
                refolding.keep_checkpoints(session, now=now)
        pair.drain(now=now)
        told = replay(Fold(), concluded(rounds), POLICY)
        state = pair.state

        assert Fold.from_dict(state.fold) == told.state
        assert state.condition is refresh(told.state, now, POLICY).condition
        assert [(one.since, one.until, one.mechanism) for one in pair.episodes()] == [
            (one.since, one.until, one.mechanism) for one in told.episodes
        ]
        gaps = session.scalars(
            sa.select(Gap).where(Gap.site_id == pair.site.id, Gap.until.is_not(None))
        )
        assert sorted((gap.since, gap.until) for gap in gaps if gap.until) == told.gaps
        assert session.scalars(sa.select(DirtyHour).where(DirtyHour.is_late)).all() == []
        fired = {
            one.id for one in session.scalars(sa.select(Alert).where(Alert.fired_at.is_not(None)))
        }
        assert fired == set()


def test_a_backlog_fills_the_history_and_tells_nobody(sessions: Sessions) -> None:
    """A blocking of yesterday that arrives today is an episode marked late; no alert comes of it."""
    with sessions.writing() as session:
        pair = Pair(session)
        pair.arrives(seen(0, OK, **LONE))
        now = NOON + timedelta(days=1)
        pair.arrives(seen(1440, OK, **LONE), now=now)
        late = story(*((m, BLOCKED) for m in SERIES), *((m, OK) for m in (60, 66, 72)))
        for one in late:
            pair.arrives(one, now=now, is_late=True)
        assert pair.episodes() == []

        pair.drain(now=now)
        alerting.fire_due(session, now=now + minutes(5), policy=ALERTS)

        (episode,) = pair.episodes()
        assert (episode.since, episode.until) == (NOON + minutes(15), NOON + minutes(60))
        assert episode.is_late
        assert pair.state.condition is SiteCondition.REACHABLE
        assert messages(session) == []


def test_late_successes_withdraw_a_blocking_that_was_none(sessions: Sessions) -> None:
    """It is kept with a note, and the present is right; it is current, so its alert is ended."""
    with sessions.writing() as session:
        pair = Pair(session)
        blocking(pair)
        (shown,) = pair.episodes()
        now = NOON + minutes(28)
        for minute in (15.2, 16, 20, 25):
            pair.arrives(seen(minute, OK, **LONE), now=now, is_late=True)
        pair.drain(now=now)

        assert pair.episodes() == []
        (gone,) = pair.episodes(withdrawn=True)
        assert (gone.id, gone.withdrawn_at) == (shown.id, now)
        assert gone.note is not None
        assert pair.state.condition is SiteCondition.SUSPECT


def test_an_episode_that_was_shown_keeps_its_id_when_it_grows(sessions: Sessions) -> None:
    """Late failures before it move its begin; the id and the day it was noticed stay."""
    with sessions.writing() as session:
        pair = Pair(session)
        for one in story((0, OK), *((m + 60, BLOCKED) for m in SERIES)):
            pair.arrives(one)
        (shown,) = pair.episodes()
        name, since, noticed = shown.id, shown.since, shown.opened_at
        now = NOON + minutes(90)
        for minute in (50, 60, 70):
            pair.arrives(seen(minute, BLOCKED, **LONE), now=now, is_late=True)
        pair.drain(now=now)

        (grown,) = pair.episodes()
        assert (grown.id, grown.opened_at) == (name, noticed)
        assert (since, grown.since) == (NOON + minutes(75), NOON + minutes(50))


def test_late_data_that_changes_the_present_is_told_while_it_is_current(sessions: Sessions) -> None:
    """Failures in between make the present blocked: an alert now, once; of an old one none."""
    for age, kinds in ((minutes(10), ["site.blocked"]), (minutes(31), [])):
        with sessions.writing() as session:
            pair = Pair(session)
            for one in story((0, OK), (15, BLOCKED), (27, BLOCKED)):
                pair.arrives(one)
            now = NOON + minutes(27) + age
            for minute in (16, 17, 22):
                pair.arrives(seen(minute, BLOCKED, **LONE), now=now, is_late=True)
            pair.drain(now=now)

            assert pair.state.condition is SiteCondition.BLOCKED
            found = session.scalars(sa.select(Alert.kind).where(Alert.site_id == pair.site.id))
            assert [one.value for one in found] == kinds


def test_what_is_shown_stale_is_folded_as_if_it_were_not(sessions: Sessions) -> None:
    """A round made in time that arrives after the silence was noticed finds its place."""
    with sessions.writing() as session:
        pair = Pair(session)
        for one in story((0, OK), *((m, BLOCKED) for m in SERIES[:4])):
            pair.arrives(one)
        now = NOON + minutes(70)
        assert standing.let_stale(session, now=now, policy=WATCH) == 1
        assert pair.state.condition is SiteCondition.STALE
        pair.arrives(seen(40, BLOCKED), now=now)

        assert pair.state.condition is SiteCondition.BLOCKED


def test_a_silence_is_a_gap_until_late_data_fills_it(sessions: Sessions) -> None:
    """Noticed while it lasts, closed by the next round, gone when the backlog is in."""
    with sessions.writing() as session:
        pair = Pair(session)
        pair.arrives(seen(0, OK))
        standing.let_stale(session, now=NOON + minutes(40), policy=WATCH)
        (gap,) = session.scalars(sa.select(Gap)).all()
        assert (gap.since, gap.until) == (NOON + minutes(15), None)
        assert gap.reason is GapReason.COLLECTOR_STOPPED

        pair.arrives(seen(60, OK))
        assert gap.until == NOON + minutes(60)
        for minute in (15, 30, 45):
            pair.arrives(seen(minute, OK), now=NOON + minutes(61), is_late=True)
        pair.drain(now=NOON + minutes(61))

        assert session.scalars(sa.select(Gap)).all() == []


def test_folding_starts_at_the_last_checkpoint_before_the_late_hour(sessions: Sessions) -> None:
    """One checkpoint a day; a history longer than a day is not folded from its beginning."""
    with sessions.writing() as session:
        pair = Pair(session)
        for day in range(3):
            pair.arrives(seen(day * 1440, OK))
            pair.arrives(seen(day * 1440 + 15, OK))
            refolding.keep_checkpoints(session, now=NOON + timedelta(days=day, minutes=16))
        kept = _checkpoints(session)
        assert kept == [NOON + timedelta(days=day, minutes=15) for day in range(3)]
        # A broken one shows that folding begins there.
        session.execute(
            sa.update(StateCheckpoint)
            .where(StateCheckpoint.at == kept[1])
            .values(fold={**_fold(session, kept[1]), "history": "000"})
        )
        now = NOON + timedelta(days=2, minutes=20)
        pair.arrives(seen(2 * 1440 + 5, OK), now=now, is_late=True)
        pair.drain(now=now)

        assert pair.state.fold["history"] == "000111"
        # That of the last day was made wrong by the late round, and is kept anew when it is due.
        assert _checkpoints(session) == kept[:2]
        refolding.keep_checkpoints(session, now=now)
        assert _checkpoints(session) == kept


def _checkpoints(session: Session) -> Sequence[datetime]:
    return session.scalars(sa.select(StateCheckpoint.at).order_by(StateCheckpoint.at)).all()


def _fold(session: Session, at: datetime) -> dict[str, object]:
    return session.scalars(sa.select(StateCheckpoint.fold).where(StateCheckpoint.at == at)).one()


def test_a_resolution_is_told_once_however_the_end_arrives(sessions: Sessions) -> None:
    """Blocked and told; the end arrives late and then current: one resolution, after its hold."""
    with sessions.writing() as session:
        pair = Pair(session)
        blocking(pair)
        alerting.fire_due(session, now=NOON + minutes(30), policy=ALERTS)
        now = NOON + minutes(60)
        for minute in (40, 46, 52):
            pair.arrives(seen(minute, OK), now=now, is_late=True)
        pair.drain(now=now)
        pair.arrives(seen(61, OK))
        for minute in (65, 70, 80):
            alerting.fire_due(session, now=NOON + minutes(minute), policy=ALERTS)

        assert messages(session) == ["site.blocked.fired", "site.blocked.resolved"]
        (alert,) = session.scalars(sa.select(Alert)).all()
        assert alert.state is AlertState.RESOLVED
        (episode,) = pair.episodes()
        assert episode.until == NOON + minutes(40)
