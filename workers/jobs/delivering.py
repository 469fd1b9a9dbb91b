# SPDX-License-Identifier: Apache-2.0
"""Fire the alerts that have waited long enough, and send what is due to whoever asked for it.

Claim in one transaction, send with none open, settle each message in its own. Killed anywhere, a
worker loses nothing: what it sent and did not mark is sent again under the same id.
"""

import asyncio
import random
import time
from collections.abc import Mapping

import structlog

from app.domain.alerting.retry import MAX_JITTER
from app.domain.vocabulary import ChannelKind, DeliveryState
from app.services import alerting, delivery, network_watch
from app.services.delivery import ClaimedDelivery, Failure
from workers.jobs.context import JobContext
from workers.notify.channel import Channel, DeliveryFailed, Message
from workers.notify.console import ConsoleChannel
from workers.notify.webhook import WebhookChannel

log = structlog.get_logger()

CONCURRENCY = 40
POLL_SECONDS = 0.5
"""How soon a message that became due meanwhile is noticed beside a slow one."""

ROUND_SECONDS = 25.0
"""After this time a round takes nothing new, so that the loop comes round and is seen to live."""


def fire_due_alerts(context: JobContext) -> None:
    """See many blocks at once as one event, let alerts fire whose time has come, remind of the rest."""
    with context.sessions.writing() as session:
        network_watch.watch(
            session, now=context.now(), policy=context.events, alerts=context.alerts
        )
    with context.sessions.writing() as session:
        alerting.fire_due(session, now=context.now(), policy=context.alerts)


def deliver_due(context: JobContext, channels: Mapping[ChannelKind, Channel] | None = None) -> None:
    """Send everything that is due; return when nothing is left that could be sent now."""
    asyncio.run(_Round(context, channels or default_channels(context)).run())


def default_channels(context: JobContext) -> dict[ChannelKind, Channel]:
    """Return a channel for every kind there is."""
    return {
        ChannelKind.CONSOLE: ConsoleChannel(),
        ChannelKind.WEBHOOK: WebhookChannel(context.outbound),
    }


class _Round:
    """One round of sending: as one message is settled, the next is taken."""

    def __init__(self, context: JobContext, channels: Mapping[ChannelKind, Channel]) -> None:
        self._context = context
        self._channels = channels

    async def run(self) -> None:
        in_flight: set[asyncio.Task[None]] = set()
        started = time.monotonic()
        while True:
            if time.monotonic() - started < ROUND_SECONDS:
                for claimed in await asyncio.to_thread(self._claim, CONCURRENCY - len(in_flight)):
                    in_flight.add(asyncio.create_task(self._deliver(claimed)))
            if not in_flight:
                return
            _, in_flight = await asyncio.wait(
                in_flight, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )

    def _claim(self, limit: int) -> list[ClaimedDelivery]:
        context = self._context
        if limit <= 0:
            return []
        with context.sessions.writing() as session:
            return delivery.claim_batch(
                session,
                worker=context.worker,
                now=context.now(),
                limit=limit,
                address=context.address,
            )

    async def _deliver(self, claimed: ClaimedDelivery) -> None:
        failure = await self._send(claimed)
        try:
            await asyncio.to_thread(self._settle, claimed, failure)
        except Exception:  # its lease runs out and it is sent again; the others go on
            log.exception("delivery_not_settled", delivery=str(claimed.id))

    async def _send(self, claimed: ClaimedDelivery) -> Failure | None:
        message = Message(id=claimed.message_id, sent_at=self._context.now(), body=claimed.body)
        try:
            await self._channels[claimed.channel].send(
                message, address=claimed.address, secret=claimed.secret
            )
        except DeliveryFailed as failed:
            return Failure(
                detail=failed.detail,
                permanent=failed.permanent,
                status=failed.status,
                retry_after=failed.retry_after,
            )
        except (
            Exception
        ):  # a fault of ours: this message waits and is tried again, the others go on
            log.exception("channel_failed", delivery=str(claimed.id))
            return Failure(detail="a fault of Qalam's own; its log says more")
        return None

    def _settle(self, claimed: ClaimedDelivery, failure: Failure | None) -> None:
        now = self._context.now()
        with self._context.sessions.writing() as session:
            if failure is None:
                delivery.record_success(session, claimed, now=now)
                return
            # Spread, not secret: receivers that failed together are not all tried together again.
            jitter = random.uniform(-MAX_JITTER, MAX_JITTER)  # noqa: S311
            state = delivery.record_failure(session, claimed, failure, now=now, jitter=jitter)
        told = log.error if state is DeliveryState.DEAD else log.warning
        told(
            "delivery_failed",
            delivery=str(claimed.id),
            subscription=claimed.subscription,
            attempt=claimed.attempt,
            state=state.value,
            why=failure.detail,
        )
