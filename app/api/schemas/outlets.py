# SPDX-License-Identifier: Apache-2.0
"""What callers send about outlets; an outlet itself is `NewOutlet` of incidents.py."""

from pydantic import Field

from app.api.schemas.fields import Body, Citation, Code, CountryCode, EdtfDate, Line, example
from app.domain.vocabulary import LegalGround, OutletAxis


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
