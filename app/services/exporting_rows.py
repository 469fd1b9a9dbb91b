# SPDX-License-Identifier: Apache-2.0
"""Rows of an export from the tables, with everything the desk reads; the public's in exporting_public.

Only what stands in the record; conclusions are those kept at the last change. Empty texts are null.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.vocabulary import PersonRole, TargetKind
from app.services.documents import day_or_none, severity_view
from app.services.exporting_parts import (
    DecisionShape,
    EventGroupShape,
    ExternalIdShape,
    InvolvementShape,
    LevelShape,
    OutletShape,
    OverrideShape,
    PersonShape,
    SourceShape,
    TargetShape,
)
from app.services.exporting_shapes import CaseRow, IncidentRow
from app.storage.assessments import Assessment, LevelOverride
from app.storage.citations import Citation
from app.storage.decisions import Decision
from app.storage.incidents import Incident
from app.storage.outlets import Outlet
from app.storage.parts import EventGroup, Involvement, Target
from app.storage.people import Person


def incident_row(
    row: Incident,
    cases: Sequence[CaseRow],
    assessments: Sequence[Assessment],
    overrides: Sequence[LevelOverride],
) -> IncidentRow:
    """Return an incident as the desk exports it."""
    concluded: Mapping[str, Any] = row.document.get("impunity", {})
    since = concluded.get("since")
    return IncidentRow(
        id=row.id,
        ref=row.ref,
        title=row.title,
        status=row.status,
        verified_by=row.verified_by_name or None,
        date=row.date_text,
        date_earliest=day_or_none(row.date_earliest),
        date_latest=day_or_none(row.date_latest),
        country=row.country,
        admin1=row.admin1 or None,
        place=row.place or None,
        latitude=row.latitude,
        longitude=row.longitude,
        precision=row.precision,
        public_precision=row.public_precision,
        is_at_risk=row.is_at_risk,
        scope=row.scope,
        categories=[
            f"{one.category.value}/{one.subtype}" if one.subtype else one.category.value
            for one in row.categories
        ],
        motive=row.motive,
        instigation=row.instigation,
        executors_complete=row.executors_complete,
        impunity=concluded.get("level", row.impunity),
        impunity_since=date.fromisoformat(since) if since else None,
        severity_level=severity_view(row)["severity_level"],
        severity_set=row.severity_override,
        severity_reason=row.severity_reason or None,
        narrative=dict(sorted(row.narrative.items())),
        targets=[_target(one) for one in row.targets],
        involvements=[_involvement(one) for one in sorted(row.involvements, key=_version_key)],
        sources=[source_shape(one) for one in sorted(row.citations, key=lambda one: str(one.id))],
        external_ids=[
            ExternalIdShape(system=one.system, id=one.value, url=one.url)
            for one in row.external_ids
        ],
        cases=list(cases),
        decision=decision_shape(row.decision) if row.decision else None,
        event_group=_event_group(row.event_group) if row.event_group else None,
        assessments=[_level(one) for one in assessments],
        overrides=[_override(one) for one in overrides],
        status_reason=row.status_reason or None,
        duplicate_of=row.duplicate_of_id,
        verification_reason=row.verification_reason or None,
        created_at=row.created_at,
        verified_at=row.verified_at,
        published_at=row.published_at,
        updated_at=row.updated_at,
        version=row.version,
    )


def source_shape(one: Citation, *, full: bool = True) -> SourceShape:
    """Return a published source; the desk's judgement of it where `full`."""
    return SourceShape(
        id=one.id,
        type=one.type,
        title=one.title,
        url=one.url,
        publisher=one.publisher,
        language=one.language,
        published_on=one.published_on,
        retrieved_on=one.retrieved_on,
        independence_group=one.independence_group,
        is_primary=one.is_primary,
        locator=one.locator,
        reliability=one.reliability if full else None,
    )


def person_shape(one: Person) -> PersonShape:
    """Return a person."""
    return PersonShape(
        id=one.id,
        name=one.name,
        names=dict(sorted(one.names.items())),
        country=one.country,
        summary=one.summary,
        is_minor=one.is_minor,
        is_relative=one.is_relative,
        erased_at=one.erased_at,
    )


def outlet_shape(one: Outlet) -> OutletShape:
    """Name an outlet."""
    return OutletShape(id=one.id, name=one.name, country=one.country, is_group=one.is_group)


def decision_shape(one: Decision, *, full: bool = True) -> DecisionShape:
    """Return a decision whole."""
    return DecisionShape(
        id=one.id,
        kind=one.kind,
        title=one.title,
        authority=one.authority,
        date=one.date_text,
        ground=one.ground,
        statute=one.statute,
        territory=one.territory,
        domains=one.domains,
        titles=one.titles,
        source=source_shape(one.citation, full=full) if one.citation else None,
        published=one.is_published,
        recorded_at=one.recorded_at if full else None,
    )


def _target(one: Target) -> TargetShape:
    return TargetShape(
        id=one.id,
        kind=one.kind,
        person=person_shape(one.person) if one.person else None,
        # Kept from a file that withheld it.
        name_withheld=one.kind is TargetKind.PERSON and one.person is None,
        outlet=outlet_shape(one.outlet) if one.outlet else None,
        employer=outlet_shape(one.employer) if one.employer else None,
        description=one.description,
        count=one.count,
        primary_role=one.primary_role,
        other_roles=[PersonRole(role) for role in one.other_roles],
        harm=one.harm,
        flags=one.flags,
        sex=one.sex,
        age_group=one.age_group,
        arbitrary=one.arbitrary,
        state_acquiescence=one.state_acquiescence,
        due_diligence_failed=one.due_diligence_failed,
    )


def _involvement(one: Involvement) -> InvolvementShape:
    return InvolvementShape(
        id=one.id,
        slot=one.slot_id,
        position=one.position,
        crime_role=one.crime_role,
        identified=one.is_identified,
        person=person_shape(one.person) if one.person else None,
        description=one.description,
        actor_type=one.actor_type,
        status=one.status,
        name_decided=one.name_decided_by_id is not None,
        recorded_at=one.recorded_at,
        retracted_at=one.retracted_at,
    )


def _version_key(one: Involvement) -> tuple[int, Any, str]:
    return (one.position, one.recorded_at, str(one.id))


def _event_group(one: EventGroup) -> EventGroupShape:
    return EventGroupShape(
        id=one.id,
        name=one.name,
        country=one.country,
        date=one.date_text,
        summary=one.summary,
        source=source_shape(one.citation) if one.citation else None,
        published=one.is_published,
        recorded_at=one.recorded_at,
    )


def _level(one: Assessment) -> LevelShape:
    return LevelShape(
        id=one.id,
        assessor=one.assessor,
        level=one.level,
        stated_on=one.stated_on,
        recorded_at=one.recorded_at,
        retracted_at=one.retracted_at,
    )


def _override(one: LevelOverride) -> OverrideShape:
    return OverrideShape(
        id=one.id,
        level=one.level,
        since=one.since,
        reason=one.reason,
        source=source_shape(one.citation),
        recorded_at=one.recorded_at,
        confirmed_at=one.confirmed_at,
        retracted_at=one.retracted_at,
        retraction_reason=one.retraction_reason,
    )
