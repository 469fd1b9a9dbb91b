# SPDX-License-Identifier: Apache-2.0
"""Export, import into an empty database, export: the same bytes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.exports.tables import TableFormat
from app.services import example, sites
from app.storage.database import Sessions, make_engine
from tests.make import NOW
from tests.make_exports import NOUNS, exported, taken


@pytest.fixture
def other(tmp_path: Path, sqlite_template: Path) -> Iterator[Sessions]:
    """A second, empty database: always SQLite, so that one of the two runs is across databases."""
    path = tmp_path / "other.db"
    shutil.copy(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    yield Sessions(engine)
    engine.dispose()


def _with_example(sessions: Sessions) -> None:
    with sessions.writing() as session:
        example.load(session, now=NOW)
        sites.import_list(
            session,
            "url,outlet,country,notes\nhttps://one.example/,,KZ,=1+1\nhttps://two.example/,,,\n",
            list_name="mine",
            licence=None,
            country=None,
            now=NOW,
        )


@pytest.mark.parametrize("file_format", list(TableFormat))
def test_the_example_comes_back_byte_for_byte(
    sessions: Sessions, other: Sessions, file_format: TableFormat
) -> None:
    """The founding example, exported and restored elsewhere, leaves again as the same bytes."""
    _with_example(sessions)
    before = {noun: exported(sessions, noun, file_format) for noun in NOUNS}
    for noun in NOUNS:
        result = taken(other, before[noun])
        assert result.rejected == ()
        assert result.kept == ()
        assert result.rows > 0
    assert {noun: exported(other, noun, file_format) for noun in NOUNS} == before


def test_incidents_alone_bring_their_cases(sessions: Sessions, other: Sessions) -> None:
    """A file of incidents holds their cases and facts: alone it restores both exports."""
    _with_example(sessions)
    taken(other, exported(sessions, "incidents"))
    for noun in ("incidents", "cases"):
        assert exported(other, noun) == exported(sessions, noun)
