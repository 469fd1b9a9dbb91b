# SPDX-License-Identifier: Apache-2.0
"""Reports of sources, with keyword defaults, taken in as a reading is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.particulars import Particulars, SaidTarget
from app.domain.record.report import Account, Extent, Found, Reading, raw_item
from app.domain.vocabulary import Category, SourceKind, TargetKind, Trust
from app.services import ingestion
from app.services.ingestion import IngestResult
from app.services.sources import NewSource
from app.storage.database import Sessions
from app.storage.reports import Report
from tests.make import NOW

TEXT = (
    "Two reporters of a regional newspaper were stopped by police near the square on Sunday evening "
    "while they filmed the rally, held for three hours at a station and let go without a charge."
)


def account(
    key: str,
    *,
    title: str = "",
    people: Sequence[str] = (),
    outlets: Sequence[str] = (),
    kinds: Sequence[Category] = (Category.PHYSICAL_ATTACK,),
    place: str | None = None,
    date: str | None = "2026-02-01",
    country: str | None = "KZ",
    **fields: Any,
) -> Account:
    """What a source says of one act."""
    targets = [SaidTarget(kind=TargetKind.PERSON, name=one) for one in people]
    targets += [SaidTarget(kind=TargetKind.OUTLET, name=one) for one in outlets]
    reading = Reading(
        title=title or f"Report {key}",
        date_text=date,
        country=country,
        particulars=Particulars(
            targets=tuple(targets), kinds=tuple((one, None) for one in kinds), place=place
        ),
        **fields,
    )
    return Account(raw=raw_item(key, repr(reading)), reading=reading, line=1)


def take(
    sessions: Sessions,
    *accounts: Account,
    source: str = "Press watch",
    trust: Trust = Trust.LEAD,
    now: datetime = NOW,
) -> IngestResult:
    """Take accounts in from a source of this name, as a part of what it has."""
    mapping = {"title": "Headline"}
    described = NewSource(name=source, kind=SourceKind.CSV, trust=trust, mapping=mapping)
    found = Found(accounts=accounts, rejected=(), extent=Extent.PARTIAL)
    with sessions.writing() as session:
        return ingestion.import_file(session, described, found, now=now)


def only(session: Session, key: str) -> Report:
    """Return the one report of this key."""
    return session.scalars(sa.select(Report).where(Report.external_id == key)).one()
