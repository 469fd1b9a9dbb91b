# SPDX-License-Identifier: Apache-2.0
"""What must hold of anything handed in, whichever door it came through. Nothing sent is repeated."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from app.domain.countries import COUNTRIES
from app.domain.record import dates, place
from app.domain.record.dates import DateSpan
from app.domain.vocabulary import (
    SUBTYPE_LISTS,
    SUBTYPES,
    Base,
    Category,
    OutletAxis,
    Publication,
    Reachability,
    TargetKind,
    refuse_retired,
)
from app.errors import FieldError, InvalidInput
from app.services.drafts import IncidentDraft, InvolvementDraft, TargetDraft

EARLIEST = date(1900, 1, 1)
"""Nothing older belongs to this record; an open start is not a date."""

AXIS_VALUES: dict[OutletAxis, frozenset[str]] = {
    OutletAxis.PUBLICATION: frozenset(Publication),
    OutletAxis.REACHABILITY: frozenset(Reachability),
    OutletAxis.BASE: frozenset(Base),
}


def wrong(pointer: str, code: str, sentence: str) -> InvalidInput:
    """Return the error for one wrong place."""
    return InvalidInput(
        sentence, errors=(FieldError(pointer=pointer, code=code, message=sentence),)
    )


def check_date(text: str, now: datetime, pointer: str) -> DateSpan:
    """Read a date that cannot lie in the future or before this record."""
    try:
        span = dates.parse(text)
    except InvalidInput as error:
        raise wrong(pointer, "date", error.detail) from None
    if span.counts_from > now.date():
        raise wrong(pointer, "date_in_future", "This date has not come yet.")
    if span.latest < EARLIEST or (span.earliest != date.min and span.earliest < EARLIEST):
        raise wrong(pointer, "date_too_early", "This date is before 1900; is it a typing error?")
    return span


def check_country(code: str, pointer: str) -> None:
    """Take an ISO 3166-1 alpha-2 code in capitals."""
    if code not in COUNTRIES:
        raise wrong(pointer, "country", "This is not a country code of ISO 3166-1, such as KZ.")


def check_subtype(category: Category, subtype: str | None, pointer: str) -> None:
    """Take a subtype only beside its own category."""
    if subtype is not None and subtype not in SUBTYPES[category]:
        listed = ", ".join(SUBTYPES[category]) or "none"
        raise wrong(pointer, "subtype", f"Subtypes of {category.value}: {listed}.")
    if subtype is not None:
        refuse_retired(SUBTYPE_LISTS[category](subtype))


def check_axis_value(axis: OutletAxis, value: str, pointer: str) -> None:
    """Take a value only on its own axis."""
    if value not in AXIS_VALUES[axis]:
        listed = ", ".join(sorted(AXIS_VALUES[axis]))
        raise wrong(pointer, "axis_value", f"Values of {axis.value}: {listed}.")


def check_incident(draft: IncidentDraft, now: datetime) -> DateSpan:
    """Hold an incident to what its own fields must agree on; return its date."""
    span = check_date(draft.date, now, "/date")
    check_country(draft.country, "/country")
    _check_filled(draft.title, "/title")
    if not draft.categories:
        raise wrong("/categories", "missing", "An incident has at least one category.")
    if not draft.targets:
        raise wrong("/targets", "missing", "An incident has at least one target; a group will do.")
    kinds = [(one.category, one.subtype) for one in draft.categories]
    if len(set(kinds)) != len(kinds):
        raise wrong("/categories", "repeated", "A category stands twice.")
    for index, one in enumerate(draft.categories):
        check_subtype(one.category, one.subtype, f"/categories/{index}/subtype")
    for index, target in enumerate(draft.targets):
        _check_target(target, f"/targets/{index}")
    for index, part in enumerate(draft.involvements):
        _check_involvement(part, f"/involvements/{index}")
    _check_place(draft)
    _check_beside(draft)
    return span


def _check_place(draft: IncidentDraft) -> None:
    fault = place.fault_of(
        latitude=draft.latitude,
        longitude=draft.longitude,
        precision=draft.precision,
        public_precision=draft.public_precision,
        is_at_risk=draft.is_at_risk,
    )
    if fault is not None:
        raise wrong(fault.pointer, fault.code, fault.sentence)


def _check_beside(draft: IncidentDraft) -> None:
    names = [(one.system, one.id) for one in draft.external_ids]
    if len(set(names)) != len(names):
        raise wrong("/external_ids", "repeated", "An external id stands twice.")
    if draft.severity is None:
        return
    if draft.severity.level not in (1, 2):
        raise wrong("/severity/level", "severity", "The level is 1 (most severe) or 2.")
    if not draft.severity.reason.strip():
        raise wrong("/severity/reason", "missing", "Say why; the reason is shown beside the level.")


def _check_filled(text: str, pointer: str) -> None:
    if not text.strip():
        raise wrong(pointer, "missing", "This field is required.")


def _check_target(target: TargetDraft, pointer: str) -> None:
    people = _given(target.person_id, target.person)
    outlets = _given(target.outlet_id, target.outlet)
    if target.kind is TargetKind.PERSON and (people, outlets) != (1, 0):
        raise wrong(pointer, "target", "A target that is a person needs `person_id` or `person`.")
    if target.kind is TargetKind.OUTLET and (people, outlets) != (0, 1):
        raise wrong(pointer, "target", "A target that is an outlet needs `outlet_id` or `outlet`.")
    if target.kind is TargetKind.GROUP and (people, outlets) != (0, 0):
        raise wrong(pointer, "target", "A target that is a group has a description, no names.")
    if target.kind is TargetKind.GROUP and not (target.description or "").strip():
        raise wrong(f"{pointer}/description", "missing", "Describe the group as the source does.")
    if target.kind is TargetKind.OUTLET and target.employer_outlet_id is not None:
        raise wrong(f"{pointer}/employer_outlet_id", "target", "Only people work at an outlet.")
    if target.person is not None:
        _check_filled(target.person.name, f"{pointer}/person/name")
    if target.outlet is not None:
        _check_filled(target.outlet.name, f"{pointer}/outlet/name")
        check_country(target.outlet.country, f"{pointer}/outlet/country")


def _check_involvement(part: InvolvementDraft, pointer: str) -> None:
    _check_filled(part.description, f"{pointer}/description")
    if _given(part.person_id, part.person) > 1:
        raise wrong(pointer, "involvement", "Give `person_id` or `person`, not both.")
    if part.name_decided and not _given(part.person_id, part.person):
        raise wrong(pointer, "involvement", "There is no name here whose publication to decide.")


def _given(*values: object) -> int:
    return sum(1 for value in values if value is not None)


def differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return {field: {"old", "new"}} for every field that is not what it was."""
    names: Iterable[str] = dict.fromkeys([*old, *new])
    return {
        name: {"old": old.get(name), "new": new.get(name)}
        for name in names
        if old.get(name) != new.get(name)
    }
