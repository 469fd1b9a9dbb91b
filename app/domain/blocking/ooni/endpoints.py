# SPDX-License-Identifier: Apache-2.0
"""Endpoints as OONI writes them, `address:port` in one text, and the parts of a URL behind them."""

import ipaddress
from urllib.parse import urlsplit

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
    """Return the host of a URL that was read, in lower case."""
    return urlsplit(url).hostname or ""


def literal_address(url: str) -> str | None:
    """Return the host where it is an address itself, so that no name was looked up."""
    try:
        return str(ipaddress.ip_address(host_of(url)))
    except ValueError:
        return None
