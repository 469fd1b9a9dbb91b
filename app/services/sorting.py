# SPDX-License-Identifier: Apache-2.0
"""Reports of one reading sorted by what they are the same as: attached, followed, free, or a question.

Where there is any question a report waits for a person. Never here: how one is attached (attaching.py).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.matching import Decision
from app.domain.visibility import Viewer
from app.services.attaching import attach_by_rule
from app.services.matching import Candidate
from app.storage.matching import INCIDENT
from app.storage.reports import Report


@dataclass(slots=True, kw_only=True)
class Taken:
    """What became of reports that came in: those `free` may make records of their own.

    Those in `follow` are the same as another of the same reading, and are attached once it is a record.
    """

    free: set[uuid.UUID] = field(default_factory=set)
    follow: dict[uuid.UUID, Candidate] = field(default_factory=dict)
    attached: set[uuid.UUID] = field(default_factory=set)


def take_in(
    session: Session,
    found: Mapping[uuid.UUID, list[Candidate]],
    *,
    now: datetime,
    viewer: Viewer | None,
) -> Taken:
    """Attach what is the same as one incident that is still open; sort the rest, in the given order."""
    taken = Taken()
    order = {report_id: place for place, report_id in enumerate(found)}
    for report_id, candidates in found.items():
        sure = [one for one in candidates if one.match.decision is Decision.SAME]
        if len(sure) < len(candidates):
            continue
        incidents = [one for one in sure if one.kind == INCIDENT]
        if len(incidents) == 1:
            if attach_by_rule(session, report_id, incidents[0], now=now, viewer=viewer):
                taken.attached.add(report_id)
        elif not incidents:
            _sort(taken, report_id, sure, order)
    return taken


def _sort(
    taken: Taken,
    report_id: uuid.UUID,
    sure: list[Candidate],
    order: Mapping[uuid.UUID, int],
) -> None:
    """Let a report stand for itself, or follow the first of its reading that says the same."""
    for one in sure:
        if one.id in taken.free:
            taken.follow[report_id] = one
            return
        if one.id in taken.follow:
            first = taken.follow[one.id]
            taken.follow[report_id] = Candidate(kind=first.kind, id=first.id, match=one.match)
            return
    if all(order.get(one.id, -1) > order[report_id] for one in sure):
        taken.free.add(report_id)


def attach_followers(
    session: Session, taken: Taken, *, now: datetime, viewer: Viewer | None
) -> None:
    """Attach what waited for another report of its reading to become a record."""
    for report_id, leader in taken.follow.items():
        incident_id = session.scalar(sa.select(Report.incident_id).where(Report.id == leader.id))
        if incident_id is not None:
            one = Candidate(kind=INCIDENT, id=incident_id, match=leader.match, via=leader.id)
            attach_by_rule(session, report_id, one, now=now, viewer=viewer)
