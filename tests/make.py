# SPDX-License-Identifier: Apache-2.0
"""Builders for rows and callers, with keyword defaults; tests say only what matters to them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import ROLE_SCOPES, Role, Scope, WorkflowStatus
from app.services import access, conclusions, record
from app.services.drafts import IncidentDraft
from app.storage import ledger
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
