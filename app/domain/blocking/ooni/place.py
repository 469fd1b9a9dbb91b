# SPDX-License-Identifier: Apache-2.0
"""One value of untrusted JSON and where it stands, so that every refusal names its place.

What `null` or absence mean is said by each reader: files of OONI write `null` for empty lists and
objects, and old ones leave fields out. A value of another type is always refused, with a JSON
pointer (RFC 6901) and what to write instead; no value is ever repeated.
"""

import base64
import binascii
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from app.errors import FieldError, InvalidInput

LARGEST_INT = 2**63 - 1
MOST_ITEMS = 20_000
"""Entries in one list or object."""
MOST_STEPS = 1_000
"""Lookups, answers of one, connects, handshakes or requests; a measurement makes a few hundred."""
_MOST_OF_A_NAME = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A value with its JSON pointer."""

    value: object
    pointer: str = ""

    def wrong(self, advice: str, *, code: str = "wrong_type") -> NoReturn:
        """Refuse this value; `advice` says what belongs here."""
        where = self.pointer or "/"
        raise InvalidInput(
            f"{where}: {advice}",
            errors=(FieldError(pointer=where, code=code, message=advice),),
        )

    @property
    def is_null(self) -> bool:
        """Whether there is nothing here."""
        return self.value is None

    def at(self, name: str) -> "Place":
        """Return a field of this object; a missing field reads as null."""
        if self.value is None:
            return Place(None, self._pointer_to(name))
        if not isinstance(self.value, dict):
            self.wrong("write an object here")
        return Place(self.value.get(name), self._pointer_to(name))

    def fields(self) -> Iterator[tuple[str, "Place"]]:
        """Yield the names and values of this object; null has none."""
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            self.wrong("write an object here, or null")
        self._bound(len(self.value), MOST_ITEMS)
        for name, inner in self.value.items():
            if not isinstance(name, str):
                self.wrong("write only texts as names of fields")
            yield readable(name), Place(inner, self._pointer_to(name))

    def items(self, most: int = MOST_ITEMS) -> Iterator["Place"]:
        """Yield the entries of this list; null has none."""
        if self.value is None:
            return
        if not isinstance(self.value, list | tuple):
            self.wrong("write a list here, or null")
        self._bound(len(self.value), most)
        for index, inner in enumerate(self.value):
            yield Place(inner, f"{self.pointer}/{index}")

    def text(self) -> str:
        """Return the text here; null reads as an empty one."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            self.wrong("write a text in quotes here, or null")
        return readable(self.value)

    def integer(self, lowest: int = 0, highest: int = LARGEST_INT) -> int | None:
        """Return the whole number here, or None."""
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.wrong("write a whole number here, or null")
        if not lowest <= self.value <= highest:
            self.wrong(f"write a number from {lowest} to {highest} here", code="out_of_range")
        return self.value

    def seconds(self) -> float:
        """Return the number here; null reads as 0."""
        if self.value is None:
            return 0.0
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.wrong("write a number of seconds here, or null")
        # Whole numbers of any size compare; only then may this one become a float.
        if not -1e9 <= self.value <= 1e9 or not math.isfinite(self.value):
            self.wrong("write a number of seconds here that a clock can show", code="out_of_range")
        return float(self.value)

    def flag(self) -> bool:
        """Return whether true stands here; null reads as false."""
        if self.value is None:
            return False
        if not isinstance(self.value, bool):
            self.wrong("write true, false or null here")
        return self.value

    def failure(self) -> str | None:
        """Return the name of a failure; None for success. The oldest probes wrote true and false."""
        if isinstance(self.value, bool):
            return "unknown_failure" if self.value else None
        return self.text() or None

    def data(self) -> bytes:
        """Return bytes: a text as UTF-8, or {"format": "base64", "data": …}; null has none."""
        if self.value is None or isinstance(self.value, str):
            return self.text().encode()
        if not isinstance(self.value, dict):
            self.wrong('write a text here, or {"format": "base64", "data": "…"}')
        if self.value.get("format") != "base64":
            self.at("format").wrong('write "base64" here', code="wrong_format")
        inner = self.at("data")
        try:
            return base64.b64decode(inner.text(), validate=True)
        except (binascii.Error, ValueError):
            inner.wrong("write base64 here", code="wrong_format")

    def _bound(self, length: int, most: int) -> None:
        if length > most:
            self.wrong(f"write at most {most} entries here", code="too_many")

    def _pointer_to(self, name: str) -> str:
        if not name.isprintable() or len(name) > _MOST_OF_A_NAME:
            return f"{self.pointer}/…"
        return f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def readable(text: str) -> str:
    """Return a text that can be encoded: half a surrogate pair becomes U+FFFD, as OONI reads it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
