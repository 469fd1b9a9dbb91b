# SPDX-License-Identifier: Apache-2.0
"""Legal cases as readers see them: the facts that count, under the rule for names.

A person of a reprisal is named where they are named as a target; a suspect only where the rule for
suspects allows it. The desk sees every fact, also unverified and retracted ones; everybody else sees
nothing of a fact before a second person verified it, but for its author.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record.cases import KINDS_BEFORE, CaseFact, course
from app.domain.visibility import Viewer
from app.domain.vocabulary import Polarity, Stage
from app.errors import NotFound
from app.services import stated
from app.services.case_reach import Reach, reach
from app.services.citations import citation_view
from app.services.conclusions import case_found
from app.services.documents import date_view, person_ref
from app.services.party_views import party_views
from app.storage.cases import Case, CaseFilter, Fact, get_case, list_cases
from app.storage.parties import Party
from app.storage.reached import get_outlet, get_person


def case_view(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    *,
    now: datetime,
    as_of: date | None = None,
) -> dict[str, Any]:
    """Return a case as this viewer may read it."""
    row = get_case(session, viewer, case_id)
    return _view(viewer, row, reach(session, viewer, [row]), as_of=as_of or now.date(), now=now)


def list_case_views(
    session: Session,
    viewer: Viewer,
    wanted: CaseFilter,
    *,
    now: datetime,
    limit: int,
    after: uuid.UUID | None = None,
    stage: Stage | None = None,
) -> list[dict[str, Any]]:
    """Return a page of cases, by id; by their present stage where one is asked for."""
    if not _reaches_those_asked_for(session, viewer, wanted):
        return []
    if stage is not None:
        wanted = replace(wanted, fact_kinds=KINDS_BEFORE.get(stage, frozenset()))
    kept: list[Case] = []
    while len(kept) < limit:
        rows = list_cases(session, viewer, wanted, limit=limit, after=after)
        kept += [one for one in rows if stage is None or _stage(one, now) is stage]
        if stage is None or len(rows) < limit:
            break
        after = rows[-1].id
    return views_of(session, viewer, kept[:limit], now=now)


def views_of(
    session: Session, viewer: Viewer, rows: Sequence[Case], *, now: datetime
) -> list[dict[str, Any]]:
    """Return some cases, which the viewer sees, as this viewer may read them."""
    around = reach(session, viewer, rows)
    return [_view(viewer, row, around, as_of=now.date(), now=now) for row in rows]


def _reaches_those_asked_for(session: Session, viewer: Viewer, wanted: CaseFilter) -> bool:
    """Whether the person and the outlet asked for exist for this viewer."""
    try:
        if wanted.person_id is not None:
            get_person(session, viewer, wanted.person_id)
        if wanted.outlet_id is not None:
            get_outlet(session, viewer, wanted.outlet_id)
    except NotFound:
        return False
    return True


def _stage(row: Case, now: datetime) -> Stage | None:
    return case_found(row, as_of=now.date(), known_at=now).stage


def _view(
    viewer: Viewer, row: Case, around: Reach, *, as_of: date, now: datetime
) -> dict[str, Any]:
    full = viewer.is_staff
    inside = full or _is_own(viewer, row)
    found = case_found(row, as_of=as_of, known_at=now)
    counted = {fact.id for fact in found.facts}
    named = (around.suspects if row.polarity is Polarity.ACCOUNTABILITY else around.targets)[row.id]
    facts = [
        fact_view(viewer, fact, named)
        for fact in row.facts
        if full or str(fact.id) in counted or _is_own(viewer, fact)
    ]
    return {
        "id": row.id,
        "polarity": row.polarity,
        "title": row.title,
        "country": row.country,
        "court": row.court,
        "number": row.number if inside else None,
        "stage": found.stage,
        "sentence_months": found.sentence_months,
        "sentences": _sentences(viewer, row, found.facts, named),
        "timeline": _timeline(row, found.facts),
        "parties": party_views(viewer, row, around),
        "incidents": around.incidents[row.id],
        "facts": facts,
        "updated_at": row.updated_at if full else _told_on(row),
        "version": row.version if inside else None,
        "as_of": as_of,
    }


def _timeline(row: Case, counted: Sequence[CaseFact]) -> list[dict[str, Any]]:
    """Return the facts that count as they happened, each with the stage of the case after it."""
    return [
        {
            "fact_id": fact.id,
            "kind": fact.kind,
            "date": date_view(fact.happened.text, fact.happened.earliest, fact.happened.latest),
            "stage": stage,
        }
        for fact, stage in course(counted, row.polarity)
    ]


def _sentences(
    viewer: Viewer, row: Case, counted: Sequence[CaseFact], named: set[uuid.UUID]
) -> list[dict[str, Any]]:
    """Return each sentence that a fact states, with how it stands; never their sum."""
    facts = {str(fact.id): fact for fact in row.facts}
    return [
        {
            "fact_id": facts[one].id,
            "person": _person(viewer, facts[one], named),
            "involvement_id": facts[one].involvement_id,
            **stated.sentence_view(facts[one]),
            "standing": standing.value,
        }
        for one, standing in stated.standings_of(row, counted).items()
    ]


def _told_on(row: Case) -> date | None:
    """Return the day of the last change that everybody sees; hidden work has no date."""
    entries: list[Fact | Party] = [*row.facts, *row.parties]
    told = [one for one in entries if one.verified_at is not None]
    times = [at for one in told for at in (one.verified_at, one.retracted_at) if at is not None]
    return max(times).date() if times else None


def _is_own(viewer: Viewer, row: Case | Fact) -> bool:
    return viewer.key_id is not None and row.recorded_by_id == viewer.key_id


def fact_view(viewer: Viewer, fact: Fact, named: set[uuid.UUID]) -> dict[str, Any]:
    """Show a fact that counts, or to the desk and its author any."""
    inside = viewer.is_staff or _is_own(viewer, fact)
    view: dict[str, Any] = {
        "id": fact.id,
        "kind": fact.kind,
        "date": date_view(fact.date_text, fact.date_earliest, fact.date_latest),
        "role": fact.crime_role,
        "involvement_id": fact.involvement_id,
        "person": _person(viewer, fact, named),
        "detail": fact.detail,
        "sentence_months": fact.sentence_months,
        "life": fact.is_life,
        "fine": fact.fine,
        "fine_amount": fact.fine_amount,
        "fine_currency": fact.fine_currency,
        "sanctions": fact.sanctions,
        "lesser_charge": "lesser_charge" in fact.flags,
        "in_absentia": "in_absentia" in fact.flags,
        "suspended_sentence": "suspended_sentence" in fact.flags,
        "verified": fact.verified_at is not None,
        "source": citation_view(fact.citation),
    }
    if inside:
        view |= {
            "recorded_at": fact.recorded_at,
            "verified_at": fact.verified_at,
            "retracted_at": fact.retracted_at,
            "retraction_reason": fact.retraction_reason,
        }
    return view


def _person(viewer: Viewer, fact: Fact, named: set[uuid.UUID]) -> dict[str, Any] | None:
    inside = viewer.is_staff or _is_own(viewer, fact)
    if fact.person is None or not (inside or fact.person_id in named):
        return None
    return person_ref(fact.person)
