# SPDX-License-Identifier: Apache-2.0
"""In which language a text is written, by py3langid limited to languages that reports come in."""

import math
import re
from functools import lru_cache

import py3langid

from app.domain.record.particulars import Suggestion

LANGUAGES = (
    "ar", "az", "be", "de", "en", "es", "fa", "fr", "hy", "it", "ka", "kk",
    "ky", "pl", "pt", "ru", "tg", "tk", "tr", "uk", "ug", "uz", "zh",
)  # fmt: skip
MIN_LETTERS = 20
"""Under this a guess is worth nothing: names and numbers look alike everywhere."""

MAX_CHARACTERS = 1000
_LETTER = re.compile(r"[^\W\d_]")


def suggest(text: str) -> Suggestion | None:
    """Return the language of a text, or None where it is too short to tell."""
    said = text[:MAX_CHARACTERS]
    if len(_LETTER.findall(said)) < MIN_LETTERS:
        return None
    _choose()
    (best, first), (_, second) = py3langid.rank(said)[:2]
    score = 1 / (1 + math.exp(min(float(second) - float(first), 700)))
    words = " ".join(said.split()[:5])
    return Suggestion(
        field="language", value=best, score=round(score, 3), words=(words,), rule="language.text"
    )


@lru_cache
def _choose() -> None:
    """Load the library's one model, limited to our languages, when a text is first asked about."""
    py3langid.set_languages(sorted(LANGUAGES))
