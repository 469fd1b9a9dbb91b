# SPDX-License-Identifier: Apache-2.0
"""What follows from an incident and its facts: stages, impunity, names, the blocking link.

`refresh` draws every conclusion again after a change and keeps the document that readers get;
`conclude` draws them live, as of any day and any knowledge. Facts are read, never changed, here.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.record import cases as rules
from app.domain.record import dates, impunity
from app.domain.record.impunity import ImpunityResult
from app.domain.record.impunity_input import (
    ExecutorsNote,
    ImpunityInput,
    InstigationNote,
    ReportedLevel,
)
from app.domain.vocabulary import Instigation, Polarity, WorkflowStatus
from app.services import blocking_links, suspects
from app.services.documents import CaseFound, Found, incident_document, words_of
from app.storage import cases, ledger
from app.storage.assessments import Assessment, assessments_of
from app.storage.cases import Case, Fact
from app.storage.incidents import VERIFIED, Incident, find_incident
from app.storage.parts import Involvement

_NOTHING_KNOWN = datetime.min.replace(tzinfo=UTC)


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


def case_found(
    case: Case, *, as_of: date, known_at: datetime, include_unverified: bool = False
) -> CaseFound:
    """Return a case with its stage and the facts that count on a day, as known at a time."""
    counted = rules.counted(
        [case_fact(fact, case.polarity) for fact in case.facts],
        polarity=case.polarity,
        as_of=as_of,
        known_at=known_at,
        include_unverified=include_unverified,
    )
    ids = {one.id for one in counted}
    sentences = [
        fact.sentence_months
        for fact in case.facts
        if str(fact.id) in ids and fact.sentence_months is not None
    ]
    return CaseFound(
        case=case,
        stage=rules.stage(counted, case.polarity),
        sentence_months=sentences[-1] if sentences else None,
        facts=counted,
    )


def conclude(
    session: Session,
    incident: Incident,
    *,
    as_of: date,
    known_at: datetime,
    now: datetime,
    include_unverified: bool = False,
    hide_before: datetime | None = None,
) -> Found:
    """Draw every conclusion about an incident, as of a day and as known at a time.

    Before `hide_before` nothing was known: asking for past knowledge must not tell everybody
    when a report came in, only since when it was public.
    """
    if hide_before is not None and known_at < hide_before:
        known_at = _NOTHING_KNOWN
    found = [
        case_found(case, as_of=as_of, known_at=known_at, include_unverified=include_unverified)
        for case in cases.cases_of(session, incident.id)
    ]
    return Found(
        incident=incident,
        impunity=_impunity(
            session,
            incident,
            [one.case for one in found],
            as_of=as_of,
            known_at=known_at,
            include_unverified=include_unverified,
        ),
        cases=found,
        statuses=suspects.statuses(incident, found),
        blocking_link=blocking_links.link_of(session, incident, now=now),
    )


def _impunity(
    session: Session,
    incident: Incident,
    of_incident: Iterable[Case],
    *,
    as_of: date,
    known_at: datetime,
    include_unverified: bool,
) -> ImpunityResult:
    slots = {one.slot_id for one in incident.involvements}
    facts = tuple(
        case_fact(fact, case.polarity)
        for case in of_incident
        for fact in case.facts
        # One case may be of several incidents; a fact about another one's slot is not about this.
        if fact.involvement_id is None or fact.involvement_id in slots
    )
    history = ledger.revisions_of(session, "incident", incident.id)
    given = ImpunityInput(
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
    )
    return impunity.derive(
        given, as_of=as_of, known_at=known_at, include_unverified=include_unverified
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


def _substance(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without its stamps: what a reader would call a change."""
    kept = {name: one for name, one in document.items() if name not in ("updated_at", "version")}
    # The day of deriving is no news by itself.
    kept["impunity"] = {**kept.get("impunity", {}), "as_of": None}
    return kept


def refresh(
    session: Session,
    incident: Incident,
    *,
    now: datetime,
    was_public: bool = False,
    touched: bool = False,
) -> bool:
    """Conclude again and keep the document; return whether everybody's view of it has changed.

    The version moves when the document does, or where the caller says that something staff sees was
    `touched`. The caller bumps the counters, once, at the end of its work.
    """
    found = conclude(session, incident, as_of=now.date(), known_at=now, now=now)
    suspects.decide_names(incident, found)
    is_first = not incident.document
    document = msgspec.to_builtins(incident_document(found))
    is_new = _substance(document) != _substance(incident.document)
    if not (is_new or touched):
        return False
    incident.version += 0 if is_first else 1
    incident.updated_at = now
    incident.impunity = found.impunity.level.value
    incident.document = msgspec.to_builtins(incident_document(found))
    incident.search_text = words_of(document)
    session.flush()
    return was_public or incident.status is WorkflowStatus.PUBLISHED


def refresh_all(session: Session, incident_ids: Iterable[uuid.UUID], *, now: datetime) -> bool:
    """Refresh several incidents; return whether everybody's view of any has changed."""
    # In one order, so that two transactions never wait for each other.
    rows = [find_incident(session, one, for_change=True) for one in sorted(set(incident_ids))]
    changed = [refresh(session, one, now=now) for one in rows if one is not None]
    return any(changed)
