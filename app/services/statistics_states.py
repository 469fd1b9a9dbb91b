# SPDX-License-Identifier: Apache-2.0
"""What States answered, as statistics read it: published replies, by any day and any knowledge.

Only what a second person made public counts, for everybody alike. A past time of knowledge reads
every reply from its revisions, so that its answer does not change.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.state_answers import (
    Answer as Said,
)
from app.domain.record.state_answers import (
    Claim,
    Question,
    ResponseYear,
    latest_answers,
    response_years,
)
from app.domain.record.statistics import Counted, Holds
from app.domain.record.statistics_rates import is_counted_killing, killed_in, percent
from app.domain.visibility import Viewer
from app.domain.vocabulary import Category, JudicialStatus
from app.services.justice_drafts import ClaimDraft
from app.services.statistics_answers import BASE, Answer, When, behind, in_order, stamp
from app.services.statistics_levels import Asked
from app.services.statistics_rows import counted
from app.storage import ledger
from app.storage.replies import StateReply, published_replies


def questions(session: Session, when: When) -> list[Question]:
    """Return what States were asked and answered, as it was on record."""
    rows = published_replies(session)
    if when.known_at is None:
        return [_today(row) for row in rows]
    known = when.known_at
    then = [row for row in rows if row.published_at is not None and row.published_at <= known]
    fields = _at_a_time(session, known)
    return [_then(row, fields[str(row.id)]) for row in then if str(row.id) in fields]


def answers(session: Session, when: When) -> dict[str, Said]:
    """Return the latest answer of a State about each incident, by incident id."""
    return latest_answers(questions(session, when), as_of=when.as_of)


def rate_rows(
    session: Session,
    viewer: Viewer,
    *,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> Answer:
    """Return every killing that UNESCO's rate counts, with what the State says of it."""
    said = answers(session, when)
    found = [
        behind(
            one,
            in_period=Holds.YES,
            killed=killed_in(one),
            **_said(said.get(one.id)),
        )
        for one in killings(session, viewer, countries=countries, when=when, now=now)
    ]
    return Answer(rows=in_order(found), meta={**stamp(when), "n": len(found)})


def response_rate(
    session: Session,
    viewer: Viewer,
    *,
    asked_by: str | None,
    when: When,
    now: datetime,
) -> Answer:
    """Return, for each year of asking, how many States were asked about killings and how many answered."""
    found = _response_years(session, viewer, asked_by=asked_by, when=when, now=now)
    rows = [
        {
            "year": one.year,
            "asked": len(one.asked),
            "answered": len(one.answered),
            "rate_percent": percent(len(one.answered), len(one.asked)),
            "countries_asked": list(one.asked),
            "countries_answered": list(one.answered),
            "rows": _response_link(one.year, asked_by, when),
        }
        for one in found
    ]
    meta = {
        **stamp(when),
        "asked_by": asked_by,
        "n": sum(len(one.questions) for one in found),
        "note": "Questions to States about killings; published values differ by source and edition.",
    }
    return Answer(rows=rows, meta=meta)


def response_rows(
    session: Session,
    viewer: Viewer,
    *,
    year: int | None,
    asked_by: str | None,
    when: When,
    now: datetime,
) -> Answer:
    """Return every question behind the response rate, of one year where one is asked for."""
    kept = {
        question: one.year
        for one in _response_years(session, viewer, asked_by=asked_by, when=when, now=now)
        for question in one.questions
        if year is None or one.year == year
    }
    rows = [
        {
            "reply": one.id,
            "url": f"/api/v1/replies/{one.id}",
            "country": one.country,
            "year": kept[one.id],
            "asked_by": one.asked_by,
            "asked_on": one.asked.text,
            "answered": one.answered_by(when.as_of),
            "replied_on": one.replied.text if one.replied and one.answered_by(when.as_of) else None,
        }
        for one in questions(session, when)
        if one.id in kept
    ]
    rows.sort(key=lambda row: (row["year"] or 0, row["country"], row["asked_on"], row["reply"]))
    return Answer(rows=rows, meta={**stamp(when), "n": len(rows)})


def killings(
    session: Session,
    viewer: Viewer,
    *,
    countries: tuple[str, ...],
    when: When,
    now: datetime,
) -> list[Counted]:
    """Return the killings since 2006 that UNESCO's rate looks at, as far as this viewer sees them."""
    asked = Asked(
        as_of=when.as_of, known_at=when.known_at, countries=countries, category=Category.KILLING
    )
    found = counted(session, viewer, asked, now=now)
    return [one for one in found if is_counted_killing(one, when.as_of)]


def _response_years(
    session: Session, viewer: Viewer, *, asked_by: str | None, when: When, now: datetime
) -> list[ResponseYear]:
    ids = {one.id for one in killings(session, viewer, countries=(), when=when, now=now)}
    of_asker = [
        one for one in questions(session, when) if asked_by is None or one.asked_by == asked_by
    ]
    return response_years(of_asker, ids, as_of=when.as_of)


def _said(said: Said | None) -> dict[str, Any]:
    status = said.status if said else JudicialStatus.NO_INFORMATION
    return {
        "judicial_status": status.value,
        "resolution": said.resolution.value if said and said.resolution else None,
        "reply": said.question_id if said else None,
        "replied_on": said.said.text if said and said.said else None,
    }


def _response_link(year: int | None, asked_by: str | None, when: When) -> str:
    link = {"year": str(year)} if year else {}
    link |= {"asked_by": asked_by} if asked_by else {}
    return f"{BASE}/response-rate/rows?{urlencode({**link, **when.parameters()})}"


def _today(row: StateReply) -> Question:
    assert row.published_at is not None
    return Question(
        id=str(row.id),
        country=row.country,
        asked=dates.parse(row.asked_on),
        replied=dates.parse(row.replied_on) if row.replied_on else None,
        known_at=row.published_at,
        asked_by=row.asked_by,
        claims=tuple(
            Claim(
                incident_id=str(one.incident_id),
                status=one.judicial_status,
                resolution=one.resolution,
            )
            for one in row.claims
        ),
    )


def _at_a_time(session: Session, known_at: datetime) -> dict[str, dict[str, Any]]:
    published = sa.select(StateReply.id).where(StateReply.is_published)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in ledger.revisions_until(session, "reply", published, known_at):
        if one.action in ("create", "edit"):
            for name, change in one.changes.items():
                found[str(one.object_id)][name] = change["new"]
    return found


def _then(row: StateReply, fields: Mapping[str, Any]) -> Question:
    assert row.published_at is not None
    claims: Sequence[ClaimDraft] = msgspec.convert(fields["claims"], list[ClaimDraft])
    return Question(
        id=str(row.id),
        country=fields["country"],
        asked=dates.parse(fields["asked_on"]),
        replied=dates.parse(fields["replied_on"]) if fields["replied_on"] else None,
        known_at=row.published_at,
        asked_by=fields["asked_by"],
        claims=tuple(
            Claim(
                incident_id=str(one.incident_id),
                status=one.judicial_status,
                resolution=one.resolution,
            )
            for one in claims
        ),
    )
