# SPDX-License-Identifier: Apache-2.0
"""Forget in good time: old measurements of sites that were well, and bodies that are evidence of nothing.

Good measurements go after `keep_ok`; their counts by hour and day stay. What was not good, showed
interference, or stands behind a state, an episode, an alert or another's verdict stays. Everything
here is one small step; whoever calls repeats it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.storage import body_references, forgetting, ledger, measurements
from app.storage.bodies import BodyStore, Sweep
from app.storage.forgetting import Place, Row

KEEP_UNREFERRED = timedelta(days=1)
"""A body is written before the row that refers to it; a day later nobody will write that row."""

SWEEP_EVERY = timedelta(days=1)
READ_ANEW_EVERY = timedelta(days=30)
"""What was passed over, because something referred to it then, is looked at again this often."""

_MEASUREMENTS = "retention.measurements"
_REFERENCES = "retention.references"


def forget_measurements(
    session: Session, *, now: datetime, keep_ok: timedelta, limit: int = 500
) -> tuple[int, bool]:
    """Go over the next old measurements; return how many were deleted, and whether there are more."""
    before = now - keep_ok
    here = forgetting.place(session, _MEASUREMENTS)
    rows = forgetting.page(session, here, before=before, limit=limit)
    going = _may_go(session, rows, before=before)
    if going:
        deleted = forgetting.delete(session, going)
        ledger.bump(session, "sites")
    else:
        deleted = 0
    began_at = here.began_at if here else now
    if len(rows) < limit and now - began_at >= READ_ANEW_EVERY:
        forgetting.keep_place(session, _MEASUREMENTS, None)
    elif rows:
        reached = Place(at=rows[-1].measured_at, uid=rows[-1].uid, began_at=began_at)
        forgetting.keep_place(session, _MEASUREMENTS, reached)
    session.flush()
    return deleted, len(rows) == limit


def _may_go(session: Session, rows: Sequence[Row], *, before: datetime) -> set[uuid.UUID]:
    """Return those that are plainly good, have been here long enough, and stand for nothing."""
    old = [
        row
        for row in rows
        # What was imported lately is as new here as what was measured lately.
        if row.control_of is None and row.awaits is None and row.received_at < before
    ]
    good = forgetting.plainly_good(session, {row.uid for row in old})
    asked = [row for row in old if row.uid in good]
    return {row.uid for row in asked} - forgetting.spoken_for(session, asked)


def note_old_references(session: Session, *, now: datetime, limit: int = 500) -> bool:
    """Write down what measurements refer to that were kept before references were; True if more.

    Until this is done nothing can be swept: what an old measurement is evidence of is not known.
    """
    note = session.get(ledger.Note, _REFERENCES)
    if note is not None and note.value.get("done"):
        return False
    here = None if note is None else forgetting.place(session, _REFERENCES)
    rows = forgetting.page(session, here, before=now + SWEEP_EVERY, limit=limit)
    kept = forgetting.observations_of(session, {row.uid for row in rows})
    body_references.note(session, (measurements.from_observations(one) for one in kept))
    if len(rows) == limit:
        began_at = here.began_at if here else now
        reached = Place(at=rows[-1].measured_at, uid=rows[-1].uid, began_at=began_at)
        forgetting.keep_place(session, _REFERENCES, reached)
    else:
        session.merge(ledger.Note(name=_REFERENCES, value={"done": True}))
    session.flush()
    return len(rows) == limit


def forget_bodies(
    session: Session, bodies: BodyStore, *, now: datetime, limit: int = 500
) -> tuple[int, bool]:
    """Go over the next bodies of a store; return how many were removed, and whether there are more.

    A body goes when no measurement refers to it, and it was not kept lately. What waits for a
    verdict refers to nothing yet, so nothing goes that is as new as the oldest of it.
    """
    sweep = bodies.sweep()
    if not sweep.after and now.timestamp() - sweep.ended_at < SWEEP_EVERY.total_seconds():
        return 0, False
    if note_old_references(session, now=now, limit=limit):
        return 0, True
    found = bodies.list_kept(after=sweep.after, limit=limit)
    waiting = forgetting.waiting_since(session)
    oldest = min(now, waiting) if waiting else now
    before = (oldest - KEEP_UNREFERRED).timestamp()
    old = [one for one in found if one.kept_at < before]
    known = body_references.referred_to(session, {one.sha256 for one in old})
    removed = sum(bodies.remove(one) for one in old if one.sha256 not in known)
    if len(found) == limit:
        bodies.note_sweep(Sweep(after=found[-1].sha256, ended_at=sweep.ended_at))
        return removed, True
    removed += bodies.remove_leftovers(before=before)
    bodies.note_sweep(Sweep(ended_at=now.timestamp()))
    return removed, False
