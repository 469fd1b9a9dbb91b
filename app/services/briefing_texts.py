# SPDX-License-Identifier: Apache-2.0
"""The fixed words of briefings, one file per language: sentences, plurals, headings, names.

Files are app/briefing_texts/*.toml. Never here: what is said (briefing_sections.py and its kind).
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.countries import country_name
from app.errors import FieldError, InvalidInput

FOLDER = Path(__file__).resolve().parents[1] / "briefing_texts"
LANGUAGES = ("en", "ru", "kk")
UNTRANSLATED = "*"
"""Set behind an English word of the vocabulary where a language has none yet."""

_KAZAKH = frozenset("әғқңөұүһі")


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language."""

    language: str
    files: dict[str, Any]

    def say(self, key: str, **fields: object) -> str:
        """Fill a sentence; every field it names must be given."""
        template: str = self.files["sentences"][key]
        return template.format(**fields)

    def count(self, key: str, number: int) -> str:
        """Say a number of things: '3 incidents', '3 случая'."""
        forms: list[str] = self.files["plurals"][key]
        return forms[_form(self.language, number)].format(n=number)

    def word(self, key: str) -> str:
        """Return one of the words that writers need."""
        return str(self.files["words"][key])

    def of(self, table: str, key: str) -> str:
        """Return an entry of a table, or the key as words where there is none yet, marked."""
        entries: dict[str, str] = self.files[table]
        return entries.get(key) or self.untranslated(key.replace("_", " "))

    def country(self, code: str) -> str:
        """Name a country."""
        names: dict[str, str] = self.files["countries"]
        return names.get(code) or self.untranslated(country_name(code))

    def listed(self, parts: Iterable[str]) -> str:
        """Join as in a sentence: 'a, b and c'."""
        said = list(parts)
        if len(said) < 2:
            return "".join(said)
        template: str = self.files["and"]
        return template.format(first=", ".join(said[:-1]), last=said[-1])

    def quoted(self, text: str) -> str:
        """Set a text of the record in quotation marks."""
        opening, closing = self.files["quotes"]
        return f"{opening}{text.rstrip()}{closing}"

    def percent(self, value: float) -> str:
        """Write a share with at most one decimal."""
        said = f"{value:.1f}".removesuffix(".0")
        return said.replace(".", self.files["decimal"])

    def is_own(self, text: str) -> bool:
        """Whether a text of the record may be in this language, as far as its letters tell."""
        letters = set(text.casefold())
        is_cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in letters)
        if self.language == "en" or not any(letter.isalpha() for letter in letters):
            return not is_cyrillic
        return is_cyrillic and (self.language == "kk" or not letters & _KAZAKH)

    def own(self, text: str) -> str:
        """Return a text of the record, in quotation marks where it is in another language."""
        return text if self.is_own(text) else self.quoted(text)

    def length(self, months: int) -> str:
        """Say how long a sentence is: '7 years and 6 months'."""
        years, rest = divmod(months, 12)
        parts = [self.count("years", years)] if years else []
        parts += [self.count("months", rest)] if rest or not years else []
        return self.listed(parts)

    def untranslated(self, english: str) -> str:
        """Return an English word as it stands in this language: marked."""
        return english if self.language == "en" else english + UNTRANSLATED


def _form(language: str, number: int) -> int:
    """Return which plural form a number takes (CLDR's cardinal rules for whole numbers)."""
    if language == "en":
        return 0 if number == 1 else 1
    if language == "kk":
        return 0
    last, last_two = number % 10, number % 100
    if last == 1 and last_two != 11:
        return 0
    return 1 if 2 <= last <= 4 and not 12 <= last_two <= 14 else 2


@cache
def load(language: str) -> Texts:
    """Return the words of a language; raise InvalidInput where briefings are not written in it."""
    if language not in LANGUAGES:
        sentence = f"Briefings are written in: {', '.join(LANGUAGES)}."
        error = FieldError(pointer="#query/language", code="enum", message=sentence)
        raise InvalidInput(sentence, errors=(error,))
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return Texts(language, tomllib.loads(text))
