# SPDX-License-Identifier: Apache-2.0
"""Incidents of an export become rows again, under their own ids.

One's own come back as they stood. Another house's published and verified ones become `verified` by
that house, its others `submitted`: nothing is public here before people here have published it.
"""

from typing import Any

from app.domain.record import dates, place
from app.domain.vocabulary import TargetKind, WorkflowStatus
from app.services.exporting_parts import InvolvementShape, TargetShape
from app.services.exporting_shapes import IncidentRow
from app.services.restoring_checks import kinds_of
from app.services.restoring_parts import (
    Taking,
    put_decision,
    put_event_group,
    put_outlet,
    put_person,
    put_source,
)
from app.storage.assessments import Assessment, LevelOverride
from app.storage.database import new_id
from app.storage.external_ids import ExternalId
from app.storage.incidents import VERIFIED, Incident
from app.storage.parts import IncidentCategory, Involvement, Target

ENDED = (
    WorkflowStatus.REJECTED,
    WorkflowStatus.DUPLICATE,
    WorkflowStatus.MERGED,
    WorkflowStatus.RETRACTED,
)
"""Standings of another house's records that nobody else takes over."""

_SAME = (
    "title",
    "country",
    "admin1",
    "place",
    "latitude",
    "longitude",
    "precision",
    "scope",
    "motive",
    "instigation",
    "executors_complete",
    "narrative",
)


def put_incident(taking: Taking, row: IncidentRow, present: Incident | None) -> Incident:
    """Bring an incident to what a row says; `present` is the one on record, loaded whole."""
    span = dates.parse(row.date)
    found = present or _empty(row, taking)
    for name in _SAME:
        setattr(found, name, getattr(row, name))
    found.date_text, found.date_earliest, found.date_latest = span.text, span.earliest, span.latest
    found.public_precision = row.public_precision or row.precision
    found.is_at_risk = bool(row.is_at_risk)
    told = place.public_point(
        found.latitude, found.longitude, known=found.precision, told=found.public_precision
    )
    found.public_latitude = told.latitude if told else None
    found.public_longitude = told.longitude if told else None
    found.event_group_id = put_event_group(taking, row.event_group, row.country)
    found.decision_id = put_decision(taking, row.decision, row.country)
    _stand(taking, found, row)
    _fill(taking, found, row)
    if present is None:
        taking.session.add(found)
    return found


def put_levels(taking: Taking, row: IncidentRow) -> None:
    """Keep what assessors said of impunity, and of one's own what two people set by hand."""
    for said in row.assessments:
        taking.put(
            Assessment,
            said.id,
            fresh=taking.is_own,
            incident_id=row.id,
            assessor=said.assessor,
            level=said.level,
            stated_on=said.stated_on,
            recorded_at=said.recorded_at,
            retracted_at=said.retracted_at,
        )
    for one in row.overrides if taking.is_own else ():
        taking.put(
            LevelOverride,
            one.id,
            fresh=True,
            incident_id=row.id,
            level=one.level,
            since=one.since,
            reason=one.reason,
            citation_id=put_source(taking, one.source),
            recorded_at=one.recorded_at,
            confirmed_at=one.confirmed_at,
            retracted_at=one.retracted_at,
            retraction_reason=one.retraction_reason,
        )


def stamp(taking: Taking, found: Incident, row: IncidentRow) -> None:
    """Give one's own its version and times back, after everything was concluded anew."""
    if not taking.is_own:
        return
    found.duplicate_of_id = row.duplicate_of
    found.version, found.updated_at = row.version, taking.at(row.updated_at)
    told = found.document["updated_at"]
    day_only = "T" not in told
    found.document = {
        **found.document,
        "version": row.version,
        "updated_at": found.updated_at.date().isoformat()
        if day_only
        else found.updated_at.isoformat().replace("+00:00", "Z"),
    }


def _empty(row: IncidentRow, taking: Taking) -> Incident:
    return Incident(
        id=row.id,
        created_at=taking.at(row.created_at),
        updated_at=taking.now,
        version=1,
        document={},
        categories=[],
        targets=[],
        involvements=[],
        citations=[],
        external_ids=[],
    )


def _stand(taking: Taking, found: Incident, row: IncidentRow) -> None:
    if taking.is_own:
        found.ref, found.status, found.status_reason = row.ref, row.status, row.status_reason
        found.verified_by_name, found.verified_at = row.verified_by, row.verified_at
        found.verification_reason = row.verification_reason
        found.published_at = row.published_at
        found.created_at = taking.at(row.created_at)
        found.severity_override, found.severity_reason = row.severity_set, row.severity_reason
        return
    is_verified = row.status in VERIFIED
    found.status = WorkflowStatus.VERIFIED if is_verified else WorkflowStatus.SUBMITTED
    found.verified_by_name = taking.name if is_verified else None
    found.verified_at = taking.now if is_verified else None
    found.verification_reason = f"The own record of {taking.name}." if is_verified else None


def _fill(taking: Taking, found: Incident, row: IncidentRow) -> None:
    kept = {(one.category, one.subtype): one for one in found.categories}
    found.categories = [
        _placed(kept.get(kind) or IncidentCategory(category=kind[0], subtype=kind[1]), position)
        for position, kind in enumerate(kinds_of(row))
    ]
    found.targets = [_target(taking, row, one, place) for place, one in enumerate(row.targets)]
    found.involvements = [_involvement(taking, one) for one in row.involvements]
    found.citations = [taking.source(one) for one in row.sources]
    named = {(one.system, one.value): one for one in found.external_ids}
    fresh: list[ExternalId] = []
    for position, one in enumerate(row.external_ids):
        made = named.get((one.system, one.id)) or ExternalId(
            id=new_id(), system=one.system, value=one.id
        )
        made.url = one.url
        fresh.append(_placed(made, position))
    found.external_ids = fresh


def _placed(one: Any, position: int) -> Any:  # noqa: ANN401 - a part with a position
    one.position = position
    return one


def _target(taking: Taking, row: IncidentRow, one: TargetShape, position: int) -> Target:
    return Target(
        id=one.id or new_id(),
        position=position,
        kind=one.kind,
        person_id=put_person(taking, one.person) if one.kind is TargetKind.PERSON else None,
        outlet_id=put_outlet(taking, one.outlet, row.country),
        employer_outlet_id=put_outlet(taking, one.employer, row.country),
        description=one.description,
        count=one.count,
        primary_role=one.primary_role,
        other_roles=[role.value for role in one.other_roles],
        harm=one.harm,
        flags=one.flags,
        sex=one.sex,
        age_group=one.age_group,
        arbitrary=one.arbitrary,
        state_acquiescence=one.state_acquiescence,
        due_diligence_failed=one.due_diligence_failed,
    )


def _involvement(taking: Taking, one: InvolvementShape) -> Involvement:
    return Involvement(
        id=one.id,
        slot_id=one.slot,
        position=one.position,
        crime_role=one.crime_role,
        is_identified=one.identified,
        person_id=put_person(taking, one.person),
        description=one.description,
        actor_type=one.actor_type,
        status=one.status,
        name_decided_by_id=taking.decided_by() if one.name_decided and taking.is_own else None,
        recorded_at=taking.at(one.recorded_at),
        retracted_at=one.retracted_at,
    )
