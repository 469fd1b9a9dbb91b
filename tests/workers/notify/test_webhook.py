# SPDX-License-Identifier: Apache-2.0
"""Webhooks against real receivers, verified with the library of Standard Webhooks itself."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app import clock
from tests.workers.receiver import Heard, Receiver, receiving, reply
from workers.notify.channel import DeliveryFailed, Message
from workers.notify.webhook import WebhookChannel
from workers.outbound import OutboundPolicy

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = {"type": "site.blocked.fired", "data": {"title": "новости.example is blocked in KZ"}}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiving() as running:
        yield running


def send(
    receiver: Receiver, *, sent_at: datetime | None = None, body: dict[str, Any] = BODY, **more: Any
) -> None:
    """Send one message to a receiver."""
    options: dict[str, Any] = {"address": receiver.url(), "secret": SECRET, **more}
    deadline = options.pop("deadline", 5.0)
    channel = WebhookChannel(receiver.policy(), deadline=deadline)
    message = Message(id="msg_0123abcd", sent_at=sent_at or clock.now(), body=body)
    asyncio.run(channel.send(message, **options))


def fails(receiver: Receiver, **more: Any) -> DeliveryFailed:
    """Send one message that must not arrive, and return the failure."""
    with pytest.raises(DeliveryFailed) as failure:
        send(receiver, **more)
    return failure.value


def test_the_official_library_accepts_what_is_sent(receiver: Receiver) -> None:
    """Signature, id and time verify; one byte changed and they don't."""
    send(receiver)

    (heard,) = receiver.heard
    assert Webhook(SECRET).verify(heard.body, heard.headers) == BODY
    assert heard.headers["webhook-id"] == "msg_0123abcd"
    assert heard.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(heard.body.replace(b"KZ", b"KG"), heard.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(heard.body, heard.headers)


def test_a_time_of_another_zone_is_signed_as_the_same_instant(receiver: Receiver) -> None:
    """The library would take +05:00 for UTC; the receiver must not notice where we live."""
    almaty = clock.now().astimezone(timezone(timedelta(hours=5)))
    send(receiver, sent_at=almaty)

    (heard,) = receiver.heard
    assert int(heard.headers["webhook-timestamp"]) == int(almaty.timestamp())
    assert Webhook(SECRET).verify(heard.body, heard.headers) == BODY


def test_a_message_from_long_ago_does_not_verify(receiver: Receiver) -> None:
    """The time that is signed is the attempt's own: a replayed one is refused by receivers."""
    send(receiver, sent_at=clock.now() - timedelta(minutes=6))

    (heard,) = receiver.heard
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(heard.body, heard.headers)


@pytest.mark.parametrize("status", ["302 Found", "400 Bad", "404 No", "410 Gone", "500 Oops"])
def test_anything_but_2xx_is_a_failure_with_its_status(receiver: Receiver, status: str) -> None:
    """The outbox learns what the receiver answered; nothing is followed."""
    receiver.answer = lambda _: reply(status, headers=[("Location", receiver.url(path="/next"))])

    assert fails(receiver).status == int(status[:3])
    assert [one.path for one in receiver.heard] == ["/in"]


def test_every_2xx_is_success(receiver: Receiver) -> None:
    """202 and 204 are as good as 200, and so is an answer nobody can decode."""
    for status in ("202 Accepted", "204 No Content"):
        receiver.answer = lambda _, said=status: reply(said)
        send(receiver)
    receiver.answer = lambda _: reply(body=b"??", headers=[("Content-Encoding", "br")])
    send(receiver)

    assert len(receiver.heard) == 3


def test_a_wish_to_come_later_is_handed_on(receiver: Receiver) -> None:
    """Retry-After arrives as the receiver wrote it."""
    receiver.answer = lambda _: reply("429 Slow down", headers=[("Retry-After", "3600")])

    failure = fails(receiver)

    assert (failure.status, failure.retry_after, failure.permanent) == (429, "3600", False)


def test_a_receiver_that_hangs_or_hangs_up_is_a_failure_in_time(receiver: Receiver) -> None:
    """Silence ends with the deadline; a connection closed without an answer at once."""

    def hang(_: Heard) -> Iterator[bytes]:
        receiver.ended.wait(10)
        yield b""

    receiver.answer = hang
    started = time.monotonic()
    assert "timeout" in fails(receiver, deadline=0.3).detail
    assert time.monotonic() - started < 2
    receiver.answer = lambda _: b""
    assert "protocol" in fails(receiver).detail


def test_a_gigabyte_in_answer_is_success_after_four_kilobytes(receiver: Receiver) -> None:
    """The receiver took it; what else it says is not read."""
    sent = 0

    def gigabyte(_: Heard) -> Iterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
        for _number in range(1000):
            yield bytes(1_000_000)
            sent += 1

    receiver.answer = gigabyte
    send(receiver)

    assert sent < 50


def test_a_name_that_turned_inward_since_is_not_contacted() -> None:
    """Public at registration, loopback at send time: not sent, and the outbox learns why."""
    with receiving() as sink:

        async def rebound(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        policy = OutboundPolicy(resolve=rebound, allow_ports=frozenset({sink.port}))
        channel = WebhookChannel(policy)
        message = Message(id="msg_1", sent_at=clock.now(), body=BODY)
        with pytest.raises(DeliveryFailed, match="loopback") as failure:
            asyncio.run(channel.send(message, address=sink.url(), secret=SECRET))

    assert not failure.value.permanent
    assert sink.connections == 0


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "[::1]"])
def test_this_machine_is_never_contacted(receiver: Receiver, host: str) -> None:
    """Under the ordinary policy no way of writing loopback leads anywhere."""
    policy = OutboundPolicy(allow_ports=frozenset({receiver.port}))
    message = Message(id="msg_1", sent_at=clock.now(), body=BODY)

    with pytest.raises(DeliveryFailed, match="not sent"):
        asyncio.run(WebhookChannel(policy).send(message, address=receiver.url(host), secret=SECRET))

    assert receiver.connections == 0


def test_what_can_never_be_sent_is_permanent(receiver: Receiver) -> None:
    """No address, no secret, or 20 kB and more: later attempts would change nothing."""
    assert fails(receiver, address=None).permanent
    assert fails(receiver, secret=None).permanent
    assert fails(receiver, body={"text": "x" * 20_000}).permanent
    assert receiver.connections == 0


def test_letters_of_any_script_arrive(receiver: Receiver) -> None:
    """The body is UTF-8 JSON, signed as it is sent."""
    send(receiver)

    assert "новости" in json.loads(receiver.heard[0].body)["data"]["title"]
