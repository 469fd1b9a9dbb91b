# SPDX-License-Identifier: Apache-2.0
"""Decisions, patterns and event groups as readers see them: published, or the desk's."""

import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.domain.visibility import Viewer
from app.errors import NotFound
from app.services.citations import citation_view
from app.services.documents import date_view
from app.storage import decisions, parts
from app.storage.decisions import Decision, Pattern, StatementFilter
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.parts import EventGroup
from app.storage.reached import outlets_seen_by

R = TypeVar("R", Decision, Pattern, EventGroup)


def list_decision_views(
    session: Session,
    viewer: Viewer,
    wanted: StatementFilter,
    *,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a page of decisions, each with the outlets it falls on."""
    rows = decisions.list_decisions(
        session, wanted, published_only=not viewer.is_staff, limit=limit, after=after
    )
    outlets = _outlets_of(session, viewer, [row.id for row in rows])
    return [decision_view(row, outlets[row.id]) for row in rows]


def list_pattern_views(
    session: Session,
    viewer: Viewer,
    wanted: StatementFilter,
    *,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a page of patterns."""
    rows = decisions.list_patterns(
        session, wanted, published_only=not viewer.is_staff, limit=limit, after=after
    )
    return [pattern_view(row) for row in rows]


def list_event_group_views(
    session: Session,
    viewer: Viewer,
    *,
    country: str | None,
    limit: int,
    after: uuid.UUID | None = None,
) -> list[dict[str, Any]]:
    """Return a page of event groups."""
    rows = parts.list_event_groups(
        session, country=country, published_only=not viewer.is_staff, limit=limit, after=after
    )
    return [event_group_view(row) for row in rows]


def decision_view(row: Decision, outlet_ids: list[uuid.UUID]) -> dict[str, Any]:
    """Show a decision."""
    return {
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "authority": row.authority,
        "date": date_view(row.date_text, row.date_earliest, row.date_latest),
        "ground": row.ground,
        "statute": row.statute,
        "territory": row.territory,
        "titles": row.titles,
        "domains": row.domains,
        "outlet_ids": outlet_ids,
        "published": row.is_published,
        "source": citation_view(row.citation),
    }


def pattern_view(row: Pattern) -> dict[str, Any]:
    """Show a pattern."""
    return {
        "id": row.id,
        "country": row.country,
        "category": row.category,
        "subtype": row.subtype or None,
        "ground": row.ground,
        "statement": row.statement,
        "date": row.date_text,
        "counted": False,
        "published": row.is_published,
        "source": citation_view(row.citation),
    }


def event_group_view(row: EventGroup) -> dict[str, Any]:
    """Show the wider happening of several incidents."""
    return {
        "id": row.id,
        "name": row.name,
        "country": row.country,
        "date": row.date_text,
        "summary": row.summary,
        "published": row.is_published,
        "source": citation_view(row.citation),
    }


def find_view(session: Session, viewer: Viewer, kind: str, object_id: uuid.UUID) -> dict[str, Any]:
    """Show one of these to a viewer for whom it exists: published, the desk's, or their own."""
    if kind == "decision":
        decision = _seen(session, viewer, Decision, object_id)
        outlets = _outlets_of(session, viewer, [decision.id])
        return decision_view(decision, outlets[decision.id])
    if kind == "pattern":
        return pattern_view(_seen(session, viewer, Pattern, object_id))
    return event_group_view(_seen(session, viewer, EventGroup, object_id))


def _outlets_of(
    session: Session, viewer: Viewer, decision_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return the outlets each decision falls on, as far as they exist for this viewer."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {one: [] for one in decision_ids}
    events = session.execute(
        sa.select(OutletStatusEvent.decision_id, OutletStatusEvent.outlet_id)
        .join(Outlet, Outlet.id == OutletStatusEvent.outlet_id)
        .where(
            OutletStatusEvent.decision_id.in_(found),
            OutletStatusEvent.retracted_at.is_(None),
            outlets_seen_by(viewer),
        )
        .order_by(OutletStatusEvent.outlet_id)
    )
    for decision_id, outlet_id in events:
        if decision_id is not None:
            found[decision_id].append(outlet_id)
    return found


def _seen(session: Session, viewer: Viewer, table: type[R], object_id: uuid.UUID) -> R:
    row = session.get(
        table, object_id, options=[joinedload(table.citation)], populate_existing=True
    )
    is_own = row is not None and viewer.key_id is not None and row.recorded_by_id == viewer.key_id
    if row is None or not (row.is_published or viewer.is_staff or is_own):
        raise NotFound("there is no such record: the list of its kind shows what there is")
    return row
