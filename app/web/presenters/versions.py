# SPDX-License-Identifier: Apache-2.0
"""What a source said word for word, and what became of its words from one version to the next."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

MOST_SHOWN = 30_000
"""Letters of a version that a page shows; the whole of it is in the JSON."""

MOST_COMPARED = 4_000
"""Words of two versions that are compared; comparing costs their product."""

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version, and what it changed; `changes` is empty for the first."""

    number: int
    seen_at: datetime
    sha256: str
    text: str
    is_cut: bool
    changes: tuple[Piece, ...]
    too_long: bool


def version_rows(found: Sequence[Mapping[str, Any]]) -> list[VersionRow]:
    """Return versions, latest first, each beside the one before it."""
    older: list[Mapping[str, Any] | None] = [*found[1:], None]
    return [_row(one, before) for one, before in zip(found, older, strict=True)]


def _row(one: Mapping[str, Any], before: Mapping[str, Any] | None) -> VersionRow:
    text = laid_out(one["raw"])
    found = changes(laid_out(before["raw"]), text) if before is not None else ()
    return VersionRow(
        number=one["version"],
        seen_at=one["seen_at"],
        sha256=one["sha256"],
        text=text[:MOST_SHOWN],
        is_cut=len(text) > MOST_SHOWN,
        changes=found or (),
        too_long=found is None,
    )


def laid_out(raw: str) -> str:
    """Return JSON with a line for each field; anything else as it is. No word of it changes.

    >>> laid_out('{"a":"б","c":1.0}').splitlines()
    ['{', '  "a": "б",', '  "c": 1.0', '}']
    """
    try:
        value = json.loads(raw)
        text = json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return raw
    # Shown only where every mark of it is there, so that "word for word" holds.
    same = _SPACE.sub("", text) == _SPACE.sub("", raw)
    return text if same and isinstance(value, dict | list) else raw


def changes(before: str, after: str) -> tuple[Piece, ...] | None:
    """Return what stayed, went and came, word by word; None where that would take too long."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) > MOST_COMPARED or len(new) > MOST_COMPARED:
        return None
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(kind="same", text=_around("".join(old[old_from:old_to]))))
            continue
        if old_to > old_from:
            pieces.append(Piece(kind="gone", text="".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece(kind="new", text="".join(new[new_from:new_to])))
    return tuple(pieces)


def _around(text: str) -> str:
    """Shorten a long stretch that stayed to its edges."""
    return text if len(text) <= 400 else f"{text[:150]} […] {text[-150:]}"
