# SPDX-License-Identifier: Apache-2.0
"""Stories in which somebody could verify or publish their own work: a desk, and what its author tries."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.domain.intake.item import Given
from app.domain.record.incident import Action
from app.domain.visibility import Viewer
from app.domain.vocabulary import Role, SourceKind, Trust, WorkflowStatus
from app.services import access, ingestion, merging, record, workflow
from app.services.sources import NewSource
from app.storage import merges
from app.storage.database import Sessions
from app.storage.incidents import Incident, find_incident
from tests import make, make_cpj
from tests.client import Client
from tests.make import NOW
from workers.sources.readers import READERS

API = "/api/v1"


class World:
    """A desk: the author with every key they could lay hands on, and colleagues who are others."""

    def __init__(self, app: FastAPI, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions
        with sessions.writing() as session:
            self.author = make.viewer(session, Role.EDITOR, "aizhan")
            self.colleague = make.viewer(session, Role.EDITOR, "dana")
            self.monitor = make.viewer(session, Role.MONITOR, "marat")
            self.hands = {
                "the same key": self._key(session, Role.EDITOR, "aizhan"),
                "a key of the same name": self._key(session, Role.VERIFIER, " AIZHAN"),
                "a key of the same owner": self._key(session, Role.EDITOR, "phone", "Aizhan"),
                "an admin's key": self._key(session, Role.ADMIN, "aizhan"),
            }
            root = self._key(session, Role.ADMIN, "laptop", "aizhan")
        # An admin makes a key for themselves, and says so: the owner counts, not the name.
        made = Client(app, root).post(
            f"{API}/keys", json={"role": "editor", "name": "helper", "owner": "Aizhan"}
        )
        self.hands["a key made for oneself"] = str(made.json()["key"])
        # A revoked key is nobody's any more, and its attempt is still known to be theirs.
        gone = Client(app, root).post(f"{API}/keys", json={"role": "editor", "name": "aizhan"})
        Client(app, root).delete(f"{API}/keys/{gone.json()['id']}")
        self.hands["a revoked key"] = str(gone.json()["key"])

    def _key(self, session: Session, role: Role, name: str, owner: str | None = None) -> str:
        return access.create_key(session, role=role, name=name, owner=owner, now=NOW).secret

    def key(self, role: Role, name: str) -> str:
        """A key of somebody else."""
        with self.sessions.writing() as session:
            return self._key(session, role, name)

    def other(self, role: Role, name: str) -> Client:
        """A caller who is somebody else."""
        return Client(self.app, self.key(role, name))

    def client(self, hand: str) -> Client:
        """A caller with one of the author's keys."""
        return Client(self.app, self.hands[hand])

    def step(self, viewer: Viewer, incident_id: uuid.UUID, *actions: Action) -> None:
        """Take steps as somebody who may."""
        with self.sessions.writing() as session:
            for action in actions:
                workflow.transition(
                    session, viewer, incident_id, action, now=NOW, reason="A reason."
                )

    def submitted(self, by: Viewer, **fields: Any) -> uuid.UUID:
        """An incident handed in by somebody."""
        with self.sessions.writing() as session:
            return record.create_incident(session, by, make.draft(**fields), now=NOW).id

    def published(self, by: Viewer, **fields: Any) -> uuid.UUID:
        """An incident of somebody that the colleague took the whole way."""
        incident_id = self.submitted(by, **fields)
        verifier = self.colleague if by is not self.colleague else self.author
        self.step(verifier, incident_id, Action.REVIEW, Action.VERIFY, Action.PUBLISH)
        return incident_id

    def edited(self, incident_id: uuid.UUID, by: Viewer, **patch: Any) -> None:
        """An edit by somebody."""
        with self.sessions.writing() as session:
            row = find_incident(session, incident_id)
            assert row is not None
            record.edit_incident(
                session, by, incident_id, patch, version=row.version, now=NOW, reason="Better."
            )


@dataclass(frozen=True)
class Try:
    """What the author asks for, and how to see that it did not come about."""

    url: str
    body: dict[str, Any] | None
    is_undone: Callable[[World], bool]
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


def _status(world: World, incident_id: uuid.UUID) -> WorkflowStatus:
    with world.sessions.reading() as session:
        row = find_incident(session, incident_id)
        assert row is not None
        return row.status


def _step(name: str, incident_id: uuid.UUID, before: WorkflowStatus) -> Try:
    return Try(
        f"{API}/incidents/{incident_id}:{name}",
        {"reason": "It is true."},
        lambda world: _status(world, incident_id) is before,
    )


def own_report(world: World) -> Try:
    """A report of one's own, under review."""
    incident_id = world.submitted(world.author)
    world.step(world.colleague, incident_id, Action.REVIEW)
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def own_report_verified_by_a_colleague(world: World) -> Try:
    """A report of one's own that a colleague verified."""
    incident_id = world.submitted(world.author)
    world.step(world.colleague, incident_id, Action.REVIEW, Action.VERIFY)
    return _step("publish", incident_id, WorkflowStatus.VERIFIED)


def own_words_in_the_report_of_another(world: World) -> Try:
    """Somebody else's draft, filled with one's own words."""
    incident_id = world.submitted(world.monitor)
    world.step(world.colleague, incident_id, Action.REVIEW)
    world.edited(incident_id, world.author, narrative={"en": "All of this is mine."})
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def own_words_under_a_later_edit(world: World) -> Try:
    """One's own words, with a comma that their submitter set afterwards."""
    incident_id = world.submitted(world.monitor)
    world.step(world.colleague, incident_id, Action.REVIEW)
    world.edited(incident_id, world.author, narrative={"en": "All of this is mine."})
    world.edited(incident_id, world.monitor, title="Journalists, attacked")
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def own_words_in_a_verified_report(world: World) -> Try:
    """A verified report that one changed: verified again, but not by oneself."""
    incident_id = world.submitted(world.monitor)
    world.step(world.colleague, incident_id, Action.REVIEW, Action.VERIFY)
    world.edited(incident_id, world.author, title="Mine")
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def own_report_after_a_withdrawn_mark(world: World) -> Try:
    """Marked a duplicate and taken back, it is still one's own."""
    incident_id, other = world.submitted(world.author), world.submitted(world.monitor)
    with world.sessions.writing() as session:
        workflow.transition(
            session,
            world.author,
            incident_id,
            Action.MARK_DUPLICATE,
            now=NOW,
            reason="The same.",
            duplicate_of=other,
        )
    world.step(world.author, incident_id, Action.REVIEW)
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def own_report_after_a_withdrawn_merger(world: World) -> Try:
    """Merged into another and taken back, it is still one's own."""
    incident_id, other = world.submitted(world.author), world.submitted(world.monitor)
    client = world.client("the same key")
    merged = client.post(
        f"{API}/incidents/{incident_id}:merge", json={"merged_into": str(other), "reason": "One."}
    )
    assert merged.status_code == 200, merged.text
    (merge,) = merged.json()["merges"]
    undone = client.post(f"{API}/merges/{merge['id']}:undo", json={"reason": "Two."})
    assert undone.status_code == 200, undone.text
    world.step(world.author, incident_id, Action.REVIEW)
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def another_report_with_own_sources(world: World) -> Try:
    """One's own sources, merged into a report of another: they are one's own words there."""
    mine, other = world.submitted(world.author), world.submitted(world.monitor)
    world.edited(mine, world.author, sources=[{"type": "news", "title": "My own blog"}])
    world.step(world.colleague, other, Action.REVIEW)
    client = world.client("the same key")
    merged = client.post(
        f"{API}/incidents/{mine}:merge", json={"merged_into": str(other), "reason": "One event."}
    )
    assert merged.status_code == 200, merged.text
    return _step("verify", other, WorkflowStatus.UNDER_VERIFICATION)


def _title_stands(incident_id: uuid.UUID) -> Callable[[World], bool]:
    def stands(world: World) -> bool:
        shown = Client(world.app).get(f"{API}/incidents/{incident_id}").json()
        return bool(shown["title"] == "Journalists attacked") and len(shown["sources"]) == 2

    return stands


def own_change_of_a_public_record(world: World) -> Try:
    """A change that one proposed of a public report of another."""
    incident_id = world.published(world.monitor)
    world.edited(incident_id, world.author, title="Mine")
    url = f"{API}/incidents/{incident_id}:approve-changes"
    return Try(url, {"reason": "Yes."}, _title_stands(incident_id))


def a_change_of_ones_own_public_record(world: World) -> Try:
    """A colleague's change of one's own report: a third person verifies it."""
    incident_id = world.published(world.author)
    world.edited(incident_id, world.colleague, title="Theirs")
    url = f"{API}/incidents/{incident_id}:approve-changes"
    return Try(url, {"fields": ["title"]}, _title_stands(incident_id))


def own_sources_merged_into_a_public_record(world: World) -> Try:
    """Sources of one's own that a merger would carry into a public report: somebody else merges."""
    mine, other = world.submitted(world.author), world.published(world.monitor)
    world.edited(mine, world.author, sources=[{"type": "news", "title": "My own blog"}])
    body = {"merged_into": str(other), "reason": "One event."}
    return Try(f"{API}/incidents/{mine}:merge", body, _title_stands(other))


def own_merger_of_public_records_undone(world: World) -> Try:
    """One's own report, merged by a colleague into a public one: somebody else takes it out again."""
    mine, other = world.submitted(world.author), world.published(world.monitor)
    with world.sessions.writing() as session:
        merging.merge(
            session, world.colleague, mine, merged_into=other, reason="One event.", now=NOW
        )
        (merge,) = merges.merges_of(session, mine)
    return Try(f"{API}/merges/{merge.id}:undo", {"reason": "Two."}, _still_merged(mine))


def _still_merged(incident_id: uuid.UUID) -> Callable[[World], bool]:
    def stands(world: World) -> bool:
        with world.sessions.reading() as session:
            return session.get_one(Incident, incident_id).status is WorkflowStatus.MERGED

    return stands


def _taken_in(world: World, trust: Trust) -> None:
    found = READERS[SourceKind.CPJ](make_cpj.full(make_cpj.killed("Sample")), Given(now=NOW))
    described = NewSource(name="CPJ", kind=SourceKind.CPJ, trust=trust)
    with world.sessions.writing() as session:
        ingestion.import_file(session, described, found, now=NOW, viewer=world.author)


def own_acceptance_of_a_report_from_outside(world: World) -> Try:
    """Whoever turned a report from outside into an incident handed it in."""
    _taken_in(world, Trust.REPORT)
    client = world.client("the same key")
    (report,) = client.get(f"{API}/reports").json()["data"]
    body = {"categories": [{"category": "killing"}], "country": "KZ"}
    accepted = client.post(f"{API}/reports/{report['id']}:accept", json=body)
    assert accepted.status_code == 201, accepted.text
    incident_id = uuid.UUID(accepted.json()["id"])
    world.step(world.author, incident_id, Action.SUBMIT, Action.REVIEW)
    return _step("verify", incident_id, WorkflowStatus.UNDER_VERIFICATION)


def own_import_of_a_dataset(world: World) -> Try:
    """An editor's import makes records verified by an organisation; another person publishes them."""
    _taken_in(world, Trust.DATASET)
    (made,) = world.client("the same key").get(f"{API}/incidents").json()["data"]
    return _step("publish", uuid.UUID(made["id"]), WorkflowStatus.VERIFIED)
