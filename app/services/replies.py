# SPDX-License-Identifier: Apache-2.0
"""What States were asked and answered: entered by one person, published by another (decisions.py).

A reply is what a State claims. Nothing of it moves a level of impunity; UNESCO's rate rests on it.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.domain.vocabulary import JudicialStatus
from app.errors import NotFound, StaleVersion
from app.services import recommendations, second_person
from app.services.checks import check_country, check_date, differences, wrong
from app.services.citations import cite
from app.services.justice_drafts import ClaimDraft, ReplyDraft
from app.storage import ledger
from app.storage.database import new_id
from app.storage.replies import (
    WHOLE,
    ReplyClaim,
    StateReply,
    linked,
    replace_links,
    reply_cases,
    reply_recommendations,
)


def create_reply(
    session: Session, viewer: Viewer, draft: ReplyDraft, *, now: datetime
) -> StateReply:
    """Keep a question to a State, with its answer if one came."""
    _check(session, viewer, draft, now=now)
    citation = cite(session, draft.source, now=now)
    row = StateReply(
        id=new_id(),
        citation_id=citation.id if citation else None,
        is_published=False,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
        version=1,
    )
    _fill(row, draft, now=now)
    session.add(row)
    session.flush()
    _link(session, row.id, draft)
    changes = {name: {"old": None, "new": one} for name, one in _fields(draft).items()}
    _record(session, viewer, row.id, "create", now=now, changes=changes)
    ledger.bump(session, "staff")
    return row


def edit_reply(
    session: Session,
    viewer: Viewer,
    reply_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    version: int,
    now: datetime,
    reason: str | None = None,
) -> StateReply:
    """Change the fields a patch names, such as an answer that came; lists are replaced whole."""
    row = find_reply(session, viewer, reply_id, for_change=True)
    second_person.check_edit(
        session,
        viewer,
        recorded_by_id=row.recorded_by_id,
        is_public=row.is_published,
        reason=reason,
    )
    if row.version != version:
        raise StaleVersion("somebody has changed this reply since: read it again")
    old = draft_of(session, row)
    wanted = second_person.merged(_fields(old), patch, ReplyDraft)
    _check(session, viewer, wanted, now=now, known=old)
    changes = differences(_fields(old), _fields(wanted))
    if not changes:
        return row
    _fill(row, wanted, now=now)
    row.version += 1
    session.flush()
    _link(session, row.id, wanted)
    _record(session, viewer, row.id, "edit", now=now, changes=changes, reason=reason)
    ledger.bump(session, "staff", *(["public"] if row.is_published else []))
    return row


def find_reply(
    session: Session, viewer: Viewer, reply_id: uuid.UUID, *, for_change: bool = False
) -> StateReply:
    """Return a reply that exists for this viewer. Raises NotFound."""
    if for_change:
        session.execute(sa.select(StateReply.id).where(StateReply.id == reply_id).with_for_update())
    row = session.scalar(
        sa.select(StateReply)
        .where(StateReply.id == reply_id)
        .options(*WHOLE)
        .execution_options(populate_existing=True)
    )
    is_own = row is not None and viewer.key_id is not None and row.recorded_by_id == viewer.key_id
    if row is None or not (row.is_published or viewer.is_staff or is_own):
        raise NotFound("there is no such reply: GET /api/v1/replies lists them")
    return row


def draft_of(session: Session, row: StateReply) -> ReplyDraft:
    """Return a reply as it would be handed in; its source stays as it is."""
    return ReplyDraft(
        country=row.country,
        addressee=row.addressee,
        asked_by=row.asked_by,
        asked_on=row.asked_on,
        question=row.question,
        deadline_on=row.deadline_on,
        replied_on=row.replied_on,
        answer=row.answer,
        language=row.language,
        claims=[
            ClaimDraft(
                incident_id=one.incident_id,
                judicial_status=one.judicial_status,
                resolution=one.resolution,
            )
            for one in row.claims
        ],
        case_ids=linked(session, reply_cases, "case_id", [row.id])[row.id],
        recommendation_ids=linked(session, reply_recommendations, "recommendation_id", [row.id])[
            row.id
        ],
    )


def _fields(draft: ReplyDraft) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(draft)
    found.pop("source")
    return found


def _check(
    session: Session,
    viewer: Viewer,
    draft: ReplyDraft,
    *,
    now: datetime,
    known: ReplyDraft | None = None,
) -> None:
    check_country(draft.country, "/country")
    asked = check_date(draft.asked_on, now, "/asked_on")
    if draft.deadline_on is not None and draft.deadline_on < asked.earliest:
        raise wrong("/deadline_on", "inverted", "The deadline is before it was asked.")
    if draft.replied_on is not None:
        replied = check_date(draft.replied_on, now, "/replied_on")
        if replied.latest < asked.earliest:
            raise wrong("/replied_on", "inverted", "The answer came before the question.")
    elif draft.answer is not None:
        raise wrong("/replied_on", "missing", "An answer has a date; a year will do.")
    _check_claims(draft)
    before = known or ReplyDraft(country="", addressee="", asked_on="", question="")
    seen = {one.incident_id for one in before.claims}
    for index, one in enumerate(draft.claims):
        if one.incident_id not in seen:
            recommendations.check_links(
                session,
                viewer,
                incident_ids=[one.incident_id],
                places=(f"/claims/{index}/incident_id", ""),
            )
    new_cases = [one for one in draft.case_ids if one not in before.case_ids]
    recommendations.check_links(session, viewer, case_ids=new_cases)
    for index, found in enumerate(draft.recommendation_ids):
        if found not in before.recommendation_ids:
            _check_recommendation(session, viewer, found, f"/recommendation_ids/{index}")


def _check_claims(draft: ReplyDraft) -> None:
    if len({one.incident_id for one in draft.claims}) != len(draft.claims):
        raise wrong("/claims", "repeated", "An incident stands twice.")
    for index, one in enumerate(draft.claims):
        status, place = one.judicial_status, f"/claims/{index}"
        if one.resolution is not None and status is not JudicialStatus.RESOLVED:
            sentence = "Only a killing called resolved has a reason for it."
            raise wrong(f"{place}/resolution", "contradiction", sentence)
        is_told = status in (JudicialStatus.ONGOING_OR_UNRESOLVED, JudicialStatus.RESOLVED)
        if is_told and draft.replied_on is None:
            sentence = "Without an answer the State has said nothing: give `replied_on`."
            raise wrong(f"{place}/judicial_status", "contradiction", sentence)


def _check_recommendation(
    session: Session, viewer: Viewer, recommendation_id: uuid.UUID, place: str
) -> None:
    try:
        recommendations.find_recommendation(session, viewer, recommendation_id)
    except NotFound:
        raise wrong(place, "unknown", "There is no such recommendation.") from None


def _fill(row: StateReply, draft: ReplyDraft, *, now: datetime) -> None:
    asked = check_date(draft.asked_on, now, "/asked_on")
    replied = check_date(draft.replied_on, now, "/replied_on") if draft.replied_on else None
    row.country, row.addressee, row.asked_by = draft.country, draft.addressee, draft.asked_by
    row.asked_on, row.asked_earliest, row.asked_latest = asked.text, asked.earliest, asked.latest
    row.question, row.deadline_on = draft.question, draft.deadline_on
    row.replied_on = replied.text if replied else None
    row.replied_earliest = replied.earliest if replied else None
    row.replied_latest = replied.latest if replied else None
    row.answer, row.language, row.updated_at = draft.answer, draft.language, now


def _link(session: Session, reply_id: uuid.UUID, draft: ReplyDraft) -> None:
    session.execute(sa.delete(ReplyClaim).where(ReplyClaim.reply_id == reply_id))
    session.add_all(
        ReplyClaim(
            reply_id=reply_id,
            incident_id=one.incident_id,
            judicial_status=one.judicial_status,
            resolution=one.resolution,
        )
        for one in draft.claims
    )
    session.flush()
    replace_links(session, reply_cases, "case_id", reply_id, draft.case_ids)
    replace_links(
        session, reply_recommendations, "recommendation_id", reply_id, draft.recommendation_ids
    )


def _record(
    session: Session,
    viewer: Viewer,
    reply_id: uuid.UUID,
    action: str,
    *,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    ledger.record_revision(
        session,
        object_kind="reply",
        object_id=reply_id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes=changes,
    )
