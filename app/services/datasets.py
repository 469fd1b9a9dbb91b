# SPDX-License-Identifier: Apache-2.0
"""Rows of a named organisation's own dataset become verified records, and follow what it says later.

`verified_by` is the organisation; publishing stays with a person. A row it takes away makes its record
doubtful. What a person here has decided, edited or published is never changed by an import: there
the report says that its source has changed, and a person looks. Never here: formats (`workers.sources`).
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.record.dataset import DatasetRecord
from app.domain.record.report import Account, Found
from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus, WorkflowStatus
from app.errors import InvalidInput
from app.services import arriving, assembling, matching, said, same_targets
from app.services.bulk_incidents import OPERATOR, authors_of, note_change, was_worked_on
from app.services.checks import check_incident, differences
from app.services.dataset_drafts import attached_draft, revised_draft
from app.services.dataset_known import Holder, holders, same, taken_over, told_by_others, who
from app.services.dataset_records import RecordMaker, assess
from app.services.outlet_names import OutletNames
from app.storage import ledger, reports
from app.storage.citations import Citation
from app.storage.incidents import Incident, find_incident
from app.storage.reports import Decided, Source

GONE = "The dataset that this record is of no longer holds it."


def keep_records(
    session: Session,
    source: Source,
    found: Found,
    *,
    revised: Collection[str],
    gone: Collection[uuid.UUID],
    now: datetime,
    viewer: Viewer | None,
) -> None:
    """Bring the verified records of a dataset to what it says now.

    `revised` holds the external ids whose words have changed or that have come back, `gone` the ids
    of reports that were taken away.
    """
    session.flush()
    work = _Work(session, source, now, viewer)
    decided = reports.decided_reports(session, source.id)
    with_record = [one for one in found.accounts if one.reading.record is not None]
    # Whether those are acts that somebody else told of is for a person to say first.
    held = arriving.in_question(session, source.id)
    free = [
        one
        for one in with_record
        if _is_undecided(now_is := decided[one.raw.external_id]) and now_is.id not in held
    ]
    work.take_new(free, decided)
    for account in with_record:
        one = decided[account.raw.external_id]
        if account.raw.external_id in revised and one.incident_id is not None:
            work.revise(account, one)
    for one in decided.values():
        if one.id in gone and one.incident_id is not None:
            work.doubt(one)
    if work.touched:
        ledger.bump(session, "staff", *(["public"] if work.touched_public else []))


def _is_undecided(one: Decided) -> bool:
    return one.incident_id is None and one.status is ReportStatus.NEW


class _Work:
    """One import's work on the records of its organisation."""

    def __init__(
        self, session: Session, source: Source, now: datetime, viewer: Viewer | None
    ) -> None:
        self.session = session
        self.source = source
        self.now = now
        self.viewer = viewer or OPERATOR
        self.authors = authors_of(session, source, viewer)
        self.outlets = OutletNames(session, OPERATOR)
        self.people_have: list[tuple[uuid.UUID, uuid.UUID, tuple[str, str]]] = []
        self.touched = False
        self.touched_public = False

    def take_new(self, accounts: list[Account], decided: Mapping[str, Decided]) -> None:
        """Make a record of each row, unless another export of the organisation told of it before."""
        if not accounts:
            return
        maker = RecordMaker(self.session, self.source, self.authors, self.outlets, self.now)
        with_id = [one for one in accounts if _record(one).external_id is not None]
        marks = self._take_with_ids(with_id, decided, maker)
        by_name = [one for one in accounts if _record(one).external_id is None]
        marks += self._take_by_name(by_name, decided, maker)
        maker.finish()
        for report_id, incident_id, name in self.people_have:
            matching.same_by_id(self.session, report_id, incident_id, name=name, now=self.now)
        reports.update_reports(self.session, marks)
        self.touched = True

    def _take_with_ids(
        self, accounts: list[Account], decided: Mapping[str, Decided], maker: RecordMaker
    ) -> list[dict[str, Any]]:
        """Take rows whose organisation gives each an id: that id alone says which act is meant."""
        known: dict[tuple[str, str], dict[str, Holder]] = {}
        marks: list[dict[str, Any]] = []
        for account in accounts:
            record, report_id = _record(account), decided[account.raw.external_id].id
            assert record.external_id is not None
            system, value = record.external_id
            theirs = known.setdefault((system, record.organisation), {})
            if not theirs:
                theirs |= holders(self.session, system, record.organisation)
            holder = theirs.get(value)
            if holder is None:
                made = self._make(maker, record, report_id)
                if made is not None:
                    # A second row of this file under the same id is for a person to look at.
                    theirs[value] = Holder(made, is_theirs=False)
                    marks.append(self._mark(report_id, made, ReportStatus.ACCEPTED))
            elif holder.is_theirs:
                self._attach(record, holder.incident_id, maker)
                marks.append(self._mark(report_id, holder.incident_id, ReportStatus.ATTACHED))
            else:
                # A record that people have made theirs: it is shown to a person.
                self.people_have.append((report_id, holder.incident_id, record.external_id))
        return marks

    def _take_by_name(
        self, accounts: list[Account], decided: Mapping[str, Decided], maker: RecordMaker
    ) -> list[dict[str, Any]]:
        if not accounts:
            return []
        organisation = _record(accounts[0]).organisation
        known = told_by_others(self.session, self.source, organisation)
        theirs = taken_over(self.session, organisation)
        times = Counter(who(_record(one)) for one in accounts)
        marks: list[dict[str, Any]] = []
        for account in accounts:
            record, report_id = _record(account), decided[account.raw.external_id].id
            found = same(known, record)
            if not found and same(theirs, record):
                # People have made that record theirs: whether this is the same one is for a person.
                continue
            if not found:
                made = self._make(maker, record, report_id)
                if made is not None:
                    marks.append(self._mark(report_id, made, ReportStatus.ACCEPTED))
            elif len(found) == 1 and times[who(record)] == 1 and record.person_name is not None:
                self._attach(record, found[0].incident_id, maker)
                marks.append(self._mark(report_id, found[0].incident_id, ReportStatus.ATTACHED))
            # Several of one name, or nobody's name: a person decides whether they are the same.
        return marks

    def _make(
        self, maker: RecordMaker, record: DatasetRecord, report_id: uuid.UUID
    ) -> uuid.UUID | None:
        try:
            return maker.make(record, report_id)
        except InvalidInput:
            # What could not be handed in by a person is not made by an import either: it waits.
            return None

    def _mark(
        self, report_id: uuid.UUID, incident_id: uuid.UUID, status: ReportStatus
    ) -> dict[str, Any]:
        return {
            "id": report_id,
            "incident_id": incident_id,
            "status": status,
            "decided_by_id": self.viewer.key_id,
            "decided_at": self.now,
        }

    def _attach(self, record: DatasetRecord, incident_id: uuid.UUID, maker: RecordMaker) -> None:
        maker.finish()
        row = find_incident(self.session, incident_id, for_change=True)
        assert row is not None
        # The same page is one source, whichever export gives it.
        is_cited = record.url is not None and record.url in {one.url for one in row.citations}
        cited = None if is_cited else maker.citation(record)
        self._bring(row, record, alone=False, attach=True, cited=cited)

    def revise(self, account: Account, one: Decided) -> None:
        """Follow what the dataset says now of a record that is still its own."""
        assert one.incident_id is not None
        row = find_incident(self.session, one.incident_id, for_change=True)
        record = _record(account)
        if row is None or row.verified_by_name != record.organisation:
            return
        if row.status is WorkflowStatus.UNDER_VERIFICATION and was_worked_on(self.session, row):
            return
        alone = not reports.others_stand_behind(self.session, row.id, one.id)
        try:
            self._bring(row, record, alone=alone)
        except InvalidInput:
            # The record stays as it was; the report says that its source has changed.
            return
        if row.status is not WorkflowStatus.PUBLISHED:
            reports.update_reports(self.session, [{"id": one.id, "decided_at": self.now}])

    def _bring(
        self,
        row: Incident,
        record: DatasetRecord,
        *,
        alone: bool,
        attach: bool = False,
        cited: Citation | None = None,
    ) -> None:
        was_public = row.status is WorkflowStatus.PUBLISHED
        before = assembling.draft_of(row)
        changes: dict[str, Any] = {}
        if not was_public:
            if cited is not None and cited not in row.citations:
                row.citations.append(cited)
            self._rewrite(row, record, alone=alone, attach=attach)
            self.session.flush()
            after = msgspec.to_builtins(assembling.draft_of(row))
            changes = differences(msgspec.to_builtins(before), after)
            changes |= self._verified_again(row)
        changes |= assess(self.session, row.id, record, now=self.now)
        if changes:
            self._close(row, changes, was_public=was_public)

    def _rewrite(self, row: Incident, record: DatasetRecord, *, alone: bool, attach: bool) -> None:
        for name in said.outlet_names(record.targets):
            self.outlets.make_missing(name, record.country, now=self.now)
        if attach:
            wanted = attached_draft(row, record, self.outlets)
        else:
            wanted = revised_draft(row, record, self.outlets, alone=alone)
        span = check_incident(wanted, self.now)
        assembling.apply(self.session, row, wanted, span, viewer=OPERATOR, now=self.now)
        if record.external_id is None:
            _rename(row, record)
        elif not attach:
            same_targets.respell(row, [one.name for one in record.targets if one.name])

    def _verified_again(self, row: Incident) -> dict[str, Any]:
        """Give back the standing that a row lost when its dataset had taken it away."""
        if row.status is not WorkflowStatus.UNDER_VERIFICATION:
            return {}
        old, row.status = row.status, WorkflowStatus.VERIFIED
        row.verified_at, row.status_reason = self.now, None
        return {"status": {"old": old.value, "new": row.status.value}}

    def doubt(self, one: Decided) -> None:
        """Take the standing from a record whose dataset no longer holds it, unless it is public."""
        assert one.incident_id is not None
        if reports.others_stand_behind(self.session, one.incident_id, one.id):
            return
        row = find_incident(self.session, one.incident_id, for_change=True)
        if row is None or row.verified_by_name is None or row.status is not WorkflowStatus.VERIFIED:
            return
        old, row.status = row.status, WorkflowStatus.UNDER_VERIFICATION
        row.verified_at, row.status_reason = None, GONE
        changes = {"status": {"old": old.value, "new": row.status.value}}
        self._close(row, changes, was_public=False, reason=GONE)

    def _close(
        self, row: Incident, changes: dict[str, Any], *, was_public: bool, reason: str | None = None
    ) -> None:
        is_told = note_change(
            self.session,
            row,
            changes,
            authors=self.authors,
            now=self.now,
            was_public=was_public,
            reason=reason,
        )
        self.touched = True
        self.touched_public |= is_told


def _record(account: Account) -> DatasetRecord:
    assert account.reading.record is not None
    return account.reading.record


def _rename(row: Incident, record: DatasetRecord) -> None:
    person = row.targets[0].person if row.targets else None
    if person is None or record.person_name is None:
        return
    # A name that was erased does not come back with the next export.
    if person.erased_at is None:
        person.name = record.person_name
