# SPDX-License-Identifier: Apache-2.0
"""The text of an article's page, taken out in a child process with bounds, because pages lie.

A page that hangs the parser, eats memory or crashes it costs that child; the answer is then None, and
the report keeps what its feed said.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from app.domain.intake import text

MAX_PAGE = 2 * 1024 * 1024
DEADLINE_SECONDS = 20.0
MAX_TEXT = 20_000
_CHILD = "workers.understanding.article_child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says: its text without markup, its own title and day (ISO) where it has them."""

    text: str
    title: str | None = None
    published_on: str | None = None


def article_of(page: bytes, *, deadline: float = DEADLINE_SECONDS) -> Article | None:
    """Return the article of a page, or None where there is none or it could not be read."""
    if len(page) > MAX_PAGE:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - our own module, its input on standard input
            [sys.executable, "-m", _CHILD],
            input=page,
            capture_output=True,
            timeout=deadline,
            check=False,
            env={"PATH": "", "PYTHONPATH": ":".join(filter(None, sys.path))},
        )
        said = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError, OSError):
        return None
    found = text.plain(said.get("text", ""), limit=MAX_TEXT)
    if not found:
        return None
    return Article(
        text=found,
        title=text.plain(said.get("title", ""), limit=300, one_line=True) or None,
        published_on=text.event_date(said.get("date", "")),
    )
