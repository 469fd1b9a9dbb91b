# SPDX-License-Identifier: Apache-2.0
"""One DNS query over TCP: where a reply was cut short, and where a session goes through a tunnel."""

import asyncio

from workers.probe.session import ProbeSession


async def exchange(nameserver: tuple[str, int], query: bytes, session: ProbeSession) -> bytes:
    """Send one query and return the reply (two bytes of length before each message).

    Raises OSError or EOFError; the caller bounds the time.
    """
    if session.tunnel is None:
        reader, writer = await asyncio.open_connection(*nameserver)
    else:
        sock = await session.tunnel.open(*nameserver)
        reader, writer = await asyncio.open_connection(sock=sock)
    try:
        writer.write(len(query).to_bytes(2, "big") + query)
        length = int.from_bytes(await reader.readexactly(2), "big")
        return await reader.readexactly(length)
    finally:
        writer.close()
