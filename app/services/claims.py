# SPDX-License-Identifier: Apache-2.0
"""Claims: what one source says of one field, entered by one person and told once another verified it.

A claim never changes the field. A wrong one is retracted with a reason and stays on record.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import claims as rules
from app.domain.visibility import Viewer
from app.domain.vocabulary import ClaimField, Scope
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.services import conclusions, workflow
from app.services.checks import check_date, wrong
from app.services.citations import citation_view, cite
from app.services.disagreements import is_told_place
from app.services.drafts import CitationDraft, ClaimDraft
from app.services.evidence_reading import sees_all
from app.storage import cases, ledger
from app.storage.citations import Citation
from app.storage.claims import Claim, claims_of, find_claim
from app.storage.database import new_id
from app.storage.incidents import Incident, get_incident


def add_claim(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, draft: ClaimDraft, *, now: datetime
) -> Claim:
    """Keep what a source says of a field; nothing is overwritten."""
    row = get_incident(session, viewer, incident_id)
    if not sees_all(viewer, row):
        raise NotAllowed("claims are entered by an incident's submitter and by editors")
    value = _value(draft, now)
    if draft.fact_id is not None:
        _check_fact(session, row, draft.fact_id)
    claim = Claim(
        id=new_id(),
        incident_id=row.id,
        fact_id=draft.fact_id,
        field=draft.field,
        value=value,
        citation_id=_source(session, row, draft.source, now).id,
        recorded_at=now,
        recorded_by_id=viewer.key_id,
    )
    session.add(claim)
    _keep(session, viewer, row, claim, "add_claim", now=now)
    return _again(session, claim)


def verify_claim(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, claim_id: uuid.UUID, *, now: datetime
) -> Claim:
    """Stand for it that the source says so; by somebody other than who entered it."""
    row, claim = _claim(session, viewer, incident_id, claim_id)
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    if claim.retracted_at is not None:
        raise Conflict("this claim is retracted: enter it anew")
    if claim.verified_at is not None:
        raise Conflict("this claim is verified already")
    person = workflow.person_behind
    if person(session, viewer.key_id) == person(session, claim.recorded_by_id):
        raise NotAllowed("A claim is verified by somebody other than who entered it.")
    claim.verified_at, claim.verified_by_id = now, viewer.key_id
    _keep(session, viewer, row, claim, "verify_claim", now=now)
    return _again(session, claim)


def retract_claim(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    claim_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> Claim:
    """Withdraw a claim with a reason; it stays on record."""
    row, claim = _claim(session, viewer, incident_id, claim_id)
    is_own_unverified = claim.recorded_by_id == viewer.key_id and claim.verified_at is None
    if not (is_own_unverified or Scope.INCIDENTS_VERIFY in viewer.scopes):
        raise NotAllowed("a verified claim is withdrawn by somebody who may verify")
    if claim.retracted_at is not None:
        raise Conflict("this claim is retracted already")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the claim.")
    claim.retracted_at, claim.retraction_reason = now, reason
    _keep(session, viewer, row, claim, "retract_claim", now=now, reason=reason)
    return _again(session, claim)


def list_claims(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the claims about an incident, oldest first; everybody sees the verified ones."""
    row = get_incident(session, viewer, incident_id)
    full = sees_all(viewer, row)
    public_facts: set[uuid.UUID] = set()
    for case in cases.cases_of(session, row.id):
        found = conclusions.case_found(case, as_of=now.date(), known_at=now)
        public_facts |= {uuid.UUID(one.id) for one in found.facts}
    return [
        claim_view(one, full=full)
        for one in claims_of(session, row.id)
        if full or _is_told(row, one, public_facts)
    ]


def claim_view(one: Claim, *, full: bool) -> dict[str, Any]:
    """Show a claim with its source."""
    view: dict[str, Any] = {
        "id": one.id,
        "field": one.field,
        "fact_id": one.fact_id,
        "value": one.value,
        "source": citation_view(one.citation, full=full),
    }
    if full:
        view |= {
            "recorded_at": one.recorded_at,
            "recorded_by": one.recorded_by_id,
            "verified_at": one.verified_at,
            "verified_by": one.verified_by_id,
            "retracted_at": one.retracted_at,
            "retraction_reason": one.retraction_reason,
        }
    return view


def _is_told(row: Incident, one: Claim, public_facts: set[uuid.UUID]) -> bool:
    if one.verified_at is None or one.retracted_at is not None:
        return False
    if not is_told_place(row, one.field):
        return False
    return one.fact_id is None or one.fact_id in public_facts


def _value(draft: ClaimDraft, now: datetime) -> str:
    try:
        rules.check_subject(draft.field, of_fact=draft.fact_id is not None)
    except InvalidInput as error:
        raise wrong("/fact_id", "subject", error.detail) from None
    if draft.field is ClaimField.DATE:
        return check_date(draft.value, now, "/value").text
    try:
        value = rules.read(draft.field, draft.value)
    except InvalidInput as error:
        raise wrong("/value", "invalid", error.detail) from None
    if not value:
        raise wrong("/value", "missing", "Say what the source says.")
    return value


def _check_fact(session: Session, row: Incident, fact_id: uuid.UUID) -> None:
    facts = (fact for case in cases.cases_of(session, row.id) for fact in case.facts)
    if not any(fact.id == fact_id and fact.retracted_at is None for fact in facts):
        raise wrong("/fact_id", "unknown", "This is no fact of a case of this incident.")


def _source(session: Session, row: Incident, draft: CitationDraft, now: datetime) -> Citation:
    if draft.id is None:
        cited = cite(session, draft, now=now)
        assert cited is not None
        return cited
    for one in row.citations:
        if one.id == draft.id:
            return one
    raise wrong("/source/id", "unknown", "This is no source of this incident.")


def _claim(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, claim_id: uuid.UUID
) -> tuple[Incident, Claim]:
    row = get_incident(session, viewer, incident_id)
    found = find_claim(session, row.id, claim_id) if sees_all(viewer, row) else None
    if found is None:
        raise NotFound("there is no such claim")
    return row, found


def _again(session: Session, claim: Claim) -> Claim:
    found = find_claim(session, claim.incident_id, claim.id)
    assert found is not None
    return found


def _keep(
    session: Session,
    viewer: Viewer,
    row: Incident,
    claim: Claim,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    said = {"id": str(claim.id), "field": claim.field.value, "value": claim.value}
    ledger.record_revision(
        session,
        object_kind="incident",
        object_id=row.id,
        action=action,
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes={"claim": {"old": None, "new": said}},
    )
    session.flush()
    changed = conclusions.refresh_all(session, [row.id], now=now)
    ledger.bump(session, "staff", *(["public"] if changed else []))
