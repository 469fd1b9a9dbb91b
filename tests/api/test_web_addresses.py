# SPDX-License-Identifier: Apache-2.0
"""The address of a source is one that a reader can open."""

from collections.abc import Callable

import pytest

from app.domain.vocabulary import Role
from tests.client import Client

Caller = Callable[[Role, str], Client]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://one.example/a?b=c#d", 201),
        ("https://[2001:db8::1]:8443/", 201),
        ("https://[bad", 422),
        ("https://", 422),
        ("https:///page", 422),
        ("https://one.example:99999/", 422),
        ("https://one.example:x/", 422),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_by_its_place(
    caller: Caller, url: str, status: int
) -> None:
    """It would stand in a public footnote and open nothing; the answer names the field."""
    body = {
        "country": "KZ",
        "category": "physical_attack",
        "statement": "They are beaten.",
        "source": {"type": "news", "title": "A report", "url": url},
    }

    answer = caller(Role.MONITOR, "aizhan").post("/api/v1/patterns", json=body)

    assert answer.status_code == status
    if status == 422:
        assert [one["pointer"] for one in answer.json()["errors"]] == ["/source/url"]
