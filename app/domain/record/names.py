# SPDX-License-Identifier: Apache-2.0
"""Taking a name out of texts: how it may be written, and what stands in its place.

Whole words only, in any case and with anything between the words, also with the last word first. Other
spellings and inflected forms are other names: whoever erases must give them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

REMOVED = "[name removed]"


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A name to be looked for: its words in the orders in which they may stand."""

    orders: tuple[tuple[str, ...], ...]
    _whole: re.Pattern[str]
    _anywhere: re.Pattern[str]

    @property
    def is_telling(self) -> bool:
        """Whether the name is more than one word; one alone is too often somebody else's."""
        return len(self.orders[0]) > 1

    def is_in(self, value: object) -> bool:
        """Whether the name stands in a text, or in any text of a JSON value."""
        return any(self._whole.search(text) for text in _texts(value))

    def is_part_of(self, value: object) -> bool:
        """Whether its letters stand there, be it inside other words: perhaps another person's name."""
        return any(self._anywhere.search(text) for text in _texts(value))

    def taken_out(self, text: str) -> str:
        """Return a text with the mark in the name's place."""
        return self._whole.sub(REMOVED, text)


def pattern_of(name: str) -> NamePattern | None:
    """Return how to look for a name; None where it has no letters at all."""
    words = tuple(re.findall(r"\w+", name))
    if not words:
        return None
    orders = tuple(dict.fromkeys([words, (*words[-1:], *words[:-1])]))
    alternatives = "|".join(r"\W+".join(map(re.escape, order)) for order in orders)
    return NamePattern(
        orders,
        re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE),
        re.compile(alternatives, re.IGNORECASE),
    )


def without(value: object, patterns: Iterable[NamePattern]) -> object:
    """Return a text or a JSON value in which no text holds any of these names."""
    found = tuple(patterns)
    if isinstance(value, str):
        for one in found:
            value = one.taken_out(value)
        return value
    if isinstance(value, list):
        return [without(one, found) for one in value]
    if isinstance(value, dict):
        return {name: without(one, found) for name, one in value.items()}
    return value


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
