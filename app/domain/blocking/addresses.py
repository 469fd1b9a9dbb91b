# SPDX-License-Identifier: Apache-2.0
"""Which addresses a public site can have, and what every other address is.

One pure function, `classify`, over one table. The prober asks it before any packet leaves, for
every address in every DNS answer and every redirect; the same answer guards webhooks and feeds.
`ipaddress.is_global` is no policy: it calls the NAT64 image of 127.0.0.1 global, and so would
lead a prober into its own machine. The networks come from the IANA special-purpose registries
(RFC 6890 and successors) and OONI's list of bogons.

Nothing here resolves, connects or remembers.
"""

import ipaddress
from functools import lru_cache

GLOBAL = "global"

_BOGON_V4 = (
    ("0.0.0.0/32", "unspecified"),
    ("0.0.0.0/8", "reserved"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "cgnat"),
    ("127.0.53.53/32", "name_collision"),  # ICANN's answer for colliding names; not censorship
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "cloud_metadata"),  # Azure's host service, on an address that looks public
    ("169.254.0.0/16", "link_local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "reserved"),  # the retired 6to4 relay anycast
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
)
_BOGON_V6 = (
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "ipv4_mapped"),
    ("::/96", "ipv4_compatible"),
    ("64:ff9b:1::/48", "nat64_local"),  # where the IPv4 part sits is each network's own secret
    ("100::/64", "discard"),
    ("2001::/32", "teredo"),
    ("2001:2::/48", "benchmarking"),
    ("2001:10::/28", "reserved"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "sixtofour"),
    ("3fff::/20", "documentation"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link_local"),
    ("fec0::/10", "site_local"),
    ("ff00::/8", "multicast"),
)

_V4_TABLE = tuple((ipaddress.IPv4Network(text), kind) for text, kind in _BOGON_V4)
_V6_TABLE = tuple((ipaddress.IPv6Network(text), kind) for text, kind in _BOGON_V6)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")


@lru_cache(maxsize=8192)
def classify(address: str) -> str:
    """Name the class of an address: 'global', 'bogon:<kind>' or 'nat64:<class of the IPv4>'.

    The first matching row of the table decides, so narrow rows stand before wide ones. Text that
    is no address is 'bogon:unparseable': it can't be a site, and nothing may be sent to it.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "bogon:unparseable"
    if isinstance(parsed, ipaddress.IPv4Address):
        return _classify_v4(parsed)
    return _classify_v6(parsed)


def is_contactable(address_class: str) -> bool:
    """Whether packets may be sent to an address of this class.

    A NAT64 image of a global address is how an IPv6-only mobile network reaches the IPv4 world,
    so it is as good as the address inside.
    """
    return address_class in (GLOBAL, f"nat64:{GLOBAL}")


def _classify_v4(address: ipaddress.IPv4Address) -> str:
    kind = next((kind for network, kind in _V4_TABLE if address in network), None)
    return GLOBAL if kind is None else f"bogon:{kind}"


def _classify_v6(address: ipaddress.IPv6Address) -> str:
    if address.scope_id is not None:
        return "bogon:zone_id"
    if address in _NAT64:
        embedded = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        return f"nat64:{_classify_v4(embedded)}"
    kind = next((kind for network, kind in _V6_TABLE if address in network), None)
    if kind is not None:
        return f"bogon:{kind}"
    return GLOBAL if address in _GLOBAL_UNICAST_V6 else "bogon:reserved"
