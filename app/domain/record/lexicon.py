# SPDX-License-Identifier: Apache-2.0
"""Which words suggest which kind of incident: rows of a lexicon against a text.

A row is a stem in one language; `*` at its end stands for any ending, spaces for any space. Every
suggestion names the words it rests on, so that a person sees why. The rows are data
(workers/understanding/lexicon); nothing here knows a language.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.record.particulars import Kind, Suggestion

WITHOUT_MEDIA = 0.4
"""What is left of a score where no word of the text speaks of the press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconRow:
    """Words of one language for one kind. `weight` (0–1) is how far one of them goes alone."""

    language: str
    kind: Kind
    words: tuple[str, ...]
    weight: float
    # Where one of these stands in the same sentence, the row says nothing ("denied").
    unless: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of the row in suggestions: `en.physical_attack/injury`."""
        category, subtype = self.kind
        return f"{self.language}.{category.value}{f'/{subtype}' if subtype else ''}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words ready to be searched for; `starts` are how their first words begin.

    Most texts hold none of a row's words: comparing beginnings first spares searching for them.
    """

    pattern: re.Pattern[str]
    starts: frozenset[str]

    def may_be_in(self, begun: frozenset[str]) -> bool:
        """Whether a text whose words begin so can hold one of these."""
        return not self.starts.isdisjoint(begun)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Rows ready to be searched for, of one language."""

    rows: tuple[tuple[LexiconRow, Wanted, re.Pattern[str] | None], ...]
    media: re.Pattern[str]


_SENTENCE = re.compile(r"[^.!?…\n]+")
_WORD = re.compile(r"\w+")
_START = 2


def beginnings(text: str) -> frozenset[str]:
    """Return how the words of a text begin."""
    return frozenset(word[:_START] for word in _WORD.findall(text.casefold()))


def wanted(words: Sequence[str]) -> Wanted:
    """Make words searchable; none may be shorter than two letters before its `*`."""
    firsts = (_WORD.search(word.casefold()) for word in words)
    return Wanted(pattern(words), frozenset(one[0][:_START] for one in firsts if one is not None))


def prepare(rows: Iterable[LexiconRow], media: Sequence[str]) -> Lexicon:
    """Make the rows of one language searchable; `media` are its words for the press."""
    made = [(row, wanted(row.words), pattern(row.unless) if row.unless else None) for row in rows]
    return Lexicon(rows=tuple(made), media=pattern(media))


def pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Return one expression for several words: `*` is any ending, a space any space.

    >>> pattern(["beat*", "death threat"]).findall("Beaten after a death  threat; unbeaten")
    ['Beaten', 'death  threat']
    """
    longest_first = sorted(words, key=len, reverse=True)
    alternatives = "|".join(_expression(word) for word in longest_first)
    return re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)


def _expression(words: str) -> str:
    return r"\s+".join(
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
        for word in words.split()
    )


def suggest(text: str, lexicon: Lexicon) -> tuple[Suggestion, ...]:
    """Return the kinds that a text suggests, the surest first.

    Several words add up without reaching certainty: 1 − ∏(1 − weight), over different words.
    """
    is_of_media = lexicon.media.search(text) is not None
    begun = beginnings(text)
    found: list[Suggestion] = []
    for row, sought, unless in lexicon.rows:
        if not sought.may_be_in(begun):
            continue
        words = _words(text, sought.pattern, unless)
        if not words:
            continue
        sure = 1 - (1 - row.weight) ** len(words)
        score = sure if is_of_media else sure * WITHOUT_MEDIA
        category, subtype = row.kind
        value = f"{category.value}/{subtype}" if subtype else category.value
        found.append(
            Suggestion(
                field="category", value=value, score=round(score, 3), words=words, rule=row.id
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.score, one.value)))


def _words(text: str, sought: re.Pattern[str], unless: re.Pattern[str] | None) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for sentence in _SENTENCE.findall(text):
        if unless is not None and unless.search(sentence):
            continue
        for word in sought.findall(sentence):
            kept.setdefault(" ".join(word.casefold().split()), " ".join(word.split()))
    return tuple(kept.values())
