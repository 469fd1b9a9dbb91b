# SPDX-License-Identifier: Apache-2.0
"""From what a report says to an incident as a person would hand it in, and what it lacks for that.

One builder for accepting a report, for looking at what would be accepted, and for sources whose reports
are handed in at once. Suggestions play no part: whatever a machine guessed is a person's to say.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from app.domain.record.particulars import Particulars
from app.domain.record.report import Account
from app.domain.vocabulary import CitationType, Precision, TargetKind, Trust
from app.errors import FieldError, InvalidInput
from app.services import said as words
from app.services.checks import check_incident
from app.services.drafts import (
    CategoryDraft,
    CitationDraft,
    Draft,
    ExternalIdDraft,
    IncidentDraft,
    InvolvementDraft,
    TargetDraft,
)
from app.services.outlet_names import OutletNames
from app.storage.reports import Report, Source

CITED_AS = {
    Trust.LEAD: CitationType.NEWS,
    Trust.REPORT: CitationType.NGO_REPORT,
    Trust.DATASET: CitationType.DATASET,
}

_MISSING = {
    "/date": "The report names no date: say when it happened.",
    "/country": "The report names no country: say where it happened.",
    "/categories": "The report does not say what kind of act it was: name at least one category.",
}


class Acceptance(Draft, frozen=True, kw_only=True):
    """What the accepting person says; the rest is taken from the report, where it says so."""

    categories: list[CategoryDraft] = msgspec.field(default_factory=list)
    targets: list[TargetDraft] = msgspec.field(default_factory=list)
    title: str | None = None
    date: str | None = None
    country: str | None = None
    admin1: str | None = None
    place: str | None = None
    narrative: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report as far as a draft is made of it. `changed_on` is the day it was read so."""

    report_id: uuid.UUID
    source_id: uuid.UUID
    source_name: str
    trust: Trust
    title: str
    summary: str | None
    url: str | None
    language: str | None
    country: str | None
    date_text: str | None
    published_at: datetime | None
    changed_on: date
    particulars: Particulars
    external_id: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft as complete as a report allows; a required text it lacks is empty, and named."""

    draft: IncidentDraft
    missing: tuple[FieldError, ...]

    def complete(self) -> IncidentDraft:
        """Return the draft, or raise InvalidInput that names all that is missing."""
        if self.missing:
            raise InvalidInput(self.missing[0].message, errors=self.missing)
        return self.draft


def told_by(report: Report) -> Told:
    """Return what a kept report says."""
    return Told(
        report_id=report.id,
        source_id=report.source_id,
        source_name=report.source.name,
        trust=report.source.trust,
        title=report.title,
        summary=report.summary,
        url=report.url,
        language=report.language,
        country=report.country,
        date_text=report.date_text,
        published_at=report.published_at,
        changed_on=report.changed_at.date(),
        particulars=msgspec.convert(report.particulars or {}, Particulars),
    )


def told_in(account: Account, source: Source, report_id: uuid.UUID, now: datetime) -> Told:
    """Return what an account says that has just been read."""
    reading = account.reading
    return Told(
        report_id=report_id,
        source_id=source.id,
        source_name=source.name,
        trust=source.trust,
        title=reading.title,
        summary=reading.summary,
        url=reading.url,
        language=reading.language,
        country=reading.country,
        date_text=reading.date_text,
        published_at=reading.published_at,
        changed_on=now.date(),
        particulars=reading.particulars,
        external_id=reading.record.external_id if reading.record is not None else None,
    )


def drafted(
    told: Told,
    outlets: OutletNames,
    *,
    now: datetime,
    added: Acceptance | None = None,
    guess_day: bool = True,
) -> Drafted:
    """Draft an incident; `guess_day` takes about the day of publication where no date is said.

    Whatever `added` says stands in the place of what the report says.
    """
    added = added or Acceptance()
    found = told.particulars
    country = _said(added.country, told.country)
    draft = IncidentDraft(
        title=_said(added.title, told.title),
        date=_said(added.date, told.date_text or (_about(told) if guess_day else "")),
        country=country,
        admin1=_said(added.admin1, found.admin1) or None,
        place=_said(added.place, found.place) or None,
        **_point(found),
        categories=added.categories
        or [CategoryDraft(category=one, subtype=sub) for one, sub in dict.fromkeys(found.kinds)],
        targets=added.targets or _targets(told, country, outlets),
        narrative=added.narrative or _narrative(told),
        involvements=_involvements(told),
        sources=_sources(told, now),
        external_ids=_external_ids(told),
        report_id=told.report_id,
    )
    return Drafted(draft=draft, missing=tuple(_missing(draft, now)))


def draft_view(report: Report, found: Drafted) -> dict[str, Any]:
    """Show what accepting a report as it stands would hand in, and what somebody must say first."""
    fields = msgspec.to_builtins(found.draft)
    for name in ("title", "date", "country"):
        fields[name] = fields[name] or None
    for target in fields["targets"]:
        if target["outlet"] is not None:
            target["outlet"]["country"] = target["outlet"]["country"] or None
    return {
        "report_id": report.id,
        "version": report.version,
        "draft": fields,
        "is_complete": not found.missing,
        "missing": [
            {"pointer": one.pointer, "code": one.code, "message": one.message}
            for one in found.missing
        ],
        "suggestions": report.suggestions,
    }


def _said(by_person: str | None, by_report: str | None) -> str:
    """Return what a person says, be it nothing; the report's words where they say neither."""
    return by_person if by_person is not None else by_report or ""


def _about(told: Told) -> str:
    # The day of publication is not the day of the event: `~` says "about".
    return f"{told.published_at.date().isoformat()}~" if told.published_at else ""


def _point(found: Particulars) -> dict[str, Any]:
    if found.latitude is None or found.longitude is None:
        return {}
    known = found.precision or Precision.UNKNOWN
    # How exactly a source knows a place it does not say: no more than the town is taken from it.
    precision = Precision.LOCALITY if known is Precision.UNKNOWN else known
    return {"latitude": found.latitude, "longitude": found.longitude, "precision": precision}


def _targets(told: Told, country: str, outlets: OutletNames) -> list[TargetDraft]:
    found = words.target_drafts(told.particulars.targets, country=country, outlets=outlets)
    # Until somebody names the targets, they are who the report speaks of.
    return found or [TargetDraft(kind=TargetKind.GROUP, description=told.title)]


def _narrative(told: Told) -> dict[str, str]:
    return {told.language: told.summary} if told.language and told.summary else {}


def _involvements(told: Told) -> list[InvolvementDraft]:
    actor = words.one_actor(told.particulars.actors)
    if actor is None:
        return []
    return [words.unidentified(actor.words, actor.type, by=told.source_name)]


def _sources(told: Told, now: datetime) -> list[CitationDraft]:
    own = citation(told, now)
    cited = {own.url} if own.url is not None else set()
    return [own, *words.link_citations(told.particulars.links, cited=cited)]


def citation(told: Told, now: datetime) -> CitationDraft:
    """Return a report as a source of an incident."""
    published_at = told.published_at
    is_past = published_at is not None and published_at <= now
    return CitationDraft(
        type=CITED_AS[told.trust],
        title=told.title,
        url=told.url,
        publisher=words.publisher_of(told.url, told.source_name),
        language=told.language,
        published_on=published_at.date().isoformat() if published_at and is_past else None,
        retrieved_on=told.changed_on,
        # Whatever else this source says about the same act adds no second source.
        independence_group=f"source-{told.source_id}",
    )


def _external_ids(told: Told) -> list[ExternalIdDraft]:
    if told.external_id is None:
        return []
    system, value = told.external_id
    return [ExternalIdDraft(system=system, id=value, url=told.url)]


def _missing(draft: IncidentDraft, now: datetime) -> Iterator[FieldError]:
    is_lacking = {
        "/date": not draft.date,
        "/country": not draft.country,
        "/categories": not draft.categories,
    }
    for pointer, lacks in is_lacking.items():
        if lacks:
            yield FieldError(pointer=pointer, code="missing", message=_MISSING[pointer])
    if any(is_lacking.values()):
        return
    try:
        check_incident(draft, now)
    except InvalidInput as error:
        yield from error.errors
