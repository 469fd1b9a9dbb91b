# SPDX-License-Identifier: Apache-2.0
"""What callers send about legal cases, decisions, patterns and event groups."""

import uuid
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.schemas.fields import Body, Citation, Code, CountryCode, EdtfDate, Line, Text, example
from app.domain.vocabulary import (
    Category,
    CrimeRole,
    DecisionKind,
    FactKind,
    LegalGround,
    OutletAxis,
    PartyKind,
    PartyRole,
    Polarity,
    Sanction,
)

Domain = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*\.)+[A-Za-z0-9-]{2,63}\.?$")
]


class NewCase(Body):
    """A legal case of one or more incidents; its stage follows from its facts."""

    model_config = example(
        {
            "polarity": "accountability",
            "title": "The attackers",
            "country": "KZ",
            "incident_ids": ["00000000-0000-4000-8000-000000000000"],
        }
    )

    polarity: Polarity
    title: Line
    country: CountryCode
    incident_ids: Annotated[list[uuid.UUID], Field(min_length=1, max_length=50)]
    court: Line | None = None
    number: Line | None = None


class NewFact(Body):
    """A dated step; it counts once somebody else has verified it."""

    model_config = example(
        {
            "kind": "convicted",
            "date": "2013-07-10",
            "role": "executor",
            "sentence_months": 132,
            "source": {"type": "court_document", "title": "Judgment of 10 July 2013"},
        }
    )

    kind: FactKind
    date: EdtfDate
    involvement_id: uuid.UUID | None = Field(
        None, description="The slot the source says it concerns or fills; else it adds a member."
    )
    person_id: uuid.UUID | None = None
    role: CrimeRole | None = None
    detail: Text | None = None
    sentence_months: Annotated[int, Field(ge=0, le=12_000)] | None = None
    life: bool = Field(default=False, description="For life; then there are no months.")
    fine: Line | None = Field(None, description="As the source gives it.")
    fine_amount: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)] | None = Field(
        None, description="In the currency of the source; never converted."
    )
    fine_currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = Field(
        None, description="ISO 4217, such as KZT."
    )
    sanctions: list[Sanction] = Field(default=[], max_length=20)
    lesser_charge: bool = False
    in_absentia: bool = False
    suspended_sentence: bool = False
    source: Citation | None = None


class CasePatch(Body):
    """Only what changes of the case itself (RFC 7396); facts and parties have their own addresses."""

    model_config = example({"court": "City court", "reason": "The source names it."})

    reason: Line | None = Field(None, description="Kept with the change; needed once it is public.")
    polarity: Polarity | None = None
    title: Line | None = None
    country: CountryCode | None = None
    incident_ids: Annotated[list[uuid.UUID], Field(min_length=1, max_length=50)] | None = None
    court: Line | None = None
    number: Line | None = None


class NewParty(Body):
    """Somebody's part in the case; it counts once somebody else has verified it."""

    model_config = example(
        {
            "kind": "authority",
            "role": "prosecutor",
            "description": "Prosecutor's office of the region",
            "source": {"type": "court_document", "title": "Judgment of 10 July 2013"},
        }
    )

    kind: PartyKind
    role: PartyRole
    person_id: uuid.UUID | None = None
    outlet_id: uuid.UUID | None = None
    description: Line | None = Field(
        None, description="An authority's name, or a group as the source describes it."
    )
    source: Citation | None = None


class ReasonBody(Body):
    """Why something is withdrawn."""

    model_config = example({"reason": "The source corrected itself."})

    reason: Line


class NewDecision(Body):
    """One act of an authority, and what it does to the outlets it falls on."""

    model_config = example(
        {
            "kind": "court_order",
            "title": "Order to close eight newspapers",
            "date": "2012-12-25",
            "ground": "extremism",
            "territory": "KZ",
            "domains": ["news.example"],
        }
    )

    kind: DecisionKind = DecisionKind.UNKNOWN
    title: Line
    date: EdtfDate
    ground: LegalGround
    territory: CountryCode
    authority: Line | None = None
    statute: Line | None = None
    domains: list[Domain] = Field(
        default=[], max_length=1000, description="Proposed as sites to watch; a person decides."
    )
    titles: list[Line] = Field(
        default=[], max_length=200, description="Papers and programmes as the decision names them."
    )
    source: Citation | None = None
    outlet_ids: list[uuid.UUID] = Field(default=[], max_length=200)
    axis: OutletAxis | None = None
    value: Code | None = None


class NewPattern(Body):
    """A practice named without particulars; never counted as incidents."""

    model_config = example(
        {"country": "KZ", "category": "civil_suit", "statement": "Suits brought by officials."}
    )

    country: CountryCode
    category: Category
    subtype: Code | None = None
    ground: LegalGround | None = None
    statement: Text
    date: EdtfDate | None = None
    source: Citation | None = None


class NewEventGroup(Body):
    """The wider happening that several incidents belong to."""

    model_config = example({"name": "Zhanaozen events", "country": "KZ", "date": "2011-12"})

    name: Line
    country: CountryCode
    date: EdtfDate | None = None
    summary: Text | None = None
    source: Citation | None = None
