# SPDX-License-Identifier: Apache-2.0
"""Keyset cursors: opaque, signed, bound to the address and filters they came from.

A page is `limit` rows after a place in a stable order, so rows that arrive meanwhile neither repeat
nor hide others.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Query, Request

from app.errors import MalformedRequest

LIMIT = 50
MAX_LIMIT = 500


def _tag(request: Request, body: bytes) -> bytes:
    filters = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in {"cursor", "limit"}
    )
    scope = msgspec.json.encode([request.url.path, filters])
    secret: bytes = request.app.state.secret
    return hmac.new(secret, b"cursor\0" + scope + b"\0" + body, hashlib.sha256).digest()[:12]


class Page:
    """The page a caller asks for, and the way to the next one."""

    def __init__(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows per page.")] = LIMIT,
        cursor: Annotated[
            str | None, Query(max_length=1000, description="From `links.next` of the page before.")
        ] = None,
    ) -> None:
        self.limit = limit
        self._request = request
        self.after: list[Any] | None = self._read(cursor) if cursor else None

    def _read(self, cursor: str) -> list[Any]:
        wrong = MalformedRequest(
            "the cursor does not belong to this address and these filters: start without one"
        )
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raise wrong from None
        tag, body = raw[:12], raw[12:]
        if not hmac.compare_digest(tag, _tag(self._request, body)):
            raise wrong
        values = msgspec.json.decode(body)
        if not isinstance(values, list):
            raise wrong
        return values

    def next_link(self, place: list[Any]) -> str:
        """Return the address of the page after `place`."""
        body = msgspec.json.encode(place)
        token = base64.urlsafe_b64encode(_tag(self._request, body) + body).decode().rstrip("=")
        url = self._request.url.include_query_params(cursor=token)
        address = self._request.app.state.settings.address
        return f"{address}{url.path}?{url.query}"


PageDep = Annotated[Page, Depends()]
