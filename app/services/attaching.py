# SPDX-License-Identifier: Apache-2.0
"""A report becomes another source of an incident on record: by a person, or where the rules say `same`.

By itself nothing is attached to what a second person stands for: such a report waits for a person, with its
candidates. Detaching takes back what attaching brought.
"""

import uuid
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.matching_keys import canonical_url
from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus, Role, WorkflowStatus
from app.errors import Conflict
from app.services import describing, matching, record
from app.services.checks import wrong
from app.services.describing import Subject
from app.services.matching import Candidate
from app.services.report_drafts import citation, told_by
from app.storage import ledger, reports
from app.storage.access import ApiKey
from app.storage.citations import Citation
from app.storage.incidents import Incident, find_incident, get_incident
from app.storage.pending import pending_of
from app.storage.reports import Report

MACHINE = Viewer(role=Role.ADMIN, name="matching")
"""Who attaches where the rules say `same` and nobody's key stands behind the import."""

COPY = "same_text"
"""The rule by which a report is a copy: it shares the independence group of what it copies."""

ATTACHED = "A report that speaks of this act is attached as its source."
DETACHED = "A report that was attached does not speak of this act."

_OPEN = frozenset(
    {
        WorkflowStatus.SUBMITTED,
        WorkflowStatus.TRIAGE,
        WorkflowStatus.UNDER_VERIFICATION,
        WorkflowStatus.NEEDS_INFORMATION,
    }
)
"""Incidents that a second person does not stand for yet; what is verified or public waits for a person."""


def attach_by_id(
    session: Session,
    report_id: uuid.UUID,
    incident_id: uuid.UUID,
    *,
    name: tuple[str, str],
    now: datetime,
    viewer: Viewer | None,
) -> None:
    """Attach a report to the open incident that bears its id; to any other it is shown as a candidate."""
    one = matching.same_by_id(session, report_id, incident_id, name=name, now=now)
    attach_by_rule(session, report_id, one, now=now, viewer=viewer)


def attach_by_rule(
    session: Session,
    report_id: uuid.UUID,
    candidate: Candidate,
    *,
    now: datetime,
    viewer: Viewer | None,
) -> bool:
    """Attach a report to an incident that is still open; return whether that was done."""
    report = reports.lock_report(session, report_id)
    row = find_incident(session, candidate.id, for_change=True)
    if row is None or row.status not in _OPEN or report.status is not ReportStatus.NEW:
        return False
    group = None
    if candidate.match.rule == COPY:
        group = _copied_group(session, row, candidate.via)
    reason = f"{ATTACHED} {candidate.match.reasons[0]}"
    by = viewer if viewer is not None and viewer.is_staff else MACHINE
    _attach(session, by, report, row, group=group, reason=reason, now=now)
    return True


def attach(
    session: Session,
    viewer: Viewer,
    report_id: uuid.UUID,
    incident_id: uuid.UUID,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Make a report another source of an incident, under the rules of every change of an incident."""
    report = reports.lock_report(session, report_id)
    refuse_decided(session, viewer, report)
    row = get_incident(session, viewer, incident_id, for_change=True)
    if row.status in describing.OUT:
        raise Conflict(f"an incident that is {row.status.label} gets no more sources")
    match = matching.judged(
        describing.reports(session, [report.id]).get(report.id) or _told(report),
        describing.of_incident(row),
    )
    group = _copied_group(session, row, None) if match.rule == COPY else None
    _attach(session, viewer, report, row, group=group, reason=reason or ATTACHED, now=now)


def _told(report: Report) -> Subject:
    said = told_by(report)
    return describing.of_account(
        title=report.title,
        summary=report.summary,
        url=report.url,
        language=report.language,
        country=report.country,
        date_text=report.date_text,
        published_at=report.published_at,
        particulars=said.particulars,
    )


def _attach(
    session: Session,
    viewer: Viewer,
    report: Report,
    row: Incident,
    *,
    group: str | None,
    reason: str,
    now: datetime,
) -> None:
    cited = _cited(row, report)
    if cited is None:
        draft = citation(told_by(report), now)
        if group is not None:
            draft = msgspec.structs.replace(draft, independence_group=group)
        before = {one.id for one in row.citations}
        kept = [{"id": str(one)} for one in before]
        changed = record.edit_incident(
            session,
            viewer,
            row.id,
            {"sources": [*kept, msgspec.to_builtins(draft)]},
            version=row.version,
            now=now,
            reason=reason,
        )
        cited = next((one for one in changed.citations if one.id not in before), None)
    report.citation_id = cited.id if cited is not None else None
    report.incident_id = row.id
    _decide(session, viewer, report, ReportStatus.ATTACHED, reason=reason, now=now)


def _cited(row: Incident, report: Report) -> Citation | None:
    """Return the source an incident has already that is this very page."""
    page = canonical_url(report.url)
    return next((one for one in row.citations if page and canonical_url(one.url) == page), None)


def _copied_group(session: Session, row: Incident, via: uuid.UUID | None) -> str | None:
    """Return the group of the source that is copied: the report's that decided, else the first one's."""
    cited: uuid.UUID | None = None
    if via is not None:
        copied = reports.get_report(session, via)
        same_page = _cited(row, copied)
        cited = copied.citation_id or (same_page.id if same_page is not None else None)
    ordered = sorted(row.citations, key=lambda one: (one.id != cited, one.created_at, one.id))
    return ordered[0].independence_group if ordered else None


def detach(
    session: Session, viewer: Viewer, report_id: uuid.UUID, *, reason: str, now: datetime
) -> None:
    """Take a report from the incident it was attached to, with the source it brought; it is new again."""
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why this report is taken from the incident.")
    report = reports.lock_report(session, report_id)
    if report.status is not ReportStatus.ATTACHED or report.incident_id is None:
        raise Conflict(f"a report that is {report.status.label} is not attached to an incident")
    row = get_incident(session, viewer, report.incident_id, for_change=True)
    _refuse_waiting(session, row, report)
    if _brought_alone(session, row, report):
        kept = [{"id": str(one.id)} for one in row.citations if one.id != report.citation_id]
        record.edit_incident(
            session,
            viewer,
            row.id,
            {"sources": kept},
            version=row.version,
            now=now,
            reason=f"{DETACHED} {reason}",
        )
    elif not (viewer.is_staff or row.submitted_by_id == viewer.key_id):
        raise Conflict("a report is taken from an incident by its submitter or an editor")
    report.incident_id = report.citation_id = None
    _decide(session, viewer, report, ReportStatus.NEW, reason=reason, now=now)
    report.decided_by_id = report.decided_at = None
    matching.rematch_reports(session, [report.id], now=now)


def _brought_alone(session: Session, row: Incident, report: Report) -> bool:
    """Whether the source is there by this report alone: cited before it, it would stay."""
    if report.citation_id not in {one.id for one in row.citations}:
        return False
    others = sa.select(sa.func.count()).where(
        Report.citation_id == report.citation_id, Report.id != report.id
    )
    first = report.decided_at is not None and any(
        one.id == report.citation_id and one.created_at >= report.decided_at
        for one in row.citations
    )
    return first and not session.scalar(others)


def _refuse_waiting(session: Session, row: Incident, report: Report) -> None:
    for one in pending_of(session, row.id):
        proposed = one.values.get("new") or []
        if one.field == "sources" and any(
            said.get("id") is None and said.get("title") == report.title for said in proposed
        ):
            raise Conflict(
                "its source waits as a change of a public record: have that declined first"
            )


def refuse_decided(session: Session, viewer: Viewer, report: Report) -> None:
    """Refuse to decide on a report that became an incident, or a source of one; say who did what."""
    if report.incident_id is not None:
        raise Conflict(decided_sentence(session, viewer, report))


def decided_sentence(session: Session, viewer: Viewer, report: Report) -> str:
    """Say what was decided on a report, when, and to the desk also by whom."""
    name = session.scalar(sa.select(ApiKey.name).where(ApiKey.id == report.decided_by_id))
    by = f" by {name}" if name and viewer.is_staff else ""
    on = f" on {report.decided_at:%Y-%m-%d at %H:%M UTC}" if report.decided_at else ""
    how = {ReportStatus.ATTACHED: "attached", ReportStatus.REJECTED: "set aside"}
    what = ""
    if report.incident_id is not None:
        link = "to" if report.status is ReportStatus.ATTACHED else "as"
        what = f", {link} incident {report.incident_id}"
    return f"this report was {how.get(report.status, 'accepted')} already{what}{by}{on}"


def _decide(
    session: Session,
    viewer: Viewer,
    report: Report,
    status: ReportStatus,
    *,
    reason: str,
    now: datetime,
) -> None:
    old = report.status
    report.status, report.status_reason = status, None
    report.decided_by_id, report.decided_at = viewer.key_id, now
    session.flush()
    changes: dict[str, Any] = {"status": {"old": old.value, "new": status.value}}
    ledger.record_revision(
        session,
        object_kind="report",
        object_id=report.id,
        action="detached" if status is ReportStatus.NEW else status.value,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
    ledger.bump(session, "staff")
