# SPDX-License-Identifier: Apache-2.0
"""Which episode on record is which one that a history folded again shows.

An episode that people were shown keeps its id where it is the same blocking; one that no blocking
stands for any more is withdrawn or was part of another, and is never deleted.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One blocking in time; `until` is None while it lasts. `key` is the caller's name for it."""

    key: Hashable
    since: datetime
    until: datetime | None = None
    is_withdrawn: bool = False

    def meets(self, other: "Span") -> bool:
        """Whether the two have a moment in common."""
        return self.since <= (other.until or FOREVER) and other.since <= (self.until or FOREVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """`same`: key found → key on record. `part_of`: key on record → key found it merged into.

    What is on record and in neither stands for nothing any more; what was found and is not in
    `same` is new.
    """

    same: dict[Hashable, Hashable]
    part_of: dict[Hashable, Hashable]


def match(found: Iterable[Span], on_record: Sequence[Span]) -> Matches:
    """Match blockings found with those on record: by a common begin, else by the longest overlap."""
    ordered = sorted(found, key=lambda one: one.since)
    same: dict[Hashable, Hashable] = {}
    # What is shown goes before what was withdrawn, and a common begin before mere overlap.
    for is_exact, is_withdrawn in ((True, False), (False, False), (True, True), (False, True)):
        for one in ordered:
            if one.key in same:
                continue
            candidates = [
                kept
                for kept in on_record
                if kept.key not in same.values()
                and kept.is_withdrawn is is_withdrawn
                and (kept.since == one.since if is_exact else kept.meets(one))
            ]
            if candidates:
                best = min(candidates, key=lambda kept: (-_overlap(kept, one), kept.since))
                same[one.key] = best.key
    left = [kept for kept in on_record if kept.key not in same.values()]
    part_of = {
        kept.key: one.key
        for kept in left
        if not kept.is_withdrawn
        for one in ordered
        if kept.meets(one)
    }
    return Matches(same=same, part_of=part_of)


def _overlap(one: Span, other: Span) -> float:
    start = max(one.since, other.since)
    end = min(one.until or FOREVER, other.until or FOREVER)
    return (end - start).total_seconds()
