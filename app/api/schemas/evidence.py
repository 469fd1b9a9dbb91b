# SPDX-License-Identifier: Apache-2.0
"""What callers send about evidence and about claims."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.api.schemas.fields import Body, Citation, Line, Text, WebAddress, example
from app.domain.vocabulary import ClaimField


class EvidencePatch(Body):
    """What is said of a file, and whether everybody may have its copy; only what is sent changes."""

    model_config = example({"is_public": True, "description": "The order, three pages."})

    description: Text | None = None
    captured_at: datetime | None = None
    captured_url: WebAddress | None = None
    captured_with: Line | None = None
    is_graphic: bool = Field(default=False, description="Shows violence or its consequences.")
    is_public: bool = Field(
        default=False, description="An editor's decision, by somebody who did not hand it in."
    )
    source: Citation | None = Field(None, description="Where it comes from, as far as published.")


class NewClaim(Body):
    """What one source says of one field; it is told to everybody once somebody else verified it."""

    model_config = example(
        {
            "field": "sentence_months",
            "value": "132-180",
            "fact_id": "00000000-0000-4000-8000-000000000000",
            "source": {"type": "ngo_report", "title": "Report of 2013", "publisher": "CPJ"},
        }
    )

    field: ClaimField
    value: Annotated[Line, Field(description="Numbers as one, or from-to: 132-180.")]
    source: Citation
    fact_id: uuid.UUID | None = Field(None, description="The fact of a case that it is about.")
