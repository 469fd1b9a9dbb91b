# SPDX-License-Identifier: Apache-2.0
"""The situations that take more than one line to tell, and the form in which all are listed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.blocking.controls import Control
from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.measurement import Engine, Measurement
from app.domain.blocking.verdict import Verdict, judge
from tests.domain.blocking import see


@dataclass(frozen=True, slots=True)
class Case:
    """What was seen, and the rule that must decide."""

    name: str
    rule: str
    seen: Measurement
    controls: Sequence[Control] = ()
    marks: Sequence[Fingerprint] = ()
    country: str | None = "KZ"

    def judged(self) -> Verdict:
        """Judge it."""
        return judge(self.seen, self.controls, self.marks, self.country)


REACHES = (see.control(),)
REACHES_HTTP = (see.control(see.http_ok()),)
TWO_FAIL = (
    see.control(see.tcp_fails(), network="AS1"),
    see.control(see.tcp_fails(), network="AS2"),
)
CHALLENGE = {
    "status": 403,
    "headers": (("CF-Mitigated", "challenge"),),
    "title": "Just a moment...",
}
BODY_MARK = see.mark("denied by order")
DNS_MARK = see.mark(see.BLOCKPAGE, location="dns", pattern_type="full")
LOCATION_MARK = see.mark("http://warning.kz/", location="header.location", pattern_type="prefix")
HTTP_BLOCKPAGE = see.measured(
    see.lookup(see.SITE), see.connect(port=80), see.blockpage(), url=see.HTTP
)
SENT_TO_WARNING = see.measured(
    see.lookup(see.SITE),
    see.connect(port=80),
    see.blockpage(
        status=302, location="http://warning.kz/", headers=(("Location", "http://warning.kz/"),)
    ),
    see.lookup(see.BLOCKPAGE, hostname="warning.kz", depth=1),
    see.connect(see.BLOCKPAGE, port=80, depth=1),
    see.blockpage("http://warning.kz/", address=see.BLOCKPAGE, depth=1),
    url=see.HTTP,
)
SENT_TO_PRIVATE = see.measured(
    see.lookup(see.SITE),
    see.connect(port=80),
    see.fetch(
        see.HTTP,
        status=302,
        location="http://10.10.34.34/",
        location_refused="refused:non_global_literal",
    ),
    url=see.HTTP,
)
SITE_SENDS_TO_PRIVATE = see.measured(
    see.lookup(see.SITE),
    see.connect(),
    see.shake(),
    see.fetch(
        status=302, location="https://10.0.0.1/", location_refused="refused:non_global_literal"
    ),
)
RESET_AT_FOREIGN = see.tls_fails(address=see.BLOCKPAGE)
MITM = see.tls_fails("ssl_unknown_authority", chain_sha256=(see.FORGED_LEAF,))
FORGED_CERTIFICATE = see.tls_fails(
    "ssl_unknown_authority", address=see.BLOCKPAGE, chain_sha256=(see.FORGED_LEAF,)
)
SITE_WORKS_HERE = (see.connect(), see.shake())
NO_TLS_SEEN = see.control(replace(see.https_ok(), handshakes=()))
DISOWNS_BLOCKPAGE = see.control(
    see.also_tried(
        see.http_ok(),
        see.shake(see.BLOCKPAGE, "ssl_invalid_hostname", chain_sha256=(see.FORGED_LEAF,)),
    )
)
FORGED_HTTP_PAGE = see.measured(
    see.lookup(see.BLOCKPAGE),
    see.connect(see.BLOCKPAGE, port=80),
    see.blockpage(address=see.BLOCKPAGE),
    url=see.HTTP,
)
BAD_DNS_GOOD_PAGE = see.measured(
    see.lookup("10.10.34.35"),
    see.lookup(see.SITE, engine=Engine.UDP),
    see.connect(engine=Engine.UDP),
    see.shake(engine=Engine.UDP),
    see.fetch(engine=Engine.UDP),
)
BAD_DNS_GOOD_HTTP_PAGE = see.measured(
    see.lookup(failure="dns_nxdomain_error"),
    see.lookup(see.SITE, engine=Engine.UDP),
    see.connect(engine=Engine.UDP, port=80),
    see.fetch(see.HTTP, engine=Engine.UDP),
    url=see.HTTP,
)
QUICK = (see.control(see.quickly(see.https_ok())),)
QUICK_HTTP = (see.control(see.quickly(see.http_ok())),)
TOO_MANY_REDIRECTS = "unknown_failure: stopped after too many redirects"
HTTP_REFUSAL = see.http_ok(status=403, text="no", title="Forbidden", headers=())
