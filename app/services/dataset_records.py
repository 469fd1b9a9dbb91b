# SPDX-License-Identifier: Apache-2.0
"""Making many verified records at once, and keeping what their organisation says of impunity.

The same rows, revision and document as one incident handed in by a person would have, made without
asking the database for each. Which rows become records is decided in datasets.py.
"""

import uuid
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import impunity
from app.domain.record.dataset import DatasetRecord
from app.domain.record.impunity_input import ImpunityInput
from app.domain.visibility import Viewer
from app.domain.vocabulary import CitationType, WorkflowStatus
from app.services import assembling
from app.services.checks import check_incident, differences
from app.services.dataset_drafts import new_draft
from app.services.documents import Found, incident_document, words_of
from app.services.impunity_inputs import reported_level
from app.storage import ledger
from app.storage.assessments import Assessment, assessments_of
from app.storage.citations import Citation
from app.storage.database import new_id
from app.storage.incidents import Incident
from app.storage.reports import Source

_AT_ONCE = 500


class RecordMaker:
    """Makes records of one import; `finish` writes what is still held back."""

    def __init__(self, session: Session, source: Source, now: datetime, viewer: Viewer) -> None:
        self._session = session
        self._source = source
        self._now = now
        self._viewer = viewer
        self._shared: Citation | None = None
        self._held_back: list[object] = []

    def make(self, record: DatasetRecord, report_id: uuid.UUID) -> uuid.UUID:
        """Make one record and return its id."""
        with self._session.no_autoflush:
            row = self._row(record, report_id)
            assessed = _assessment(row.id, record, self._now)
            self._conclude(row, assessed)
        self._session.add(row)
        changes = {"status": row.status.value, **msgspec.to_builtins(assembling.draft_of(row))}
        if assessed is not None:
            changes["impunity_reported"] = assessed.level.value
            self._held_back.append(assessed)
        self._note(row, changes)
        if len(self._held_back) >= _AT_ONCE:
            self.finish()
        return row.id

    def finish(self) -> None:
        """Write everything; what points at an incident comes after it."""
        self._session.flush()
        self._session.add_all(self._held_back)
        self._session.flush()
        self._held_back.clear()

    def _row(self, record: DatasetRecord, report_id: uuid.UUID) -> Incident:
        citation = self.citation(record)
        draft = new_draft(record, report_id=report_id, citation_ids=[citation.id])
        span = check_incident(draft, self._now)
        row = Incident(
            id=new_id(),
            title=draft.title,
            date_text=span.text,
            date_earliest=span.earliest,
            date_latest=span.latest,
            country=draft.country,
            status=WorkflowStatus.VERIFIED,
            submitted_by_id=self._viewer.key_id,
            verified_at=self._now,
            verified_by_name=record.organisation,
            verification_reason=f"The own dataset of the {record.organisation}.",
            created_at=self._now,
            updated_at=self._now,
            version=1,
            document={},
            categories=[],
            targets=[],
            involvements=[],
            citations=[citation],
            external_ids=[],
            evidence=[],
            claims=[],
            event_group=None,
            decision=None,
        )
        assembling.apply(self._session, row, draft, span, viewer=self._viewer, now=self._now)
        return row

    def _conclude(self, row: Incident, assessed: Assessment | None) -> None:
        given = ImpunityInput(
            categories=frozenset(one.category for one in row.categories),
            verified_at=self._now,
            reported=(reported_level(assessed),) if assessed is not None else (),
        )
        result = impunity.derive(given, as_of=self._now.date(), known_at=self._now)
        found = Found(incident=row, impunity=result, cases=(), statuses={}, blocking_link=None)
        row.impunity = result.level.value
        row.document = msgspec.to_builtins(incident_document(found))
        row.search_text = words_of(row.document)

    def _note(self, row: Incident, fields: dict[str, Any]) -> None:
        ledger.record_first(
            self._session,
            object_kind="incident",
            object_id=row.id,
            action="import",
            actor_id=self._viewer.key_id,
            at=self._now,
            reason=row.verification_reason,
            changes=differences({}, fields),
        )

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
    made = _assessment(incident_id, record, now)
    if made is not None:
        session.add(made)
    session.flush()
    return {
        "impunity_reported": {
            "old": old.value if old else None,
            "new": record.impunity.value if record.impunity else None,
        }
    }


def _assessment(incident_id: uuid.UUID, record: DatasetRecord, now: datetime) -> Assessment | None:
    if record.impunity is None:
        return None
    return Assessment(
        id=new_id(),
        incident_id=incident_id,
        assessor=record.organisation,
        level=record.impunity,
        stated_on=now.date(),
        recorded_at=now,
    )
