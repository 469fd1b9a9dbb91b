# SPDX-License-Identifier: Apache-2.0
"""One DNS question over HTTPS (RFC 8484), to the server a session names.

Whatever goes wrong here is the resolver's trouble, or its censor's, and says nothing about the
site that was asked for.
"""

import asyncio

import httpx

from workers.probe.dnswire import MalformedReply, Reply, decode_reply, encode_query
from workers.probe.failures import DNS_BROKEN, HTTP_BROKEN, TIMEOUT, failure_of
from workers.probe.http import BROWSER_HEADERS
from workers.probe.question import failure_in
from workers.probe.session import ProbeSession

MEDIA_TYPE = "application/dns-message"
_MAX_MESSAGE = 65_535
_HEADERS = {
    "user-agent": dict(BROWSER_HEADERS)["User-Agent"],
    "content-type": MEDIA_TYPE,
    "accept": MEDIA_TYPE,
    # Unpacked, a small answer could be a large one.
    "accept-encoding": "identity",
}


async def ask(
    session: ProbeSession, question: bytes, *, until: float
) -> tuple[Reply | None, str | None]:
    """Return the reply and the failure it stands for; `until` is on the loop's clock.

    The id is 0, so that caches can share the answer.
    """
    try:
        async with asyncio.timeout_at(until):
            wire = await _post(session, encode_query(0, question))
        if wire is None:
            return None, HTTP_BROKEN
        reply = decode_reply(wire, question)
    except MalformedReply:
        return None, DNS_BROKEN
    except httpx.TimeoutException:
        return None, TIMEOUT
    except (httpx.HTTPError, OSError) as error:
        return None, failure_of(error)
    return reply, failure_in(reply)


async def _post(session: ProbeSession, query: bytes) -> bytes | None:
    """Return the message that came, or None where the answer is no DNS message at all."""
    sending = session.http.stream("POST", session.doh_url or "", content=query, headers=_HEADERS)
    async with sending as response:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code != httpx.codes.OK or kind != MEDIA_TYPE:
            return None
        wire = b""
        async for piece in response.aiter_raw():
            wire += piece
            if len(wire) > _MAX_MESSAGE:
                raise MalformedReply("longer than any message")
    return wire
