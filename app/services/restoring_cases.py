# SPDX-License-Identifier: Apache-2.0
"""Cases with their facts and parties, and outlets with their events, become rows again.

They are append-only here: what a newer file no longer has is withdrawn, never deleted. Another
house's facts and events wait for a second person of this one.
"""

import uuid
from collections.abc import Collection
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.domain.record import dates
from app.services.exporting_shapes import (
    CaseRow,
    FactShape,
    OutletRow,
    PartyShape,
    SiteRow,
    StatusEventShape,
)
from app.services.restoring_parts import (
    Taking,
    put_decision,
    put_outlet,
    put_person,
    put_source,
)
from app.storage.cases import Case, Fact, case_incidents
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.parties import Party
from app.storage.sites import Site

_GONE = "The export that it came from no longer holds it."


def put_case(taking: Taking, row: CaseRow, on_record: Collection[uuid.UUID]) -> None:
    """Bring a case to what a row says, and join it to those of its incidents that are on record."""
    session = taking.session
    found = session.scalar(
        sa.select(Case)
        .where(Case.id == row.id)
        .options(selectinload(Case.facts), selectinload(Case.parties))
    )
    if found is None:
        found = Case(id=row.id, facts=[], parties=[])
        session.add(found)
    found.polarity, found.title, found.country = row.polarity, row.title, row.country
    found.court, found.number = row.court, row.number
    found.created_at, found.updated_at = taking.at(row.created_at), taking.at(row.updated_at)
    found.version = row.version if row.version is not None and taking.is_own else 1
    facts = {one.id: one for one in found.facts}
    parties = {one.id: one for one in found.parties}
    for fact in row.facts:
        _put_fact(taking, row, fact, facts.pop(fact.id, None))
    for party in row.parties:
        _put_party(taking, row, party, parties.pop(party.id, None))
    left: list[Fact | Party] = [*facts.values(), *parties.values()]
    for gone in left:
        if gone.retracted_at is None:
            gone.retracted_at, gone.retraction_reason = taking.now, _GONE
    session.flush()
    session.execute(sa.delete(case_incidents).where(case_incidents.c.case_id == row.id))
    links = [
        {"case_id": row.id, "incident_id": one} for one in row.incident_ids if one in on_record
    ]
    if links:
        session.execute(sa.insert(case_incidents), links)


def _put_fact(taking: Taking, row: CaseRow, fact: FactShape, present: Fact | None) -> None:
    span = dates.parse(fact.date)
    found = present or Fact(id=fact.id, case_id=row.id)
    found.sequence, found.kind = fact.sequence, fact.kind
    found.date_text, found.date_earliest, found.date_latest = span.text, span.earliest, span.latest
    found.involvement_id = fact.involvement_id
    found.person_id = put_person(taking, fact.person)
    found.crime_role, found.detail = fact.role, fact.detail
    found.sentence_months, found.is_life, found.fine = fact.sentence_months, fact.life, fact.fine
    found.fine_amount = Decimal(fact.fine_amount) if fact.fine_amount is not None else None
    found.fine_currency, found.sanctions, found.flags = (
        fact.fine_currency,
        fact.sanctions,
        fact.flags,
    )
    found.citation_id = put_source(taking, fact.source)
    found.recorded_at = taking.at(fact.recorded_at)
    found.verified_at = taking.standing(fact.verified_at, verified=fact.verified)
    found.retracted_at, found.retraction_reason = fact.retracted_at, fact.retraction_reason
    if present is None:
        taking.session.add(found)


def _put_party(taking: Taking, row: CaseRow, party: PartyShape, present: Party | None) -> None:
    found = present or Party(id=party.id, case_id=row.id)
    found.sequence, found.kind, found.role = party.sequence, party.kind, party.role
    found.person_id = put_person(taking, party.person)
    found.outlet_id = put_outlet(taking, party.outlet, row.country)
    found.description = party.description
    found.citation_id = put_source(taking, party.source)
    found.recorded_at = taking.at(party.recorded_at)
    found.verified_at = taking.standing(party.verified_at, verified=party.verified)
    found.retracted_at, found.retraction_reason = party.retracted_at, party.retraction_reason
    if present is None:
        taking.session.add(found)


def put_whole_outlet(taking: Taking, row: OutletRow) -> None:
    """Bring an outlet and its history to what a row says; its predecessor comes with `follow`."""
    session = taking.session
    found = session.scalar(
        sa.select(Outlet).where(Outlet.id == row.id).options(selectinload(Outlet.status_events))
    )
    if found is None:
        found = Outlet(id=row.id, status_events=[])
        session.add(found)
    found.name, found.country, found.is_group = row.name, row.country, row.is_group
    found.summary = row.summary
    found.is_published = bool(row.published) and taking.is_own
    found.created_at, found.updated_at = taking.at(row.created_at), taking.at(row.updated_at)
    found.version = row.version if taking.is_own else 1
    events = {one.id: one for one in found.status_events}
    for event in row.events:
        _put_event(taking, row, event, events.pop(event.id, None))
    for gone in events.values():
        gone.retracted_at = gone.retracted_at or taking.now


def follow(taking: Taking, row: OutletRow) -> None:
    """Join an outlet to the one it continues, where that is on record."""
    if row.successor_of is not None:
        found = taking.session.get_one(Outlet, row.id)
        before = taking.session.get(Outlet, row.successor_of)
        found.successor_of_id = before.id if before is not None else None


def _put_event(
    taking: Taking, row: OutletRow, event: StatusEventShape, present: OutletStatusEvent | None
) -> None:
    start = dates.parse(event.valid_from)
    found = present or OutletStatusEvent(id=event.id, outlet_id=row.id)
    found.sequence, found.axis, found.value = event.sequence, event.axis, event.value
    found.valid_from, found.valid_to = event.valid_from, event.valid_to
    found.earliest, found.latest = start.earliest, start.latest
    found.ground, found.statute, found.authority = event.ground, event.statute, event.authority
    found.scope, found.territory = event.scope, event.territory
    found.decision_id = put_decision(taking, event.decision, row.country)
    found.citation_id = put_source(taking, event.source)
    found.recorded_at = taking.at(event.recorded_at)
    found.verified_at = taking.standing(event.verified_at, verified=event.verified)
    found.retracted_at = event.retracted_at
    if present is None:
        taking.session.add(found)


def put_site(taking: Taking, row: SiteRow, host: str, *, probed: bool) -> None:
    """Bring a listed site to what a row says."""
    session = taking.session
    outlet = session.get(Outlet, row.outlet_id) if row.outlet_id is not None else None
    taking.put(
        Site,
        row.id,
        fresh=True,
        url=row.url,
        host=host,
        category_code=row.category_code,
        country=row.country,
        outlet_id=outlet.id if outlet is not None else None,
        is_probed=row.probed if taking.is_own else probed,
        is_canary=row.canary,
        list_name=row.source if taking.is_own else taking.name,
        list_licence=row.licence,
        notes=row.notes,
        created_at=taking.at(row.date_added),
        updated_at=taking.at(row.updated_at),
    )
