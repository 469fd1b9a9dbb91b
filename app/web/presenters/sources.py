# SPDX-License-Identifier: Apache-2.0
"""Sources for people: a title, where it leads, and who published it when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import CitationType
from app.web.presenters import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who says so. `url` is None where there is none that a browser should open."""

    title: str
    url: str | None
    language: str | None
    locator: str
    about: str

    @property
    def work(self) -> tuple[str, str | None]:
        """What is cited, wherever inside it."""
        return (self.title, self.url)


def number_of(one: Source | None, listed: Sequence[Source]) -> int:
    """Return the number a source has in a list of them, from one; 0 where it is not in it."""
    works = [other.work for other in listed]
    return works.index(one.work) + 1 if one and one.work in works else 0


def safe_url(url: str | None) -> str | None:
    """Return an address a reader may follow; other schemes than the web's are not links."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def source(one: Mapping[str, Any]) -> Source:
    """Put a citation into words."""
    about = [
        one["publisher"],
        words.edtf(one["published_on"]),
        words.label(CitationType(one["type"])),
        one["locator"],
    ]
    return Source(
        title=one["title"] or one["url"] or "An untitled source",
        url=safe_url(one["url"]),
        language=one["language"],
        locator=one["locator"] or "",
        about=" · ".join(part for part in about if part),
    )
