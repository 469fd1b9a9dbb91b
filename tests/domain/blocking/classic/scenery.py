# SPDX-License-Identifier: Apache-2.0
"""What the situations of OONI's suite have in common: who is lied to, and how it ends."""

from tests.domain.blocking.classic.stories import (
    BLOCKPAGE_HTML,
    HTTP,
    SITE,
    Json,
    ask,
    get,
    tcp,
    tls,
)

PROXY = "130.192.182.17"
BAD_SSL = "104.154.89.105"
PLAIN = {"Content-Type": "text/html", "Date": "today"}
NO_V6 = ask(failure="dns_no_answer", engine="udp", kind="AAAA")
EVERYWHERE = (ask(SITE), ask(SITE, engine="udp"), NO_V6)
FINE: Json = {"accessible": True, "blocking": False}
DOWN: Json = {"accessible": False, "blocking": False}
DNS: Json = {"accessible": False, "blocking": "dns"}
SAME_NAME: Json = {"dns_consistency": "consistent"}
OTHER_NAME: Json = {"dns_consistency": "inconsistent"}
TLS_CHECK = (tcp(fetch=False, number=50002), tls(fetch=False, number=50002))
HTTPS_PAGE = (tcp(), tls(), get())
HTTP_PAGE = (tcp(port=80, number=40001), get(HTTP, number=40001), *TLS_CHECK)
DIFFERENT: Json = {
    "status_code_match": True,
    "body_length_match": False,
    "body_proportion": len(BLOCKPAGE_HTML) / 1533,
    "headers_match": False,
    "title_match": False,
}


def elsewhere(address: str) -> tuple[Json, ...]:
    """Both cleartext resolvers are lied to, with this address."""
    known = {PROXY: 137}
    return (
        ask(address, asns=known),
        ask(address, engine="udp", asns=known),
        ask(SITE, engine="doh"),
        NO_V6,
    )
