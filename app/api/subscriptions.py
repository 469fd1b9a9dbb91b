# SPDX-License-Identifier: Apache-2.0
"""`/subscriptions`: who is told, of what, and where. A webhook's secret is shown once."""

import uuid
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field, StringConstraints

from app.api import answers
from app.api.dependencies import AlertWriter, NowDep, ReadingDep, WritingDep
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.schemas.fields import CurrentTerms
from app.api.schemas.sites import CountryCode
from app.api.strict import StrictRoute
from app.domain.vocabulary import AlertKind, ChannelKind
from app.services import subscriptions
from app.storage import outbox
from app.storage.outbox import Subscription

router = APIRouter(prefix="/subscriptions", tags=["alerts"], route_class=StrictRoute)


class NewSubscription(CurrentTerms):
    """Where somebody wants to be told; empty `kinds` and `countries` ask for everything."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "desk",
                    "channel": "webhook",
                    "address": "https://hooks.example.org/qalam",
                    "kinds": ["site.blocked"],
                    "countries": ["KZ"],
                }
            ]
        },
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    channel: ChannelKind
    address: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    kinds: list[AlertKind] = Field(default=[], max_length=len(AlertKind))
    countries: list[CountryCode] = Field(default=[], max_length=300)


def _view(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "name": subscription.name,
        "channel": subscription.channel,
        "address": subscription.address,
        "kinds": subscription.kinds,
        "countries": subscription.countries,
        "is_enabled": subscription.is_enabled,
        "disabled_reason": subscription.disabled_reason,
        "held_until": subscription.held_until,
        "created_at": subscription.created_at,
    }


def _own_hosts(request: Request) -> frozenset[str]:
    host = urlsplit(request.app.state.settings.address).hostname
    return frozenset({host} if host else ())


@router.get("", responses=responses(401, 403))
def list_subscriptions(session: ReadingDep, _caller: AlertWriter) -> Response:
    """Every subscription; never its secret."""
    return answers.rows(None, [_view(one) for one in outbox.list_subscriptions(session)])


@router.post("", status_code=201, responses=responses(401, 403, 409, 422))
def add_subscription(
    request: Request,
    body: NewSubscription,
    session: WritingDep,
    caller: AlertWriter,
    now: NowDep,
    once: OnceDep,
) -> Response:
    """Ask to be told. `secret` verifies a webhook's messages; it is shown in this answer only."""

    def act() -> Response:
        made = subscriptions.subscribe(
            session,
            **body.model_dump(),
            owner_id=caller.key_id,
            now=now,
            own_hosts=_own_hosts(request),
        )
        view = {**_view(made), "secret": made.secret}
        return answers.item(view, status=201, location=f"/api/v1/subscriptions/{made.id}")

    return once(act)


@router.get("/{subscription_id}", responses=responses(401, 403, 404))
def read_subscription(
    subscription_id: uuid.UUID, session: ReadingDep, _caller: AlertWriter
) -> Response:
    """One subscription; never its secret."""
    return answers.item(_view(outbox.get_subscription(session, subscription_id)))


@router.delete("/{subscription_id}", status_code=204, responses=responses(401, 403, 404))
def remove_subscription(
    subscription_id: uuid.UUID, session: WritingDep, caller: AlertWriter, now: NowDep
) -> Response:
    """Send nothing more there, and forget the secret."""
    subscriptions.unsubscribe(session, subscription_id, actor_id=caller.key_id, now=now)
    return Response(status_code=204)


@router.post("/{subscription_id}:enable", responses=responses(401, 403, 404))
def enable_subscription(
    subscription_id: uuid.UUID, session: WritingDep, caller: AlertWriter, now: NowDep
) -> Response:
    """Switch it on again after failures switched it off; dead letters are replayed one by one."""
    found = subscriptions.enable(session, subscription_id, actor_id=caller.key_id, now=now)
    return answers.item(_view(found))


@router.post("/{subscription_id}:test", status_code=202, responses=responses(401, 403, 404, 409))
def try_subscription(
    subscription_id: uuid.UUID, session: WritingDep, _caller: AlertWriter, now: NowDep
) -> Response:
    """Queue a test message; `/deliveries/{id}` says whether it has arrived."""
    queued = subscriptions.send_test(session, subscription_id, now=now)
    location = f"/api/v1/deliveries/{queued.id}"
    return answers.item(
        {"delivery": queued.id, "state": queued.state}, status=202, location=location
    )
