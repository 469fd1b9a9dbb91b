# SPDX-License-Identifier: Apache-2.0
"""Taking an export of Qalam's in again: as one's own record restored, or as another house's dataset.

All or nothing, in one transaction of the caller's. A record that people here have worked on since is
never changed by a file; it is named, and stays. Never here: who may call this (the local operator).
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.report import Rejected
from app.errors import Conflict, InvalidInput
from app.services import conclusions, restoring_checks
from app.services.categories import probed_categories
from app.services.exporting_shapes import CaseRow, IncidentRow, OutletRow, Row, SiteRow
from app.services.restoring_cases import follow, put_case, put_site, put_whole_outlet
from app.services.restoring_incidents import ENDED, put_incident, put_levels, stamp
from app.services.restoring_known import chunks, count_on, digest_of, host_of, taken_in_before
from app.services.restoring_parts import TAKEN_IN, Taking
from app.services.restoring_reading import FileRead, FileRow
from app.storage import ledger
from app.storage.cases import Case
from app.storage.incidents import Incident, find_incident
from app.storage.ledger import Revision
from app.storage.outlets import Outlet
from app.storage.sites import Site

_KINDS = {"incidents": "incident", "cases": "case", "outlets": "outlet", "sites": "site"}
_OF_RECORD = ("incident", "case", "outlet")
_TABLES: dict[str, type[Incident | Case | Outlet | Site]] = {
    "incidents": Incident,
    "cases": Case,
    "outlets": Outlet,
    "sites": Site,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import did, or would do; with anything in `rejected` it did nothing."""

    noun: str | None
    rows: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    rejected: tuple[Rejected, ...] = ()
    kept: tuple[Rejected, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the shape that `qalam reports import --json` prints."""
        return asdict(self)


def take_in(session: Session, read: FileRead, *, name: str | None, now: datetime) -> TakenIn:
    """Keep what a file holds; `name` is the house whose record it is, None for one's own.

    Raises Conflict where a restore is asked for and people have worked on the record here already.
    """
    problems = (*read.rejected, *restoring_checks.problems(read.rows, now=now))
    if problems or read.noun is None:
        lines = tuple(sorted(problems, key=lambda one: one.line))
        return TakenIn(noun=read.noun, rows=len(read.rows) + len(read.rejected), rejected=lines)
    if name is None:
        _check_own(session, read)
    try:
        return _Work(session, read.noun, Taking(session=session, name=name, now=now)).run(read.rows)
    except sa.exc.IntegrityError:
        raise Conflict(
            "rows of the file refer to what is neither in it nor on record, or bear ids that mean "
            "something else here; nothing was taken in. Take in outlets and incidents before sites "
            "and cases."
        ) from None


def _check_own(session: Session, read: FileRead) -> None:
    whole = {"sites": "date_added"}.get(read.noun or "", "created_at")
    if any(getattr(one.row, whole) is None for one in read.rows):
        raise InvalidInput(
            "this file was made for the public and does not hold the whole record: restore from an "
            "export for the desk, or say whose record it is: --name ORGANISATION"
        )
    worked = session.scalar(
        sa.select(Revision.id)
        .where(Revision.object_kind.in_(_OF_RECORD), Revision.action != TAKEN_IN)
        .limit(1)
    )
    if worked is not None:
        raise Conflict(
            "people have worked on the record here already, and a file does not overrule them: say "
            "whose record it is (--name ORGANISATION), or restore into a new database"
        )


class _Work:
    """One import under way."""

    def __init__(self, session: Session, noun: str, taking: Taking) -> None:
        self.session = session
        self.noun = noun
        self.kind = _KINDS[noun]
        self.taking = taking
        self.new: set[uuid.UUID] = set()
        self.changed = 0
        self.unchanged = 0
        self.kept: list[Rejected] = []

    def run(self, rows: Sequence[FileRow]) -> TakenIn:
        wanted: list[Row] = []
        for chunk in chunks(rows):
            wanted += self._sorted_out(chunk)
        vanished = self._vanished(rows)
        self._put(wanted)
        self.session.flush()
        if wanted:
            told = self.noun == "sites" or self.taking.is_own
            ledger.bump(self.session, "staff", *(["public"] if told else []))
        return TakenIn(
            noun=self.noun,
            rows=len(rows),
            new=sum(one.row.id in self.new for one in rows),
            changed=self.changed,
            unchanged=self.unchanged,
            vanished=vanished,
            kept=tuple(self.kept),
        )

    def _sorted_out(self, chunk: Sequence[FileRow]) -> Iterator[Row]:
        """Yield the rows that are new or changed; count the others, and name those that stay."""
        ids = [one.row.id for one in chunk]
        before = taken_in_before(self.session, self.kind, ids)
        table = _TABLES[self.noun]
        present = set(self.session.scalars(sa.select(table.id).where(table.id.in_(ids))))
        for one in chunk:
            known = before.get(one.row.id)
            if known is None and one.row.id not in present:
                if not self.taking.is_own and getattr(one.row, "status", None) in ENDED:
                    reason = "set aside where it comes from; it is not taken over"
                    self.kept.append(Rejected(line=one.line, reason=reason))
                    continue
                self.new.add(one.row.id)
                yield one.row
            elif known is not None and known.digest == digest_of(one.row):
                self.unchanged += 1
            elif known is None or known.is_touched:
                reason = "on record here, and people here have worked on it: it stays as it is"
                self.kept.append(Rejected(line=one.line, reason=reason))
            else:
                self.changed += 1
                yield one.row

    def _vanished(self, rows: Sequence[FileRow]) -> int:
        """Count what an earlier file of this house held and this one does not; it stays."""
        earlier = self.session.scalars(
            sa.select(Revision.object_id)
            .where(
                Revision.object_kind == self.kind,
                Revision.action == TAKEN_IN,
                Revision.reason == self._reason(),
            )
            .distinct()
        )
        return len(set(earlier) - {one.row.id for one in rows}) if self.noun != "cases" else 0

    def _put(self, wanted: Sequence[Row]) -> None:
        if self.noun == "incidents":
            self._put_incidents([one for one in wanted if isinstance(one, IncidentRow)])
        elif self.noun == "cases":
            cases = [one for one in wanted if isinstance(one, CaseRow)]
            self._put_cases(cases)
            self._conclude({one for case in cases for one in case.incident_ids}, {})
        elif self.noun == "outlets":
            outlets = [one for one in wanted if isinstance(one, OutletRow)]
            for row in outlets:
                put_whole_outlet(self.taking, row)
                self._note("outlet", row)
            self.session.flush()
            for row in outlets:
                follow(self.taking, row)
        else:
            probed = probed_categories(self.session)
            for site in (one for one in wanted if isinstance(one, SiteRow)):
                put_site(self.taking, site, host_of(site), probed=site.category_code in probed)
                self._note("site", site)

    def _put_incidents(self, rows: Sequence[IncidentRow]) -> None:
        cases: dict[uuid.UUID, CaseRow] = {}
        for chunk in chunks(rows):
            with self.session.no_autoflush:
                for row in chunk:
                    is_new = row.id in self.new
                    present = None if is_new else find_incident(self.session, row.id)
                    put_incident(self.taking, row, present)
                    put_levels(self.taking, row)
                    cases |= {one.id: one for one in row.cases}
                    self._note("incident", row)
            self.session.flush()
        self._put_cases(list(self._cases_to_put(cases)))
        self._conclude({row.id for row in rows}, {row.id: row for row in rows})
        if self.taking.is_own:
            count_on(self.session, (row.ref for row in rows if row.ref is not None))

    def _cases_to_put(self, cases: dict[uuid.UUID, CaseRow]) -> Iterator[CaseRow]:
        """Yield the cases in rows of incidents that nobody here has worked on and that are not as before."""
        for ids in chunks(list(cases)):
            before = taken_in_before(self.session, "case", ids)
            for one in ids:
                known = before.get(one)
                if known is None:
                    self.new.add(one)
                    yield cases[one]
                elif not known.is_touched and known.digest != digest_of(cases[one]):
                    yield cases[one]

    def _put_cases(self, rows: Sequence[CaseRow]) -> None:
        ids = {incident_id for row in rows for incident_id in row.incident_ids}
        on_record: set[uuid.UUID] = set()
        for chunk in chunks(sorted(ids)):
            query = sa.select(Incident.id).where(Incident.id.in_(chunk))
            on_record |= set(self.session.scalars(query))
        for row in rows:
            put_case(self.taking, row, on_record)
            self._note("case", row)
        self.session.flush()

    def _conclude(self, ids: Iterable[uuid.UUID], rows: dict[uuid.UUID, IncidentRow]) -> None:
        for chunk in chunks(sorted(ids)):
            for incident_id in chunk:
                found = find_incident(self.session, incident_id)
                if found is None:
                    continue
                conclusions.refresh(self.session, found, now=self.taking.now)
                if incident_id in rows:
                    stamp(self.taking, found, rows[incident_id])
            self.session.flush()

    def _note(self, kind: str, row: Row) -> None:
        note = ledger.record_first if row.id in self.new else ledger.record_revision
        note(
            self.session,
            object_kind=kind,
            object_id=row.id,
            action=TAKEN_IN,
            actor_id=None,
            at=self.taking.now,
            reason=self._reason(),
            changes={"taken_in": {"old": None, "new": digest_of(row)}},
        )

    def _reason(self) -> str:
        whose = self.taking.name
        return f"From an export of {whose}." if whose else "From an export of this record's own."
