# SPDX-License-Identifier: Apache-2.0
"""`qalam reports import --trust dataset` and `qalam stats`, as people and programs use them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests import make_cpj
from tests.make_cpj import killed
from workers.cli import command


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of its own, with an empty database."""
    monkeypatch.setenv("QALAM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """Run one command to its end."""
    return CliRunner().invoke(command, arguments)


def answer(*arguments: str) -> dict[str, Any]:
    """Run one command and read its JSON."""
    ran = run(*arguments, "--json")
    assert ran.exit_code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_an_export_goes_in_and_an_index_comes_out(folder: Path) -> None:
    """The shapes that are promised: counts of the import, rows of the index, the rest apart."""
    rows = [killed(f"Person {number}", 2002 + number % 10) for number in range(93)]
    rows += [killed(f"Other {number}", 2005, "Somalia") for number in range(4)]
    (folder / "cpj.csv").write_bytes(make_cpj.full(*rows, killed("X", "Unknown"), mark="\ufeff"))
    (folder / "people.csv").write_text("Country Code,2010\nIRQ,32000000\n", encoding="utf-8")
    load = ("reports", "import", "cpj.csv", "--format", "cpj", "--trust", "dataset")
    rejected = [{"line": 99, "reason": "the row has no date that can be read"}]

    dry = answer(*load, "--dry-run")
    first = answer(*load)
    again = answer(*load)
    index = answer("stats", "impunity-index", "--edition", "2012", "--populations", "people.csv")

    counts = {"rows": 98, "changed": 0, "vanished": 0, "rejected": rejected}
    assert dry == first == {**counts, "new": 97, "unchanged": 0}
    assert again == {**counts, "new": 0, "unchanged": 97}
    (iraq,) = index["rows"]
    wanted = {
        "country": "IQ",
        "iso3": "IRQ",
        "name": "Iraq",
        "unsolved": 93,
        "population": 32_000_000,
        "rating": 2.906,
    }
    assert {name: iraq[name] for name in wanted} == wanted
    assert [(one["iso3"], one["unsolved"]) for one in index["below_threshold"]] == [("SOM", 4)]

    public = answer("stats", "impunity-index", "--edition", "2012", "--public")
    assert (public["rows"], public["n"]) == ([], 0)
    rate = answer("stats", "impunity-rate", "--edition", "2012")
    assert rate["rows"][0]["share_percent"] == 100.0
    series = answer("stats", "timeseries", "--from", "2002", "--to", "2011")
    assert sum(one["count"] for one in series["rows"]) == 97
    sdg = answer("stats", "sdg-16-10-1", "--from", "2005", "--to", "2005")
    assert {one["code"] for one in sdg["rows"]} == {"A"}


def test_a_table_is_shown_and_a_wrong_question_is_told(folder: Path) -> None:
    """Without `--json` people read a table; a year without an index ends with code 1."""
    (folder / "cpj.csv").write_bytes(make_cpj.full(*(killed(f"P {n}", 2010) for n in range(5))))
    run("reports", "import", "cpj.csv", "--format", "cpj", "--trust", "dataset")

    shown = run("stats", "impunity-index", "--edition", "2015")
    wrong = run("stats", "impunity-index", "--edition", "1999")

    assert (shown.exit_code, "5 to 5" in shown.stdout) == (0, True), shown.stdout
    assert (wrong.exit_code, "published since 2008" in wrong.stderr) == (1, True), wrong.stderr


def test_conditions_are_counted_on_the_command_line(folder: Path) -> None:
    """Outlets, people and blocking days: rows with a way to the records, or a table with its note."""
    rows = [killed(f"Person {number}", 2010) for number in range(3)]
    (folder / "cpj.csv").write_bytes(make_cpj.full(*rows))
    run("reports", "import", "cpj.csv", "--format", "cpj", "--trust", "dataset")

    people = answer("stats", "people", "--country", "IQ")
    early = answer("stats", "people", "--as-of", "2009")
    outlets = answer("stats", "outlets", "--axis", "publication")
    days = answer("stats", "blocking-days", "--from", "2025", "--to", "2025")

    assert [(one["state"], one["count"]) for one in people["rows"]] == [("killed", 3)]
    assert people["rows"][0]["rows"].startswith("/api/v1/statistics/people/rows?state=killed")
    assert (early["rows"], early["n"]) == ([], 0)
    assert sum(one["count"] for one in outlets["rows"]) == outlets["n"]
    assert (days["rows"], days["every"]) == ([], "month")
    for counted in ("people", "outlets", "blocking-days"):
        told = run("stats", counted)
        assert told.exit_code == 0, told.output
    wrong = run("stats", "people", "--country", "Iraq")
    assert wrong.exit_code == 1
    assert "ISO 3166-1" in wrong.output


def test_the_response_rate_is_empty_where_no_state_was_asked(folder: Path) -> None:
    """Nothing is invented from our own facts: no question on record, no row; the rate is null."""
    (folder / "cpj.csv").write_bytes(make_cpj.full(killed("Person", 2010)))
    answer("reports", "import", "cpj.csv", "--format", "cpj", "--trust", "dataset")

    found = answer("stats", "response-rate", "--asked-by", "UNESCO")
    rate = answer("stats", "impunity-rate", "--edition", "2014")

    assert (found["rows"], found["n"], found["asked_by"]) == ([], 0, "UNESCO")
    assert {row["unesco_rate_percent"] for row in rate["rows"]} == {None}
    shown = run("stats", "response-rate")
    assert shown.exit_code == 0
    assert "0 questions." in shown.output
