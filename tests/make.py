# SPDX-License-Identifier: Apache-2.0
"""Builders for rows and callers, with keyword defaults; tests say only what matters to them."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import ROLE_SCOPES, Role, Scope, WorkflowStatus
from app.services import access, cases, conclusions, record
from app.services.drafts import CaseDraft, FactDraft, IncidentDraft
from app.storage import ledger
from app.storage.cases import Case, Fact
from app.storage.incidents import VERIFIED, Incident

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The instant most tests happen at: a Monday, noon."""


def viewer(session: Session, role: Role, name: str) -> Viewer:
    """A caller with a key of this role."""
    made = access.create_key(session, role=role, name=name, now=NOW)
    return Viewer(key_id=made.id, role=role, name=name, scopes=ROLE_SCOPES[role])


LOADER = Viewer(role=Role.ADMIN, name="maker", scopes=frozenset(Scope))
"""Somebody without a key of their own, for rows whose submitter does not matter."""


def draft(**fields: Any) -> IncidentDraft:
    """An attack on an unnamed group, as somebody hands it in; `fields` as in the API's body."""
    body: dict[str, Any] = {
        "title": "Journalists attacked",
        "date": "2025-06-01",
        "country": "KZ",
        "categories": [{"category": "physical_attack"}],
        "targets": [{"kind": "group", "description": "Three journalists"}],
        "sources": [
            {"type": "news", "title": "First report", "url": "https://one.example/a"},
            {"type": "news", "title": "Second report", "url": "https://two.example/b"},
        ],
    }
    return msgspec.convert({**body, **fields}, IncidentDraft)


def incident(
    session: Session,
    *,
    by: Viewer = LOADER,
    status: WorkflowStatus = WorkflowStatus.PUBLISHED,
    now: datetime = NOW,
    **fields: Any,
) -> Incident:
    """An incident in any state of the workflow, put there directly; public by default."""
    row = record.create_incident(session, by, draft(**fields), now=now)
    row.status = status
    if status in VERIFIED:
        row.verified_at = now
    if status is WorkflowStatus.PUBLISHED:
        row.ref = f"QLM-{now.year}-{ledger.next_number(session, f'incident-{now.year}'):06d}"
        row.published_at = now
    ledger.record_revision(
        session,
        object_kind="incident",
        object_id=row.id,
        action="made",
        actor_id=by.key_id,
        at=now,
        changes={"status": {"old": "submitted", "new": status.value}},
    )
    session.flush()
    conclusions.refresh(session, row, now=now, touched=True)
    ledger.bump(session, "staff", "public")
    return row


def case(
    session: Session,
    *incident_ids: uuid.UUID,
    by: Viewer = LOADER,
    polarity: str = "accountability",
    now: datetime = NOW,
    **fields: Any,
) -> Case:
    """A legal case of incidents, without facts."""
    body = {
        "polarity": polarity,
        "title": "A case",
        "country": "KZ",
        "incident_ids": list(incident_ids),
    }
    return cases.create_case(session, by, msgspec.convert({**body, **fields}, CaseDraft), now=now)


def fact(
    session: Session,
    case_id: uuid.UUID,
    kind: str,
    date: str = "2025-07-01",
    *,
    by: Viewer = LOADER,
    verified: bool = True,
    now: datetime = NOW,
    **fields: Any,
) -> Fact:
    """A fact of a case, by default verified at once by somebody else."""
    draft = msgspec.convert({"kind": kind, "date": date, **fields}, FactDraft)
    row = cases.append_fact(session, by, case_id, draft, now=now)
    if verified:
        checker = viewer(session, Role.EDITOR, f"checker {uuid.uuid4()}")
        cases.verify_fact(session, checker, case_id, row.id, now=now)
    return row
