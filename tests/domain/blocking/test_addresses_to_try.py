# SPDX-License-Identifier: Apache-2.0
"""Which addresses a control tries beside its own: those the field saw, and never more than a few."""

from datetime import UTC, datetime

from app.domain.blocking.controls import MOST_ADDRESSES, addresses_to_try
from app.domain.blocking.measurement import DnsAnswer, DnsLookup, Engine, Measurement


def _seen(*addresses: tuple[str, str]) -> Measurement:
    lookup = DnsLookup(
        hostname="news.example",
        query_type="A",
        engine=Engine.SYSTEM,
        resolver="",
        started_ms=0,
        ended_ms=1,
        answers=tuple(DnsAnswer(address=one, address_class=what) for one, what in addresses),
    )
    return Measurement(
        uid="0" * 32,
        url="https://news.example/",
        vantage="v",
        started_at=datetime(2026, 11, 24, tzinfo=UTC),
        runtime_ms=1,
        lookups=(lookup, lookup),
    )


def test_each_public_address_is_tried_once() -> None:
    """A bogon is evidence and never a target; nor is what only claims to be an address."""
    seen = _seen(("8.8.8.8", "global"), ("10.0.0.1", "bogon:private"), ("no address", "global"))

    assert addresses_to_try(seen) == ("8.8.8.8",)


def test_an_agent_that_claims_thousands_sends_no_control_to_all_of_them() -> None:
    """Ours as little as another agent."""
    seen = _seen(*((f"8.8.{number // 250}.{number % 250}", "global") for number in range(2000)))

    assert len(addresses_to_try(seen)) == MOST_ADDRESSES
