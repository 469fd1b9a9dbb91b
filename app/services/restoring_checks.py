# SPDX-License-Identifier: Apache-2.0
"""What rows of an export must agree on before any is kept; the first thing wrong is said per row."""

from datetime import datetime

from app.domain.record.place import fault_of
from app.domain.record.report import Rejected
from app.domain.vocabulary import SUBTYPES, Category, TargetKind
from app.errors import InvalidInput
from app.services.checks import check_axis_value, check_country, check_date, wrong
from app.services.exporting_parts import TargetShape
from app.services.exporting_shapes import CaseRow, FactShape, IncidentRow, OutletRow, SiteRow
from app.services.restoring_reading import FileRow


def problems(rows: tuple[FileRow, ...], *, now: datetime) -> list[Rejected]:
    """Return why rows cannot be kept, by line; an id that stands twice among them."""
    lines: dict[object, int] = {}
    found: list[Rejected] = []
    for one in rows:
        if (first := lines.setdefault(one.row.id, one.line)) != one.line:
            found.append(
                Rejected(line=one.line, reason=f"the id of line {first} stands here again")
            )
            continue
        try:
            _check(one.row, now)
        except InvalidInput as error:
            place = error.errors[0].pointer if error.errors else ""
            found.append(Rejected(line=one.line, reason=f"{place}: {error.detail}"))
    return found


def _check(row: object, now: datetime) -> None:
    if isinstance(row, IncidentRow):
        _check_incident(row, now)
    elif isinstance(row, CaseRow):
        check_case(row, now)
    elif isinstance(row, OutletRow):
        _check_outlet(row, now)
    elif isinstance(row, SiteRow) and row.country is not None:
        check_country(row.country, "/country")


def kinds_of(row: IncidentRow) -> list[tuple[Category, str]]:
    """Return the categories of a row with their subtypes, "" for none."""
    pairs = [one.partition("/")[::2] for one in row.categories]
    try:
        return [(Category(category), subtype) for category, subtype in pairs]
    except ValueError:
        raise wrong("/categories", "unknown", "This is no category of the vocabulary.") from None


def _check_incident(row: IncidentRow, now: datetime) -> None:
    check_date(row.date, now, "/date")
    check_country(row.country, "/country")
    _check_filled(row.title, "/title")
    kinds = kinds_of(row)
    if not kinds or len(set(kinds)) != len(kinds):
        raise wrong("/categories", "categories", "At least one category, and none twice.")
    for category, subtype in kinds:
        # One that is retired by now was right when it was entered.
        if subtype and subtype not in SUBTYPES[category]:
            raise wrong("/categories", "subtype", "A subtype stands beside another category.")
    if not row.targets:
        raise wrong("/targets", "missing", "An incident has at least one target.")
    for index, target in enumerate(row.targets):
        _check_target(target, f"/targets/{index}")
    fault = fault_of(
        latitude=row.latitude,
        longitude=row.longitude,
        precision=row.precision,
        public_precision=row.public_precision or row.precision,
        is_at_risk=bool(row.is_at_risk),
    )
    if fault is not None and row.public_precision is not None:
        raise wrong(fault.pointer, fault.code, fault.sentence)
    if row.severity_set is not None and row.severity_set not in (1, 2):
        raise wrong("/severity_set", "severity", "The level is 1 (most severe) or 2.")
    slots = {one.slot for one in row.involvements}
    if not slots <= {one.id for one in row.involvements}:
        raise wrong("/involvements", "slot", "The first version of a slot is not in the file.")
    for case in row.cases:
        check_case(case, now)


def _check_target(one: TargetShape, pointer: str) -> None:
    if one.kind is TargetKind.PERSON and (one.person is None) != one.name_withheld:
        raise wrong(pointer, "target", "A person is named, or the name is withheld.")
    if (one.kind is TargetKind.OUTLET) != (one.outlet is not None):
        raise wrong(pointer, "target", "An outlet, and only an outlet, has `outlet`.")
    if one.kind is TargetKind.GROUP and one.person is not None:
        raise wrong(pointer, "target", "A group has no names.")


def check_case(row: CaseRow, now: datetime) -> None:
    """Hold a case and its facts to what their fields must agree on."""
    check_country(row.country, "/country")
    _check_filled(row.title, "/title")
    for index, fact in enumerate(row.facts):
        _check_fact(fact, f"/facts/{index}", now)


def _check_fact(fact: FactShape, pointer: str, now: datetime) -> None:
    check_date(fact.date, now, f"{pointer}/date")
    if fact.life and fact.sentence_months is not None:
        raise wrong(pointer, "contradiction", "A sentence for life has no months.")
    if (fact.fine_amount is None) != (fact.fine_currency is None):
        raise wrong(pointer, "incomplete", "An amount and its currency go together.")


def _check_outlet(row: OutletRow, now: datetime) -> None:
    check_country(row.country, "/country")
    _check_filled(row.name, "/name")
    for index, event in enumerate(row.events):
        check_axis_value(event.axis, event.value, f"/events/{index}/value")
        check_date(event.valid_from, now, f"/events/{index}/valid_from")


def _check_filled(text: str, pointer: str) -> None:
    if not text.strip():
        raise wrong(pointer, "missing", "This field is required.")
