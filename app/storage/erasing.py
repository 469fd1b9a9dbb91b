# SPDX-License-Identifier: Apache-2.0
"""Reaching every text of every table, so that a name can be taken out and looked for afterwards.

Tables are found by their columns, not by a list: a table that is added tomorrow is searched too. Never
here: which name, or who may erase it.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.names import NamePattern, without
from app.storage.cases import Fact, case_incidents
from app.storage.database import Base
from app.storage.ledger import Revision
from app.storage.parties import Party
from app.storage.parts import Involvement, Target
from app.storage.recommendations import recommendation_cases, recommendation_incidents
from app.storage.replies import ReplyClaim, reply_cases, reply_recommendations
from app.storage.reports import Report

NOT_SEARCHED = ("measurements",)
"""Too large to read for one name: what pages and names of hosts said to a probe."""

# What machines write: no account of a person is among it, or it must stay word for word.
_UNTOUCHED = frozenset(
    {
        "agents",
        "api_keys",
        "batches",
        "body_references",
        "enrolment_tokens",
        "fingerprints",
        "heartbeats",
        "ledger_checkpoints",
        "ledger_entries",
        "ledger_keys",
        "ledger_salts",
        "match_keys",
        "network_prefixes",
        "revisions",
        "verdicts",
        *NOT_SEARCHED,
    }
)

Linked = Mapping[str, set[uuid.UUID]]
"""By table, the ids of rows about one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Where a name's letters still stand."""

    table: str
    column: str
    rows: int


def linked_to(session: Session, person_id: uuid.UUID) -> dict[str, set[uuid.UUID]]:
    """Return what is on record about a person, by table: incidents, cases, reports, what was asked."""
    incidents = set(
        session.scalars(
            sa.union(
                sa.select(Target.incident_id).where(Target.person_id == person_id),
                sa.select(Involvement.incident_id).where(Involvement.person_id == person_id),
            )
        )
    )
    cases = set(
        session.scalars(
            sa.union(
                sa.select(Fact.case_id).where(Fact.person_id == person_id),
                sa.select(Party.case_id).where(Party.person_id == person_id),
            )
        )
    )
    pairs = session.execute(sa.select(case_incidents.c.case_id, case_incidents.c.incident_id))
    for case_id, incident_id in pairs:
        if incident_id in incidents:
            cases.add(case_id)
    reports = set(session.scalars(sa.select(Report.id).where(Report.incident_id.in_(incidents))))
    asked = _asked_about(session, incidents, cases)
    return {
        "people": {person_id},
        "incidents": incidents,
        "cases": cases,
        "reports": reports,
        **asked,
    }


def _asked_about(
    session: Session, incidents: set[uuid.UUID], cases: set[uuid.UUID]
) -> dict[str, set[uuid.UUID]]:
    """Return the recommendations about these incidents and cases, and what States said of them."""
    asked, replies = recommendation_incidents, reply_recommendations
    recommendations = set(
        session.scalars(
            sa.union(
                sa.select(asked.c.recommendation_id).where(asked.c.incident_id.in_(incidents)),
                sa.select(recommendation_cases.c.recommendation_id).where(
                    recommendation_cases.c.case_id.in_(cases)
                ),
            )
        )
    )
    answers = set(
        session.scalars(
            sa.union(
                sa.select(ReplyClaim.reply_id).where(ReplyClaim.incident_id.in_(incidents)),
                sa.select(reply_cases.c.reply_id).where(reply_cases.c.case_id.in_(cases)),
                sa.select(replies.c.reply_id).where(
                    replies.c.recommendation_id.in_(recommendations)
                ),
            )
        )
    )
    return {"recommendations": recommendations, "state_replies": answers}


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    return [
        column
        for column in table.columns
        if type(column.type) in (sa.Text, sa.String) or isinstance(column.type, sa.JSON)
    ]


def _is_key(table: sa.Table, column: sa.Column[Any]) -> bool:
    """Whether a column's value says which row it is; it cannot be rewritten."""
    unique = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    return bool(
        column.primary_key
        or column.unique
        or column.foreign_keys
        or any(column.name in one.columns for one in unique)
    )


def _may_hold(column: sa.Column[Any], pattern: NamePattern) -> sa.ColumnElement[bool]:
    """Say which rows are worth reading; SQLite knows upper and lower case of Latin letters only."""
    text = sa.cast(column, sa.Text())
    found = []
    for order in pattern.orders:
        for written in (
            order,
            *(map(change, order) for change in (str.lower, str.upper, str.title)),
        ):
            escaped = (one.replace("\\", "\\\\").replace("_", "\\_") for one in written)
            found.append(text.ilike(f"%{'%'.join(escaped)}%", escape="\\"))
    return sa.or_(*found)


def _is_linked(table: sa.Table, linked: Linked) -> sa.ColumnElement[bool]:
    if table.name == "revisions":
        return Revision.object_id.in_(set().union(*linked.values()))
    found: list[sa.ColumnElement[bool]] = []
    for column in table.columns:
        if column.primary_key and table.name in linked:
            found.append(column.in_(linked[table.name]))
        tables = (key.column.table.name for key in column.foreign_keys)
        found += [column.in_(linked[name]) for name in tables if name in linked]
    return sa.or_(sa.false(), *found)


def rows_with(
    session: Session, table: sa.Table, pattern: NamePattern, linked: Linked | None
) -> Sequence[sa.RowMapping]:
    """Return the rows of a table that may hold a name, of all or of what is linked to a person."""
    columns = _columns(table)
    if not columns:
        return ()
    query = sa.select(table).where(sa.or_(*(_may_hold(one, pattern) for one in columns)))
    if linked is not None:
        query = query.where(_is_linked(table, linked))
    return session.execute(query).mappings().all()


def rewrite(
    session: Session,
    table: sa.Table,
    pattern: NamePattern,
    linked: Linked | None,
) -> list[sa.RowMapping]:
    """Take a name out of every text; return the rows that held it, as they were."""
    changed = []
    for old in rows_with(session, table, pattern, linked):
        new = {
            column.name: value
            for column in _columns(table)
            if not _is_key(table, column)
            and (value := without(old[column.name], [pattern])) != old[column.name]
        }
        if new:
            this = sa.and_(*(column == old[column.name] for column in table.primary_key))
            session.execute(sa.update(table).where(this).values(**new))
            changed.append(old)
    return changed


def rewritable() -> Iterator[sa.Table]:
    """Yield every table whose texts people wrote, or that repeat what people wrote."""
    for table in Base.metadata.sorted_tables:
        if table.name not in _UNTOUCHED:
            yield table


def left(session: Session, pattern: NamePattern) -> list[Left]:
    """Look through every text of every table but `NOT_SEARCHED`."""
    found = []
    for table in Base.metadata.sorted_tables:
        # Hashes hold letters too, but nobody's name.
        if table.name in (*NOT_SEARCHED, "match_keys"):
            continue
        rows = rows_with(session, table, pattern, None)
        for column in _columns(table):
            count = sum(pattern.is_part_of(row[column.name]) for row in rows)
            if count:
                found.append(Left(table=table.name, column=column.name, rows=count))
    return found
