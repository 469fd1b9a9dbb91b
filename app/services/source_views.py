# SPDX-License-Identifier: Apache-2.0
"""What a source is like and how its last reading went, as everybody is told it."""

from typing import Any

from app.storage.reports import Source


def source_view(source: Source) -> dict[str, Any]:
    """Return a source as the API and the commands tell it."""
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "address": source.address,
        "mapping": source.mapping,
        "trust": source.trust,
        "licence": source.licence,
        "interval_seconds": source.interval_seconds,
        "is_paused": source.is_paused,
        "last_run_at": source.last_run_at,
        "last_error": source.last_error,
        "last_counts": source.last_counts,
        "failures_in_a_row": source.failures_in_a_row,
        "next_due_at": source.next_due_at if source.address else None,
        "created_at": source.created_at,
        "version": source.version,
    }
