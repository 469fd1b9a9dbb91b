# SPDX-License-Identifier: Apache-2.0
"""Reports taken in from a file, rows a second; and what matching one costs as the record grows.

The record is made up: 100 countries, 30 years, a name for every four incidents, texts of 40 words. The
database is SQLite, as after `make run`. What a model suggests of a row (workers.understanding) is not in it.
"""

import csv
import io
import os
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.intake.item import Given
from app.domain.record.matching_keys import keys_of
from app.domain.record.particulars import Particulars, SaidTarget
from app.domain.record.report import Found
from app.domain.vocabulary import Category, SourceKind, TargetKind, Trust, WorkflowStatus
from app.services import describing, ingestion, matching
from app.services.sources import NewSource
from app.storage import matching as kept
from app.storage import migrations
from app.storage.database import Sessions, make_engine
from app.storage.incidents import Incident
from app.storage.parts import IncidentCategory, Target
from app.storage.people import Person
from bench.clock import machine, resident_mib
from bench.table import Row, Table
from workers.sources.readers import READERS

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST_DAY, _DAYS = date(1996, 1, 1), 30 * 365
_COUNTRIES = [f"{first}{second}" for first in "ABCDEFGHIJ" for second in "KLMNOPQRST"]
_WORDS = [f"word{number}" for number in range(5000)]
_ROWS = {"quick": 10_000, "full": 100_000}
_SIZES = {"quick": (10_000, 100_000), "full": (10_000, 100_000, 1_000_000)}
_ASKED, _ROUNDS, _AT_ONCE = 500, 5, 5_000
_MAPPING = {
    "external_id": "id",
    "title": "title",
    "summary": "text",
    "date": "day",
    "country": "country",
    "person": "person",
    "url": "url",
    "category": "kind",
    "category.attack": "=physical_attack",
}


def tables(scale: str) -> list[Table]:
    """Take a file in, then match against records of growing size."""
    taken, memory = _import(_ROWS[scale])
    sizes = _SIZES[scale]
    matched = {f"{size:,} incidents": _match(size) for size in sizes}
    first = next(iter(matched))
    return [
        Table(
            title=f"A file of {_ROWS[scale]:,} rows: parse, check, match, store",
            unit="rows a second",
            better="more",
            rows=tuple(Row(name=name, figures=(figure,)) for name, figure in taken.items()),
            notes=(f"{machine()}; SQLite, one process.", memory),
        ),
        Table(
            title="Matching one report, by the size of the record",
            unit="ms a report",
            better="less",
            peer=first,
            rows=tuple(Row(name=name, figures=tuple(some)) for name, some in matched.items()),
            notes=(
                f"{_ROUNDS} rounds of {_ASKED} reports, of the record's countries, years and names.",
            ),
        ),
    ]


@contextmanager
def _fresh() -> Iterator[Sessions]:
    with tempfile.TemporaryDirectory(prefix="qalam-bench-") as name:
        engine = make_engine(f"sqlite:///{Path(name) / 'qalam.db'}")
        migrations.upgrade(engine)
        try:
            yield Sessions(engine)
        finally:
            engine.dispose()


def _account(random_: random.Random, number: int) -> dict[str, str]:
    day = _FIRST_DAY + timedelta(days=random_.randrange(_DAYS))
    return {
        "id": str(number),
        "title": " ".join(random_.choices(_WORDS, k=8)),
        "text": " ".join(random_.choices(_WORDS, k=40)),
        "day": day.isoformat(),
        "country": "KZ" if number % 50 == 0 else random_.choice(("US", "RU", "MX", "UA", "TR")),
        "person": f"Name{random_.randrange(1_000_000)} Family{random_.randrange(1_000_000)}",
        "url": f"https://paper.example/{number}",
        "kind": "attack",
    }


def _file(rows: int) -> bytes:
    random_, told = random.Random(1), io.StringIO()
    writer = csv.DictWriter(told, fieldnames=list(_account(random_, 0)))
    writer.writeheader()
    writer.writerows(_account(random_, number) for number in range(rows))
    return told.getvalue().encode()


def _import(rows: int) -> tuple[dict[str, float], str]:
    body = _file(rows)
    described = NewSource(name="bench", kind=SourceKind.CSV, mapping=_MAPPING, trust=Trust.LEAD)
    with _fresh() as sessions:
        began = time.perf_counter()
        found = READERS[SourceKind.CSV](body, Given(now=_AT, mapping=_MAPPING))
        read = time.perf_counter()
        before = resident_mib(os.getpid())
        _check(found, rows)
        with sessions.writing() as session:
            result = ingestion.import_file(session, described, found, now=_AT)
        ended = time.perf_counter()
        with sessions.writing() as session:
            again = ingestion.import_file(session, described, found, now=_AT)
        repeated = time.perf_counter()
    if (result.new, again.new, again.unchanged) != (rows, 0, rows):
        raise RuntimeError(f"Of {rows} rows {result.new} are new, then {again.new}.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    memory = f"{before:.0f} MiB with the file read, {peak:.0f} MiB at the most."
    return {
        "the file to rows": rows / (read - began),
        "rows to the record": rows / (ended - read),
        "all of it": rows / (ended - began),
        "the same file again": rows / (repeated - ended),
    }, memory


def _check(found: Found, rows: int) -> None:
    if len(found.accounts) != rows or found.rejected:
        refused = found.rejected[0].reason if found.rejected else "no row was refused"
        raise RuntimeError(f"{len(found.accounts)} of {rows} rows were read; {refused}.")


def _match(size: int) -> list[float]:
    """Milliseconds a report, a figure for each round, with so many incidents on record."""
    with _fresh() as sessions:
        for start in range(0, size, _AT_ONCE):
            with sessions.writing() as session:
                _put(session, random.Random(start), min(_AT_ONCE, size - start), size)
        figures = []
        for turn in range(_ROUNDS):
            subjects = _asked(random.Random(1000 + turn), size)
            with sessions.writing() as session:
                began = time.perf_counter()
                matching.match_reports(session, subjects, now=_AT, are_new=True)
                figures.append((time.perf_counter() - began) * 1000 / _ASKED)
                session.rollback()
        return figures


def _incident(random_: random.Random, size: int) -> dict[str, Any]:
    day = _FIRST_DAY + timedelta(days=random_.randrange(_DAYS))
    person = random_.randrange(max(1, size // 4))
    return {
        "day": day,
        "country": random_.choice(_COUNTRIES),
        "title": " ".join(random_.choices(_WORDS, k=8)),
        "text": " ".join(random_.choices(_WORDS, k=40)),
        "person": f"Name{person} Family{person * 7}",
    }


def _put(session: Session, random_: random.Random, number: int, size: int) -> None:
    """Put incidents on record as their tables hold them, with their keys."""
    rows, people, targets, kinds = [], [], [], []
    keys: dict[uuid.UUID, tuple[str, ...]] = {}
    for _ in range(number):
        said, incident_id, person_id = _incident(random_, size), _id(random_), _id(random_)
        rows.append(_row(incident_id, said))
        people.append({"id": person_id, "name": said["person"], **_TIMES})
        targets.append(
            {
                "id": _id(random_),
                "incident_id": incident_id,
                "kind": TargetKind.PERSON,
                "person_id": person_id,
            }
        )
        kinds.append({"incident_id": incident_id, "category": Category.PHYSICAL_ATTACK})
        keys[incident_id] = keys_of(_described(said).described)
    for table, some in (
        (Person, people),
        (Incident, rows),
        (Target, targets),
        (IncidentCategory, kinds),
    ):
        session.execute(sa.insert(table), some)
    kept.add_keys(session, kept.INCIDENT, keys)


_TIMES = {"created_at": _AT, "updated_at": _AT}


def _row(incident_id: uuid.UUID, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": incident_id,
        "title": said["title"],
        "narrative": {"en": said["text"]},
        "date_text": said["day"].isoformat(),
        "date_earliest": said["day"],
        "date_latest": said["day"],
        "country": said["country"],
        "status": WorkflowStatus.SUBMITTED,
        "document": {},
        **_TIMES,
    }


def _described(said: dict[str, Any]) -> describing.Subject:
    return describing.of_account(
        title=said["title"],
        summary=said["text"],
        url=None,
        language="en",
        country=said["country"],
        date_text=said["day"].isoformat(),
        published_at=None,
        particulars=Particulars(
            targets=(SaidTarget(kind=TargetKind.PERSON, name=said["person"]),),
            kinds=((Category.PHYSICAL_ATTACK, None),),
        ),
    )


def _asked(random_: random.Random, size: int) -> dict[uuid.UUID, describing.Subject]:
    return {_id(random_): _described(_incident(random_, size)) for _ in range(_ASKED)}


def _id(random_: random.Random) -> uuid.UUID:
    return uuid.UUID(int=random_.getrandbits(128), version=4)
