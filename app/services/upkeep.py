# SPDX-License-Identifier: Apache-2.0
"""Announced work on sites and vantages: plan it, end it, and ask whether it is going on.

Measuring goes on and every verdict is kept; alerts about what is under work wait until it is over.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.domain.blocking import maintenance
from app.domain.blocking.maintenance import Window
from app.errors import FieldError, InvalidInput
from app.storage import ledger, maintenances
from app.storage.maintenances import Maintenance
from app.storage.sites import Site, Vantage, find_vantage, get_site

_NOTE = "maintenance"


def plan(
    session: Session,
    *,
    site: uuid.UUID | None,
    vantage: str | None,
    starts_at: datetime,
    ends_at: datetime,
    weekly_in: str | None,
    reason: str,
    now: datetime,
    actor_id: uuid.UUID | None,
) -> Maintenance:
    """Announce work on one site or one vantage, once or every week by the clocks of a place."""
    if (site is None) == (vantage is None):
        raise _wrong("/site", "name either a site or a vantage: what is the work on?")
    row = Maintenance(
        site_id=get_site(session, site).id if site else None,
        vantage_id=_vantage(session, vantage).id if vantage else None,
        starts_at=starts_at.astimezone(UTC),
        ends_at=ends_at.astimezone(UTC),
        weekly_in=weekly_in,
        reason=reason,
        created_by_id=actor_id,
        created_at=now,
    )
    zone_of(weekly_in)
    if fault := maintenance.fault_of(_window(row)):
        raise _wrong("/ends_at", fault)
    session.add(row)
    session.flush()
    _record(session, row, "create", now=now, actor_id=actor_id)
    return row


def end(
    session: Session, maintenance_id: uuid.UUID, *, now: datetime, actor_id: uuid.UUID | None
) -> Maintenance:
    """End work now, or take back what was announced; doing it twice is harmless."""
    row = maintenances.get_maintenance(session, maintenance_id)
    if row.ended_at is None:
        row.ended_at = now
        session.flush()
        _record(session, row, "end", now=now, actor_id=actor_id)
    return row


class Upkeep:
    """What is under work at a time, read once for many questions."""

    def __init__(self, session: Session, *, at: datetime) -> None:
        going_on = [
            row
            for row in maintenances.list_current(session, at=at)
            if maintenance.is_under(_window(row), at)
        ]
        self._sites = {row.site_id: row.reason for row in going_on if row.site_id}
        self._vantages = {row.vantage_id: row.reason for row in going_on if row.vantage_id}

    @property
    def ids(self) -> frozenset[str]:
        """The ids of sites and vantages under work."""
        return frozenset(str(one) for one in (*self._sites, *self._vantages))

    def reason(self, site_id: uuid.UUID | None, vantage_id: uuid.UUID | None) -> str | None:
        """Return why a site or vantage is under work, or None where it is not."""
        if site_id in self._sites:
            return self._sites[site_id]
        return self._vantages.get(vantage_id) if vantage_id else None


@dataclass(frozen=True, slots=True)
class Noted:
    """What was under work when it was looked at last; readers see it as a flag."""

    ids: frozenset[str]

    def covers(self, site_id: uuid.UUID, vantage_id: uuid.UUID) -> bool:
        """Whether work goes on at a site or at the vantage."""
        return not self.ids.isdisjoint((str(site_id), str(vantage_id)))


def note(session: Session, *, now: datetime) -> bool:
    """Note what is under work now; where that has changed, what readers hold is out of date."""
    ids = Upkeep(session, at=now).ids
    if ids == noted(session).ids:
        return False
    session.merge(ledger.Note(name=_NOTE, value={"ids": sorted(ids)}))
    ledger.bump(session, "staff", "public")
    return True


def noted(session: Session) -> Noted:
    """Return what was under work when it was noted last, at most half a minute ago."""
    kept = session.get(ledger.Note, _NOTE)
    return Noted(frozenset(kept.value["ids"]) if kept else frozenset())


def reason_for(
    session: Session, *, site_id: uuid.UUID | None, vantage_id: uuid.UUID | None, at: datetime
) -> str | None:
    """Return why a site or vantage is under work at a time, or None."""
    return Upkeep(session, at=at).reason(site_id, vantage_id)


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return the time zone of this name. Raises InvalidInput for one that nobody knows."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _wrong(
            "/weekly_in", "there is no such time zone: write one like Asia/Almaty"
        ) from None


def list_views(
    session: Session, *, now: datetime, limit: int, after: uuid.UUID | None = None
) -> list[dict[str, Any]]:
    """Return all announced work, the latest first."""
    return [
        view(session, row, now=now)
        for row in maintenances.list_all(session, limit=limit, after=after)
    ]


def view(session: Session, row: Maintenance, *, now: datetime) -> dict[str, Any]:
    """Return one as its planners read it."""
    site = session.get(Site, row.site_id) if row.site_id else None
    vantage = session.get(Vantage, row.vantage_id) if row.vantage_id else None
    return {
        "id": row.id,
        "site": {"id": site.id, "url": site.url} if site else None,
        "vantage": vantage.code if vantage else None,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "weekly_in": row.weekly_in,
        "reason": row.reason,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
        "is_going_on": row.ended_at is None and maintenance.is_under(_window(row), now),
    }


def _window(row: Maintenance) -> Window:
    return Window(starts_at=row.starts_at, ends_at=row.ends_at, weekly_in=zone_of(row.weekly_in))


def _vantage(session: Session, code: str) -> Vantage:
    found = find_vantage(session, code)
    if found is None:
        raise _wrong(
            "/vantage", "there is no vantage with this code: GET /api/v1/vantages lists them"
        )
    return found


def _record(
    session: Session, row: Maintenance, action: str, *, now: datetime, actor_id: uuid.UUID | None
) -> None:
    ledger.record_revision(
        session,
        object_kind="maintenance",
        object_id=row.id,
        action=action,
        actor_id=actor_id,
        at=now,
        reason=row.reason,
    )
    if not note(session, now=now):
        ledger.bump(session, "staff")


def _wrong(pointer: str, message: str) -> InvalidInput:
    place = FieldError(pointer=pointer, code="invalid", message=message)
    return InvalidInput(message, errors=(place,))
