# SPDX-License-Identifier: Apache-2.0
"""The one place that reads the clock, for the doors; everything below them takes `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)
