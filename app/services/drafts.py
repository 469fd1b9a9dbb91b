# SPDX-License-Identifier: Apache-2.0
"""What a person hands in, before any of it is kept: the shapes that doors and the example share.

Only fields of the tiers T0 and T1; nothing here can hold the identity of a source.
"""

import uuid
from datetime import date
from decimal import Decimal

import msgspec

from app.domain.vocabulary import (
    ActorType,
    AgeGroup,
    Assessment,
    Category,
    CitationType,
    ClaimField,
    CrimeRole,
    DecisionKind,
    FactKind,
    IncidentScope,
    Instigation,
    InvolvementStatus,
    LegalGround,
    Motive,
    OutletAxis,
    PersonRole,
    Polarity,
    Precision,
    RecommendationStatus,
    Reliability,
    Sanction,
    Sex,
    TargetKind,
)


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shape that takes no field it does not know."""


class CitationDraft(Draft, frozen=True, kw_only=True):
    """A published source; `id` alone keeps one that is there already."""

    id: uuid.UUID | None = None
    type: CitationType = CitationType.NGO_REPORT
    title: str = ""
    url: str | None = None
    publisher: str | None = None
    language: str | None = None
    published_on: str | None = None
    retrieved_on: date | None = None
    independence_group: str | None = None
    # None: as the type says (`citations.PRIMARY_TYPES`).
    is_primary: bool | None = None
    locator: str | None = None
    # The desk's own judgement; not for everybody.
    reliability: Reliability | None = None


class PersonDraft(Draft, frozen=True, kw_only=True):
    """A person new to the record; nobody is found again by name alone."""

    name: str
    names: dict[str, str] = {}
    country: str | None = None
    summary: str | None = None
    is_minor: bool = False
    is_relative: bool = False


class OutletDraft(Draft, frozen=True, kw_only=True):
    """An outlet, or a group of outlets a source does not name."""

    name: str
    country: str
    is_group: bool = False
    summary: str | None = None
    successor_of_id: uuid.UUID | None = None


class CategoryDraft(Draft, frozen=True, kw_only=True):
    """One category of an incident."""

    category: Category
    subtype: str | None = None


class TargetDraft(Draft, frozen=True, kw_only=True):
    """Whom an act was aimed at; a person or outlet by id, or new."""

    kind: TargetKind
    person_id: uuid.UUID | None = None
    person: PersonDraft | None = None
    outlet_id: uuid.UUID | None = None
    outlet: OutletDraft | None = None
    # Where a person, or a group, worked at the time.
    employer_outlet_id: uuid.UUID | None = None
    description: str | None = None
    count: int | None = None
    primary_role: PersonRole | None = None
    other_roles: list[PersonRole] = []
    harm: str | None = None
    flags: list[str] = []
    sex: Sex | None = None
    age_group: AgeGroup | None = None
    arbitrary: Assessment = Assessment.NOT_ASSESSED
    state_acquiescence: Assessment = Assessment.NOT_ASSESSED
    due_diligence_failed: Assessment = Assessment.NOT_ASSESSED


class InvolvementDraft(Draft, frozen=True, kw_only=True):
    """Somebody's part in the act; `id` keeps a slot that is there already."""

    id: uuid.UUID | None = None
    crime_role: CrimeRole
    description: str
    person_id: uuid.UUID | None = None
    person: PersonDraft | None = None
    actor_type: ActorType = ActorType.UNKNOWN
    status: InvolvementStatus = InvolvementStatus.ALLEGED
    # An editor's decision, on two independent published sources.
    name_decided: bool = False


class ExternalIdDraft(Draft, frozen=True, kw_only=True):
    """What another system calls it."""

    system: str
    id: str
    url: str | None = None


class SeverityDraft(Draft, frozen=True, kw_only=True):
    """An editor's level instead of the computed one, with the reason."""

    level: int
    reason: str


class ClaimDraft(Draft, frozen=True, kw_only=True):
    """What one source says of one field."""

    field: ClaimField
    value: str
    source: CitationDraft
    fact_id: uuid.UUID | None = None


class IncidentDraft(Draft, frozen=True, kw_only=True):
    """One act or tight series of acts."""

    title: str
    date: str
    country: str
    categories: list[CategoryDraft]
    targets: list[TargetDraft]
    narrative: dict[str, str] = {}
    admin1: str | None = None
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision = Precision.UNKNOWN
    public_precision: Precision = Precision.ADMIN1
    is_at_risk: bool = False
    scope: IncidentScope = IncidentScope.MEDIA
    motive: Motive = Motive.NOT_ASSESSED
    instigation: Instigation = Instigation.UNKNOWN
    executors_complete: bool | None = None
    involvements: list[InvolvementDraft] = []
    sources: list[CitationDraft] = []
    external_ids: list[ExternalIdDraft] = []
    severity: SeverityDraft | None = None
    event_group_id: uuid.UUID | None = None
    decision_id: uuid.UUID | None = None
    report_id: uuid.UUID | None = None


class FactDraft(Draft, frozen=True, kw_only=True):
    """A dated step of a case."""

    kind: FactKind
    date: str
    involvement_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    role: CrimeRole | None = None
    detail: str | None = None
    sentence_months: int | None = None
    life: bool = False
    fine: str | None = None
    fine_amount: Decimal | None = None
    fine_currency: str | None = None
    sanctions: list[Sanction] = []
    lesser_charge: bool = False
    in_absentia: bool = False
    suspended_sentence: bool = False
    source: CitationDraft | None = None


class CaseDraft(Draft, frozen=True, kw_only=True):
    """A legal case of one or more incidents."""

    polarity: Polarity
    title: str
    country: str
    incident_ids: list[uuid.UUID]
    court: str | None = None
    number: str | None = None


class StatusEventDraft(Draft, frozen=True, kw_only=True):
    """A dated change on one axis of an outlet."""

    axis: OutletAxis
    value: str
    valid_from: str
    valid_to: str | None = None
    ground: LegalGround | None = None
    statute: str | None = None
    authority: str | None = None
    scope: list[str] = []
    territory: str | None = None
    source: CitationDraft | None = None


class DecisionDraft(Draft, frozen=True, kw_only=True):
    """One act of an authority, with the outlets it falls on."""

    kind: DecisionKind = DecisionKind.UNKNOWN
    title: str
    date: str
    ground: LegalGround
    territory: str
    authority: str | None = None
    statute: str | None = None
    domains: list[str] = []
    titles: list[str] = []
    source: CitationDraft | None = None
    outlet_ids: list[uuid.UUID] = []
    # What the decision does to these outlets; both or neither.
    axis: OutletAxis | None = None
    value: str | None = None


class PatternDraft(Draft, frozen=True, kw_only=True):
    """A practice named without particulars."""

    country: str
    category: Category
    subtype: str | None = None
    ground: LegalGround | None = None
    statement: str
    date: str | None = None
    source: CitationDraft | None = None


class RecommendationDraft(Draft, frozen=True, kw_only=True):
    """Who is asked by whom to do what, by when."""

    addressee: str
    country: str
    text: str
    asked_by: str | None = None
    made_on: str | None = None
    deadline_on: date | None = None
    next_check: str | None = None
    status: RecommendationStatus = RecommendationStatus.OPEN
    incident_ids: list[uuid.UUID] = []
    case_ids: list[uuid.UUID] = []
    source: CitationDraft | None = None


class EventGroupDraft(Draft, frozen=True, kw_only=True):
    """The wider happening several incidents belong to."""

    name: str
    country: str
    date: str | None = None
    summary: str | None = None
    source: CitationDraft | None = None
