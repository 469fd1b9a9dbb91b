# SPDX-License-Identifier: Apache-2.0
"""Reports of a source that is trusted to report become incidents that are handed in, and follow it.

Nothing is verified by that: two people still take each the whole way, neither of them whoever added the
source or handed its file in. What lacks a date, a country or a kind waits for a person. So does what
a person has worked on: there the report only says that its source says something else now.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.report import Account, Found
from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus, TargetKind, WorkflowStatus
from app.errors import InvalidInput
from app.services import assembling, attaching, same_targets
from app.services.bulk_incidents import (
    OPERATOR,
    IncidentMaker,
    authors_of,
    note_change,
    was_worked_on,
)
from app.services.checks import check_incident, differences
from app.services.drafts import CitationDraft, IncidentDraft
from app.services.outlet_names import OutletNames
from app.services.quick_citations import quick_citations
from app.services.report_drafts import drafted, told_in
from app.storage import ledger, reports
from app.storage.external_ids import ExternalId, incident_with
from app.storage.incidents import Incident, find_incident
from app.storage.matching import ReportCandidate
from app.storage.reports import Decided, Report, Source


def submit_reports(
    session: Session,
    source: Source,
    found: Found,
    *,
    free: Collection[uuid.UUID],
    held: Collection[uuid.UUID],
    revised: Collection[str],
    now: datetime,
    viewer: Viewer | None,
) -> None:
    """Hand in what a reading says in full, and bring what was handed in before to what it says now.

    `free` holds reports that matching has let go, `held` those it keeps; a report that may be of another
    account's act waits for a person. `revised` holds the external ids whose words or mapping have changed.
    """
    session.flush()
    decided = reports.decided_reports(session, source.id)
    waiting = (_compared(session, source.id) | set(held)) - set(free)
    work = _Work(session, source, now, viewer)
    for account in found.accounts:
        one = decided[account.raw.external_id]
        if one.status is ReportStatus.NEW and one.incident_id is None and one.id not in waiting:
            work.submit(account, one.id)
    work.finish()
    for account in found.accounts:
        one = decided[account.raw.external_id]
        if account.raw.external_id in revised and one.status is ReportStatus.ACCEPTED:
            work.revise(account, one)
    if work.touched:
        ledger.bump(session, "staff")


def _compared(session: Session, source_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the undecided reports of a source that may be of another account's act."""
    found: set[uuid.UUID] = set()
    for column in (ReportCandidate.report_id, ReportCandidate.other_report_id):
        query = sa.select(Report.id).where(
            Report.source_id == source_id, Report.status == ReportStatus.NEW
        )
        found |= set(session.scalars(query.join(ReportCandidate, column == Report.id)))
    return found


class _Work:
    """One reading's work on the incidents of its source."""

    def __init__(
        self, session: Session, source: Source, now: datetime, viewer: Viewer | None
    ) -> None:
        self._session = session
        self._source = source
        self._now = now
        self._viewer = viewer
        self._key_id = viewer.key_id if viewer is not None else None
        self._authors = authors_of(session, source, viewer)
        self._outlets = OutletNames(session, OPERATOR)
        self._maker = IncidentMaker(session, self._authors, self._outlets, now)
        self._borne: dict[str, set[str]] = {}
        self._marks: list[dict[str, Any]] = []
        self._named_elsewhere: list[tuple[uuid.UUID, tuple[str, str]]] = []
        self.touched = False

    def submit(self, account: Account, report_id: uuid.UUID) -> None:
        """Hand one report in, where it says enough and nobody bears its name already."""
        record = account.reading.record
        name = record.external_id if record is not None else None
        if name is not None and self._is_borne(name):
            self._named_elsewhere.append((report_id, name))
            return
        draft = self._draft(account, report_id)
        if draft is None:
            return
        citations = quick_citations(self._session, draft.sources, now=self._now)
        kept = [CitationDraft(id=one.id) for one in citations]
        incident_id = self._maker.make(msgspec.structs.replace(draft, sources=kept), citations)
        if name is not None:
            self._borne[name[0]].add(name[1])
        mark = {"id": report_id, "incident_id": incident_id, "status": ReportStatus.ACCEPTED}
        self._marks.append({**mark, "decided_by_id": self._key_id, "decided_at": self._now})

    def finish(self) -> None:
        """Write what was handed in; what bears the id of an incident on record is its source."""
        self._maker.finish()
        reports.update_reports(self._session, self._marks)
        for report_id, name in self._named_elsewhere:
            holder = incident_with(self._session, *name)
            if holder is not None:
                attaching.attach_by_id(
                    self._session,
                    report_id,
                    holder,
                    name=name,
                    now=self._now,
                    viewer=self._viewer,
                )
        self.touched = bool(self._marks or self._named_elsewhere)

    def revise(self, account: Account, one: Decided) -> None:
        """Follow what a source says now of an incident that nobody has worked on yet."""
        assert one.incident_id is not None
        row = find_incident(self._session, one.incident_id, for_change=True)
        if row is None or row.status is not WorkflowStatus.SUBMITTED:
            return
        # A name that was erased does not come back with the next reading.
        if was_worked_on(self._session, row) or same_targets.has_erased(row):
            return
        draft = self._draft(account, one.id)
        if draft is None:
            return
        try:
            self._bring(row, account, draft)
        except InvalidInput:
            return
        reports.update_reports(self._session, [{"id": one.id, "decided_at": self._now}])
        self.touched = True

    def _is_borne(self, name: tuple[str, str]) -> bool:
        """Whether an incident bears this external id; the ids of a system are read once."""
        system, value = name
        if system not in self._borne:
            query = sa.select(ExternalId.value).where(ExternalId.system == system)
            self._borne[system] = set(self._session.scalars(query))
        return value in self._borne[system]

    def _draft(self, account: Account, report_id: uuid.UUID) -> IncidentDraft | None:
        """Return what a report says in full, its outlets on record; None where something lacks."""
        told = told_in(account, self._source, report_id, self._now)
        first = drafted(told, self._outlets, now=self._now, guess_day=False)
        if first.missing:
            return None
        country = first.draft.country
        if not any(one.outlet or one.kind is TargetKind.OUTLET for one in told.particulars.targets):
            return first.draft
        for one in told.particulars.targets:
            # Whom the act was aimed at is on record; where people worked stays in the source's words.
            if one.kind is TargetKind.OUTLET and one.name:
                self._outlets.make_missing(one.name, country, now=self._now)
            elif one.outlet:
                self._outlets.keep(one.outlet, country)
        # With the outlets that are on record now.
        return drafted(told, self._outlets, now=self._now, guess_day=False).draft

    def _bring(self, row: Incident, account: Account, draft: IncidentDraft) -> None:
        present = assembling.draft_of(row)
        wanted = _revised(row, present, draft)
        span = check_incident(wanted, self._now)
        assembling.apply(self._session, row, wanted, span, viewer=OPERATOR, now=self._now)
        names = [one.name for one in account.reading.particulars.targets if one.name]
        same_targets.respell(row, names)
        self._session.flush()
        after = assembling.draft_of(row)
        changes = differences(msgspec.to_builtins(present), msgspec.to_builtins(after))
        if changes:
            note_change(self._session, row, changes, authors=self._authors, now=self._now)


_FOLLOWED = (
    "title",
    "date",
    "country",
    "categories",
    "narrative",
    "admin1",
    "place",
    "latitude",
    "longitude",
    "precision",
)


def _revised(row: Incident, present: IncidentDraft, draft: IncidentDraft) -> IncidentDraft:
    """Return an incident as its report has it now; people, slots and sources stay the same ones."""
    fields: Mapping[str, Any] = {name: getattr(draft, name) for name in _FOLLOWED}
    cited = {one.url for one in row.citations}
    involvements = list(draft.involvements)
    if involvements and present.involvements:
        slot = present.involvements[0].id
        involvements[0] = msgspec.structs.replace(involvements[0], id=slot)
    return msgspec.structs.replace(
        present,
        **fields,
        targets=same_targets.kept_targets(row, present, draft.targets),
        involvements=involvements,
        sources=[
            *present.sources,
            *(one for one in draft.sources if one.url is not None and one.url not in cited),
        ],
        external_ids=present.external_ids or draft.external_ids,
    )
