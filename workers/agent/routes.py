# SPDX-License-Identifier: Apache-2.0
"""Which ways to a collector an agent takes: HTTPS, or cleartext where it never leaves the machine.

A route is a base URL. Several can lead to one collector (mirrors, relays): what is handed in is
signed, so none can change it; each is trusted with the key that opens the door, and with delivering.
"""

import ssl
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from app.errors import WrongSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def route(text: str) -> str:
    """Return the base URL of a collector as it is kept, without a slash at its end."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = parts.hostname or ""
    try:
        port = parts.port
    except ValueError:
        port = 0
    wrong = not host or port == 0 or parts.username or parts.query or parts.fragment
    if wrong or parts.scheme not in ("http", "https"):
        raise WrongSettings("--server is an address such as https://qalam.example.org")
    if parts.scheme == "http" and host not in _LOOPBACK and not host.endswith(".onion"):
        raise WrongSettings(
            "--server must begin with https://: everybody on the way could read and change the rest"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def proxy(text: str) -> str | None:
    """Return a proxy for the way to the collector, or None for none."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_right = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or parts.scheme not in ("socks5", "socks5h", "http", "https"):
        raise WrongSettings("--proxy is an address such as socks5h://127.0.0.1:9050")
    return text


def check(servers: Iterable[str], proxy: str | None) -> None:
    """Refuse an onion address without Tor: whoever answers for its name would be told the key."""
    hidden = any(urlsplit(one).scheme == "http" and _is_onion(one) for one in servers)
    if hidden and not (proxy or "").startswith("socks5"):
        raise WrongSettings(
            "an http:// onion address is reached through Tor only: add "
            "--proxy socks5h://127.0.0.1:9050"
        )


def _is_onion(server: str) -> bool:
    return (urlsplit(server).hostname or "").endswith(".onion")


def trust(authority: Path | None) -> ssl.SSLContext:
    """Return whose certificates are believed: Mozilla's list, and one of the owner's choice.

    Not the machine's own store: a State that made its citizens install an authority could then
    read what goes to the collector.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if authority is not None:
        try:
            context.load_verify_locations(cafile=authority)
        except (OSError, ssl.SSLError):
            raise WrongSettings(f"--ca {authority} is no certificate that can be read") from None
    return context
