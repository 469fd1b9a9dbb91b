# SPDX-License-Identifier: Apache-2.0
"""Which network an address belongs to, by a table of announced prefixes: the longest one wins.

The table is imported (`qalam networks import`); an empty one knows nothing, and says so with None.
A full routing table has a million prefixes, so they are flattened once into disjoint ranges in
arrays, and looked up by bisection.
"""

import ipaddress
from array import array
from bisect import bisect_right
from collections.abc import Iterable, MutableSequence, Sequence

_NOBODY = 0  # AS 0 announces nothing (RFC 7607)


class PrefixTable:
    """Prefixes with the number and name of the network that announces each."""

    __slots__ = ("_names", "_v4", "_v6")

    def __init__(self, rows: Iterable[tuple[str, int, str]]) -> None:
        """Take (prefix, ASN, name); of one prefix given twice the later counts.

        Raises ValueError for what is no prefix.
        """
        self._names: dict[int, str] = {}
        v4, v6 = _Rows(32), _Rows(128)
        for prefix, asn, name in rows:
            (v6 if ":" in prefix else v4).add(prefix, asn)
            if name:
                self._names[asn] = name
        # 128 bits fit no array; of IPv6 there are few enough.
        self._v4 = v4.flatten(array("Q"))
        self._v6 = v6.flatten([])

    def __bool__(self) -> bool:
        """Whether it knows anything at all."""
        return bool(self._v4[0]) or bool(self._v6[0])

    def asn(self, address: str) -> int | None:
        """Return the number of the network that announces an address; None where nobody is known."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return None
        starts, asns = self._v4 if parsed.version == 4 else self._v6
        index = bisect_right(starts, int(parsed)) - 1
        return asns[index] or None if index >= 0 else None

    def name(self, asn: int) -> str | None:
        """Return a network's name, where the table gives one."""
        return self._names.get(asn)


class _Rows:
    """Prefixes of one family, packed small while they are gathered."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._keys: list[int] = []  # first address and, in the lowest 8 bits, the prefix length
        self._asns = array("Q")

    def add(self, prefix: str, asn: int) -> None:
        address, _, length_text = prefix.partition("/")
        length = int(length_text) if length_text else self._bits
        if not 0 <= length <= self._bits:
            raise ValueError(f"a prefix length is over {self._bits}")
        host_bits = self._bits - length
        first = _number(address, self._bits) >> host_bits << host_bits
        self._keys.append(first << 8 | length)
        self._asns.append(asn)

    def flatten(self, starts: MutableSequence[int]) -> tuple[Sequence[int], Sequence[int]]:
        """Return where each range begins, in order, and whose it is."""
        asns = array("Q")
        open_ranges: list[tuple[int, int]] = []  # (last address, ASN), the innermost at the end

        def begin(start: int, asn: int) -> None:
            if starts and starts[-1] == start:
                asns[-1] = asn
            elif not asns or asns[-1] != asn:
                starts.append(start)
                asns.append(asn)

        def close() -> None:
            last, _ = open_ranges.pop()
            begin(last + 1, open_ranges[-1][1] if open_ranges else _NOBODY)

        for index in sorted(range(len(self._keys)), key=self._keys.__getitem__):
            first, length = self._keys[index] >> 8, self._keys[index] & 0xFF
            while open_ranges and open_ranges[-1][0] < first:
                close()
            begin(first, self._asns[index])
            open_ranges.append((first + (1 << (self._bits - length)) - 1, self._asns[index]))
        while open_ranges:
            close()
        return starts, asns


def _number(address: str, bits: int) -> int:
    if bits == 128:
        return int(ipaddress.IPv6Address(address))
    # Ten times as fast as the library, over a million rows.
    octets = address.split(".")
    if len(octets) != 4:
        raise ValueError("an IPv4 address has four numbers")
    return int.from_bytes(bytes(map(int, octets)))
