# SPDX-License-Identifier: Apache-2.0
"""What a report may be the same as, as people are shown it: title, decision, score, rule and reasons."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.storage import matching as kept
from app.storage.incidents import Incident
from app.storage.matching import INCIDENT, REPORT
from app.storage.reports import Report


def candidates_view(session: Session, report_id: uuid.UUID) -> list[dict[str, Any]]:
    """Show what a report may be the same as, with the reasons; what it is attached to is left out."""
    of_incident = sa.select(Report.incident_id).where(Report.id == report_id)
    own = session.scalar(of_incident)
    rows = [
        one
        for one in kept.candidates_of(session, report_id)
        if own is None or one.incident_id != own
    ]
    others = {
        one.id: (one.report_id if one.other_report_id == report_id else one.other_report_id)
        for one in rows
    }
    incidents = _titles(session, Incident, {one.incident_id for one in rows})
    reports = _titles(session, Report, set(others.values()))
    return [
        {
            "kind": INCIDENT if one.incident_id else REPORT,
            "id": one.incident_id or others[one.id],
            **(incidents | reports).get(one.incident_id or others[one.id], {}),
            "decision": one.decision,
            "score": one.score,
            "rule": one.rule,
            "reasons": one.reasons,
            "rules_version": one.rules_version,
            "computed_at": one.computed_at,
        }
        for one in rows
    ]


def _titles(
    session: Session, table: type[Incident] | type[Report], ids: set[uuid.UUID | None]
) -> dict[uuid.UUID | None, dict[str, Any]]:
    query = sa.select(table.id, table.title, table.date_text, table.country, table.status)
    rows = session.execute(query.where(table.id.in_([one for one in ids if one])))
    return {
        one: {"title": title, "date": day, "country": country, "status": status}
        for one, title, day, country, status in rows
    }
