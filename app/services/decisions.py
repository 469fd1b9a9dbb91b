# SPDX-License-Identifier: Apache-2.0
"""Decisions, patterns, event groups: entered by one person; what is stated is published by another.

One decision falls on many outlets; publishing it stands for the status events it brought with it.
"""

import uuid
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope
from app.errors import Conflict, NotAllowed, NotFound, QalamError
from app.services import conclusions, outlets, second_person, workflow
from app.services.checks import check_country, check_date, check_subtype, wrong
from app.services.citations import cite
from app.services.drafts import DecisionDraft, EventGroupDraft, PatternDraft
from app.storage import ledger
from app.storage.database import new_id
from app.storage.decisions import Decision, Pattern, Recommendation
from app.storage.incidents import Incident
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.parts import EventGroup
from app.storage.reached import is_public_outlet
from app.storage.replies import StateReply

Publishable = Decision | Pattern | Recommendation | EventGroup | Outlet | StateReply

KINDS: dict[str, type[Publishable]] = {
    "decision": Decision,
    "pattern": Pattern,
    "recommendation": Recommendation,
    "event_group": EventGroup,
    "outlet": Outlet,
    "reply": StateReply,
}
"""What is published by a second person, under the names the ledger gives them."""


def create_decision(
    session: Session, viewer: Viewer, draft: DecisionDraft, *, now: datetime
) -> Decision:
    """Keep a decision, and what it does to the outlets it falls on."""
    span = check_date(draft.date, now, "/date")
    check_country(draft.territory, "/territory")
    if (draft.axis is None) != (draft.value is None):
        raise wrong("/axis", "incomplete", "Give `axis` and `value` together, or neither.")
    if bool(draft.outlet_ids) != (draft.axis is not None):
        raise wrong("/outlet_ids", "incomplete", "Outlets and what happens to them go together.")
    citation = cite(session, draft.source, now=now)
    row = Decision(
        id=new_id(),
        kind=draft.kind,
        title=draft.title,
        authority=draft.authority,
        date_text=span.text,
        date_earliest=span.earliest,
        date_latest=span.latest,
        ground=draft.ground,
        statute=draft.statute,
        territory=draft.territory,
        titles=list(dict.fromkeys(draft.titles)),
        domains=[domain.lower().rstrip(".") for domain in draft.domains],
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    session.flush()
    for index, outlet_id in enumerate(dict.fromkeys(draft.outlet_ids)):
        outlets.add_event_of(session, viewer, row, draft, outlet_id, index=index, now=now)
    _made(session, viewer, "decision", row.id, {"title": row.title}, now=now)
    return row


def create_pattern(
    session: Session, viewer: Viewer, draft: PatternDraft, *, now: datetime
) -> Pattern:
    """Keep a practice that a source names without particulars; it is never counted."""
    check_country(draft.country, "/country")
    check_subtype(draft.category, draft.subtype, "/subtype")
    if draft.date is not None:
        check_date(draft.date, now, "/date")
    citation = cite(session, draft.source, now=now)
    row = Pattern(
        id=new_id(),
        country=draft.country,
        category=draft.category,
        subtype=draft.subtype or "",
        ground=draft.ground,
        statement=draft.statement,
        date_text=draft.date,
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    _made(session, viewer, "pattern", row.id, {"statement": row.statement}, now=now)
    return row


def create_event_group(
    session: Session, viewer: Viewer, draft: EventGroupDraft, *, now: datetime
) -> EventGroup:
    """Keep the wider happening that several incidents belong to."""
    check_country(draft.country, "/country")
    if draft.date is not None:
        check_date(draft.date, now, "/date")
    citation = cite(session, draft.source, now=now)
    row = EventGroup(
        id=new_id(),
        name=draft.name,
        country=draft.country,
        date_text=draft.date,
        summary=draft.summary,
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    _made(session, viewer, "event_group", row.id, {"name": row.name}, now=now)
    return row


def publish(
    session: Session, viewer: Viewer, kind: str, object_id: uuid.UUID, *, now: datetime
) -> None:
    """Make one of `KINDS` public, by somebody other than who entered it."""
    row = _find(session, viewer, kind, object_id)
    if Scope.INCIDENTS_PUBLISH not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:publish, which the key does not have")
    if row.is_published:
        raise Conflict("this is public already")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, row.recorded_by_id):
        raise NotAllowed("Something is made public by somebody other than who entered it.")
    if second_person.has_edited(session, viewer, kind, object_id):
        raise NotAllowed("Something is made public by somebody other than who changed it last.")
    row.is_published = True
    if isinstance(row, StateReply):
        row.published_at = now
    if isinstance(row, StateReply | Recommendation):
        row.version += 1
    _record(session, viewer, kind, object_id, "publish", now=now)
    if kind == "decision":
        session.execute(
            sa.update(OutletStatusEvent)
            .where(
                OutletStatusEvent.decision_id == object_id, OutletStatusEvent.verified_at.is_(None)
            )
            .values(verified_at=now, verified_by_id=viewer.key_id)
        )
    session.flush()
    conclusions.refresh_all(session, _touched(session, kind, object_id), now=now)
    ledger.bump(session, "staff", "public")


def note_refusal(
    session: Session,
    viewer: Viewer,
    kind: str,
    object_id: uuid.UUID,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused publication; the door calls this in a transaction of its own."""
    try:
        _find(session, viewer, kind, object_id)
    except NotFound:
        return
    _record(session, viewer, kind, object_id, "publish_refused", now=now, reason=refusal.detail)
    ledger.bump(session, "staff")


def _find(session: Session, viewer: Viewer, kind: str, object_id: uuid.UUID) -> Publishable:
    found = session.get(KINDS[kind], object_id, with_for_update=True, populate_existing=True)
    row = cast("Publishable | None", found)
    # What somebody may not see is not there for them, whatever they try with it.
    if row is None or not _is_seen(session, viewer, row):
        raise NotFound(f"there is no such {kind.replace('_', ' ')}")
    return row


def _is_seen(session: Session, viewer: Viewer, row: Publishable) -> bool:
    if row.is_published or viewer.is_staff:
        return True
    if viewer.key_id is not None and row.recorded_by_id == viewer.key_id:
        return True
    return isinstance(row, Outlet) and is_public_outlet(session, row.id)


def _touched(session: Session, kind: str, object_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the incidents whose documents name what was published."""
    if kind not in ("decision", "event_group"):
        return []
    column = Incident.decision_id if kind == "decision" else Incident.event_group_id
    return list(session.scalars(sa.select(Incident.id).where(column == object_id)))


def _made(
    session: Session,
    viewer: Viewer,
    kind: str,
    object_id: uuid.UUID,
    changes: dict[str, Any],
    *,
    now: datetime,
) -> None:
    values = {name: {"old": None, "new": value} for name, value in changes.items()}
    _record(session, viewer, kind, object_id, "create", now=now, changes=values)
    ledger.bump(session, "staff")


def _record(
    session: Session,
    viewer: Viewer,
    kind: str,
    object_id: uuid.UUID,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    ledger.record_revision(
        session,
        object_kind=kind,
        object_id=object_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
