# SPDX-License-Identifier: Apache-2.0
"""The documentation tells the truth: everything that can be set, said or asked is in it."""

import re
from pathlib import Path

import pytest

from app.settings import Settings
from docs import generate

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def test_every_setting_is_documented_and_nothing_else() -> None:
    """docs/configuration.md lists exactly the settings there are."""
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(QALAM_[A-Z_]+)`", text, flags=re.MULTILINE))
    settings = {f"QALAM_{name.upper()}" for name in Settings.model_fields}

    assert documented == settings


@pytest.mark.parametrize("page", sorted(generate.PAGES))
def test_generated_parts_are_fresh(page: str) -> None:
    """What the pages say of terms and rules is what the code has: `python -m docs.generate`."""
    assert (DOCS / page).read_text(encoding="utf-8") == generate.fresh(page)


def test_every_link_between_documents_leads_somewhere() -> None:
    """A relative link in any Markdown file names a file that exists."""
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]

    assert broken == []
