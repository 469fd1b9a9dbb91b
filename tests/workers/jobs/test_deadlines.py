# SPDX-License-Identifier: Apache-2.0
"""Reminders of deadlines: each once for each recipient, whoever is started again or killed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from app.domain.vocabulary import AlertKind, ChannelKind, DeliveryState, RecommendationStatus, Role
from app.services import deadlines, decisions, recommendations, replies, subscriptions
from app.services.drafts import RecommendationDraft
from app.services.justice_drafts import ReplyDraft
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from app.storage.deadlines import DeadlineNotice
from app.storage.decisions import Recommendation
from app.storage.outbox import Delivery, Notification
from tests import make
from tests.make import NOW
from workers.jobs import delivering, housekeeping
from workers.jobs.context import JobContext
from workers.jobs.looking import ProbeContext

NOTICE = timedelta(days=14)
DEADLINE = NOW.date() + timedelta(days=10)


def _recommendation(sessions: Sessions, *, published: bool = True, country: str = "KZ") -> None:
    draft = RecommendationDraft(
        addressee="A ministry", country=country, text="Investigate.", deadline_on=DEADLINE
    )
    with sessions.writing() as session:
        row = recommendations.create_recommendation(session, make.LOADER, draft, now=NOW)
        if published:
            editor = make.viewer(session, Role.EDITOR, f"editor of {row.id}")
            decisions.publish(session, editor, "recommendation", row.id, now=NOW)


def _subscribe(
    sessions: Sessions, name: str, *kinds: AlertKind, countries: tuple[str, ...] = ()
) -> None:
    with sessions.writing() as session:
        subscriptions.subscribe(
            session,
            name=name,
            channel=ChannelKind.CONSOLE,
            address=None,
            kinds=kinds,
            countries=countries,
            owner_id=None,
            now=NOW,
        )


def _remind(sessions: Sessions, at: datetime) -> int:
    with sessions.writing() as session:
        return deadlines.remind(session, now=at, notice=NOTICE)


def _remind_and_die(sessions: Sessions) -> None:
    with sessions.writing() as session:
        assert deadlines.remind(session, now=NOW, notice=NOTICE) == 1
        raise KeyboardInterrupt


def _count(sessions: Sessions, table: type[Delivery | Notification | DeadlineNotice]) -> int:
    with sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_each_recipient_is_told_once_before_and_once_after(sessions: Sessions) -> None:
    """However often the loop comes round; whoever asked for other kinds or countries is not told."""
    _recommendation(sessions)
    _subscribe(sessions, "all")
    _subscribe(sessions, "deadlines", AlertKind.DEADLINE_DUE, countries=("KZ",))
    _subscribe(sessions, "sites", AlertKind.SITE_BLOCKED)
    _subscribe(sessions, "elsewhere", AlertKind.DEADLINE_DUE, countries=("IQ",))

    early = [_remind(sessions, NOW - timedelta(days=6))]
    ahead = [_remind(sessions, NOW + timedelta(days=day)) for day in range(3)]
    late = [_remind(sessions, NOW + timedelta(days=day)) for day in (11, 12, 90)]

    assert (early, ahead, late) == ([0], [1, 0, 0], [1, 0, 0])
    assert (_count(sessions, Notification), _count(sessions, Delivery)) == (2, 4)


def test_a_new_deadline_is_told_anew_and_a_settled_one_not_at_all(sessions: Sessions) -> None:
    """The day is part of what was told; after `done` nobody is reminded."""
    _recommendation(sessions)
    assert _remind(sessions, NOW) == 1
    with sessions.writing() as session:
        row = session.scalars(sa.select(Recommendation)).one()
        row.deadline_on = DEADLINE + timedelta(days=1)
    assert _remind(sessions, NOW) == 1
    with sessions.writing() as session:
        session.scalars(sa.select(Recommendation)).one().status = RecommendationStatus.DONE

    assert _remind(sessions, NOW + timedelta(days=60)) == 0


def test_what_is_not_public_is_not_told(sessions: Sessions) -> None:
    """A message may be forwarded anywhere."""
    _recommendation(sessions, published=False)

    assert _remind(sessions, NOW) == 0


def test_a_question_to_a_state_is_reminded_of_until_it_is_answered(sessions: Sessions) -> None:
    """Overdue without an answer it is told; answered it is not."""
    fields = {
        "country": "KZ",
        "addressee": "A delegation",
        "asked_on": "2026-01",
        "question": "What is its status?",
        "deadline_on": "2026-02-20",
    }
    with sessions.writing() as session:
        for more in ({}, {"replied_on": "2026-02", "answer": "It is going on."}):
            draft = msgspec.convert({**fields, **more}, ReplyDraft)
            row = replies.create_reply(session, make.LOADER, draft, now=NOW)
            editor = make.viewer(session, Role.EDITOR, f"editor of {row.id}")
            decisions.publish(session, editor, "reply", row.id, now=NOW)

    assert _remind(sessions, NOW) == 1
    with sessions.reading() as session:
        body = session.scalars(sa.select(Notification)).one().body
    assert body["type"] == "deadline.due.overdue"
    assert "2026-02-20" in body["data"]["title"]


def test_a_worker_killed_while_it_reminds_leaves_nothing_half_written(sessions: Sessions) -> None:
    """The note that it was told, the message and its deliveries are there together or not at all."""
    _recommendation(sessions)
    _subscribe(sessions, "all")
    with pytest.raises(KeyboardInterrupt):
        _remind_and_die(sessions)

    tables = (DeadlineNotice, Notification, Delivery)
    assert [_count(sessions, table) for table in tables] == [0, 0, 0]
    assert _remind(sessions, NOW) == 1
    assert [_count(sessions, table) for table in tables] == [1, 1, 1]


def test_workers_at_once_write_one_reminder(sessions: Sessions) -> None:
    """Whoever comes second finds it written."""
    _recommendation(sessions)
    _subscribe(sessions, "all")

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda _: _remind(sessions, NOW), range(8)))

    assert sum(written) == 1
    assert _count(sessions, Delivery) == 1


def test_the_housekeeper_reminds_and_the_message_is_sent(
    sessions: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the loop to the channel: who was asked, by when, and where the page is."""
    _recommendation(sessions)
    _subscribe(sessions, "console", AlertKind.DEADLINE_DUE)
    job = JobContext(sessions=sessions, now=lambda: NOW, worker="w", address="http://qalam.example")

    def refuse(_vantage: object) -> None:
        raise AssertionError("nothing is measured here")

    context = ProbeContext(job=job, bodies=BodyStore(tmp_path / "bodies"), open_session=refuse)  # type: ignore[arg-type]
    for _ in range(2):
        housekeeping.tidy(context)
        delivering.deliver_due(job)

    said = capsys.readouterr().out
    assert said.count("A ministry: the deadline 2026-03-12 is near") == 1
    assert "http://qalam.example/countries/KZ#recommendations" in said
    with sessions.reading() as session:
        states = session.scalars(sa.select(Delivery.state)).all()
    assert states == [DeliveryState.DELIVERED]
    assert date(2026, 3, 12) == DEADLINE
