# SPDX-License-Identifier: Apache-2.0
"""The console: readable, and nothing in a message can play with the terminal."""

import asyncio
import io

import pytest

from tests.make import NOW
from workers.notify.channel import DeliveryFailed, Message
from workers.notify.console import ConsoleChannel, rendered

BODY = {
    "type": "site.blocked.fired",
    "data": {
        "title": "https://news.example/ is blocked in KZ",
        "text": "Since 2026-03-02 12:00 UTC it is blocked.",
        "severity": "critical",
        "country": "KZ",
        "site_url": "https://news.example/",
        "mechanism": "nxdomain",
        "confidence": "confirmed",
        "link": "http://127.0.0.1:8000/alerts/1",
    },
}
MESSAGE = Message(id="msg_1", sent_at=NOW, body=BODY)


def test_an_alert_is_a_few_readable_lines() -> None:
    """What happened, how urgent, where, how it is known, and where to look."""
    stream = io.StringIO()
    asyncio.run(ConsoleChannel(stream).send(MESSAGE, address=None, secret=None))

    assert [line.strip() for line in stream.getvalue().splitlines() if line.strip()] == [
        "│ FIRED · LOOK NOW · https://news.example/ is blocked in KZ",
        "│ Since 2026-03-02 12:00 UTC it is blocked.",
        "│ KZ · https://news.example/ · nxdomain · confirmed",
        "│ http://127.0.0.1:8000/alerts/1",
    ]


def test_standard_output_is_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a stream of its own it prints where Qalam runs."""
    asyncio.run(ConsoleChannel().send(MESSAGE, address=None, secret=None))

    assert "LOOK NOW" in capsys.readouterr().out


def test_a_title_cannot_move_the_cursor() -> None:
    """Escape sequences, line breaks and right-to-left overrides arrive as spaces."""
    body = {"type": "x.fired", "data": {"title": "a\x1b[2Jb\nc\rd\u202ee\x07f"}}

    shown = rendered(body)

    assert "a [2Jb c d e f" in shown
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


def test_a_console_that_is_gone_is_a_failure_that_may_pass() -> None:
    """A closed stream is told to the outbox, which tries again."""
    stream = io.StringIO()
    stream.close()

    with pytest.raises(DeliveryFailed) as failure:
        asyncio.run(ConsoleChannel(stream).send(MESSAGE, address=None, secret=None))

    assert not failure.value.permanent
