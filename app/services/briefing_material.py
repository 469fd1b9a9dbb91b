# SPDX-License-Identifier: Apache-2.0
"""What a briefing is made of: the records of one country that its readers may see, in two periods.

Incidents are read as the documents that everybody gets, whatever the viewer may see beyond them, so
that nothing restricted can reach a paper that is passed on. Never here: words (briefing_texts.py).
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.dates import DateSpan
from app.domain.record.person import Standing
from app.domain.record.statistics import Holds, Window
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Category, IncidentScope, Role, WorkflowStatus
from app.errors import FieldError, InvalidInput, NotAllowed
from app.services import case_views, recommendation_views, record, standings, statement_views
from app.services.statistics_answers import When
from app.storage.cases import CaseFilter
from app.storage.decisions import StatementFilter
from app.storage.incidents import VERIFIED, IncidentFilter
from app.storage.people import Person

_PAGE = 500


class Audience(StrEnum):
    """For whom a briefing is made."""

    PUBLIC = "public"
    PARTNER = "partner"
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One incident: its public document, when it happened, whether that lies in the period."""

    document: dict[str, Any]
    happened: DateSpan
    holds: Holds
    cases: tuple[dict[str, Any], ...] = ()
    moved: bool = False  # a step of its cases falls, or may fall, within the period

    @property
    def is_media(self) -> bool:
        """Whether it counts as an incident against the media."""
        return bool(self.document["scope"] == IncidentScope.MEDIA)

    @property
    def kinds(self) -> list[tuple[Category, str | None]]:
        """Its categories with their subtypes, the first one first."""
        return [
            (Category(one["category"]), one["subtype"] or None)
            for one in self.document["categories"]
        ]

    @property
    def is_published(self) -> bool:
        """Whether everybody may read it."""
        return bool(self.document["status"] == WorkflowStatus.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything of one briefing. `before` is the equally long period before."""

    country: str
    window: Window
    before: Window
    audience: Audience
    as_of: date
    incidents: tuple[Told, ...]
    earlier: tuple[Told, ...]
    before_it: tuple[Told, ...]
    patterns: tuple[dict[str, Any], ...]
    decisions: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]
    recommendations: tuple[dict[str, Any], ...]
    standings: dict[str, Standing]  # by person


def reader_for(viewer: Viewer, audience: Audience) -> Viewer:
    """Return as whom the record is read for an audience; never more than the viewer may see."""
    if audience is Audience.DESK:
        if not viewer.is_staff:
            raise NotAllowed("a briefing for the desk is made by the desk: ask for `public`")
        return viewer
    if audience is Audience.PARTNER:
        if not (viewer.is_staff or viewer.role is Role.PARTNER):
            raise NotAllowed("a briefing for partners needs a partner's key: ask for `public`")
        return Viewer(role=Role.PARTNER)
    return PUBLIC


def period_of(first: str, last: str, *, today: date) -> Window:
    """Read a period: days, months, seasons or years; the year to today where nothing is said."""
    ends = {"from": first, "to": last}
    spans = {name: _read(name, text) for name, text in ends.items() if text}
    end = spans["to"].latest if "to" in spans else today
    start = spans["from"].earliest if "from" in spans else end - timedelta(days=364)
    if start > end or start.year < 1900 or end.year > 9000:
        raise _refused("from", "The period ends before it starts, or starts before 1900.")
    return Window(start, end)


def _read(name: str, text: str) -> DateSpan:
    try:
        span = dates.parse(text)
    except InvalidInput:
        span = None
    if span is None or "/" in text:
        raise _refused(name, f"`{name}` is a day, a month or a year, such as 2012-01.")
    return span


def _refused(name: str, sentence: str) -> InvalidInput:
    error = FieldError(pointer=f"#query/{name}", code="range", message=sentence)
    return InvalidInput(sentence, errors=(error,))


def period_before(window: Window) -> Window:
    """Return the equally long period before: as many whole months, or else as many days."""
    last = window.first - timedelta(days=1)
    after = window.last + timedelta(days=1)
    if window.first.day == 1 and after.day == 1:
        months = (after.year - window.first.year) * 12 + after.month - window.first.month
        count = window.first.year * 12 + window.first.month - 1 - months
        return Window(date(count // 12, count % 12 + 1, 1), last)
    return Window(last - (window.last - window.first), last)


def load(
    session: Session,
    viewer: Viewer,
    *,
    country: str,
    window: Window,
    audience: Audience,
    now: datetime,
) -> Material:
    """Read what a briefing tells; `viewer` is who asks."""
    reader = reader_for(viewer, audience)
    before = period_before(window)
    cases = _cases(session, reader, country, now)
    found = [
        _told(document, window, cases.get(str(document["id"]), []))
        for document in _documents(session, reader, country, window, audience)
    ]
    wanted = StatementFilter(country=country)
    # Statements have one second person, who publishes them: before that nobody stands for them.
    return Material(
        country=country,
        window=window,
        before=before,
        audience=audience,
        as_of=now.date(),
        incidents=tuple(one for one in found if one.holds is not Holds.NO),
        earlier=tuple(one for one in found if one.holds is Holds.NO and one.moved),
        before_it=tuple(one for one in found if before.holds(one.happened) is not Holds.NO),
        patterns=tuple(
            one
            for one in _all(statement_views.list_pattern_views, session, wanted)
            if is_about(one["date"], one["source"], window)
        ),
        decisions={
            str(one["id"]): one
            for one in _all(statement_views.list_decision_views, session, wanted)
        },
        groups={
            str(one["id"]): one
            for one in statement_views.list_event_group_views(
                session, PUBLIC, country=country, limit=_PAGE
            )
        },
        recommendations=tuple(
            recommendation_views.recommendations_for(
                session, PUBLIC, country, (window.first, window.last), today=now.date()
            )
        ),
        standings=_standings(session, reader, found, now),
    )


def is_about(text: str | None, source: dict[str, Any] | None, window: Window) -> bool:
    """Whether a statement is about a period: by its date, or else by its source's."""
    said = text or (source or {}).get("published_on")
    return said is not None and window.holds(dates.parse(said)) is not Holds.NO


def _standings(
    session: Session, reader: Viewer, found: Iterable[Told], now: datetime
) -> dict[str, Standing]:
    """Return where the people are whom the public documents name."""
    ids = {
        uuid.UUID(str(target["person"]["id"]))
        for one in found
        for target in one.document["targets"]
        if target["person"] is not None
    }
    rows = session.scalars(sa.select(Person).where(Person.id.in_(ids))).all()
    placed = standings.standings_of(session, reader, rows, When(as_of=now.date()), now=now)
    return {str(one): place.standing for one, place in placed.items()}


def _all(listing: Any, session: Session, wanted: StatementFilter) -> list[dict[str, Any]]:  # noqa: ANN401
    found: list[dict[str, Any]] = []
    after: uuid.UUID | None = None
    while True:
        page = listing(session, PUBLIC, wanted, limit=_PAGE, after=after)
        found += page
        if len(page) < _PAGE:
            return found
        after = page[-1]["id"]


def _documents(
    session: Session, reader: Viewer, country: str, window: Window, audience: Audience
) -> Iterable[dict[str, Any]]:
    statuses = VERIFIED if audience is Audience.DESK else (WorkflowStatus.PUBLISHED,)
    wanted = IncidentFilter(countries=(country,), statuses=statuses, date_to=window.last)
    place = None
    while True:
        page = record.list_incidents(session, reader, wanted, limit=_PAGE, after=place)
        yield from page.decoded()
        place = page.place
        if place is None:
            return


def _cases(
    session: Session, reader: Viewer, country: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Return the cases of each incident, with the facts that a second person verified."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    after: uuid.UUID | None = None
    while True:
        page = case_views.list_case_views(
            session, reader, CaseFilter(incident_country=country), now=now, limit=_PAGE, after=after
        )
        for one in page:
            facts = [fact for fact in one["facts"] if _counts(fact, now.date())]
            for incident in one["incidents"]:
                if facts:
                    found[str(incident["id"])].append({**one, "facts": facts})
        if len(page) < _PAGE:
            return found
        after = page[-1]["id"]


def _counts(fact: dict[str, Any], as_of: date) -> bool:
    is_stood_for = fact["verified"] and fact.get("retracted_at") is None
    return bool(is_stood_for and dates.parse(fact["date"]["text"]).counts_from <= as_of)


def _told(document: dict[str, Any], window: Window, cases: list[dict[str, Any]]) -> Told:
    happened = dates.parse(document["date"]["text"])
    spans = [dates.parse(fact["date"]["text"]) for case in cases for fact in case["facts"]]
    return Told(
        document=document,
        happened=happened,
        holds=window.holds(happened),
        cases=tuple(cases),
        moved=any(window.holds(span) is not Holds.NO for span in spans),
    )
