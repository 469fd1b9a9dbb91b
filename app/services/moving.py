# SPDX-License-Identifier: Apache-2.0
"""What hangs on an incident moves to another, by id, and back again by the same ids.

Only rows move: nothing is copied, nothing rewritten. Never here: who may do it, or what status follows
(merging.py).
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.storage.cases import Fact, case_incidents
from app.storage.citations import Citation
from app.storage.claims import Claim
from app.storage.evidence import Evidence
from app.storage.external_ids import ExternalId
from app.storage.incidents import Incident, incident_citations
from app.storage.parts import Involvement, Target
from app.storage.reports import Report

Owned = type[Report] | type[Evidence] | type[Claim]
Placed = type[ExternalId] | type[Involvement] | type[Target]

_OWNED: dict[str, Owned] = {"reports": Report, "evidence": Evidence, "claims": Claim}
_ORDERED: dict[str, Placed] = {
    "external_ids": ExternalId,
    "involvements": Involvement,
    "targets": Target,
}

Moved = dict[str, list[Any]]
"""Ids as text by what they are of; of what has an order, [id, its place before]."""


def move_all(session: Session, row: Incident, kept: Incident, *, with_targets: bool) -> Moved:
    """Move everything that speaks for an incident to another, and return what moved.

    Targets come along only where asked: two records of one act name the same people.
    """
    moved: Moved = {"citations": _move_citations(session, row, kept)}
    slots = _slots_of_facts(session, row.id)
    for name, table in _OWNED.items():
        ids = list(session.scalars(sa.select(table.id).where(table.incident_id == row.id)))
        _hand_over(session, table, ids, kept.id)
        moved[name] = sorted(map(str, ids))
    chosen: dict[str, Iterable[Any]] = {
        "external_ids": row.external_ids,
        # Facts of a case name slots: without them they would be about nobody.
        "involvements": [one for one in row.involvements if one.slot_id in slots],
        "targets": _other_targets(row, kept) if with_targets else (),
    }
    for name, parts in chosen.items():
        after = 1 + max((one.position for one in getattr(kept, name)), default=-1)
        moved[name] = _append(session, _ORDERED[name], list(parts), kept.id, after)
    moved["cases"], moved["cases_of_both"] = _move_cases(session, row.id, kept.id)
    session.expire_all()
    return moved


def move_back(session: Session, moved: Moved, *, to_id: uuid.UUID, from_id: uuid.UUID) -> None:
    """Move the same things back; raises Conflict, naming what, where one of them is no longer there."""
    _check_there(session, moved, from_id)
    citations = _ids(moved["citations"])
    _unlink(session, from_id, citations)
    _link(session, to_id, citations)
    for name, table in _OWNED.items():
        _hand_over(session, table, _ids(moved[name]), to_id)
    for name, ordered in _ORDERED.items():
        for part_id, place in moved[name]:
            _put(session, ordered, uuid.UUID(part_id), to_id, place)
    _later_versions_too(session, moved, to_id=to_id, from_id=from_id)
    for case_id in _ids(moved["cases"]):
        session.execute(
            sa.update(case_incidents)
            .where(case_incidents.c.case_id == case_id, case_incidents.c.incident_id == from_id)
            .values(incident_id=to_id)
        )
    for case_id in _ids(moved["cases_of_both"]):
        session.execute(sa.insert(case_incidents).values(case_id=case_id, incident_id=to_id))
    session.expire_all()


def is_shown(moved: Moved) -> bool:
    """Whether anything moved that an incident is verified by, or that its readers see."""
    return any(moved[name] for name in ("citations", "external_ids", "involvements", "targets"))


def _what(one: Citation) -> tuple[str | None, str]:
    return (one.url, one.title)


def _move_citations(session: Session, row: Incident, kept: Incident) -> list[str]:
    theirs = {_what(one) for one in kept.citations}
    ids = [one.id for one in row.citations if _what(one) not in theirs]
    shared = {one.id for one in kept.citations}
    ids = [one for one in ids if one not in shared]
    _unlink(session, row.id, ids)
    _link(session, kept.id, ids)
    return sorted(map(str, ids))


def _unlink(session: Session, incident_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    session.execute(
        sa.delete(incident_citations).where(
            incident_citations.c.incident_id == incident_id,
            incident_citations.c.citation_id.in_(ids),
        )
    )


def _link(session: Session, incident_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    rows = [{"incident_id": incident_id, "citation_id": one} for one in ids]
    if rows:
        session.execute(sa.insert(incident_citations), rows)


def _slots_of_facts(session: Session, incident_id: uuid.UUID) -> set[uuid.UUID]:
    query = (
        sa.select(Fact.involvement_id)
        .join(case_incidents, case_incidents.c.case_id == Fact.case_id)
        .where(case_incidents.c.incident_id == incident_id, Fact.involvement_id.is_not(None))
    )
    return {one for one in session.scalars(query) if one is not None}


def _other_targets(row: Incident, kept: Incident) -> list[Target]:
    def who(one: Target) -> tuple[object, ...]:
        return (one.kind, one.person_id, one.outlet_id, one.description)

    theirs = {who(one) for one in kept.targets}
    return [one for one in row.targets if who(one) not in theirs]


def _append(
    session: Session, table: Placed, parts: Sequence[Any], to_id: uuid.UUID, after: int
) -> list[Any]:
    before = [[str(one.id), one.position] for one in parts]
    for place, (part_id, _) in enumerate(before):
        _put(session, table, uuid.UUID(part_id), to_id, after + place)
    return before


def _put(session: Session, table: Placed, part_id: uuid.UUID, to_id: uuid.UUID, place: int) -> None:
    session.execute(
        sa.update(table)
        .where(table.id == part_id)
        .values(incident_id=to_id, position=place)
        .execution_options(synchronize_session=False)
    )


def _hand_over(session: Session, table: Owned, ids: Sequence[uuid.UUID], to_id: uuid.UUID) -> None:
    if ids:
        session.execute(
            sa.update(table)
            .where(table.id.in_(ids))
            .values(incident_id=to_id)
            .execution_options(synchronize_session=False)
        )


def _move_cases(
    session: Session, row_id: uuid.UUID, kept_id: uuid.UUID
) -> tuple[list[str], list[str]]:
    def of(incident_id: uuid.UUID) -> set[uuid.UUID]:
        query = sa.select(case_incidents.c.case_id)
        return set(session.scalars(query.where(case_incidents.c.incident_id == incident_id)))

    theirs, others = of(row_id), of(kept_id)
    alone, both = theirs - others, theirs & others
    mine = case_incidents.c.incident_id == row_id
    if both:
        session.execute(sa.delete(case_incidents).where(mine, case_incidents.c.case_id.in_(both)))
    if alone:
        session.execute(sa.update(case_incidents).where(mine).values(incident_id=kept_id))
    return sorted(map(str, alone)), sorted(map(str, both))


def _later_versions_too(
    session: Session, moved: Moved, *, to_id: uuid.UUID, from_id: uuid.UUID
) -> None:
    """Somebody's part that was edited meanwhile goes back with its new versions."""
    ids = [uuid.UUID(one) for one, _ in moved["involvements"]]
    slots = set(session.scalars(sa.select(Involvement.slot_id).where(Involvement.id.in_(ids))))
    session.execute(
        sa.update(Involvement)
        .where(Involvement.slot_id.in_(slots), Involvement.incident_id == from_id)
        .values(incident_id=to_id)
        .execution_options(synchronize_session=False)
    )


_NAMES = {
    "reports": "a report",
    "evidence": "a piece of evidence",
    "claims": "a claim",
    "external_ids": "an external id",
    "involvements": "somebody's part in the act",
    "targets": "a target",
}


def _check_there(session: Session, moved: Moved, incident_id: uuid.UUID) -> None:
    for name, table in {**_OWNED, **_ORDERED}.items():
        ids = _ids(one if isinstance(one, str) else one[0] for one in moved[name])
        query = sa.select(sa.func.count()).where(table.id.in_(ids))
        if session.scalar(query.where(table.incident_id == incident_id)) != len(ids):
            raise Conflict(
                f"{_NAMES[name]} that moved by this merger was moved on or removed since: "
                "put it back first"
            )
    cases = _ids(moved["cases"])
    linked = sa.select(sa.func.count()).where(
        case_incidents.c.case_id.in_(cases), case_incidents.c.incident_id == incident_id
    )
    if session.scalar(linked) != len(cases):
        raise Conflict("a case that moved by this merger is of other incidents now")


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    return [uuid.UUID(one) for one in texts]
