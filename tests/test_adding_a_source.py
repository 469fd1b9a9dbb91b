# SPDX-License-Identifier: Apache-2.0
"""docs/adding-a-source.md is true: its reader reads its example, and every file it names exists."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
# What the example itself would add.
TO_BE_WRITTEN = {"workers/sources/press_club.py", "tests/workers/sources/test_press_club.py"}


def blocks(language: str) -> list[str]:
    """Return the code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_worked_example_works() -> None:
    """Its reader and its test are run as they stand on the page, over the document on the page."""
    (example,) = blocks("json")
    reader, its_test = blocks("python")
    names: dict[str, Any] = {"EXAMPLE": example.encode(), "__name__": "press_club"}

    exec(compile(reader, "press_club.py", "exec"), names)
    exec(compile(its_test, "test_press_club.py", "exec"), names)

    assert its_test.count("assert ") >= 10
    assert len(names["found"].accounts) == 2


def test_every_file_it_names_exists() -> None:
    """Whoever follows the page finds what it speaks of."""
    named = set(re.findall(r"`((?:app|workers|tests|docs)/[\w/.-]+\.(?:py|toml|md))`", PAGE))

    assert {one for one in named if not (ROOT / one).exists()} == TO_BE_WRITTEN
    assert len(named) > 10
