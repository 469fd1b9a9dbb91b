# SPDX-License-Identifier: Apache-2.0
"""Verifying the ledger: every entry recomputed and compared with the record and the checkpoints.

One query, streamed, so that memory does not grow with the ledger. Reads only. What each fault means:
`docs/ledger.md`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.domain.record import ledger as rules
from app.domain.record.ledger_compare import compare
from app.domain.record.ledger_walk import ChainWalk, Fault, Finding
from app.errors import InvalidInput
from app.services import checkpoints
from app.services.given_checkpoints import Given
from app.services.ledger_reading import entries_with_revisions
from app.storage import sealing
from app.storage.sealing import LedgerCheckpoint

MOST_LISTED = 200


@dataclass(slots=True, kw_only=True)
class Report:
    """What a verification found; `findings` holds the first `MOST_LISTED` of `faults`."""

    entries: int = 0
    head: str = rules.NOTHING_BEFORE
    erased_fields: int = 0
    waiting: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def is_valid(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def add(self, found: Iterable[Finding]) -> None:
        """Count findings and keep the first."""
        for one in found:
            self.faults[one.fault.value] += 1
            if len(self.findings) < MOST_LISTED:
                self.findings.append(one)


@dataclass(frozen=True, slots=True)
class _Signed:
    """A head that somebody's key vouches for."""

    entries: int
    head: str
    at: str
    source: str


def verify(
    session: Session, *, trusted: Mapping[str, bytes], given: Sequence[Given] = ()
) -> Report:
    """Verify everything, trusting these public keys by id; raise InvalidInput where none is known."""
    report = Report()
    stored = sealing.all_checkpoints(session)
    if (stored or given) and not trusted:
        raise InvalidInput(
            "there are checkpoints, and no key to check them with: run this where ledger.key is, or "
            "name the public key with --public-key"
        )
    # Read before the entries are: one that is made meanwhile would sign what was not walked.
    signed = [*_stored(stored, trusted, report), *_given(given, stored, trusted, report)]
    report.checkpoints = len(stored) + len(given)
    report.add(_guards(session))
    heads = _walk(session, report, wanted={one.entries for one in signed})
    report.add(_against(signed, heads, report))
    report.add(_unsealed(session))
    report.waiting = sealing.count_waiting(session)
    return report


def _stored(
    rows: Sequence[LedgerCheckpoint], trusted: Mapping[str, bytes], report: Report
) -> Iterator[_Signed]:
    previous, sequence = rules.NOTHING_BEFORE, 0
    unknown: set[str] = set()
    for row in rows:
        one = checkpoints.checkpoint_of(row)
        at = rules.instant(row.at)
        if row.sequence != sequence + 1 or row.previous != previous:
            report.add([_missing_before(row.sequence, at)])
        previous, sequence = row.hash, row.sequence
        key = trusted.get(row.key_id)
        if key is None:
            if row.key_id not in unknown:
                report.add([_unknown_key(row.key_id, at)])
            unknown.add(row.key_id)
        elif checkpoints.public_hash(one) != row.hash or not checkpoints.is_signed_by(
            one, row.hash, key
        ):
            report.add([_wrong_signature(at)])
        else:
            yield _Signed(row.entries, row.head, at, "the database")


def _given(
    given: Sequence[Given],
    stored: Sequence[LedgerCheckpoint],
    trusted: Mapping[str, bytes],
    report: Report,
) -> Iterator[_Signed]:
    kept = {row.hash: row for row in stored}
    for one in given:
        at = rules.instant(one.checkpoint.at)
        key = trusted.get(one.checkpoint.key_id)
        opened = one.checkpoint if one.is_opened else None
        if key is None:
            report.add([_unknown_key(one.checkpoint.key_id, at)])
        elif not checkpoints.is_signed_by(one.checkpoint, one.hash, key) or (
            opened is not None and checkpoints.public_hash(opened) != one.hash
        ):
            report.add([_wrong_signature(at)])
        elif opened is not None:
            yield _Signed(opened.entries, opened.head, at, "the file")
        elif one.hash in kept:
            # The stored one opens it, and was checked above.
            continue
        else:
            report.add([_not_kept(at)])


def _missing_before(sequence: int, at: str) -> Finding:
    return Finding(
        fault=Fault.CHECKPOINT_MISSING,
        message=f"Checkpoint {sequence} of {at} does not follow the one before it: checkpoints were "
        "deleted or replaced.",
    )


def _not_kept(at: str) -> Finding:
    return Finding(
        fault=Fault.CHECKPOINT_MISSING,
        message=f"The checkpoint of {at} in the file is not in the database: it was deleted there, "
        "and with it what would open it.",
    )


def _unknown_key(key_id: str, at: str) -> Finding:
    return Finding(
        fault=Fault.KEY_UNKNOWN,
        message=f"The checkpoint of {at} is signed with the key {key_id}, which is neither in this "
        "data folder nor named by --public-key.",
    )


def _wrong_signature(at: str) -> Finding:
    return Finding(
        fault=Fault.SIGNATURE_WRONG,
        message=f"The checkpoint of {at} is not what was signed: it was changed or forged.",
    )


def _guards(session: Session) -> Iterator[Finding]:
    for name in sorted(sealing.missing_guards(session)):
        yield Finding(
            fault=Fault.GUARD_MISSING,
            message=f"The trigger {name}, which refuses changes, is missing or switched off.",
        )


def _walk(session: Session, report: Report, *, wanted: set[int]) -> dict[int, str]:
    """Walk all entries; return the hashes at the numbers wanted."""
    announced = _announced(session)
    chain, heads = ChainWalk(), {0: rules.NOTHING_BEFORE}
    for entry, stored_hash, stored in entries_with_revisions(session):
        report.add(chain.feed(entry, stored_hash))
        if entry.number in wanted:
            heads[entry.number] = stored_hash
        if stored is None:
            report.add([_no_revision(entry)])
            continue
        found, erased = compare(entry, stored, announced)
        report.add(found)
        report.erased_fields += erased
    report.add(chain.finish())
    report.entries, report.head = chain.last_number, chain.last_hash
    return heads


def _no_revision(entry: rules.Entry) -> Finding:
    return Finding(
        fault=Fault.REVISION_MISSING,
        number=entry.number,
        revision_id=entry.revision_id,
        message=f"Revision {entry.revision_id} ({entry.action} of {entry.object_kind} "
        f"{entry.object_id}), which entry {entry.number} sealed, is not there.",
    )


def _announced(session: Session) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for changes in sealing.erasures(session):
        for revision_id, fields in (changes.get("erased") or {}).items():
            found.setdefault(revision_id, set()).update(fields)
    return {revision_id: frozenset(fields) for revision_id, fields in found.items()}


_CHAIN_FAULTS = (
    Fault.ENTRY_CHANGED,
    Fault.ENTRIES_MISSING,
    Fault.ENTRY_INSERTED,
    Fault.ENTRY_MOVED,
    Fault.LINK_BROKEN,
)


def _against(
    signed: Sequence[_Signed], heads: Mapping[int, str], report: Report
) -> Iterator[Finding]:
    """Compare with what was signed: the tail by the highest count, the rest by the first that differs."""
    beyond = max(
        (one for one in signed if one.entries > report.entries),
        key=lambda one: one.entries,
        default=None,
    )
    if beyond is not None:
        yield Finding(
            fault=Fault.TAIL_CUT,
            number=report.entries + 1,
            message=f"The end is cut off: the checkpoint of {beyond.at} in {beyond.source} signed "
            f"{beyond.entries} entries, and there are {report.entries}.",
        )
    if any(report.faults[one.value] for one in _CHAIN_FAULTS):
        return  # What was done is named already; that the heads differ follows from it.
    for one in sorted(signed, key=lambda one: one.entries):
        if one.entries <= report.entries and heads.get(one.entries) != one.head:
            yield Finding(
                fault=Fault.RECHAINED,
                number=one.entries,
                message=f"Entry {one.entries} is not the one that the checkpoint of {one.at} in "
                f"{one.source} signed: the ledger was chained anew from it or an entry before it.",
            )
            return


def _unsealed(session: Session) -> Iterator[Finding]:
    for revision_id in sealing.unsealed(session, limit=MOST_LISTED):
        yield Finding(
            fault=Fault.REVISION_UNSEALED,
            revision_id=str(revision_id),
            message=f"Revision {revision_id} has no entry and does not wait for one: it was put in "
            "past the triggers, or its entry was taken out.",
        )
