# SPDX-License-Identifier: Apache-2.0
"""The timeline of an outlet for people: what happened, when, and where to read more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import TimelineKind
from app.web.presenters import words
from app.web.presenters.sources import Source, source

_KINDS: dict[TimelineKind, str] = {
    TimelineKind.DECISION: "Decision",
    TimelineKind.STATUS: "The outlet",
    TimelineKind.BLOCKING_DECLARED: "Blocking, declared",
    TimelineKind.BLOCKING_MEASURED: "Blocking, measured",
    TimelineKind.INCIDENT: "Against the outlet",
    TimelineKind.ATTACK: "Against its journalists",
    TimelineKind.SUIT: "Suit or prosecution",
    TimelineKind.REPLY: "What the State said",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One entry."""

    when: str
    kind: str
    title: str
    detail: str
    page: str | None
    source: Source | None


def moment(entry: Mapping[str, Any]) -> Moment:
    """Put an entry into words."""
    kind = TimelineKind(entry["kind"])
    start, end = words.edtf(entry["date"]["text"]), words.edtf(entry["until"])
    if kind is TimelineKind.BLOCKING_MEASURED and not end:
        start = f"since {start}"
    return Moment(
        when=words.capital(f"{start} to {end}" if end and end != start else start),
        kind=_KINDS[kind],
        title=words.capital(entry["title"]),
        detail=entry["detail"] or "",
        page=entry["page"],
        source=source(entry["source"]) if entry["source"] else None,
    )
