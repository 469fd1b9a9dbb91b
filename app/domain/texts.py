# SPDX-License-Identifier: Apache-2.0
"""Text as people write it, without what only deceives a reader.

Kept: every script, ZWJ and ZWNJ (Persian and Indic scripts need them), line breaks and tabs. Refused:
other control and format characters (a right-to-left override can make a name read as another), and
stacks of more than four marks on one letter.
"""

import unicodedata

from app.errors import FieldError, InvalidInput

_MAX_MARKS = 4
_KEPT = frozenset("\n\t\u200c\u200d")
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LOOKED_AT = _REFUSED | {"Mn", "Me"}


def clean(text: str) -> str:
    """Return a text in NFC without outer spaces; raise InvalidInput for what deceives."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    marks = 0
    for letter in normal:
        category = unicodedata.category(letter)
        if category in _REFUSED and letter not in _KEPT:
            raise _refuse("This text holds an invisible or control character; take it out.")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MAX_MARKS:
            raise _refuse("This text stacks more than four marks on one letter.")
    return normal


def leave_out(text: str) -> str:
    """Return a text without what `clean` refuses: for sources, whom nobody can ask to mend it."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    # Nearly every text holds nothing of the kind, and few different letters tell so.
    if not any(unicodedata.category(letter) in _LOOKED_AT for letter in set(normal) - _KEPT):
        return normal.strip()
    kept: list[str] = []
    marks = 0
    for letter in normal:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MAX_MARKS and (letter in _KEPT or category not in _REFUSED):
            kept.append(letter)
    # What stood between a letter and its mark may be gone now.
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _refuse(sentence: str) -> InvalidInput:
    return InvalidInput(
        sentence, errors=(FieldError(pointer="", code="unsafe_text", message=sentence),)
    )
