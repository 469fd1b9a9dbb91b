# SPDX-License-Identifier: Apache-2.0
"""Working through the reports that need a person, without stepping on one another's toes.

What somebody saw when they decided is told by a stamp: where the report has moved on since, nothing is
done, and they are told who did what. Accepting and rejecting themselves are in reports.py.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus
from app.errors import Conflict
from app.services.candidates import candidates_view
from app.services.reports import brief_view, report_view
from app.storage import ledger, reports, triage
from app.storage.incidents import Incident, visible_to
from app.storage.matching import INCIDENT
from app.storage.reports import Report
from app.storage.triage import Need, Place

__all__ = ["Need", "Neighbours", "Place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The reports before and after one in the queue, where there are any."""

    previous: uuid.UUID | None
    next: uuid.UUID | None


def list_queue(
    session: Session,
    *,
    need: Need | None,
    source_id: uuid.UUID | None,
    limit: int,
    after: Place | None,
) -> list[dict[str, Any]]:
    """Return the reports that need a person, those that have waited longest first."""
    found = triage.list_queue(session, need=need, source_id=source_id, limit=limit, after=after)
    return [brief_view(one) for one in found]


def count_queue(session: Session, *, source_id: uuid.UUID | None = None) -> dict[str, int]:
    """Return how many need a decision, and how many another look."""
    return {need.value: n for need, n in triage.count_queue(session, source_id=source_id).items()}


def triage_view(session: Session, viewer: Viewer, report_id: uuid.UUID) -> dict[str, Any]:
    """Return a report in full, with who decided on it and the stamp of what is seen now."""
    report = reports.get_report(session, report_id)
    return {
        **view_for(session, viewer, report_id),
        # Who of the colleagues decided is for those who see the whole desk.
        "decided_by": triage.find_key_name(session, report.decided_by_id)
        if viewer.is_staff or report.decided_by_id == viewer.key_id
        else None,
        "is_by_person": report.decided_by_id is not None,
        "stamp": stamp(report),
    }


def view_for(session: Session, viewer: Viewer, report_id: uuid.UUID) -> dict[str, Any]:
    """Return a report in full, with those candidates that exist for the viewer."""
    found = candidates(session, viewer, report_id)
    return {**report_view(session, report_id), "candidates": found}


def candidates(session: Session, viewer: Viewer, report_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return what a report may be the same as, as far as the viewer may know that it exists."""
    found = candidates_view(session, report_id)
    ids = [one["id"] for one in found if one["kind"] == INCIDENT]
    seen = set(
        session.scalars(sa.select(Incident.id).where(Incident.id.in_(ids), visible_to(viewer)))
    )
    return [one for one in found if one["kind"] != INCIDENT or one["id"] in seen]


def neighbours(
    session: Session, report_id: uuid.UUID, *, need: Need | None, source_id: uuid.UUID | None
) -> Neighbours:
    """Return what comes before and after a report in the queue, whether it is in there or not."""
    report = reports.get_report(session, report_id)
    place = (report.first_seen_at, report.id)
    before, after = (
        triage.find_beside(session, place, forward=forward, need=need, source_id=source_id)
        for forward in (False, True)
    )
    return Neighbours(previous=before, next=after)


def first_in_queue(
    session: Session, *, need: Need | None, source_id: uuid.UUID | None
) -> uuid.UUID | None:
    """Return the report that has waited longest."""
    found: Sequence[Report] = triage.list_queue(
        session, need=need, source_id=source_id, limit=1, after=None
    )
    return found[0].id if found else None


def stamp(report: Report) -> str:
    """Return what a report is at now: its version, its status, and when it was decided."""
    times = (report.decided_at, report.looked_at, report.vanished_at)
    said = ".".join(at.isoformat() if at else "" for at in times)
    return f"{report.version}.{report.status.value}.{said}"


def hold(session: Session, report_id: uuid.UUID, seen: str) -> Report:
    """Keep everybody else off a report; a Conflict where it is no longer what `seen` says."""
    report = reports.lock_report(session, report_id)
    if stamp(report) != seen:
        raise Conflict("this report is no longer what you saw: look at it again")
    return report


def mark_seen(session: Session, viewer: Viewer, report_id: uuid.UUID, *, now: datetime) -> None:
    """Say that a report was looked at again, and what was decided stands."""
    report = reports.lock_report(session, report_id)
    if report.status is ReportStatus.NEW:
        raise Conflict("nobody has decided on this report yet: accept it, or set it aside")
    report.looked_at = now
    session.flush()
    ledger.record_revision(
        session,
        object_kind="report",
        object_id=report.id,
        action="seen",
        actor_id=viewer.key_id,
        at=now,
    )
    ledger.bump(session, "staff")
