# SPDX-License-Identifier: Apache-2.0
"""A country for people: those held or prosecuted, practices without particulars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import Category, LegalGround
from app.web.presenters import words
from app.web.presenters.sources import Source, source


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """A practice; never counted as incidents."""

    statement: str
    kind: str
    ground: str
    date: str
    source: Source | None


def pattern_row(view: Mapping[str, Any]) -> PatternRow:
    """Put a practice into words."""
    kind = Category(view["category"]).label
    if view["subtype"]:
        kind += f": {words.label(view['subtype'])}"
    ground = LegalGround(view["ground"]).sentence.rstrip(".") if view["ground"] else ""
    return PatternRow(
        statement=view["statement"],
        kind=kind,
        ground=ground,
        date=words.edtf(view["date"]),
        source=source(view["source"]) if view["source"] else None,
    )
