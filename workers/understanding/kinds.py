# SPDX-License-Identifier: Apache-2.0
"""The lexicon's files, one per language: adding a file adds a language.

How rows are matched is `app.domain.record.lexicon`.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.record import lexicon
from app.domain.record.lexicon import Lexicon, LexiconRow
from app.domain.record.particulars import Suggestion
from app.domain.vocabulary import SUBTYPES, Category

_FILES = Path(__file__).parent / "lexicon"


def languages() -> tuple[str, ...]:
    """Return the languages whose words are known."""
    return tuple(sorted(file.stem for file in _FILES.glob("*.toml")))


def suggest(text: str, language: str | None) -> tuple[Suggestion, ...]:
    """Return the kinds that a text suggests; where its language is not known, by every lexicon."""
    known = languages()
    wanted = (language,) if language in known else known if language is None else ()
    best: dict[str, Suggestion] = {}
    for one in wanted:
        for found in lexicon.suggest(text, lexicon_of(one)):
            if found.value not in best or best[found.value].score < found.score:
                best[found.value] = found
    return tuple(sorted(best.values(), key=lambda one: (-one.score, one.value)))


@lru_cache
def lexicon_of(language: str) -> Lexicon:
    """Return the lexicon of one language; raises ValueError that names what is wrong in its file."""
    said = tomllib.loads((_FILES / f"{language}.toml").read_text(encoding="utf-8"))
    if said.pop("language", None) != language:
        raise ValueError(f"{language}.toml: its language is another than its name")
    media, rows = said.pop("media"), said.pop("row")
    if said:
        raise ValueError(f"{language}.toml: unknown keys {', '.join(sorted(said))}")
    return lexicon.prepare([_row(one, language) for one in rows], media)


def _row(said: dict[str, Any], language: str) -> LexiconRow:
    name, _, subtype = str(said["kind"]).partition("/")
    category = Category(name)
    if subtype and subtype not in SUBTYPES[category]:
        raise ValueError(f"{language}.toml: {name} has no subtype {subtype}")
    return LexiconRow(
        language=language,
        kind=(category, subtype or None),
        words=tuple(said["words"]),
        weight=float(said["weight"]),
        unless=tuple(said.get("unless", ())),
    )
