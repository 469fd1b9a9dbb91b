# SPDX-License-Identifier: Apache-2.0
"""Endpoints as OONI writes them, `address:port` in one text, and the parts of a URL behind them."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

import idna

_DEFAULT_PORTS = {"http": 80, "https": 443}


def split_endpoint(endpoint: str) -> tuple[str, int | None]:
    """Return address and port; an empty address where the text is no endpoint."""
    address, _, port = endpoint.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5) or int(port) > 65535:
        return "", None
    return address.removeprefix("[").removesuffix("]"), int(port)


def port_of(url: str) -> int:
    """Return the port of a URL that was read, or its scheme's own."""
    parts = urlsplit(url)
    return parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)


def host_of(url: str) -> str:
    """Return the host of a URL that was read, as it is asked for in DNS."""
    return asked_name(urlsplit(url).hostname or "")


@lru_cache(maxsize=4096)
def asked_name(host: str) -> str:
    """Return a name as DNS is asked for it: A-labels in lower case; as it stands if it has none."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return host.lower()


def asked_url(url: str) -> str:
    """Return a URL that was read, with its host as DNS is asked for it."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = "" if parts.port is None else f":{parts.port}"
    return url if host.isascii() else parts._replace(netloc=f"{asked_name(host)}{port}").geturl()


def literal_address(url: str) -> str | None:
    """Return the host where it is an address itself, so that no name was looked up."""
    try:
        return str(ipaddress.ip_address(host_of(url)))
    except ValueError:
        return None
