# SPDX-License-Identifier: Apache-2.0
"""Answers as bytes: typed rows encoded with msgspec, in the one envelope all lists share."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Response

from app.api.paging import Page

_encode = msgspec.json.Encoder().encode


def item(value: object, *, status: int = 200, location: str | None = None) -> Response:
    """Encode one thing."""
    headers = {"Location": location} if location else None
    return Response(
        _encode(value), status_code=status, media_type="application/json", headers=headers
    )


def rows(
    page: Page | None,
    found: Sequence[Any],
    *,
    place: list[Any] | None = None,
    meta: dict[str, Any] | None = None,
) -> Response:
    """Encode a list; `place` is the keyset of its last row where more rows follow."""
    link = page.next_link(place) if page is not None and place is not None else None
    body = {"data": found, "meta": meta or {}, "links": {"next": link}}
    headers = {"Link": f'<{link}>; rel="next"'} if link else None
    return Response(_encode(body), media_type="application/json", headers=headers)
