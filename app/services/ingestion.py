# SPDX-License-Identifier: Apache-2.0
"""Keeping what one reading of a source gave, in one transaction, so that nothing is half imported.

New, changed, unchanged and vanished are told apart by the id the source gives and the hash of its
words: the same file twice changes nothing, and what a source said before stays, word for word.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.record.report import Account, Extent, Found, Rejected
from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus, Trust
from app.services import arriving, datasets, sorting, sources, submitting
from app.services.sources import NewSource
from app.storage import ledger, reports
from app.storage.database import new_id
from app.storage.reports import Known, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What a reading changed; `rows` counts every row that was looked at."""

    rows: int
    new: int
    changed: int
    unchanged: int
    vanished: int
    rejected: tuple[Rejected, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the shape that `qalam reports import --json` prints."""
        return {**asdict(self), "rejected": [asdict(one) for one in self.rejected]}

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "vanished": self.vanished,
            "rejected": len(self.rejected),
        }


def import_file(
    session: Session,
    described: NewSource,
    found: Found,
    *,
    now: datetime,
    viewer: Viewer | None = None,
) -> IngestResult:
    """Keep what a file gave that somebody handed in; `viewer` is None for the local operator."""
    source, is_remapped = sources.file_source(session, described, now=now, viewer=viewer)
    return ingest(session, source, found, now=now, is_remapped=is_remapped, viewer=viewer)


def ingest(
    session: Session,
    source: Source,
    found: Found,
    *,
    now: datetime,
    is_remapped: bool = False,
    viewer: Viewer | None = None,
) -> IngestResult:
    """Keep what one reading gave. The caller commits, or rolls back for a dry run.

    Under another mapping than before, the same words are read anew; that makes no new version.
    From a trusted dataset, rows become verified records as well (`services.datasets`); of a source that is
    trusted to report, incidents that are handed in (`services.submitting`).
    """
    reports.lock_source(session, source.id)
    is_remapped = is_remapped or source.is_remapped
    known = reports.known_reports(session, source.id, keys=_named(found))
    new, changed, unchanged = _sorted_out(found, known)
    new_ids = {account.raw.external_id: new_id() for account in new}
    reports.add_reports(
        session, [_new_row(source, one, new_ids[one.raw.external_id], now) for one in new]
    )
    reports.update_reports(session, [_changed_row(one, at, now) for one, at in changed])
    reports.add_raw_items(
        session,
        [_raw_row(one, new_ids[one.raw.external_id], 1, now) for one in new]
        + [_raw_row(one, at.id, at.version + 1, now) for one, at in changed],
    )
    if is_remapped:
        reports.update_reports(session, [{"id": at.id, **_columns(one)} for one, at in unchanged])
    returned = [at for _, at in unchanged if at.is_gone]
    gone = _gone(found, known)
    reports.update_reports(session, [{"id": one.id, "vanished_at": now} for one in gone])
    reports.update_reports(session, [{"id": one.id, "vanished_at": None} for one in returned])
    if new or changed or gone or returned or is_remapped:
        ledger.bump(session, "staff")
    taken = arriving.arrive(
        session,
        source,
        {new_ids[one.raw.external_id]: one for one in new},
        {at.id: one for one, at in (*changed, *(unchanged if is_remapped else ()))},
        now=now,
        viewer=viewer,
    )
    if source.trust is Trust.DATASET:
        datasets.keep_records(
            session,
            source,
            found,
            revised=frozenset(
                one.raw.external_id for one, at in (*changed, *unchanged) if at.is_gone
            )
            | frozenset(one.raw.external_id for one, _ in changed),
            gone=frozenset(one.id for one in gone),
            now=now,
            viewer=viewer,
        )
    if source.trust is Trust.REPORT:
        read_anew = (*changed, *(unchanged if is_remapped else ()))
        submitting.submit_reports(
            session,
            source,
            found,
            free=taken.free,
            held=taken.follow.keys(),
            revised=frozenset(one.raw.external_id for one, _ in read_anew),
            now=now,
            viewer=viewer,
        )
    sorting.attach_followers(session, taken, now=now, viewer=viewer)
    result = IngestResult(
        rows=len(found.accounts) + len(found.rejected) + len(found.removed),
        new=len(new),
        changed=len(changed),
        unchanged=len(unchanged),
        vanished=len(gone),
        rejected=found.rejected,
    )
    source.last_run_at = now
    source.last_counts = result.counts()
    source.last_error = None
    source.is_remapped = False
    session.flush()
    return result


_FEW = 500
"""Up to so many items are looked up by their ids; for more, all of a source is read at once."""

_Pairs = list[tuple[Account, Known]]


def _named(found: Found) -> list[str] | None:
    """Return the ids that matter, where absence says nothing and they are few."""
    keys = [*(one.raw.external_id for one in found.accounts), *found.removed]
    return keys if found.extent is Extent.PARTIAL and len(keys) <= _FEW else None


def _sorted_out(found: Found, known: Mapping[str, Known]) -> tuple[list[Account], _Pairs, _Pairs]:
    """Return what is new, what is changed and what is as before."""
    new: list[Account] = []
    changed: _Pairs = []
    unchanged: _Pairs = []
    for account in found.accounts:
        before = known.get(account.raw.external_id)
        if before is None:
            new.append(account)
        else:
            same = before.sha256 == account.raw.sha256
            (unchanged if same else changed).append((account, before))
    return new, changed, unchanged


def _gone(found: Found, known: Mapping[str, Known]) -> list[Known]:
    """Return the reports whose absence means that their source took them away."""
    present = {account.raw.external_id for account in found.accounts}
    absent = {key: one for key, one in known.items() if key not in present and not one.is_gone}
    told = [absent.pop(key) for key in dict.fromkeys(found.removed) if key in absent]
    return told + _missed(found, list(absent.values()))


def _missed(found: Found, absent: list[Known]) -> list[Known]:
    """Return those of the absent whose absence alone says that they were removed."""
    if found.extent is Extent.WHOLE:
        return absent
    if found.extent is Extent.WINDOW and found.window is not None:
        return [one for one in absent if found.window.holds(one.country, one.date_text)]
    dated = [one.reading.published_at for one in found.accounts]
    oldest = min((at for at in dated if at is not None), default=None)
    if found.extent is not Extent.LATEST or oldest is None:
        return []
    # Older items leave a feed by age; nothing is said by that.
    return [one for one in absent if one.published_at is not None and one.published_at >= oldest]


def _columns(account: Account) -> dict[str, Any]:
    reading = account.reading
    return {
        "raw_sha256": account.raw.sha256,
        "title": reading.title,
        "summary": reading.summary,
        "url": reading.url,
        "language": reading.language,
        "country": reading.country,
        "date_text": reading.date_text,
        "published_at": reading.published_at,
        "leftovers": reading.leftovers,
        "particulars": msgspec.to_builtins(reading.particulars),
        "suggestions": msgspec.to_builtins(reading.suggestions),
    }


def _new_row(
    source: Source, account: Account, report_id: uuid.UUID, now: datetime
) -> dict[str, Any]:
    return {
        "id": report_id,
        "source_id": source.id,
        "external_id": account.raw.external_id,
        **_columns(account),
        "status": ReportStatus.NEW,
        "first_seen_at": now,
        "changed_at": now,
        "version": 1,
    }


def _changed_row(account: Account, before: Known, now: datetime) -> dict[str, Any]:
    return {
        "id": before.id,
        **_columns(account),
        "changed_at": now,
        "vanished_at": None,
        "version": before.version + 1,
    }


def _raw_row(account: Account, report_id: uuid.UUID, version: int, now: datetime) -> dict[str, Any]:
    return {
        "report_id": report_id,
        "version": version,
        "sha256": account.raw.sha256,
        "raw": account.raw.raw,
        "seen_at": now,
    }
