# SPDX-License-Identifier: Apache-2.0
"""Fetches published measurements from OONI's API: politely, once, and never from anywhere else.

One request at a time, with a pause between; 429 is obeyed, 5xx and silence are asked again a few
times. A measurement never changes, so it is asked for once and kept on disk; a list is kept for an
hour. What comes is handed on as bytes: this file judges the API's manners, not the measurements.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from app.errors import QalamError
from workers import outbound
from workers.outbound import OutboundAnswer, OutboundFailed, OutboundPolicy
from workers.sources.disk_cache import DiskCache
from workers.sources.ooni_answers import is_measurement, list_of, raw_query, retry_after, said

DEFAULT_API = "https://api.ooni.io"

LIST_LASTS = timedelta(hours=1)
WINDOW = timedelta(days=30)
"""A longer time is asked for in pieces: the API counts its own seconds against whoever asks."""

_LIST_BYTES = 16 * 1024 * 1024
_RAW_BYTES = 32 * 1024 * 1024
_MOST_PAGES = 10_000
_TOO_MANY = 429
_ABOUT_ONE = frozenset({400, 404, 410, 422})


class ApiFailed(QalamError):
    """When the API does not answer as it should; the message says what, and what is kept."""

    code = "ooni_api_failed"
    title = "OONI's API gave no usable answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How gently to ask. Times in seconds."""

    page: int = 100
    pause: float = 0.5
    deadline: float = 60.0
    attempts: int = 5  # for 5xx, broken answers and silence
    patience: int = 10  # how often a 429 is waited out
    first_wait: float = 2.0
    longest_wait: float = 900.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class OoniQuery:
    """Which measurements are asked for; `until` is not included."""

    country: str
    since: date
    until: date
    domain: str | None = None
    asn: int | None = None
    anomalies_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One row of the list and the measurement behind it, or why there is none."""

    name: str  # the measurement's uid, or its report and input
    raw: bytes | None = None
    problem: str | None = None
    from_cache: bool = False


@dataclass(slots=True, kw_only=True)
class OoniApi:
    """One conversation with one API."""

    base: str
    cache: DiskCache
    policy: OutboundPolicy
    now: Callable[[], datetime]
    manners: Manners = field(default_factory=Manners)
    # How many measurements may still be asked for; what is on disk already costs nothing.
    budget: int | None = None
    requests: int = 0

    async def measurements(self, query: OoniQuery) -> AsyncIterator[Fetched]:
        """Yield every measurement the query names, until the budget is spent."""
        async for row in self._rows(query):
            if self.budget is not None and self.budget <= 0 and not self._is_kept(row):
                return
            yield await self._measurement(row)

    async def _rows(self, query: OoniQuery) -> AsyncIterator[dict[str, Any]]:
        since = query.since
        while since < query.until:
            until = min(since + WINDOW, query.until)
            seen: set[str] = set()
            url: str | None = self._list_url(query, since, until)
            while url is not None:
                if url in seen or len(seen) >= _MOST_PAGES:
                    raise ApiFailed("its list of measurements leads in a circle")
                seen.add(url)
                page = await self._page(url)
                for row in page["results"]:
                    if isinstance(row, dict):
                        yield row
                url = self._next(url, page)
            since = until

    def _list_url(self, query: OoniQuery, since: date, until: date) -> str:
        asked: dict[str, Any] = {
            "test_name": "web_connectivity",
            "probe_cc": query.country,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "order_by": "measurement_start_time",
            "order": "asc",
            "limit": self.manners.page,
        }
        if query.domain:
            asked["domain"] = query.domain
        if query.asn:
            asked["probe_asn"] = f"AS{query.asn}"
        if query.anomalies_only:
            asked["anomaly"] = "true"
        return f"{self.base.rstrip('/')}/api/v1/measurements?{urlencode(asked)}"

    def _next(self, url: str, page: dict[str, Any]) -> str | None:
        """Return the next page's address, which must be this API's own."""
        metadata = page.get("metadata")
        link = metadata.get("next_url") if isinstance(metadata, dict) else None
        if not link:
            return None
        try:
            following = urlsplit(urljoin(url, str(link)))
        except ValueError:
            raise ApiFailed("the address of its next page cannot be read") from None
        asked = urlsplit(url)
        if (following.scheme, following.netloc) != (asked.scheme, asked.netloc):
            raise ApiFailed("its next page is on another host, which is not followed")
        return following.geturl()

    async def _page(self, url: str) -> dict[str, Any]:
        kept = self.cache.get(url, not_before=self.now() - LIST_LASTS)
        if kept is not None and (page := list_of(kept)) is not None:
            return page
        body = await self._ask(url, _LIST_BYTES)
        page = list_of(body)
        if page is None:
            raise ApiFailed(f"it answered with no list of measurements{said(body)}")
        self.cache.put(url, body, at=self.now())
        return page

    def _is_kept(self, row: dict[str, Any]) -> bool:
        found = raw_query(row)
        return found is not None and self.cache.has(self._raw_url(found))

    def _raw_url(self, asked: dict[str, str]) -> str:
        return f"{self.base.rstrip('/')}/api/v1/raw_measurement?{urlencode(asked)}"

    async def _measurement(self, row: dict[str, Any]) -> Fetched:
        asked = raw_query(row)
        if asked is None:
            return Fetched(name="a row", problem="the list names neither a uid nor a report for it")
        name = " ".join(asked.values())
        url = self._raw_url(asked)
        kept = self.cache.get(url)
        if kept is not None:
            return Fetched(name=name, raw=kept, from_cache=True)
        if self.budget is not None:
            self.budget -= 1
        try:
            body = await self._ask(url, _RAW_BYTES, of_one=True)
        except _NotThere as gone:
            return Fetched(name=name, problem=str(gone))
        if not is_measurement(body):
            return Fetched(name=name, problem=f"the API gave no measurement for it{said(body)}")
        self.cache.put(url, body, at=self.now())
        return Fetched(name=name, raw=body)

    async def _ask(self, url: str, max_bytes: int, *, of_one: bool = False) -> bytes:
        """Return the body of a 200, waiting and asking again as manners say."""
        failures = refusals = 0
        while True:
            answer = await self._once(url, max_bytes)
            if isinstance(answer, OutboundAnswer):
                if answer.status == 200 and answer.is_complete:
                    return answer.body
                if answer.status == _TOO_MANY:
                    refusals += 1
                    await self._wait_as_told(answer, refusals)
                    continue
                if answer.status in _ABOUT_ONE and of_one:
                    raise _NotThere(f"the API does not give it (status {answer.status})")
                if 300 <= answer.status < 500:
                    raise ApiFailed(f"it refused the question with status {answer.status}")
                what = f"status {answer.status}" if answer.status != 200 else "a cut answer"
            else:
                what = answer.detail
            failures += 1
            if failures >= self.manners.attempts:
                raise ApiFailed(f"{failures} attempts failed, the last with: {what}")
            await self.manners.sleep(self._backoff(failures))

    async def _once(self, url: str, max_bytes: int) -> OutboundAnswer | OutboundFailed:
        if self.requests:
            await self.manners.sleep(self.manners.pause)
        self.requests += 1
        try:
            return await outbound.request(
                "GET",
                url,
                policy=self.policy,
                deadline=self.manners.deadline,
                max_bytes=max_bytes,
                headers={"accept": "application/json"},
            )
        except OutboundFailed as failed:
            return failed

    async def _wait_as_told(self, answer: OutboundAnswer, refusals: int) -> None:
        told = retry_after(answer.headers.get("retry-after", ""), self.now())
        if told is not None and told > self.manners.longest_wait:
            minutes = round(told / 60)
            raise ApiFailed(f"it asks us to come back in {minutes} minutes: run the command then")
        if refusals > self.manners.patience:
            raise ApiFailed("it keeps answering that we ask too often: run the command later")
        await self.manners.sleep(self._backoff(refusals) if told is None else told)

    def _backoff(self, times: int) -> float:
        """Return a wait that doubles, with jitter, so that many askers do not come back at once."""
        longest: float = min(
            self.manners.first_wait * 2.0 ** (times - 1), self.manners.longest_wait
        )
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


class _NotThere(Exception):
    """When one measurement is gone; the others are not concerned."""
