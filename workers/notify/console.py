# SPDX-License-Identifier: Apache-2.0
"""The channel that needs nothing: each alert as a few plain lines where Qalam runs."""

import sys
from typing import Any, TextIO

from workers.notify.channel import DeliveryFailed, Message

_WORDS = {"critical": "LOOK NOW", "warning": "LOOK TODAY", "info": "FOR THE RECORD"}


class ConsoleChannel:
    """Writes to a stream; standard output unless another is given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, message: Message, *, address: str | None, secret: str | None) -> None:  # noqa: ARG002
        """Write the message and flush it, so that a line seen is a message delivered."""
        stream = self._stream or sys.stdout
        try:
            stream.write(rendered(message.body))
            stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryFailed(
                f"the console cannot be written ({type(error).__name__})"
            ) from None


def rendered(body: dict[str, Any]) -> str:
    """Return the lines for a message; nothing in it can move a cursor or colour a terminal."""
    data: dict[str, Any] = body.get("data", {})
    event = str(body.get("type", "")).rpartition(".")[2].upper()
    urgency = _WORDS.get(str(data.get("severity")), "")
    head = " · ".join(part for part in (event, urgency, data.get("title")) if part)
    facts = (
        data.get("country"),
        data.get("site_url"),
        data.get("mechanism"),
        data.get("confidence"),
    )
    lines = [head, data.get("text"), " · ".join(str(one) for one in facts if one), data.get("link")]
    shown = [_harmless(str(line)) for line in lines if line]
    return "\n".join(["", *(f"  │ {line}" for line in shown), ""]) + "\n"


def _harmless(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
