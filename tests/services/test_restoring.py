# SPDX-License-Identifier: Apache-2.0
"""What a file of Qalam's may do to a record, and what it may not."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.record.incident import Action
from app.domain.vocabulary import Role, WorkflowStatus
from app.errors import Conflict, InvalidInput
from app.exports.tables import TableFormat
from app.services import record, sites, workflow
from app.services.restoring_reading import read_export
from app.storage import ledger
from app.storage.cases import Fact
from app.storage.database import Sessions, make_engine
from app.storage.incidents import Incident
from app.storage.outlets import Outlet
from app.storage.sites import Site
from tests.make import NOW, case, fact, incident, viewer
from tests.make_exports import EVERYBODY, exported, taken

HOUSE = "Adil Soz"
OUTLET = {"kind": "outlet", "outlet": {"name": "Respublika", "country": "KZ"}}


@pytest.fixture
def theirs(tmp_path: Path, sqlite_template: Path) -> Iterator[Sessions]:
    """Another house's database, with one public incident, its case and a hidden one."""
    path = tmp_path / "theirs.db"
    shutil.copy(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    sessions = Sessions(engine)
    with sessions.writing() as session:
        row = incident(session, title="=Editor beaten", targets=[OUTLET])
        opened = case(session, row.id)
        fact(session, opened.id, "charged")
        incident(session, title="Not yet", status=WorkflowStatus.SUBMITTED)
        incident(session, title="Rejected", status=WorkflowStatus.REJECTED)
    yield sessions
    engine.dispose()


def _statuses(sessions: Sessions) -> dict[str, WorkflowStatus]:
    with sessions.reading() as session:
        return dict(iter(session.execute(sa.select(Incident.title, Incident.status))))


@pytest.mark.parametrize("file_format", list(TableFormat))
def test_another_houses_record_is_verified_by_it_and_public_by_nobody(
    sessions: Sessions, theirs: Sessions, file_format: TableFormat
) -> None:
    """Published and verified become `verified` by that house; facts and outlets wait for a second person."""
    result = taken(sessions, exported(theirs, "incidents", file_format), name=HOUSE)
    assert (result.new, len(result.kept), result.rejected) == (2, 1, ())
    assert _statuses(sessions) == {
        "=Editor beaten": WorkflowStatus.VERIFIED,
        "Not yet": WorkflowStatus.SUBMITTED,
    }
    with sessions.reading() as session:
        row = session.scalars(
            sa.select(Incident).where(Incident.status == WorkflowStatus.VERIFIED)
        ).one()
        assert (row.verified_by_name, row.ref, row.published_at) == (HOUSE, None, None)
        assert session.scalars(sa.select(Fact.verified_at)).all() == [None]
        assert session.scalars(sa.select(Outlet.is_published)).all() == [False]
    assert exported(sessions, "incidents", reader=EVERYBODY) == b""


def test_the_same_file_twice_changes_nothing(sessions: Sessions, theirs: Sessions) -> None:
    """A second import finds everything unchanged, writes no revision and moves no counter."""
    body = exported(theirs, "incidents")
    taken(sessions, body, name=HOUSE)
    with sessions.reading() as session:
        before = ledger.counter(session, "staff")
    whole = exported(sessions, "incidents")
    again = taken(sessions, body, name=HOUSE)
    assert (again.new, again.changed, again.unchanged, again.vanished) == (0, 0, 2, 0)
    assert exported(sessions, "incidents") == whole
    with sessions.reading() as session:
        assert ledger.counter(session, "staff") == before


def test_a_newer_file_changes_what_nobody_here_has_touched(
    sessions: Sessions, theirs: Sessions
) -> None:
    """A changed row changes its record; a row that is gone is counted and stays."""
    body = exported(theirs, "incidents")
    taken(sessions, body, name=HOUSE)
    lines = [json.loads(one) for one in body.splitlines()]
    kept = [one for one in lines if one["title"] == "=Editor beaten"]
    kept[0]["title"] = "Editor beaten badly"
    newer = "\n".join(json.dumps(one) for one in kept).encode()
    result = taken(sessions, newer, name=HOUSE)
    assert (result.new, result.changed, result.unchanged, result.vanished) == (0, 1, 0, 1)
    assert set(_statuses(sessions)) == {"Editor beaten badly", "Not yet"}


def test_what_people_here_worked_on_stays(sessions: Sessions, theirs: Sessions) -> None:
    """After somebody here edited a record, a file that says otherwise is named and changes nothing."""
    body = exported(theirs, "incidents")
    taken(sessions, body, name=HOUSE)
    with sessions.writing() as session:
        row = session.scalars(
            sa.select(Incident).where(Incident.status == WorkflowStatus.SUBMITTED)
        ).one()
        editor = viewer(session, Role.EDITOR, "editor")
        record.edit_incident(
            session, editor, row.id, {"title": "Ours"}, version=row.version, now=NOW
        )
    newer = body.replace(b"Not yet", b"Theirs")
    result = taken(sessions, newer, name=HOUSE)
    # The other one that is named was set aside where it comes from.
    assert [one.reason.startswith("on record here") for one in result.kept].count(True) == 1
    assert "Ours" in _statuses(sessions)
    assert "Theirs" not in _statuses(sessions)


def test_a_restore_needs_a_record_nobody_has_worked_on(
    sessions: Sessions, theirs: Sessions
) -> None:
    """Without a name a file is one's own record, and comes back as it stood only where there is none."""
    body = exported(theirs, "incidents")
    with sessions.writing() as session:
        incident(session, title="Ours", status=WorkflowStatus.SUBMITTED)
    with pytest.raises(Conflict, match="--name"):
        taken(sessions, body)
    assert set(_statuses(sessions)) == {"Ours"}


def test_a_public_file_restores_nothing(sessions: Sessions, theirs: Sessions) -> None:
    """A file made for the public does not hold the whole record, and is taken as a house's only."""
    body = exported(theirs, "incidents", reader=EVERYBODY)
    with pytest.raises(InvalidInput, match="made for the public"):
        taken(sessions, body)
    assert taken(sessions, body, name=HOUSE).new == 1
    assert _statuses(sessions) == {"=Editor beaten": WorkflowStatus.VERIFIED}


def test_references_go_on_behind_those_restored(sessions: Sessions, theirs: Sessions) -> None:
    """The next reference given here is none that came back."""
    taken(sessions, exported(theirs, "incidents"))
    with sessions.writing() as session:
        monitor = viewer(session, Role.MONITOR, "monitor")
        row = incident(session, by=monitor, status=WorkflowStatus.VERIFIED)
        editor = viewer(session, Role.EDITOR, "editor")
        workflow.transition(session, editor, row.id, Action.PUBLISH, now=NOW)
        refs = session.scalars(sa.select(Incident.ref).where(Incident.ref.is_not(None))).all()
    assert len(refs) == len(set(refs)) == 2


Spoil = Callable[[dict[str, object]], object]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda row: row.update(country="KAZ"), "/country"),
        (lambda row: row.update(date="soon"), "/date"),
        (lambda row: row.update(date="2031-01-01"), "/date"),
        (lambda row: row.update(targets=[]), "/targets"),
        (lambda row: row.update(categories=["physical_attack/unheard_of"]), "/categories"),
        (lambda row: row.update(status="famous"), "not readable"),
        (lambda row: row.update(version="one"), "not readable"),
        (lambda row: row.update(title=" "), "/title"),
        (lambda row: row.pop("motive"), "not readable"),
        (lambda row: row.update(surprise=1), "not readable"),
    ],
)
def test_one_bad_row_refuses_the_file(
    sessions: Sessions, theirs: Sessions, spoil: Spoil, says: str
) -> None:
    """A row that is wrong is named by its line, and nothing of the file is taken in."""
    lines = [json.loads(one) for one in exported(theirs, "incidents").splitlines()]
    spoil(lines[1])
    body = "\n".join(json.dumps(one) for one in lines).encode()
    result = taken(sessions, body, name=HOUSE)
    assert [one.line for one in result.rejected] == [2]
    assert says in result.rejected[0].reason
    assert _statuses(sessions) == {}


@pytest.mark.parametrize(
    "body", [b"id,title\n1,x\n", b'{"id": 1}\n', b"\xff\xfe\x00", b"a\x00b", b'id,"title\n']
)
def test_what_is_no_export_is_refused(body: bytes) -> None:
    """A file of something else is told as a sentence."""
    with pytest.raises(InvalidInput):
        read_export(body)


def test_a_reference_to_nothing_takes_nothing_in(sessions: Sessions, theirs: Sessions) -> None:
    """A case whose facts are about an incident that is not on record is refused as a whole."""
    lines = [json.loads(one) for one in exported(theirs, "cases").splitlines()]
    lines[0]["facts"][0]["involvement_id"] = lines[0]["id"]
    with pytest.raises(Conflict, match="nothing was taken in"):
        taken(sessions, json.dumps(lines[0]).encode(), name=HOUSE)


def test_exported_sites_are_a_list_of_sites(sessions: Sessions, theirs: Sessions) -> None:
    """`qalam sites import` reads an export of sites; guards come off, and again nothing changes."""
    text = "url,country,notes,category_code,canary\n"
    text += "https://one.example/,KZ,=1+1,NEWS,no\nhttps://two.example/,,,CTRL,yes\n"
    with theirs.writing() as session:
        sites.import_list(session, text, list_name="l", licence=None, country=None, now=NOW)
    body = exported(theirs, "sites", TableFormat.CSV).decode()
    for new, unchanged in ((2, 0), (0, 2)):
        with sessions.writing() as session:
            result = sites.import_list(
                session, body, list_name="l", licence=None, country=None, now=NOW
            )
        assert (result.new, result.unchanged, result.rejected) == (new, unchanged, [])
    with sessions.reading() as session:
        notes = session.scalars(sa.select(Site.notes).order_by(Site.url)).all()
        canaries = session.scalars(sa.select(Site.is_canary).order_by(Site.url)).all()
    assert (notes, canaries) == (["=1+1", None], [False, True])
