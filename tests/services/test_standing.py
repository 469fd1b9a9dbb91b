# SPDX-License-Identifier: Apache-2.0
"""What follows when states move: confidence, coming and going, maintenance, vantages and clocks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import AlertKind, AlertState, Confidence, SiteCondition, VantageHealth
from app.errors import InvalidInput
from app.services import (
    alerting,
    counting,
    history_views,
    site_views,
    standing,
    upkeep,
    watch_alerts,
)
from app.services.monitoring import WatchPolicy
from app.services.shades import Shades
from app.storage.alerts import Alert
from app.storage.database import Sessions
from app.storage.outbox import Notification
from app.storage.rollups import DailyRollup, HourlyRollup
from tests import make_alerts as make
from tests.domain.blocking.rounds import BLOCKED, NOON, OK, POLICY, seen
from tests.make import LOADER
from tests.make_history import ALERTS, Pair, minutes

SERIES = (15, 15.5, 17, 22, 27)


def messages(session: Session) -> list[str]:
    """What people were told, in order."""
    rows = session.scalars(
        sa.select(Notification).order_by(Notification.created_at, Notification.sequence)
    )
    return [row.body["type"] for row in rows]


def fire(session: Session, minute: float) -> None:
    """Let alerts fire at a minute."""
    alerting.fire_due(session, now=NOON + minutes(minute), policy=ALERTS)


def blocked(pair: Pair) -> None:
    """Reachable at noon, blocked from a quarter past."""
    pair.arrives(seen(0, OK))
    for minute in SERIES:
        pair.arrives(seen(minute, BLOCKED))


def test_two_networks_that_agree_confirm_a_block(sessions: Sessions) -> None:
    """The second is confirmed at once, the first with its next round; both say why."""
    with sessions.writing() as session:
        first = Pair(session)
        other = Pair.of(session, first.site, make.vantage(session, "kz-other", asn=64999))
        blocked(first)
        assert first.state.confidence is Confidence.LIKELY
        blocked(other)
        assert other.state.confidence is Confidence.CONFIRMED
        first.arrives(seen(42, BLOCKED))

        for pair in (first, other):
            assert pair.state.confidence is Confidence.CONFIRMED
            assert pair.state.reasons[-1].startswith("Another network of the country")
            (episode,) = pair.episodes()
            assert episode.confidence is Confidence.CONFIRMED
        first.arrives(seen(57, BLOCKED))
        assert len(first.state.reasons) == 2


def test_a_site_that_comes_and_goes_is_told_once_and_then_in_digests(sessions: Sessions) -> None:
    """No message for each change: the block, that it comes and goes, and a digest every 4 hours."""
    with sessions.writing() as session:
        pair = Pair(session)
        blocked(pair)
        fire(session, 29)
        minute = 40.0
        for turn in range(40):
            pair.arrives(seen(minute, OK if turn % 2 == 0 else BLOCKED))
            fire(session, minute + 1.5)
            minute += 15
        told = messages(session)

        assert pair.state.fold["flapping"]
        assert told[:2] == ["site.blocked.fired", "site.flapping.fired"]
        assert told[2:] == ["site.flapping.reminder"] * 2
        flapping = session.scalars(
            sa.select(Alert).where(Alert.kind == AlertKind.SITE_FLAPPING)
        ).one()
        assert "rounds" in flapping.text

        for _ in range(30):
            pair.arrives(seen(minute, OK))
            minute += 15
        fire(session, minute + 15)
        assert sorted(messages(session)[len(told) :])[-2:] == [
            "site.blocked.resolved",
            "site.flapping.resolved",
        ]


def test_one_flap_raises_nothing(sessions: Sessions) -> None:
    """A failure that passes, and another hours later: no alert of any kind."""
    with sessions.writing() as session:
        pair = Pair(session)
        for minute, what in (
            (0, OK),
            (15, BLOCKED),
            (15.5, OK),
            (120, BLOCKED),
            (121, OK),
            (135, OK),
        ):
            pair.arrives(seen(minute, what))
            fire(session, minute + 2)
        assert session.scalars(sa.select(Alert)).all() == []
        assert pair.episodes() == []


def test_a_sustained_block_is_one_episode_one_alert_one_resolution(sessions: Sessions) -> None:
    """Hours of it, a relapse while recovering, and an end: told once each."""
    with sessions.writing() as session:
        pair = Pair(session)
        blocked(pair)
        for minute in range(42, 400, 15):
            pair.arrives(seen(minute, BLOCKED))
            fire(session, minute + 1)
        for minute, what in ((400, OK), (405, BLOCKED), (410, OK), (415, OK), (420, OK), (435, OK)):
            pair.arrives(seen(minute, what))
            fire(session, minute + 0.5)
            assert pair.state.condition is not SiteCondition.STALE
        fire(session, 436)

        assert messages(session) == ["site.blocked.fired", "site.blocked.resolved"]
        (episode,) = pair.episodes()
        assert (episode.since, episode.until) == (NOON + minutes(15), NOON + minutes(410))
        alert = session.scalars(sa.select(Alert)).one()
        assert alert.resolved_at == NOON + minutes(435.5)


def test_work_keeps_people_from_being_told_and_nothing_else(sessions: Sessions) -> None:
    """The state is the true one; what still holds when the work is over is told then."""
    with sessions.writing() as session:
        pair = Pair(session)
        upkeep.plan(
            session,
            site=None,
            vantage=pair.vantage.code,
            starts_at=NOON,
            ends_at=NOON + minutes(60),
            weekly_in=None,
            reason="The provider works on the line.",
            now=NOON,
            actor_id=None,
        )
        blocked(pair)
        fire(session, 30)
        view = site_views.site_view(session, LOADER, pair.site.id)
        alert = session.scalars(sa.select(Alert)).one()

        assert view["states"][0]["state"] is SiteCondition.BLOCKED
        assert view["states"][0]["maintenance"] is True
        assert (alert.state, alert.suppressed) == (AlertState.PENDING, "maintenance")
        assert messages(session) == []

        upkeep.note(session, now=NOON + minutes(61))
        fire(session, 61)
        after = site_views.site_view(session, LOADER, pair.site.id)
        assert after["states"][0]["maintenance"] is False
        assert (alert.state, alert.suppressed) == (AlertState.FIRING, None)
        assert messages(session) == ["site.blocked.fired"]


def test_work_in_no_known_time_zone_is_refused(sessions: Sessions) -> None:
    """With a sentence that shows how to write one; so is work on nothing."""
    with sessions.writing() as session:
        plan = {
            "site": None,
            "vantage": Pair(session).vantage.code,
            "starts_at": NOON,
            "ends_at": NOON + minutes(60),
            "weekly_in": "Asia/Nowhere",
            "reason": "Work.",
            "now": NOON,
            "actor_id": None,
        }
        with pytest.raises(InvalidInput, match="Asia/Almaty"):
            upkeep.plan(session, **plan)
        with pytest.raises(InvalidInput, match="either a site or a vantage"):
            upkeep.plan(session, **{**plan, "vantage": None})


def test_a_vantage_in_trouble_is_told_once_and_holds_its_sites_back(sessions: Sessions) -> None:
    """Unhealthy, offline, unhealthy, well: each told once, and no site of it meanwhile."""
    with sessions.writing() as session:
        pair = Pair(session)
        blocked(pair)
        for minute, health in (
            (27, VantageHealth.UNHEALTHY),
            (40, VantageHealth.OFFLINE),
            (45, VantageHealth.UNHEALTHY),
            (50, VantageHealth.HEALTHY),
        ):
            pair.vantage.health = health
            watch_alerts.on_health(session, pair.vantage, now=NOON + minutes(minute), policy=ALERTS)
            fire(session, minute + 2)

        assert messages(session)[:2] == ["vantage.unhealthy.fired", "vantage.offline.fired"]
        assert sorted(messages(session)[2:]) == [
            "site.blocked.fired",
            "vantage.offline.resolved",
            "vantage.unhealthy.resolved",
        ]


def test_a_clock_that_is_off_is_told_once(sessions: Sessions) -> None:
    """More than five minutes, ahead or behind; and once that it is right again."""
    with sessions.writing() as session:
        here = make.vantage(session)
        for minute, offset in ((0, 299), (1, -301), (3, 4000), (5, 0)):
            now = NOON + minutes(minute)
            watch_alerts.on_clock(session, here, timedelta(seconds=offset), now, ALERTS)
            fire(session, minute + 1.5)
        assert messages(session) == ["agent.clock.fired", "agent.clock.resolved"]


def test_an_outage_holds_back_that_a_site_is_blocked(sessions: Sessions) -> None:
    """While another vantage says that the site is down for everybody, nobody is accused."""
    with sessions.writing() as session:
        here, there, what = make.vantage(session), make.vantage(session, "b"), make.site(session)
        alerting.consider(
            session,
            kind=AlertKind.SITE_DOWN,
            vantage=there,
            site=what,
            condition=True,
            evidence=make.evidence(),
            now=NOON,
            policy=ALERTS,
        )
        make.blocked(session, here, what, now=NOON)
        fire(session, 2)
        assert messages(session) == ["site.down.fired"]


def test_hours_and_days_are_counted_from_the_rows_and_again_when_late_ones_come(
    sessions: Sessions,
) -> None:
    """An hour when it is over; late rounds change it, its day, and nothing twice."""
    with sessions.writing() as session:
        pair = Pair(session)
        for minute in (0, 15, 60, 75):
            pair.arrives(seen(minute, OK))
        _count(session, minute=130)
        assert _counted(session) == ([(2, 2, 4), (2, 2, 4)], [(4, 4, 96)])
        for minute in (30, 45):
            pair.arrives(seen(minute, BLOCKED), now=NOON + minutes(131), is_late=True)
        pair.drain(now=NOON + minutes(131))
        _count(session, minute=132)
        _count(session, minute=133)

        assert _counted(session) == ([(2, 4, 4), (2, 2, 4)], [(4, 6, 96)])
        found = history_views.rollups_of(
            session,
            LOADER,
            pair.site.id,
            grain="hour",  # type: ignore[arg-type]
            since=NOON,
            until=NOON + minutes(120),
        )
        assert [(one["uptime"], one["coverage"]) for one in found.rows] == [(0.5, 1.0), (1.0, 0.5)]
        # The gap that was there is filled; the one since the last round lasts.
        gaps = history_views.list_gaps(session, Shades(session, LOADER), pair.site.id, limit=5)
        assert [(one["since"], one["until"]) for one in gaps] == [(NOON + minutes(90), None)]


def test_a_round_made_in_time_takes_a_gap_away_that_was_noted_before_it_came(
    sessions: Sessions,
) -> None:
    """Silence was seen, and then a round of that time arrives: no gap ends before it begins."""
    with sessions.writing() as session:
        pair = Pair(session)
        pair.arrives(seen(0, OK))
        standing.let_stale(session, now=NOON + minutes(46), policy=WatchPolicy(state=POLICY))
        noted = history_views.list_gaps(session, Shades(session, LOADER), pair.site.id, limit=5)
        pair.arrives(seen(1, OK), now=NOON + minutes(47))
        left = history_views.list_gaps(session, Shades(session, LOADER), pair.site.id, limit=5)

        assert [(one["since"], one["until"]) for one in noted] == [(NOON + minutes(15), None)]
        assert left == []


def test_an_hour_from_which_rows_may_be_gone_is_not_counted_again(sessions: Sessions) -> None:
    """What comes later than any spool lasts leaves old counts as they are."""
    with sessions.writing() as session:
        pair = Pair(session)
        for minute in (0, 15):
            pair.arrives(seen(minute, OK))
        _count(session, minute=130)
        before = _counted(session)
        pair.arrives(seen(30, OK), now=NOON + timedelta(days=46), is_late=True)
        _count(session, minute=46 * 24 * 60 + 10)

        assert _counted(session) == before == ([(2, 2, 4)], [(2, 2, 96)])


def _count(session: Session, *, minute: float) -> None:
    while counting.count_hour(session, now=NOON + minutes(minute), interval=POLICY.interval):
        pass


def _counted(
    session: Session,
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    session.expire_all()
    found = [
        [
            (row.reached, row.covered, row.expected)
            for row in session.scalars(sa.select(table).order_by(table.at))
        ]
        for table in (HourlyRollup, DailyRollup)
    ]
    return found[0], found[1]
