# SPDX-License-Identifier: Apache-2.0
"""Query parameters and headers that several nouns share, read strictly."""

import uuid
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Header, Query, Request

from app.domain.countries import COUNTRIES
from app.domain.record import place as place_rules
from app.domain.record.place import Box
from app.errors import FieldError, InvalidInput, MalformedRequest, StaleVersion, VersionRequired

T = TypeVar("T", bound=StrEnum)

Listed = Annotated[str | None, Query(max_length=1000, description="One, or several with commas.")]
Search = Annotated[str | None, Query(min_length=1, max_length=200, description="Words to find.")]


def _refused(name: str, sentence: str) -> InvalidInput:
    error = FieldError(pointer=f"#query/{name}", code="unknown_value", message=sentence)
    return InvalidInput(sentence, errors=(error,))


def terms(name: str, text: str | None, vocabulary: type[T]) -> tuple[T, ...]:
    """Read a comma-separated list of terms; a code that does not exist is an error."""
    if text is None:
        return ()
    try:
        return tuple(vocabulary(code.strip()) for code in text.split(","))
    except ValueError:
        listed = ", ".join(vocabulary)
        raise _refused(name, f"`{name}` takes: {listed}.") from None


def countries(text: str | None) -> tuple[str, ...]:
    """Read a comma-separated list of country codes."""
    if text is None:
        return ()
    codes = tuple(code.strip() for code in text.split(","))
    if any(code not in COUNTRIES for code in codes):
        raise _refused("country", "`country` takes codes of ISO 3166-1 in capitals, such as KZ.")
    return codes


def one_country(text: str | None) -> str | None:
    """Read one country code."""
    found = countries(text)
    if len(found) > 1:
        raise _refused("country", "`country` takes one code here.")
    return found[0] if found else None


def box(text: str | None) -> Box | None:
    """Read a box of degrees: west,south,east,north."""
    found = place_rules.box_of(text) if text is not None else None
    if isinstance(found, str):
        raise _refused("bbox", found)
    return found


def external_id(text: str | None) -> tuple[str, str] | None:
    """Read what another system calls an incident: `system:id`."""
    if text is None:
        return None
    system, colon, value = text.partition(":")
    if not (system and colon and value):
        raise _refused("external_id", "`external_id` is written system:id, such as cpj:2812.")
    return system, value


def aware(name: str, instant: datetime | None) -> datetime | None:
    """Take an instant only with its time zone: whose noon would it mean?"""
    if instant is not None and instant.tzinfo is None:
        raise _refused(name, f"`{name}` needs a time zone: end it with Z for UTC.")
    return instant


def place(after: list[Any] | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """Read the place a signed cursor holds."""
    if after is None:
        return None
    try:
        return tuple(kind(value) for kind, value in zip(kinds, after, strict=True))
    except (ValueError, TypeError):
        raise MalformedRequest("the cursor is of another list: start without one") from None


def after_id(after: list[Any] | None) -> uuid.UUID | None:
    """Read the place of a list ordered by id alone."""
    found = place(after, uuid.UUID)
    return found[0] if found else None


IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The `version` you read, or the ETag of the record."),
]


def wanted_version(header: str | None) -> int:
    """Read which version a change was made against: `"3"`, or the ETag of the record."""
    if header is None:
        raise VersionRequired(
            'say which version you change: `If-Match: "3"`, the record\'s `version`'
        )
    tag = header.strip().removeprefix("W/").strip('"').rpartition(".")[2]
    if not (tag.isascii() and tag.isdigit() and len(tag) < 10):
        raise StaleVersion("If-Match names no version of this record: send its `version`")
    return int(tag)


def stamp_version(request: Request, version: int) -> None:
    """Let the ETag of one record say its version, so that it can be sent back as `If-Match`."""
    headers = getattr(request.state, "headers", {})
    if "ETag" in headers:
        headers["ETag"] = f'{headers["ETag"][:-1]}.{version}"'
