# SPDX-License-Identifier: Apache-2.0
"""`/deliveries`: which messages have arrived, which are tried again, and the dead letters."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from app.api import answers
from app.api.dependencies import AlertWriter, NowDep, ReadingDep, WritingDep
from app.api.paging import PageDep
from app.api.parameters import place
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.vocabulary import DeliveryState
from app.services import delivery
from app.storage import outbox
from app.storage.outbox import Delivery

router = APIRouter(prefix="/deliveries", tags=["alerts"], route_class=StrictRoute)


def _view(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "message_id": f"msg_{row.notification.id.hex}",
        "type": row.notification.body["type"],
        "alert": row.notification.alert_id,
        "subscription": {
            "id": row.subscription.id,
            "name": row.subscription.name,
            "channel": row.subscription.channel,
        },
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt_at": row.next_attempt_at,
        "last_status": row.last_status,
        "last_error": row.last_error,
        "delivered_at": row.delivered_at,
        "created_at": row.created_at,
    }


@router.get("", responses=responses(400, 401, 403, 422))
def list_deliveries(
    session: ReadingDep,
    _caller: AlertWriter,
    page: PageDep,
    state: DeliveryState | None = None,
    subscription: uuid.UUID | None = None,
) -> Response:
    """Messages on their way or settled, the latest first; `?state=dead` are the dead letters."""
    start = place(page.after, datetime.fromisoformat, uuid.UUID)
    found = outbox.list_deliveries(
        session,
        state=state,
        subscription_id=subscription,
        limit=page.limit + 1,
        after=(start[0], start[1]) if start else None,
    )
    kept = found[: page.limit]
    more = len(found) > page.limit
    last = [kept[-1].created_at.isoformat(), str(kept[-1].id)] if more else None
    return answers.rows(page, [_view(one) for one in kept], place=last)


@router.get("/{delivery_id}", responses=responses(401, 403, 404))
def read_delivery(delivery_id: uuid.UUID, session: ReadingDep, _caller: AlertWriter) -> Response:
    """One message on its way to one subscription."""
    return answers.item(_view(outbox.get_delivery_with_message(session, delivery_id)))


@router.post("/{delivery_id}:replay", responses=responses(401, 403, 404, 409))
def replay_delivery(
    delivery_id: uuid.UUID, session: WritingDep, _caller: AlertWriter, now: NowDep
) -> Response:
    """Send a dead or cancelled message again, under the same message id."""
    delivery.replay(session, delivery_id, now=now)
    return answers.item(_view(outbox.get_delivery_with_message(session, delivery_id)))


@router.post("/{delivery_id}:cancel", responses=responses(401, 403, 404))
def cancel_delivery(delivery_id: uuid.UUID, session: WritingDep, _caller: AlertWriter) -> Response:
    """Take a message back that has not arrived; it can be replayed."""
    delivery.cancel(session, delivery_id, why="cancelled by its owner")
    return answers.item(_view(outbox.get_delivery_with_message(session, delivery_id)))
