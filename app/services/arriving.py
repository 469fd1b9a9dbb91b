# SPDX-License-Identifier: Apache-2.0
"""Reports that have just come in: compared with the record first, before anything is made of them.

What trust allows then happens: of a lead nothing, a report or a row of a dataset is attached where it is
the same as one open incident, and waits for a person where there is a question (attaching.py).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.report import Account
from app.domain.visibility import Viewer
from app.domain.vocabulary import ReportStatus, Trust
from app.services import describing, matching, sorting
from app.services.sorting import Taken
from app.storage.external_ids import ExternalId
from app.storage.incidents import Incident
from app.storage.matching import ReportCandidate
from app.storage.reports import Report, Source


def arrive(
    session: Session,
    source: Source,
    new: Mapping[uuid.UUID, Account],
    changed: Mapping[uuid.UUID, Account],
    *,
    now: datetime,
    viewer: Viewer | None,
) -> Taken:
    """Compare what came in and attach what may be attached; `free` may become records of their own.

    What is changed is compared again and shown, and nothing else follows: it was decided on before.
    Rows that their organisation gives ids are as many acts as ids, however alike they read.
    """
    is_dataset = source.trust is Trust.DATASET
    organisation = _organisation(new) if is_dataset else None
    system = _system({**new, **changed})
    but_reports = is_dataset or system is not None
    found = matching.match_reports(
        session,
        describing.Readings(new),
        now=now,
        are_new=True,
        but_reports=but_reports,
        leave_out=lambda ids: _own(session, ids, organisation) | _named(session, ids, system),
    )
    matching.match_reports(
        session,
        describing.Readings(changed),
        now=now,
        are_new=False,
        but_reports=but_reports,
        leave_out=lambda ids: _own(session, ids, organisation) | _named(session, ids, system),
    )
    if source.trust is Trust.LEAD:
        return Taken()
    return sorting.take_in(session, found, now=now, viewer=viewer)


def in_question(session: Session, source_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the undecided reports of a source of which a person must say whether they are another's."""
    return set(
        session.scalars(
            sa.select(ReportCandidate.report_id)
            .join(Report, Report.id == ReportCandidate.report_id)
            .where(
                Report.source_id == source_id,
                Report.status == ReportStatus.NEW,
                ReportCandidate.incident_id.is_not(None),
            )
        )
    )


def _organisation(new: Mapping[uuid.UUID, Account]) -> str | None:
    records = (account.reading.record for account in new.values())
    return next((one.organisation for one in records if one is not None), None)


def _system(accounts: Mapping[uuid.UUID, Account]) -> str | None:
    """Return the system in which an organisation gives each of these rows an id, if it is one that does."""
    records = (account.reading.record for account in accounts.values())
    return next((one.external_id[0] for one in records if one and one.external_id), None)


def _named(session: Session, ids: set[uuid.UUID], system: str | None) -> set[uuid.UUID]:
    """Return the incidents that bear an id of this system: only that id says which row is meant.

    `datasets` and `submitting` find an id again.
    """
    if system is None or not ids:
        return set()
    found: set[uuid.UUID] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), 400):
        query = sa.select(ExternalId.incident_id).where(
            ExternalId.incident_id.in_(ordered[start : start + 400]), ExternalId.system == system
        )
        found |= set(session.scalars(query))
    return found


def _own(session: Session, ids: set[uuid.UUID], organisation: str | None) -> set[uuid.UUID]:
    """Return the records of an organisation's own datasets: datasets.py knows them by their names."""
    if organisation is None or not ids:
        return set()
    found: set[uuid.UUID] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), 400):
        query = sa.select(Incident.id).where(
            Incident.id.in_(ordered[start : start + 400]),
            Incident.verified_by_name == organisation,
        )
        found |= set(session.scalars(query))
    return found
