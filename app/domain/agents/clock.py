# SPDX-License-Identifier: Apache-2.0
"""When a measurement was made, if the agent's clock is not to be trusted.

Within one boot the monotonic clock tells how long before the batch something was measured, and the
collector's clock tells when the batch came: the agent's wall clock is not needed at all. Across
boots only the wall clock is left, moved by the offset seen when the batch came.
"""

from datetime import UTC, datetime, timedelta

from app.domain.agents.protocol import Batch, Item


def offset_of(batch: Batch, received_at: datetime) -> timedelta:
    """Return how far the collector's clock is ahead of the agent's; travel time is neglected."""
    return received_at - batch.now


def measured_at(item: Item, batch: Batch, received_at: datetime) -> datetime:
    """Return when the item was measured, by the collector's clock.

    A time that no calendar holds comes back as the most distant past.
    """
    try:
        if item.boot == batch.boot and item.monotonic_ms <= batch.monotonic_ms:
            return received_at - timedelta(milliseconds=batch.monotonic_ms - item.monotonic_ms)
        return item.measurement.started_at + offset_of(batch, received_at)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
