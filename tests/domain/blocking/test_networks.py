# SPDX-License-Identifier: Apache-2.0
"""Addresses are put into networks by the longest prefix that holds them."""

import ipaddress
import random

import pytest

from app.domain.blocking.networks import PrefixTable

ROWS = (
    ("10.0.0.0/8", 1, "Eight"),
    ("10.1.0.0/16", 2, "Sixteen"),
    ("10.1.2.0/24", 3, ""),
    ("10.1.2.3/32", 4, "One"),
    ("255.255.255.0/24", 5, "Last"),
    ("2001:db8::/32", 6, "Six"),
    ("2001:db8:1::/48", 7, "Seven"),
)


@pytest.mark.parametrize(
    ("address", "asn"),
    [
        ("10.0.0.0", 1),
        ("10.1.0.0", 2),
        ("10.1.2.0", 3),
        ("10.1.2.3", 4),
        ("10.1.2.4", 3),  # behind the most special one, the next wider counts again
        ("10.1.3.0", 2),
        ("10.2.0.0", 1),
        ("11.0.0.0", None),
        ("9.255.255.255", None),
        ("255.255.255.255", 5),
        ("2001:db8::1", 6),
        ("2001:db8:1::1", 7),
        ("2001:db8:2::1", 6),
        ("2001:db9::", None),
        ("not an address", None),
    ],
)
def test_the_longest_prefix_counts(address: str, asn: int | None) -> None:
    """An address belongs to the narrowest prefix around it, and outside all to nobody."""
    assert PrefixTable(ROWS).asn(address) == asn


def test_names_are_those_the_table_gives() -> None:
    """A network without a name in the table has none."""
    table = PrefixTable(ROWS)

    assert (table.name(2), table.name(3), table.name(99)) == ("Sixteen", None, None)


def test_an_empty_table_knows_nothing() -> None:
    """Without an import, no address is of any network; and the table says that it is empty."""
    empty = PrefixTable(())

    assert not empty
    assert empty.asn("10.1.2.3") is None
    assert PrefixTable(ROWS)


def test_the_later_of_two_rows_for_one_prefix_counts() -> None:
    """A prefix that two sources give belongs to whom the last one says."""
    table = PrefixTable([("10.0.0.0/8", 1, ""), ("10.0.0.0/8", 2, "")])

    assert table.asn("10.9.9.9") == 2


def test_ranges_agree_with_trying_every_prefix() -> None:
    """Over many nested prefixes, bisection answers as a search through all of them does."""
    chance = random.Random(7)
    rows = []
    for asn in range(1, 400):
        length = chance.randint(6, 32)
        first = chance.getrandbits(8) << 24 | chance.getrandbits(24)
        rows.append((str(ipaddress.ip_network((first, length), strict=False)), asn, ""))
    table = PrefixTable(rows)
    networks = [(ipaddress.ip_network(prefix), asn) for prefix, asn, _ in rows]
    edges = [one[edge] for one, _ in networks for edge in (0, -1)]
    asked = [*edges, *(edge + 1 for edge in edges if int(edge) < 2**32 - 1)]
    for address in asked:
        around = [(n.prefixlen, i, asn) for i, (n, asn) in enumerate(networks) if address in n]
        assert table.asn(str(address)) == (max(around)[2] if around else None), address


@pytest.mark.parametrize("prefix", ["10.0.0.0/33", "10.0.0/8", "10.0.0.256/32", "x::/8", "::/129"])
def test_what_is_no_prefix_is_refused(prefix: str) -> None:
    """A table is built of prefixes only."""
    with pytest.raises(ValueError):  # noqa: PT011 - from several parsers
        PrefixTable([(prefix, 1, "")])
