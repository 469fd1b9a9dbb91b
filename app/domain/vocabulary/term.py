# SPDX-License-Identifier: Apache-2.0
"""What a term of the vocabulary is: a code with its own sentence, in use or retired.

A code is never deleted, for rows hold it: one that is not used any more names its successor, keeps
its meaning and can be read, and no door takes it as new. Never here: a term, or other languages.
"""

import re
from enum import StrEnum
from typing import Self

from app.errors import RetiredTerm

_APART = re.compile(r"[_.:-]")
_ACRONYMS = {
    "bbg": "BBG",
    "cpj": "CPJ",
    "csv": "CSV",
    "ddos": "DDoS",
    "dns": "DNS",
    "http": "HTTP",
    "json": "JSON",
    "mitm": "MITM",
    "ngo": "NGO",
    "nxdomain": "NXDOMAIN",
    "sni": "SNI",
    "tcp": "TCP",
    "tls": "TLS",
    "uspft": "USPFT",
}


class Term(StrEnum):
    """A code that carries its own sentence, and its successor once it is retired."""

    sentence: str
    superseded_by: str | None

    def __new__(cls, value: str, sentence: str = "", superseded_by: str | None = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.superseded_by = superseded_by
        return member

    @property
    def label(self) -> str:
        """The code as words for a page: 'complete impunity', 'SNI reset'."""
        said = (_ACRONYMS.get(word, word) for word in _APART.split(self._value_))
        return " ".join(said)

    @property
    def is_retired(self) -> bool:
        """Whether it is only read any more, never given anew."""
        return self.superseded_by is not None


def refuse_retired(term: Term) -> None:
    """Take a term only while it is in use; raises RetiredTerm with the successor's code."""
    if term.superseded_by is not None:
        raise RetiredTerm(
            f"'{term.value}' is retired: use '{term.superseded_by}'. Records that hold it keep it."
        )
