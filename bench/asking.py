# SPDX-License-Identifier: Apache-2.0
"""The lightest client that asks a server over connections it keeps: it must not starve the server."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import cast

import httptools


class Asker(asyncio.Protocol):
    """One connection that asks for one path after the other; answers gather in one list."""

    def __init__(self, paths: Iterator[str], answers: list[bytes]) -> None:
        self._paths = paths
        self._answers = answers
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first path."""
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def connection_lost(self, _: Exception | None) -> None:
        """Say that this connection is done."""
        if not self.ended.done():
            self.ended.set_result(None)

    def on_body(self, piece: bytes) -> None:
        """Take a piece of an answer; httptools calls this."""
        self._body += piece

    def on_message_complete(self) -> None:
        """Keep the answer and ask on; httptools calls this."""
        self._answers.append(bytes(self._body))
        self._body.clear()
        self._ask()

    def _ask(self) -> None:
        path = next(self._paths, None)
        if path is None:
            self._transport.close()
        else:
            self._transport.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())


async def ask(address: str, port: int, paths: Iterable[str], connections: int) -> list[bytes]:
    """Ask for every path over so many connections; return the answers' bodies as they came."""
    todo, answers = iter(paths), list[bytes]()
    loop = asyncio.get_running_loop()
    askers = [
        (await loop.create_connection(lambda: Asker(todo, answers), address, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(asker.ended for asker in askers))
    return answers
