# SPDX-License-Identifier: Apache-2.0
"""Forms as browsers send them without scripts, read strictly and bounded; and where they come from."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from app.errors import MalformedRequest, NotAllowed, TooLarge

MAX_BYTES = 512 * 1024
MAX_FIELDS = 1000
TOKEN = "form_token"  # noqa: S105 - the name of a field
RESUMED = "resumed"
_OURS = frozenset({TOKEN, RESUMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was sent, in its order."""

    fields: tuple[tuple[str, str], ...] = ()

    def one(self, name: str) -> str:
        """Return the first value of a field, without space around it; empty where there is none."""
        return next((value.strip() for field, value in self.fields if field == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a field that is not empty."""
        return [value.strip() for field, value in self.fields if field == name and value.strip()]

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What a person put in, so that it can be shown again."""
        return tuple(pair for pair in self.fields if pair[0] not in _OURS)


async def get_form(request: Request) -> Form:
    """Read a form that this site's own page sent; another site's is refused unread."""
    if not is_same_origin(request):
        raise NotAllowed("this form came from another site: nothing was done")
    sort = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sort not in {"application/x-www-form-urlencoded", ""}:
        raise MalformedRequest("a form of a page is sent as browsers send it")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge("this is more than a form holds; nothing was done")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise MalformedRequest("this form cannot be read; nothing was done") from None
    if any("\x00" in text for pair in pairs for text in pair):
        raise MalformedRequest("a text holds a character that cannot be stored")
    return Form(fields=tuple((name, value.replace("\r\n", "\n")) for name, value in pairs))


def is_same_origin(request: Request) -> bool:
    """Whether a browser says that a form comes from a page of ours; old ones say nothing of it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    own = {request.headers.get("host", ""), urlsplit(request.app.state.settings.address).netloc}
    return urlsplit(origin).netloc in own - {""}


FormDep = Annotated[Form, Depends(get_form)]
