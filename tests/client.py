# SPDX-License-Identifier: Apache-2.0
"""A caller of the whole application: real ASGI, real database, no network."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class Client:
    """Sends requests to the application as one caller, with or without a key."""

    def __init__(self, app: FastAPI, key: str | None = None) -> None:
        self.app = app
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def with_key(self, key: str | None) -> "Client":
        """Return another caller of the same application."""
        return Client(self.app, key)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send one request and return its answer."""
        headers = {**self.headers, **options.pop("headers", {})}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://qalam") as client:
                return await client.request(method, url, headers=headers, **options)

        return asyncio.run(send())

    def get(self, url: str, **options: Any) -> httpx.Response:
        """GET."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        """POST."""
        return self.request("POST", url, **options)

    def patch(self, url: str, **options: Any) -> httpx.Response:
        """PATCH."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> httpx.Response:
        """DELETE."""
        return self.request("DELETE", url, **options)
