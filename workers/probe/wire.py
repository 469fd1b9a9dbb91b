# SPDX-License-Identifier: Apache-2.0
"""A connection as the layers use it: open, shake hands, send, receive what came, abort.

A raw non-blocking socket, and OpenSSL over two memory buffers where there is TLS. asyncio's own
transports hold a quarter of a megabyte for each connection, call a peer that hangs up in a
handshake a reset, and cost more. Here a close by the peer is `b""` and a reset raises.

Nothing is read before it is asked for, so the kernel holds a talkative peer back.
"""

import asyncio
import errno
import os
import socket
import ssl

# As much as a few TLS records hold and more than most pages; no more stays in memory unread.
_READ_BYTES = 64 * 1024
_RECORD_BYTES = 16 * 1024


class Connection:
    """One connection and its socket; in use by one task at a time."""

    __slots__ = (
        "_error", "_incoming", "_is_watched", "_loop", "_outgoing", "_sock", "_timer", "_until",
        "_waiter", "tls",
    )  # fmt: skip

    def __init__(self, sock: socket.socket, *, until: float) -> None:
        """Take a non-blocking socket over; `until` is as `wait_until` takes it."""
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._is_watched = False
        self._waiter: asyncio.Future[None] | None = None
        self._error: OSError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._until = until
        self.tls: ssl.SSLObject | None = None

    def wait_until(self, moment: float) -> None:
        """Let nothing be waited for beyond a moment of the loop's clock: a TimeoutError follows."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._until = moment

    async def open(self, address: str, port: int) -> None:
        """Connect; raises OSError with the kernel's number."""
        number = self._sock.connect_ex((address, port))
        if number == errno.EINPROGRESS:
            self._loop.add_writer(self._sock, self._wake)
            try:
                await self._ready()
            finally:
                self._loop.remove_writer(self._sock)
            number = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number))

    async def shake_hands(self, context: ssl.SSLContext, server_name: str) -> ssl.SSLObject:
        """Speak TLS from here on; raises ssl.SSLError or OSError.

        The last words of the handshake leave together with the request.
        """
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._exchange()
            else:
                self.tls = tls
                return tls

    async def send(self, data: bytes) -> None:
        """Send; what can't be sent shows when receiving, after everything that came before."""
        if self.tls is not None:
            self.tls.write(data)
            data = self._outgoing.read()
        await self._put(data)

    async def receive(self) -> bytes:
        """Return what came, waiting for something; b"" once the peer closed. Raises OSError."""
        tls = self.tls
        if tls is None:
            return await self._take()
        if not self._incoming.pending and not tls.pending():
            await self._exchange()  # spares OpenSSL's asking for it, an exception each time
        while True:
            try:
                return tls.read(_RECORD_BYTES)
            except ssl.SSLWantReadError:
                await self._exchange()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def abort(self) -> None:
        """Close at once, without waiting for the peer's agreement."""
        self.wait_until(0)
        if self._is_watched:
            self._loop.remove_reader(self._sock)
            self._is_watched = False
        self._sock.close()

    async def _exchange(self) -> None:
        """Send what TLS has to say and hand it what the peer says."""
        if self._outgoing.pending:
            await self._put(self._outgoing.read())
        data = await self._take()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _put(self, data: bytes) -> None:
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._error = error
            return
        if sent < len(data):
            async with asyncio.timeout_at(self._until):
                await self._loop.sock_sendall(self._sock, data[sent:])

    async def _take(self) -> bytes:
        while True:
            await self._ready()
            try:
                data = self._sock.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            if not data and self._error is not None:
                raise self._error
            return data

    def _ready(self) -> asyncio.Future[None]:
        """Something to wait for until the socket has news, or the time is over."""
        self._waiter = self._loop.create_future()
        if self._timer is None:
            self._timer = self._loop.call_at(self._until, self._on_time_over)
        if not self._is_watched:
            self._loop.add_reader(self._sock, self._on_readable)
            self._is_watched = True
        return self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _on_readable(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        else:
            # Nobody asks: without this the loop would be told again and again.
            self._loop.remove_reader(self._sock)
            self._is_watched = False

    def _on_time_over(self) -> None:
        self._timer = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())
