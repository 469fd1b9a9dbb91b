# SPDX-License-Identifier: Apache-2.0
"""Sources at the desk, in the API and on the command line: one behaviour behind three doors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.domain.vocabulary import Role, Trust
from app.storage.database import Sessions
from app.storage.reports import Source, find_source
from tests.web.desk.conftest import Browser
from tests.web.desk.world import fill, give, report_of
from workers.cli import command

AtDesk = Callable[..., Browser]
NEW = {
    "name": "Court list",
    "kind": "csv",
    "address": "HTTPS://court.example:443/list.csv",
    "minutes": "90",
    "trust": "report",
    "licence": "CC BY 4.0",
    "mapping": "title=Headline\r\n country = =KZ\r\n",
}


@pytest.fixture
def world(sessions: Sessions) -> dict[str, Any]:
    """Sources that work, that are broken and that are paused."""
    return fill(sessions)


def source(sessions: Sessions, name: str) -> Source:
    """Return a source as it is now."""
    with sessions.reading() as session:
        found = find_source(session, name)
        assert found is not None
        return found


def test_a_broken_source_shows_its_reason_first(at_desk: AtDesk, world: dict[str, Any]) -> None:
    """What failed and how often stands on the list, and nothing else suffers."""
    page = at_desk().get("/desk/sources").text

    assert "The address answered 503." in page
    assert "Two failures in a row" in page
    assert page.index("Court notices") < page.index("Azattyq feed")
    assert "four rows: one changed, three unchanged and one vanished" in page


def test_a_source_is_added_with_a_form(at_desk: AtDesk, sessions: Sessions) -> None:
    """All of it is kept, its address in canonical form."""
    answer = at_desk().send("/desk/sources/new", "/desk/sources/new", **NEW)

    made = source(sessions, "Court list")
    assert answer.headers["location"] == "/desk/sources?did=added"
    assert made.address == "https://court.example/list.csv"
    assert made.mapping == {"title": "Headline", "country": "=KZ"}
    assert (made.interval_seconds, made.trust, made.licence) == (5400, Trust.REPORT, "CC BY 4.0")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Give it a name"),
        ({"address": ""}, "beginning with https://"),
        ({"address": "http://127.0.0.1/x"}, 'id="address-wrong"'),
        ({"minutes": "often"}, "Write a number of minutes"),
        ({"minutes": "1"}, "From 5 minutes"),
        ({"kind": "fax"}, "Choose how it is read"),
        ({"mapping": "Headline"}, "A line is field=Column"),
        ({"mapping": "country==KZ"}, "names its title column"),
        ({"trust": "dataset"}, "only an editor"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    at_desk: AtDesk, sessions: Sessions, wrong: dict[str, str], sentence: str
) -> None:
    """Nothing is kept and nothing of the form is emptied."""
    answer = at_desk().send("/desk/sources/new", "/desk/sources/new", **NEW | wrong)

    assert answer.status_code in {403, 422}
    assert sentence in answer.text
    assert 'value="CC BY 4.0"' in answer.text
    with sessions.reading() as session:
        assert find_source(session, "Court list") is None


def test_a_source_is_run_paused_and_resumed(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """Each is one press; a paused one cannot be run, and that is told."""
    browser = at_desk()
    page = f"/desk/sources/{world['feed']}"

    browser.send("/desk/sources", f"{page}/pause")
    paused = source(sessions, "Azattyq feed").is_paused
    refused = browser.send("/desk/sources", f"{page}/run")
    browser.send("/desk/sources", f"{page}/resume")

    assert paused
    assert refused.status_code == 409
    assert "resume it first" in refused.text
    assert not source(sessions, "Azattyq feed").is_paused


def test_two_people_who_change_a_source_lose_nothing(
    at_desk: AtDesk, world: dict[str, Any], sessions: Sessions
) -> None:
    """The slower one sees what stands now beside what they typed, and decides."""
    quick, slow = at_desk(), at_desk(Role.EDITOR, "dana")
    page = f"/desk/sources/{world['feed']}"
    form = {"minutes": "45", "trust": "lead", "licence": "Mine", "mapping": "country==KZ"}
    slow.get(page)
    stale = {"form_token": slow.hidden("form_token"), "version": slow.hidden("version")}
    quick.get(page)
    quick.post(
        page,
        {
            **form,
            "licence": "Theirs",
            "form_token": quick.hidden("form_token"),
            "version": quick.hidden("version"),
        },
    )

    told = slow.post(page, {**form, **stale})
    kept = slow.post(page, {**form, **stale, "version": slow.hidden("version")})

    assert told.status_code == 412
    assert "Theirs" in told.text
    assert 'value="Mine"' in told.text
    assert kept.status_code == 303
    assert source(sessions, "Azattyq feed").licence == "Mine"


def test_the_api_changes_a_source_against_its_version(
    caller: Callable[..., Any], world: dict[str, Any]
) -> None:
    """`If-Match` is needed, an old one refused, a monitor makes no dataset, null takes a licence away."""
    monitor = caller(Role.MONITOR, "api")
    path = f"/api/v1/sources/{world['broken']}"
    version = {"If-Match": f'"{monitor.get(path).json()["version"]}"'}

    assert monitor.patch(path, json={"interval_seconds": 900}).status_code == 428
    changed = monitor.patch(path, json={"interval_seconds": 900, "licence": None}, headers=version)
    assert (changed.status_code, changed.json()["licence"]) == (200, None)
    assert changed.json()["interval_seconds"] == 900
    assert monitor.patch(path, json={"trust": "lead"}, headers=version).status_code == 412
    current = {"If-Match": f'"{changed.json()["version"]}"'}
    assert monitor.patch(path, json={"trust": "dataset"}, headers=current).status_code == 403
    assert monitor.patch(path, json={"trust": None}, headers=current).status_code == 422
    wrong = monitor.patch(path, json={"mapping": {"nothing": "x"}}, headers=current)
    assert wrong.json()["errors"][0]["pointer"] == "/mapping"
    assert monitor.patch(path, json={"name": "x"}, headers=current).status_code == 422


def test_under_another_mapping_a_source_is_read_anew(
    caller: Callable[..., Any], world: dict[str, Any], sessions: Sessions
) -> None:
    """The validators of the last answer are dropped, and unchanged words are read again, once."""
    monitor = caller(Role.MONITOR, "api")
    path = f"/api/v1/sources/{world['feed']}"
    with sessions.writing() as session:
        session.get_one(Source, world["feed"]).etag = '"old"'
    version = {"If-Match": str(monitor.get(path).json()["version"])}

    monitor.patch(path, json={"mapping": {"country": "=RU"}}, headers=version)

    row = source(sessions, "Azattyq feed")
    assert (row.etag, row.is_remapped) == (None, True)
    with sessions.writing() as session:
        held = session.get_one(Source, world["feed"])
        give(session, held)
        assert not held.is_remapped
        assert report_of(session, "beaten").vanished_at is not None


def test_the_command_adds_lists_pauses_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same services from a terminal, as text and as JSON."""
    monkeypatch.setenv("QALAM_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    added = run(
        command,
        ["sources", "add", "https://a.example/f.xml", "--name", "A", "--column", "country==KZ"],
    )
    listed = run(command, ["sources", "list", "--json"])
    paused = run(command, ["sources", "pause", "A", "--json"])
    refused = run(command, ["sources", "run", "A"])
    resumed = run(command, ["sources", "resume", json.loads(paused.stdout)["id"]])
    unknown = run(command, ["sources", "run", "B"])
    table = run(command, ["sources", "list"])

    assert added.exit_code == 0
    assert json.loads(listed.stdout)[0]["mapping"] == {"country": "=KZ"}
    assert json.loads(paused.stdout)["is_paused"] is True
    assert (refused.exit_code, resumed.exit_code, unknown.exit_code) == (1, 0, 1)
    assert "60 min" in table.stdout
