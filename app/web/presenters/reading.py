# SPDX-License-Identifier: Apache-2.0
"""The sources that are read, for the people who look after them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.vocabulary import Trust
from app.storage.reports import Source
from app.web.presenters import words

TRUSTED = {
    Trust.LEAD: "a hint for a person",
    Trust.REPORT: "a report to accept",
    Trust.DATASET: "a verified dataset",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source in a list. `code` names the mark of its state."""

    id: str
    name: str
    kind: str
    kind_code: str
    address: str
    host: str
    code: str
    word: str
    every: str
    trust: str
    licence: str | None
    last_run_at: datetime | None
    gave: str
    error: str | None
    failures: str
    due_at: datetime | None
    is_paused: bool
    version: int
    mapping: dict[str, Any]


def source_row(source: Source, now: datetime) -> SourceRow:
    """Say what a source is like and how it goes."""
    code, word = _state(source)
    by_itself = source.address is not None and not source.is_paused
    return SourceRow(
        id=str(source.id),
        name=source.name,
        kind=source.kind.label,
        kind_code=source.kind.value,
        address=source.address or "",
        host=words.host(source.address) if source.address else "",
        code=code,
        word=word,
        every=_every(source.interval_seconds) if source.address else "when a file is handed in",
        trust=TRUSTED[source.trust],
        licence=source.licence,
        last_run_at=source.last_run_at,
        gave=_gave(source.last_counts),
        error=source.last_error,
        failures=words.count(source.failures_in_a_row, "failure") + " in a row"
        if source.failures_in_a_row > 1
        else "",
        due_at=max(source.next_due_at, now) if by_itself else None,
        is_paused=source.is_paused,
        version=source.version,
        mapping=source.mapping,
    )


def _state(source: Source) -> tuple[str, str]:
    if source.is_paused:
        return "not_applicable", "Paused"
    if source.last_error:
        return "blocked", "Broken"
    if source.last_run_at is None:
        return "unknown", "Not read yet"
    return "ok", "Read"


def _every(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            n = seconds // size
            return f"every {name}" if n == 1 else f"every {words.count(n, name)}"
    return f"every {words.count(round(seconds / 60), 'minute')}"


def _gave(counts: dict[str, Any]) -> str:
    """Say what the last reading gave: 'three rows: two new, one rejected'."""
    if not counts:
        return ""
    parts = [
        f"{words.number_word(counts[name])} {name}"
        for name in ("new", "changed", "unchanged", "vanished", "rejected")
        if counts.get(name)
    ]
    rows = words.count(counts.get("rows", 0), "row")
    return f"{rows}: {words.listed(parts)}" if parts else rows
