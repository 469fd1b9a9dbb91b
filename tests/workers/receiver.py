# SPDX-License-Identifier: Apache-2.0
"""A real HTTP receiver on loopback whose answers a test chooses, and which counts connections.

It is reached by a name (`hook.test`) as any receiver is; `policy` is how a test tells the sender
where the name leads and that loopback is its public internet.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer

from workers.outbound import OutboundPolicy

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Heard], bytes | Iterator[bytes]]


def reply(
    status: str = "200 OK", body: bytes = b"", headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Write a whole answer, with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass
class Receiver:
    """What was heard so far, and what to answer; an iterator answers piece by piece."""

    port: int = 0
    connections: int = 0
    heard: list[Heard] = field(default_factory=list)
    answer: Answer = field(default=lambda _: reply())
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, host: str = "hook.test", path: str = "/in", scheme: str = "http") -> str:
        """The address by which senders know it."""
        return f"{scheme}://{host}:{self.port}{path}"

    def policy(self, *, trust: ssl.SSLContext | None = None) -> OutboundPolicy:
        """A policy under which every name leads here."""

        async def resolve(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        return OutboundPolicy(
            classify=lambda address: "global" if address in LOOPBACK else "bogon:test",
            allow_ports=frozenset({80, 443, self.port}),
            resolve=resolve,
            trust=trust,
        )


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the sender is gone")
    return piece


def _read(connection: socket.socket) -> Heard:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", 0)):
        body += _more(connection)
    return Heard(method, path, headers, body)


@contextmanager
def receiving(
    answer: Answer | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    receiver = Receiver()
    if answer is not None:
        receiver.answer = answer

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            receiver.connections += 1
            with suppress(OSError):
                connection = (
                    tls.wrap_socket(self.request, server_side=True) if tls else self.request
                )
                with connection:
                    heard = _read(connection)
                    receiver.heard.append(heard)
                    said = receiver.answer(heard)
                    for piece in [said] if isinstance(said, bytes) else said:
                        connection.sendall(piece)

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        request_queue_size = 128  # with the usual 5, a busy machine resets connections
        daemon_threads = False
        block_on_close = True

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.ended.set()
            server.shutdown()
            thread.join()
