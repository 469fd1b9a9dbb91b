# SPDX-License-Identifier: Apache-2.0
"""Records made up at random leave one database, come into another, and leave again unchanged."""

import shutil
import string
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.vocabulary import SUBTYPES, Category, Motive, PersonRole, Role, WorkflowStatus
from app.exports.tables import TableFormat
from app.services import cases
from app.storage.database import Sessions, make_engine
from tests.make import NOW, case, fact, incident, viewer
from tests.make_exports import NOUNS, exported, taken

_LETTERS = "aЖәқ=+-@'\"; ,\n\r\t|\u200b\uff1d\U0001f4f0" + string.digits
_TEXT = st.text(alphabet=_LETTERS, min_size=1, max_size=12).filter(lambda one: bool(one.strip()))
_MAYBE = st.none() | _TEXT
_DATES = st.sampled_from(
    ["2013", "2013-07", "2013-07-10", "2012-10/2012-12", "201X", "2013-22", "2013~"]
)

_KINDS = st.sampled_from(
    [(one.value, None) for one in Category]
    + [(one.value, subtype) for one in Category for subtype in list(SUBTYPES[one])[:1]]
)


def _person(name: str, script: str) -> dict[str, Any]:
    return {"kind": "person", "person": {"name": name, "names": {"kk": script, "aa": name}}}


_TARGETS = st.one_of(
    st.builds(lambda text: {"kind": "group", "description": text, "count": 3}, _TEXT),
    st.builds(_person, _TEXT, _TEXT),
    st.builds(lambda text: {"kind": "outlet", "outlet": {"name": text, "country": "KZ"}}, _TEXT),
)

_INCIDENTS = st.fixed_dictionaries(
    {
        "title": _TEXT,
        "date": _DATES,
        "country": st.sampled_from(["KZ", "KG"]),
        "motive": st.sampled_from(list(Motive)),
        "admin1": _MAYBE,
        "place": _MAYBE,
        "narrative": st.dictionaries(st.sampled_from(["kk", "ru", "en", "b"]), _TEXT, max_size=3),
        "targets": st.lists(_TARGETS, min_size=1, max_size=2),
        "involvements": st.lists(
            st.builds(lambda text: {"crime_role": "executor", "description": text}, _TEXT),
            max_size=2,
        ),
        "sources": st.lists(
            st.builds(lambda title, url: {"title": title, "url": url}, _TEXT, _MAYBE),
            min_size=1,
            max_size=3,
        ),
        "external_ids": st.lists(_TEXT, max_size=2, unique=True),
        "kind": _KINDS,
        "spot": st.none() | st.tuples(st.floats(-89, 89), st.floats(-179, 179)),
        "status": st.sampled_from(
            [WorkflowStatus.PUBLISHED, WorkflowStatus.VERIFIED, WorkflowStatus.SUBMITTED]
        ),
        "fine": st.none() | st.decimals(0, 10**6, places=2),
    }
)


def _enter(sessions: Sessions, made: dict[str, Any]) -> None:
    fields = dict(made)
    category, subtype = fields.pop("kind")
    spot, status, fine = fields.pop("spot"), fields.pop("status"), fields.pop("fine")
    fields["categories"] = [{"category": category, "subtype": subtype}]
    fields["external_ids"] = [
        {"system": str(uuid.uuid4()), "id": one} for one in fields["external_ids"]
    ]
    if spot is not None:
        fields |= {"latitude": spot[0], "longitude": spot[1], "precision": "exact"}
    with sessions.writing() as session:
        row = incident(session, status=status, **fields)
        opened = case(session, row.id, title=fields["title"])
        money: dict[str, Any] = (
            {"fine_amount": fine, "fine_currency": "KZT"} if fine is not None else {}
        )
        slot: dict[str, Any] = (
            {"involvement_id": row.involvements[0].slot_id} if row.involvements else {}
        )
        fact(session, opened.id, "charged", detail=fields["place"], **slot)
        second = fact(session, opened.id, "convicted", "2025-08", verified=False, **money)
        if fine is not None:
            editor = viewer(session, Role.EDITOR, f"editor {uuid.uuid4()}")
            cases.retract_fact(session, editor, opened.id, second.id, reason="Wrong.", now=NOW)


@contextmanager
def _empty(template: Path) -> Iterator[Sessions]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "other.db"
        shutil.copy(template, path)
        engine = make_engine(f"sqlite:///{path}")
        yield Sessions(engine)
        engine.dispose()


@pytest.mark.parametrize("file_format", list(TableFormat))
def test_records_made_up_at_random_come_back(
    sessions: Sessions, sqlite_template: Path, file_format: TableFormat
) -> None:
    """Formulas, line breaks, scripts, withdrawn facts: what left comes back byte for byte."""

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(_INCIDENTS, min_size=1, max_size=2))
    def holds(made: list[dict[str, Any]]) -> None:
        for one in made:
            _enter(sessions, one)
        # The record grows from example to example, and is restored whole each time.
        before = {noun: exported(sessions, noun, file_format) for noun in NOUNS}
        with _empty(sqlite_template) as other:
            for noun in NOUNS:
                result = taken(other, before[noun])
                assert result.rejected == result.kept == ()
            assert {noun: exported(other, noun, file_format) for noun in NOUNS} == before

    holds()


def test_a_postgresql_record_comes_from_sqlite(sessions: Sessions, sqlite_template: Path) -> None:
    """The other way round: out of SQLite, into the database under test, out again."""
    with _empty(sqlite_template) as first:
        made = {
            "title": "=1", "date": "2013", "country": "KZ", "motive": Motive.CONFIRMED, "admin1": None,
            "place": "Ақтау", "narrative": {"ru": "б", "kk": "ә", "en": "\r\n"},
            "targets": [_person("Лукпан", "Лұқпан") | {"primary_role": PersonRole.JOURNALIST}],
            "involvements": [{"crime_role": "executor", "description": "a man"}],
            "sources": [{"title": "A", "url": None}], "external_ids": ["-1"],
            "kind": ("physical_attack", None), "spot": (43.2389491, -0.1),
            "status": WorkflowStatus.PUBLISHED, "fine": 100,
        }  # fmt: skip
        _enter(first, made)
        before = {noun: exported(first, noun, TableFormat.CSV) for noun in NOUNS}
    for noun in NOUNS:
        taken(sessions, before[noun])
    assert {noun: exported(sessions, noun, TableFormat.CSV) for noun in NOUNS} == before
