# SPDX-License-Identifier: Apache-2.0
"""OONI's list of bogons, exactly; what *we* never contact is the longer table in `addresses.py`."""

import ipaddress
from functools import lru_cache

_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
    )
)
_SIXTOFOUR, _TEREDO = 0x2002 << 112, 0x2001 << 112


def _image(network: ipaddress.IPv4Network, start: int, offset: int) -> ipaddress.IPv6Network:
    """The IPv6 prefix that holds an IPv4 network after `offset` bits."""
    first = start | int(network.network_address) << (128 - offset - 32)
    return ipaddress.IPv6Network((first, offset + network.prefixlen))


_V6 = (
    *(
        ipaddress.IPv6Network(text)
        for text in (
            "::/128",
            "::1/128",
            "::ffff:0:0/96",
            "::/96",
            "100::/64",
            "2001:10::/28",
            "2001:db8::/32",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
        )
    ),
    *(_image(network, _SIXTOFOUR, 16) for network in _V4),
    *(_image(network, _TEREDO, 32) for network in _V4),
)


@lru_cache(maxsize=8192)
def is_bogon(address: str) -> bool:
    """Whether OONI calls this address a bogon; what is no address is one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return True
    if isinstance(parsed, ipaddress.IPv4Address):
        return any(parsed in network for network in _V4)
    return any(parsed in network for network in _V6)


@lru_cache(maxsize=8192)
def is_loopback(address: str) -> bool:
    """Whether an address is this machine itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
