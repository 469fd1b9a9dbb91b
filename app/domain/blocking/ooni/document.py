# SPDX-License-Identifier: Apache-2.0
"""Reading a decoded JSON document that somebody else wrote: each value by its place and its type.

A value of the wrong type raises InvalidInput with its JSON pointer; a missing or null one is what
the reader says it is. Nothing here knows what the document is about.
"""

import base64
import binascii
import math
from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import FieldError, InvalidInput

_MAX_TEXT = 64 * 1024
_MAX_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands; `pointer` is empty at the root."""

    value: object
    pointer: str = ""

    def wrong(self, wanted: str) -> InvalidInput:
        """Return the error that says what should stand here."""
        where = self.pointer or "the document"
        message = f"Write {wanted}."
        return InvalidInput(
            f"{where} is not {wanted}",
            errors=(FieldError(pointer=self.pointer or "/", code="wrong_type", message=message),),
        )

    @property
    def is_null(self) -> bool:
        """Whether nothing stands here."""
        return self.value is None

    def __getitem__(self, name: str) -> "Place":
        """Return a member of this object; a missing one is null."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        safe = name.replace("~", "~0").replace("/", "~1")
        return Place(self.value.get(name), f"{self.pointer}/{safe}")

    def members(self) -> Iterator[tuple[str, "Place"]]:
        """Return the members of this object; null has none."""
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        if len(self.value) > _MAX_ITEMS:
            raise self.wrong(f"an object of at most {_MAX_ITEMS} members")
        for name in self.value:
            if not isinstance(name, str):
                raise self.wrong("an object with texts as names")
            yield name, self[name]

    def items(self) -> Iterator["Place"]:
        """Return the elements of this list; null has none, as Go writes empty lists."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        if len(self.value) > _MAX_ITEMS:
            raise self.wrong(f"a list of at most {_MAX_ITEMS} elements")
        for index, value in enumerate(self.value):
            yield Place(value, f"{self.pointer}/{index}")

    def text(self) -> str:
        """Return a text; null is empty."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        if len(self.value) > _MAX_TEXT:
            raise self.wrong(f"a text of at most {_MAX_TEXT} letters")
        return self.value

    def failure(self) -> str | None:
        """Return OONI's name of a failure; null, and the `false` of old probes, is a success."""
        if self.value is None or self.value is False:
            return None
        if self.value is True:
            return "unknown_failure"
        return self.text() or None

    def number(self) -> float | None:
        """Return a number that can be counted with, or None."""
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("a number")
        try:
            number = float(self.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.wrong("a number of ordinary size")
        return number

    def whole(self) -> int | None:
        """Return a whole number, or None."""
        number = self.number()
        if number is None:
            return None
        if number != int(number) or abs(number) > 2**53:
            raise self.wrong("a whole number")
        return int(number)

    def flag(self) -> bool:
        """Return a truth value; null is false."""
        if self.value is None:
            return False
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def octets(self) -> bytes | None:
        """Return bytes, written as text in UTF-8 or as {"format": "base64", "data": …}."""
        if self.value is None:
            return None
        if isinstance(self.value, str):
            return self.value.encode("utf-8", "surrogatepass")
        if self["format"].value != "base64":
            raise self["format"].wrong('"base64"')
        try:
            return base64.b64decode(_long_text(self["data"]), validate=True)
        except (binascii.Error, ValueError):
            raise self["data"].wrong("base64") from None


def _long_text(place: Place) -> str:
    if not isinstance(place.value, str):
        raise place.wrong("a text")
    return place.value
