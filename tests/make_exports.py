# SPDX-License-Identifier: Apache-2.0
"""Exports and imports as tests ask for them: bytes out of one database, and into another."""

import uuid

import sqlalchemy as sa

from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Role
from app.exports.tables import TableFormat, table_bytes
from app.services.exporting import Reader, Wanted, pages
from app.services.restoring import TakenIn, take_in
from app.services.restoring_reading import read_export
from app.storage.database import Sessions
from app.storage.incidents import Incident
from tests.make import NOW, incident

NOUNS = ("outlets", "sites", "incidents", "cases")
"""In an order in which everything is on record before something refers to it."""

DESK = Reader(viewer=Viewer(role=Role.ADMIN, name="operator"), full=True)
EVERYBODY = Reader(viewer=PUBLIC)


def exported(
    sessions: Sessions,
    noun: str,
    file_format: TableFormat = TableFormat.JSONL,
    reader: Reader = DESK,
    *,
    raw: bool = False,
) -> bytes:
    """The whole export of a noun."""
    found = pages(sessions, reader, noun, Wanted(), now=NOW)
    return b"".join(table_bytes(noun, file_format, found, raw=raw))


def taken(
    sessions: Sessions, body: bytes, *, name: str | None = None, raw: bool = False
) -> TakenIn:
    """Take an export in and commit."""
    with sessions.writing() as session:
        return take_in(session, read_export(body, raw=raw), name=name, now=NOW)


def many(sessions: Sessions, number: int) -> list[uuid.UUID]:
    """Put many public incidents on record, copied from one that was entered; return their ids."""
    with sessions.writing() as session:
        first = incident(session)
        columns = Incident.__table__.columns
        row = session.execute(sa.select(*columns).where(Incident.id == first.id)).mappings().one()
        ids = [uuid.UUID(int=place << 64 | 1) for place in range(1, number)]
        for start in range(0, len(ids), 1000):
            session.execute(
                sa.insert(Incident),
                [
                    {
                        **row,
                        "id": one,
                        "ref": f"QLM-2020-{one.int >> 64:06d}",
                        "document": {**row["document"], "id": str(one)},
                    }
                    for one in ids[start : start + 1000]
                ],
            )
    return sorted([first.id, *ids])
