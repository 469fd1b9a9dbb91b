# SPDX-License-Identifier: Apache-2.0
"""The outbox over real databases: nothing lost, order kept, given up only at the end and visibly."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import ChannelKind, DeliveryState
from app.errors import Conflict, NotFound, RefusedAddress
from app.services import delivery, subscriptions
from app.services.delivery import ClaimedDelivery, Failure
from app.storage import outbox
from app.storage.database import Sessions
from app.storage.outbox import Delivery, Subscription
from tests import make_alerts as make
from tests.make import NOW
from tests.make_alerts import WAITED

LATER = NOW + timedelta(hours=1)
REFUSED = Failure(detail="the receiver answered 500", status=500)


def claim(
    session: Session, now: datetime = LATER, *, worker: str = "w1", limit: int = 100
) -> list[ClaimedDelivery]:
    """Claim as a worker does."""
    return delivery.claim_batch(
        session, worker=worker, now=now, limit=limit, address="https://qalam.example"
    )


def states(session: Session) -> Sequence[DeliveryState]:
    """Where every delivery stands."""
    return session.scalars(sa.select(Delivery.state)).all()


def test_a_claimed_message_has_all_that_sending_takes(sessions: Sessions) -> None:
    """Address, secret, body with a link, and an id made from the message, not from the attempt."""
    with sessions.writing() as session:
        hook = make.webhook(session)
        (alert,) = make.tell(session)
        (claimed,) = claim(session)
        row = session.get_one(Delivery, claimed.id)

    assert claimed.channel is ChannelKind.WEBHOOK
    assert claimed.address == "https://hook.example/in"
    assert claimed.secret == hook.secret
    assert claimed.message_id == f"msg_{row.notification_id.hex}"
    assert claimed.body["data"]["link"] == f"https://qalam.example/alerts/{alert.id}"
    assert (claimed.attempt, row.state) == (1, DeliveryState.LEASED)


def test_a_leased_message_is_nobody_elses_until_the_lease_runs_out(sessions: Sessions) -> None:
    """After 60 seconds without a word it is taken again, under the same id."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session)
        (first,) = claim(session)
        assert claim(session, LATER + timedelta(seconds=59), worker="w2") == []
        (second,) = claim(session, LATER + timedelta(seconds=61), worker="w2")

    assert second.message_id == first.message_id
    assert (first.attempt, second.attempt) == (1, 2)


def test_two_workers_claim_disjoint_sets(sessions: Sessions) -> None:
    """While one worker's claim is not committed yet, another takes none of the same."""
    with sessions.writing() as session:
        for number in range(3):
            make.webhook(session, f"https://hook{number}.example/")
        make.tell(session, alerts=3)
    if sessions.engine.dialect.name == "sqlite":
        # One writer at a time: the second begins when the first has committed.
        with sessions.writing() as session:
            one = claim(session, worker="w1", limit=5)
        with sessions.writing() as session:
            two = claim(session, worker="w2")
    else:
        with sessions.writing() as first, sessions.writing() as second:
            one = claim(first, worker="w1", limit=5)
            two = claim(second, worker="w2")

    taken = [claimed.id for claimed in (*one, *two)]
    assert len(one) == 5
    assert two
    assert len(taken) == len(set(taken))


def test_a_later_message_waits_for_the_one_before_it(sessions: Sessions) -> None:
    """'Resolved' is not sent while 'fired' is unsettled, and is sent once that has arrived."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session, resolved=True)
        (fired,) = claim(session)
        assert fired.body["type"] == "site.blocked.fired"
        assert claim(session) == []
        delivery.record_failure(session, fired, REFUSED, now=LATER)
        assert claim(session) == []
        (again,) = claim(session, LATER + timedelta(seconds=6))
        delivery.record_success(session, again, now=LATER)
        (resolved,) = claim(session, LATER + timedelta(seconds=6))

    assert again.message_id == fired.message_id
    assert resolved.body["type"] == "site.blocked.resolved"


def test_one_slow_receiver_does_not_hold_up_another(sessions: Sessions) -> None:
    """A receiver has few messages in flight, however many wait for it; others get theirs."""
    with sessions.writing() as session:
        slow = make.webhook(session, "https://slow.example/")
        make.tell(session, alerts=12)
        quick = make.webhook(session, "https://quick.example/")
        make.tell(session, alerts=1, now=NOW + timedelta(minutes=20))
        claimed = claim(session)
        more = claim(session)
        names = {row.id: row.subscription_id for row in session.scalars(sa.select(Delivery))}

    receivers = [names[one.id] for one in claimed]
    assert receivers.count(slow.id) == delivery.PER_SUBSCRIPTION
    assert receivers.count(quick.id) == 1
    assert more == []


def _fail_until_settled(session: Session, until: datetime | None = None) -> list[datetime]:
    """Let every attempt fail, jumping from one due time to the next; return when they were."""
    at, tried = LATER, []
    while True:
        for claimed in claim(session, at):
            tried.append(at)
            delivery.record_failure(session, claimed, REFUSED, now=at)
        due = sa.select(sa.func.min(Delivery.next_attempt_at))
        following = session.scalar(due.where(Delivery.next_attempt_at > at))
        if following is None or (until and following >= until):
            return tried
        at = following


def test_a_receiver_down_for_a_day_gets_everything_in_order(sessions: Sessions) -> None:
    """24 hours of failure are within the schedule: both messages arrive, the first one first."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session, resolved=True)
        up_again = LATER + timedelta(hours=24)
        tried = _fail_until_settled(session, until=up_again)
        assert len(tried) >= 6
        arrived = []
        at = up_again + timedelta(hours=24)
        for _ in range(2):
            for claimed in claim(session, at):
                delivery.record_success(session, claimed, now=at)
                arrived.append(claimed.body["type"])

    assert arrived == ["site.blocked.fired", "site.blocked.resolved"]


def test_after_75_hours_a_message_is_a_dead_letter_that_can_be_replayed(sessions: Sessions) -> None:
    """Ten attempts over 75 h 35 min; then it stands there with its reason until somebody replays it."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session)
        tried = _fail_until_settled(session)
        (row,) = session.scalars(sa.select(Delivery)).all()

        assert len(tried) == 10
        assert tried[-1] - tried[0] == timedelta(hours=75, minutes=35, seconds=5)
        assert row.state is DeliveryState.DEAD
        assert row.last_error == "the receiver answered 500"
        assert claim(session, tried[-1] + timedelta(days=9)) == []

        first = f"msg_{row.notification_id.hex}"
        delivery.replay(session, row.id, now=tried[-1])
        (again,) = claim(session, tried[-1])
        assert (again.message_id, again.attempt) == (first, 1)
        delivery.record_success(session, again, now=tried[-1])
        with pytest.raises(Conflict):
            delivery.replay(session, row.id, now=tried[-1])


def test_410_switches_the_channel_off_at_once(sessions: Sessions) -> None:
    """No further attempt, what waits is cancelled; enabled again, it can all be replayed."""
    with sessions.writing() as session:
        hook = make.webhook(session)
        make.tell(session, resolved=True)
        (claimed,) = claim(session)
        gone = Failure(detail="the receiver answered 410", status=410)
        delivery.record_failure(session, claimed, gone, now=LATER)

        assert sorted(states(session)) == [DeliveryState.CANCELLED, DeliveryState.DEAD]
        assert not hook.is_enabled
        assert "410" in (hook.disabled_reason or "")
        with pytest.raises(Conflict, match="switched off"):
            delivery.replay(session, claimed.id, now=LATER)

        subscriptions.enable(session, hook.id, actor_id=None, now=LATER)
        for row in session.scalars(sa.select(Delivery)):
            delivery.replay(session, row.id, now=LATER)
        (first,) = claim(session)
        assert first.body["type"] == "site.blocked.fired"


def test_a_receiver_that_asks_for_time_gets_it(sessions: Sessions) -> None:
    """429 with Retry-After holds this message and all others to that receiver, to 24 hours at most."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session, alerts=2)
        first, _other = claim(session)
        busy = Failure(detail="busy", status=429, retry_after="3600")
        delivery.record_failure(session, first, busy, now=LATER)
        row = session.get_one(Delivery, first.id)
        assert row.next_attempt_at == LATER + timedelta(hours=1)
        make.tell(session, now=LATER)

        assert claim(session, LATER + timedelta(minutes=59)) == []
        assert len(claim(session, LATER + timedelta(minutes=61))) == 3

        endless = Failure(detail="busy", status=503, retry_after="99999999999")
        (again,) = [
            one for one in claim(session, LATER + timedelta(minutes=63)) if one.id == first.id
        ]
        delivery.record_failure(session, again, endless, now=LATER)
        assert row.next_attempt_at == LATER + timedelta(hours=24)


def test_a_permanent_failure_is_a_dead_letter_at_once(sessions: Sessions) -> None:
    """What no later attempt can mend is not tried nine times more."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session)
        (claimed,) = claim(session)
        hopeless = Failure(detail="no address", permanent=True)
        assert delivery.record_failure(session, claimed, hopeless, now=LATER) is DeliveryState.DEAD


def test_five_dead_letters_in_a_row_switch_the_channel_off(sessions: Sessions) -> None:
    """One that takes a message in between is left on."""
    hopeless = Failure(detail="no", permanent=True)
    with sessions.writing() as session:
        hook = make.webhook(session)
        for number in range(9):
            at = LATER + timedelta(hours=number)
            make.tell(session, now=at)
            (claimed,) = claim(session, at + timedelta(minutes=9))
            if number == 3:
                delivery.record_success(session, claimed, now=at + timedelta(minutes=9))
                continue
            assert hook.is_enabled, number
            delivery.record_failure(session, claimed, hopeless, now=at + timedelta(minutes=9))

        assert not hook.is_enabled


def test_a_message_that_kills_its_worker_ends_as_a_dead_letter(sessions: Sessions) -> None:
    """Ten leases that ran out are ten attempts; the eleventh worker is spared, the others go on."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session)
        for minute in range(10):
            assert len(claim(session, LATER + timedelta(minutes=2 * minute))) == 1
        make.tell(session, now=LATER)

        (other,) = claim(session, LATER + timedelta(minutes=30))

        assert sorted(states(session)) == [DeliveryState.DEAD, DeliveryState.LEASED]
        assert other.attempt == 1


def test_a_late_success_counts_and_a_late_failure_does_not(sessions: Sessions) -> None:
    """A worker whose lease ran out: what arrived has arrived, what failed is another's to judge."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session)
        (slow,) = claim(session, worker="slow")
        (quick,) = claim(session, LATER + timedelta(minutes=2), worker="quick")

        kept = delivery.record_failure(session, slow, REFUSED, now=LATER + timedelta(minutes=2))
        assert kept is DeliveryState.LEASED
        delivery.record_success(session, slow, now=LATER + timedelta(minutes=2))
        late = delivery.record_failure(session, quick, REFUSED, now=LATER + timedelta(minutes=2))

        assert late is DeliveryState.DELIVERED
        assert states(session) == [DeliveryState.DELIVERED]


def test_a_cancelled_message_is_not_sent(sessions: Sessions) -> None:
    """Taken back before it was claimed, it is never claimed."""
    with sessions.writing() as session:
        make.webhook(session)
        make.tell(session)
        (row,) = session.scalars(sa.select(Delivery)).all()
        delivery.cancel(session, row.id, why="not needed")

        assert claim(session) == []
        assert row.state is DeliveryState.CANCELLED


def test_a_removed_subscription_gets_nothing_and_keeps_no_secret(sessions: Sessions) -> None:
    """Its messages are cancelled, its secret is gone, nobody finds it."""
    with sessions.writing() as session:
        hook = make.webhook(session)
        make.tell(session)
        subscriptions.unsubscribe(session, hook.id, actor_id=None, now=LATER)
        make.tell(session, now=LATER)

        assert states(session) == [DeliveryState.CANCELLED]
        assert session.get_one(Subscription, hook.id).secret is None
        with pytest.raises(NotFound):
            outbox.get_subscription(session, hook.id)


def test_a_test_message_goes_to_its_channel_only(sessions: Sessions) -> None:
    """It is about no alert and waits for none."""
    with sessions.writing() as session:
        hook = make.webhook(session)
        make.webhook(session, "https://other.example/")
        subscriptions.send_test(session, hook.id, now=NOW)
        (claimed,) = claim(session)

    assert claimed.body["type"] == "subscription.test"
    assert claimed.address == "https://hook.example/in"


def test_an_address_that_must_not_be_contacted_is_refused(sessions: Sessions) -> None:
    """Inner addresses, odd ports, credentials and our own host are refused, and nothing is stored."""
    with sessions.writing() as session:
        for address in (
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://[::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://localhost/",
            "http://user:pass@hook.example/",
            "ftp://hook.example/",
            "https://hook.example:22/",
            "https://qalam.example/api/v1/alerts",
        ):
            with pytest.raises(RefusedAddress):
                make.webhook(session, address, own_hosts=frozenset({"qalam.example"}))
        assert session.scalar(sa.select(sa.func.count()).select_from(Subscription)) == 0


def test_secrets_are_strong_and_each_its_own(sessions: Sessions) -> None:
    """32 random bytes after 'whsec_', never the same twice."""
    with sessions.writing() as session:
        secrets = {make.webhook(session).secret for _ in range(3)}

    assert len(secrets) == 3
    assert all(one and one.startswith("whsec_") and len(one) == 50 for one in secrets)


def test_an_unknown_delivery_is_not_found(sessions: Sessions) -> None:
    """Replaying what does not exist is a 404, not a crash."""
    with sessions.writing() as session, pytest.raises(NotFound):
        delivery.replay(session, uuid.uuid4(), now=WAITED)
