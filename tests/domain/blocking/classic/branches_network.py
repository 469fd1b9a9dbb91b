# SPDX-License-Identifier: Apache-2.0
"""One situation for each branch of the walk and the flags below HTTP: names, connects, handshakes."""

from tests.domain.blocking.classic.scenery import (
    DNS,
    DOWN,
    EVERYWHERE,
    FINE,
    HTTPS_PAGE,
    NO_V6,
    OTHER_NAME,
    SAME_NAME,
)
from tests.domain.blocking.classic.stories import (
    BLOCKPAGE,
    EDGE,
    HTTP,
    NO_SUCH_NAME,
    REACHED,
    SAME,
    SITE,
    Json,
    Story,
    ask,
    get,
    helper,
    measured,
    story,
    tcp,
    tls,
)

V6 = "2606:2800:220:1::1"
V6_ANSWERS = (ask(SITE, V6), ask(SITE, engine="udp"))
NO_DNS_PART: Json = {**REACHED, "dns": None}
NO_HTTP_PART: Json = {**REACHED, "http_request": None}
FAILED_PAGE: Json = {**REACHED, "http_request": helper(failure="unknown_error")["http_request"]}
TLS_GONE: Json = {"accessible": False, "blocking": "http-failure"}
RESET_TLS = (*EVERYWHERE, tcp(), tls(failure="connection_reset"))
REFUSED = (*EVERYWHERE, tcp(failure="connection_refused"))
NXDOMAIN = ask(failure="dns_nxdomain_error")
NX: Json = {
    "dns_experiment_failure": "dns_nxdomain_error",
    "http_experiment_failure": "dns_nxdomain_error",
}
RESET: Json = {"http_experiment_failure": "connection_reset"}
CLOSED: Json = {"http_experiment_failure": "connection_refused"}
OK_PAGE: Json = {**FINE, **SAME_NAME, **SAME, "x_blocking_flags": 32}


def _with(control: Json, **parts: Json) -> Json:
    return {**control, **parts}


NETWORK: tuple[Story, ...] = (
    story(
        "a handshake fails at an address the control did not try",
        measured(*RESET_TLS, control=_with(REACHED, tls_handshake={})),
        **{**TLS_GONE, **SAME_NAME, **RESET},
    ),
    story(
        "a handshake fails, the control tried another name there",
        measured(*RESET_TLS, control=helper(SITE, tls={f"{SITE}:443": None}, name="other.example")),
        **{**TLS_GONE, **SAME_NAME, **RESET},
    ),
    story(
        "a handshake fails untried, and the control got no page either: still http-failure",
        measured(*RESET_TLS, control=_with(FAILED_PAGE, tls_handshake={})),
        **{**TLS_GONE, **SAME_NAME, **RESET},
    ),
    story(
        "a handshake fails and nobody says anything of the page",
        measured(*RESET_TLS, control=_with(NO_HTTP_PART, tls_handshake={})),
        **{**SAME_NAME, **RESET},
    ),
    story(
        "a handshake fails without a control",
        measured(*RESET_TLS, control=None),
        **RESET,
    ),
    story(
        "a connect fails here and at the control: down",
        measured(*REFUSED, control=helper(SITE, tcp={f"{SITE}:443": "connection_refused_error"})),
        **{**DOWN, **SAME_NAME, **CLOSED, "x_null_null_flags": 2},
    ),
    story(
        "a connect fails at an address the control did not try",
        measured(*REFUSED, control=_with(REACHED, tcp_connect={})),
        **{**TLS_GONE, **SAME_NAME, **CLOSED},
    ),
    story(
        "a connect fails untried, and nobody says anything of the page",
        measured(*REFUSED, control=_with(NO_HTTP_PART, tcp_connect=None)),
        **{**SAME_NAME, **CLOSED},
    ),
    story(
        "the network has no IPv6: no flag, and the page came over IPv4",
        measured(
            *V6_ANSWERS,
            tcp(V6, failure="network_unreachable", number=50002),
            *HTTPS_PAGE,
            control=_with(REACHED, tcp_connect={f"[{V6}]:443": {"status": True, "failure": None}}),
        ),
        **OK_PAGE,
    ),
    story(
        "nothing but unreachable IPv6: the walk still says tcp_ip, the flags do not",
        measured(
            ask(V6),
            tcp(V6, failure="host_unreachable"),
            control=helper(V6, tcp={f"[{V6}]:443": None}),
        ),
        **{**SAME_NAME, "accessible": False, "blocking": "tcp_ip"},
        http_experiment_failure="host_unreachable",
    ),
    story(
        "IPv6 fails in another way: that counts",
        measured(
            *V6_ANSWERS,
            tcp(V6, failure="connection_refused", number=50002),
            *HTTPS_PAGE,
            control=_with(REACHED, tcp_connect={f"[{V6}]:443": {"status": True, "failure": None}}),
        ),
        **{**OK_PAGE, "x_blocking_flags": 34},
    ),
    story(
        "of two failures of one kind the first by name decides",
        measured(
            ask(SITE, EDGE),
            tcp(failure="generic_timeout_error"),
            tcp(EDGE, failure="connection_refused", number=50002),
            control=helper(SITE, tcp={f"{SITE}:443": None, f"{EDGE}:443": None}),
        ),
        **{**SAME_NAME, **CLOSED, "accessible": False, "blocking": "tcp_ip"},
        x_blocking_flags=2,
    ),
    story(
        "a name fails and there is no control: OONI calls it accessible",
        measured(NXDOMAIN, control=None),
        **{**FINE, **NX},
    ),
    story(
        "a name fails and the control says nothing of names",
        measured(NXDOMAIN, control=NO_DNS_PART),
        **{**DNS, **NX},
    ),
    story(
        "a name has no address here and has some at the control",
        measured(ask(failure="dns_no_answer"), control=REACHED),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 2, "x_blocking_flags": 1},
        dns_experiment_failure="dns_no_answer",
        http_experiment_failure="dns_no_answer",
    ),
    story(
        "a name fails here in another way than at the control: both fail",
        measured(ask(failure="dns_servfail_error"), control=NO_SUCH_NAME),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 1},
        dns_experiment_failure="dns_servfail_error",
        http_experiment_failure="dns_servfail_error",
    ),
    story(
        "a name resolves here and has no address at the control: ghost blocking",
        measured(ask(BLOCKPAGE), tcp(BLOCKPAGE), control=helper(failure="dns_lookup_error")),
        **{**OTHER_NAME, "x_null_null_flags": 16},
    ),
    story(
        "only DoH fails: that says nothing of the site",
        measured(ask(SITE), ask(failure="generic_timeout_error", engine="doh"), NO_V6, *HTTPS_PAGE),
        **OK_PAGE,
    ),
    story(
        "only the independent resolver is lied to: the classic keys do not see it",
        measured(ask(SITE), ask(failure="dns_nxdomain_error", engine="udp"), *HTTPS_PAGE),
        **{**OK_PAGE, "x_dns_flags": 2, "x_blocking_flags": 33},
    ),
    story(
        "another address of the same network is consistent",
        measured(
            ask(EDGE),
            tcp(EDGE),
            control=helper(SITE, tcp={f"{EDGE}:443": None}, asns={EDGE: 15133}),
        ),
        **SAME_NAME,
    ),
    story(
        "networks that are not known never agree",
        measured(
            ask(EDGE, asns={EDGE: 0}), tcp(EDGE), control=helper(SITE, asns={SITE: 0, EDGE: 0})
        ),
        **{**OTHER_NAME, "x_dns_flags": 4, "x_blocking_flags": 1},
    ),
    story(
        "a handshake proves a strange address, for the flags only",
        measured(ask(BLOCKPAGE), tcp(BLOCKPAGE), tls(BLOCKPAGE)),
        **OTHER_NAME,
    ),
    story(
        "inconsistent names turn down into dns",
        measured(
            ask(BLOCKPAGE),
            tcp(BLOCKPAGE, failure="connection_refused"),
            control=helper(SITE, tcp={f"{BLOCKPAGE}:443": "connection_refused_error"}),
        ),
        **{**DNS, **OTHER_NAME, **CLOSED, "x_dns_flags": 4, "x_blocking_flags": 1},
        x_null_null_flags=2,
    ),
    story(
        "inconsistent names turn what cannot be said into dns",
        measured(
            ask(BLOCKPAGE),
            tcp(BLOCKPAGE, 80, number=40001),
            get(HTTP, BLOCKPAGE, number=40001),
            url=HTTP,
            control=NO_HTTP_PART,
        ),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 4, "x_blocking_flags": 1},
    ),
    story(
        "the first address is looked at for bogons, a second is not",
        measured(ask(SITE, "10.0.0.1"), *HTTPS_PAGE),
        **OK_PAGE,
    ),
    story(
        "a bogon that the control has as well is flagged, and consistent",
        measured(
            ask("10.0.0.1"),
            tcp("10.0.0.1", failure="generic_timeout_error"),
            control=helper("10.0.0.1", failure="generic_timeout_error"),
        ),
        **{**TLS_GONE, **SAME_NAME, "x_dns_flags": 1},
        http_experiment_failure="generic_timeout_error",
    ),
    story(
        "an address only the control knew is tried, and is not classic",
        measured(
            NXDOMAIN,
            *HTTPS_PAGE,
        ),
        **{**DNS, **OTHER_NAME, **NX, "x_dns_flags": 2, "x_blocking_flags": 33},
    ),
    story(
        "an address of unknown origin is classic",
        measured(tcp(EDGE), tls(EDGE), get(address=EDGE)),
        **{**FINE, **SAME, "x_blocking_flags": 32},
    ),
    story(
        "an endpoint that was not to fetch the page is not classic",
        measured(ask(SITE), tcp(failure="connection_refused", fetch=False)),
        **{**SAME_NAME, "x_blocking_flags": 2},
    ),
    story(
        "a failed control says nothing, whatever stands in the file",
        measured(*REFUSED, control_failure="unknown_failure: httpapi"),
        **CLOSED,
    ),
    story("nothing was measured", measured()),
    story(
        "an empty control is none",
        measured(*HTTPS_PAGE, control={}),
        **FINE,
        x_blocking_flags=32,
        x_null_null_flags=8,
    ),
)
