# SPDX-License-Identifier: Apache-2.0
"""What the level would be if something more had happened: asked before it is entered, kept nowhere."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.record import cases as rules
from app.domain.record import impunity
from app.domain.record.impunity_input import ExecutorsNote, ImpunityInput, InstigationNote
from app.domain.record.impunity_override import with_override
from app.domain.visibility import Viewer
from app.domain.vocabulary import Instigation, Polarity
from app.services.checks import check_date, wrong
from app.services.documents import current_parts
from app.services.drafts import Draft, FactDraft
from app.services.impunity_inputs import impunity_input, standing_overrides
from app.services.impunity_views import impunity_view, parts_of
from app.storage import cases
from app.storage.incidents import Incident, get_incident


class SupposedFact(FactDraft, frozen=True, kw_only=True):
    """A dated step that may come, in a case that is there (`case_id`) or in a new one."""

    case_id: uuid.UUID | None = None


class Supposition(Draft, frozen=True, kw_only=True):
    """What is supposed beside the record: facts that come, facts that fall, what is known of an order."""

    facts: list[SupposedFact] = msgspec.field(default_factory=list)
    without: list[uuid.UUID] = msgspec.field(default_factory=list)
    instigation: Instigation | None = None
    executors_complete: bool | None = None
    as_of: date | None = None


def preview(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    supposed: Supposition,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Return the level that stands and the one that would; nothing is saved.

    Supposed facts count as verified. A level set by hand stays laid over both.
    """
    row = get_incident(session, viewer, incident_id)
    of_incident = cases.cases_of(session, incident_id)
    given = impunity_input(session, row, of_incident, known_at=now)
    as_of = supposed.as_of or now.date()
    by_hand = standing_overrides(session, incident_id)
    would_be = _supposed(given, row, supposed, as_of=as_of, now=now)
    full = viewer.is_staff or (viewer.sees_own and row.submitted_by_id == viewer.key_id)
    parts = parts_of(current_parts(row), full=full)
    before, after = (
        with_override(impunity.derive(one, as_of=as_of, known_at=now), by_hand)
        for one in (given, would_be)
    )
    return {
        "saved": False,
        "impunity": impunity_view(after, parts),
        "present": impunity_view(before, parts),
        "changes_level": after.level is not before.level,
    }


def _supposed(
    given: ImpunityInput, row: Incident, supposed: Supposition, *, as_of: date, now: datetime
) -> ImpunityInput:
    fallen = {str(one) for one in supposed.without}
    if unknown := fallen - {one.id for one in given.facts}:
        place = [str(one) for one in supposed.without].index(min(unknown))
        raise wrong(f"/without/{place}", "unknown", "This incident has no such fact.")
    kept = tuple(one for one in given.facts if one.id not in fallen)
    facts = (*kept, *_facts(row, supposed.facts, given.facts, as_of=as_of, now=now))
    instigation, complete = given.instigation, given.executors_complete
    if supposed.instigation is not None:
        instigation = (InstigationNote(value=supposed.instigation, recorded_at=now),)
    if supposed.executors_complete is not None:
        complete = (ExecutorsNote(complete=supposed.executors_complete, recorded_at=now),)
    return replace(given, facts=facts, instigation=instigation, executors_complete=complete)


def _facts(
    row: Incident,
    drafts: Sequence[SupposedFact],
    present: Sequence[rules.CaseFact],
    *,
    as_of: date,
    now: datetime,
) -> list[rules.CaseFact]:
    slots = {one.slot_id for one in current_parts(row)}
    last = max((one.sequence for one in present), default=0)
    found = []
    for index, draft in enumerate(drafts):
        pointer = f"/facts/{index}"
        if draft.involvement_id is not None and draft.involvement_id not in slots:
            raise wrong(
                f"{pointer}/involvement_id", "unknown", "This incident has no such involvement."
            )
        # A verdict may be supposed for a day to come, as long as it is asked about that day.
        latest = datetime.combine(max(as_of, now.date()), now.timetz())
        found.append(
            rules.CaseFact(
                id=f"supposed-{index}",
                case_id=str(draft.case_id) if draft.case_id else "supposed",
                kind=draft.kind,
                polarity=Polarity.ACCOUNTABILITY,
                happened=check_date(draft.date, latest, f"{pointer}/date"),
                recorded_at=now,
                verified_at=now,
                sequence=last + 1 + index,
                involvement_id=str(draft.involvement_id) if draft.involvement_id else None,
                person_key=str(draft.person_id) if draft.person_id else None,
                role=draft.role,
                lesser_charge=draft.lesser_charge,
                in_absentia=draft.in_absentia,
                suspended_sentence=draft.suspended_sentence,
            )
        )
    return found
