# SPDX-License-Identifier: Apache-2.0
"""Reminding of deadlines: of recommendations, and of questions to States that wait for an answer.

A deadline is no alert: nothing lasts, and nothing is over. Its reminders go to whoever subscribed to
`deadline.due`, through the outbox that carries alerts. The row that says "written" is written together
with the message and its deliveries, so that a reminder is written once however often workers are
started or killed. Only what is public is told: messages may be forwarded anywhere.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.alerting.deadlines import Awaited, Notice, notice_due, reminder
from app.domain.countries import country_name
from app.domain.vocabulary import AlertKind, Severity
from app.services import delivery
from app.storage import outbox
from app.storage.deadlines import DeadlineNotice, claim_notice
from app.storage.decisions import Recommendation
from app.storage.outbox import Notification
from app.storage.recommendations import SETTLED
from app.storage.replies import StateReply

_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    kind: str
    id: uuid.UUID
    country: str
    awaited: Awaited
    notice: Notice


def remind(session: Session, *, now: datetime, notice: timedelta, limit: int = _BATCH) -> int:
    """Write the reminders that are due and not written yet; return how many."""
    today, written = now.date(), 0
    for one in _due(session, today, notice, limit):
        is_ours = claim_notice(
            session,
            object_kind=one.kind,
            object_id=one.id,
            deadline_on=one.awaited.deadline,
            notice=one.notice.value,
            now=now,
        )
        if is_ours:
            _write(session, one, today=today, now=now)
            written += 1
    return written


def _due(session: Session, today: date, notice: timedelta, limit: int) -> Iterator[_Due]:
    until = today + notice
    asked = sa.select(Recommendation).where(
        Recommendation.is_published,
        Recommendation.deadline_on <= until,
        Recommendation.status.not_in(SETTLED),
        _unwritten(Recommendation.id, Recommendation.deadline_on, today),
    )
    for row in session.scalars(asked.order_by(Recommendation.deadline_on).limit(limit)).all():
        yield from _found("recommendation", row, row.text, today, notice)
    questions = sa.select(StateReply).where(
        StateReply.is_published,
        StateReply.deadline_on <= until,
        StateReply.replied_on.is_(None),
        _unwritten(StateReply.id, StateReply.deadline_on, today),
    )
    for question in session.scalars(questions.order_by(StateReply.deadline_on).limit(limit)).all():
        yield from _found("reply", question, question.question, today, notice)


def _unwritten(
    object_id: sa.ColumnElement[uuid.UUID] | Any,  # noqa: ANN401 - a mapped column
    deadline: sa.ColumnElement[date | None] | Any,  # noqa: ANN401 - a mapped column
    today: date,
) -> sa.ColumnElement[bool]:
    wanted = sa.case((deadline < today, Notice.OVERDUE.value), else_=Notice.AHEAD.value)
    return ~sa.exists().where(
        DeadlineNotice.object_id == object_id,
        DeadlineNotice.deadline_on == deadline,
        DeadlineNotice.notice == wanted,
    )


def _found(
    kind: str, row: Recommendation | StateReply, text: str, today: date, notice: timedelta
) -> Iterator[_Due]:
    assert row.deadline_on is not None
    which = notice_due(row.deadline_on, today=today, notice=notice)
    if which is not None:
        awaited = Awaited(
            addressee=row.addressee,
            asked_by=row.asked_by,
            text=text,
            place=country_name(row.country),
            deadline=row.deadline_on,
        )
        yield _Due(kind=kind, id=row.id, country=row.country, awaited=awaited, notice=which)


def _write(session: Session, one: _Due, *, today: date, now: datetime) -> None:
    said = reminder(one.awaited, one.notice, today=today)
    is_late = one.notice is Notice.OVERDUE
    notification = Notification(
        id=uuid.uuid4(),
        alert_id=None,
        sequence=1,
        body={
            "type": f"{AlertKind.DEADLINE_DUE.value}.{one.notice.value}",
            "timestamp": now.isoformat().replace("+00:00", "Z"),
            "data": {
                "kind": AlertKind.DEADLINE_DUE.value,
                "severity": (Severity.WARNING if is_late else Severity.INFO).value,
                "title": said.title,
                "text": said.text,
                "country": one.country,
                "deadline_on": one.awaited.deadline.isoformat(),
                "object": one.kind,
                "object_id": str(one.id),
                "path": f"/countries/{one.country}#recommendations",
            },
        },
        created_at=now,
    )
    session.add(notification)
    session.flush()
    for subscription in outbox.enabled_subscriptions(session):
        if delivery.wants(subscription, AlertKind.DEADLINE_DUE, one.country):
            delivery.queue(session, notification, subscription, now=now)
