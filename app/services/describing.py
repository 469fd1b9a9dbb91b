# SPDX-License-Identifier: Apache-2.0
"""What matching looks at, of a report and of an incident.

Of a report only what its source says: suggestions are a machine's guesses and are not used. Never here:
comparing, or what follows from it (matching.py).
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from rapidfuzz import fuzz
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.record import dates
from app.domain.record.dataset import name_key
from app.domain.record.matching import LIKE_TEXT, SAME_TEXT, Described
from app.domain.record.matching_keys import canonical_url
from app.domain.record.names import REMOVED
from app.domain.record.particulars import Particulars
from app.domain.record.report import Account, Reading
from app.domain.record.signatures import signature, words
from app.domain.record.spellings import spelling_key
from app.domain.vocabulary import ReportStatus, TargetKind, WorkflowStatus
from app.errors import InvalidInput
from app.storage.incidents import Incident
from app.storage.parts import Target
from app.storage.reports import Report

BEFORE_PUBLICATION = 3
"""Days before its publication within which an account without a date is taken to speak of."""

ENOUGH_WORDS = 15
"""A text of fewer words is never the same text: headlines are alike by chance."""

OUT = frozenset(
    {
        WorkflowStatus.MERGED,
        WorkflowStatus.DUPLICATE,
        WorkflowStatus.REJECTED,
        WorkflowStatus.RETRACTED,
    }
)
"""Incidents that nothing is matched with: another stands for them, or none should."""

_NOBODY = frozenset(
    {"unidentified", "unknown", "anonymous", "unnamed", "name withheld", name_key(REMOVED)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A report or incident as far as matching looks; `texts` are words by language, None where unsaid.

    Without `is_dated` its days are only those before its publication.
    """

    described: Described
    is_dated: bool = True
    texts: Mapping[str | None, tuple[str, ...]] = field(default_factory=dict)
    incident_id: uuid.UUID | None = None


_COLUMNS = (
    Report.id,
    Report.title,
    Report.summary,
    Report.url,
    Report.language,
    Report.country,
    Report.date_text,
    Report.published_at,
    Report.particulars,
    Report.incident_id,
)

_NAMES = tuple(one.key for one in _COLUMNS)


def of_account(
    *,
    title: str,
    summary: str | None,
    url: str | None,
    language: str | None,
    country: str | None,
    date_text: str | None,
    published_at: datetime | None,
    particulars: Particulars,
    incident_id: uuid.UUID | None = None,
) -> Subject:
    """Describe what a source says."""
    span = _span(date_text)
    told = words(f"{title} {summary or ''}")
    people = [one for one in particulars.targets if one.kind is TargetKind.PERSON]
    named = [one.name for one in people if one.name and name_key(one.name) not in _NOBODY]
    outlets = [one.name for one in particulars.targets if one.kind is TargetKind.OUTLET]
    place = particulars.place or particulars.admin1
    earliest, latest = span or _before(published_at)
    described = Described(
        country=country,
        earliest=earliest,
        latest=latest,
        places=_keys([place]),
        people=_keys(named),
        spellings=_spellings(named),
        outlets=_keys([*outlets, *(one.outlet for one in particulars.targets)]),
        urls=_addresses([url]),
        kinds=frozenset(category for category, _ in particulars.kinds),
        has_unnamed=not (named or outlets) or any(not one.name for one in particulars.targets),
        signature=signature(told),
    )
    return Subject(
        described=described,
        is_dated=span is not None,
        texts={language: tuple(told)},
        incident_id=incident_id,
    )


def of_reading(reading: Reading) -> Subject:
    """Describe an account that has just been read."""
    return of_account(
        title=reading.title,
        summary=reading.summary,
        url=reading.url,
        language=reading.language,
        country=reading.country,
        date_text=reading.date_text,
        published_at=reading.published_at,
        particulars=reading.particulars,
    )


class Readings(Mapping[uuid.UUID, Subject]):
    """Accounts that have just been read, each described when it is asked for: a file may be long."""

    def __init__(self, accounts: Mapping[uuid.UUID, Account]) -> None:
        self._accounts = accounts

    def __getitem__(self, report_id: uuid.UUID) -> Subject:
        return of_reading(self._accounts[report_id].reading)

    def __iter__(self) -> Iterator[uuid.UUID]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)


def reports(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """Describe reports on record that were not set aside."""
    found: dict[uuid.UUID, Subject] = {}
    for some in _parts(ids):
        query = sa.select(*_COLUMNS).where(
            Report.id.in_(some), Report.status != ReportStatus.REJECTED
        )
        for row in session.execute(query):
            fields: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
            report_id = fields.pop("id")
            said = msgspec.convert(fields.pop("particulars") or {}, Particulars)
            found[report_id] = of_account(**fields, particulars=said)
    return found


_NEEDED = (
    selectinload(Incident.categories),
    selectinload(Incident.targets).options(
        joinedload(Target.person), joinedload(Target.outlet), joinedload(Target.employer)
    ),
    selectinload(Incident.citations),
    selectinload(Incident.external_ids),
)


def incidents(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """Describe incidents, but for those that another stands for or none should."""
    found: dict[uuid.UUID, Subject] = {}
    for some in _parts(ids):
        query = sa.select(Incident).where(Incident.id.in_(some), Incident.status.not_in(OUT))
        for row in session.scalars(query.options(*_NEEDED)):
            found[row.id] = of_incident(row)
    return found


def of_incident(row: Incident) -> Subject:
    """Describe an incident whose parts are loaded."""
    people = [one.person for one in row.targets if one.person is not None]
    named = [
        name
        for one in people
        if one.erased_at is None
        for name in (one.name, *map(str, one.names.values()))
    ]
    outlets = [place for one in row.targets for place in (one.outlet, one.employer) if place]
    texts = {language: words(f"{row.title} {text}") for language, text in row.narrative.items()}
    longest = max(texts.values(), key=len, default=words(row.title))
    described = Described(
        country=row.country,
        earliest=row.date_earliest if row.date_earliest != date.min else None,
        latest=row.date_latest if row.date_latest != date.max else None,
        places=_keys([row.place or row.admin1]),
        people=_keys(named),
        spellings=_spellings(named),
        outlets=_keys([one.name for one in outlets]),
        urls=_addresses([one.url for one in row.citations]),
        external_ids=frozenset((one.system, one.value) for one in row.external_ids),
        kinds=frozenset(one.category for one in row.categories),
        has_unnamed=any(one.person_id is None and one.outlet_id is None for one in row.targets),
        signature=signature(longest),
    )
    told: dict[str | None, tuple[str, ...]] = {
        language: tuple(text) for language, text in texts.items()
    }
    return Subject(described=described, texts=told or {None: tuple(longest)}, incident_id=row.id)


def without_days(one: Described) -> Described:
    """Return an account as one that names no day."""
    return replace(one, earliest=None, latest=None)


def likeness(a: Subject, b: Subject) -> float:
    """Return how alike two texts of one language are, 0 to 1: how many words they share.

    Short texts, and one that is only a part of the other, are never as much as the same text.
    """
    return max(
        (
            _alike(one, other)
            for language, one in a.texts.items()
            for told, other in b.texts.items()
            if language == told or language is None or told is None
        ),
        default=0.0,
    )


def _alike(a: Sequence[str], b: Sequence[str]) -> float:
    fewer = min(len(a), len(b))
    if not fewer:
        return 0.0
    one, other = " ".join(a), " ".join(b)
    found = fuzz.token_set_ratio(one, other, score_cutoff=LIKE_TEXT * 100) / 100
    if found < SAME_TEXT:
        return found
    # What holds another text and adds to it is alike; a copy has nearly the same words throughout.
    is_copy = fewer >= ENOUGH_WORDS and fuzz.token_sort_ratio(one, other) >= SAME_TEXT * 100
    return found if is_copy else min(found, SAME_TEXT - 0.01)


def _span(text: str | None) -> tuple[date | None, date | None] | None:
    if text is None:
        return None
    try:
        span = dates.parse(text)
    except InvalidInput:
        return None
    return (
        span.earliest if span.earliest != date.min else None,
        span.latest if span.latest != date.max else None,
    )


def _before(published_at: datetime | None) -> tuple[date | None, date | None]:
    if published_at is None:
        return None, None
    day = published_at.date()
    return day - timedelta(days=BEFORE_PUBLICATION), day


def _keys(names: Iterable[str | None]) -> frozenset[str]:
    return frozenset(key for one in names if one and (key := name_key(one)))


def _spellings(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for one in names if (key := spelling_key(one)))


def _addresses(urls: Iterable[str | None]) -> frozenset[str]:
    return frozenset(page for one in urls if (page := canonical_url(one)))


def _parts(ids: Collection[uuid.UUID], size: int = 400) -> Iterable[list[uuid.UUID]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
