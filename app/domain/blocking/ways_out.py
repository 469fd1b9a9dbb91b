# SPDX-License-Identifier: Apache-2.0
"""How the resolvers and proxies of a vantage are written; nothing here asks or opens one."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["is_doh_url", "is_proxy", "is_resolver"]

_PROXY = re.compile(r"(socks5|http)://[^\s/@:]+:[0-9]{1,5}")


def is_resolver(text: str) -> bool:
    """Whether it is '9.9.9.9', '9.9.9.9:53', '2620:fe::fe' or '[2620:fe::fe]:53'."""
    host, port = text, "53"
    if text.count(":") == 1 or (text.startswith("[") and not text.endswith("]")):
        host, _, port = text.rpartition(":")
    try:
        ip_address(host.strip("[]"))
        return 0 < int(port) < 65536
    except ValueError:
        return False


def is_doh_url(text: str) -> bool:
    """Whether it is a resolver over HTTPS by its address: its name would be looked up elsewhere."""
    try:
        parts = urlsplit(text)
        ip_address(parts.hostname or "")
        is_https = parts.scheme == "https" and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
    return is_https and text.isascii()


def is_proxy(text: str) -> bool:
    """Whether it is socks5://host:port or http://host:port, without a name or password."""
    return _PROXY.fullmatch(text) is not None
