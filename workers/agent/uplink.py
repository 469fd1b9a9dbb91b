# SPDX-License-Identifier: Apache-2.0
"""The only part that talks to the collector: four requests, tried over every route there is.

An answer counts as the collector's word only where it is what the protocol says. A page that
somebody else put there (a portal, a proxy, a censor) is a route that does not work, whatever its
status. Never here: what to do about it (`handing`, `loop`).
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

import httpx
import msgspec

from app import __version__
from app.domain.agents.protocol import (
    BATCH_BYTES,
    SIGNATURE_HEADER,
    Assignments,
    Enrolled,
    Enrolment,
    Poll,
    Receipt,
)
from app.domain.alerting.retry import asked_wait
from workers.agent.routes import trust

T = TypeVar("T", Assignments, Enrolled, Poll, Receipt)
R = TypeVar("R")

LONGEST_ASKED_WAIT = timedelta(hours=1)
_ANSWER_BYTES = 8 * 1024 * 1024
_SHORT_ANSWER_BYTES = 512 * 1024
_TIMEOUT = httpx.Timeout(30.0, connect=15.0)
_TO_ANOTHER_ROUTE = frozenset({404, 405, 421, 502, 504})


class UplinkError(Exception):
    """Root: the collector was not reached, or said no. `detail` is a sentence."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Away(UplinkError):
    """No route led to an answer, or the collector asks for time."""

    def __init__(self, detail: str, *, wait: timedelta = timedelta(0)) -> None:
        super().__init__(detail)
        self.wait = wait


class KeyRefused(UplinkError):
    """401 or 403: this key does not open the door (any more)."""


class Revoked(UplinkError):
    """410: the collector's people took this agent out of service."""


class TooMuch(UplinkError):
    """413: less at a time."""


class NotTaken(UplinkError):
    """400, 409 or 422: understood, and refused as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a collector said, and how long the way was."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    rtt: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Assignments and the tag they came with; None where the copy at hand still stands."""

    etag: str
    assignments: Assignments | None


class Uplink:
    """One agent's way to its collector. Close it, or use it as a context."""

    def __init__(
        self,
        routes: Sequence[str],
        *,
        key: str | None = None,
        proxy: str | None = None,
        authority: ssl.SSLContext | None = None,
        timeout: httpx.Timeout = _TIMEOUT,
    ) -> None:
        """Take routes as base URLs. Without a `proxy`, none is used, whatever the environment says."""
        self._routes = list(routes)
        headers = {"User-Agent": f"qalam-agent/{__version__}", "Accept": "application/json"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx.AsyncClient(
            verify=authority or trust(None),
            trust_env=False,
            proxy=proxy,
            timeout=timeout,
            follow_redirects=False,
            headers=headers,
            limits=httpx.Limits(max_connections=4, keepalive_expiry=90),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def enrol(self, asked: Enrolment, *, now: datetime) -> Enrolled:
        """Exchange the token for an identity."""
        content = msgspec.json.encode(asked)
        return await self._ask(
            "POST", "enrol", lambda answer: _read(answer, Enrolled), now=now, content=content
        )

    async def poll(self, *, now: datetime) -> tuple[Poll, timedelta]:
        """Ask what is urgent; return it with the time the answer took."""
        return await self._ask(
            "GET", "control", lambda answer: (_read(answer, Poll), answer.rtt), now=now
        )

    async def assignments(self, etag: str | None, *, now: datetime) -> Heard:
        """Ask what is to be measured, unless the copy with this tag still stands."""
        headers = {} if etag is None else {"If-None-Match": etag}

        def heard(answer: Answer) -> Heard:
            if answer.status != 304:
                read = _read(answer, Assignments)
                if read.valid_until.tzinfo is None:
                    raise Away("assignments without a time zone")
                return Heard(etag=answer.headers.get("etag", ""), assignments=read)
            if etag is None:
                raise Away("the collector calls a copy current that was never made")
            return Heard(etag=etag, assignments=None)

        return await self._ask(
            "GET", "assignments", heard, now=now, headers=headers, bound=_ANSWER_BYTES
        )

    async def hand_in(self, content: bytes, signature: str, *, now: datetime) -> Receipt:
        """Hand in one batch, compressed and signed."""
        if len(content) > BATCH_BYTES:
            raise TooMuch("this batch is over the bound")
        headers = {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            SIGNATURE_HEADER: signature,
        }
        return await self._ask(
            "POST",
            "batches",
            lambda answer: _read(answer, Receipt),
            now=now,
            content=content,
            headers=headers,
        )

    async def _ask(
        self,
        method: str,
        what: str,
        read: Callable[[Answer], R],
        *,
        now: datetime,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bound: int = _SHORT_ANSWER_BYTES,
    ) -> R:
        """Ask over each route until one answers so that it can be read; it is asked first next time."""
        away = Away("there is no route to the collector")
        for route in tuple(self._routes):
            try:
                answer = await self._send(
                    method, f"{route}/api/v1/agent/{what}", content, headers or {}, bound
                )
                _raise_for(answer, now)
                said = read(answer)
            except Away as error:
                away = error if error.wait >= away.wait else away
                continue
            self._routes.remove(route)
            self._routes.insert(0, route)
            return said
        raise away

    async def _send(
        self,
        method: str,
        url: str,
        content: bytes | None,
        headers: Mapping[str, str],
        bound: int,
    ) -> Answer:
        request = self._client.build_request(method, url, content=content, headers=headers)
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > bound:
                        raise Away("the answer is longer than any answer of a collector")
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise Away(f"no answer ({_in_words(error)})") from None
        return Answer(
            status=response.status_code,
            headers=response.headers,
            content=bytes(body),
            rtt=response.elapsed,
        )


def _in_words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "nothing came in time"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refuses"
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not valid: somebody may be in between"
    if isinstance(error, httpx.ConnectError):
        return "it cannot be reached"
    return "the connection broke"


def _raise_for(answer: Answer, now: datetime) -> None:
    """Sort an answer that is not the one hoped for; nothing but the collector's own word counts."""
    status = answer.status
    if status in (200, 201, 304):
        return
    if status == 413:
        raise TooMuch("the collector takes less at a time")
    if status in (429, 503):
        wait = min(asked_wait(answer.headers.get("retry-after"), now), LONGEST_ASKED_WAIT)
        raise Away("the collector asks for time", wait=wait)
    said = _problem(answer)
    if said is None or status in _TO_ANOTHER_ROUTE:
        raise Away(f"an answer that is not the collector's (status {status})")
    if status in (401, 403):
        raise KeyRefused(said)
    if status == 410:
        raise Revoked(said)
    if status in (400, 409, 422):
        raise NotTaken(said)
    raise Away(f"the collector has trouble (status {status})")


class _Problem(msgspec.Struct):
    """What is read of an RFC 9457 problem."""

    detail: str = ""
    title: str = ""


def _problem(answer: Answer) -> str | None:
    """Return what the collector's problem document says; None where it is not one."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except (msgspec.DecodeError, RecursionError):
        return None
    said = problem.detail or problem.title
    return "".join(one if one.isprintable() else " " for one in said[:300])


def _read(answer: Answer, kind: type[T]) -> T:
    """Read an answer strictly; what cannot be read was not said."""
    try:
        read = msgspec.json.decode(answer.content, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise Away("an answer that cannot be read: is this a collector of Qalam?") from None
    if read.server_time.tzinfo is None:
        raise Away("an answer without a time zone")
    return read
