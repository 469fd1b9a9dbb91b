# SPDX-License-Identifier: Apache-2.0
"""Our terms beside those of other systems, read both ways where the words allow it.

Rows stand in order: acts, people, justice; ours first, then theirs. A word that is read may stand
for several terms at once, and all of them hold. Never here: how a file of theirs is read.
"""

import re
from typing import TypeVar

from app.domain.record import (
    crosswalks_acts,
    crosswalks_alerts,
    crosswalks_justice,
    crosswalks_people,
)
from app.domain.record.crosswalks_row import CrosswalkRow, System
from app.domain.vocabulary import Term

ROWS: tuple[CrosswalkRow, ...] = (
    *crosswalks_acts.ROWS,
    *crosswalks_alerts.ROWS,
    *crosswalks_people.ROWS,
    *crosswalks_justice.ROWS,
)

T = TypeVar("T", bound=Term)

_MARKS = re.compile(r"[\W_]+")


def folded(words: str) -> str:
    """Return a word without capitals and marks, as two spellings of it are compared.

    >>> folded("Crossfire/Combat-Related") == folded("Crossfire / Combat Related")
    True
    """
    return _MARKS.sub(" ", words).strip().casefold()


def to_theirs(term: Term, system: System, field: str | None = None) -> tuple[CrosswalkRow, ...]:
    """Return how a term may be told in another system, in order; several are alternatives."""
    return tuple(
        row
        for row in of(term)
        if row.system is system and row.writes and field in (None, row.field)
    )


def to_ours(kind: type[T], system: System, field: str, said: str) -> T | None:
    """Return the term of one list that a word of theirs means, or None where it means none."""
    return _READ.get((kind, system, field), {}).get(folded(said))  # type: ignore[return-value]


def of(term: Term) -> tuple[CrosswalkRow, ...]:
    """Return every row of a term; a code alone does not tell its list."""
    return _BY_TERM.get((type(term), term.value), ())


def is_known(system: System, field: str, said: str) -> bool:
    """Whether a word is one of theirs, whether or not anything of ours meets it."""
    return (system, field, folded(said)) in _KNOWN


def _by_term() -> dict[tuple[type[Term], str], tuple[CrosswalkRow, ...]]:
    found: dict[tuple[type[Term], str], tuple[CrosswalkRow, ...]] = {}
    for row in ROWS:
        if row.term is not None:
            key = (type(row.term), row.term.value)
            found[key] = (*found.get(key, ()), row)
    return found


def _read() -> dict[tuple[type[Term], System, str], dict[str, Term]]:
    found: dict[tuple[type[Term], System, str], dict[str, Term]] = {}
    for row in ROWS:
        if row.reads and row.term is not None:
            words = found.setdefault((type(row.term), row.system, row.field), {})
            words.setdefault(folded(row.value), row.term)
    return found


_BY_TERM = _by_term()
_READ = _read()
_KNOWN = frozenset((row.system, row.field, folded(row.value)) for row in ROWS)
