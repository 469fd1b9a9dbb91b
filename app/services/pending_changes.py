# SPDX-License-Identifier: Apache-2.0
"""Changes of a public incident: proposed by one person, public once a second has verified them.

Only the changed fields wait; everybody reads the last verified values meanwhile, and nothing tells
that something waits. What shows less of somebody (a coarser place, days instead of times) is done at
once. Never here: changes before publication, which record.py makes directly.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.incident import Action, CitationRef, check_actor, check_sources
from app.domain.visibility import Viewer
from app.domain.vocabulary import Precision, Scope, WorkflowStatus
from app.errors import Conflict, NotAllowed
from app.services import assembling, conclusions, external_ids, workflow
from app.services.checks import check_incident, differences, wrong
from app.services.drafts import IncidentDraft
from app.storage import incidents, ledger
from app.storage.access import ApiKey
from app.storage.incidents import Incident
from app.storage.pending import PendingChange, pending_of

_SHOWN = (Precision.COUNTRY, Precision.ADMIN1, Precision.LOCALITY, Precision.EXACT)
"""How much of a place everybody is told, the least first."""


def merged(old: Mapping[str, Any], patch: Mapping[str, Any]) -> IncidentDraft:
    """Return a draft with the fields a patch names (RFC 7396; lists are replaced whole)."""
    try:
        return msgspec.convert({**old, **patch}, IncidentDraft)
    except msgspec.ValidationError as error:
        # Its message names the place and the expected kind, and may quote a value: only the place.
        _, _, place = str(error).partition("`$.")
        pointer = "/" + place.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
        raise wrong(pointer, "invalid", "This value is not valid here.") from None


def propose(
    session: Session,
    viewer: Viewer,
    row: Incident,
    patch: Mapping[str, Any],
    *,
    reason: str,
    now: datetime,
) -> Incident:
    """Keep what a patch wants of a public incident until somebody else has verified it."""
    old = _fields(row)
    new = msgspec.to_builtins(merged(old, patch))
    changed = [name for name in patch if old[name] != new[name]]
    at_once = [name for name in changed if _shows_less(name, old[name], new[name])]
    _try(session, viewer, row.id, {name: patch[name] for name in changed}, now=now)
    row = incidents.get_incident(session, viewer, row.id)
    for name in changed:
        if name not in at_once:
            _wait(session, viewer, row, name, old[name], patch[name], reason=reason, now=now)
    waiting = {
        name: {"old": old[name], "new": patch[name]} for name in changed if name not in at_once
    }
    if waiting:
        # Below one name, so that no reader of revisions takes it for a change that was made.
        proposed = {"proposed": {"old": None, "new": waiting}}
        workflow.record_step(
            session, viewer, row.id, "propose_changes", changes=proposed, reason=reason, now=now
        )
        ledger.bump(session, "staff")
    if at_once:
        fields = {name: patch[name] for name in at_once}
        row = _apply(session, viewer, row, fields, "edit", {}, reason=reason, now=now)
    return row


def approve(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    *,
    now: datetime,
    fields: Collection[str] | None = None,
    reason: str | None = None,
) -> Incident:
    """Verify changes that somebody else proposed; from now on everybody reads them."""
    row, chosen = _chosen(session, viewer, incident_id, fields)
    _check_decider(session, viewer, row, chosen)
    proposers = {
        "proposed_by": {"old": None, "new": sorted({str(one.proposed_by_id) for one in chosen})}
    }
    wanted = {one.field: one.values["new"] for one in chosen}
    for one in chosen:
        _decide(one, "approved", viewer, reason=reason, now=now)
    row = _apply(session, viewer, row, wanted, "approve_changes", proposers, reason=reason, now=now)
    if "sources" in wanted:
        cited = [
            CitationRef(independence_group=one.independence_group, is_primary=one.is_primary)
            for one in row.citations
        ]
        check_sources(cited, reason or row.verification_reason)
    return row


def decline(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
    fields: Collection[str] | None = None,
) -> Incident:
    """Set changes aside, with a reason; whoever proposed them may take them back so."""
    row, chosen = _chosen(session, viewer, incident_id, fields)
    person = workflow.person_behind
    actor = person(session, viewer.key_id)
    is_own = all(person(session, one.proposed_by_id) == actor for one in chosen)
    if not (is_own or Scope.INCIDENTS_VERIFY in viewer.scopes):
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the change.")
    for one in chosen:
        _decide(one, "declined", viewer, reason=reason, now=now)
    names = {"declined": {"old": None, "new": [one.field for one in chosen]}}
    workflow.record_step(
        session, viewer, row.id, "decline_changes", changes=names, reason=reason, now=now
    )
    ledger.bump(session, "staff")
    return row


def pending_view(session: Session, viewer: Viewer, row: Incident) -> dict[str, Any]:
    """Return what waits by field: what stands, what is proposed, by whom, and whether you may decide."""
    waiting = pending_of(session, row.id)
    names = _names(session, [one.proposed_by_id for one in waiting]) if viewer.is_staff else {}
    return {
        one.field: {
            **one.values,
            "by": {"id": one.proposed_by_id, "name": names.get(one.proposed_by_id)}
            if viewer.is_staff
            else None,
            "at": one.proposed_at,
            "reason": one.reason,
            "may_approve": _may_decide(session, viewer, row, one),
        }
        for one in waiting
    }


def _names(session: Session, ids: Sequence[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    rows = session.execute(sa.select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(ids)))
    return dict(iter(rows))


def _fields(row: Incident) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(assembling.draft_of(row))
    return found


def _shows_less(name: str, old: object, new: object) -> bool:
    if name == "is_at_risk":
        return new is True
    if name != "public_precision":
        return False
    shown = {term.value: place for place, term in enumerate(_SHOWN)}
    return shown.get(str(new), -1) < shown.get(str(old), -1)


def _try(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Make a change and undo it: whatever would refuse it refuses it now, and not its verifier."""
    with session.begin_nested() as trial:
        row = incidents.get_incident(session, viewer, incident_id)
        wanted = merged(_fields(row), patch)
        span = check_incident(wanted, now)
        with external_ids.taken_by_nobody_else():
            assembling.apply(session, row, wanted, span, viewer=viewer, now=now)
            session.flush()
        trial.rollback()


def _wait(
    session: Session,
    viewer: Viewer,
    row: Incident,
    name: str,
    old: object,
    new: object,
    *,
    reason: str,
    now: datetime,
) -> None:
    person = workflow.person_behind
    for one in pending_of(session, row.id):
        if one.field != name:
            continue
        if person(session, one.proposed_by_id) != person(session, viewer.key_id):
            raise Conflict(f"another change of `{name}` waits: have it approved or declined first")
        _decide(one, "superseded", viewer, reason=None, now=now)
    session.add(
        PendingChange(
            incident_id=row.id,
            field=name,
            values={"old": old, "new": new},
            reason=reason,
            proposed_by_id=viewer.key_id,
            proposed_at=now,
        )
    )
    session.flush()


def _chosen(
    session: Session, viewer: Viewer, incident_id: uuid.UUID, fields: Collection[str] | None
) -> tuple[Incident, list[PendingChange]]:
    row = incidents.get_incident(session, viewer, incident_id, for_change=True)
    if not (viewer.is_staff or row.submitted_by_id == viewer.key_id):
        # To everybody else nothing tells that something waits.
        raise Conflict("no change of this incident waits")
    waiting = {one.field: one for one in pending_of(session, incident_id)}
    if not waiting or row.status is not WorkflowStatus.PUBLISHED:
        raise Conflict("no change of this incident waits")
    unknown = set(fields or ()) - waiting.keys()
    if unknown:
        listed = ", ".join(sorted(waiting))
        raise wrong("/fields", "unknown", f"Changes wait of these fields only: {listed}.")
    return row, [one for name, one in waiting.items() if fields is None or name in fields]


def _check_decider(
    session: Session, viewer: Viewer, row: Incident, chosen: Sequence[PendingChange]
) -> None:
    if Scope.INCIDENTS_VERIFY not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:verify, which the key does not have")
    person = workflow.person_behind
    check_actor(
        Action.VERIFY,
        actor=person(session, viewer.key_id),
        submitter=person(session, row.submitted_by_id),
        editors={person(session, one.proposed_by_id) for one in chosen},
    )


def _may_decide(session: Session, viewer: Viewer, row: Incident, one: PendingChange) -> bool:
    try:
        _check_decider(session, viewer, row, [one])
    except NotAllowed:
        return False
    return True


def _decide(
    one: PendingChange, outcome: str, viewer: Viewer, *, reason: str | None, now: datetime
) -> None:
    one.outcome, one.decided_by_id, one.decided_at = outcome, viewer.key_id, now
    one.decision_reason = reason


def _apply(
    session: Session,
    viewer: Viewer,
    row: Incident,
    patch: Mapping[str, Any],
    action: str,
    more: dict[str, Any],
    *,
    reason: str | None,
    now: datetime,
) -> Incident:
    """Change a public incident for everybody, as one revision."""
    old = _fields(row)
    wanted = merged(old, patch)
    span = check_incident(wanted, now)
    with external_ids.taken_by_nobody_else():
        assembling.apply(session, row, wanted, span, viewer=viewer, now=now)
        session.flush()
    changes = differences(old, _fields(row))
    workflow.record_step(
        session, viewer, row.id, action, changes={**changes, **more}, reason=reason, now=now
    )
    session.flush()
    row = incidents.get_incident(session, viewer, row.id)
    changed = conclusions.refresh(session, row, now=now, was_public=True, touched=True)
    ledger.bump(session, "staff", *(["public"] if changed else []))
    return row
