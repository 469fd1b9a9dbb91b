# SPDX-License-Identifier: Apache-2.0
"""What may stand in a vantage, whoever describes it."""

import pytest

from app.domain.vocabulary import VantageRole
from app.errors import InvalidInput
from app.services import vantages
from app.storage.database import Sessions
from tests.make import NOW

PLAIN: dict[str, object] = {
    "code": "kz-1",
    "country": "KZ",
    "asn": 9198,
    "network_name": None,
    "resolver": None,
    "proxy": None,
}


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("code", "bad code!", "kz-2"),
        ("country", "KAZ", "KZ"),
        ("asn", -5, 64496),
        ("resolver", "resolver.example", "[2001:db8::1]:53"),
        ("proxy", "socks5://user@host:1", "socks5://127.0.0.1:1080"),
        ("independent_resolver", "9.9.9.9:70000", "9.9.9.9:53"),
        ("doh_url", "https://dns.example/q", "https://9.9.9.9/dns-query"),
    ],
)
def test_a_vantage_is_checked_whichever_door_it_comes_by(
    sessions: Sessions, name: str, wrong: object, right: object
) -> None:
    """What no prober could use is refused with its place, and nothing is stored."""

    def add(value: object) -> None:
        with sessions.writing() as session:
            words = {**PLAIN, name: value}
            vantages.add_vantage(
                session,
                role=VantageRole.FIELD,
                now=NOW,
                actor_id=None,
                **words,  # type: ignore[arg-type]
            )

    with pytest.raises(InvalidInput) as refused:
        add(wrong)
    assert [one.pointer for one in refused.value.errors] == [f"/{name}"]
    add(right)
