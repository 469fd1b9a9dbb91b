# SPDX-License-Identifier: Apache-2.0
"""What callers send about a level of impunity: one set by hand, and suppositions to preview."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import Field

from app.api.schemas.cases import NewFact
from app.api.schemas.fields import Body, Citation, Line, Text, example
from app.domain.vocabulary import Impunity, Instigation


class NewOverride(Body):
    """Another level than the derived one; it stands once somebody else has confirmed it."""

    model_config = example(
        {
            "level": "partial_impunity",
            "reason": "The judgment is sealed; the court's press office confirmed it in writing.",
            "source": {"type": "official_statement", "title": "Letter of 3 March 2026"},
            "since": "2026-02-20",
        }
    )

    level: Impunity
    reason: Text
    source: Citation
    since: date | None = Field(None, description="The first day it holds; left out: every day.")


class SupposedFactBody(NewFact):
    """A step that may come; nothing of it is saved."""

    model_config = example({"kind": "convicted", "date": "2026-03-02", "role": "instigator"})

    case_id: uuid.UUID | None = Field(None, description="In this case; left out: in a new one.")


class SuppositionBody(Body):
    """What is supposed beside the record."""

    model_config = example(
        {"facts": [{"kind": "convicted", "date": "2026-03-02", "role": "instigator"}]}
    )

    facts: list[SupposedFactBody] = Field(default=[], max_length=50)
    without: Annotated[list[uuid.UUID], Field(max_length=50)] = Field(
        default=[], description="Facts on record that are left out."
    )
    instigation: Instigation | None = None
    executors_complete: bool | None = None
    as_of: date | None = None


class ChangesBody(Body):
    """Which waiting changes are meant; without `fields` all of them."""

    model_config = example({"fields": ["title"], "reason": "Both sources say so."})

    fields: Annotated[list[Line], Field(min_length=1, max_length=50)] | None = None
    reason: Line | None = None


class MergeBody(Body):
    """Which incident stays."""

    model_config = example(
        {"merged_into": "00000000-0000-4000-8000-000000000000", "reason": "One event."}
    )

    merged_into: uuid.UUID
    reason: Line
