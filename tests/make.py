# SPDX-License-Identifier: Apache-2.0
"""Builders for rows and callers, with keyword defaults; tests say only what matters to them."""

from datetime import UTC, datetime

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The instant most tests happen at: a Monday, noon."""
