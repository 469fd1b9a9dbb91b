# SPDX-License-Identifier: Apache-2.0
"""What callers send about outlets; an outlet itself is `NewOutlet` of incidents.py."""

import uuid

from pydantic import Field

from app.api.schemas.fields import Body, Citation, Code, CountryCode, EdtfDate, Line, Text, example
from app.domain.vocabulary import LegalGround, OutletAxis


class OutletPatch(Body):
    """Only what changes (RFC 7396); `If-Match` says which version you read."""

    model_config = example(
        {"successor_of_id": "00000000-0000-4000-8000-000000000000", "reason": "Registered anew."}
    )

    reason: Line | None = Field(None, description="Kept with the change; needed once it is public.")
    name: Line | None = None
    summary: Text | None = None
    successor_of_id: uuid.UUID | None = Field(
        None, description="The outlet it continues under another title; null for none."
    )


class NewStatusEvent(Body):
    """A dated change on one axis; it counts once somebody else has verified it."""

    model_config = example(
        {"axis": "publication", "value": "suspended", "valid_from": "2026-01-15"}
    )

    axis: OutletAxis
    value: Code
    valid_from: EdtfDate
    valid_to: EdtfDate | None = Field(None, description="The last day it holds; open without.")
    ground: LegalGround | None = None
    statute: Line | None = None
    authority: Line | None = None
    scope: list[Line] = Field(
        default=[], max_length=50, description="print, broadcast, website(domain), …"
    )
    territory: CountryCode | None = None
    source: Citation | None = None
