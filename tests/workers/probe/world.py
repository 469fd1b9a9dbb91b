# SPDX-License-Identifier: Apache-2.0
"""How the prober's tests run a story in a testbed of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.domain.blocking.measurement import Measurement
from tests.testbed import LIMITS, Testbed
from workers.probe import Limits, ProbeSession, measure

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
T = TypeVar("T")


def in_world(story: Callable[[Testbed], Awaitable[T]]) -> T:
    """Run a story in a fresh testbed and return what it returns."""

    async def told() -> T:
        async with Testbed() as net:
            return await story(net)

    return asyncio.run(told())


def hurried(**limits: float) -> Limits:
    """The testbed's limits with some of them shortened: `hurried(tls_s=0.3)`."""
    return replace(LIMITS, **limits)  # type: ignore[arg-type]


async def probe(session: ProbeSession, url: str, **more: Any) -> Measurement:
    """Measure with the constants of these tests."""
    return await measure(url, session=session, vantage="kz-1", started_at=NOW, uid="m-1", **more)


async def seen(net: Testbed, url: str, **more: Any) -> Measurement:
    """Measure once from the field (or `role="control"`)."""
    async with net.session(**more) as session:
        return await probe(session, url)
