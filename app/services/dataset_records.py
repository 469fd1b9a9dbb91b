# SPDX-License-Identifier: Apache-2.0
"""Verified records of a dataset: made at once with their sources, and what it says of impunity.

Which rows become records is decided in datasets.py.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.dataset import DatasetRecord
from app.domain.vocabulary import CitationType
from app.services import said
from app.services.bulk_incidents import Authors, IncidentMaker
from app.services.dataset_drafts import new_draft
from app.services.outlet_names import OutletNames
from app.services.quick_citations import quick_citations
from app.storage.assessments import Assessment, assessments_of
from app.storage.citations import Citation
from app.storage.database import new_id
from app.storage.reports import Source


class RecordMaker:
    """Makes records of one import; `finish` writes what is still held back."""

    def __init__(
        self,
        session: Session,
        source: Source,
        authors: Authors,
        outlets: OutletNames,
        now: datetime,
    ) -> None:
        self._session = session
        self._source = source
        self._outlets = outlets
        self._now = now
        self._shared: Citation | None = None
        self._maker = IncidentMaker(session, authors, outlets, now)

    def make(self, record: DatasetRecord, report_id: uuid.UUID) -> uuid.UUID:
        """Make one record and return its id; raises InvalidInput where its fields disagree."""
        for name in said.outlet_names(record.targets):
            self._outlets.make_missing(name, record.country, now=self._now)
        citations = [self.citation(record), *self._linked(record)]
        draft = new_draft(
            record,
            self._outlets,
            report_id=report_id,
            citation_ids=[one.id for one in citations],
        )
        return self._maker.make(
            draft,
            citations,
            verified_by=record.organisation,
            assessed=_assessment(record, self._now),
        )

    def finish(self) -> None:
        """Write everything; what points at an incident comes after it."""
        self._maker.finish()

    def citation(self, record: DatasetRecord) -> Citation:
        """Return the citation of a row: its own page, or the one of the whole file."""
        if record.url is not None:
            return self._cite(record, title=record.title, url=record.url)
        if self._shared is None:
            group = f"source-{self._source.id}"
            self._shared = self._session.scalar(
                sa.select(Citation).where(
                    Citation.independence_group == group,
                    Citation.url.is_(None),
                    Citation.type == CitationType.DATASET,
                )
            ) or self._cite(record, title=self._source.name, url=None)
        return self._shared

    def _linked(self, record: DatasetRecord) -> list[Citation]:
        cited = {record.url} if record.url is not None else set()
        drafts = said.link_citations(record.links, cited=cited)
        return quick_citations(self._session, drafts, now=self._now)

    def _cite(self, record: DatasetRecord, *, title: str, url: str | None) -> Citation:
        row = Citation(
            id=new_id(),
            type=CitationType.DATASET,
            title=title,
            url=url,
            publisher=record.organisation,
            language="en",
            retrieved_on=self._now.date(),
            # Whatever else this source says adds no second source.
            independence_group=f"source-{self._source.id}",
            is_primary=False,
            created_at=self._now,
        )
        self._session.add(row)
        return row


def assess(
    session: Session, incident_id: uuid.UUID, record: DatasetRecord, *, now: datetime
) -> dict[str, Any]:
    """Keep what the organisation says of impunity now; return the change, or nothing for none."""
    if not record.assesses_impunity:
        return {}
    standing = [
        one
        for one in assessments_of(session, incident_id)
        if one.retracted_at is None and one.assessor == record.organisation
    ]
    old = standing[0].level if standing else None
    if old is record.impunity:
        return {}
    for one in standing:
        one.retracted_at = now
    made = _assessment(record, now)
    if made is not None:
        made.incident_id = incident_id
        session.add(made)
    session.flush()
    return {
        "impunity_reported": {
            "old": old.value if old else None,
            "new": record.impunity.value if record.impunity else None,
        }
    }


def _assessment(record: DatasetRecord, now: datetime) -> Assessment | None:
    """Return what the organisation states; whose incident it is of is said by whoever keeps it."""
    if record.impunity is None:
        return None
    return Assessment(
        id=new_id(),
        assessor=record.organisation,
        level=record.impunity,
        stated_on=now.date(),
        recorded_at=now,
    )
