# SPDX-License-Identifier: Apache-2.0
"""Every address is classed before anything is sent to it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.blocking.addresses import classify, is_contactable
from app.domain.blocking.measurement import DnsAnswer


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", "global"),
        ("2606:2800:220:1::1", "global"),
        ("0.0.0.0", "bogon:unspecified"),
        ("0.1.2.3", "bogon:reserved"),
        ("10.10.34.36", "bogon:private"),  # the answer of Iran's resolvers
        ("100.64.0.1", "bogon:cgnat"),
        ("127.0.0.1", "bogon:loopback"),
        ("127.0.53.53", "bogon:name_collision"),
        ("168.63.129.16", "bogon:cloud_metadata"),
        ("169.254.169.254", "bogon:link_local"),
        ("172.16.0.1", "bogon:private"),
        ("172.32.0.1", "global"),
        ("192.0.0.192", "bogon:reserved"),
        ("192.0.2.1", "bogon:documentation"),
        ("192.168.1.1", "bogon:private"),
        ("198.18.0.1", "bogon:benchmarking"),
        ("198.20.0.1", "global"),
        ("224.0.0.1", "bogon:multicast"),
        ("255.255.255.255", "bogon:broadcast"),
        ("250.0.0.1", "bogon:reserved"),
        ("::", "bogon:unspecified"),
        ("::1", "bogon:loopback"),
        ("::ffff:127.0.0.1", "bogon:ipv4_mapped"),
        ("::ffff:8.8.8.8", "bogon:ipv4_mapped"),
        ("::127.0.0.1", "bogon:ipv4_compatible"),
        ("64:ff9b::808:808", "nat64:global"),
        ("64:ff9b::7f00:1", "nat64:bogon:loopback"),
        ("64:ff9b::a9fe:a9fe", "nat64:bogon:link_local"),
        ("64:ff9b:1::808:808", "bogon:nat64_local"),
        ("100::1", "bogon:discard"),
        ("2001:0:7f00:1::1", "bogon:teredo"),
        ("2001:10::1", "bogon:reserved"),
        ("2001:db8::1", "bogon:documentation"),
        ("2002:7f00:1::1", "bogon:sixtofour"),
        ("3fff::1", "bogon:documentation"),
        ("d0::11", "bogon:reserved"),  # another answer of Iran's resolvers
        ("fd00:ec2::254", "bogon:private"),
        ("fe80::1", "bogon:link_local"),
        ("fe80::1%eth0", "bogon:zone_id"),
        ("fec0::1", "bogon:site_local"),
        ("ff02::1", "bogon:multicast"),
        ("news.example", "bogon:unparseable"),
        ("127.1", "bogon:unparseable"),
        ("", "bogon:unparseable"),
    ],
)
def test_each_address_has_its_class(address: str, expected: str) -> None:
    """The table of classes answers as the registries and OONI's list of bogons say."""
    assert classify(address) == expected


@given(st.ip_addresses())
def test_nothing_special_is_ever_contactable(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """What Python calls private, loopback, multicast or link-local is never contacted."""
    special = (
        address.is_private
        or address.is_loopback
        or address.is_multicast
        or address.is_link_local
        or address.is_unspecified
    )
    if special:
        assert not is_contactable(classify(str(address)))


@pytest.mark.parametrize(
    ("address", "contactable"),
    [("64:ff9b::808:808", True), ("64:ff9b::a00:1", False), ("8.8.8.8", True), ("10.0.0.1", False)],
)
def test_a_nat64_image_is_as_good_as_the_address_inside(address: str, contactable: bool) -> None:
    """An IPv6-only mobile network is measured; a private address in disguise is not contacted."""
    answer = DnsAnswer(address=address, address_class=classify(address))
    assert is_contactable(answer.address_class) is contactable
    assert answer.is_bogon is not contactable
