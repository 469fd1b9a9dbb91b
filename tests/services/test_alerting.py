# SPDX-License-Identifier: Apache-2.0
"""Alerts over a real database: one message when it matters, none when it doesn't."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import AlertKind, AlertState, Confidence, Role, Severity
from app.errors import Conflict
from app.services import access, alerting
from app.storage import alerts, ledger, outbox
from app.storage.alerts import Alert
from app.storage.database import Sessions
from app.storage.outbox import Delivery, Notification
from tests import make_alerts as make
from tests.make import NOW
from tests.make_alerts import POLICY, WAITED


def said(session: Session) -> Sequence[str]:
    """The types of all messages, in the order of their writing."""
    query = sa.select(Notification).order_by(Notification.created_at, Notification.sequence)
    return [one.body["type"] for one in session.scalars(query)]


def test_a_condition_waits_before_anybody_is_told(sessions: Sessions) -> None:
    """It is pending for the grouping time, then fires with one message to each channel."""
    with sessions.writing() as session:
        make.webhook(session)
        alerting.ensure_console(session, now=NOW)
        alert = make.blocked(session, make.vantage(session), make.site(session))
        assert alert is not None
        assert alert.state is AlertState.PENDING
        assert make.fire(session, WAITED - timedelta(seconds=1)) == 0
        assert said(session) == []

        assert make.fire(session) == 1

        assert alert.state is AlertState.FIRING
        assert alert.fired_at == WAITED
        assert said(session) == ["site.blocked.fired"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2


def test_what_goes_away_while_it_waits_tells_nobody(sessions: Sessions) -> None:
    """A condition that is gone before its grouping time ends sends nothing, then or later."""
    with sessions.writing() as session:
        make.webhook(session)
        here, what = make.vantage(session), make.site(session)
        make.blocked(session, here, what)
        alert = make.blocked(session, here, what, holds=False, now=NOW + timedelta(seconds=30))

        assert make.fire(session) == 0

        assert alert is not None
        assert alert.state is AlertState.RESOLVED
        assert said(session) == []


def test_the_same_seen_again_changes_nothing(sessions: Sessions) -> None:
    """Saying it a hundred times is one alert, one message, and no movement of any ETag."""
    with sessions.writing() as session:
        make.webhook(session)
        here, what = make.vantage(session), make.site(session)
        make.blocked(session, here, what)
        make.fire(session)
        before = ledger.counter(session, "staff"), ledger.counter(session, "public")

        for minute in range(5):
            make.blocked(session, here, what, now=WAITED + timedelta(minutes=minute))

        assert said(session) == ["site.blocked.fired"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Alert)) == 1
        assert (ledger.counter(session, "staff"), ledger.counter(session, "public")) == before


def test_where_nothing_was_seen_there_is_no_alert(sessions: Sessions) -> None:
    """A site that answers makes no row."""
    with sessions.writing() as session:
        assert make.blocked(session, make.vantage(session), make.site(session), holds=False) is None
        assert session.scalar(sa.select(sa.func.count()).select_from(Alert)) == 0


def test_the_end_is_told_with_the_whole_length(sessions: Sessions) -> None:
    """The resolved message counts from the beginning, whatever was seen in between."""
    with sessions.writing() as session:
        make.webhook(session)
        here, what = make.vantage(session), make.site(session)
        make.blocked(session, here, what)
        make.fire(session)
        make.blocked(session, here, what, now=NOW + timedelta(hours=1))
        make.blocked(session, here, what, holds=False, now=NOW + timedelta(hours=2))

        last = session.scalars(
            sa.select(Notification).order_by(Notification.sequence.desc())
        ).first()

        assert last is not None
        assert last.body["type"] == "site.blocked.resolved"
        assert "2 hours" in last.body["data"]["text"]
        assert last.sequence == 2


def test_a_quick_return_reopens_the_same_alert(sessions: Sessions) -> None:
    """Within half an hour it is the same alert, told at once; later it is another one."""
    with sessions.writing() as session:
        make.webhook(session)
        here, what = make.vantage(session), make.site(session)
        first = make.blocked(session, here, what)
        make.fire(session)
        over = NOW + timedelta(hours=1)
        make.blocked(session, here, what, holds=False, now=over)

        again = make.blocked(session, here, what, now=over + timedelta(minutes=10))
        assert again is not None
        assert first is not None
        assert (again.id, again.count) == (first.id, 2)
        assert said(session)[-1] == "site.blocked.reopened"

        make.blocked(session, here, what, holds=False, now=over + timedelta(minutes=20))
        much_later = make.blocked(session, here, what, now=over + timedelta(hours=9))
        assert much_later is not None
        assert much_later.id != first.id
        assert much_later.state is AlertState.PENDING


def test_every_transition_leaves_one_event(sessions: Sessions) -> None:
    """The history of an alert says what happened, when and why."""
    with sessions.writing() as session:
        here, what = make.vantage(session), make.site(session)
        alert = make.blocked(session, here, what)
        assert alert is not None
        make.fire(session)
        alerting.acknowledge(session, alert.id, by=None, now=WAITED, policy=POLICY)
        make.blocked(session, here, what, holds=False, now=NOW + timedelta(hours=1))

        states = [(one.old_state, one.new_state) for one in alerts.list_events(session, alert.id)]

    assert sorted(states, key=str) == sorted(
        [(None, "pending"), ("pending", "firing"), ("firing", "acked"), ("acked", "resolved")],
        key=str,
    )


def test_what_was_taken_on_is_not_reminded_of(sessions: Sessions) -> None:
    """A firing alert is repeated once a day; an acknowledged one never; its end is told."""
    with sessions.writing() as session:
        key = access.create_key(session, role=Role.EDITOR, name="editor", now=NOW)
        make.webhook(session)
        here, what = make.vantage(session), make.site(session)
        alert = make.blocked(session, here, what)
        assert alert is not None
        make.fire(session)
        day = timedelta(hours=24)

        assert make.fire(session, WAITED + day) == 1
        assert make.fire(session, WAITED + day) == 0
        alerting.acknowledge(session, alert.id, by=key.id, now=WAITED + day, policy=POLICY)
        assert make.fire(session, WAITED + 3 * day) == 0
        make.blocked(session, here, what, holds=False, now=WAITED + 3 * day)

        assert alert.acked_by_id == key.id
        assert said(session) == [
            "site.blocked.fired",
            "site.blocked.reminder",
            "site.blocked.resolved",
        ]


def test_only_what_fires_can_be_taken_on(sessions: Sessions) -> None:
    """A pending alert refuses the acknowledgement and says why."""
    with sessions.writing() as session:
        alert = make.blocked(session, make.vantage(session), make.site(session))
        assert alert is not None
        with pytest.raises(Conflict, match="not fired yet"):
            alerting.acknowledge(session, alert.id, by=uuid.uuid4(), now=NOW, policy=POLICY)


def _offline(session: Session, here: object, *, holds: bool, minutes: int) -> None:
    alerting.consider(
        session,
        kind=AlertKind.VANTAGE_OFFLINE,
        vantage=here,  # type: ignore[arg-type]
        condition=holds,
        evidence=make.evidence(mechanism=None, confidence=None, rule=None) if holds else None,
        now=NOW + timedelta(minutes=minutes),
        policy=POLICY,
    )


def test_an_offline_vantage_holds_back_the_alerts_of_its_sites(sessions: Sessions) -> None:
    """Only the vantage is told of; what still holds when it is back is told then."""
    with sessions.writing() as session:
        make.webhook(session)
        here, other, what = make.vantage(session), make.vantage(session, "kz-2"), make.site(session)
        held = make.blocked(session, here, what)
        make.blocked(session, other, what)
        _offline(session, here, holds=True, minutes=0)
        assert held is not None

        make.fire(session)
        assert sorted(said(session)) == ["site.blocked.fired", "vantage.offline.fired"]
        assert held.state is AlertState.PENDING
        assert held.inhibited_by_id is not None
        events = {one.event for one in alerts.list_events(session, held.id)}
        assert events == {"condition_seen", "inhibited"}

        make.fire(session, WAITED + timedelta(minutes=5))
        _offline(session, here, holds=False, minutes=10)
        make.fire(session, NOW + timedelta(minutes=12))

        assert held.state is AlertState.FIRING
        assert held.inhibited_by_id is None
        assert said(session).count("site.blocked.fired") == 2


def test_channels_get_what_they_asked_for(sessions: Sessions) -> None:
    """Kinds and countries narrow; a channel that is switched off gets nothing."""
    with sessions.writing() as session:
        wanted = make.webhook(session, kinds=[AlertKind.SITE_BLOCKED], countries=["KZ"])
        make.webhook(session, kinds=[AlertKind.SITE_DOWN])
        make.webhook(session, countries=["KG"])
        make.webhook(session).is_enabled = False
        make.tell(session)

        receivers = session.scalars(sa.select(Delivery.subscription_id)).all()

    assert receivers == [wanted.id]


def test_better_evidence_is_kept_without_another_message(sessions: Sessions) -> None:
    """A likely block that is confirmed becomes critical; people were told already."""
    with sessions.writing() as session:
        make.webhook(session)
        here, what = make.vantage(session), make.site(session)
        alert = make.blocked(session, here, what)
        make.fire(session)
        before = ledger.counter(session, "public")
        alerting.consider(
            session,
            kind=AlertKind.SITE_BLOCKED,
            vantage=here,
            site=what,
            condition=True,
            evidence=make.evidence(NOW + timedelta(hours=1), confidence=Confidence.CONFIRMED),
            now=NOW + timedelta(hours=1),
            policy=POLICY,
        )

        assert alert is not None
        assert alert.severity is Severity.CRITICAL
        assert alert.evidence["since"] == NOW.isoformat()
        assert said(session) == ["site.blocked.fired"]
        assert ledger.counter(session, "public") == before + 1


def test_a_message_names_no_network_and_stays_small(sessions: Sessions) -> None:
    """Country and site are said, the volunteer's network and vantage are not; under 20 kB."""
    with sessions.writing() as session:
        make.webhook(session)
        here = make.vantage(session, "secret-flat")
        what = make.site(session)
        what.url = "https://news.example/" + "x" * 8000
        alerting.consider(
            session,
            kind=AlertKind.SITE_BLOCKED,
            vantage=here,
            site=what,
            condition=True,
            evidence=make.evidence(
                reasons=("Seen in AS9198.", *("because " * 1000 for _ in range(50)))
            ),
            now=NOW,
            policy=POLICY,
        )
        make.fire(session)
        body = session.scalars(sa.select(Notification)).one().body

    written = msgspec.json.encode(body)
    assert b"9198" not in written
    assert b"secret-flat" not in written
    assert len(written) < 19_000
    assert body["data"]["country"] == "KZ"
    assert body["data"]["rule"] == "R-test"


def test_a_pending_alert_moves_no_public_counter(sessions: Sessions) -> None:
    """Suspicion leaves no trace in what the public polls; firing does."""
    with sessions.writing() as session:
        here, what = make.vantage(session), make.site(session)
        before = ledger.counter(session, "public")
        make.blocked(session, here, what)
        assert ledger.counter(session, "public") == before
        make.fire(session)
        assert ledger.counter(session, "public") == before + 1
        _offline(session, here, holds=True, minutes=5)
        make.fire(session, NOW + timedelta(minutes=10))
        assert ledger.counter(session, "public") == before + 1


def test_the_database_refuses_a_second_open_alert_about_the_same(sessions: Sessions) -> None:
    """Two workers that see it in the same moment cannot make two alerts."""
    with sessions.writing() as session:
        alert = make.blocked(session, make.vantage(session), make.site(session))
        assert alert is not None
        columns = {column.name: getattr(alert, column.key) for column in Alert.__table__.columns}
    twin = Alert(**{**columns, "id": uuid.uuid4()})

    with pytest.raises(sa.exc.IntegrityError), sessions.writing() as session:
        session.add(twin)


def test_a_console_channel_is_there_once(sessions: Sessions) -> None:
    """Starting again makes no second one, nor one that its owner removed."""
    with sessions.writing() as session:
        alerting.ensure_console(session, now=NOW)
        alerting.ensure_console(session, now=NOW)
        (console,) = outbox.list_subscriptions(session)
        console.removed_at = NOW
        session.flush()
        alerting.ensure_console(session, now=NOW)

        assert outbox.list_subscriptions(session) == []
