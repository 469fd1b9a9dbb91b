# SPDX-License-Identifier: Apache-2.0
"""Measurements as readers see them: a site's verdicts in time, and the evidence of each.

What a network of fewer than three vantages hides is hidden here as well (`shades.Shades`).
"""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.errors import NotFound
from app.services.shades import Shades
from app.storage import measurements
from app.storage.sites import Vantage, get_site


def timeline(
    session: Session,
    viewer: Viewer,
    site_id: uuid.UUID,
    *,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a site's verdicts, latest first; `after` is the last measurement of the page before."""
    get_site(session, site_id)
    shades = Shades(session, viewer)
    vantages = {row.id: row for row in session.scalars(sa.select(Vantage))}
    rows = measurements.list_verdicts(session, site_id, after=after, limit=limit)
    found = []
    for row, verdict in rows:
        vantage = vantages[row.vantage_id]
        hidden = shades.hides(vantage.country, vantage.asn)
        found.append(
            {
                "measurement": row.uid,
                "measured_at": shades.time(row.measured_at, hidden=hidden),
                "vantage": None if hidden else vantage.code,
                "country": vantage.country,
                "asn": None if hidden else vantage.asn,
                # "imported": others measured it, and no state or alert came of it.
                "egress": vantage.egress,
                "verdict": verdict.state,
                "layer": verdict.layer,
                "mechanism": verdict.mechanism,
                "interference": verdict.interference,
                "confidence": verdict.confidence,
                "rule": verdict.rule,
                "rules_version": verdict.rules_version,
                "reasons": verdict.reasons,
            }
        )
    return found


def measurement_view(session: Session, viewer: Viewer, uid: uuid.UUID) -> dict[str, Any]:
    """Return one measurement with everything it saw, its verdict, and its controls."""
    row = measurements.get_measurement(session, uid)
    vantage = session.get_one(Vantage, row.vantage_id)
    # A control is taken at the very time of the field's measurement, so the field's network decides.
    field = measurements.get_measurement(session, row.control_of) if row.control_of else row
    line = session.get_one(Vantage, field.vantage_id)
    if Shades(session, viewer).hides(line.country, line.asn):
        # Exact times and resolver addresses would show the line: the public gets the verdict alone.
        raise NotFound("this measurement comes from a network too small to be shown in full")
    verdict = session.scalar(
        sa.select(measurements.VerdictRow)
        .where(measurements.VerdictRow.measurement_uid == uid)
        .order_by(measurements.VerdictRow.rules_version.desc())
        .limit(1)
    )
    return {
        "uid": row.uid,
        "site": row.site_id,
        "vantage": vantage.code,
        "country": vantage.country,
        "asn": vantage.asn,
        "measured_at": row.measured_at,
        "received_at": row.received_at,
        "control_of": row.control_of,
        "verdict": _verdict_view(verdict) if verdict else None,
        "observations": row.observations,
    }


def _verdict_view(verdict: measurements.VerdictRow) -> dict[str, Any]:
    return {
        "state": verdict.state,
        "layer": verdict.layer,
        "mechanism": verdict.mechanism,
        "interference": verdict.interference,
        "confidence": verdict.confidence,
        "rule": verdict.rule,
        "rules_version": verdict.rules_version,
        "reasons": verdict.reasons,
        "controls": verdict.control_uids,
    }
