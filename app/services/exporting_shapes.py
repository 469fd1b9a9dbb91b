# SPDX-License-Identifier: Apache-2.0
"""The rows in which the record leaves and comes back: one shape for export and import.

The order of fields is the order of columns, and is pinned by a test: columns never move, new ones
come last. What a reader may not see is null. Texts that are empty in the record are null as well.
Never here: what comes from measurements, from whom a record came in, evidence and claims.
"""

import uuid
from datetime import date as day
from datetime import datetime

from app.domain.vocabulary import (
    CrimeRole,
    FactKind,
    Impunity,
    IncidentScope,
    Instigation,
    LegalGround,
    Motive,
    OutletAxis,
    PartyKind,
    PartyRole,
    Polarity,
    Precision,
    Stage,
    WorkflowStatus,
)
from app.services.exporting_parts import (
    DecisionShape,
    EventGroupShape,
    ExternalIdShape,
    InvolvementShape,
    LevelShape,
    OutletShape,
    OverrideShape,
    PersonShape,
    Shape,
    SourceShape,
    TargetShape,
)


class FactShape(Shape, frozen=True, kw_only=True):
    """A dated step of a case."""

    id: uuid.UUID
    sequence: int
    kind: FactKind
    date: str
    involvement_id: uuid.UUID | None
    person: PersonShape | None
    role: CrimeRole | None
    detail: str | None
    sentence_months: int | None
    life: bool
    fine: str | None
    fine_amount: str | None
    fine_currency: str | None
    sanctions: list[str]
    flags: list[str]
    source: SourceShape | None
    verified: bool
    recorded_at: datetime | None
    verified_at: datetime | None
    retracted_at: datetime | None
    retraction_reason: str | None


class PartyShape(Shape, frozen=True, kw_only=True):
    """A party to a case."""

    id: uuid.UUID
    sequence: int
    kind: PartyKind
    role: PartyRole
    person: PersonShape | None
    outlet: OutletShape | None
    name_withheld: bool
    description: str | None
    source: SourceShape | None
    verified: bool
    recorded_at: datetime | None
    verified_at: datetime | None
    retracted_at: datetime | None
    retraction_reason: str | None


class CaseRow(Shape, frozen=True, kw_only=True):
    """A legal case with its facts; `stage` follows from them."""

    id: uuid.UUID
    polarity: Polarity
    title: str
    country: str
    court: str | None
    number: str | None
    stage: Stage | None
    incident_ids: list[uuid.UUID]
    facts: list[FactShape]
    parties: list[PartyShape]
    created_at: datetime | None
    updated_at: datetime | None
    version: int | None


class IncidentRow(Shape, frozen=True, kw_only=True):
    """An incident with its cases and their facts."""

    id: uuid.UUID
    ref: str | None
    title: str
    status: WorkflowStatus
    verified_by: str | None
    date: str
    date_earliest: day | None
    date_latest: day | None
    country: str
    admin1: str | None
    place: str | None
    latitude: float | None
    longitude: float | None
    precision: Precision
    public_precision: Precision | None
    is_at_risk: bool | None
    scope: IncidentScope
    categories: list[str]
    motive: Motive
    instigation: Instigation
    executors_complete: bool | None
    impunity: Impunity
    impunity_since: day | None
    severity_level: int
    severity_set: int | None
    severity_reason: str | None
    narrative: dict[str, str]
    targets: list[TargetShape]
    involvements: list[InvolvementShape]
    sources: list[SourceShape]
    external_ids: list[ExternalIdShape]
    cases: list[CaseRow]
    decision: DecisionShape | None
    event_group: EventGroupShape | None
    assessments: list[LevelShape]
    overrides: list[OverrideShape]
    status_reason: str | None
    duplicate_of: uuid.UUID | None
    verification_reason: str | None
    created_at: datetime | None
    verified_at: datetime | None
    published_at: datetime | None
    updated_at: datetime | None
    version: int


class StatusEventShape(Shape, frozen=True, kw_only=True):
    """A dated change on one axis of an outlet."""

    id: uuid.UUID
    sequence: int
    axis: OutletAxis
    value: str
    valid_from: str
    valid_to: str | None
    ground: LegalGround | None
    statute: str | None
    authority: str | None
    scope: list[str]
    territory: str | None
    decision: DecisionShape | None
    source: SourceShape | None
    verified: bool
    recorded_at: datetime | None
    verified_at: datetime | None
    retracted_at: datetime | None


class OutletRow(Shape, frozen=True, kw_only=True):
    """An outlet with its history; the condition is the declared one, by the events alone."""

    id: uuid.UUID
    name: str
    country: str
    is_group: bool
    summary: str | None
    successor_of: uuid.UUID | None
    published: bool | None
    status: str
    publication: str
    reachability: str
    base: str
    since: day | None
    events: list[StatusEventShape]
    created_at: datetime | None
    updated_at: datetime | None
    version: int


class SiteRow(Shape, frozen=True, kw_only=True):
    """A listed site, in the columns that `qalam sites import` reads, and more behind them."""

    url: str
    category_code: str
    country: str | None
    outlet: str | None
    canary: bool
    notes: str | None
    source: str | None
    licence: str | None
    date_added: datetime | None
    id: uuid.UUID
    outlet_id: uuid.UUID | None
    probed: bool
    updated_at: datetime | None


ROWS: dict[str, type[IncidentRow | CaseRow | OutletRow | SiteRow]] = {
    "incidents": IncidentRow,
    "cases": CaseRow,
    "outlets": OutletRow,
    "sites": SiteRow,
}
"""The shape of each noun's rows."""

Row = IncidentRow | CaseRow | OutletRow | SiteRow
