# SPDX-License-Identifier: Apache-2.0
"""What readers choose in addresses and forms: one term or none; a wrong one is named as such."""

import re
import uuid
from datetime import date
from enum import StrEnum
from typing import TypeVar

from app.domain.countries import NAMES
from app.errors import FieldError, InvalidInput

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

AnyTerm = TypeVar("AnyTerm", bound=StrEnum)


def chosen(kind: type[AnyTerm], text: str, field: str) -> AnyTerm | None:
    """Return the term a reader chose; an empty choice, as forms send it, is none."""
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise _unknown(field) from None


def country(text: str) -> str | None:
    """Return the country a reader chose, by its two letters in either case."""
    if not text:
        return None
    if text.upper() not in NAMES:
        raise _unknown("country")
    return text.upper()


def place(text: str) -> tuple[date, uuid.UUID] | None:
    """Return where a page of incidents begins, as the link of the page before says it."""
    if not text:
        return None
    at, _, last = text.partition("_")
    try:
        return date.fromisoformat(at), uuid.UUID(last)
    except ValueError:
        raise _unknown("after") from None


def identifier(text: str) -> uuid.UUID | None:
    """Return the id that a text is, or that the address of a page ends in; None where it is neither."""
    found = _ID.search(text.strip().lower())
    return uuid.UUID(found[0]) if found else None


def _unknown(field: str) -> InvalidInput:
    sentence = "There is no such choice; the page without filters lists them all."
    return InvalidInput(
        sentence, errors=(FieldError(pointer=f"#query/{field}", code="enum", message=sentence),)
    )
