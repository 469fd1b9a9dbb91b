# SPDX-License-Identifier: Apache-2.0
"""An open connection as the layers above TCP use it: send, receive what came, abort.

A raw non-blocking socket, and OpenSSL over two memory buffers where there is TLS. asyncio's own
transports cost a third more of a probe, hold a quarter of a megabyte for each connection, and call
a peer that hangs up in a handshake a reset. Here a close by the peer is `b""` and a reset raises.

Nothing is read before it is asked for, so the kernel holds a talkative peer back.
"""

import asyncio
import socket
import ssl

# As much as a TLS record holds and more than most pages; no more stays in memory unread.
_READ_BYTES = 64 * 1024
_RECORD_BYTES = 16 * 1024


class Connection:
    """One connection, its socket included; in use by one reader at a time."""

    __slots__ = ("_error", "_is_watched", "_loop", "_sock", "_timer", "_until", "_waiter")

    def __init__(self, sock: socket.socket, until: float) -> None:
        """Take an open, non-blocking socket; `until` is as `wait_until` takes it."""
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._is_watched = False
        self._waiter: asyncio.Future[None] | None = None
        self._error: OSError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._until = until

    def wait_until(self, moment: float) -> None:
        """Let nothing be waited for beyond a moment of the loop's clock: a TimeoutError follows."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._until = moment

    async def send(self, data: bytes) -> None:
        """Send; what can't be sent shows when receiving, after everything that came before."""
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

    async def receive(self) -> bytes:
        """Return what came, waiting for something; b"" once the peer closed. Raises OSError."""
        while True:
            await self._readable()
            try:
                data = self._sock.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            if not data and self._error is not None:
                raise self._error
            return data

    def abort(self) -> None:
        """Close at once, without waiting for the peer's agreement."""
        self.wait_until(0)
        if self._is_watched:
            self._loop.remove_reader(self._sock)
            self._is_watched = False
        self._sock.close()

    async def _readable(self) -> None:
        self._waiter = self._loop.create_future()
        if self._timer is None:
            self._timer = self._loop.call_at(self._until, self._on_time_over)
        if not self._is_watched:
            self._loop.add_reader(self._sock, self._on_readable)
            self._is_watched = True
        await self._waiter

    def _on_readable(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        else:
            # Nobody asks: without this the loop would be told again and again.
            self._loop.remove_reader(self._sock)
            self._is_watched = False

    def _on_time_over(self) -> None:
        self._timer = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())


class TlsConnection(Connection):
    """A connection that speaks TLS."""

    __slots__ = ("_incoming", "_outgoing", "tls")

    def __init__(
        self, sock: socket.socket, context: ssl.SSLContext, server_name: str, until: float
    ) -> None:
        super().__init__(sock, until)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)

    async def shake_hands(self) -> None:
        """Raise ssl.SSLError or OSError; the last words of it leave together with the request."""
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._more()
            else:
                return

    async def send(self, data: bytes) -> None:
        """Send, encrypted."""
        self.tls.write(data)
        await super().send(self._outgoing.read())

    async def receive(self) -> bytes:
        """Return a record or less; b"" once the peer closed, with or without saying so."""
        if not self._incoming.pending and not self.tls.pending():
            await self._more()  # spares OpenSSL's asking for it, an exception each time
        while True:
            try:
                return self.tls.read(_RECORD_BYTES)
            except ssl.SSLWantReadError:
                await self._more()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def _more(self) -> None:
        """Say what TLS has to say and take in what the peer says to it."""
        if self._outgoing.pending:
            await super().send(self._outgoing.read())
        data = await super().receive()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


async def over_tls(
    sock: socket.socket, context: ssl.SSLContext, server_name: str, *, until: float
) -> TlsConnection:
    """Take over an open socket and shake hands; raises ssl.SSLError or OSError.

    The socket is closed where there is no connection.
    """
    try:
        connection = TlsConnection(sock, context, server_name, until)
    except BaseException:
        sock.close()
        raise
    try:
        await connection.shake_hands()
    except BaseException:
        connection.abort()
        raise
    return connection


async def writable(sock: socket.socket, *, until: float) -> None:
    """Wait until a socket takes data: a connection being opened is there, or has failed."""
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    timer = loop.call_at(until, _settle, waiter, TimeoutError())
    loop.add_writer(sock, _settle, waiter, None)
    try:
        await waiter
    finally:
        timer.cancel()
        loop.remove_writer(sock)


def _settle(waiter: asyncio.Future[None], error: Exception | None) -> None:
    if waiter.done():
        return
    if error is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(error)
