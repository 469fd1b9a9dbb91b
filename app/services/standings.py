# SPDX-License-Identifier: Apache-2.0
"""Where people are, from everything on record that a viewer may read of them.

Incidents aimed at them, facts of the cases against them, and what sources state: only what a second
person verified. Of suspects it says nothing. The rules are the domain's (`record.person`).
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.cases import CaseFact
from app.domain.record.person import Happening, Standing, Turn, standing
from app.domain.record.person_rules import Told
from app.domain.record.statistics import Victim
from app.domain.visibility import Viewer
from app.domain.vocabulary import AgeGroup, PersonRole, Polarity
from app.services import person_cases
from app.services.documents import date_view
from app.services.person_cases import CaseOf
from app.services.statistics_answers import When
from app.services.statistics_levels import Asked
from app.services.statistics_rows import fields_of
from app.storage import incidents, people, reached
from app.storage.cases import Fact, incidents_of
from app.storage.incidents import Incident
from app.storage.parts import Target
from app.storage.people import Person

_ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Of what the query has asked as of a time already: it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A person's standing, and the country it is counted in: their own, or of what was done last."""

    standing: Standing
    country: str | None
    kinds: Mapping[str, str]
    # Whether anything that counts was on record by then.
    is_on_record: bool


def standings_of(
    session: Session,
    viewer: Viewer,
    rows: Sequence[Person],
    when: When,
    *,
    now: datetime,
    cases: Sequence[CaseOf] | None = None,
) -> dict[uuid.UUID, Placed]:
    """Return where each of these people is; those who are suspects only are left out."""
    ids = [row.id for row in rows]
    happened: dict[uuid.UUID, list[Happening]] = defaultdict(list)
    kinds: dict[str, str] = {}
    places = _from_incidents(session, viewer, set(ids), when, happened, kinds)
    known = person_cases.cases_of(session, viewer, ids, when, now=now) if cases is None else cases
    _from_cases(session, viewer, known, happened, kinds)
    _from_statements(session, viewer, ids, happened, kinds)
    subjects = _aimed_at(session, viewer, ids) | happened.keys()
    return {
        row.id: Placed(
            standing=standing(happened[row.id], as_of=when.as_of, known_at=when.known_at or now),
            country=row.country or places.get(row.id),
            kinds=kinds,
            is_on_record=row.id in places or bool(happened[row.id]),
        )
        for row in rows
        if row.id in subjects
    }


def _aimed_at(session: Session, viewer: Viewer, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these people an incident that this viewer sees was aimed at."""
    found = session.scalars(
        sa.select(Target.person_id)
        .join(Incident, Incident.id == Target.incident_id)
        .join(Person, Person.id == Target.person_id)
        .where(
            Target.person_id.in_(ids),
            incidents.visible_to(viewer),
            reached.may_name_target_to(viewer),
        )
    )
    return {one for one in found if one is not None}


def standing_view(placed: Placed, when: When) -> dict[str, Any]:
    """Show a standing with everything that explains it."""
    found = placed.standing
    return {
        "state": found.state,
        "since": _date(found.since) if found.since else None,
        "rule": found.rule,
        "reasons": list(found.reasons),
        **_grounds(found.ids, placed.kinds),
        "presumed_end": found.presumed_end,
        "is_past_presumed_end": found.is_past_presumed_end,
        "last_known": found.last_known,
        "as_of": found.as_of,
        "known_at": when.known_at,
    }


def history_view(placed: Placed) -> list[dict[str, Any]]:
    """Show every standing there was, with since when, oldest first."""
    return [_turn(one, placed.kinds) for one in placed.standing.history]


def _turn(one: Turn, kinds: Mapping[str, str]) -> dict[str, Any]:
    return {
        "state": one.state,
        "since": _date(one.since),
        "rule": one.rule,
        "sentence": one.sentence,
        **_grounds(one.ids, kinds),
    }


def _date(span: dates.DateSpan) -> dict[str, Any]:
    return date_view(span.text, span.earliest, span.latest)


def _grounds(ids: Iterable[str], kinds: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"incident_ids": [], "fact_ids": [], "statement_ids": []}
    for one in ids:
        found[f"{kinds[one]}_ids"].append(one)
    return found


def _from_incidents(
    session: Session,
    viewer: Viewer,
    wanted: set[uuid.UUID],
    when: When,
    happened: dict[uuid.UUID, list[Happening]],
    kinds: dict[str, str],
) -> dict[uuid.UUID, str]:
    """Add what incidents say; return the country of the latest of each person."""
    asked = Asked(
        as_of=when.as_of,
        known_at=when.known_at,
        people=tuple(wanted) if when.known_at is None else None,
    )
    places: dict[uuid.UUID, tuple[Any, str]] = {}
    for incident_id, one in fields_of(session, viewer, asked).items():
        span = dates.parse(one.date_text)
        if span.counts_from > when.as_of:
            continue
        for victim in one.victims:
            person_id = uuid.UUID(victim.person_id) if victim.person_id else None
            if person_id not in wanted or not (viewer.is_staff or _may_name(victim)):
                continue
            assert person_id is not None
            kinds[str(incident_id)] = "incident"
            told: frozenset[Told] = frozenset(one.kinds)
            happened[person_id].append(
                Happening(
                    id=str(incident_id),
                    told=told,
                    happened=span,
                    known_from=_ALWAYS,
                    matters=frozenset({str(incident_id)}),
                )
            )
            key = (span.latest, incident_id)
            places[person_id] = max(places.get(person_id, (key, one.country)), (key, one.country))
    return {person_id: country for person_id, (_, country) in places.items()}


def _may_name(victim: Victim) -> bool:
    """The twin of `parts.may_name_target` for what is read from revisions."""
    is_relative = victim.primary_role is PersonRole.FAMILY_MEMBER
    return victim.age_group is not AgeGroup.MINOR and not is_relative


def _from_cases(
    session: Session,
    viewer: Viewer,
    found: Iterable[CaseOf],
    happened: dict[uuid.UUID, list[Happening]],
    kinds: dict[str, str],
) -> None:
    reprisals = [one for one in found if one.found.case.polarity is Polarity.REPRISAL]
    incidents_by_case = incidents_of(session, [one.found.case.id for one in reprisals])
    for one in reprisals:
        case = one.found.case
        matters = frozenset(map(str, (case.id, *incidents_by_case[case.id])))
        stored = {str(fact.id): fact for fact in case.facts}
        for fact in one.found.facts:
            row = stored[fact.id]
            # Outside the desk what was withdrawn since is left out of the past as well.
            if row.retracted_at is not None and not viewer.is_staff:
                continue
            for person_id in one.people:
                if fact.person_key in (None, str(person_id)):
                    kinds[fact.id] = "fact"
                    happened[person_id].append(_of_fact(fact, row, matters))


def _of_fact(fact: CaseFact, row: Fact, matters: frozenset[str]) -> Happening:
    return Happening(
        id=fact.id,
        told=frozenset({fact.kind}),
        happened=fact.happened,
        known_from=_ALWAYS,
        matters=matters,
        sequence=fact.sequence,
        sentence_months=row.sentence_months,
        for_life=row.is_life,
        suspended_sentence=fact.suspended_sentence,
        in_absentia=fact.in_absentia,
    )


def _from_statements(
    session: Session,
    viewer: Viewer,
    ids: Sequence[uuid.UUID],
    happened: dict[uuid.UUID, list[Happening]],
    kinds: dict[str, str],
) -> None:
    for row in people.events_of(session, ids):
        withdrawn = row.retracted_at is not None and not viewer.is_staff
        if row.verified_at is None or withdrawn:
            continue
        kinds[str(row.id)] = "statement"
        happened[row.person_id].append(
            Happening(
                id=str(row.id),
                told=frozenset({row.standing}),
                happened=dates.parse(row.date_text),
                known_from=row.verified_at,
                retracted_at=row.retracted_at,
                sequence=row.sequence,
            )
        )
