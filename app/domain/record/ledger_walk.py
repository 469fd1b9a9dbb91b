# SPDX-License-Identifier: Apache-2.0
"""Walking the ledger from its first entry: what does not fit, named as what it most likely is.

Fed entry by entry, so that a million need no memory. Never here: reading them, or signatures.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.domain.record.ledger import NOTHING_BEFORE, Entry, entry_hash

_NEAR = 64
_MOST_KEPT = 400


class Fault(StrEnum):
    """What can be wrong with a ledger."""

    ENTRY_CHANGED = "entry_changed"
    ENTRIES_MISSING = "entries_missing"
    ENTRY_INSERTED = "entry_inserted"
    ENTRY_MOVED = "entry_moved"
    LINK_BROKEN = "link_broken"
    TAIL_CUT = "tail_cut"
    RECHAINED = "rechained"
    SIGNATURE_WRONG = "signature_wrong"
    KEY_UNKNOWN = "key_unknown"
    CHECKPOINT_MISSING = "checkpoint_missing"
    REVISION_CHANGED = "revision_changed"
    REVISION_MISSING = "revision_missing"
    REVISION_UNSEALED = "revision_unsealed"
    SALT_LOST = "salt_lost"
    ERASED_WITHOUT_RECORD = "erased_without_record"
    GUARD_MISSING = "guard_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not fit, by entry, revision and field where it has them."""

    fault: Fault
    message: str
    number: int | None = None
    revision_id: str | None = None
    field: str | None = None


@dataclass(slots=True)
class _Run:
    """Entries in a row that bear numbers shifted by the same amount."""

    first: int
    last: int
    offset: int


@dataclass(slots=True)
class ChainWalk:
    """Feed it every entry in the order of its number; `finish` tells what only the whole shows."""

    last_number: int = 0
    last_hash: str = NOTHING_BEFORE
    _runs: list[_Run] = field(default_factory=list)
    _broken: list[tuple[Entry, str]] = field(default_factory=list)

    def feed(self, entry: Entry, stored_hash: str) -> Iterator[Finding]:
        """Take the next entry; tell what does not fit between it and what came before."""
        gap = entry.number - self.last_number - 1
        if gap > 0:
            yield _missing(entry.number - gap, entry.number - 1)
        if entry_hash(entry) == stored_hash:
            if gap <= 0 and entry.previous != self.last_hash and not self._last_is_odd():
                yield _replaced(entry)
        elif not self._is_renumbered(entry, stored_hash):
            if len(self._broken) < _MOST_KEPT:
                self._broken.append((entry, stored_hash))
            else:
                yield _changed(entry)
        self.last_hash, self.last_number = stored_hash, entry.number

    def _last_is_odd(self) -> bool:
        """Whether the entry before is told of already, so that a broken link behind it is no news."""
        odd = (
            self._runs[-1].last if self._runs else 0,
            self._broken[-1][0].number if self._broken else 0,
        )
        return self.last_number in odd and self.last_number > 0

    def _is_renumbered(self, entry: Entry, stored_hash: str) -> bool:
        run = self._runs[-1] if self._runs and self._runs[-1].last == self.last_number else None
        known = (run.offset,) if run else ()
        near = sorted(range(-_NEAR, _NEAR + 1), key=abs) if len(self._broken) < _MOST_KEPT else ()
        for offset in (*known, *near):
            true_number = entry.number + offset
            if true_number > 0 and _renumbered(entry, true_number) == stored_hash:
                break
        else:
            return False
        if run and run.offset == offset:
            run.last = entry.number
        else:
            self._runs.append(_Run(entry.number, entry.number, offset))
        return True

    def finish(self) -> Iterator[Finding]:
        """Tell what was swapped, inserted or taken out with renumbering, and what was changed."""
        numbers = [entry.number for entry, _ in self._broken]
        for entry, stored_hash in self._broken:
            place = next((one for one in numbers if _renumbered(entry, one) == stored_hash), None)
            yield _changed(entry) if place is None else _swapped(entry.number, place)
        if self._is_shuffled():
            for run in self._runs:
                for number in range(run.first, run.last + 1):
                    yield _swapped(number, number + run.offset)
            return
        offset = 0
        for run in self._runs:
            yield _shifted(run, run.offset - offset)
            offset = run.offset

    def _is_shuffled(self) -> bool:
        """Whether the renumbered entries stand in each other's places."""
        if sum(run.last - run.first + 1 for run in self._runs) > _MOST_KEPT:
            return False
        places = {one for run in self._runs for one in range(run.first, run.last + 1)}
        origins = {one + run.offset for run in self._runs for one in range(run.first, run.last + 1)}
        return places == origins


def _renumbered(entry: Entry, number: int) -> str:
    return entry_hash(replace(entry, number=number))


def _missing(first: int, last: int) -> Finding:
    which = f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
    return Finding(
        fault=Fault.ENTRIES_MISSING,
        number=first,
        message=f"{which} missing: deleted from the middle.",
    )


def _replaced(entry: Entry) -> Finding:
    number = entry.number - 1
    return Finding(
        fault=Fault.LINK_BROKEN,
        number=number or 1,
        message=f"Entry {number} was replaced: entry {entry.number} names another hash before it."
        if number
        else "Entry 1 does not begin the ledger: it names an entry before it.",
    )


def _swapped(place: int, true_number: int) -> Finding:
    return Finding(
        fault=Fault.ENTRY_MOVED,
        number=place,
        message=f"What stands as entry {place} is entry {true_number}: rows were swapped.",
    )


def _shifted(run: _Run, by: int) -> Finding:
    count = abs(by)
    if by < 0:
        which = f"Entry {run.first - 1} was" if count == 1 else f"{count} entries were"
        return Finding(
            fault=Fault.ENTRY_INSERTED,
            number=run.first - count,
            message=f"{which} inserted: what stands as number {run.first} is entry "
            f"{run.first + run.offset}, and so on.",
        )
    return Finding(
        fault=Fault.ENTRIES_MISSING,
        number=run.first,
        message=f"{count} entries before number {run.first} were deleted and the rest renumbered: it "
        f"is entry {run.first + run.offset}.",
    )


def _changed(entry: Entry) -> Finding:
    return Finding(
        fault=Fault.ENTRY_CHANGED,
        number=entry.number,
        revision_id=entry.revision_id,
        message=f"Entry {entry.number} was changed: its hash is not the hash of what it says.",
    )
