# SPDX-License-Identifier: Apache-2.0
"""Erasing a person's name from the record, and saying truthfully what is left.

What was done to the person stays, without the name. Revisions are emptied where they held it, with the
salts of what they committed to, so that the ledger stays valid and nobody can guess the name from it.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.names import REMOVED, NamePattern, pattern_of
from app.domain.visibility import Viewer
from app.errors import Conflict, NotFound
from app.services import conclusions, matching, sealing
from app.services.checks import wrong
from app.storage import erasing, ledger
from app.storage.erasing import Linked
from app.storage.incidents import find_incident
from app.storage.ledger import Revision
from app.storage.people import Person
from app.storage.reports import Report, Source
from app.storage.sealing import ERASE

NOT_SEARCHED = (
    *erasing.NOT_SEARCHED,
    "kept pages and certificates (bodies/)",
    "files of evidence (evidence/)",
    "log files",
    "backups",
    "what others have downloaded",
)


def erase_person(
    session: Session,
    viewer: Viewer,
    person_id: uuid.UUID,
    *,
    reason: str,
    also: Sequence[str] = (),
    now: datetime,
) -> dict[str, Any]:
    """Take a name, and its other spellings, out of the record; say what was done and what is left."""
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound("there is no such person: GET /api/v1/people lists them")
    if person.erased_at is not None:
        raise Conflict("the name of this person is erased already")
    patterns = _patterns(person, also)
    _check_reason(reason, patterns)
    linked = erasing.linked_to(session, person_id)
    shared = _names_of_others(session, person_id)
    scopes = [(one, _scope(one, shared, linked)) for one in patterns]
    emptied = _empty_revisions(session, scopes, now=now)
    touched, sources, rows = _rewrite(session, scopes, person_id, now=now)
    _anonymise(session, person_id, now=now)
    ledger.record_revision(
        session,
        object_kind="person",
        object_id=person_id,
        action=ERASE,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes={"erased": emptied},
    )
    _refresh(session, linked["incidents"] | touched, now=now)
    ledger.bump(session, "staff", "public")
    session.flush()
    return {
        "person_id": person_id,
        "erased_at": now,
        "rows_changed": dict(sorted(rows.items())),
        "revision_fields_erased": sum(map(len, emptied.values())),
        "searched_everywhere": all(scope is None for _, scope in scopes),
        "left": _left(session, patterns),
        "may_return_from": _source_names(session, sources),
        "not_searched": list(NOT_SEARCHED),
    }


def _patterns(person: Person, also: Sequence[str]) -> list[NamePattern]:
    names = dict.fromkeys([person.name, *map(str, person.names.values()), *also])
    return [one for name in names if (one := pattern_of(name)) is not None]


def _check_reason(reason: str, patterns: Sequence[NamePattern]) -> None:
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the record.")
    if any(one.is_in(reason) for one in patterns):
        raise wrong("/reason", "invalid", "Give a reason that does not hold the name itself.")


def _names_of_others(session: Session, person_id: uuid.UUID) -> list[str]:
    rows = session.execute(sa.select(Person.name, Person.names).where(Person.id != person_id))
    return [text for name, names in rows for text in (name, *map(str, names.values()))]


def _scope(pattern: NamePattern, of_others: Sequence[str], linked: Linked) -> Linked | None:
    """Return where to look: everywhere (None), or only in what is about this person.

    A name that somebody else on record bears too, or a single word, is theirs elsewhere.
    """
    is_shared = any(pattern.is_in(name) for name in of_others)
    return None if pattern.is_telling and not is_shared else linked


def _empty_revisions(
    session: Session, scopes: Sequence[tuple[NamePattern, Linked | None]], *, now: datetime
) -> dict[str, list[str]]:
    table = Revision.__table__
    assert isinstance(table, sa.Table)
    wanted: dict[uuid.UUID, tuple[set[str], bool]] = {}
    for pattern, scope in scopes:
        for row in erasing.rows_with(session, table, pattern, scope):
            fields = {name for name, value in row["changes"].items() if pattern.is_in(value)}
            in_reason = pattern.is_in(row["reason"])
            if fields or in_reason:
                known, was_in_reason = wanted.get(row["id"], (set(), False))
                wanted[row["id"]] = (known | fields, was_in_reason or in_reason)
    return sealing.empty_revisions(
        session,
        [(one, frozenset(fields), in_reason) for one, (fields, in_reason) in wanted.items()],
        now=now,
    )


def _rewrite(
    session: Session,
    scopes: Sequence[tuple[NamePattern, Linked | None]],
    person_id: uuid.UUID,
    *,
    now: datetime,
) -> tuple[set[uuid.UUID], set[uuid.UUID], Counter[str]]:
    """Take the names out of every table; return incidents and sources touched, and rows by table."""
    session.flush()
    incidents: set[uuid.UUID] = set()
    sources: set[uuid.UUID] = set()
    accounts: set[uuid.UUID] = set()
    rows: Counter[str] = Counter()
    for table in erasing.rewritable():
        for pattern, scope in scopes:
            # Other people of the same name keep theirs.
            only = {"people": {person_id}} if table.name == "people" else scope
            changed = erasing.rewrite(session, table, pattern, only)
            rows[table.name] += len(changed)
            if table.name == "incidents":
                incidents |= {row["id"] for row in changed}
            if table.name == "reports":
                accounts |= {row["id"] for row in changed}
            if table.name in ("reports", "raw_items"):
                sources |= _sources(session, table.name, changed)
    session.expire_all()
    # What they were found by held the name as well.
    matching.rematch_reports(session, accounts, now=now)
    return incidents, sources, +rows


def _sources(session: Session, table: str, changed: Sequence[sa.RowMapping]) -> set[uuid.UUID]:
    if table == "reports":
        return {row["source_id"] for row in changed}
    ids = {row["report_id"] for row in changed}
    return set(session.scalars(sa.select(Report.source_id).where(Report.id.in_(ids))))


def _anonymise(session: Session, person_id: uuid.UUID, *, now: datetime) -> None:
    person = session.get_one(Person, person_id)
    person.name, person.names, person.summary = REMOVED, {}, None
    person.erased_at = person.updated_at = now
    session.flush()


def _refresh(session: Session, incident_ids: set[uuid.UUID], *, now: datetime) -> None:
    for incident_id in sorted(incident_ids):
        row = find_incident(session, incident_id, for_change=True)
        if row is not None:
            conclusions.refresh(session, row, now=now, touched=True)


def _left(session: Session, patterns: Sequence[NamePattern]) -> list[dict[str, Any]]:
    most: dict[tuple[str, str], int] = {}
    for pattern in patterns:
        for one in erasing.left(session, pattern):
            place = (one.table, one.column)
            most[place] = max(most.get(place, 0), one.rows)
    return [{"table": table, "column": name, "rows": rows} for (table, name), rows in most.items()]


def _source_names(session: Session, sources: set[uuid.UUID]) -> list[str]:
    query = sa.select(Source.name).where(Source.id.in_(sources)).order_by(Source.name)
    return list(session.scalars(query))
