# SPDX-License-Identifier: Apache-2.0
"""What callers send to describe a source, or to decide on a report."""

import uuid
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from app.api.schemas.fields import Body, CountryCode, EdtfDate, Line, Narrative, example
from app.api.schemas.incidents import CategoryBody, TargetBody
from app.domain.vocabulary import SourceKind, Trust
from app.services.sources import MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewSourceBody(Body):
    """A source to read on a schedule."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Press freedom news",
                    "kind": "feed",
                    "address": "https://news.example/feed.xml",
                    "trust": "lead",
                    "mapping": {"country": "=KZ"},
                },
                {
                    "name": "Cases of an organisation",
                    "kind": "csv",
                    "address": "https://ngo.example/cases.csv",
                    "trust": "report",
                    "mapping": {"external_id": "url", "title": "Headline", "date": "Date"},
                },
            ]
        },
    )

    name: Line
    kind: SourceKind
    address: Annotated[str, StringConstraints(min_length=1, max_length=8192)] | None = Field(
        None, description="Left out only for `kobo`, whose submissions are sent here."
    )
    mapping: dict[str, Column] = Field(default={}, max_length=100)
    trust: Trust = Trust.LEAD
    licence: Line | None = None
    interval_seconds: Annotated[
        int, Field(ge=MIN_INTERVAL_SECONDS, le=MAX_INTERVAL_SECONDS, strict=True)
    ] = 3600


class SourcePatch(Body):
    """Only what changes (RFC 7396); `If-Match` says which version you read."""

    model_config = example({"interval_seconds": 1800, "trust": "report"})

    interval_seconds: (
        Annotated[int, Field(ge=MIN_INTERVAL_SECONDS, le=MAX_INTERVAL_SECONDS, strict=True)] | None
    ) = None
    mapping: Annotated[dict[str, Column], Field(max_length=100)] | None = Field(
        None, description="The whole mapping; under another one, what was read is read anew."
    )
    trust: Trust | None = None
    licence: Line | None = Field(None, description="null takes it away.")


class AcceptanceBody(Body):
    """What the report does not say itself, or says wrongly; the rest is taken from it."""

    model_config = example(
        {
            "categories": [{"category": "detention", "subtype": "arrest"}],
            "targets": [{"kind": "group", "description": "two reporters of a regional newspaper"}],
            "country": "KZ",
            "date": "2026-03-01",
        }
    )

    categories: list[CategoryBody] = Field(
        default=[],
        max_length=20,
        description="Left out: the report's own; one that says no kind is accepted with one only.",
    )
    targets: list[TargetBody] = Field(
        default=[],
        max_length=100,
        description="Left out: the report's; where it names none, a group described by its title.",
    )
    title: Line | None = None
    date: EdtfDate | None = Field(
        None, description="Left out: the report's, or about the day it was published."
    )
    country: CountryCode | None = None
    admin1: Line | None = None
    place: Line | None = None
    narrative: Narrative = Field(default={})


class RejectionBody(Body):
    """Why a report is set aside."""

    model_config = example({"reason": "an opinion piece, not an incident"})

    reason: Line


class AttachBody(Body):
    """The incident that a report speaks of."""

    model_config = example({"incident_id": "00000000-0000-4000-8000-000000000000"})

    incident_id: uuid.UUID
    reason: Line | None = Field(None, description="Kept with the record; of a public one, its why.")


class DetachBody(Body):
    """Why a report does not speak of the incident it was attached to."""

    model_config = example({"reason": "another person of the same name"})

    reason: Line
