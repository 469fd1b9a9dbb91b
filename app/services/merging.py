# SPDX-License-Identifier: Apache-2.0
"""Two records of one event become one, and two again: what moved is kept with the merger.

Whoever merges into the public record, or undoes that, is the second person for what moves: they
neither handed in nor wrote either of the two. What a merger brings to a verified incident is verified anew.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.domain.vocabulary import Scope, WorkflowStatus
from app.errors import Conflict, NotAllowed
from app.services import conclusions, moving, workflow
from app.services.checks import wrong
from app.storage import ledger
from app.storage.incidents import Incident, find_incident, get_incident
from app.storage.merges import Merge, is_split_from, lock_merge
from app.storage.pending import PENDING, PendingChange, pending_of

_STANDING = (
    "status",
    "status_reason",
    "verified_by_id",
    "verified_at",
    "verified_by_name",
    "verification_reason",
)
_MOVING_FIELDS = ("sources", "external_ids", "involvements", "targets")


def merge(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    *,
    merged_into: uuid.UUID,
    reason: str | None,
    now: datetime,
) -> Incident:
    """Merge an incident into another, which stays and gets what speaks for it; return the merged one."""
    row, kept = _both(session, incident_id, merged_into)
    before: dict[str, Any] = {}
    if row is not None and kept is not None and row.id != kept.id:
        before = {"merged": _standing(row), "kept": _standing(kept)}
        before["pending"] = [str(one.id) for one in pending_of(session, row.id)]
    row = workflow.transition(
        session,
        viewer,
        incident_id,
        Action.MERGE,
        now=now,
        reason=reason,
        duplicate_of=merged_into,
    )
    kept = get_incident(session, viewer, merged_into)
    _check(session, viewer, row, kept, was=before["merged"]["status"])
    with_targets = is_split_from(session, row.id, kept.id)
    moved = moving.move_all(session, row, kept, with_targets=with_targets)
    row, kept = _again(session, row.id), _again(session, kept.id)
    changes = _changes(moved)
    if moving.is_shown(moved) and kept.status is WorkflowStatus.VERIFIED:
        _set_standing(kept, dict.fromkeys(_STANDING) | {"status": "under_verification"})
        changes["status"] = {"old": "verified", "new": "under_verification"}
    _note(session, viewer, kept.id, "merge_in", changes, reason, now)
    _note_cases(session, viewer, moved, old=row.id, new=kept.id, reason=reason, now=now)
    _refresh(session, [kept, row], now=now)
    session.add(
        Merge(
            kept_id=kept.id,
            merged_id=row.id,
            reason=reason or "",
            moved=moved,
            before={**before, "after": _standing(kept), "version": kept.version},
            merged_at=now,
            merged_by_id=viewer.key_id,
        )
    )
    session.flush()
    return row


def undo(
    session: Session, viewer: Viewer, merge_id: uuid.UUID, *, reason: str, now: datetime
) -> Merge:
    """Put everything back as it was; refused where what moved was changed in a way that forbids it."""
    if Scope.INCIDENTS_PUBLISH not in viewer.scopes:
        raise NotAllowed("this needs the scope incidents:publish, which the key does not have")
    if not reason.strip():
        raise wrong("/reason", "missing", "Say why; the reason is kept with the record.")
    done = lock_merge(session, merge_id)
    if done.undone_at is not None:
        raise Conflict("this merger was undone before")
    row, kept = _both(session, done.merged_id, done.kept_id)
    assert row is not None
    assert kept is not None
    _check_undo(session, viewer, done, row, kept)
    moving.move_back(session, done.moved, to_id=row.id, from_id=kept.id)
    row, kept = _again(session, row.id), _again(session, kept.id)
    if kept.status is WorkflowStatus.PUBLISHED and not kept.citations:
        raise Conflict("without the sources it got by merging a public record would have none")
    _set_standing(row, done.before["merged"])
    row.duplicate_of_id = None
    _let_wait_again(session, done)
    changes = {
        "status": {"old": "merged", "new": row.status.value},
        "merged_into": {"old": str(kept.id), "new": None},
    }
    _note(session, viewer, row.id, "undo_merge", changes, reason, now)
    changes = _changes(done.moved, back=True)
    changes |= _stand_again(kept, done)
    _note(session, viewer, kept.id, "undo_merge", changes, reason, now)
    _note_cases(session, viewer, done.moved, old=kept.id, new=row.id, reason=reason, now=now)
    _refresh(session, [kept, row], now=now)
    done.undone_at, done.undone_by_id, done.undone_reason = now, viewer.key_id, reason
    session.flush()
    return done


def _both(
    session: Session, first: uuid.UUID, second: uuid.UUID
) -> tuple[Incident | None, Incident | None]:
    """Lock two incidents in one order, so that two mergers never wait for each other."""
    found = {one: find_incident(session, one, for_change=True) for one in sorted({first, second})}
    return found[first], found[second]


def _again(session: Session, incident_id: uuid.UUID) -> Incident:
    row = find_incident(session, incident_id)
    assert row is not None
    return row


def _standing(row: Incident) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _STANDING}
    return {
        name: str(value) if isinstance(value, uuid.UUID | datetime) else value
        for name, value in values.items()
    }


def _set_standing(row: Incident, kept: dict[str, Any]) -> None:
    row.status = WorkflowStatus(kept["status"])
    row.status_reason = kept["status_reason"]
    by, at = kept["verified_by_id"], kept["verified_at"]
    row.verified_by_id = uuid.UUID(by) if by else None
    row.verified_at = datetime.fromisoformat(at) if at else None
    row.verified_by_name = kept["verified_by_name"]
    row.verification_reason = kept["verification_reason"]


def _check(session: Session, viewer: Viewer, row: Incident, kept: Incident, *, was: str) -> None:
    if was == WorkflowStatus.PUBLISHED and kept.status is not WorkflowStatus.PUBLISHED:
        raise Conflict(
            "a public record is merged into a public one only: publish the other, or merge that one"
        )
    _check_waiting(session, kept)
    if kept.status is WorkflowStatus.PUBLISHED:
        _check_person(session, viewer, row, kept)


def _check_person(session: Session, viewer: Viewer, row: Incident, kept: Incident) -> None:
    """Hold the two-person rule: nobody brings what they wrote themselves into the public record."""
    if workflow.is_author(session, viewer, row) or workflow.is_submitter(session, viewer, kept):
        raise NotAllowed(
            "Public records are merged, and a merger of them undone, by somebody other than who "
            "handed them in or changed them. Ask a colleague."
        )


def _check_waiting(session: Session, kept: Incident) -> None:
    waiting = {one.field for one in pending_of(session, kept.id)} & set(_MOVING_FIELDS)
    if waiting:
        listed = ", ".join(sorted(waiting))
        raise Conflict(
            f"a change of the incident that stays waits ({listed}): approve or decline it first"
        )


def _check_undo(
    session: Session, viewer: Viewer, done: Merge, row: Incident, kept: Incident
) -> None:
    if row.status is not WorkflowStatus.MERGED or row.duplicate_of_id != kept.id:
        raise Conflict("the incident that was merged is no longer merged into that one")
    if kept.status in (WorkflowStatus.MERGED, WorkflowStatus.DUPLICATE):
        raise Conflict(f"the incident that stayed is {kept.status.label} itself: undo that first")
    is_public = kept.status is WorkflowStatus.PUBLISHED
    was_public = done.before["kept"]["status"] == WorkflowStatus.PUBLISHED
    if is_public and not was_public and moving.is_shown(done.moved):
        raise Conflict(
            "the incident that stayed was published since, with what it got by merging: retract it first"
        )
    _check_waiting(session, kept)
    if is_public or done.before["merged"]["status"] == WorkflowStatus.PUBLISHED:
        _check_person(session, viewer, row, kept)


def _stand_again(kept: Incident, done: Merge) -> dict[str, Any]:
    """Give back the standing that a merger took; what was verified with what goes is verified anew."""
    old = kept.status
    is_untouched = kept.version == done.before["version"]
    lost_by_merging = done.before["kept"]["status"] != done.before["after"]["status"]
    if is_untouched and lost_by_merging:
        _set_standing(kept, done.before["kept"])
    elif (
        kept.status is WorkflowStatus.VERIFIED
        and moving.is_shown(done.moved)
        and str(kept.verified_at) != done.before["kept"]["verified_at"]
    ):
        _set_standing(kept, dict.fromkeys(_STANDING) | {"status": "under_verification"})
    if kept.status is old:
        return {}
    return {"status": {"old": old.value, "new": kept.status.value}}


def _let_wait_again(session: Session, done: Merge) -> None:
    """Let changes wait again that were let go because their incident left the public record."""
    for one in done.before["pending"]:
        waiting = session.get(PendingChange, uuid.UUID(one))
        if waiting is not None and waiting.outcome == "dropped":
            waiting.outcome = PENDING
            waiting.decided_by_id = waiting.decided_at = None
    session.flush()


_FIELDS = {"citations": "sources"}


def _changes(moved: moving.Moved, *, back: bool = False) -> dict[str, Any]:
    """Return what an incident got, or gave back, as a change of its history."""
    found: dict[str, Any] = {}
    for name, ids in moved.items():
        listed = [one if isinstance(one, str) else one[0] for one in ids]
        if listed and name != "cases_of_both":
            old, new = (listed, []) if back else ([], listed)
            found[_FIELDS.get(name, name)] = {"old": old, "new": new}
    return found


def _note(
    session: Session,
    viewer: Viewer,
    incident_id: uuid.UUID,
    action: str,
    changes: dict[str, Any],
    reason: str | None,
    now: datetime,
) -> None:
    workflow.record_step(
        session, viewer, incident_id, action, changes=changes, reason=reason, now=now
    )


def _note_cases(
    session: Session,
    viewer: Viewer,
    moved: moving.Moved,
    *,
    old: uuid.UUID,
    new: uuid.UUID,
    reason: str | None,
    now: datetime,
) -> None:
    for case_id in (*moved["cases"], *moved["cases_of_both"]):
        ledger.record_revision(
            session,
            object_kind="case",
            object_id=uuid.UUID(case_id),
            action="move",
            actor_id=viewer.key_id,
            at=now,
            reason=reason,
            changes={"incident_ids": {"old": [str(old)], "new": [str(new)]}},
        )


def _refresh(session: Session, rows: list[Incident], *, now: datetime) -> None:
    session.flush()
    changed = False
    for row in rows:
        was_public = row.ref is not None and row.status is not WorkflowStatus.PUBLISHED
        again = _again(session, row.id)
        changed |= conclusions.refresh(session, again, now=now, was_public=was_public, touched=True)
    ledger.bump(session, "staff", *(["public"] if changed else []))
