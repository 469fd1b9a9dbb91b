# SPDX-License-Identifier: Apache-2.0
"""Many sites blocked at once: one event, one alert, and nothing lost when it ends."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.network_event import EventPolicy
from app.domain.visibility import PUBLIC
from app.domain.vocabulary import AlertKind, AlertState
from app.services import alert_views, alerting, network_event_views, network_watch
from app.services.alert_views import AlertFilter
from app.storage.alerts import Alert
from app.storage.database import Sessions
from app.storage.network_events import NetworkEvent
from app.storage.outbox import Notification
from tests import make_alerts as make
from tests.domain.blocking.rounds import BLOCKED, NOON, OK, seen
from tests.make import LOADER
from tests.make_history import ALERTS, Pair, minutes

EVENTS = EventPolicy()


class Network:
    """Sites measured by one of two vantages of a network, so that three failures are enough."""

    def __init__(self, session: Session, *, sites: int, vantages: int = 2) -> None:
        self.session = session
        self.here = make.vantage(session, "kz-0", asn=64512)
        for number in range(1, vantages):
            make.vantage(session, f"kz-{number}", asn=64512)
        self.pairs = [
            Pair.of(session, make.site(session, f"s{number}.example"), self.here)
            for number in range(sites)
        ]
        for pair in self.pairs:
            pair.site.is_probed = True
            pair.arrives(seen(0, OK))

    def block(self, *numbers: int, minute: float) -> None:
        """Let three failures make sites blocked, beginning at a minute."""
        for after in (0, 0.5, 2.2):
            for number in numbers:
                self.pairs[number].arrives(seen(minute + after, BLOCKED))

    def free(self, *numbers: int, minute: float) -> None:
        """Let three successes make sites reachable again, beginning at a minute."""
        for after in (0, 5, 10):
            for number in numbers:
                self.pairs[number].arrives(seen(minute + after, OK))

    def look(self, minute: float) -> None:
        """Do what the loop of the alerts does."""
        now = NOON + minutes(minute)
        network_watch.watch(self.session, now=now, policy=EVENTS, alerts=ALERTS)
        alerting.fire_due(self.session, now=now, policy=ALERTS)

    def messages(self) -> list[str]:
        """What people were told, in order."""
        rows = self.session.scalars(
            sa.select(Notification).order_by(Notification.created_at, Notification.sequence)
        )
        return [row.body["type"] for row in rows]

    def event(self) -> NetworkEvent:
        """The only event."""
        return self.session.scalars(sa.select(NetworkEvent)).one()


def test_many_sites_at_once_are_one_event_and_one_message(sessions: Sessions) -> None:
    """Six sites within ten minutes: told once, and once that it is over; no site by itself."""
    with sessions.writing() as session:
        network = Network(session, sites=8)
        network.block(0, 1, 2, minute=15)
        network.block(3, 4, 5, minute=19)
        network.look(21.5)
        network.look(24)

        assert network.messages() == ["network.event.fired"]
        event = network.event()
        assert (event.touched, event.left, event.listed) == (6, 6, 8)
        assert event.since == NOON + minutes(15)
        held = session.scalars(sa.select(Alert).where(Alert.kind == AlertKind.SITE_BLOCKED)).all()
        assert {one.inhibited_by_id for one in held} == {event.alert_id}

        network.free(*range(6), minute=60)
        for minute in (71, 72, 85):
            network.look(minute)

        assert network.messages() == ["network.event.fired", "network.event.resolved"]
        assert (event.until, event.left) == (NOON + minutes(71), 0)


def test_a_site_that_outlasts_the_event_is_told_by_itself(sessions: Sessions) -> None:
    """Five of six answer again: the event is over, says so, and the sixth is told then."""
    with sessions.writing() as session:
        network = Network(session, sites=8)
        network.block(*range(6), minute=15)
        network.look(18)
        network.look(20)
        network.free(*range(5), minute=40)
        for minute in (51, 53):
            network.look(minute)

        assert sorted(network.messages()) == [
            "network.event.fired",
            "network.event.resolved",
            "site.blocked.fired",
        ]
        told = {
            one.body["type"]: one.body["data"]["text"]
            for one in session.scalars(sa.select(Notification))
        }
        assert "told one by one: 1." in told["network.event.resolved"]
        # What it left behind opens no second event.
        network.look(60)
        assert session.scalar(sa.select(sa.func.count()).select_from(NetworkEvent)) == 1


def test_a_few_sites_of_a_short_list_are_told_one_by_one(sessions: Sessions) -> None:
    """Two of four are half the list, and no event; three of four are one."""
    with sessions.writing() as session:
        network = Network(session, sites=4)
        network.block(0, 1, minute=15)
        network.look(18)
        network.look(20)
        assert network.messages() == ["site.blocked.fired"] * 2
        network.block(2, minute=19)
        network.look(22)
        network.look(24)
        # The third makes it an event; the two that were told stay told.
        assert network.messages() == ["site.blocked.fired"] * 2 + ["network.event.fired"]
        assert network.event().touched == 3


def test_sites_that_fail_far_apart_are_no_event(sessions: Sessions) -> None:
    """Six sites, one each quarter of an hour: six messages."""
    with sessions.writing() as session:
        network = Network(session, sites=8)
        for number in range(6):
            network.block(number, minute=15 + 15 * number)
            network.look(15 * number + 18)
            network.look(15 * number + 19.5)
        assert network.messages() == ["site.blocked.fired"] * 6


def test_a_site_blocked_long_after_is_not_swallowed_by_an_old_event(sessions: Sessions) -> None:
    """The event lasts; one that joins hours later is told at once, by itself."""
    with sessions.writing() as session:
        network = Network(session, sites=8)
        network.block(*range(5), minute=15)
        network.look(18)
        network.look(20)
        network.block(6, minute=300)
        network.look(303)
        network.look(305)
        assert network.messages() == ["network.event.fired", "site.blocked.fired"]
        assert network.event().touched == 5


def test_an_event_that_grows_is_told_again_when_it_has_doubled(sessions: Sessions) -> None:
    """Five were told; at seven nothing, at ten once more."""
    with sessions.writing() as session:
        network = Network(session, sites=12)
        network.block(*range(5), minute=15)
        network.look(18)
        network.look(20)
        network.block(5, 6, minute=21)
        network.look(24)
        assert network.messages() == ["network.event.fired"]
        network.block(7, 8, 9, minute=26)
        network.look(29)
        assert network.messages() == ["network.event.fired", "network.event.updated"]
        alert = session.get_one(Alert, network.event().alert_id)
        assert alert.title.startswith("10 sites are probably blocked at once in")


def test_suspicion_alone_makes_no_event(sessions: Sessions) -> None:
    """A trouble of a minute on the way touches every site once and tells nobody."""
    with sessions.writing() as session:
        network = Network(session, sites=8)
        for pair in network.pairs:
            pair.arrives(seen(15, BLOCKED))
        network.look(15.1)
        for pair in network.pairs:
            pair.arrives(seen(15.5, OK))
        network.look(18)
        assert network.messages() == []
        assert session.scalars(sa.select(NetworkEvent)).all() == []


@pytest.mark.parametrize(("vantages", "shown"), [(2, False), (3, True)])
def test_a_small_network_is_named_by_its_country_only(
    sessions: Sessions, vantages: int, shown: bool
) -> None:
    """Below three vantages neither the event nor the message names it, nor tells the hour."""
    with sessions.writing() as session:
        network = Network(session, sites=6, vantages=vantages)
        network.block(*range(5), minute=15)
        network.look(18)
        network.look(20)
        (view,) = network_event_views.list_events(
            session, PUBLIC, country="KZ", open_only=True, limit=5
        )
        whole = network_event_views.event_view(session, PUBLIC, view["id"])
        (alert,), _ = alert_views.list_alert_views(session, PUBLIC, AlertFilter(), limit=5)
        (message,) = session.scalars(sa.select(Notification)).all()

        assert (view["asn"] == 64512) is shown
        assert ("AS64512" in message.body["data"]["title"]) is shown
        assert isinstance(view["since"], datetime) is shown
        assert isinstance(whole["sites"][0]["since"], datetime) is shown
        assert ("12:15 UTC" in alert["text"]) is shown
        assert len(whole["sites"]) == 5
        everything = network_event_views.event_view(session, LOADER, view["id"])
        assert everything["asn"] == 64512


def test_a_resolved_event_alert_was_always_fired(sessions: Sessions) -> None:
    """One that is over within its grouping time was told to nobody, neither begin nor end."""
    with sessions.writing() as session:
        network = Network(session, sites=8)
        network.block(*range(5), minute=15)
        network.look(17.3)
        for number in range(5):
            state = network.pairs[number].state
            state.fold = {}
            state.condition = "reachable"  # type: ignore[assignment]
        session.flush()
        network.look(17.5)
        network.look(30)
        assert "network.event.resolved" not in network.messages()
        assert "network.event.fired" not in network.messages()
        kinds = {
            one.kind: one.state
            for one in session.scalars(
                sa.select(Alert).where(Alert.kind == AlertKind.NETWORK_EVENT)
            )
        }
        assert kinds == {AlertKind.NETWORK_EVENT: AlertState.RESOLVED}


def test_the_share_of_the_list_and_the_least_number() -> None:
    """Thirty percent of the sites, at least three; five are always enough."""
    assert [EVENTS.needed(listed) for listed in (1, 4, 10, 11, 16, 17, 1000)] == [
        3, 3, 3, 4, 5, 5, 5,
    ]  # fmt: skip
    assert EVENTS.window == timedelta(minutes=10)
