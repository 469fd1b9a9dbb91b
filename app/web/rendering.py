# SPDX-License-Identifier: Apache-2.0
"""Templates to answers: escaped, dated, with a validator, and a link to the JSON twin.

The validator is a hash of the page itself. A change counter would be cheaper, but some things shown
(when a site was last measured) move without one; what a reader saves is the transfer.
"""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import __version__
from app.web.presenters import words

HERE = Path(__file__).parent
STATIC = HERE / "static"
CACHE = "public, max-age=5, stale-while-revalidate=30"


@cache
def _asset(name: str) -> str:
    """Return the address of a static file, with its content in the name so it may be kept."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": _asset, "version": __version__, "link": link}
    made.filters |= {
        "capital": words.capital,
        "day": words.day,
        "edtf": words.edtf,
        "label": words.label,
        "machine": words.machine,
        "moment": words.moment,
        "place": words.place,
        "since": words.since,
    }
    return made


def link(path: str, **query: object) -> str:
    """Return an address with the parts of the query that are set."""
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


_templates = _environment()


def page(
    request: Request,
    template: str,
    *,
    now: datetime,
    twin: str | None,
    status: int = 200,
    private: bool = False,
    **context: object,
) -> Response:
    """Return a page, or 304 where the reader holds it already. `twin` is its JSON address.

    A private page is kept by no cache, and not by the browser either.
    """
    section = request.url.path.split("/")[1]
    html = _templates.get_template(template).render(
        now=now, twin=twin, section=section, path=request.url.path, **context
    )
    body = html.encode()
    if private or status != 200:
        return Response(body, status, {"Cache-Control": "no-store"}, "text/html")
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE}
    offered = request.headers.get("if-none-match", "")
    if etag in {one.strip().removeprefix("W/") for one in offered.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, "text/html")
