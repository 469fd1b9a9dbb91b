# SPDX-License-Identifier: Apache-2.0
"""Sources for people: a title, where it leads, and who published it when."""

from collections.abc import Mapping
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
    about: str


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
        about=" · ".join(part for part in about if part),
    )
