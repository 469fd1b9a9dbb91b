# SPDX-License-Identifier: Apache-2.0
"""What a channel is: it takes one message to one address, or says why it could not.

A channel sends once and decides nothing: whether to try again, and when, is the outbox's business.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in one attempt. `id` is the same in every attempt, `sent_at` the attempt's own."""

    id: str  # "msg_" and 32 hex digits
    sent_at: datetime
    body: dict[str, Any]


class DeliveryFailed(Exception):
    """When a message did not arrive.

    `permanent` says that no later attempt can succeed; `status` and `retry_after` are what an HTTP
    receiver answered, as it came.
    """

    def __init__(
        self,
        detail: str,
        *,
        permanent: bool = False,
        status: int | None = None,
        retry_after: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent
        self.status = status
        self.retry_after = retry_after


class Channel(Protocol):
    """Anything that can carry a message."""

    async def send(self, message: Message, *, address: str | None, secret: str | None) -> None:
        """Return when the receiver has taken the message; raise DeliveryFailed otherwise."""
