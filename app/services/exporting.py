# SPDX-License-Identifier: Apache-2.0
"""Pages of the record for exports: bounded, by id, each asked for in a session of its own.

Whatever happens meanwhile, a record that stands throughout comes exactly once. Never here: formats.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.visibility import Viewer
from app.services import exporting_cases, exporting_outlets, exporting_public, exporting_rows
from app.services.case_views import views_of
from app.services.conclusions import case_found
from app.services.exporting_shapes import CaseRow, IncidentRow, OutletRow, Row, SiteRow
from app.services.outlet_views import OutletFilter
from app.services.site_views import SiteFilter, site_conditions
from app.storage import cases, incidents
from app.storage.assessments import Assessment, LevelOverride
from app.storage.cases import FACTS, PARTIES, Case, CaseFilter, case_incidents, incidents_of
from app.storage.database import Sessions
from app.storage.decisions import Decision
from app.storage.incidents import Incident, IncidentFilter
from app.storage.outlets import Outlet
from app.storage.parts import EventGroup, Involvement, Target
from app.storage.reached import EVENTS, outlets_seen_by
from app.storage.sites import Site

PAGE = 200
"""Rows asked for at once."""

_WHOLE = (
    selectinload(Incident.categories),
    selectinload(Incident.targets).joinedload(Target.person),
    selectinload(Incident.targets).joinedload(Target.outlet),
    selectinload(Incident.targets).joinedload(Target.employer),
    selectinload(Incident.involvements).joinedload(Involvement.person),
    selectinload(Incident.citations),
    selectinload(Incident.external_ids),
    joinedload(Incident.event_group).joinedload(EventGroup.citation),
    joinedload(Incident.decision).joinedload(Decision.citation),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are asked for. Only the filter of the noun that is exported is looked at."""

    incidents: IncidentFilter = field(default_factory=IncidentFilter)
    cases: CaseFilter = field(default_factory=CaseFilter)
    outlets: OutletFilter = field(default_factory=OutletFilter)
    sites: SiteFilter = field(default_factory=SiteFilter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who exports, and what of a record they get: `full` is all that the desk reads."""

    viewer: Viewer
    full: bool = False


def pages(
    sessions: Sessions, reader: Reader, noun: str, wanted: Wanted, *, now: datetime
) -> Iterator[Sequence[Row]]:
    """Yield every row of `incidents`, `cases`, `outlets` or `sites`, a page at a time."""
    after: uuid.UUID | None = None
    while True:
        with sessions.reading() as session:
            found = _PAGES[noun](session, reader, wanted, after, now)
        if found:
            yield found
            after = found[-1].id
        if len(found) < PAGE:
            return


def incident_rows(
    session: Session, reader: Reader, ids: Sequence[uuid.UUID], *, now: datetime
) -> list[IncidentRow]:
    """Return some incidents as the desk exports them, by id."""
    rows = session.scalars(
        sa.select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id).options(*_WHOLE)
    ).all()
    around = _cases_of(session, reader, ids, now=now)
    said = _by_incident(session, Assessment, ids)
    overrides = _by_incident(session, LevelOverride, ids, joinedload(LevelOverride.citation))
    return [
        exporting_rows.incident_row(row, around[row.id], said[row.id], overrides[row.id])
        for row in rows
    ]


def case_rows(
    session: Session, reader: Reader, rows: Sequence[Case], *, now: datetime
) -> list[CaseRow]:
    """Return some cases, which the reader sees."""
    if not reader.full:
        views = views_of(session, _sees(reader), rows, now=now)
        return [exporting_public.case_row(one) for one in views]
    joined = incidents_of(session, [row.id for row in rows])
    return [
        exporting_cases.case_row(
            row, case_found(row, as_of=now.date(), known_at=now).stage, joined[row.id]
        )
        for row in rows
    ]


def _incidents(
    session: Session, reader: Reader, wanted: Wanted, after: uuid.UUID | None, now: datetime
) -> Sequence[Row]:
    found = session.execute(
        incidents.page_by_id(reader.viewer, wanted.incidents, limit=PAGE, after=after)
    ).all()
    ids = [incident_id for incident_id, _ in found]
    if reader.full:
        return incident_rows(session, reader, ids, now=now)
    around = _cases_of(session, reader, ids, now=now)
    return [
        exporting_public.incident_row(document, around[incident_id])
        for incident_id, document in found
    ]


def _cases(
    session: Session, reader: Reader, wanted: Wanted, after: uuid.UUID | None, now: datetime
) -> Sequence[Row]:
    found = cases.list_cases(session, _sees(reader), wanted.cases, limit=PAGE, after=after)
    return case_rows(session, reader, found, now=now)


def _outlets(
    session: Session, reader: Reader, wanted: Wanted, after: uuid.UUID | None, now: datetime
) -> Sequence[Row]:
    query = sa.select(Outlet).where(outlets_seen_by(_sees(reader))).options(*EVENTS)
    if wanted.outlets.country is not None:
        query = query.where(Outlet.country == wanted.outlets.country)
    if wanted.outlets.q:
        query = query.where(Outlet.name.icontains(wanted.outlets.q, autoescape=True))
    if after is not None:
        query = query.where(Outlet.id > after)
    rows = session.scalars(query.order_by(Outlet.id).limit(PAGE)).all()
    found: list[OutletRow] = exporting_outlets.outlet_rows(
        session, _sees(reader), rows, now=now, full=reader.full
    )
    return found


def _sites(
    session: Session, reader: Reader, wanted: Wanted, after: uuid.UUID | None, _now: datetime
) -> Sequence[Row]:
    query = (
        sa.select(Site, Outlet)
        .outerjoin(Outlet, sa.and_(Outlet.id == Site.outlet_id, outlets_seen_by(_sees(reader))))
        .where(*site_conditions(wanted.sites))
    )
    if after is not None:
        query = query.where(Site.id > after)
    found: list[SiteRow] = [
        exporting_outlets.site_row(site, outlet, full=reader.full)
        for site, outlet in session.execute(query.order_by(Site.id).limit(PAGE))
    ]
    return found


_PAGES = {"incidents": _incidents, "cases": _cases, "outlets": _outlets, "sites": _sites}


def _sees(reader: Reader) -> Viewer:
    """Return as whom one reads: the desk without `full` reads what everybody does."""
    return Viewer() if reader.viewer.is_staff and not reader.full else reader.viewer


def _cases_of(
    session: Session, reader: Reader, ids: Sequence[uuid.UUID], *, now: datetime
) -> dict[uuid.UUID, list[CaseRow]]:
    """Return the cases of some incidents, each in the order of ids."""
    joined = case_incidents.c
    pairs = session.execute(
        sa.select(joined.incident_id, joined.case_id).where(joined.incident_id.in_(ids))
    ).all()
    found: dict[uuid.UUID, list[CaseRow]] = {one: [] for one in ids}
    if not pairs:
        return found
    rows = session.scalars(
        sa.select(Case)
        .where(Case.id.in_({case_id for _, case_id in pairs}), cases.seen_by(_sees(reader)))
        .order_by(Case.id)
        .options(*FACTS, *PARTIES)
    ).all()
    by_id = {one.id: one for one in case_rows(session, reader, rows, now=now)}
    for incident_id, case_id in sorted(pairs, key=lambda one: str(one[1])):
        if case_id in by_id:
            found[incident_id].append(by_id[case_id])
    return found


def _by_incident(
    session: Session,
    table: type[Any],
    ids: Sequence[uuid.UUID],
    *options: Any,  # noqa: ANN401 - loader options
) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    query = sa.select(table).where(table.incident_id.in_(ids)).options(*options)
    for one in session.scalars(query.order_by(table.recorded_at, table.id)):
        found[one.incident_id].append(one)
    return found
