# SPDX-License-Identifier: Apache-2.0
"""What States say of killings, read as UNESCO reads it: the latest answer, and how many answered.

UNESCO: `no_information` means that a State has never given any, in this or an earlier year; so a
silence after an answer does not take the answer back. A State's claim is never checked here, and our
own facts are never looked at. Source: UNESCO Director-General's reports on the safety of journalists.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.record.dates import DateSpan
from app.domain.vocabulary import JudicialStatus, ResolutionClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one reply says of one incident; without a status it only concerns it."""

    incident_id: str
    status: JudicialStatus | None = None
    resolution: ResolutionClaim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to a State; `replied` is None where no answer came."""

    id: str
    country: str
    asked: DateSpan
    replied: DateSpan | None
    known_at: datetime
    asked_by: str | None = None
    claims: tuple[Claim, ...] = ()

    def answered_by(self, day: date) -> bool:
        """Whether the answer had come by a day."""
        return self.replied is not None and self.replied.counts_from <= day


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a State says of one killing, and in which reply."""

    status: JudicialStatus
    resolution: ResolutionClaim | None
    question_id: str
    said: DateSpan | None


def latest_answers(questions: Iterable[Question], *, as_of: date) -> dict[str, Answer]:
    """Return what States had said of each incident by a day; those nobody asked about are absent."""
    found: dict[str, Answer] = {}
    for one in sorted(questions, key=_order):
        if one.asked.counts_from > as_of:
            continue
        answered = one.answered_by(as_of)
        for claim in one.claims:
            status = claim.status if answered else JudicialStatus.NO_INFORMATION
            before = found.get(claim.incident_id)
            if status is None or (status is JudicialStatus.NO_INFORMATION and before is not None):
                continue
            found[claim.incident_id] = Answer(
                status=status,
                resolution=claim.resolution if answered else None,
                question_id=one.id,
                said=one.replied if answered else None,
            )
    return found


def _order(one: Question) -> tuple[date, date, datetime, str]:
    said = one.replied or one.asked
    return (said.latest, said.earliest, one.known_at, one.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseYear:
    """Which States were asked in a year about killings, and which of them answered.

    `year` is None for questions whose date does not tell the year.
    """

    year: int | None
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    questions: tuple[str, ...]


def response_years(
    questions: Iterable[Question], killings: Collection[str], *, as_of: date
) -> list[ResponseYear]:
    """Return, for each year of asking, the States asked about these killings and those that answered.

    A State counts once in a year however often it was asked, and as answering when it answered at
    least one question of that year by the day.
    """
    years: dict[int | None, list[Question]] = {}
    for one in questions:
        is_about = any(claim.incident_id in killings for claim in one.claims)
        if is_about and one.asked.counts_from <= as_of:
            years.setdefault(_year(one.asked), []).append(one)
    return [
        ResponseYear(
            year=year,
            asked=tuple(sorted({one.country for one in found})),
            answered=tuple(sorted({one.country for one in found if one.answered_by(as_of)})),
            questions=tuple(sorted(one.id for one in found)),
        )
        for year, found in sorted(years.items(), key=lambda item: item[0] or 0)
    ]


def _year(asked: DateSpan) -> int | None:
    return asked.earliest.year if asked.earliest.year == asked.latest.year else None
