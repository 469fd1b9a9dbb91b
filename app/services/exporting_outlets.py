# SPDX-License-Identifier: Apache-2.0
"""Rows of outlets with their history, and of listed sites, as far as a viewer sees them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.domain.record.outlet import condition
from app.domain.visibility import Viewer
from app.services.exporting_parts import DecisionShape
from app.services.exporting_rows import decision_shape, source_shape
from app.services.exporting_shapes import OutletRow, SiteRow, StatusEventShape
from app.services.outlet_views import shown_events, status_event
from app.storage.decisions import Decision
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.reached import outlets_seen_by
from app.storage.sites import Site


def outlet_rows(
    session: Session, viewer: Viewer, rows: Sequence[Outlet], *, now: datetime, full: bool
) -> list[OutletRow]:
    """Return some outlets; the condition is what their events declare, nothing measured."""
    decisions = _decisions(session, rows, full=full)
    before = {one.successor_of_id for one in rows if one.successor_of_id is not None}
    seen = set(
        session.scalars(sa.select(Outlet.id).where(Outlet.id.in_(before), outlets_seen_by(viewer)))
    )
    return [_outlet(viewer, row, decisions, seen, now=now, full=full) for row in rows]


def site_row(site: Site, outlet: Outlet | None, *, full: bool) -> SiteRow:
    """Return a listed site; `outlet` is the one behind it, where the viewer sees it."""
    return SiteRow(
        url=site.url,
        category_code=site.category_code,
        country=site.country or None,
        outlet=outlet.name if outlet else None,
        canary=site.is_canary,
        notes=(site.notes or None) if full else None,
        source=site.list_name or None,
        licence=site.list_licence or None,
        date_added=site.created_at if full else None,
        id=site.id,
        outlet_id=outlet.id if outlet else None,
        probed=site.is_probed,
        updated_at=site.updated_at if full else None,
    )


def _decisions(
    session: Session, rows: Sequence[Outlet], *, full: bool
) -> dict[uuid.UUID, DecisionShape]:
    ids = {one.decision_id for row in rows for one in row.status_events if one.decision_id}
    query = sa.select(Decision).where(Decision.id.in_(ids)).options(joinedload(Decision.citation))
    if not full:
        query = query.where(Decision.is_published)
    return {one.id: decision_shape(one, full=full) for one in session.scalars(query)}


def _outlet(
    viewer: Viewer,
    row: Outlet,
    decisions: Mapping[uuid.UUID, DecisionShape],
    seen: set[uuid.UUID],
    *,
    now: datetime,
    full: bool,
) -> OutletRow:
    events = [
        one
        for one in shown_events(viewer, row)
        if full or (one.verified_at is not None and one.retracted_at is None)
    ]
    holds = condition(
        [status_event(viewer, one) for one in events],
        None,
        as_of=now.date(),
        known_at=now,
        territory=row.country,
    )
    before = row.successor_of_id
    return OutletRow(
        id=row.id,
        name=row.name,
        country=row.country,
        is_group=row.is_group,
        summary=row.summary or None,
        successor_of=before if before in seen else None,
        published=row.is_published if full else None,
        status=holds.status,
        publication=holds.publication,
        reachability=holds.reachability,
        base=holds.base,
        since=holds.since,
        events=[_event(one, decisions, full=full) for one in events],
        created_at=row.created_at if full else None,
        updated_at=row.updated_at if full else None,
        version=row.version,
    )


def _event(
    one: OutletStatusEvent, decisions: Mapping[uuid.UUID, DecisionShape], *, full: bool
) -> StatusEventShape:
    return StatusEventShape(
        id=one.id,
        sequence=one.sequence,
        axis=one.axis,
        value=one.value,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        ground=one.ground,
        statute=one.statute,
        authority=one.authority,
        scope=one.scope,
        territory=one.territory,
        decision=decisions.get(one.decision_id) if one.decision_id else None,
        source=source_shape(one.citation, full=full) if one.citation else None,
        verified=one.verified_at is not None,
        recorded_at=one.recorded_at if full else None,
        verified_at=one.verified_at if full else None,
        retracted_at=one.retracted_at if full else None,
    )
