# SPDX-License-Identifier: Apache-2.0
"""Briefings made as doors make them, and their words."""

from datetime import date, datetime
from typing import Any

from app.domain.record.briefing import Briefing, Figure, Paragraph, Run, Table
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Role
from app.services.briefing import make_briefing
from app.services.briefing_material import Audience
from app.storage.database import Sessions
from tests.make import NOW

DESK = Viewer(role=Role.ADMIN, name="operator")


def briefing(
    sessions: Sessions,
    *,
    viewer: Viewer = PUBLIC,
    language: str = "en",
    audience: Audience = Audience.PUBLIC,
    first: date = date(2012, 1, 1),
    last: date = date(2013, 11, 30),
    country: str = "KZ",
    now: datetime = NOW,
) -> Briefing:
    """Make a briefing as a door does."""
    with sessions.reading() as session:
        return make_briefing(
            session,
            viewer,
            country=country,
            period_from=first,
            period_to=last,
            language=language,
            audience=audience,
            now=now,
        )


def blocks(made: Briefing, key: str) -> list[Any]:
    """Return the blocks of a section; none where it is left out."""
    return [block for one in made.sections if one.key == key for block in one.blocks]


def text_of(block: Any) -> str:
    """Return the words of a block."""
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Table):
        return "\n".join([block.caption, *block.header, *(" | ".join(row) for row in block.rows)])
    assert isinstance(block, Figure)
    return f"{block.caption}. {block.alternative}"


def cited(made: Briefing, run: Run) -> set[str]:
    """Return the sources behind a run, by title."""
    return {note.title for note in made.footnotes if note.number in run.notes}


def everything(made: Briefing) -> str:
    """Return every word of a briefing."""
    parts = [made.title, made.subtitle, *(f"{name}: {value}" for name, value in made.facts)]
    for section in made.sections:
        parts += [section.heading, *(text_of(block) for block in section.blocks)]
    for note in made.footnotes:
        parts += [one for one in (note.title, note.publisher, note.url, note.published) if one]
    return "\n".join(parts)
