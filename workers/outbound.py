# SPDX-License-Identifier: Apache-2.0
"""One guarded HTTP exchange with an address somebody else chose: a webhook, a feed.

The name is resolved once, every address it has is classified before a packet leaves, and the
connection goes to a classified address and no other, so that a name which changes its mind
between the check and the connection (DNS rebinding) gains nothing. Redirects are the same steps
again. Reading is bounded on the wire and inflated, and everything together by one deadline.

Nothing is measured here: refused is refused. The prober, which must see bogons, has its own way.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import httpx

from app import __version__
from app.domain.blocking.addresses import classify, is_contactable
from app.domain.blocking.targets import CanonicalUrl, canonical_url, resolve_location
from app.errors import RefusedAddress

Resolver = Callable[[str, int], Awaitable[list[str]]]

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
CONNECT_SECONDS = 5.0
MAX_ADDRESSES = 4

_GZIP_WINDOW = 31
_STEP_BYTES = 64 * 1024
# What one host was told is nobody else's business.
_PRIVATE_HEADERS = frozenset({"authorization", "cookie"})


class OutboundFailed(Exception):
    """When no whole answer came; `reason` is one of: dns, connect, tls, timeout, protocol."""

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason


async def resolve_by_system(host: str, port: int) -> list[str]:
    """Return the addresses the operating system has for a name, in its order of preference."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundPolicy:
    """Where packets may go. The defaults are the public internet; a demo hands in its own."""

    classify: Callable[[str], str] = classify
    allow_ports: frozenset[int] = frozenset({80, 443})
    own_hosts: frozenset[str] = frozenset()
    resolve: Resolver = resolve_by_system
    trust: ssl.SSLContext | None = None  # None: the certificate authorities browsers trust


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundAnswer:
    """What came back. `is_complete` is false where the body was cut or could not be decoded."""

    status: int
    url: str  # of the last hop
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    is_complete: bool = True


async def request(
    method: str,
    url: str,
    *,
    policy: OutboundPolicy,
    deadline: float,
    max_bytes: int,
    max_wire_bytes: int | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    redirects: int = 0,
) -> OutboundAnswer:
    """Send one request and return its answer, or raise RefusedAddress or OutboundFailed.

    `deadline` is in seconds and covers everything, redirects included. `max_bytes` bounds the
    decoded body, `max_wire_bytes` (by default the same) what is read of it. Only GET and HEAD
    follow redirects.
    """
    target = canonical_url(url, allow_ports=policy.allow_ports, own_hosts=policy.own_hosts)
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    bounds = (max_bytes, max_bytes if max_wire_bytes is None else max_wire_bytes)
    try:
        async with asyncio.timeout(deadline):
            while True:
                answer = await _hop(method, target, sent, content, policy, bounds)
                location = answer.headers.get("location")
                if answer.status not in REDIRECT_STATUSES or not location or redirects == 0:
                    return answer
                if method not in ("GET", "HEAD"):
                    return answer
                redirects -= 1
                target, sent = _follow(target, location, sent, policy)
    except TimeoutError:
        raise OutboundFailed(f"no answer within {deadline:g} seconds", reason="timeout") from None


def _follow(
    target: CanonicalUrl, location: str, sent: dict[str, str], policy: OutboundPolicy
) -> tuple[CanonicalUrl, dict[str, str]]:
    following = canonical_url(
        resolve_location(target, location),
        allow_ports=policy.allow_ports,
        own_hosts=policy.own_hosts,
    )
    if (following.scheme, following.authority) == (target.scheme, target.authority):
        return following, sent
    kept = {name: value for name, value in sent.items() if name not in _PRIVATE_HEADERS}
    return following, kept


async def _hop(
    method: str,
    target: CanonicalUrl,
    sent: dict[str, str],
    content: bytes | None,
    policy: OutboundPolicy,
    bounds: tuple[int, int],
) -> OutboundAnswer:
    addresses = await _contactable(target, policy)
    for address in addresses:
        try:
            return await _exchange(method, target, address, sent, content, policy, bounds)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            # Nothing was sent yet, so the next address of the same name may be tried.
            if address == addresses[-1]:
                raise _connect_failure(error) from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise OutboundFailed(
                f"the answer broke off or is not HTTP ({type(error).__name__})", reason="protocol"
            ) from None
    raise AssertionError("unreachable: `_contactable` returns at least one address")


async def _contactable(target: CanonicalUrl, policy: OutboundPolicy) -> list[str]:
    """Resolve once and return the addresses; one that is not public refuses the whole name."""
    if target.is_literal:
        addresses = [target.host]
    else:
        try:
            addresses = await policy.resolve(target.host, target.port)
        except OSError:
            addresses = []
    if not addresses:
        raise OutboundFailed("the name has no address", reason="dns")
    for address in addresses:
        address_class = policy.classify(address)
        if not is_contactable(address_class):
            raise RefusedAddress(
                "The name leads to an address that is not one of the public internet.",
                reason=address_class,
            )
    return addresses[:MAX_ADDRESSES]


async def _exchange(
    method: str,
    target: CanonicalUrl,
    address: str,
    sent: dict[str, str],
    content: bytes | None,
    policy: OutboundPolicy,
    bounds: tuple[int, int],
) -> OutboundAnswer:
    netloc = f"[{address}]" if ":" in address else address
    headers = {
        "user-agent": f"qalam/{__version__}",
        **sent,
        "host": target.authority,
        "accept-encoding": "gzip",
        "connection": "close",
    }
    # A client for each exchange: a pool knows connections by address, and would hand one host
    # the connection of another that lives on the same machine.
    async with (
        httpx.AsyncClient(
            verify=policy.trust or _public_trust(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        ) as client,
        client.stream(
            method,
            f"{target.scheme}://{netloc}:{target.port}{target.path}",
            headers=headers,
            content=content,
            extensions={"sni_hostname": target.host},
        ) as response,
    ):
        body, is_complete = await _read(response, *bounds)
        return OutboundAnswer(
            status=response.status_code,
            url=target.url,
            address=address,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            is_complete=is_complete,
        )


async def _read(response: httpx.Response, max_bytes: int, max_wire: int) -> tuple[bytes, bool]:
    """Return the decoded body within its bounds, and whether that is all of it."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    inflater = zlib.decompressobj(_GZIP_WINDOW) if encoding in ("gzip", "x-gzip") else None
    kept, wire = bytearray(), 0
    async for piece in response.aiter_raw():
        wire += len(piece)
        allowed = piece[: len(piece) - max(0, wire - max_wire)]
        if not _take(kept, allowed, inflater, max_bytes) or wire > max_wire:
            return bytes(kept), False
    ended = inflater.eof and not inflater.unused_data if inflater and wire else True
    return bytes(kept), ended and (inflater is not None or encoding in ("", "identity"))


def _take(kept: bytearray, piece: bytes, inflater: "zlib._Decompress | None", bound: int) -> bool:
    """Add a piece to what is kept, inflated step by step; false where it cannot all be taken."""
    if inflater is None:
        room = bound - len(kept)
        kept += piece[:room]
        return len(piece) <= room
    while piece and not inflater.eof:
        try:
            inflated = inflater.decompress(piece, _STEP_BYTES)
        except zlib.error:
            return False
        piece = inflater.unconsumed_tail
        room = bound - len(kept)
        kept += inflated[:room]
        if len(inflated) > room:
            return False
    return True


def _connect_failure(error: httpx.TransportError) -> OutboundFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return OutboundFailed("the certificate or handshake is not acceptable", reason="tls")
        cause = cause.__cause__ or cause.__context__
    return OutboundFailed("no connection could be made", reason="connect")


@cache
def _public_trust() -> ssl.SSLContext:
    # Making one costs 16 ms, so all exchanges share it.
    return httpx.create_ssl_context(trust_env=False)
