# SPDX-License-Identifier: Apache-2.0
"""DNS messages are read as dnspython writes them, and hostile bytes only ever come out malformed."""

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.probe.dnswire import (
    MalformedReply,
    decode_reply,
    encode_query,
    encode_question,
    query_id_of,
)

QUESTION = encode_question("news.example", "A")
QUERY = encode_query(4711, QUESTION)


def answer(*records: tuple[str, str, str]) -> bytes:
    """A reply by dnspython with (owner, type, data) records."""
    reply = dns.message.make_response(dns.message.from_wire(QUERY))
    for owner, kind, data in records:
        reply.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
    return reply.to_wire()


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_a_query_is_what_a_stub_resolver_sends(kind: str) -> None:
    """dnspython reads our query as one ordinary recursive question."""
    query = dns.message.from_wire(encode_query(7, encode_question("news.example", kind)))
    assert query.id == 7
    assert query.flags == dns.flags.RD
    assert [str(question) for question in query.question] == [f"news.example. IN {kind}"]


def test_addresses_aliases_and_times_are_read() -> None:
    """Every address with its TTL, and every alias in order."""
    reply = decode_reply(
        answer(
            ("news.example.", "CNAME", "Edge.CDN.example."),
            ("edge.cdn.example.", "CNAME", "a.b.example."),
            ("a.b.example.", "A", "93.184.216.34"),
            ("a.b.example.", "A", "93.184.216.35"),
        ),
        QUESTION,
    )
    assert reply.addresses == (("93.184.216.34", 60), ("93.184.216.35", 60))
    assert reply.cnames == ("edge.cdn.example", "a.b.example")
    assert (reply.rcode, reply.truncated) == (0, False)


def test_ipv6_is_read_in_its_short_form() -> None:
    """AAAA records come out as text everybody writes alike."""
    question = encode_question("news.example", "AAAA")
    query = dns.message.from_wire(encode_query(1, question))
    reply = dns.message.make_response(query)
    reply.answer.append(
        dns.rrset.from_text("news.example.", 5, "IN", "AAAA", "2606:4700:0:0:0:0:0:1")
    )
    assert decode_reply(reply.to_wire(), question).addresses == (("2606:4700::1", 5),)


def test_other_records_are_passed_over() -> None:
    """A TXT record among the answers hides nothing."""
    reply = decode_reply(
        answer(("news.example.", "TXT", '"x"'), ("news.example.", "A", "93.184.216.34")), QUESTION
    )
    assert reply.addresses == (("93.184.216.34", 60),)


def test_a_refusal_may_leave_the_question_out() -> None:
    """Some servers answer REFUSED with a bare header; that is a reply, an answer would not be."""
    header = bytes.fromhex("126781050000000000000000")
    assert decode_reply(header, QUESTION).rcode == dns.rcode.REFUSED
    with pytest.raises(MalformedReply):
        decode_reply(bytes.fromhex("126781000000000000000000"), QUESTION)


def test_odd_bytes_in_an_alias_are_made_visible() -> None:
    """A name can't smuggle control characters into a record."""
    wire = answer(("news.example.", "CNAME", r"a\027[31mb\032.example."))
    assert decode_reply(wire, QUESTION).cnames == (r"a\027[31mb\032.example",)


def replies_to_refuse() -> dict[str, bytes]:
    """Replies that are none, by what is wrong with them."""
    good = answer(("news.example.", "A", "93.184.216.34"))
    other = dns.message.make_response(dns.message.make_query("other.example", "A")).to_wire()
    alias = answer(("news.example.", "CNAME", "aa.example."))
    target = alias.rindex(b"\x02aa")
    return {
        "empty": b"",
        "short": good[:11],
        "a question": QUERY,
        "another name": other,
        "another type": good.replace(QUESTION, encode_question("news.example", "AAAA")),
        "cut record": good[:-1],
        "cut header": good[:-8],
        "pointer to itself": alias[:target] + bytes((0xC0, target)) + alias[target + 2 :],
        "pointer forward": alias[:target] + bytes((0xC0, target + 2)) + alias[target + 2 :],
        "label of 64": alias[:target] + b"\x40" + alias[target + 1 :],
        "two questions": good[:4] + b"\0\2" + good[6:],
    }


@pytest.mark.parametrize("wrong", replies_to_refuse())
def test_replies_that_are_none(wrong: str) -> None:
    """A reply to something else, or broken off, is refused whole."""
    with pytest.raises(MalformedReply):
        decode_reply(replies_to_refuse()[wrong], QUESTION)


def test_the_question_is_compared_without_case() -> None:
    """Resolvers that play with the case of a name (0x20) are understood."""
    wire = answer(("news.example.", "A", "93.184.216.34"))
    assert decode_reply(wire.replace(b"\x04news", b"\x04NeWs", 1), QUESTION).addresses


def test_five_hundred_addresses_are_read() -> None:
    """A swollen answer is read; what is kept of it is the limits' matter."""
    reply = dns.message.make_response(dns.message.from_wire(QUERY))
    texts = [f"93.184.{number // 250}.{number % 250 + 1}" for number in range(500)]
    reply.answer.append(dns.rrset.from_text("news.example.", 1, "IN", "A", *texts))
    assert len(decode_reply(reply.to_wire(max_size=65_535), QUESTION).addresses) == 500


@given(st.binary(max_size=120), st.integers(min_value=0, max_value=20))
def test_any_bytes_are_read_or_malformed(noise: bytes, count: int) -> None:
    """No bytes a censor can send break the reader in another way."""
    head = QUERY[:2] + b"\x81\x80\0\1" + count.to_bytes(2, "big") + b"\0\0\0\0"
    for wire in (noise, head + QUESTION + noise):
        try:
            reply = decode_reply(wire, QUESTION)
        except MalformedReply:
            continue
        assert len(reply.addresses) <= count or wire is noise


def test_an_id_is_read_or_missed() -> None:
    """The id of a message decides whose it is."""
    assert query_id_of(QUERY) == 4711
    with pytest.raises(MalformedReply):
        query_id_of(b"\x12")
