# SPDX-License-Identifier: Apache-2.0
"""Merging and undoing leave every table as it was; splitting is undone by merging."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.record.incident import Action
from app.domain.vocabulary import CitationType, ClaimField, CopyState, Role, WorkflowStatus
from app.errors import Conflict, InvalidInput, NotAllowed, StaleVersion
from app.services import attaching, claims, merging, record, splitting, workflow
from app.services.drafts import CitationDraft, ClaimDraft
from app.services.splitting import Wanted
from app.storage.claims import Claim
from app.storage.database import Base, Sessions
from app.storage.evidence import Evidence, EvidenceFile
from app.storage.incidents import Incident, find_incident
from app.storage.merges import Merge
from app.storage.pending import pending_of
from tests import make
from tests.make import NOW
from tests.make_reports import account, only, take

S = WorkflowStatus
MOVED_BY_EVERY_WRITE = {
    "revisions",
    "merges",
    "change_counters",
    "report_candidates",
    "ledger_waiting",
    "ledger_entries",
    "ledger_salts",
    "api_keys",
}
STAMPS = {"version", "updated_at"}


def everything(session: Session) -> dict[str, list[str]]:
    """Return every row of every table as text, without the stamps that every write moves."""
    session.flush()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in MOVED_BY_EVERY_WRITE:
            rows = session.execute(sa.select(table)).mappings()
            found[table.name] = sorted(repr(sorted(_plain(row).items())) for row in rows)
    return found


def _plain(row: sa.RowMapping) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in STAMPS}
    if "document" in kept and isinstance(kept["document"], dict):
        kept["document"] = {k: v for k, v in kept["document"].items() if k not in STAMPS}
    return kept


@contextmanager
def undone_afterwards(sessions: Sessions) -> Iterator[Session]:
    """Open a session for writing whose work is rolled back, so that examples do not meet."""
    with sessions._make_writing() as session:
        yield session
        session.rollback()


def record_of(
    session: Session, number: int, status: WorkflowStatus, parts: frozenset[str], **more: Any
) -> Incident:
    """Put an incident on record with the parts that are asked for."""
    fields: dict[str, Any] = {
        "title": f"Incident {number}",
        "involvements": [{"crime_role": "executor", "description": f"the attackers {number}"}],
        "sources": [
            {"type": "news", "title": "First report", "url": "https://one.example/a"},
            {"type": "news", "title": f"Only here {number}", "url": f"https://x.example/{number}"},
        ],
        **more,
    }
    if "external_ids" in parts:
        fields["external_ids"] = [{"system": "cpj", "id": f"{number}"}]
    row = make.incident(session, status=status, **fields)
    if "case" in parts:
        case = make.case(session, row.id)
        slot = str(row.involvements[0].slot_id)
        make.fact(session, case.id, "charged", involvement_id=slot, role="executor")
    if "evidence" in parts:
        _evidence(session, row.id, number)
    if "claim" in parts:
        said = ClaimDraft(
            field=ClaimField.HARM,
            value=f"broken arm {number}",
            source=CitationDraft(type=CitationType.NEWS, title="A claim"),
        )
        claims.add_claim(session, make.LOADER, row.id, said, now=NOW)
    return row


def _evidence(session: Session, incident_id: uuid.UUID, number: int) -> None:
    sha256 = f"{number:064d}"
    session.add(
        EvidenceFile(
            sha256=sha256,
            size=1,
            sniffed_type="text/plain",
            stored_at=NOW,
            checked_at=NOW,
            copy_state=CopyState.NONE,
        )
    )
    session.flush()
    session.add(Evidence(incident_id=incident_id, sha256=sha256, uploaded_at=NOW))
    session.flush()


PARTS = ("external_ids", "case", "evidence", "claim")
SOME = st.frozensets(st.sampled_from(PARTS))
OPEN = (S.DRAFT, S.SUBMITTED, S.UNDER_VERIFICATION, S.NEEDS_INFORMATION, S.VERIFIED)
PAIRS = st.one_of(
    st.tuples(st.sampled_from(OPEN), st.sampled_from((*OPEN, S.PUBLISHED))),
    st.just((S.PUBLISHED, S.PUBLISHED)),
)
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@EXAMPLES
@given(PAIRS, SOME, SOME)
def test_a_merger_that_is_undone_leaves_every_table_as_it_was(
    sessions: Sessions,
    statuses: tuple[WorkflowStatus, WorkflowStatus],
    parts: frozenset[str],
    others: frozenset[str],
) -> None:
    """Whatever hangs on the two, and however they stand: undone, nothing tells of it but the ledger."""
    with undone_afterwards(sessions) as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record_of(session, 1, statuses[0], parts)
        kept = record_of(session, 2, statuses[1], others)
        before = everything(session)

        merging.merge(session, editor, row.id, merged_into=kept.id, reason="One.", now=NOW)
        done = session.scalars(sa.select(Merge)).one()
        between = everything(session)
        merging.undo(session, editor, done.id, reason="Two.", now=NOW)

        assert between != before
        assert everything(session) == before


def test_everything_moves_to_the_one_that_stays(sessions: Sessions) -> None:
    """Sources, ids, reports, evidence, claims, cases with the parts their facts name."""
    take(sessions, account("a", people=["Aigerim Sample"]))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = record_of(session, 1, S.SUBMITTED, frozenset(PARTS))
        kept = record_of(session, 2, S.VERIFIED, frozenset())
        attaching.attach(session, editor, only(session, "a").id, row.id, reason=None, now=NOW)
        merging.merge(session, editor, row.id, merged_into=kept.id, reason="One.", now=NOW)

    with sessions.reading() as session:
        again = find_incident(session, kept.id)
        assert again is not None
        titles = {one.title for one in again.citations}
        done = session.scalars(sa.select(Merge)).one()
        history = record.list_revisions(session, make.LOADER, kept.id)
        assert titles == {"First report", "Only here 1", "Only here 2", "Report a"}
        assert [one.value for one in again.external_ids] == ["1"]
        assert len(again.evidence) == len(again.claims) == 1
        assert len(again.involvements) == 2
        assert only(session, "a").incident_id == kept.id
        assert again.status is S.UNDER_VERIFICATION
        assert len(done.moved["cases"]) == 1
        assert history[-1]["action"] == "merge_in"
        assert session.get_one(Incident, row.id).duplicate_of_id == kept.id


def _merged(
    session: Session,
    status: WorkflowStatus = S.SUBMITTED,
    kept_status: WorkflowStatus = S.SUBMITTED,
) -> tuple[Any, Incident, Incident, Merge]:
    editor = make.viewer(session, Role.EDITOR, "dana")
    row = record_of(session, 1, status, frozenset(PARTS))
    kept = record_of(session, 2, kept_status, frozenset())
    merging.merge(session, editor, row.id, merged_into=kept.id, reason="One.", now=NOW)
    return editor, row, kept, session.scalars(sa.select(Merge)).one()


def test_what_was_moved_on_since_is_named_and_nothing_is_undone(sessions: Sessions) -> None:
    """A claim that is elsewhere by now, another merger, a second undoing: each is refused with a sentence."""
    with sessions.writing() as session:
        editor, row, kept, done = _merged(session)
        third = record_of(session, 3, S.SUBMITTED, frozenset())
        moved = session.get_one(Claim, uuid.UUID(done.moved["claims"][0]))
        moved.incident_id = third.id
        session.flush()
        with pytest.raises(Conflict, match="a claim that moved"):
            merging.undo(session, editor, done.id, reason="Two.", now=NOW)
        moved.incident_id = kept.id
        session.flush()
        merging.merge(session, editor, kept.id, merged_into=third.id, reason="One.", now=NOW)
        with pytest.raises(Conflict, match="is merged itself"):
            merging.undo(session, editor, done.id, reason="Two.", now=NOW)
        last = next(one for one in session.scalars(sa.select(Merge)) if one.id != done.id)
        merging.undo(session, editor, last.id, reason="Two.", now=NOW)
        merging.undo(session, editor, done.id, reason="Two.", now=NOW)
        with pytest.raises(Conflict, match="undone before"):
            merging.undo(session, editor, done.id, reason="Two.", now=NOW)
        assert session.get_one(Incident, row.id).status is S.SUBMITTED


def test_what_was_published_since_with_what_it_got_is_not_taken_apart(sessions: Sessions) -> None:
    """Two people stood for it with those sources."""
    with sessions.writing() as session:
        editor, _, kept, done = _merged(session, kept_status=S.UNDER_VERIFICATION)
        second = make.viewer(session, Role.EDITOR, "erlan")
        workflow.transition(session, second, kept.id, Action.VERIFY, now=NOW)
        workflow.transition(session, second, kept.id, Action.PUBLISH, now=NOW)
        with pytest.raises(Conflict, match="published since"):
            merging.undo(session, editor, done.id, reason="Two.", now=NOW)


def test_a_public_record_is_merged_into_a_public_one_only(sessions: Sessions) -> None:
    """Nothing leaves the public record by joining what nobody may read."""
    with sessions.writing() as session, pytest.raises(Conflict, match="into a public one only"):
        _merged(session, S.PUBLISHED, S.VERIFIED)


def test_nobody_merges_their_own_into_the_public_record(sessions: Sessions) -> None:
    """Neither what they handed in, nor what they changed, nor into what is theirs; undoing likewise."""
    with sessions.writing() as session:
        editor, other = (make.viewer(session, Role.EDITOR, name) for name in ("dana", "erlan"))
        mine = make.incident(session, by=editor, status=S.SUBMITTED)
        theirs, public = make.incident(session, status=S.SUBMITTED), make.incident(session)
        my_public = make.incident(session, by=editor)
        record.edit_incident(
            session, editor, theirs.id, {"title": "Mine"}, version=theirs.version, now=NOW
        )
        for row, kept in ((mine, public), (theirs, public), (public, my_public)):
            with pytest.raises(NotAllowed, match="Ask a colleague"), session.begin_nested():
                merging.merge(session, editor, row.id, merged_into=kept.id, reason="1", now=NOW)
        session.expire_all()
        merging.merge(session, other, mine.id, merged_into=public.id, reason="One.", now=NOW)
        done = session.scalars(sa.select(Merge)).one()
        with pytest.raises(NotAllowed, match="Ask a colleague"):
            merging.undo(session, editor, done.id, reason="Two.", now=NOW)


def test_changes_that_wait_are_decided_first(sessions: Sessions) -> None:
    """Sources that wait for a second person would be lost or doubled by a merger."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row, kept = make.incident(session, status=S.SUBMITTED), make.incident(session)
        patch = {"sources": [*({"id": str(one.id)} for one in kept.citations), {"title": "New"}]}
        record.edit_incident(
            session, editor, kept.id, patch, version=kept.version, now=NOW, reason="More."
        )
        assert len(pending_of(session, kept.id)) == 1
        with pytest.raises(Conflict, match="waits"):
            merging.merge(session, editor, row.id, merged_into=kept.id, reason="One.", now=NOW)


TWO: Sequence[dict[str, Any]] = [
    {"kind": "person", "person": {"name": "First Sample"}},
    {"kind": "person", "person": {"name": "Second Sample"}},
]


def test_a_split_is_undone_by_merging(sessions: Sessions) -> None:
    """The new draft takes a target, a source and a report; merged back, the first has them again."""
    take(sessions, account("a", people=["Second Sample"]))
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = make.incident(session, status=S.SUBMITTED, targets=TWO)
        attaching.attach(session, editor, only(session, "a").id, row.id, reason=None, now=NOW)
        again = find_incident(session, row.id)
        assert again is not None
        cited = next(one.id for one in again.citations if one.title == "Report a")
        wanted = Wanted(
            version=again.version,
            reason="Two acts.",
            title="The second",
            targets=[1],
            sources=[cited],
            reports=[only(session, "a").id],
        )
        with pytest.raises(StaleVersion):
            splitting.split(
                session, editor, row.id, msgspec.structs.replace(wanted, version=99), now=NOW
            )
        all_of_it = msgspec.structs.replace(wanted, targets=[0, 1])
        with pytest.raises(InvalidInput, match="at least one target"):
            splitting.split(session, editor, row.id, all_of_it, now=NOW)
        made = splitting.split(session, editor, row.id, wanted, now=NOW)
        assert (made.status, made.title) == (S.DRAFT, "The second")
        assert [one.person.name for one in made.targets if one.person] == ["Second Sample"]
        assert [one.title for one in made.citations] == ["Report a"]
        assert only(session, "a").incident_id == made.id

    with sessions.writing() as session:
        left = find_incident(session, row.id)
        assert left is not None
        assert [one.person.name for one in left.targets if one.person] == ["First Sample"]
        assert {one.title for one in left.citations} == {"First report", "Second report"}
        merging.merge(session, editor, made.id, merged_into=row.id, reason="One.", now=NOW)
    with sessions.reading() as session:
        whole = find_incident(session, row.id)
        assert whole is not None
        names = [one.person.name for one in whole.targets if one.person]
        assert names == ["First Sample", "Second Sample"]
        assert {one.title for one in whole.citations} == {
            "First report",
            "Second report",
            "Report a",
        }
        assert only(session, "a").incident_id == row.id


def test_a_split_of_a_public_record_takes_nothing_before_a_second_person(
    sessions: Sessions,
) -> None:
    """The draft is there at once; the public record reads as before until the change is approved."""
    with sessions.writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        row = make.incident(session, targets=TWO)
        wanted = Wanted(version=row.version, reason="Two acts.", targets=[1])
        splitting.split(session, editor, row.id, wanted, now=NOW)
        again = find_incident(session, row.id)
        assert again is not None
        assert len(again.targets) == 2
        assert [one.field for one in pending_of(session, row.id)] == ["targets"]
