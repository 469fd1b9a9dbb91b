# SPDX-License-Identifier: Apache-2.0
"""What a term of the vocabulary is: a code that carries its own sentence."""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A code that carries its own sentence."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    @property
    def label(self) -> str:
        """The code as words for a page: 'complete impunity'."""
        return self._value_.replace("_", " ")
