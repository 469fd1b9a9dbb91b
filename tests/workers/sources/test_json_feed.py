# SPDX-License-Identifier: Apache-2.0
"""JSON Feed: items, ids, and what is not one."""

import json
from datetime import UTC, datetime

import pytest

from app.domain.intake.item import Given
from app.domain.record.report import Extent
from app.errors import InvalidInput
from tests.make import NOW
from workers.sources import json_feed

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Press",
    "items": [
        {
            "id": "a-1",
            "url": "https://example.org/1",
            "title": "Редакция обыскана",
            "content_html": "<p>Text <script>alert(1)</script></p>",
            "date_published": "2025-03-04T10:30:00+05:00",
            "tags": ["press"],
        },
        {"id": "a-2", "content_text": "Only a text", "language": "kk-KZ"},
        {"id": "a-3"},
    ],
}


def test_items_are_read() -> None:
    """Title, text without markup, time in UTC and language are taken; the rest is left over."""
    found = json_feed.read(json.dumps(FEED).encode(), Given(now=NOW))

    first, second = (one.reading for one in found.accounts)
    assert [one.raw.external_id for one in found.accounts] == ["a-1", "a-2"]
    assert (first.title, first.summary) == ("Редакция обыскана", "Text")
    assert first.published_at == datetime(2025, 3, 4, 5, 30, tzinfo=UTC)
    assert first.leftovers == {"tags": ["press"]}
    assert (second.title, second.language) == ("Only a text", "kk")
    assert [one.reason for one in found.rejected] == ["the item has neither a title nor a text"]


def test_no_more_than_five_hundred_items() -> None:
    """A feed without end is read in part, and nothing absent is taken for removed."""
    items = [{"id": str(number), "title": "x"} for number in range(700)]

    found = json_feed.read(json.dumps({**FEED, "items": items}).encode(), Given(now=NOW))

    assert len(found.accounts) == 500
    assert found.extent is Extent.PARTIAL


def test_other_json_is_refused() -> None:
    """A document without the version of JSON Feed is not taken for one."""
    with pytest.raises(InvalidInput, match="not a JSON Feed"):
        json_feed.read(b'{"items": []}', Given(now=NOW))
