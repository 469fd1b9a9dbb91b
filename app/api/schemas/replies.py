# SPDX-License-Identifier: Apache-2.0
"""What callers send about recommendations, what became of them, and what States answered."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import Field

from app.api.schemas.fields import (
    Body,
    Citation,
    CountryCode,
    EdtfDate,
    Language,
    Line,
    Text,
    example,
)
from app.api.schemas.sites import CategoryCode
from app.domain.vocabulary import JudicialStatus, RecommendationStatus, ResolutionClaim

Ids = Annotated[list[uuid.UUID], Field(max_length=100)]
_REASON = Field(None, description="Kept with the change; needed once it is public.")


class NewRecommendation(Body):
    """Who is asked by whom to do what, by when."""

    model_config = example(
        {
            "addressee": "Ministry of Internal Affairs",
            "country": "KZ",
            "text": "Investigate who ordered the attack.",
            "deadline_on": "2026-06-30",
        }
    )

    addressee: Line
    country: CountryCode
    text: Text
    asked_by: Line | None = None
    made_on: EdtfDate | None = None
    deadline_on: date | None = Field(None, description="People are reminded before and after it.")
    next_check: Line | None = Field(
        None, description="In the source's words, where it names no day: the next dialogue round."
    )
    status: RecommendationStatus = RecommendationStatus.OPEN
    incident_ids: Ids = Field(default=[])
    case_ids: Ids = Field(default=[])
    source: Citation | None = None


class RecommendationPatch(Body):
    """Only what changes (RFC 7396); what became of it is a step (`POST …/steps`)."""

    model_config = example({"deadline_on": "2026-09-30", "reason": "The deadline was extended."})

    reason: Line | None = _REASON
    addressee: Line | None = None
    country: CountryCode | None = None
    text: Text | None = None
    asked_by: Line | None = None
    made_on: EdtfDate | None = None
    deadline_on: date | None = None
    next_check: Line | None = None
    incident_ids: Ids | None = None
    case_ids: Ids | None = None


class NewStep(Body):
    """What became of a recommendation, since when; it counts once somebody else verified it."""

    model_config = example(
        {
            "status": "accepted",
            "date": "2026-04-02",
            "source": {"type": "official_statement", "title": "Letter of 2 April 2026"},
        }
    )

    status: RecommendationStatus
    date: EdtfDate
    note: Text | None = None
    source: Citation | None = None


class ClaimBody(Body):
    """What the reply says of one incident; UNESCO's words. Without a status it only concerns it."""

    incident_id: uuid.UUID
    judicial_status: JudicialStatus | None = None
    resolution: ResolutionClaim | None = Field(None, description="Only with `resolved`.")


Claims = Annotated[list[ClaimBody], Field(max_length=500)]


class NewReply(Body):
    """A question to a State, and its answer if one came."""

    model_config = example(
        {
            "country": "KZ",
            "addressee": "Permanent delegation of Kazakhstan",
            "asked_by": "UNESCO",
            "asked_on": "2014-04",
            "question": "What is the status of the judicial enquiry?",
            "replied_on": "2014-06-12",
            "answer": "The enquiry is going on.",
            "language": "en",
        }
    )

    country: CountryCode
    addressee: Line
    asked_on: EdtfDate
    question: Text
    asked_by: Line | None = None
    deadline_on: date | None = None
    replied_on: EdtfDate | None = Field(None, description="Left out: no answer came.")
    answer: Text | None = None
    language: Language | None = None
    claims: Claims = Field(default=[])
    case_ids: Ids = Field(default=[])
    recommendation_ids: Ids = Field(default=[])
    source: Citation | None = None


class ReplyPatch(Body):
    """Only what changes (RFC 7396), such as an answer that came; a list is replaced whole."""

    model_config = example(
        {"replied_on": "2014-06-12", "answer": "The enquiry is going on.", "reason": "It came."}
    )

    reason: Line | None = _REASON
    country: CountryCode | None = None
    addressee: Line | None = None
    asked_by: Line | None = None
    asked_on: EdtfDate | None = None
    question: Text | None = None
    deadline_on: date | None = None
    replied_on: EdtfDate | None = None
    answer: Text | None = None
    language: Language | None = None
    claims: Claims | None = None
    case_ids: Ids | None = None
    recommendation_ids: Ids | None = None


class AcceptSite(Body):
    """Watch a proposed domain."""

    model_config = example({"category_code": "NEWS"})

    outlet_id: uuid.UUID | None = Field(
        None, description="Left out: the decision's outlet, where there is only one."
    )
    category_code: CategoryCode = "NEWS"
