# SPDX-License-Identifier: Apache-2.0
"""What rows of an export are made of: people, sources, targets, involvements, decisions.

What a reader may not see is null. Never here: the rows themselves (exporting_shapes.py).
"""

import uuid
from datetime import date as day
from datetime import datetime

import msgspec

from app.domain.vocabulary import (
    ActorType,
    AgeGroup,
    Assessment,
    CitationType,
    CrimeRole,
    DecisionKind,
    Impunity,
    InvolvementStatus,
    LegalGround,
    PersonRole,
    Reliability,
    Sex,
    TargetKind,
)


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a row; every field is written, and asked for at reading."""


class SourceShape(Shape, frozen=True, kw_only=True):
    """A published source."""

    id: uuid.UUID
    type: CitationType
    title: str
    url: str | None
    publisher: str | None
    language: str | None
    published_on: str | None
    retrieved_on: day | None
    independence_group: str
    is_primary: bool
    locator: str | None
    reliability: Reliability | None


class PersonShape(Shape, frozen=True, kw_only=True):
    """A person as the reader of the file may know them."""

    id: uuid.UUID
    name: str
    names: dict[str, str]
    country: str | None
    summary: str | None
    is_minor: bool
    is_relative: bool
    erased_at: datetime | None


class OutletShape(Shape, frozen=True, kw_only=True):
    """An outlet by name."""

    id: uuid.UUID
    name: str
    country: str | None
    is_group: bool


class TargetShape(Shape, frozen=True, kw_only=True):
    """Whom an act was aimed at."""

    id: uuid.UUID | None
    kind: TargetKind
    person: PersonShape | None
    name_withheld: bool
    outlet: OutletShape | None
    employer: OutletShape | None
    description: str | None
    count: int | None
    primary_role: PersonRole | None
    other_roles: list[PersonRole]
    harm: str | None
    flags: list[str]
    sex: Sex | None
    age_group: AgeGroup | None
    arbitrary: Assessment
    state_acquiescence: Assessment
    due_diligence_failed: Assessment


class InvolvementShape(Shape, frozen=True, kw_only=True):
    """One version of somebody's part; facts name the `slot`."""

    id: uuid.UUID
    slot: uuid.UUID
    position: int
    crime_role: CrimeRole
    identified: bool
    person: PersonShape | None
    description: str
    actor_type: ActorType
    status: InvolvementStatus
    name_decided: bool
    recorded_at: datetime | None
    retracted_at: datetime | None


class ExternalIdShape(Shape, frozen=True, kw_only=True):
    """What another system calls it."""

    system: str
    id: str
    url: str | None


class DecisionShape(Shape, frozen=True, kw_only=True):
    """The act of an authority behind it."""

    id: uuid.UUID
    kind: DecisionKind
    title: str
    authority: str | None
    date: str
    ground: LegalGround
    statute: str | None
    territory: str | None
    domains: list[str]
    titles: list[str]
    source: SourceShape | None
    published: bool
    recorded_at: datetime | None


class EventGroupShape(Shape, frozen=True, kw_only=True):
    """The wider happening."""

    id: uuid.UUID
    name: str
    country: str | None
    date: str | None
    summary: str | None
    source: SourceShape | None
    published: bool
    recorded_at: datetime | None


class LevelShape(Shape, frozen=True, kw_only=True):
    """What an assessor outside says of impunity."""

    id: uuid.UUID
    assessor: str
    level: Impunity
    stated_on: day
    recorded_at: datetime
    retracted_at: datetime | None


class OverrideShape(Shape, frozen=True, kw_only=True):
    """A level that two people set by hand."""

    id: uuid.UUID
    level: Impunity
    since: day | None
    reason: str
    source: SourceShape
    recorded_at: datetime
    confirmed_at: datetime | None
    retracted_at: datetime | None
    retraction_reason: str | None
