# SPDX-License-Identifier: Apache-2.0
"""What a person makes of a report: look at it beside its source's own words, accept it, set it aside.

Accepting drafts one incident, once; the draft cites the report and goes the way of every other.
Only holders of `reports:write` come here: a report was verified by nobody.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import CitationType, ReportStatus, TargetKind, Trust
from app.errors import Conflict
from app.services import record
from app.services.checks import wrong
from app.services.drafts import CategoryDraft, CitationDraft, Draft, IncidentDraft, TargetDraft
from app.storage import ledger, reports
from app.storage.incidents import Incident
from app.storage.reports import Report

_CITED_AS = {
    Trust.LEAD: CitationType.NEWS,
    Trust.REPORT: CitationType.NGO_REPORT,
    Trust.DATASET: CitationType.DATASET,
}


class Acceptance(Draft, frozen=True, kw_only=True):
    """What the accepting person says; the rest is taken from the report, where it says so."""

    categories: list[CategoryDraft]
    targets: list[TargetDraft] = msgspec.field(default_factory=list)
    title: str | None = None
    date: str | None = None
    country: str | None = None
    admin1: str | None = None
    place: str | None = None
    narrative: dict[str, str] = msgspec.field(default_factory=dict)


def list_reports(
    session: Session,
    *,
    status: ReportStatus | None,
    source_id: uuid.UUID | None,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> Sequence[dict[str, Any]]:
    """Return reports, latest first."""
    found = reports.list_reports(
        session, status=status, source_id=source_id, limit=limit, after=after
    )
    return [_view(one) for one in found]


def report_view(session: Session, report_id: uuid.UUID) -> dict[str, Any]:
    """Return a report with every version of its source's own words, latest first."""
    report = reports.get_report(session, report_id)
    versions = [
        {"version": one.version, "sha256": one.sha256, "seen_at": one.seen_at, "raw": one.raw}
        for one in reports.raw_versions(session, report_id)
    ]
    return {**_view(report), "versions": versions}


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
    _refuse_decided(report)
    draft = _draft(report, added, now)
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
        raise Conflict("this report was set aside before")
    _refuse_decided(report)
    _decide(session, viewer, report, ReportStatus.REJECTED, reason=reason, now=now)


def _refuse_decided(report: Report) -> None:
    if report.incident_id is not None:
        raise Conflict(f"this report was accepted already, as incident {report.incident_id}")


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


def _draft(report: Report, added: Acceptance, now: datetime) -> IncidentDraft:
    country = added.country or report.country
    if country is None:
        raise wrong("/country", "missing", "The report names no country: say where it happened.")
    # No name is invented: until somebody names the targets, they are who the report speaks of.
    unnamed = TargetDraft(kind=TargetKind.GROUP, description=report.title)
    said = {report.language: report.summary} if report.language and report.summary else {}
    return IncidentDraft(
        title=added.title or report.title,
        date=_date(report, added),
        country=country,
        admin1=added.admin1,
        place=added.place,
        categories=added.categories,
        targets=added.targets or [unnamed],
        narrative=added.narrative or said,
        sources=[_citation(report, now)],
        report_id=report.id,
    )


def _date(report: Report, added: Acceptance) -> str:
    if added.date is not None:
        return added.date
    if report.date_text is not None:
        return report.date_text
    if report.published_at is None:
        raise wrong("/date", "missing", "The report names no date: say when it happened.")
    # The day of publication is not the day of the event: `~` says "about".
    return f"{report.published_at.date().isoformat()}~"


def _citation(report: Report, now: datetime) -> CitationDraft:
    published_at = report.published_at
    is_past = published_at is not None and published_at <= now
    host = urlsplit(report.url).hostname if report.url else None
    return CitationDraft(
        type=_CITED_AS[report.source.trust],
        title=report.title,
        url=report.url,
        publisher=host.removeprefix("www.") if host else report.source.name,
        language=report.language,
        published_on=published_at.date().isoformat() if published_at and is_past else None,
        retrieved_on=report.changed_at.date(),
        # Whatever else this source says about the same act adds no second source.
        independence_group=f"source-{report.source_id}",
    )


def _view(report: Report) -> dict[str, Any]:
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
        "changed_since_decision": decided_at is not None and report.changed_at > decided_at,
        "first_seen_at": report.first_seen_at,
        "changed_at": report.changed_at,
        "vanished_at": report.vanished_at,
        "version": report.version,
    }
