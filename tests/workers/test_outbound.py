# SPDX-License-Identifier: Apache-2.0
"""The guarded exchange against real servers: who is contacted, how much is read, when it ends."""

import asyncio
import gzip
import ssl
import time
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from app.errors import RefusedAddress
from tests.workers.receiver import Heard, Receiver, receiving, reply
from workers.outbound import (
    OutboundAnswer,
    OutboundFailed,
    OutboundPolicy,
    request,
    resolve_by_system,
)


def ask(url: str, policy: OutboundPolicy, method: str = "GET", **more: Any) -> OutboundAnswer:
    """Send one request with small bounds."""
    options: dict[str, Any] = {"deadline": 5.0, "max_bytes": 4096, **more}
    return asyncio.run(request(method, url, policy=policy, **options))


def leading_to(receiver: Receiver, *addresses: str) -> OutboundPolicy:
    """The real classification, with a name server that answers these addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return OutboundPolicy(resolve=resolve, allow_ports=frozenset({80, 443, receiver.port}))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiving() as running:
        yield running


def test_the_request_arrives_with_its_host_and_body(receiver: Receiver) -> None:
    """The connection goes to the address, the Host header keeps the name."""
    answer = ask(
        receiver.url(path="/in?x=1"), receiver.policy(), "POST", content=b"{}", headers={"X-A": "b"}
    )

    heard = receiver.heard[0]
    assert answer.status == 200
    assert answer.address == "127.0.0.1"
    assert (heard.method, heard.path, heard.body) == ("POST", "/in?x=1", b"{}")
    assert heard.headers["host"] == f"hook.test:{receiver.port}"
    assert heard.headers["x-a"] == "b"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "bogon:loopback"),
        ("10.0.0.1", "bogon:private"),
        ("169.254.169.254", "bogon:link_local"),
        ("100.64.0.1", "bogon:cgnat"),
        ("::1", "bogon:loopback"),
        ("::ffff:127.0.0.1", "bogon:ipv4_mapped"),
        ("64:ff9b::7f00:1", "nat64:bogon:loopback"),
    ],
)
def test_a_name_that_leads_inside_is_refused(receiver: Receiver, address: str, kind: str) -> None:
    """No packet goes to an address that is not of the public internet."""
    with pytest.raises(RefusedAddress) as refusal:
        ask(receiver.url(), leading_to(receiver, address))

    assert refusal.value.reason == kind
    assert receiver.connections == 0


def test_one_inner_address_among_public_ones_refuses_the_name(receiver: Receiver) -> None:
    """A mixed answer is refused whole: nothing is sent to its public half either."""
    with pytest.raises(RefusedAddress):
        ask(receiver.url(), leading_to(receiver, "192.0.66.1", "127.0.0.1"))

    assert receiver.connections == 0


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "hook.localhost"]
)
def test_names_and_numbers_of_this_machine_are_refused(receiver: Receiver, host: str) -> None:
    """Not even a lookup is made for an address that can only mean this machine."""
    policy = OutboundPolicy(allow_ports=frozenset({receiver.port}))

    with pytest.raises(RefusedAddress):
        ask(f"http://{host}:{receiver.port}/", policy)

    assert receiver.connections == 0


def test_a_name_is_resolved_once_and_the_connection_pinned() -> None:
    """A name server that answers otherwise the second time is never asked a second time."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with receiving() as receiver:
        policy = OutboundPolicy(
            classify=lambda address: "global" if address == "127.0.0.1" else "bogon:test",
            allow_ports=frozenset({receiver.port}),
            resolve=rebinding,
        )
        assert ask(receiver.url(), policy).address == "127.0.0.1"

    assert asked == ["hook.test"]
    assert receiver.connections == 1


def test_the_systems_resolver_is_asked_for_all_addresses() -> None:
    """The ordinary resolver answers loopback for localhost, which classification then refuses."""
    assert "127.0.0.1" in asyncio.run(resolve_by_system("localhost", 80))


def test_tls_is_verified_for_the_name_not_the_address() -> None:
    """A certificate for the name is accepted on a pinned address; one for another name is not."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hook.test").configure_cert(server)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with receiving(tls=server) as receiver:
        policy = receiver.policy(trust=trust)
        assert ask(receiver.url(scheme="https"), policy).status == 200
        with pytest.raises(OutboundFailed) as failure:
            ask(receiver.url("other.test", scheme="https"), policy)
        with pytest.raises(OutboundFailed):
            ask(receiver.url(scheme="https"), receiver.policy())

    assert failure.value.reason == "tls"
    assert len(receiver.heard) == 1


def test_environment_proxies_are_ignored(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy variable of the machine does not see what is sent."""
    with receiving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert ask(receiver.url(), receiver.policy()).status == 200

    assert proxy.connections == 0


def test_redirects_are_not_followed_unless_asked(receiver: Receiver) -> None:
    """By default a redirect is the answer; a POST never follows one."""
    receiver.answer = lambda _: reply("302 Found", headers=[("Location", "/elsewhere")])

    assert ask(receiver.url(), receiver.policy()).status == 302
    assert ask(receiver.url(), receiver.policy(), "POST", redirects=3).status == 302
    assert [one.path for one in receiver.heard] == ["/in", "/in"]


def test_each_redirect_is_judged_again(receiver: Receiver) -> None:
    """A public name that redirects inside is refused at the second hop."""
    receiver.answer = lambda _: reply("302 Found", headers=[("Location", "http://10.0.0.1/")])

    with pytest.raises(RefusedAddress):
        ask(receiver.url(), receiver.policy(), redirects=3)


def test_redirects_are_followed_to_a_bound_and_lose_credentials(receiver: Receiver) -> None:
    """Another host is not told what the first was; a loop ends with the last redirect."""

    def answer(heard: Heard) -> bytes:
        if heard.path == "/in":
            other = f"http://other.test:{receiver.port}/loop"
            return reply("301 Moved Permanently", headers=[("Location", other)])
        return reply("302 Found", headers=[("Location", "/loop")])

    receiver.answer = answer
    headers = {"Authorization": "Bearer x", "If-None-Match": '"e"'}
    last = ask(receiver.url(), receiver.policy(), redirects=2, headers=headers)

    assert last.status == 302
    assert last.url.endswith("/loop")
    assert ["authorization" in one.headers for one in receiver.heard] == [True, False, False]
    assert all(one.headers["if-none-match"] == '"e"' for one in receiver.heard)


def test_gzip_is_asked_for_and_inflated(receiver: Receiver) -> None:
    """A gzipped body arrives as text; a damaged or unknown coding is told as incomplete."""
    text = b"<rss/>" * 50
    coded = [("Content-Encoding", "gzip")]
    receiver.answer = lambda _: reply(body=gzip.compress(text), headers=coded)
    whole = ask(receiver.url(), receiver.policy())
    receiver.answer = lambda _: reply(body=gzip.compress(text)[:-9], headers=coded)
    cut = ask(receiver.url(), receiver.policy())
    receiver.answer = lambda _: reply(body=b"??", headers=[("Content-Encoding", "br")])
    unknown = ask(receiver.url(), receiver.policy())

    assert receiver.heard[0].headers["accept-encoding"] == "gzip"
    assert (whole.body, whole.is_complete) == (text, True)
    assert not cut.is_complete
    assert (unknown.body, unknown.is_complete) == (b"??", False)


def test_a_bomb_is_inflated_only_to_the_bound(receiver: Receiver) -> None:
    """A hundred megabytes behind a hundred kilobytes end at the bound."""
    bomb = gzip.compress(bytes(100_000_000))
    receiver.answer = lambda _: reply(body=bomb, headers=[("Content-Encoding", "gzip")])

    answer = ask(receiver.url(), receiver.policy(), max_bytes=10_000, max_wire_bytes=1_000_000)

    assert (len(answer.body), answer.is_complete) == (10_000, False)


def test_a_gigabyte_is_read_to_the_bound_only(receiver: Receiver) -> None:
    """Reading stops at the bound, whatever the server would still send."""
    sent = 0

    def gigabyte(_: Heard) -> Iterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
        for _number in range(1000):
            yield bytes(1_000_000)
            sent += 1_000_000

    receiver.answer = gigabyte
    answer = ask(receiver.url(), receiver.policy())

    assert (len(answer.body), answer.is_complete) == (4096, False)
    assert sent < 50_000_000


def test_one_deadline_covers_a_server_that_drips_or_hangs(receiver: Receiver) -> None:
    """A byte now and then does not keep the exchange alive."""

    def drip(_: Heard) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"
        while not receiver.ended.wait(0.05):
            yield b"x"

    receiver.answer = drip
    started = time.monotonic()
    with pytest.raises(OutboundFailed) as failure:
        ask(receiver.url(), receiver.policy(), deadline=0.4)

    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 2


def test_what_went_wrong_is_named(receiver: Receiver) -> None:
    """No name, nobody listening, and no HTTP are three different failures."""

    async def nothing(host: str, port: int) -> list[str]:
        return []

    receiver.answer = lambda _: b"SSH-2.0-x\r\n"
    reasons = []
    closed = receiver.policy()
    closed = OutboundPolicy(
        classify=closed.classify, allow_ports=frozenset({1}), resolve=closed.resolve
    )
    for url, policy in (
        (receiver.url(), OutboundPolicy(resolve=nothing, allow_ports=frozenset({receiver.port}))),
        ("http://hook.test:1/", closed),
        (receiver.url(), receiver.policy()),
    ):
        with pytest.raises(OutboundFailed) as failure:
            ask(url, policy)
        reasons.append(failure.value.reason)

    assert reasons == ["dns", "connect", "protocol"]


def test_the_next_address_is_tried_when_one_does_not_answer(receiver: Receiver) -> None:
    """Nothing was sent to the first address, so the second may have the request."""

    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    policy = OutboundPolicy(
        classify=lambda _: "global", allow_ports=frozenset({receiver.port}), resolve=two
    )

    assert ask(receiver.url(), policy).address == "127.0.0.1"
    assert len(receiver.heard) == 1
