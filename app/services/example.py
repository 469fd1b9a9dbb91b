# SPDX-License-Identifier: Apache-2.0
"""The founding example: loaded through the services the API uses, remembered, and taken away again.

Two keys of its own do the work and are revoked at once, so that the record says honestly who handed
in and who verified. What was made is kept in a note; `remove` takes exactly that away.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.domain.vocabulary import ROLE_SCOPES, Role
from app.errors import InvalidInput
from app.services import (
    access,
    cases,
    decisions,
    example_removal,
    outlets,
    recommendations,
    record,
    workflow,
)
from app.services.drafts import (
    CaseDraft,
    DecisionDraft,
    EventGroupDraft,
    FactDraft,
    IncidentDraft,
    OutletDraft,
    PatternDraft,
    RecommendationDraft,
)
from app.storage import ledger
from app.storage.citations import Citation
from app.storage.incidents import Incident
from app.storage.ledger import Note
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.people import Person

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "kazakhstan-2013"
NOTE = "example"

REASON = (
    "One primary source: the brief is the document this example consists of. It is verified that the "
    "record says what the brief says, nothing beyond it."
)

D = TypeVar("D")


_CREATE: dict[str, Callable[..., Any]] = {
    "event_group": decisions.create_event_group,
    "outlet": outlets.create_outlet,
    "decision": decisions.create_decision,
    "pattern": decisions.create_pattern,
    "recommendation": recommendations.create_recommendation,
}


def load(session: Session, *, now: datetime, folder: Path = FOLDER) -> bool:
    """Load the example; return False where it is loaded already."""
    files = _read(folder)
    note = session.get(Note, NOTE, with_for_update=True)
    if note is not None and note.value.get("made"):
        return False
    made = _Loader(session, files, now).run()
    session.merge(Note(name=NOTE, value={"loaded_at": now.isoformat(), "made": made}))
    session.flush()
    return True


def load_into_empty(session: Session, *, now: datetime, folder: Path = FOLDER) -> bool:
    """Load the example where nothing was ever recorded, nor the example taken away before."""
    if session.get(Note, NOTE) is not None:
        return False
    for table in (Incident, Outlet, Person):
        if session.scalar(sa.select(sa.func.count()).select_from(table)):
            return False
    return load(session, now=now, folder=folder)


def remove(session: Session, *, now: datetime) -> example_removal.Removed:
    """Take away what the example brought; what others have built on stays, and is named."""
    note = session.get(Note, NOTE, with_for_update=True)
    made = note.value.get("made", {}) if note is not None else {}
    removed = example_removal.remove(session, made, now=now)
    session.merge(Note(name=NOTE, value={"removed_at": now.isoformat()}))
    ledger.bump(session, "staff", "public")
    session.flush()
    return removed


def _read(folder: Path) -> dict[str, Any]:
    names = (
        "source",
        "event_groups",
        "outlets",
        "decisions",
        "incidents",
        "cases",
        "patterns",
        "recommendations",
    )
    try:
        return {
            name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for name in names
        }
    except FileNotFoundError as error:
        raise InvalidInput(
            f"the example's file {Path(error.filename).name} is not here: "
            "it comes with the source tree"
        ) from None


class _Loader:
    """One loading: the two keys, the ids behind the files' keys, and what was made."""

    def __init__(self, session: Session, files: dict[str, Any], now: datetime) -> None:
        self.session = session
        self.files = files
        self.now = now
        self.made: dict[str, list[str]] = defaultdict(list)
        self.ids: dict[str, uuid.UUID] = {}
        self.loader = self._key(Role.MONITOR, "example loader")
        self.verifier = self._key(Role.EDITOR, "example verifier")

    def run(self) -> dict[str, list[str]]:
        """Load every file in the order they refer to each other."""
        before = set(self.session.scalars(sa.select(Citation.id)))
        for row in self.files["event_groups"]:
            self._publishable("event_group", row, EventGroupDraft)
        for row in self.files["outlets"]:
            self._publishable("outlet", row, OutletDraft)
        for row in self.files["decisions"]:
            ids = [str(self.ids[key]) for key in row.pop("outlets")]
            self._publishable("decision", {**row, "outlet_ids": ids}, DecisionDraft)
        for row in self.files["incidents"]:
            self._incident(row)
        for row in self.files["cases"]:
            self._case(row)
        for row in self.files["patterns"]:
            self._publishable("pattern", row, PatternDraft)
        for row in self.files["recommendations"]:
            self._publishable("recommendation", row, RecommendationDraft)
        for viewer in (self.loader, self.verifier):
            assert viewer.key_id is not None
            access.revoke_key(self.session, viewer.key_id, now=self.now)
        events = self.session.scalars(
            sa.select(OutletStatusEvent.id).where(
                OutletStatusEvent.recorded_by_id == self.loader.key_id
            )
        )
        self.made["status_event"] = [str(one) for one in events]
        after = set(self.session.scalars(sa.select(Citation.id)))
        self.made["citation"] = sorted(str(one) for one in after - before)
        return dict(self.made)

    def _key(self, role: Role, name: str) -> Viewer:
        made = access.create_key(self.session, role=role, name=name, now=self.now)
        self.made["key"].append(str(made.id))
        return Viewer(key_id=made.id, role=role, name=name, scopes=ROLE_SCOPES[role])

    def _keep(self, kind: str, key: str, object_id: uuid.UUID) -> None:
        self.made[kind].append(str(object_id))
        self.ids[key] = object_id

    def _source(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**self.files["source"], "locator": f"row {row['row']}"}

    def _draft(self, row: dict[str, Any], kind: type[D], **more: Any) -> D:  # noqa: ANN401 - JSON
        fields = {name: one for name, one in row.items() if name not in ("key", "row")}
        return msgspec.convert({**fields, **more}, kind)

    def _publishable(self, kind: str, row: dict[str, Any], draft: type[Any]) -> None:
        """Enter something of `decisions.KINDS` with one key and publish it with the other."""
        create = _CREATE[kind]
        more = {} if draft is OutletDraft else {"source": self._source(row)}
        made = create(self.session, self.loader, self._draft(row, draft, **more), now=self.now)
        self._keep(kind, row["key"], made.id)
        decisions.publish(self.session, self.verifier, kind, made.id, now=self.now)

    def _incident(self, row: dict[str, Any]) -> None:
        keys = [target.get("person", {}).pop("key", None) for target in row["targets"]]
        slots = [part.pop("key") for part in row.get("involvements", [])]
        for target in row["targets"]:
            if "outlet" in target:
                target["outlet_id"] = str(self.ids[target.pop("outlet")])
        links = {
            f"{name}_id": str(self.ids[row.pop(name)])
            for name in ("event_group", "decision")
            if name in row
        }
        draft = self._draft(row, IncidentDraft, sources=[self._source(row)], **links)
        made = record.create_incident(self.session, self.loader, draft, now=self.now)
        self._keep("incident", row["key"], made.id)
        for key, target in zip(keys, made.targets, strict=True):
            if key is not None and target.person_id is not None:
                self._keep("person", key, target.person_id)
        for key, part in zip(slots, made.involvements, strict=True):
            self.ids[key] = part.slot_id
        for action in (Action.REVIEW, Action.VERIFY, Action.PUBLISH):
            reason = REASON if action is Action.VERIFY else None
            workflow.transition(
                self.session, self.verifier, made.id, action, now=self.now, reason=reason
            )

    def _case(self, row: dict[str, Any]) -> None:
        facts = row.pop("facts")
        ids = [str(self.ids[key]) for key in row.pop("incidents")]
        draft = self._draft(row, CaseDraft, incident_ids=ids)
        made = cases.create_case(self.session, self.loader, draft, now=self.now)
        self._keep("case", row["key"], made.id)
        for fact in facts:
            links = {
                f"{name}_id": str(self.ids[fact.pop(name)])
                for name in ("person", "involvement")
                if name in fact
            }
            one = cases.append_fact(
                self.session,
                self.loader,
                made.id,
                self._draft(fact, FactDraft, source=self._source(row), **links),
                now=self.now,
            )
            cases.verify_fact(self.session, self.verifier, made.id, one.id, now=self.now)
