# SPDX-License-Identifier: Apache-2.0
"""Every list of terms, room by room, and the version of them all.

`docs/vocabulary_released.json` holds what the last released version said; a test compares. Whoever
adds a code or changes what a sentence means moves VERSION once after a release. Never here: a term.
"""

import hashlib
import inspect
import json

from app.domain.vocabulary import (
    access,
    alerting,
    blocking,
    categories,
    incidents,
    intake,
    justice,
    outlets,
    people,
    subtypes,
)
from app.domain.vocabulary.term import Term

VERSION = 2
"""Moves when a code is added or retired, or a sentence comes to mean something else."""

_ROOMS = (
    blocking, categories, subtypes, incidents, people, justice, outlets, intake, alerting, access,
)  # fmt: skip


def _lists() -> tuple[type[Term], ...]:
    return tuple(
        members
        for room in _ROOMS
        for members in vars(room).values()
        if inspect.isclass(members)
        and issubclass(members, Term)
        and members.__module__ == room.__name__
    )


LISTS: tuple[type[Term], ...] = _lists()


def meanings() -> dict[str, dict[str, str]]:
    """Return every sentence by list and code."""
    return {kind.__name__: {term.value: term.sentence for term in kind} for kind in LISTS}


def _digest() -> str:
    retired = {
        f"{kind.__name__}/{term.value}": term.superseded_by
        for kind in LISTS
        for term in kind
        if term.is_retired
    }
    said = json.dumps([meanings(), retired], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


VOCABULARY_VERSION = f"{VERSION}-{_digest()}"
"""The number, and what tells apart two installations that claim the same one."""
