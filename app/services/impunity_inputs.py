# SPDX-License-Identifier: Apache-2.0
"""What the derivation of impunity is handed: whole histories, read from rows and revisions.

A field that is edited later still has its old values here, so that an answer for a past knowledge
date never changes. Nothing is concluded here (conclusions.py).
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import cases as rules
from app.domain.record import dates
from app.domain.record.impunity_input import (
    CategoriesNote,
    ExecutorsNote,
    ImpunityInput,
    InstigationNote,
    Override,
    ReportedLevel,
)
from app.domain.vocabulary import Category, Instigation, Polarity
from app.storage import ledger
from app.storage.assessments import Assessment, LevelOverride, assessments_of, overrides_of
from app.storage.cases import Case, Fact
from app.storage.incidents import VERIFIED, Incident
from app.storage.parts import Involvement


def case_fact(fact: Fact, polarity: Polarity) -> rules.CaseFact:
    """Return a fact as the rules read it."""
    return rules.CaseFact(
        id=str(fact.id),
        case_id=str(fact.case_id),
        kind=fact.kind,
        polarity=polarity,
        happened=dates.parse(fact.date_text),
        recorded_at=fact.recorded_at,
        verified_at=fact.verified_at,
        retracted_at=fact.retracted_at,
        sequence=fact.sequence,
        involvement_id=str(fact.involvement_id) if fact.involvement_id else None,
        person_key=str(fact.person_id) if fact.person_id else None,
        role=fact.crime_role,
        lesser_charge="lesser_charge" in fact.flags,
        in_absentia="in_absentia" in fact.flags,
        suspended_sentence="suspended_sentence" in fact.flags,
    )


def impunity_input(
    session: Session, incident: Incident, of_incident: Iterable[Case], *, known_at: datetime
) -> ImpunityInput:
    """Return all that the derivation reads about an incident, with its whole history."""
    slots = {one.slot_id for one in incident.involvements}
    facts = tuple(
        case_fact(fact, case.polarity)
        for case in of_incident
        for fact in case.facts
        # One case may be of several incidents; a fact about another one's slot is not about this.
        if fact.involvement_id is None or fact.involvement_id in slots
    )
    history = ledger.revisions_of(session, "incident", incident.id)
    return ImpunityInput(
        categories=frozenset(one.category for one in incident.categories),
        verified_at=_verified_at(incident, history, known_at),
        involvements=tuple(_slot(one) for one in incident.involvements),
        facts=facts,
        instigation=tuple(
            InstigationNote(value=Instigation(value), recorded_at=at)
            for value, at in _values(history, "instigation", incident.instigation, incident)
        ),
        executors_complete=tuple(
            ExecutorsNote(complete=bool(value), recorded_at=at)
            for value, at in _values(
                history, "executors_complete", incident.executors_complete, incident
            )
        ),
        reported=tuple(reported_level(one) for one in assessments_of(session, incident.id)),
        earlier_categories=tuple(
            CategoriesNote(
                values=frozenset(Category(one["category"]) for one in value), recorded_at=at
            )
            for value, at in _values(history, "categories", None, incident)
            if value
        ),
    )


def standing_overrides(session: Session, incident_id: uuid.UUID) -> tuple[Override, ...]:
    """Return the levels that two people set by hand, withdrawn ones too, as the rules read them."""
    return tuple(
        override_of(one, confirmed_at=one.confirmed_at)
        for one in overrides_of(session, incident_id)
        if one.confirmed_at is not None
    )


def override_of(one: LevelOverride, *, confirmed_at: datetime) -> Override:
    """Return a level set by hand as the rules read it."""
    cited = one.citation
    return Override(
        id=str(one.id),
        level=one.level,
        reason=one.reason,
        source=", ".join(part for part in (cited.title, cited.publisher, cited.url) if part),
        confirmed_at=confirmed_at,
        since=one.since,
        retracted_at=one.retracted_at,
    )


def reported_level(one: Assessment) -> ReportedLevel:
    """Return an outside assessor's statement as the rules read it."""
    return ReportedLevel(
        level=one.level,
        assessor=one.assessor,
        stated_on=one.stated_on,
        recorded_at=one.recorded_at,
        retracted_at=one.retracted_at,
    )


def _slot(one: Involvement) -> rules.Involvement:
    return rules.Involvement(
        id=str(one.slot_id),
        role=one.crime_role,
        identified=one.is_identified,
        recorded_at=one.recorded_at,
        status=one.status,
        retracted_at=one.retracted_at,
        person_key=str(one.person_id) if one.person_id else None,
    )


def _values(
    history: Sequence[ledger.Revision], name: str, present: object, incident: Incident
) -> list[tuple[Any, datetime]]:
    """Return each value a field has had and since when; the present one where history is silent."""
    found = [
        (revision.changes[name]["new"], revision.at)
        for revision in history
        if name in revision.changes
    ]
    if found:
        # Several values of one instant: only the last of them ever stood.
        return list({at: (value, at) for value, at in found}.values())
    return [(present, incident.created_at)]


def _verified_at(
    incident: Incident, history: Sequence[ledger.Revision], known_at: datetime
) -> datetime | None:
    """Return since when the incident counted as verified, as it stood at a time."""
    moves = [
        (revision.changes["status"]["new"], revision.at)
        for revision in history
        if "status" in revision.changes and revision.at <= known_at
    ]
    if not moves:
        return incident.verified_at if incident.status in VERIFIED else None
    since: datetime | None = None
    for status, at in moves:
        if status not in VERIFIED:
            since = None
        elif since is None:
            since = at
    return since
