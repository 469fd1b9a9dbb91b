# SPDX-License-Identifier: Apache-2.0
"""`qalam briefing`, as a person uses it."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

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


def test_the_suffix_chooses_the_form(folder: Path) -> None:
    """Word, PDF, HTML, Markdown and JSON come from one command, whole, and it says what it wrote."""
    assert run("example", "load").exit_code == 0
    begins = {"docx": b"PK", "pdf": b"%PDF", "html": b"<!doctype", "md": b"# ", "json": b"{"}

    for suffix, start in begins.items():
        ran = run(
            "briefing", "KZ", "--from", "2012-01", "--to", "2013-11", "--output", f"b.{suffix}"
        )
        assert ran.exit_code == 0, ran.output
        assert "16 sources" in ran.stderr
        assert (folder / f"b.{suffix}").read_bytes().startswith(start)
    assert not list(folder.glob("*.part"))
    assert "Roza Tuletaeva" in (folder / "b.md").read_text(encoding="utf-8")


def test_a_language_and_an_audience_are_chosen(folder: Path) -> None:
    """The same in Kazakh, for the desk."""
    ran = run("briefing", "kz", "--output", "b.md", "--language", "kk", "--audience", "desk")

    assert ran.exit_code == 0, ran.output
    assert (folder / "b.md").read_text(encoding="utf-8").startswith("# Қазақстан")
    assert "редакцияға" in (folder / "b.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("KZ", "--output", "b.odt"), ".docx, .html, .json, .md, .pdf"),
        (("KZ", "--output", "b.md", "--from", "2014", "--to", "2013"), "ends before it starts"),
        (("KZ", "--output", "b.md", "--language", "fr"), "en, ru, kk"),
        (("ZZ", "--output", "b.md"), "no country with this code"),
        (("KZ", "--output", "nowhere/b.md"), "cannot be written"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    """A wrong form, period, language, country or folder ends with a sentence and no file."""
    ran = run("briefing", *arguments)

    assert ran.exit_code != 0
    assert said in " ".join(ran.output.split())
    assert not list(Path().glob("b.*"))
