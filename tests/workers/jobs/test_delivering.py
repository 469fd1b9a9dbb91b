# SPDX-License-Identifier: Apache-2.0
"""The sending loop as it runs: real database, real receiver, real process, real SIGKILL."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import AlertState, DeliveryState
from app.services import alerting, delivery
from app.storage import outbox
from app.storage.alerts import Alert
from app.storage.database import Sessions
from app.storage.outbox import Delivery, Notification
from tests import make_alerts as make
from tests.make import NOW
from tests.workers.receiver import Heard, Receiver, receiving, reply
from workers.jobs import delivering
from workers.jobs.context import JobContext
from workers.notify.webhook import DEADLINE_SECONDS

ROOT = Path(__file__).resolve().parents[3]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiving() as running:
        yield running


def context(
    sessions: Sessions, receiver: Receiver, *, now: datetime = LATER, worker: str = "w1"
) -> JobContext:
    """A worker's surroundings, with the receiver as its public internet."""
    return JobContext(
        sessions=sessions,
        now=lambda: now,
        worker=worker,
        address="http://qalam.example",
        outbound=receiver.policy(),
    )


def listen_at(sessions: Sessions, *addresses: str) -> None:
    """Subscribe addresses of the test; a port of its own stands in no registration."""
    with sessions.writing() as session:
        for address in addresses:
            made = make.webhook(session)
            made.address = address


def states(sessions: Sessions) -> Counter[DeliveryState]:
    """How many deliveries stand where."""
    with sessions.reading() as session:
        return Counter(session.scalars(sa.select(Delivery.state)))


def test_what_waited_long_enough_fires_and_is_sent(
    sessions: Sessions, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a condition to a webhook and a line on the console, by the two loops."""
    listen_at(sessions, receiver.url())
    with sessions.writing() as session:
        alerting.ensure_console(session, now=NOW)
        make.blocked(session, make.vantage(session), make.site(session))

    delivering.fire_due_alerts(context(sessions, receiver))
    delivering.deliver_due(context(sessions, receiver))

    with sessions.reading() as session:
        assert session.scalars(sa.select(Alert.state)).one() is AlertState.FIRING
        (notification,) = session.scalars(sa.select(Notification)).all()
    (heard,) = receiver.heard
    assert heard.headers["webhook-id"] == f"msg_{notification.id.hex}"
    assert b"http://qalam.example/alerts/" in heard.body
    assert "https://news.example/ is probably blocked in Kazakhstan" in capsys.readouterr().out
    assert states(sessions) == {DeliveryState.DELIVERED: 2}


def test_nothing_is_marked_before_it_is_sent(sessions: Sessions, receiver: Receiver) -> None:
    """While the receiver holds the message its delivery is leased, and no transaction is open."""
    seen: list[tuple[DeliveryState, bool]] = []

    def look(_: Heard) -> bytes:
        with sessions.writing() as session:  # would wait for ever if the sender held the database
            seen.extend((one.state, one.delivered_at is None) for one in session.scalars(_all()))
        return reply()

    def _all() -> sa.Select[tuple[Delivery]]:
        return sa.select(Delivery)

    receiver.answer = look
    listen_at(sessions, receiver.url())
    with sessions.writing() as session:
        make.tell(session)
    delivering.deliver_due(context(sessions, receiver))

    assert seen == [(DeliveryState.LEASED, True)]
    assert states(sessions) == {DeliveryState.DELIVERED: 1}


def test_a_failure_is_kept_with_its_reason_and_tried_again(
    sessions: Sessions, receiver: Receiver
) -> None:
    """500 today, 200 five seconds later: delivered with the second attempt, under the same id."""
    answers = iter([reply("500 Oops"), reply()])
    receiver.answer = lambda _: next(answers)
    listen_at(sessions, receiver.url())
    with sessions.writing() as session:
        make.tell(session)

    delivering.deliver_due(context(sessions, receiver))
    with sessions.reading() as session:
        row = session.scalars(sa.select(Delivery)).one()
        assert (row.state, row.last_status) == (DeliveryState.RETRY_WAIT, 500)
        assert row.next_attempt_at is not None
        assert timedelta(seconds=4) < row.next_attempt_at - LATER < timedelta(seconds=6)
    delivering.deliver_due(context(sessions, receiver, now=LATER + timedelta(seconds=6)))

    assert states(sessions) == {DeliveryState.DELIVERED: 1}
    assert len({one.headers["webhook-id"] for one in receiver.heard}) == 1


def test_410_ends_it(sessions: Sessions, receiver: Receiver) -> None:
    """The receiver that is gone is asked once, and its channel is off."""
    receiver.answer = lambda _: reply("410 Gone")
    listen_at(sessions, receiver.url())
    with sessions.writing() as session:
        make.tell(session, resolved=True)
    delivering.deliver_due(context(sessions, receiver))

    with sessions.reading() as session:
        (hook,) = outbox.list_subscriptions(session)
    assert not hook.is_enabled
    assert len(receiver.heard) == 1


def test_a_receiver_that_hangs_holds_up_nobody_else(sessions: Sessions, receiver: Receiver) -> None:
    """While one message hangs, another receiver gets all of its own, one after another."""
    quick_done = threading.Event()

    def answer(heard: Heard) -> bytes:
        if heard.path == "/slow":
            quick_done.wait(10)
        elif sum(one.path == "/quick" for one in receiver.heard) == 12:
            quick_done.set()
        return reply()

    receiver.answer = answer
    listen_at(sessions, receiver.url(path="/slow"), receiver.url(path="/quick"))
    with sessions.writing() as session:
        make.tell(session, alerts=6, resolved=True)
    started = time.monotonic()
    delivering.deliver_due(context(sessions, receiver))

    assert quick_done.is_set()
    assert time.monotonic() - started < 9
    assert states(sessions) == {DeliveryState.DELIVERED: 24}


def test_two_workers_send_each_message_once(sessions: Sessions, receiver: Receiver) -> None:
    """Side by side on one database they share the work and send nothing twice."""
    listen_at(sessions, *(receiver.url(path=f"/{number}") for number in range(3)))
    with sessions.writing() as session:
        make.tell(session, alerts=6)
    workers = [
        threading.Thread(
            target=delivering.deliver_due, args=(context(sessions, receiver, worker=name),)
        )
        for name in ("w1", "w2")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    sent = Counter((one.path, one.headers["webhook-id"]) for one in receiver.heard)
    assert len(sent) == 18
    assert set(sent.values()) == {1}
    assert states(sessions) == {DeliveryState.DELIVERED: 18}


def _start(database_url: str, receiver: Receiver, now: datetime) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("sending_worker.py")
    return subprocess.Popen(
        [sys.executable, str(script), database_url, str(receiver.port), now.isoformat()],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def _arrivals(heard: Sequence[Heard]) -> dict[str, list[str]]:
    """The types of the messages about each alert and receiver, in order of their first arrival."""
    first: dict[tuple[str, str], str] = {}
    by_alert: dict[str, list[str]] = {}
    for one in heard:
        key = (one.path, one.headers["webhook-id"])
        if key not in first:
            first[key] = ""
            alert = one.body.partition(b'"alert_id":"')[2][:36].decode()
            kind = one.body.partition(b'"type":"')[2].partition(b'"')[0].decode()
            by_alert.setdefault(f"{one.path} {alert}", []).append(kind)
    return by_alert


def test_workers_killed_between_sending_and_marking_lose_nothing(
    sessions: Sessions, database_url: str, receiver: Receiver
) -> None:
    """SIGKILL while the receiver has the message: all arrive, in order, twice only with one id."""
    listen_at(sessions, receiver.url(path="/a"), receiver.url(path="/b"))
    with sessions.writing() as session:
        make.tell(session, alerts=4, resolved=True)
    running: list[subprocess.Popen[bytes]] = []
    lock, left = threading.Lock(), [0]

    def answer(_: Heard) -> bytes:
        with lock:
            left[0] -= 1
            if left[0] == 0:
                running[-1].send_signal(signal.SIGKILL)
                running[-1].wait()
        return reply()

    receiver.answer = answer
    exits = []
    for number, killed_at in enumerate((1, 3, 3, 0)):
        left[0] = killed_at
        # Each start is after the lease that the one before left behind.
        running.append(_start(database_url, receiver, LATER + number * timedelta(minutes=2)))
        exits.append(running[-1].wait(timeout=60))

    assert exits == [-signal.SIGKILL] * 3 + [0]
    assert states(sessions) == {DeliveryState.DELIVERED: 16}
    sent = Counter((one.path, one.headers["webhook-id"]) for one in receiver.heard)
    with sessions.reading() as session:
        expected = {f"msg_{one.hex}" for one in session.scalars(sa.select(Notification.id))}
    assert set(sent) == {(path, name) for path in ("/a", "/b") for name in expected}
    assert max(sent.values()) > 1
    bodies = {(one.path, one.headers["webhook-id"], one.body) for one in receiver.heard}
    assert len(bodies) == 16
    assert (
        list(_arrivals(receiver.heard).values())
        == [["site.blocked.fired", "site.blocked.resolved"]] * 8
    )


def test_a_message_that_cannot_be_sent_does_not_stop_the_others(
    sessions: Sessions, receiver: Receiver
) -> None:
    """A row that is broken waits with its error; what stands behind it is delivered."""
    listen_at(sessions, receiver.url(path="/good"), "http://hook.test:1/", "no address at all")
    with sessions.writing() as session:
        make.tell(session)
    delivering.deliver_due(context(sessions, receiver))

    assert [one.path for one in receiver.heard] == ["/good"]
    assert states(sessions) == {DeliveryState.DELIVERED: 1, DeliveryState.RETRY_WAIT: 2}
    with sessions.reading() as session:
        errors = [row.last_error for row in session.scalars(sa.select(Delivery))]
    assert sum(error is not None for error in errors) == 2
    assert timedelta(seconds=2 * DEADLINE_SECONDS) < delivery.LEASE
