# SPDX-License-Identifier: Apache-2.0
"""What callers send about incidents: a report, a change of one, a step with one."""

import uuid
from typing import Annotated, Literal

from pydantic import Field

from app.api.schemas.fields import (
    Body,
    Citation,
    Code,
    CountryCode,
    EdtfDate,
    Line,
    Narrative,
    Text,
    WebAddress,
    Word,
    example,
)
from app.domain.vocabulary import (
    ActorType,
    AgeGroup,
    Assessment,
    Category,
    CrimeRole,
    IncidentScope,
    Instigation,
    InvolvementStatus,
    Motive,
    PersonRole,
    Precision,
    Sex,
    TargetKind,
)


class NewPerson(Body):
    """A person new to the record. Somebody already known is named by `person_id` instead."""

    name: Line
    names: dict[Code, Line] = Field(default={}, max_length=20)
    country: CountryCode | None = None
    summary: Text | None = None
    is_minor: bool = Field(default=False, description="The name of a minor is never public.")
    is_relative: bool = Field(default=False, description="The name of a relative is never public.")


class NewOutlet(Body):
    """An outlet new to the record, or a group of outlets that a source does not name."""

    name: Line
    country: CountryCode
    is_group: bool = False
    summary: Text | None = None
    successor_of_id: uuid.UUID | None = None


class CategoryBody(Body):
    """One category; its subtypes are in /api/v1/vocabulary."""

    category: Category
    subtype: Code | None = None


class TargetBody(Body):
    """Whom the act was aimed at, in the role they had at the time."""

    kind: TargetKind
    person_id: uuid.UUID | None = None
    person: NewPerson | None = None
    outlet_id: uuid.UUID | None = None
    outlet: NewOutlet | None = None
    employer_outlet_id: uuid.UUID | None = Field(
        None, description="The outlet a person, or a group, worked at when it happened."
    )
    description: Line | None = Field(None, description="Of a group, as the source puts it.")
    count: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    primary_role: PersonRole | None = None
    other_roles: list[PersonRole] = Field(default=[], max_length=12)
    harm: Line | None = None
    flags: Annotated[list[Code], Field(max_length=20)] = Field(
        [],
        description="What sources claim of the treatment: `torture_allegations`, `unfair_trial`.",
    )
    sex: Sex | None = None
    age_group: AgeGroup | None = None
    arbitrary: Assessment = Assessment.NOT_ASSESSED
    state_acquiescence: Assessment = Assessment.NOT_ASSESSED
    due_diligence_failed: Assessment = Assessment.NOT_ASSESSED


class InvolvementBody(Body):
    """Somebody's part in the act; without a person it is a slot for somebody not identified."""

    id: uuid.UUID | None = Field(None, description="Keeps the slot that has this id.")
    crime_role: CrimeRole
    description: Line
    person_id: uuid.UUID | None = None
    person: NewPerson | None = None
    actor_type: ActorType = ActorType.UNKNOWN
    status: InvolvementStatus = InvolvementStatus.ALLEGED
    name_decided: bool = Field(
        default=False, description="An editor's decision, on two independent published sources."
    )


_EXAMPLE = {
    "title": "Journalist beaten outside the newsroom",
    "date": "2026-02-27",
    "country": "KZ",
    "categories": [{"category": "physical_attack", "subtype": "injury"}],
    "targets": [{"kind": "group", "description": "A reporter", "primary_role": "journalist"}],
    "involvements": [{"crime_role": "executor", "description": "two men"}],
    "sources": [{"type": "news", "title": "Reporter beaten", "url": "https://news.example/1"}],
}


class ExternalIdBody(Body):
    """What another system calls it. No two incidents share one; with `url` it is public."""

    system: Code
    id: Word
    url: WebAddress | None = None


class SeverityBody(Body):
    """An editor's level instead of the computed one; both are shown, with the reason."""

    level: Literal[1, 2]
    reason: Line


Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
ExternalIds = Annotated[list[ExternalIdBody], Field(max_length=20)]


class NewIncident(Body):
    """A report, by what may become public. `status` is where it starts; nothing is published here."""

    model_config = example(_EXAMPLE)

    status: Literal["draft", "submitted"] = "submitted"
    title: Line
    date: EdtfDate
    country: CountryCode
    categories: Annotated[list[CategoryBody], Field(min_length=1, max_length=20)]
    targets: Annotated[list[TargetBody], Field(min_length=1, max_length=100)]
    narrative: Narrative = Field(default={})
    admin1: Line | None = None
    place: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    precision: Precision = Field(
        Precision.UNKNOWN, description="How exactly the place is known; needed with coordinates."
    )
    public_precision: Precision = Field(
        Precision.ADMIN1,
        description="How much of the place everybody is told; `exact` tells the coordinates.",
    )
    external_ids: ExternalIds = Field(default=[])
    severity: SeverityBody | None = None
    is_at_risk: bool = Field(default=False, description="The public is told days, not times.")
    scope: IncidentScope = IncidentScope.MEDIA
    motive: Motive = Motive.NOT_ASSESSED
    instigation: Instigation = Instigation.UNKNOWN
    executors_complete: bool | None = None
    involvements: list[InvolvementBody] = Field(default=[], max_length=100)
    sources: list[Citation] = Field(default=[], max_length=100)
    event_group_id: uuid.UUID | None = None
    decision_id: uuid.UUID | None = None


class IncidentPatch(Body):
    """Only what changes (RFC 7396); a list is replaced whole."""

    model_config = example(
        {"title": "Journalist beaten outside her home", "reason": "A wrong place."}
    )

    reason: Line | None = Field(None, description="Kept with the change; needed once it is public.")
    title: Line | None = None
    date: EdtfDate | None = None
    country: CountryCode | None = None
    categories: Annotated[list[CategoryBody], Field(min_length=1, max_length=20)] | None = None
    targets: Annotated[list[TargetBody], Field(min_length=1, max_length=100)] | None = None
    narrative: Narrative | None = None
    admin1: Line | None = None
    place: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    precision: Precision | None = None
    public_precision: Precision | None = None
    external_ids: ExternalIds | None = None
    severity: SeverityBody | None = None
    is_at_risk: bool | None = None
    scope: IncidentScope | None = None
    motive: Motive | None = None
    instigation: Instigation | None = None
    executors_complete: bool | None = None
    involvements: Annotated[list[InvolvementBody], Field(max_length=100)] | None = None
    sources: Annotated[list[Citation], Field(max_length=100)] | None = None
    event_group_id: uuid.UUID | None = None
    decision_id: uuid.UUID | None = None


class StepBody(Body):
    """Why a step is taken; rejecting, retracting, asking and marking a duplicate need it."""

    model_config = example({"reason": "Two independent sources agree."})

    reason: Line | None = None


class DuplicateBody(Body):
    """Which incident this one repeats."""

    model_config = example(
        {"duplicate_of": "00000000-0000-4000-8000-000000000000", "reason": "Same."}
    )

    duplicate_of: uuid.UUID
    reason: Line
