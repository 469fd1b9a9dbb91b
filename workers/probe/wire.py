# SPDX-License-Identifier: Apache-2.0
"""A connection as the layers use it: open, shake hands, send, receive what came, abort.

A raw non-blocking socket, and OpenSSL over two memory buffers where there is TLS (`trust.py`).
asyncio's own transports hold a quarter of a megabyte for each connection, call a peer that hangs
up in a handshake a reset, and cost more. Here a close by the peer is `b""` and a reset raises.

Nothing is read before it is asked for, so the kernel holds a talkative peer back.
"""

import asyncio
import errno
import os
import socket

from OpenSSL import SSL

from workers.probe.failures import TlsBroken

# As much as a few TLS records hold and more than most pages; no more stays in memory unread.
_READ_BYTES = 64 * 1024
_RECORD_BYTES = 16 * 1024
_UNEXPECTED_END = (SSL.SysCallError, SSL.ZeroReturnError)


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
        self.tls: SSL.Connection | None = None

    def wait_until(self, moment: float) -> None:
        """Let nothing be waited for beyond a moment of the loop's clock: a TimeoutError follows."""
        if self._timer is not None and moment < self._until:
            self._timer.cancel()
            self._timer = None
        self._until = moment

    async def open(self, address: str, port: int) -> None:
        """Connect; raises OSError with the kernel's number."""
        number = self._sock.connect_ex((address, port))
        if number == errno.EINPROGRESS:
            self._loop.add_writer(self._sock, self._wake)
            try:
                await self._news()
                number = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not number:
                    self._watch()  # before the other ends, so that the loop takes it up only once
            finally:
                self._loop.remove_writer(self._sock)
        if number:
            raise OSError(number, os.strerror(number))

    async def shake_hands(self, context: SSL.Context, server_name: str) -> None:
        """Speak TLS from here on; raises TlsBroken, EOFError or OSError.

        The chain is the caller's to verify: `tls` has it, also where this raises. The last words of
        the handshake leave together with the request, so a chain that is refused ends it.
        """
        tls = self.tls = SSL.Connection(context)
        tls.set_connect_state()
        if not _is_address(server_name):
            tls.set_tlsext_host_name(server_name.encode("ascii"))
        while True:
            try:
                tls.do_handshake()
            except SSL.WantReadError:
                await self._exchange(tls)
            except _UNEXPECTED_END:
                raise EOFError from None
            except SSL.Error as error:
                raise TlsBroken(_reason_of(error)) from None
            else:
                return

    async def send(self, data: bytes) -> None:
        """Send; what can't be sent shows when receiving, after everything that came before."""
        if self.tls is not None:
            try:
                self.tls.sendall(data)
            except SSL.Error as error:
                raise TlsBroken(_reason_of(error)) from None
            data = _said(self.tls)
        await self._put(data)

    async def receive(self) -> bytes:
        """Return what came, waiting for something; b"" once the peer closed.

        Raises TlsBroken or OSError.
        """
        tls = self.tls
        if tls is None:
            return await self._take()
        while True:
            try:
                return tls.recv(_RECORD_BYTES)
            except SSL.WantReadError:
                await self._exchange(tls)
            except _UNEXPECTED_END:
                return b""
            except SSL.Error as error:
                raise TlsBroken(_reason_of(error)) from None

    def abort(self) -> None:
        """Close at once, without waiting for the peer's agreement."""
        self.wait_until(0)
        if self._is_watched:
            self._loop.remove_reader(self._sock)
            self._is_watched = False
        self._sock.close()

    async def _exchange(self, tls: SSL.Connection) -> None:
        """Send what TLS has to say and hand it what the peer says."""
        said = _said(tls)
        if said:
            await self._put(said)
        data = await self._take()
        if data:
            tls.bio_write(data)
        else:
            tls.bio_shutdown()

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
        """Something to wait for until the peer said something, or the time is over."""
        if not self._is_watched:
            self._watch()
        return self._news()

    def _news(self) -> asyncio.Future[None]:
        if self._timer is None:
            self._timer = self._loop.call_at(self._until, self._on_time_over)
        self._waiter = self._loop.create_future()
        return self._waiter

    def _watch(self) -> None:
        self._loop.add_reader(self._sock, self._on_readable)
        self._is_watched = True

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
            if self._loop.time() < self._until:  # it was set for an earlier step
                self._timer = self._loop.call_at(self._until, self._on_time_over)
            else:
                self._waiter.set_exception(TimeoutError())


def _is_address(name: str) -> bool:
    """Whether it is no name that could be said in a handshake (RFC 6066 section 3)."""
    return ":" in name or name[-1:].isdigit()


def _said(tls: SSL.Connection) -> bytes:
    """Return what TLS has to say to the peer."""
    said = b""
    while True:
        try:
            piece = tls.bio_read(_RECORD_BYTES)
        except SSL.WantReadError:
            return said
        said += piece
        if len(piece) < _RECORD_BYTES:
            return said


def _reason_of(error: SSL.Error) -> str:
    """OpenSSL's own word for what went wrong: 'tlsv1 unrecognized name'."""
    told: list[tuple[str, str, str]] = error.args[0] if error.args else []
    return told[-1][2] if told else ""
