# SPDX-License-Identifier: Apache-2.0
"""Exports and imports as tests ask for them: bytes out of one database, and into another."""

from tests.make import NOW

from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Role
from app.exports.tables import TableFormat, table_bytes
from app.services.exporting import Reader, Wanted, pages
from app.services.restoring import TakenIn, take_in
from app.services.restoring_reading import read_export
from app.storage.database import Sessions

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
