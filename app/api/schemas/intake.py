# SPDX-License-Identifier: Apache-2.0
"""What callers send to describe a source, or to decide on a report."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.schemas.sites import CountryCode
from app.domain.vocabulary import Category, SourceKind, Trust
from app.services.sources import MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewSourceBody(BaseModel):
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

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    kind: SourceKind
    address: Annotated[str, StringConstraints(min_length=1, max_length=8192)]
    mapping: Annotated[dict[str, Column], Field(max_length=20)] = {}
    trust: Trust = Trust.LEAD
    licence: Annotated[str, StringConstraints(max_length=500)] | None = None
    interval_seconds: Annotated[
        int, Field(ge=MIN_INTERVAL_SECONDS, le=MAX_INTERVAL_SECONDS, strict=True)
    ] = 3600


class CategoryBody(BaseModel):
    """One category, with its subtype where one is known."""

    model_config = ConfigDict(extra="forbid")

    category: Category
    subtype: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class AcceptanceBody(BaseModel):
    """What the report does not say itself, or says wrongly; the rest is taken from it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "categories": [{"category": "detention", "subtype": "arrest"}],
                    "country": "KZ",
                    "date": "2026-03-01",
                    "target": "two reporters of a regional newspaper",
                }
            ]
        },
    )

    categories: Annotated[list[CategoryBody], Field(min_length=1, max_length=20)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    date: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    country: CountryCode | None = None
    target: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None


class RejectionBody(BaseModel):
    """Why a report is set aside."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "an opinion piece, not an incident"}]},
    )

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
