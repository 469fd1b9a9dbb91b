# SPDX-License-Identifier: Apache-2.0
"""Fetching sources politely: one request at a time to a host, some seconds apart, page after page.

A page that names a next one (`Link: <…>; rel="next"`, RFC 8288) is followed for the formats that are
APIs, on the same host only and within bounds; every page goes through the guard. A host that asks for
time (429, 503) is asked nothing more in this round.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from app.domain.intake import text
from app.domain.vocabulary import SourceKind
from app.errors import QalamError
from app.storage.reports import Source
from workers import outbound
from workers.jobs.context import JobContext
from workers.outbound import OutboundAnswer, OutboundFailed

DEADLINE_SECONDS = 30.0
MAX_BYTES = 8 * 1024 * 1024
REDIRECTS = 5
MAX_PAGES = 50
MAX_BYTES_OF_PAGES = 32 * 1024 * 1024
SECONDS_OF_PAGES = 120.0
SECONDS_OF_HOST = 300.0
"""All that one host may take in a round, well within a lease; whose turn does not come is due again."""

PAGED = frozenset({SourceKind.USPFT, SourceKind.MAPMF})
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/csv;q=0.9, */*;q=0.5"
)
_ASKS_FOR_TIME = (429, 503)
_NEXT = re.compile(r"<([^<>\s]{1,8192})>((?:\s*;[^,<>]{0,300})?)")
_REL_NEXT = re.compile(r';\s*rel\s*=\s*"?(?:[^";]*\s)?next(?:\s[^";]*)?"?\s*(?:;|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why a source could not be read, in a sentence; `wait` is what the other side asked for."""

    sentence: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """That a source was not asked at all, because its host wants time, or had no more."""

    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The pages of a source, in order. `is_finished` is false where more were named than are taken."""

    pages: tuple[OutboundAnswer, ...]
    is_finished: bool = True


Outcome = Fetched | Failed | Postponed


async def fetch_all(due: Sequence[Source], context: JobContext) -> list[Outcome]:
    """Fetch sources: hosts side by side, the sources of one host after each other."""
    by_host: dict[str, list[Source]] = {}
    for source in due:
        by_host.setdefault(source.host or str(source.id), []).append(source)
    found: dict[object, Outcome] = {}
    for outcomes in await asyncio.gather(*(_of_host(one, context) for one in by_host.values())):
        found |= outcomes
    return [found[source.id] for source in due]


async def _of_host(due: Sequence[Source], context: JobContext) -> dict[object, Outcome]:
    loop = asyncio.get_running_loop()
    until = loop.time() + SECONDS_OF_HOST
    found: dict[object, Outcome] = {}
    wait: timedelta | None = None
    # Whoever failed comes last, so that one address that is always refused keeps no other waiting.
    for number, source in enumerate(sorted(due, key=lambda one: one.failures_in_a_row)):
        if wait is not None or loop.time() > until:
            found[source.id] = Postponed(wait=wait or timedelta(0))
            continue
        if number:
            await asyncio.sleep(context.source_gap.total_seconds())
        outcome = await _pages(source, context)
        found[source.id] = outcome
        if isinstance(outcome, Fetched) and outcome.pages[-1].status in _ASKS_FOR_TIME:
            wait = asked_wait(outcome.pages[-1].headers, now=context.now()) or timedelta(minutes=5)
    return found


async def _pages(source: Source, context: JobContext) -> Outcome:
    """Fetch a source to its last page, or to the bounds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SECONDS_OF_PAGES
    pages: list[OutboundAnswer] = []
    address: str | None = source.address or ""
    seen: set[str] = set()
    while address is not None:
        seen.add(address)
        page = await _one(source, address, context, is_first=not pages)
        if isinstance(page, Failed):
            return page
        pages.append(page)
        if page.status != 200 or not page.is_complete or source.kind not in PAGED:
            break
        named = next_address(page)
        if named is None:
            break
        taken = sum(len(one.body) for one in pages)
        is_enough = len(pages) >= MAX_PAGES or taken > MAX_BYTES_OF_PAGES or loop.time() > until
        if is_enough or named in seen or not _is_same_host(named, page.url):
            return Fetched(pages=tuple(pages), is_finished=False)
        address = named
        await asyncio.sleep(context.source_gap.total_seconds())
    return Fetched(pages=tuple(pages))


async def _one(
    source: Source, address: str, context: JobContext, *, is_first: bool
) -> OutboundAnswer | Failed:
    headers = {"accept": ACCEPT}
    # A first page that has not changed says nothing of those behind it.
    if is_first and source.kind not in PAGED:
        headers |= {"if-none-match": source.etag} if source.etag else {}
        headers |= {"if-modified-since": source.last_modified} if source.last_modified else {}
    try:
        return await outbound.request(
            "GET",
            address,
            policy=context.outbound,
            deadline=DEADLINE_SECONDS,
            max_bytes=MAX_BYTES,
            headers=headers,
            redirects=REDIRECTS,
        )
    except OutboundFailed as error:
        return Failed(sentence=f"The address gave no answer: {error.detail}.")
    except QalamError as error:
        return Failed(sentence=f"The address is refused: {error.detail}")


def next_address(page: OutboundAnswer) -> str | None:
    """Return the address of the page that an answer names as the next, made absolute."""
    for found in _NEXT.finditer(page.headers.get("link", "")[:20_000]):
        if _REL_NEXT.search(found[2]):
            try:
                return str(urljoin(page.url, found[1]))
            except ValueError:
                return None
    return None


def _is_same_host(one: str, other: str) -> bool:
    return _origin(one) == _origin(other) is not None


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return parts.scheme, parts.hostname, port


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Return how long an answer asks to be left alone (`Retry-After`, in seconds or as a date)."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=int(said)) if 0 < len(said) < 8 and int(said) else None
    at = text.instant(said) if said else None
    return at - now if at is not None and at > now else None
