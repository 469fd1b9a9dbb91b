# SPDX-License-Identifier: Apache-2.0
"""Parties to cases: entered by one person, counted once another verified them.

A defendant is somebody of whom something is said, so parties follow the rules of facts. Never here:
who may be named to whom (party_views.py).
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from app.domain.visibility import Viewer
from app.domain.vocabulary import PartyKind, PartyRole
from app.errors import NotFound, QalamError
from app.services import cases, second_person
from app.services.checks import wrong
from app.services.citations import cite
from app.services.documents import is_told
from app.services.justice_drafts import PartyDraft
from app.storage import ledger
from app.storage.cases import Case, get_case
from app.storage.database import new_id
from app.storage.parties import Party
from app.storage.reached import get_outlet, get_person

_NEEDS = {
    PartyKind.PERSON: "person_id",
    PartyKind.OUTLET: "outlet_id",
    PartyKind.AUTHORITY: "description",
    PartyKind.GROUP: "description",
}
_OF_THE_STATE = frozenset({PartyRole.PROSECUTOR, PartyRole.INVESTIGATOR, PartyRole.COURT})


def add_party(
    session: Session, viewer: Viewer, case_id: uuid.UUID, draft: PartyDraft, *, now: datetime
) -> Party:
    """Add a party; it counts once somebody else has verified it."""
    case = get_case(session, viewer, case_id, for_change=True)
    _check(session, viewer, draft)
    citation = cite(session, draft.source, now=now)
    last = max((one.sequence for one in case.parties), default=0)
    row = Party(
        id=new_id(),
        case_id=case_id,
        sequence=last + 1,
        kind=draft.kind,
        role=draft.role,
        person_id=draft.person_id,
        outlet_id=draft.outlet_id,
        description=draft.description,
        citation_id=citation.id if citation else None,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(row)
    _touch(session, viewer, case, "append_party", row, now=now)
    ledger.bump(session, "staff")
    return row


def verify_party(
    session: Session, viewer: Viewer, case_id: uuid.UUID, party_id: uuid.UUID, *, now: datetime
) -> Party:
    """Stand for a party that somebody else entered."""
    case, row = _party(session, viewer, case_id, party_id)
    second_person.stand_for(session, viewer, row, what="a party", now=now)
    _touch(session, viewer, case, "verify_party", row, now=now)
    _tell(session, case)
    return row


def retract_party(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    party_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> Party:
    """Withdraw a party with a reason."""
    case, row = _party(session, viewer, case_id, party_id)
    was_told = row.verified_at is not None
    second_person.withdraw(viewer, row, what="a party", reason=reason, now=now)
    _touch(session, viewer, case, "retract_party", row, now=now, reason=reason)
    if was_told:
        _tell(session, case)
    else:
        ledger.bump(session, "staff")
    return row


def note_refusal(
    session: Session,
    viewer: Viewer,
    case_id: uuid.UUID,
    party_id: uuid.UUID,
    action: str,
    refusal: QalamError,
    *,
    now: datetime,
) -> None:
    """Keep the trace of a refused attempt; the door calls this in a transaction of its own."""
    try:
        _party(session, viewer, case_id, party_id)
    except NotFound:
        return
    changes = {"party": str(party_id)}
    cases.record_case(
        session,
        viewer,
        case_id,
        f"{action}_refused",
        now=now,
        reason=refusal.detail,
        changes=changes,
    )
    ledger.bump(session, "staff")


def _check(session: Session, viewer: Viewer, draft: PartyDraft) -> None:
    needed = _NEEDS[draft.kind]
    for name in ("person_id", "outlet_id", "description"):
        value = getattr(draft, name)
        is_given = bool(value.strip()) if isinstance(value, str) else value is not None
        if name == needed and not is_given:
            raise wrong(f"/{name}", "missing", f"A party that is a {draft.kind.value} needs this.")
        if name != needed and is_given:
            sentence = f"A party that is a {draft.kind.value} has none."
            raise wrong(f"/{name}", "contradiction", sentence)
    if draft.kind is PartyKind.OUTLET and draft.role in _OF_THE_STATE:
        raise wrong("/role", "contradiction", "An outlet neither investigates, charges nor judges.")
    try:
        if draft.person_id is not None:
            get_person(session, viewer, draft.person_id)
        if draft.outlet_id is not None:
            get_outlet(session, viewer, draft.outlet_id)
    except NotFound:
        raise wrong(f"/{needed}", "unknown", f"There is no such {draft.kind.value}.") from None


def _party(
    session: Session, viewer: Viewer, case_id: uuid.UUID, party_id: uuid.UUID
) -> tuple[Case, Party]:
    case = get_case(session, viewer, case_id, for_change=True)
    if all(one.id != party_id for one in case.parties):
        raise NotFound("this case has no such party: GET the case shows them")
    row = session.get_one(Party, party_id, options=[joinedload(Party.citation)])
    return case, row


def _tell(session: Session, case: Case) -> None:
    """Tell those who poll that a case reads anew; the public only where it sees the case."""
    is_seen = is_told(case) and cases.has_public_incident(session, case.id)
    ledger.bump(session, "staff", *(["public"] if is_seen else []))


def _touch(
    session: Session,
    viewer: Viewer,
    case: Case,
    action: str,
    row: Party,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    case.version += 1
    case.updated_at = now
    changes = {"party": str(row.id), "role": row.role.value, "kind": row.kind.value}
    cases.record_case(session, viewer, case.id, action, now=now, reason=reason, changes=changes)
    session.flush()
