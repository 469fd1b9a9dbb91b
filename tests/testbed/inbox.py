# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks on loopback that verifies every signature and shows what came.

    with Inbox() as inbox:
        inbox.url        where to send
        inbox.messages   what came, oldest first

Open its address in a browser to read the messages; `/messages.json` has them for programs.
"""

import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


class Inbox:
    """The receiver; `secret` must be set before the first message is accepted."""

    def __init__(self) -> None:
        self.secret: str | None = None
        self.messages: list[dict[str, Any]] = []
        self.refused = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where this inbox listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def public_url(self) -> str:
        """Its address by a name, for a world in which that name leads to loopback."""
        return f"http://inbox.example:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Take one message if its signature is right, and return the HTTP status to answer."""
        try:
            Webhook(self.secret or "").verify(body, headers)
        except (WebhookVerificationError, ValueError):
            self.refused += 1
            return 400
        known = {message["id"] for message in self.messages}
        if headers["webhook-id"] not in known:
            self.messages.append({"id": headers["webhook-id"], **json.loads(body)})
        return 204

    def page(self) -> bytes:
        """Return the messages as a page that refreshes itself."""
        rows = "".join(
            f"<article><h2>{html.escape(one['data']['title'])}</h2>"
            f"<p><code>{html.escape(one['type'])}</code> {html.escape(one['timestamp'])}</p>"
            f"<p>{html.escape(one['data']['text'])}</p></article>"
            for one in reversed(self.messages)
        )
        return (
            "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=2>"
            "<title>Inbox</title><style>body{font:16px/1.5 system-ui;max-width:44rem;margin:2rem "
            "auto;padding:0 1rem}article{border-left:4px solid #b45309;padding-left:1rem}</style>"
            f"<h1>Inbox</h1>{rows or '<p>No message yet.</p>'}"
        ).encode()


def _handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, status: int, body: bytes = b"", kind: str = "text/html") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(inbox.receive(headers, body))

        def do_GET(self) -> None:
            if self.path == "/messages.json":
                self._answer(200, json.dumps(inbox.messages).encode(), "application/json")
            else:
                self._answer(200, inbox.page())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing: the terminal belongs to the demonstration."""

    return Handler
