# SPDX-License-Identifier: Apache-2.0
"""Somebody with a browser at the desk: cookies kept, forms sent as browsers send them."""

import asyncio
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.domain.vocabulary import Role
from app.main import create_app
from app.services import access
from app.settings import Settings
from app.storage.database import Sessions
from tests.make import NOW


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class Browser:
    """Keeps cookies and sends forms; follows nothing by itself."""

    def __init__(self, app: FastAPI, *, base: str = "http://qalam") -> None:
        self.app, self.base = app, base
        self.cookies = httpx.Cookies()
        self.page: httpx.Response | None = None

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send one request with the cookies there are."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                app=self.app, raise_app_exceptions=True, client=("198.51.100.7", 4444)
            )
            async with httpx.AsyncClient(
                transport=transport, base_url=self.base, cookies=self.cookies
            ) as client:
                answer = await client.request(method, url, **options)
                self.cookies = client.cookies
                return answer

        self.page = asyncio.run(send())
        return self.page

    def get(self, url: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return self.request("GET", url, **options)

    def post(
        self, url: str, fields: dict[str, Any] | None = None, **options: Any
    ) -> httpx.Response:
        """Send a form from a page of the same site, as a browser does."""
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        headers |= options.pop("headers", {})
        return self.request("POST", url, data=fields or {}, headers=headers, **options)

    def hidden(self, name: str) -> str:
        """Return a hidden field of the page that is open."""
        assert self.page is not None
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page.text)
        assert found is not None, f"no field {name}"
        return unescape(found[1])

    def log_in(self, key: str) -> httpx.Response:
        """Log in with a key."""
        return self.post("/desk/login", {"key": key})

    def send(self, page: str, action: str, **fields: Any) -> httpx.Response:
        """Open a page and send one of its forms."""
        self.get(page)
        said = {"form_token": self.hidden("form_token"), **fields}
        if 'name="stamp"' in (self.page.text if self.page else ""):
            said.setdefault("stamp", self.hidden("stamp"))
        return self.post(action, said)


@pytest.fixture
def clock() -> Clock:
    """The time at the desk."""
    return Clock()


@pytest.fixture
def desk_app(sessions: Sessions, tmp_path: Path, clock: Clock) -> FastAPI:
    """The whole application under a clock that tests move."""
    return create_app(Settings(data_dir=tmp_path), sessions, now=clock)


@pytest.fixture
def browser(desk_app: FastAPI) -> Browser:
    """A browser nobody is logged in with."""
    return Browser(desk_app)


@pytest.fixture
def key_of(sessions: Sessions) -> Callable[..., tuple[uuid.UUID, str]]:
    """Make a key: `key_of(Role.MONITOR, "aizhan")` gives its id and the key."""

    def make(role: Role = Role.MONITOR, name: str = "aizhan") -> tuple[uuid.UUID, str]:
        with sessions.writing() as session:
            made = access.create_key(session, role=role, name=name, now=NOW)
        return made.id, made.secret

    return make


@pytest.fixture
def at_desk(desk_app: FastAPI, key_of: Callable[..., Any]) -> Callable[..., Browser]:
    """Somebody who is logged in: `at_desk(Role.EDITOR, "dana")`."""

    def make(role: Role = Role.MONITOR, name: str = "aizhan") -> Browser:
        found = Browser(desk_app)
        assert found.log_in(key_of(role, name)[1]).status_code == 303
        return found

    return make
