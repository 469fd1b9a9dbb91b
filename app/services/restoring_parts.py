# SPDX-License-Identifier: Apache-2.0
"""What rows of an export refer to: people, outlets, sources, decisions; kept under their own ids.

What is on record here stays as it is, unless the record is one's own and being restored.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.vocabulary import Role
from app.services import access
from app.services.exporting_parts import (
    DecisionShape,
    EventGroupShape,
    OutletShape,
    PersonShape,
    SourceShape,
)
from app.storage import ledger
from app.storage.access import ApiKey
from app.storage.citations import Citation
from app.storage.database import Base
from app.storage.decisions import Decision
from app.storage.outlets import Outlet
from app.storage.parts import EventGroup
from app.storage.people import Person

TAKEN_IN = "take_in"
"""The action of revisions that an export made; every other one is a person's or another import's."""

T = TypeVar("T", bound=Base)


@dataclass(slots=True, kw_only=True)
class Taking:
    """One import under way: whose record it is (`name`; None for one's own), and what is known."""

    session: Session
    name: str | None
    now: datetime
    _seen: dict[tuple[type[Any], uuid.UUID], Base] = field(default_factory=dict)
    _key: ApiKey | None = None

    @property
    def is_own(self) -> bool:
        """Whether this restores one's own record, as it stood."""
        return self.name is None

    def at(self, told: datetime | None) -> datetime:
        """Return when something was recorded: as the file says of one's own, now of others'."""
        return told if told is not None and self.is_own else self.now

    def standing(self, told: datetime | None, *, verified: bool) -> datetime | None:
        """Return since when something is verified here: another house's word waits for ours."""
        return (told or self.now) if verified and self.is_own else None

    def decided_by(self) -> uuid.UUID:
        """Return the key that stands for editors of the restored record; nobody can use it."""
        if self._key is None:
            made = access.create_key(
                self.session, role=Role.EDITOR, name="restored record", now=self.now
            )
            access.revoke_key(self.session, made.id, now=self.now)
            self._key = self.session.get_one(ApiKey, made.id)
        return self._key.id

    def put(self, table: type[T], object_id: uuid.UUID, *, fresh: bool, **values: Any) -> T:  # noqa: ANN401
        """Keep a row under its id, once for each import; `fresh` overwrites what is there."""
        seen = self._seen.get((table, object_id))
        if seen is not None:
            return cast("T", seen)
        row = self.session.get(table, object_id)
        if row is None:
            row = table(id=object_id, **values)
            self.session.add(row)
        elif fresh:
            for name, value in values.items():
                setattr(row, name, value)
        self._seen[table, object_id] = row
        return row

    def holds(self, table: type[Base], object_id: uuid.UUID) -> bool:
        """Whether a row is on record, or was put there by this import."""
        if (table, object_id) in self._seen:
            return True
        return self.session.get(table, object_id) is not None

    def source(self, shape: SourceShape) -> Citation:
        """Keep a published source."""
        values = {name: getattr(shape, name) for name in shape.__struct_fields__ if name != "id"}
        return self.put(Citation, shape.id, fresh=self.is_own, created_at=self.now, **values)


def put_source(taking: Taking, shape: SourceShape | None) -> uuid.UUID | None:
    """Keep a published source; return its id."""
    return taking.source(shape).id if shape is not None else None


def put_person(taking: Taking, shape: PersonShape | None) -> uuid.UUID | None:
    """Keep a person; return their id."""
    if shape is None:
        return None
    values = {name: getattr(shape, name) for name in shape.__struct_fields__ if name != "id"}
    stamps = {"created_at": taking.now, "updated_at": taking.now}
    taking.put(Person, shape.id, fresh=taking.is_own, **stamps, **values)
    return shape.id


def put_outlet(taking: Taking, shape: OutletShape | None, country: str) -> uuid.UUID | None:
    """Keep an outlet that is only named, where it is not on record; return its id.

    Its own row, in an export of outlets, says more and comes before or after.
    """
    if shape is None:
        return None
    if taking.holds(Outlet, shape.id):
        return shape.id
    taking.put(
        Outlet,
        shape.id,
        fresh=False,
        name=shape.name,
        is_group=shape.is_group,
        country=shape.country or country,
        created_at=taking.now,
        updated_at=taking.now,
        version=1,
    )
    # Whoever brings its own row later sees that a file named it, and no person.
    ledger.record_first(
        taking.session,
        object_kind="outlet",
        object_id=shape.id,
        action=TAKEN_IN,
        actor_id=None,
        at=taking.now,
        changes={"taken_in": {"old": None, "new": "named only"}},
    )
    return shape.id


def put_decision(taking: Taking, shape: DecisionShape | None, country: str) -> uuid.UUID | None:
    """Keep a decision; return its id."""
    if shape is None:
        return None
    span = dates.parse(shape.date)
    taking.put(
        Decision,
        shape.id,
        fresh=taking.is_own,
        kind=shape.kind,
        title=shape.title,
        authority=shape.authority,
        date_text=span.text,
        date_earliest=span.earliest,
        date_latest=span.latest,
        ground=shape.ground,
        statute=shape.statute,
        territory=shape.territory or country,
        domains=shape.domains,
        titles=shape.titles,
        citation_id=put_source(taking, shape.source),
        is_published=shape.published and taking.is_own,
        recorded_at=taking.at(shape.recorded_at),
    )
    return shape.id


def put_event_group(
    taking: Taking, shape: EventGroupShape | None, country: str
) -> uuid.UUID | None:
    """Keep the wider happening; return its id."""
    if shape is None:
        return None
    taking.put(
        EventGroup,
        shape.id,
        fresh=taking.is_own,
        name=shape.name,
        country=shape.country or country,
        date_text=shape.date,
        summary=shape.summary,
        citation_id=put_source(taking, shape.source),
        is_published=shape.published and taking.is_own,
        recorded_at=taking.at(shape.recorded_at),
    )
    return shape.id
