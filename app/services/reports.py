# SPDX-License-Identifier: Apache-2.0
"""What a person makes of a report: look at it beside its source's own words, accept it, set it aside.

Accepting drafts one incident, once; the draft cites the report and goes the way of every other.
Only holders of `reports:write` come here: a report was verified by nobody.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus
from app.errors import Conflict
from app.services import attaching, record, report_drafts
from app.services.candidates import candidates_view
from app.services.checks import wrong
from app.services.outlet_names import OutletNames
from app.services.report_drafts import Acceptance, told_by
from app.storage import ledger, reports
from app.storage.incidents import Incident
from app.storage.reports import Report


def list_reports(
    session: Session,
    *,
    status: ReportStatus | None,
    source_id: uuid.UUID | None,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> list[dict[str, Any]]:
    """Return reports, latest first."""
    found = reports.list_reports(
        session, status=status, source_id=source_id, limit=limit, after=after
    )
    return [brief_view(one) for one in found]


def report_view(session: Session, report_id: uuid.UUID) -> dict[str, Any]:
    """Return a report with every version of its source's own words, latest first."""
    report = reports.get_report(session, report_id)
    versions = [
        {"version": one.version, "sha256": one.sha256, "seen_at": one.seen_at, "raw": one.raw}
        for one in reports.raw_versions(session, report_id)
    ]
    candidates = candidates_view(session, report_id)
    return {**brief_view(report), "candidates": candidates, "versions": versions}


def report_draft(
    session: Session, viewer: Viewer, report_id: uuid.UUID, *, now: datetime
) -> dict[str, Any]:
    """Return what accepting a report as it stands would hand in, and what it lacks."""
    report = reports.get_report(session, report_id)
    found = report_drafts.drafted(told_by(report), OutletNames(session, viewer), now=now)
    return report_drafts.draft_view(report, found)


def accept_report(
    session: Session,
    viewer: Viewer,
    report_id: uuid.UUID,
    added: Acceptance,
    *,
    now: datetime,
) -> Incident:
    """Draft an incident from a report; a second acceptance is refused with the first one's incident."""
    report = reports.lock_report(session, report_id)
    attaching.refuse_decided(session, viewer, report)
    draft = report_drafts.drafted(
        told_by(report), OutletNames(session, viewer), now=now, added=added
    ).complete()
    incident = record.create_incident(session, viewer, draft, now=now, as_draft=True)
    report.incident_id = incident.id
    _decide(session, viewer, report, ReportStatus.ACCEPTED, reason=None, now=now)
    return incident


def reject_report(
    session: Session, viewer: Viewer, report_id: uuid.UUID, *, reason: str, now: datetime
) -> None:
    """Set a report aside; a rejected one may still be accepted later."""
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why this report is set aside.")
    report = reports.lock_report(session, report_id)
    if report.status is ReportStatus.REJECTED:
        raise Conflict(attaching.decided_sentence(session, viewer, report))
    attaching.refuse_decided(session, viewer, report)
    _decide(session, viewer, report, ReportStatus.REJECTED, reason=reason, now=now)


def _decide(
    session: Session,
    viewer: Viewer,
    report: Report,
    status: ReportStatus,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    old = report.status
    report.status, report.status_reason = status, reason
    report.decided_by_id, report.decided_at = viewer.key_id, now
    session.flush()
    ledger.record_revision(
        session,
        object_kind="report",
        object_id=report.id,
        action=status.value,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes={"status": {"old": old.value, "new": status.value}},
    )
    ledger.bump(session, "staff")


def brief_view(report: Report) -> dict[str, Any]:
    """Return what a report says and what became of it, without its source's own words."""
    decided_at = report.decided_at
    return {
        "id": report.id,
        "source": {
            "id": report.source_id,
            "name": report.source.name,
            "trust": report.source.trust,
        },
        "external_id": report.external_id,
        "title": report.title,
        "summary": report.summary,
        "url": report.url,
        "language": report.language,
        "country": report.country,
        "date": report.date_text,
        "published_at": report.published_at,
        "leftovers": report.leftovers,
        "particulars": report.particulars,
        "suggestions": report.suggestions,
        "status": report.status,
        "status_reason": report.status_reason,
        "incident_id": report.incident_id,
        "decided_at": decided_at,
        "looked_at": report.looked_at,
        "changed_since_decision": decided_at is not None and report.changed_at > decided_at,
        "first_seen_at": report.first_seen_at,
        "changed_at": report.changed_at,
        "vanished_at": report.vanished_at,
        "version": report.version,
    }
