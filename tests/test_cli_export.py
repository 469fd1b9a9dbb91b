# SPDX-License-Identifier: Apache-2.0
"""`qalam export` and `qalam reports import --format qalam`, as people and programs use them."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from workers.cli import command


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of its own, with the founding example in its database."""
    monkeypatch.setenv("QALAM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    assert run("example", "load").exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    """Run one command to its end."""
    return CliRunner().invoke(command, arguments)


def test_a_file_for_each_noun_and_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Export, restore into a new folder, export: equal files; the count is said, apart from the data."""
    nouns = ("outlets", "incidents", "cases")
    for noun in nouns:
        ran = run("export", noun, "--output", f"{noun}.csv")
        assert ran.exit_code == 0
        assert ran.stderr.strip().endswith(f"{noun} written.")
        assert ran.stdout == ""
    monkeypatch.setenv("QALAM_DATA_DIR", str(folder / "new"))
    load = ("reports", "import", "--format", "qalam", "--trust", "dataset")
    dry: dict[str, Any] = json.loads(run(*load, "incidents.csv", "--dry-run", "--json").stdout)
    assert (dry["new"], dry["rejected"]) == (9, [])
    assert run("export", "incidents", "--format", "jsonl").stdout == ""
    for noun in nouns:
        ran = run(*load, f"{noun}.csv")
        assert ran.exit_code == 0, ran.output
        run("export", noun, "--output", f"again-{noun}.csv")
    for noun in nouns:
        assert (folder / f"again-{noun}.csv").read_bytes() == (folder / f"{noun}.csv").read_bytes()


def test_a_bad_row_ends_with_one_and_takes_nothing(folder: Path) -> None:
    """What cannot be read is named by its line on standard error."""
    run("export", "incidents", "--format", "jsonl", "--output", "all.jsonl")
    body = (
        (folder / "all.jsonl")
        .read_text(encoding="utf-8")
        .replace('"country":"KZ"', '"country":"?"')
    )
    (folder / "bad.jsonl").write_text(body, encoding="utf-8")
    load = ("reports", "import", "bad.jsonl", "--format", "qalam", "--trust", "dataset")
    ran = run(*load, "--name", "Adil Soz")
    assert ran.exit_code == 1
    assert "line 1: /country" in ran.stderr
    ran = run("reports", "import", "all.jsonl", "--format", "qalam", "--trust", "dataset")
    assert ran.exit_code == 1
    assert "--name" in ran.stderr


def test_rows_of_an_export_can_be_leads(folder: Path) -> None:
    """Without the trust of a dataset, incidents of an export become reports for a person."""
    for form in ("csv", "jsonl"):
        run("export", "incidents", "--format", form, "--output", f"all.{form}")
        ran = run("reports", "import", f"all.{form}", "--format", "qalam", "--json")
        found = json.loads(ran.stdout)
        assert (found["new"], found["rejected"]) == (9, [])


def test_countries_audiences_and_formats(folder: Path) -> None:
    """Options mean what they say, and what cannot be meant is told as a sentence."""
    run("export", "incidents", "--country", "KG,UZ", "--output", "none.csv")
    assert len((folder / "none.csv").read_text(encoding="utf-8").splitlines()) == 1
    run("export", "incidents", "--audience", "public", "--output", "public.csv")
    with (folder / "public.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert {one["created_at"] for one in rows} == {""}
    assert run("export", "incidents", "--format", "xlsx", "--output", "all.xlsx").exit_code == 0
    sheet = openpyxl.load_workbook(folder / "all.xlsx").active
    assert sheet is not None
    assert sheet.max_row == 10
    assert not list(folder.glob("*.part"))
    for wrong in (
        ("export", "cases", "--format", "geojson"),
        ("export", "cases", "--format", "xlsx"),
        ("export", "cases", "--country", "Kazakhstan"),
        ("export", "cases", "--output", "nowhere/cases.csv"),
    ):
        ran = run(*wrong)
        assert ran.exit_code == 1
        assert ran.stderr.startswith("qalam: ")
