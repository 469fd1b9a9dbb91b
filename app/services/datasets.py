# SPDX-License-Identifier: Apache-2.0
"""Rows of a named organisation's own dataset become verified records, and follow what it says later.

`verified_by` is the organisation; publishing stays with a person. A row it takes away makes its record
doubtful. What a person here has decided, edited or published is never changed by an import: there
the report says that its source has changed, and a person looks. Never here: formats (`workers.sources`).
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.dataset import DatasetRecord, name_key
from app.domain.record.report import Account, Found
from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus, Role, Trust, WorkflowStatus
from app.services import assembling, conclusions
from app.services.checks import check_incident, differences
from app.services.dataset_drafts import revised_draft
from app.services.dataset_records import RecordMaker, assess
from app.storage import ledger, reports
from app.storage.citations import Citation
from app.storage.incidents import VERIFIED, Incident, find_incident
from app.storage.parts import Target
from app.storage.people import Person
from app.storage.reports import Decided, Report, Source

OPERATOR = Viewer(role=Role.ADMIN, name="operator")
"""Whoever runs commands on this machine, where nobody's key stands behind an import."""

GONE = "The dataset that this record is of no longer holds it."


@dataclass(frozen=True, slots=True)
class _Known:
    incident_id: uuid.UUID
    earliest: date
    latest: date


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
    work = _Work(session, source, now, viewer or OPERATOR)
    decided = reports.decided_reports(session, source.id)
    with_record = [one for one in found.accounts if one.reading.record is not None]
    work.take_new(
        [one for one in with_record if _is_undecided(decided[one.raw.external_id])], decided
    )
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

    def __init__(self, session: Session, source: Source, now: datetime, viewer: Viewer) -> None:
        self.session = session
        self.source = source
        self.now = now
        self.viewer = viewer
        self.touched = False
        self.touched_public = False

    def take_new(self, accounts: list[Account], decided: Mapping[str, Decided]) -> None:
        """Make a record of each row, unless another export of the organisation told of it before."""
        if not accounts:
            return
        maker = RecordMaker(self.session, self.source, self.now, self.viewer)
        organisation = _record(accounts[0]).organisation
        known, theirs = self._known(organisation), self._taken_over(organisation)
        times = Counter(_who(_record(one)) for one in accounts)
        marks: list[dict[str, Any]] = []
        for account in accounts:
            record, report_id = _record(account), decided[account.raw.external_id].id
            same = _same(known, record)
            if not same and _same(theirs, record):
                # People have made that record theirs: whether this is the same one is for a person.
                continue
            if not same:
                incident_id = maker.make(record, report_id)
                marks.append(self._mark(report_id, incident_id, ReportStatus.ACCEPTED))
            elif len(same) == 1 and times[_who(record)] == 1 and record.person_name is not None:
                self._attach(record, same[0].incident_id, maker.citation(record))
                marks.append(self._mark(report_id, same[0].incident_id, ReportStatus.ATTACHED))
            # Several of one name, or nobody's name: a person decides whether they are the same.
        maker.finish()
        reports.update_reports(self.session, marks)
        self.touched = True

    def _known(self, organisation: str) -> dict[tuple[str, str], list[_Known]]:
        """Return what other exports of the organisation told of, by name and country."""
        of_this = sa.select(Report.incident_id).where(
            Report.source_id == self.source.id, Report.incident_id.is_not(None)
        )
        return self._named(
            Incident.verified_by_name == organisation,
            Incident.status.in_(VERIFIED),
            Incident.id.not_in(of_this),
        )

    def _taken_over(self, organisation: str) -> dict[tuple[str, str], list[_Known]]:
        """Return records that datasets told of and that are people's own by now, likewise."""
        of_datasets = (
            sa.select(Report.incident_id)
            .join(Source, Source.id == Report.source_id)
            .where(Source.trust == Trust.DATASET, Report.incident_id.is_not(None))
        )
        return self._named(
            Incident.id.in_(of_datasets),
            sa.or_(
                Incident.verified_by_name.is_distinct_from(organisation),
                Incident.status.not_in(VERIFIED),
            ),
        )

    def _named(self, *wanted: sa.ColumnElement[bool]) -> dict[tuple[str, str], list[_Known]]:
        rows = self.session.execute(
            sa.select(
                Incident.id,
                Incident.country,
                Incident.date_earliest,
                Incident.date_latest,
                Person.name,
            )
            .join(Target, Target.incident_id == Incident.id)
            .outerjoin(Person, Person.id == Target.person_id)
            .where(*wanted)
        )
        found: dict[tuple[str, str], list[_Known]] = defaultdict(list)
        for incident_id, country, earliest, latest, name in rows:
            found[name_key(name or ""), country].append(_Known(incident_id, earliest, latest))
        return found

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

    def _attach(self, record: DatasetRecord, incident_id: uuid.UUID, cited: Citation) -> None:
        self.session.flush()
        row = find_incident(self.session, incident_id, for_change=True)
        assert row is not None
        self._bring(row, record, alone=False, cited=cited)

    def revise(self, account: Account, one: Decided) -> None:
        """Follow what the dataset says now of a record that is still its own."""
        assert one.incident_id is not None
        row = find_incident(self.session, one.incident_id, for_change=True)
        record = _record(account)
        if row is None or row.verified_by_name != record.organisation:
            return
        if row.status is WorkflowStatus.UNDER_VERIFICATION and self._was_worked_on(row):
            return
        alone = not reports.others_stand_behind(self.session, row.id, one.id)
        self._bring(row, record, alone=alone)
        if row.status is not WorkflowStatus.PUBLISHED:
            reports.update_reports(self.session, [{"id": one.id, "decided_at": self.now}])

    def _was_worked_on(self, row: Incident) -> bool:
        """Whether anybody has touched a record since its dataset took it away."""
        return ledger.revisions_of(self.session, "incident", row.id)[-1].action != "import"

    def _bring(
        self,
        row: Incident,
        record: DatasetRecord,
        *,
        alone: bool,
        cited: Citation | None = None,
    ) -> None:
        was_public = row.status is WorkflowStatus.PUBLISHED
        before = assembling.draft_of(row)
        changes: dict[str, Any] = {}
        if not was_public:
            if cited is not None and cited not in row.citations:
                row.citations.append(cited)
            wanted = revised_draft(assembling.draft_of(row), record, alone=alone)
            span = check_incident(wanted, self.now)
            assembling.apply(self.session, row, wanted, span, viewer=self.viewer, now=self.now)
            _rename(row, record)
            self.session.flush()
            after = msgspec.to_builtins(assembling.draft_of(row))
            changes = differences(msgspec.to_builtins(before), after)
            changes |= self._verified_again(row)
        changes |= assess(self.session, row.id, record, now=self.now)
        if changes:
            self._close(row, "import", changes, was_public=was_public, reason=None)

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
        self._close(row, "import", changes, was_public=False, reason=GONE)

    def _close(
        self,
        row: Incident,
        action: str,
        changes: dict[str, Any],
        *,
        was_public: bool,
        reason: str | None,
    ) -> None:
        ledger.record_revision(
            self.session,
            object_kind="incident",
            object_id=row.id,
            action=action,
            actor_id=self.viewer.key_id,
            at=self.now,
            reason=reason,
            changes=changes,
        )
        self.session.flush()
        again = find_incident(self.session, row.id)
        assert again is not None
        is_told = conclusions.refresh(
            self.session, again, now=self.now, was_public=was_public, touched=True
        )
        self.touched = True
        self.touched_public |= is_told


def _record(account: Account) -> DatasetRecord:
    assert account.reading.record is not None
    return account.reading.record


def _who(record: DatasetRecord) -> tuple[str, str]:
    return name_key(record.person_name or ""), record.country


def _same(known: Mapping[tuple[str, str], list[_Known]], record: DatasetRecord) -> list[_Known]:
    span = dates.parse(record.date_text)
    return [
        one for one in known.get(_who(record), ()) if dates.overlaps(span, one.earliest, one.latest)
    ]


def _rename(row: Incident, record: DatasetRecord) -> None:
    person = row.targets[0].person if row.targets else None
    if person is None or record.person_name is None:
        return
    # A name that was erased does not come back with the next export.
    if person.erased_at is None:
        person.name = record.person_name
