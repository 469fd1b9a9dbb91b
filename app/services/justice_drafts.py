# SPDX-License-Identifier: Apache-2.0
"""What a person hands in about parties, replies of States, and what became of recommendations."""

import uuid
from datetime import date

import msgspec

from app.domain.vocabulary import (
    JudicialStatus,
    PartyKind,
    PartyRole,
    RecommendationStatus,
    ResolutionClaim,
)
from app.services.drafts import CitationDraft, Draft


class PartyDraft(Draft, frozen=True, kw_only=True):
    """Somebody's part in a case: a person or outlet by id, an authority or group in words."""

    kind: PartyKind
    role: PartyRole
    person_id: uuid.UUID | None = None
    outlet_id: uuid.UUID | None = None
    description: str | None = None
    source: CitationDraft | None = None


class ClaimDraft(Draft, frozen=True, kw_only=True):
    """What a reply says of one incident; without a status it only concerns it."""

    incident_id: uuid.UUID
    judicial_status: JudicialStatus | None = None
    resolution: ResolutionClaim | None = None


class ReplyDraft(Draft, frozen=True, kw_only=True):
    """A question to a State, and its answer if one came."""

    country: str
    addressee: str
    asked_on: str
    question: str
    asked_by: str | None = None
    deadline_on: date | None = None
    replied_on: str | None = None
    answer: str | None = None
    language: str | None = None
    claims: list[ClaimDraft] = msgspec.field(default_factory=list)
    case_ids: list[uuid.UUID] = msgspec.field(default_factory=list)
    recommendation_ids: list[uuid.UUID] = msgspec.field(default_factory=list)
    source: CitationDraft | None = None


class StepDraft(Draft, frozen=True, kw_only=True):
    """What became of a recommendation, since when."""

    status: RecommendationStatus
    date: str
    note: str | None = None
    source: CitationDraft | None = None
