# SPDX-License-Identifier: Apache-2.0
"""Which queue somebody works through: what is needed, of which source, and the place in it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends

from app.errors import InvalidInput
from app.services.triage import Need, Place
from app.web import filters
from app.web.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The reports somebody goes through; both None for all that wait."""

    need: Need | None = None
    source_id: uuid.UUID | None = None

    @property
    def query(self) -> dict[str, str]:
        """Return what an address says of it."""
        said = {"needs": self.need, "source": self.source_id}
        return {name: str(value) for name, value in said.items() if value is not None}


def get_queue(needs: str = "", source: str = "") -> Queue:
    """Read the queue from an address."""
    return Queue(need=filters.chosen(Need, needs, "needs"), source_id=filters.identifier(source))


def queue_of(form: Form) -> Queue:
    """Read the queue from the form that was made in it; a mangled one is all that waits."""
    try:
        return get_queue(form.one("needs"), form.one("source"))
    except InvalidInput:
        return Queue()


QueueDep = Annotated[Queue, Depends(get_queue)]


def read_place(text: str) -> Place | None:
    """Return where a page of the queue begins, as the link of the page before says it."""
    at, _, last = text.rpartition("_")
    report_id = filters.identifier(last)
    if report_id is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, report_id) if moment.tzinfo is not None else None


def write_place(view: dict[str, Any]) -> str:
    """Return the place of a report, for the link to what follows."""
    return f"{view['first_seen_at'].isoformat()}_{view['id']}"
