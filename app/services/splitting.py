# SPDX-License-Identifier: Apache-2.0
"""One record of two acts becomes two: a new draft takes over chosen targets, sources and reports.

The draft goes the way of every other; what it takes is a change of the first incident, under the rules of
every change. Merging the new one back undoes it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import WorkflowStatus
from app.errors import Conflict, StaleVersion
from app.services import assembling, describing, matching, record, workflow
from app.services.checks import wrong
from app.services.citations import FIELDS
from app.services.drafts import CitationDraft, Draft, IncidentDraft
from app.storage import ledger
from app.storage.citations import Citation
from app.storage.incidents import Incident, get_incident
from app.storage.merges import Split
from app.storage.reports import Report


class Wanted(Draft, frozen=True, kw_only=True):
    """What the new incident takes over; places of targets count from 0, as this version shows them."""

    version: int
    reason: str
    title: str | None = None
    date: str | None = None
    targets: list[int] = msgspec.field(default_factory=list)
    sources: list[uuid.UUID] = msgspec.field(default_factory=list)
    reports: list[uuid.UUID] = msgspec.field(default_factory=list)


def split(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, wanted: Wanted, *, now: datetime
) -> Incident:
    """Make a draft of a part of an incident, and return it."""
    row = get_incident(session, viewer, incident_id, for_change=True)
    if row.status in describing.OUT:
        raise Conflict(f"an incident that is {row.status.label} is not split")
    if row.version != wanted.version:
        raise StaleVersion("somebody has changed this incident since: read it again")
    if not (wanted.targets or wanted.sources or wanted.reports):
        raise wrong("/targets", "missing", "Name targets, sources or reports that it takes over.")
    taken = _reports(session, row, wanted.reports)
    whole = assembling.draft_of(row)
    cited = _sources(row, wanted.sources)
    made = record.create_incident(
        session, viewer, _draft(whole, row, wanted, cited), now=now, as_draft=True
    )
    _take_away(session, viewer, row, whole, wanted, cited, now=now)
    for report in taken:
        report.incident_id = made.id
        _note(session, viewer, "report", report.id, row.id, made.id, wanted.reason, now)
    session.add(
        Split(
            origin_id=row.id,
            made_id=made.id,
            reason=wanted.reason,
            split_at=now,
            split_by_id=viewer.key_id,
        )
    )
    _note(session, viewer, "incident", row.id, None, made.id, wanted.reason, now)
    session.flush()
    matching.rematch_reports(session, [one.id for one in taken], now=now)
    ledger.bump(session, "staff")
    return get_incident(session, viewer, made.id)


def _draft(
    whole: IncidentDraft, row: Incident, wanted: Wanted, cited: Sequence[Citation]
) -> IncidentDraft:
    if any(not 0 <= place < len(whole.targets) for place in wanted.targets):
        raise wrong("/targets", "unknown", "This incident has no target at one of these places.")
    if len(set(wanted.targets)) == len(whole.targets) and whole.targets:
        raise wrong("/targets", "all", "Leave at least one target with the first incident.")
    sources = [_copy(one) for one in cited or row.citations]
    chosen = [whole.targets[place] for place in dict.fromkeys(wanted.targets)]
    return msgspec.structs.replace(
        whole,
        title=wanted.title or whole.title,
        date=wanted.date or whole.date,
        targets=chosen or whole.targets,
        sources=sources,
        involvements=[],
        external_ids=[],
        severity=None,
        report_id=wanted.reports[0] if wanted.reports else None,
    )


def _copy(one: Citation) -> CitationDraft:
    return CitationDraft(**{name: getattr(one, name) for name in FIELDS})


def _take_away(
    session: Session,
    viewer: Viewer,
    row: Incident,
    whole: IncidentDraft,
    wanted: Wanted,
    cited: Sequence[Citation],
    *,
    now: datetime,
) -> None:
    patch: dict[str, Any] = {}
    if wanted.targets:
        rest = [one for place, one in enumerate(whole.targets) if place not in wanted.targets]
        patch["targets"] = msgspec.to_builtins(rest)
    gone = {one.id for one in cited}
    left = [{"id": str(one.id)} for one in row.citations if one.id not in gone]
    # A source of both acts stays with the first one too.
    if gone and left:
        patch["sources"] = left
    if patch:
        record.edit_incident(
            session, viewer, row.id, patch, version=row.version, now=now, reason=wanted.reason
        )


def _sources(row: Incident, ids: Sequence[uuid.UUID]) -> list[Citation]:
    by_id = {one.id: one for one in row.citations}
    if any(one not in by_id for one in ids):
        raise wrong("/sources", "unknown", "This incident has no such source.")
    return [by_id[one] for one in dict.fromkeys(ids)]


def _reports(session: Session, row: Incident, ids: Sequence[uuid.UUID]) -> list[Report]:
    query = sa.select(Report).where(Report.id.in_(ids), Report.incident_id == row.id)
    found = list(session.scalars(query.with_for_update()))
    if len(found) != len(set(ids)):
        raise wrong("/reports", "unknown", "This incident has no such report.")
    if row.status is WorkflowStatus.DRAFT and not found and not row.citations:
        raise Conflict("a draft without sources or reports is not split: write another one")
    return found


def _note(
    session: Session,
    viewer: Viewer,
    kind: str,
    object_id: uuid.UUID,
    old: uuid.UUID | None,
    new: uuid.UUID,
    reason: str,
    now: datetime,
) -> None:
    name = "incident_id" if kind == "report" else "split_into"
    changes = {name: {"old": str(old) if old else None, "new": str(new)}}
    if kind == "incident":
        workflow.record_step(
            session, viewer, object_id, "split", changes=changes, reason=reason, now=now
        )
        return
    ledger.record_revision(
        session,
        object_kind=kind,
        object_id=object_id,
        action="split",
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
