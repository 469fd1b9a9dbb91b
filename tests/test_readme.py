# SPDX-License-Identifier: Apache-2.0
"""What the first page promises is what a newcomer finds."""

import json
import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from typer.main import get_command

from app.services import example
from app.storage.database import Sessions
from tests.client import Client
from tests.make import NOW
from workers.cli import command

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _is_part(shown: Any, real: Any) -> bool:
    """Whether everything shown is in what is real; lists must be whole."""
    if isinstance(shown, dict):
        return all(name in real and _is_part(value, real[name]) for name, value in shown.items())
    if isinstance(shown, list):
        return len(shown) == len(real) and all(map(_is_part, shown, real))
    return bool(shown == real)


def test_the_curl_line_gives_the_answer_that_is_shown(app: FastAPI, sessions: Sessions) -> None:
    """The command of the README, asked of the program with the example loaded."""
    with sessions.writing() as session:
        example.load(session, now=NOW)
    (address,) = re.findall(r"curl -s '127\.0\.0\.1:8000([^']+)'", README)
    (shown,) = re.findall(r"```json\n(.*?)```", README, flags=re.DOTALL)

    answer = Client(app).get(address).json()

    assert _is_part(json.loads(shown), answer)


def test_every_make_target_that_is_named_exists() -> None:
    """`make …` in the README, the contributing page and CI are targets of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    pages = [README, (ROOT / "CONTRIBUTING.md").read_text(), (ROOT / ".ci" / "run").read_text()]
    named = {name for page in pages for name in re.findall(r"(?:^|`|    |-c )make ([a-z]+)", page)}

    assert {"run", "test"} <= named
    assert named <= targets


def test_no_requirement_names_a_host_and_each_has_its_hash() -> None:
    """Requirements are pinned with hashes, and say nothing of where they were fetched."""
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert not re.search(r"https?://|^--(index|extra-index|find-links)", text, re.MULTILINE)
        pinned = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, flags=re.MULTILINE)
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(pinned) == len(entries)
        assert all("--hash=sha256:" in entry for entry in entries)


def test_the_image_runs_as_nobody_in_particular() -> None:
    """The Dockerfile installs by hash, copies what exists, drops root, and starts `qalam`."""
    steps = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", steps, flags=re.MULTILINE)
    sources = [name for line in copied for name in line.split()]

    assert "--require-hashes -r requirements/server.txt" in steps
    assert all((ROOT / name).exists() for name in sources)
    assert {"app", "workers", "alembic", "examples", "alembic.ini"} <= set(sources)
    assert steps.index("USER qalam") < steps.index("ENTRYPOINT")
    assert 'ENTRYPOINT ["qalam"]' in steps
    assert "uid 10001" in steps


def test_every_command_that_is_named_exists() -> None:
    """`qalam …` in the README and the documents is a command of the program."""
    commands: dict[str, Any] = getattr(get_command(command), "commands", {})
    pages = [README, *(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))]
    pattern = re.compile(r"(?:`|^ {4}|\$\()qalam ([a-z-]+)(?: ([a-z0-9-]+))?", re.MULTILINE)
    named = {(found[1], found[2]) for page in pages for found in pattern.finditer(page)}

    def exists(first: str, second: str | None) -> bool:
        group = getattr(commands.get(first), "commands", None)
        return first in commands and (group is None or second is None or second in group)

    assert ("vantage", "add") in named
    assert [one for one in sorted(named, key=str) if not exists(*one)] == []
