# SPDX-License-Identifier: Apache-2.0
"""An address has one canonical form, or a reason why it is never contacted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.blocking.targets import CanonicalUrl, canonical_url, resolve_location
from app.errors import RefusedAddress

REFUSED = [
    ("http://127.0.0.1/", "non_global_literal"),
    ("http://127.0.0.1./", "non_global_literal"),
    ("http://localhost/", "reserved_name"),
    ("http://localhost./", "reserved_name"),
    ("http://app.localhost/", "reserved_name"),
    ("http://[::1]/", "non_global_literal"),
    ("http://[::]/", "non_global_literal"),
    ("http://0.0.0.0/", "non_global_literal"),
    ("http://[::ffff:127.0.0.1]/", "non_global_literal"),
    ("http://[::ffff:7f00:1]/", "non_global_literal"),
    ("http://[::ffff:169.254.169.254]/", "non_global_literal"),
    ("http://[64:ff9b::7f00:1]/", "non_global_literal"),
    ("http://[64:ff9b::a9fe:a9fe]/", "non_global_literal"),
    ("http://[64:ff9b::808:808]/", "non_global_literal"),
    ("http://[2002:7f00:1::1]/", "non_global_literal"),
    ("http://[2001:0:7f00:1::1]/", "non_global_literal"),
    ("http://[::127.0.0.1]/", "non_global_literal"),
    ("http://[fec0::1]/", "non_global_literal"),
    ("http://169.254.169.254/latest/meta-data/", "non_global_literal"),
    ("http://[fd00:ec2::254]/", "non_global_literal"),
    ("http://168.63.129.16/", "non_global_literal"),
    ("http://metadata.google.internal/", "reserved_name"),
    ("http://100.64.0.1/", "non_global_literal"),
    ("http://192.0.0.192/", "non_global_literal"),
    ("http://198.18.0.1/", "non_global_literal"),
    ("http://224.0.0.1/", "non_global_literal"),
    ("http://255.255.255.255/", "non_global_literal"),
    ("http://2130706433/", "numeric_host"),
    ("http://0x7f000001/", "numeric_host"),
    ("http://0177.0.0.1/", "numeric_host"),
    ("http://127.1/", "numeric_host"),
    ("http://0x7f.1/", "numeric_host"),
    ("http://1.2.3.4.5/", "numeric_host"),
    ("http://256.256.256.256/", "non_global_literal"),
    ("http://①②⑦.⓪.⓪.①/", "numeric_host"),
    ("http://１２７.0.0.1/", "numeric_host"),
    ("http://８.8.8.8/", "numeric_host"),
    ("http://good.example@127.0.0.1/", "userinfo"),
    ("http://user:pw@good.example/", "userinfo"),
    ("http://127.0.0.1\\@good.example/", "backslash"),
    ("http://good.example\\.evil/", "backslash"),
    ("file:///etc/passwd", "scheme"),
    ("gopher://x/", "scheme"),
    ("ftp://x/", "scheme"),
    ("data:,x", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("//good.example", "scheme"),
    ("good.example", "scheme"),
    ("", "scheme"),
    ("http:///x", "host"),
    ("http:good.example", "host"),
    ("http://.../", "host"),
    ("http://[/", "host"),
    ("http://[::1]evil/", "host"),
    ("http://good.example:22/", "port"),
    ("http://good.example:5432/", "port"),
    ("http://good.example:0/", "port"),
    ("http://good.example:99999/", "port"),
    ("http://good.example:999999999/", "port"),
    ("http://good.example:-80/", "host"),
    ("http://good.example:８０/", "port"),
    ("http://[fe80::1%25eth0]/", "zone_id"),
    ("http://[fe80::1%eth0]/", "zone_id"),
    ("http://good.example/\r\nX: 1", "control_character"),
    ("http://good.exam\tple/", "control_character"),
    ("http://good.example/\x00", "control_character"),
    ("http://good.example/a b", "control_character"),
    ("http://good.example/\udc80", "control_character"),
    ("http://good.example/" + "a" * 8173, "length"),
    ("http://" + ".".join(["a" * 49] * 5) + ".abcd/", "host"),
    ("http://" + "a" * 64 + ".example/", "host"),
    ("http://a..b/", "host"),
    ("http://xn--/", "idna"),
    ("http://xn--.example/", "idna"),
    ("http://ex\u202eample.org/", "idna"),
    ("http://ex\u200dample.org/", "idna"),
    ("http://exa℀mple.org/", "host"),
    ("http://good_example＠evil.example/", "host"),
    ("http://router/", "reserved_name"),
    ("http://printer.local/", "reserved_name"),
    ("http://facebookcorewwwi.onion/", "reserved_name"),
    ("http://wpad.home.arpa/", "reserved_name"),
]


@pytest.mark.parametrize(("raw", "reason"), REFUSED)
def test_addresses_that_must_never_be_contacted(raw: str, reason: str) -> None:
    """Each is refused, for the reason a person can act on, and the input is not echoed."""
    with pytest.raises(RefusedAddress) as refusal:
        canonical_url(raw)
    assert refusal.value.reason == reason
    assert len(raw) < 4 or raw not in refusal.value.detail


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("HTTP://Example.org:80/", "http://example.org/"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org/./", "http://example.org/"),
        (" https://example.org:443/ ", "https://example.org/"),
        ("https://example.org./", "https://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://example.org:/", "http://example.org/"),
        ("https://example.org/a/../b/./c/..", "https://example.org/b/"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/a//b", "https://example.org/a//b"),
        ("https://example.org/%7Euser/%0d%0aX:1", "https://example.org/%7Euser/%0d%0aX:1"),
        ("https://example.org/100%", "https://example.org/100%"),
        (
            "https://example.org/?a[]=1|2&b=c d".replace(" ", "+"),
            "https://example.org/?a[]=1|2&b=c+d",
        ),
        ("https://example.org?q=1", "https://example.org/?q=1"),
        ("http://good.example#@127.0.0.1/", "http://good.example/"),
        ("https://қалам.kz/жаңа", "https://xn--80aa6af58b.kz/%D0%B6%D0%B0%D2%A3%D0%B0"),
        ("http://НТВ.РФ。/", "http://xn--b1avp.xn--p1ai/"),
        ("http://straße.de/", "http://xn--strae-oqa.de/"),  # not strasse.de, another site
        ("http://under_score.example/", "http://under_score.example/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0000::1111]/", "http://[2606:4700::1111]/"),
        ("http://xn--i-7iq.ws/", "http://xn--i-7iq.ws/"),  # an emoji, registered before IDNA 2008
    ],
)
def test_each_address_has_one_form(raw: str, url: str) -> None:
    """What names the same page for everybody becomes the same text."""
    assert canonical_url(raw).url == url
    assert canonical_url(url).url == url


@pytest.mark.parametrize(
    ("raw", "mixed"),
    [
        ("http://аpple.com/", True),  # with a Cyrillic а
        ("http://xn--pple-43d.com/", True),
        ("http://новости.com/", False),
        ("http://ニュース漢字news.jp/", False),
        ("http://apple.com/", False),
    ],
)
def test_mixed_scripts_are_flagged_not_refused(raw: str, mixed: bool) -> None:
    """A name that looks like another is kept, and a person is told."""
    assert canonical_url(raw).mixed_script is mixed


def test_both_forms_of_a_name_are_known() -> None:
    """DNS gets the A-label, readers the name as they write it."""
    target = canonical_url("https://қалам.kz/")
    assert (target.host, target.display_host) == ("xn--80aa6af58b.kz", "қалам.kz")
    assert canonical_url("http://xn--i-7iq.ws/").display_host == "xn--i-7iq.ws"


def test_own_hosts_are_refused() -> None:
    """Qalam can't be made to ask itself."""
    with pytest.raises(RefusedAddress) as refusal:
        canonical_url("https://API.qalam.example./x", own_hosts=frozenset({"api.qalam.example"}))
    assert refusal.value.reason == "self"


def test_ports_can_be_allowed() -> None:
    """An outlet on an unusual port is measured once an operator allows the port."""
    target = canonical_url("http://news.example:8080/", allow_ports=frozenset({80, 8080}))
    assert (target.port, target.authority) == (8080, "news.example:8080")


@pytest.mark.parametrize(
    ("host", "literal"), [("8.8.8.8", True), ("[2606:4700::1]", True), ("news.example", False)]
)
def test_literals_need_no_lookup(host: str, literal: bool) -> None:
    """An address in a URL is recognised as one."""
    assert canonical_url(f"https://{host}/").is_literal is literal


@pytest.mark.parametrize(
    ("location", "joined"),
    [
        ("/b", "https://news.example/b"),
        ("../..//", "https://news.example/"),
        ("//other.example/", "https://other.example/"),
        ("?page=2", "https://news.example/a/?page=2"),
    ],
)
def test_locations_are_read_against_their_page(location: str, joined: str) -> None:
    """A relative redirect leads where a browser would go."""
    base = canonical_url("https://news.example/a/")
    assert canonical_url(resolve_location(base, location)).url == joined


def test_a_location_without_a_readable_host_is_refused() -> None:
    """A broken redirect is a refusal, never an exception of the URL library."""
    with pytest.raises(RefusedAddress):
        resolve_location(canonical_url("https://news.example/"), "http://[")


@given(st.text(max_size=80))
def test_any_text_is_canonical_or_refused(text: str) -> None:
    """Whatever is typed or imported, there are only two outcomes, and canonical is a fixpoint."""
    for raw in (text, f"http://{text}", f"https://news.example/{text}"):
        try:
            target: CanonicalUrl = canonical_url(raw)
        except RefusedAddress:
            continue
        assert target.url.isascii()
        assert target.url.isprintable()
        assert " " not in target.url
        assert canonical_url(target.url) == target
