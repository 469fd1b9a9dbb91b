# SPDX-License-Identifier: Apache-2.0
"""Making many incidents at once from what a source said, and noting what an import changes later.

The same rows, revision and document as one incident handed in by a person would have, made without
asking the database for each. Which rows become incidents is decided elsewhere (datasets, submitting).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.domain.record import impunity
from app.domain.record.impunity_input import ImpunityInput
from app.domain.visibility import Viewer
from app.domain.vocabulary import Role, WorkflowStatus
from app.services import assembling, blocking_links, conclusions, matching
from app.services.assembling import LookedUp
from app.services.checks import check_incident, differences
from app.services.documents import Found, incident_document, words_of
from app.services.drafts import IncidentDraft
from app.services.impunity_inputs import reported_level
from app.services.outlet_names import OutletNames
from app.storage import ledger
from app.storage.assessments import Assessment
from app.storage.citations import Citation
from app.storage.database import new_id
from app.storage.incidents import Incident, find_incident
from app.storage.reports import Source

OPERATOR = Viewer(role=Role.ADMIN, name="operator")
"""Whoever runs commands on this machine, where nobody's key stands behind an import."""

ACTION = "import"
"""What a change that only a source has made is called in the history."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Whose words incidents of a source are: neither of them verifies or publishes them.

    `submitter_id` added the source; `actor_id` handed the file in, or said last how the source is read.
    """

    submitter_id: uuid.UUID | None
    actor_id: uuid.UUID | None
    source_id: uuid.UUID


def authors_of(session: Session, source: Source, viewer: Viewer | None) -> Authors:
    """Return who stands behind a source, and behind this reading of it."""
    session.flush()
    history = ledger.revisions_of(session, "source", source.id)
    described = [one.actor_id for one in history if one.action in ("create", "edit")]
    keys = [one for one in described if one is not None]
    handed_in = viewer.key_id if viewer is not None else None
    return Authors(
        submitter_id=keys[0] if keys else handed_in,
        actor_id=handed_in or (keys[-1] if keys else None),
        source_id=source.id,
    )


class IncidentMaker:
    """Makes the incidents of one import; `finish` writes what is still held back."""

    def __init__(
        self, session: Session, authors: Authors, outlets: OutletNames, now: datetime
    ) -> None:
        self._session = session
        self._known = LookedUp(outlets=outlets.rows, ids_are_free=True)
        self._authors = authors
        self._now = now
        self._held_back: list[object] = []
        self._made: list[Incident] = []

    def make(
        self,
        draft: IncidentDraft,
        citations: Sequence[Citation],
        *,
        verified_by: str | None = None,
        assessed: Assessment | None = None,
    ) -> uuid.UUID:
        """Make one incident and return its id: verified by an organisation's name, or submitted.

        `citations` are kept already, and nobody bears its external ids. Raises InvalidInput, with
        nothing made, where its fields disagree.
        """
        span = check_incident(draft, self._now)
        with self._session.no_autoflush:
            row = Incident(
                id=new_id(),
                title=draft.title,
                date_text=span.text,
                date_earliest=span.earliest,
                date_latest=span.latest,
                country=draft.country,
                submitted_by_id=self._authors.submitter_id,
                **_standing(verified_by, self._now),
                created_at=self._now,
                updated_at=self._now,
                version=1,
                document={},
                categories=[],
                targets=[],
                involvements=[],
                citations=list(citations),
                external_ids=[],
                evidence=[],
                claims=[],
                event_group=None,
                decision=None,
            )
            assembling.apply(
                self._session,
                row,
                draft,
                span,
                viewer=OPERATOR,
                now=self._now,
                known=self._known,
            )
            self._conclude(row, assessed)
        self._session.add(row)
        self._note(row, assessed)
        self._made.append(row)
        if len(self._made) >= _AT_ONCE:
            self.finish()
        return row.id

    def finish(self) -> None:
        """Write everything; what points at an incident comes after it."""
        self._session.flush()
        self._session.add_all(self._held_back)
        self._session.flush()
        self._held_back.clear()
        matching.keep_new_incidents(
            self._session, self._made, now=self._now, but_of=self._authors.source_id
        )
        self._made.clear()

    def _conclude(self, row: Incident, assessed: Assessment | None) -> None:
        given = ImpunityInput(
            categories=frozenset(one.category for one in row.categories),
            verified_at=row.verified_at,
            reported=(reported_level(assessed),) if assessed is not None else (),
        )
        result = impunity.derive(given, as_of=self._now.date(), known_at=self._now)
        found = Found(
            incident=row,
            impunity=result,
            cases=(),
            statuses={},
            blocking_link=blocking_links.link_of(self._session, row, now=self._now),
        )
        row.impunity = result.level.value
        row.document = msgspec.to_builtins(incident_document(found))
        row.search_text = words_of(row.document)

    def _note(self, row: Incident, assessed: Assessment | None) -> None:
        fields = {"status": row.status.value, **msgspec.to_builtins(assembling.draft_of(row))}
        if assessed is not None:
            assessed.incident_id = row.id
            fields["impunity_reported"] = assessed.level.value
            self._held_back.append(assessed)
        ledger.record_first(
            self._session,
            object_kind="incident",
            object_id=row.id,
            action=ACTION,
            actor_id=self._authors.actor_id,
            at=self._now,
            reason=row.verification_reason,
            changes=differences({}, fields),
        )


def _standing(verified_by: str | None, now: datetime) -> dict[str, Any]:
    if verified_by is None:
        return {"status": WorkflowStatus.SUBMITTED}
    return {
        "status": WorkflowStatus.VERIFIED,
        "verified_at": now,
        "verified_by_name": verified_by,
        "verification_reason": f"The own dataset of the {verified_by}.",
    }


def note_change(
    session: Session,
    row: Incident,
    changes: dict[str, Any],
    *,
    authors: Authors,
    now: datetime,
    was_public: bool = False,
    reason: str | None = None,
) -> bool:
    """Keep what an import changed of an incident and conclude again; say whether the public sees it."""
    ledger.record_revision(
        session,
        object_kind="incident",
        object_id=row.id,
        action=ACTION,
        actor_id=authors.actor_id,
        at=now,
        reason=reason,
        changes=changes,
    )
    session.flush()
    again = find_incident(session, row.id)
    assert again is not None
    return conclusions.refresh(session, again, now=now, was_public=was_public, touched=True)


def was_worked_on(session: Session, row: Incident) -> bool:
    """Whether anybody has touched an incident since an import last did.

    A source that matching has added by itself, in nobody's name, is nobody's work.
    """
    for one in reversed(ledger.revisions_of(session, "incident", row.id)):
        if one.action == ACTION:
            return False
        if one.actor_id is not None or not set(one.changes) <= {"sources"}:
            return True
    return True
