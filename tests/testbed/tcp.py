# SPDX-License-Identifier: Apache-2.0
"""One listening address that changes its manners while the world runs: serve, refuse, tear, swallow.

Everything is switched synchronously, so a test or a demonstration says what the world is like
from the next packet on. Works on asyncio's own loop and on uvloop.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Listener:
    """One address and port. `hits` counts the connections that were accepted."""

    def __init__(
        self, address: str, port: int, serve: Serve, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.address = address
        self.port = port
        self.tls = tls
        self.hits = 0
        self._serve = serve
        self._tears = False
        self._sock: socket.socket | None = None
        self._fillers: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Serve whoever connects."""
        self._tears = False
        if self._sock is not None and not self._fillers:
            return
        self.refuse()
        self._sock = bound(self.address, self.port)
        self._sock.listen(512)
        self.port = self._sock.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._sock, self._accept)

    def tear(self) -> None:
        """Tear every connection down as soon as it is open."""
        self.open()
        self._tears = True

    def refuse(self) -> None:
        """Listen no more: the kernel refuses connections."""
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        if self._sock is not None:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
            self._sock = None

    def swallow(self) -> None:
        """Let connection attempts go unanswered: a backlog that is full drops every SYN."""
        self.refuse()
        self._sock = bound(self.address, self.port)
        self._sock.listen(0)
        for _ in range(3):
            filler = socket.socket()
            filler.settimeout(0)
            filler.connect_ex((self.address, self.port))
            self._fillers.append(filler)

    async def aclose(self) -> None:
        """Close, and end every conversation."""
        self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self) -> None:
        while self._sock is not None:
            try:
                conversation, _ = self._sock.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            self.hits += 1
            if self._tears:
                conversation.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
                conversation.close()
                continue
            task = asyncio.create_task(self._converse(conversation))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _converse(self, conversation: socket.socket) -> None:
        conversation.setblocking(False)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, conversation, ssl=self.tls
            )
        except OSError:
            return  # The client went away, or did not like the certificate.
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await self._serve(reader, writer)
        except (OSError, EOFError):
            pass  # The client went away.
        finally:
            writer.close()


def bound(address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """Bind a non-blocking socket; says what is missing where loopback has only one address."""
    sock = socket.socket(socket.AF_INET, kind)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise OSError(
            error.errno,
            "The testbed needs the whole of 127.0.0.0/8, as Linux has it, to play many machines.",
        ) from error
    return sock


def reset(writer: asyncio.StreamWriter) -> None:
    """Tear a connection down with a true RST."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
    writer.transport.abort()


async def hold(reader: asyncio.StreamReader) -> None:
    """Say nothing until the client gives up."""
    while await reader.read(65_536):
        pass
