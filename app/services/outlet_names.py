# SPDX-License-Identifier: Apache-2.0
"""Outlets that a source names, found again by exactly that name in that country.

Accents, capitals and brackets play no part. Where two outlets bear one name neither is chosen: a person
says which. Never here: people, who are never found by name alone.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.dataset import name_key
from app.domain.visibility import Viewer
from app.services.assembling import make_outlet
from app.services.drafts import OutletDraft
from app.storage.outlets import Outlet
from app.storage.reached import outlets_seen_by


class OutletNames:
    """The outlets a viewer reaches, by name; each country is read once, when it is first asked for."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        self._session = session
        self._viewer = viewer
        self._known: dict[str, dict[str, list[uuid.UUID]]] = {}
        self.rows: dict[uuid.UUID, Outlet] = {}
        """Outlets made here, or asked for with `keep`; the same objects for all who use them."""

    def find(self, name: str, country: str) -> uuid.UUID | None:
        """Return the one outlet of this name; None where there is none, or more than one."""
        found = self._named(name, country)
        return found[0] if len(found) == 1 else None

    def is_shared(self, name: str, country: str) -> bool:
        """Whether several outlets bear this name."""
        return len(self._named(name, country)) > 1

    def keep(self, name: str, country: str) -> None:
        """Keep the row of an outlet at hand, where exactly one bears this name."""
        outlet_id = self.find(name, country)
        if outlet_id is not None and outlet_id not in self.rows:
            row = self._session.get(Outlet, outlet_id)
            if row is not None:
                self.rows[outlet_id] = row

    def make_missing(self, name: str, country: str, *, now: datetime) -> None:
        """Add an outlet, unpublished, unless one of this name is on record; keep the row at hand."""
        self.keep(name, country)
        if self._named(name, country):
            return
        draft = OutletDraft(name=name, country=country)
        row = make_outlet(self._session, draft, recorded_by_id=self._viewer.key_id, now=now)
        self.rows[row.id] = row
        self._known[country].setdefault(_key(name), []).append(row.id)

    def _named(self, name: str, country: str) -> list[uuid.UUID]:
        if country not in self._known:
            self._known[country] = self._read(country)
        return self._known[country].get(_key(name), [])

    def _read(self, country: str) -> dict[str, list[uuid.UUID]]:
        rows = self._session.execute(
            sa.select(Outlet.name, Outlet.id).where(
                Outlet.country == country, outlets_seen_by(self._viewer)
            )
        )
        found: dict[str, list[uuid.UUID]] = {}
        for name, outlet_id in rows:
            found.setdefault(_key(name), []).append(outlet_id)
        return found


def _key(name: str) -> str:
    # A name of brackets and marks alone has no other key than itself.
    return name_key(name) or name.casefold().strip()
