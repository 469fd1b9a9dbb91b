# SPDX-License-Identifier: Apache-2.0
"""Messages posted to an address somebody chose, signed after Standard Webhooks 1.0.

Only a 2xx is success; a redirect is a failure and nothing is followed. What a failure means for the
next attempt is `app.domain.alerting.retry`. The answer's body is read to 4 KiB and dropped.
"""

from datetime import UTC

import msgspec
from standardwebhooks.webhooks import Webhook

from app.errors import RefusedAddress
from workers.notify.channel import DeliveryFailed, Message
from workers.outbound import OutboundAnswer, OutboundFailed, OutboundPolicy, request

DEADLINE_SECONDS = 20.0
MAX_ANSWER_BYTES = 4096
MAX_BODY_BYTES = 20_000


class WebhookChannel:
    """Posts to public addresses only; `policy` says what public means here."""

    def __init__(self, policy: OutboundPolicy, *, deadline: float = DEADLINE_SECONDS) -> None:
        self._policy = policy
        self._deadline = deadline

    async def send(self, message: Message, *, address: str | None, secret: str | None) -> None:
        """Post one message; every attempt has the message's id and its own time and signature."""
        if not address or not secret:
            raise DeliveryFailed("the webhook has no address or no secret", permanent=True)
        body = msgspec.json.encode(message.body)
        if len(body) >= MAX_BODY_BYTES:
            raise DeliveryFailed("the message is over 20 kB", permanent=True)
        try:
            answer = await request(
                "POST",
                address,
                policy=self._policy,
                deadline=self._deadline,
                max_bytes=MAX_ANSWER_BYTES,
                headers=_signed(message, body, secret),
                content=body,
            )
        except RefusedAddress as refusal:
            # Not permanent: a resolver that lies today may be mended tomorrow.
            raise DeliveryFailed(f"not sent: {refusal.detail} ({refusal.reason})") from None
        except OutboundFailed as failure:
            raise DeliveryFailed(f"{failure.detail} ({failure.reason})") from None
        _judge(answer)


def _signed(message: Message, body: bytes, secret: str) -> dict[str, str]:
    # The library reads any time as if it were UTC, so it is given UTC.
    at = message.sent_at.astimezone(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message.id, at, body.decode()),
    }


def _judge(answer: OutboundAnswer) -> None:
    if not 200 <= answer.status < 300:
        raise DeliveryFailed(
            f"the receiver answered {answer.status}",
            status=answer.status,
            retry_after=answer.headers.get("retry-after"),
        )
