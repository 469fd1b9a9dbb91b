# SPDX-License-Identifier: Apache-2.0
"""How an incident reads: the document everybody gets, and what its staff sees beside it.

One builder for stored documents, single records and staff, so that a field is public in one place
only. Never here: queries, or conclusions (conclusions.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.record import cases as rules
from app.domain.record.impunity import ImpunityResult
from app.domain.record.incident import sdg_function, severity_level
from app.domain.record.place import shows_place, shows_region
from app.domain.vocabulary import (
    AgeGroup,
    Assessment,
    BlockingLink,
    InvolvementStatus,
    PersonRole,
    Polarity,
    Stage,
)
from app.services.citations import citation_view
from app.services.disagreements import disagreements
from app.services.evidence_views import evidence_views
from app.services.external_ids import external_id_views
from app.services.impunity_views import impunity_view, parts_of
from app.storage.cases import Case
from app.storage.decisions import Decision
from app.storage.incidents import Incident
from app.storage.parts import Involvement, Target
from app.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFound:
    """A case with what its counted facts say."""

    case: Case
    stage: Stage | None
    sentence_months: int | None
    facts: tuple[rules.CaseFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An incident with every conclusion drawn about it."""

    incident: Incident
    impunity: ImpunityResult
    cases: Sequence[CaseFound]
    statuses: dict[str, InvolvementStatus]
    blocking_link: BlockingLink | None


def day_or_none(day: date) -> date | None:
    """Return a bound of a date, or None where that side is open."""
    return None if day in (date.min, date.max) else day


def date_view(text: str, earliest: date, latest: date) -> dict[str, Any]:
    """Show a date as its source gives it, with its bounds; an open side is null."""
    return {"text": text, "earliest": day_or_none(earliest), "latest": day_or_none(latest)}


def person_ref(person: Person) -> dict[str, Any]:
    """Name a person."""
    return {"id": person.id, "name": person.name, "names": person.names}


def is_named(target: Target) -> bool:
    """Whether a target's name may be public: never a minor's, a relative's or an erased one."""
    person = target.person
    return (
        person is not None
        and person.erased_at is None
        and not person.is_minor
        and not person.is_relative
        and target.age_group is not AgeGroup.MINOR
        and target.primary_role is not PersonRole.FAMILY_MEMBER
    )


def incident_document(found: Found, *, full: bool = False) -> dict[str, Any]:
    """Build the document of an incident: by the public fields only, or all of it for its staff."""
    row = found.incident
    current = current_parts(row)
    kinds = [(one.category, one.subtype or None) for one in row.categories]
    updated = row.updated_at.date() if row.is_at_risk and not full else row.updated_at
    counted = {fact.id for one in found.cases for fact in one.facts}
    return {
        "id": row.id,
        "ref": row.ref,
        "title": row.title,
        "narrative": row.narrative,
        "categories": [{"category": one, "subtype": subtype} for one, subtype in kinds],
        "date": date_view(row.date_text, row.date_earliest, row.date_latest),
        "country": row.country,
        "location": _location(row, full=full),
        "scope": row.scope,
        "targets": [_target(one, full=full) for one in row.targets],
        "status": row.status,
        # An organisation whose own dataset this record is; null where people here verified it.
        "verified_by": row.verified_by_name,
        "motive": row.motive,
        "instigation": row.instigation,
        "involvements": [_involvement(one, found, full=full) for one in current],
        "impunity": impunity_view(found.impunity, parts_of(current, full=full)),
        **severity_view(row),
        "cases": [_case_ref(one) for one in found.cases if full or is_told(one.case)],
        "decision": _decision_ref(row.decision, full=full),
        "blocking_link": found.blocking_link,
        "event_group": _event_group_ref(row, full=full),
        "sources": [citation_view(one, full=full) for one in row.citations],
        "external_ids": external_id_views(row, full=full),
        "evidence": evidence_views(row, full=full),
        "disagreements": disagreements(row, [one.case for one in found.cases], counted, full=full),
        "updated_at": updated,
        "version": row.version,
    }


def severity_view(row: Incident) -> dict[str, Any]:
    """Show the level that stands, and where an editor set another than the computed one, both."""
    kinds = [(one.category, one.subtype or None) for one in row.categories]
    computed = severity_level(
        kinds,
        prolonged_detention=any("prolonged_detention" in one.flags for one in row.targets),
        arbitrary_closure=any(one.arbitrary is Assessment.YES for one in row.targets),
    )
    return {
        "severity_level": row.severity_override or computed,
        "severity": {
            "computed": computed,
            "set": row.severity_override,
            "reason": row.severity_reason,
        },
    }


def current_parts(row: Incident) -> list[Involvement]:
    """Return the involvements that stand, without the versions an edit withdrew."""
    return [one for one in row.involvements if one.retracted_at is None]


def _location(row: Incident, *, full: bool) -> dict[str, Any]:
    told = row.public_precision
    view: dict[str, Any] = {
        "admin1": row.admin1 if full or shows_region(told) else None,
        "place": row.place if full or shows_place(told) else None,
        "latitude": row.latitude if full else row.public_latitude,
        "longitude": row.longitude if full else row.public_longitude,
        # Coordinates of the middle of a town are no exact spot, whatever might be told.
        "precision": told if row.public_latitude is None else row.precision,
    }
    if full:
        view["known_precision"] = row.precision
        view["public_precision"] = told
    return view


def _target(target: Target, *, full: bool) -> dict[str, Any]:
    named = target.person is not None and (full or is_named(target))
    roles = [role for role in (target.primary_role, *target.other_roles) if role is not None]
    outlet = target.outlet
    # Where somebody works tells who it is: withheld with the name.
    employer = target.employer if full or target.person is None or named else None
    return {
        "kind": target.kind,
        "person": person_ref(target.person) if named and target.person else None,
        "name_withheld": target.person is not None and not is_named(target),
        "outlet": {"id": outlet.id, "name": outlet.name, "is_group": outlet.is_group}
        if outlet
        else None,
        "employer": {"id": employer.id, "name": employer.name} if employer else None,
        "description": target.description,
        "count": target.count,
        "primary_role": target.primary_role,
        "other_roles": target.other_roles,
        "harm": target.harm,
        "flags": target.flags,
        "sex": target.sex,
        "age_group": target.age_group,
        "sdg_function": sdg_function([PersonRole(role) for role in roles]),
        "arbitrary": target.arbitrary,
        "state_acquiescence": target.state_acquiescence,
        "due_diligence_failed": target.due_diligence_failed,
    }


def _involvement(one: Involvement, found: Found, *, full: bool) -> dict[str, Any]:
    shown = one.person is not None and (full or one.name_is_public)
    view: dict[str, Any] = {
        "id": one.slot_id,
        "crime_role": one.crime_role,
        "identified": one.is_identified,
        "person": person_ref(one.person) if shown and one.person else None,
        "description": one.description,
        "actor_type": one.actor_type,
        "status": found.statuses.get(str(one.slot_id), one.status),
    }
    if full:
        view["name_is_public"] = one.name_is_public
        view["name_decided"] = one.name_decided_by_id is not None
    return view


def is_told(case: Case) -> bool:
    """Whether everybody may know of a case: from its first fact that a second person verified."""
    return any(one.verified_at is not None and one.retracted_at is None for one in case.facts)


def _case_ref(found: CaseFound) -> dict[str, Any]:
    return {
        "id": found.case.id,
        "polarity": found.case.polarity,
        "stage": found.stage,
        "title": found.case.title,
        # Of a reprisal: what the person was sentenced to. Of the attackers' case it says little.
        "sentence_months": found.sentence_months
        if found.case.polarity is Polarity.REPRISAL
        else None,
    }


def _decision_ref(decision: Decision | None, *, full: bool) -> dict[str, Any] | None:
    if decision is None or not (full or decision.is_published):
        return None
    return {
        "id": decision.id,
        "kind": decision.kind,
        "title": decision.title,
        "ground": decision.ground,
        "authority": decision.authority,
        "date": decision.date_text,
    }


def _event_group_ref(row: Incident, *, full: bool) -> dict[str, Any] | None:
    group = row.event_group
    if group is None or not (full or group.is_published):
        return None
    return {"id": group.id, "name": group.name}


def words_of(document: dict[str, Any]) -> str:
    """Return the words of a public document for the search, in folded case."""
    location = document["location"]
    found: list[str | None] = [
        document["ref"],
        document["title"],
        *document["narrative"].values(),
        location["admin1"],
        location["place"],
    ]
    for target in document["targets"]:
        person, outlet = target["person"], target["outlet"]
        found += [person["name"], *person["names"].values()] if person else []
        employer = target["employer"]
        found += [one["name"] for one in (outlet, employer) if one]
        found.append(target["description"])
    for one in document["involvements"]:
        person = one["person"]
        found += [one["description"], *([person["name"]] if person else [])]
    return "\n".join(text for text in found if text).casefold()
