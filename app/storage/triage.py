# SPDX-License-Identifier: Apache-2.0
"""The queue of reports that need a person: nobody decided yet, or the source spoke again since.

Rows of a trusted dataset are kept up to date by the import itself: a change of one needs nobody.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from app.domain.vocabulary import ReportStatus, Trust
from app.storage.access import ApiKey
from app.storage.reports import Report, Source


class Need(StrEnum):
    """What a report needs a person for."""

    DECISION = "decision"
    LOOK_AGAIN = "look_again"


Place = tuple[datetime, uuid.UUID]
"""Where a report stands in the queue: when it was first seen, and its id."""


def _after(spoke_at: InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
    """Return whether a source spoke after a person last decided or looked."""
    looked = sa.or_(Report.looked_at.is_(None), spoke_at > Report.looked_at)
    return sa.and_(spoke_at > Report.decided_at, looked)


_IS_NEW = Report.status == ReportStatus.NEW
_SPOKE_AGAIN = sa.and_(
    Report.status != ReportStatus.NEW,
    sa.or_(_after(Report.changed_at), _after(Report.vanished_at)),
    Report.source_id.not_in(sa.select(Source.id).where(Source.trust == Trust.DATASET)),
)
_WHICH = {Need.DECISION: _IS_NEW, Need.LOOK_AGAIN: _SPOKE_AGAIN}
_order = sa.tuple_(Report.first_seen_at, Report.id)


def in_queue(need: Need | None) -> sa.ColumnElement[bool]:
    """Return the condition of needing a person, for one thing or for any."""
    return _WHICH[need] if need is not None else sa.or_(_IS_NEW, _SPOKE_AGAIN)


def count_queue(session: Session, *, source_id: uuid.UUID | None = None) -> dict[Need, int]:
    """Return how many reports need a person, by what for."""
    of_source = Report.source_id == source_id if source_id is not None else sa.true()
    return {
        need: session.scalar(sa.select(sa.func.count()).where(which, of_source)) or 0
        for need, which in _WHICH.items()
    }


def list_queue(
    session: Session,
    *,
    need: Need | None,
    source_id: uuid.UUID | None,
    limit: int,
    after: Place | None,
) -> Sequence[Report]:
    """Return reports with their sources, those that have waited longest first."""
    query = sa.select(Report).options(joinedload(Report.source)).where(in_queue(need))
    if source_id is not None:
        query = query.where(Report.source_id == source_id)
    if after is not None:
        query = query.where(_order > after)
    return session.scalars(query.order_by(Report.first_seen_at, Report.id).limit(limit)).all()


def find_beside(
    session: Session,
    place: Place,
    *,
    forward: bool,
    need: Need | None,
    source_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Return the report that follows a place in the queue, or the one before it."""
    query = sa.select(Report.id).where(in_queue(need))
    if source_id is not None:
        query = query.where(Report.source_id == source_id)
    if forward:
        query = query.where(_order > place).order_by(Report.first_seen_at, Report.id)
    else:
        query = query.where(_order < place)
        query = query.order_by(Report.first_seen_at.desc(), Report.id.desc())
    return session.scalar(query.limit(1))


def find_key_name(session: Session, key_id: uuid.UUID | None) -> str | None:
    """Return what a key is called, be it revoked or not."""
    if key_id is None:
        return None
    return session.scalar(sa.select(ApiKey.name).where(ApiKey.id == key_id))
