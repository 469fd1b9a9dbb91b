# SPDX-License-Identifier: Apache-2.0
"""Servers that a benchmark runs in processes of their own; each reports where it listens."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import uvloop

_SPAWN = get_context("spawn")
_STALL_SECONDS = 3600
_HEADER_BYTES = 12
_FLAGS_ANSWER = b"\x81\x80"
_TYPE_A = b"\x00\x01"
_SITE = bytes((127, 0, 0, 80))
# A pointer to the question's name, type A, class IN, 60 s, four bytes.
_RECORD = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + _SITE


@contextmanager
def running(serve: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """Run a function in a process of its own; it speaks over the connection, its first argument."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=serve, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.kill()
        process.join()
        here.close()
        there.close()


def answer_names(report: Connection, address: tuple[str, int]) -> None:
    """Answer every A question with the one server's address and every other with nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        sock.bind(address)
        report.send(sock.getsockname())
        while True:
            query, asker = sock.recvfrom(2048)
            sock.sendto(_answer(query), asker)


def _answer(query: bytes) -> bytes:
    # The question ends after its name, type and class; what follows it (EDNS) is not repeated.
    end = query.index(b"\0", _HEADER_BYTES) + 5
    question = query[_HEADER_BYTES:end]
    found = question[-4:-2] == _TYPE_A
    counts = b"\x00\x01" + (b"\x00\x01" if found else b"\x00\x00") + b"\x00\x00\x00\x00"
    return query[:2] + _FLAGS_ANSWER + counts + question + (_RECORD if found else b"")


def serve_pages(report: Connection, address: str, folder: Path, body: bytes) -> None:
    """Serve one page over HTTPS, once a connection."""
    head = (
        "HTTP/1.1 200 OK",
        "Server: bench",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
    )
    _serve(report, address, folder, "\r\n".join((*head, "\r\n")).encode() + body)


def serve_and_stall(report: Connection, address: str, folder: Path, said: bytes) -> None:
    """Take every request, say so much and then nothing; each is reported as `True`."""
    _serve(report, address, folder, said, stalls=True)


def accept_and_stall(report: Connection, address: str) -> None:
    """Take every connection and never say a word; each is reported once it spoke."""

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        report.send(True)
        await asyncio.sleep(_STALL_SECONDS)

    async def live() -> None:
        server = await asyncio.start_server(serve, address, 0, backlog=1024)
        report.send(server.sockets[0].getsockname())
        await server.serve_forever()

    uvloop.run(live())


class _Speaker(asyncio.Protocol):
    """One connection: a request in, the same words out."""

    def __init__(self, said: bytes, heard: Connection | None) -> None:
        self._said = said
        self._heard = heard  # where stalling is reported; None to close instead
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            self._transport.write(self._said)
            if self._heard is None:
                self._transport.close()
            else:
                self._heard.send(True)


def _serve(
    report: Connection,
    address: str,
    folder: Path,
    said: bytes,
    *,
    stalls: bool = False,
) -> None:
    async def live() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
        context.set_alpn_protocols(["http/1.1"])
        server = await asyncio.get_running_loop().create_server(
            lambda: _Speaker(said, report if stalls else None),
            address,
            0,
            ssl=context,
            backlog=1024,
        )
        report.send(server.sockets[0].getsockname())
        await server.serve_forever()

    uvloop.run(live())
