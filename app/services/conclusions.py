# SPDX-License-Identifier: Apache-2.0
"""What follows from an incident and its facts: stages, impunity, names, the blocking link.

`refresh` draws every conclusion again after a change and keeps the document that readers get;
`conclude` draws them live, as of any day and any knowledge. Facts are read, never changed, here.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.record import cases as rules
from app.domain.record import impunity
from app.domain.record.impunity import ImpunityResult
from app.domain.record.impunity_override import with_override
from app.domain.vocabulary import WorkflowStatus
from app.services import blocking_links, matching, stated, suspects
from app.services.documents import CaseFound, Found, incident_document, words_of
from app.services.impunity_inputs import case_fact, impunity_input, standing_overrides
from app.storage import cases
from app.storage.cases import Case
from app.storage.incidents import Incident, find_incident

_NOTHING_KNOWN = datetime.min.replace(tzinfo=UTC)


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
    return CaseFound(
        case=case,
        stage=rules.stage(counted, case.polarity),
        sentence_months=stated.the_one_term(case, counted),
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
    given = impunity_input(session, incident, of_incident, known_at=known_at)
    derived = impunity.derive(
        given, as_of=as_of, known_at=known_at, include_unverified=include_unverified
    )
    return with_override(derived, standing_overrides(session, incident.id))


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
    matching.keep_incident(session, incident, now=now)
    return was_public or incident.status is WorkflowStatus.PUBLISHED


def refresh_all(session: Session, incident_ids: Iterable[uuid.UUID], *, now: datetime) -> bool:
    """Refresh several incidents; return whether everybody's view of any has changed."""
    # In one order, so that two transactions never wait for each other.
    rows = [find_incident(session, one, for_change=True) for one in sorted(set(incident_ids))]
    changed = [refresh(session, one, now=now) for one in rows if one is not None]
    return any(changed)
