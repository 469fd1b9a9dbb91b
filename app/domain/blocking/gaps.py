# SPDX-License-Identifier: Apache-2.0
"""While nothing was measured: when a missed round becomes a gap, and when the gap began.

A gap is unknown, never up: uptime is counted over covered time only.
"""

from datetime import datetime, timedelta


def gap_between(
    last: datetime | None, then: datetime, interval: timedelta
) -> tuple[datetime, datetime] | None:
    """Return the gap between two rounds, or None where no round was late by more than an interval.

    It begins when the next round was due. Asked with the present time it tells of one that lasts.
    """
    if last is None or then - last <= 2 * interval:
        return None
    return last + interval, then
