# SPDX-License-Identifier: Apache-2.0
"""The vocabulary's labels and sentences in other languages, read once from the files beside this.

A floor of its own above the domain, which reads no files, and beneath everything that speaks to
people: API, pages, exports and briefings. English stands beside the code it explains. A file says
who has reviewed it; as long as nobody has, everyone who serves its words says so.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.domain.vocabulary import Term
from app.errors import InvalidInput

SOURCE_LANGUAGE = "en"
TRANSLATED = ("ru", "kk")
LANGUAGES = (SOURCE_LANGUAGE, *TRANSLATED)

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A term as people say it in one language."""

    label: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """All words of one language by list and code, and who has reviewed them, if anybody has."""

    language: str
    reviewed_by: str
    words: MappingProxyType[tuple[str, str], Wording]

    @property
    def is_reviewed(self) -> bool:
        """Whether a native reader has put their name to it."""
        return bool(self.reviewed_by.strip())


@cache
def translation(language: str) -> Translation:
    """Return the words of a language that is not the source's; raises InvalidInput for any other."""
    if language not in TRANSLATED:
        listed = ", ".join(LANGUAGES)
        raise InvalidInput(f"the vocabulary has no such language; it has: {listed}")
    said = tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))
    words = {
        (name, code): Wording(label=pair[0], sentence=pair[1])
        for name, terms in said.items()
        if isinstance(terms, dict)
        for code, pair in terms.items()
    }
    return Translation(
        language=said["language"],
        reviewed_by=said["reviewed_by"],
        words=MappingProxyType(words),
    )


def wording(term: Term, language: str) -> Wording | None:
    """Return a term in a language, or None where its file does not have the term."""
    if language == SOURCE_LANGUAGE:
        return Wording(label=term.label, sentence=term.sentence)
    return translation(language).words.get((type(term).__name__, term.value))


def label(term: Term, language: str) -> str:
    """Return a term's label in a language, or in English where its file does not have the term."""
    found = wording(term, language)
    return term.label if found is None else found.label


def is_reviewed(language: str) -> bool:
    """Whether a native reader has reviewed a language; the source needs no reviewer."""
    return language == SOURCE_LANGUAGE or translation(language).is_reviewed
