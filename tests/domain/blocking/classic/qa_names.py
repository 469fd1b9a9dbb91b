# SPDX-License-Identifier: Apache-2.0
"""Situations of OONI's suite about names: lies, silence, and sites that are gone.

See `qa.py`.
"""

from tests.domain.blocking.classic.scenery import (
    DNS,
    DOWN,
    FINE,
    HTTP_PAGE,
    HTTPS_PAGE,
    NO_V6,
    OTHER_NAME,
    PLAIN,
    PROXY,
    SAME_NAME,
    elsewhere,
)
from tests.domain.blocking.classic.stories import (
    BLOCKPAGE,
    BLOCKPAGE_HTML,
    HTTP,
    NO_SUCH_NAME,
    PAGE_HEADERS,
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

OK_PAGE: Json = {**FINE, **SAME_NAME, **SAME, "x_blocking_flags": 32}


def _idna(host: str) -> Json:
    """Names are asked for by their A-labels, whatever the list of addresses says."""
    name = "xn--d1acpjx3f.xn--p1ai"
    return measured(
        ask(SITE, host=name),
        ask(SITE, engine="udp", host=name),
        tcp(port=80, number=40001),
        get(f"http://{name}/", number=40001),
        url=f"http://{host}/",
    )


QA_NAMES: tuple[Story, ...] = (
    story(
        "dnsBlockingNXDOMAIN",
        measured(ask(failure="dns_nxdomain_error"), ask(SITE, engine="udp"), *HTTPS_PAGE),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 2, "x_blocking_flags": 33},
        dns_experiment_failure="dns_nxdomain_error",
        http_experiment_failure="dns_nxdomain_error",
    ),
    story(
        "dnsBlockingAndroidDNSCacheNoData",
        measured(ask(failure="android_dns_cache_no_data"), ask(SITE, engine="udp"), *HTTPS_PAGE),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 2, "x_blocking_flags": 33},
        dns_experiment_failure="android_dns_cache_no_data",
        http_experiment_failure="android_dns_cache_no_data",
    ),
    story(
        "dnsBlockingBOGON",
        measured(
            ask(SITE, engine="doh"),
            ask("10.10.34.35"),
            ask(SITE, engine="udp"),
            tcp("10.10.34.35", 443, "generic_timeout_error", number=50002),
            *HTTPS_PAGE,
        ),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 5, "x_blocking_flags": 33},
        http_experiment_failure="generic_timeout_error",
    ),
    story(
        "dnsHijackingToProxyWithHTTPURL",
        measured(
            *elsewhere(PROXY),
            tcp(PROXY, 80, number=40001),
            get(HTTP, PROXY, number=40001, headers={**PLAIN, "Content-Length": "1533"}),
            tcp(PROXY, fetch=False),
            tls(PROXY, fetch=False),
            url=HTTP,
            control=helper(
                SITE,
                headers={**PAGE_HEADERS, "Content-Length": "1533"},
                tcp={f"{SITE}:80": None, f"{PROXY}:80": None, f"{PROXY}:443": None},
                tls={f"{PROXY}:443": None},
            ),
        ),
        **{**FINE, **OTHER_NAME, **SAME, "x_dns_flags": 4, "x_blocking_flags": 33},
    ),
    story(
        "dnsHijackingToProxyWithHTTPSURL",
        measured(*elsewhere(PROXY), tcp(PROXY), tls(PROXY), get(address=PROXY)),
        **{**FINE, **OTHER_NAME, **SAME, "x_dns_flags": 4, "x_blocking_flags": 33},
    ),
    story(
        "dnsHijackingToLocalhostWithHTTP",
        measured(*elsewhere("127.0.0.1"), *HTTP_PAGE, url=HTTP),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 5, "x_blocking_flags": 33},
    ),
    story(
        "dnsHijackingToLocalhostWithHTTPS",
        measured(*elsewhere("127.0.0.1"), *HTTPS_PAGE),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 5, "x_blocking_flags": 33},
    ),
    story(
        "localhostWithHTTP",
        measured(
            ask("127.0.0.1"),
            ask("127.0.0.1", engine="udp"),
            NO_V6,
            url=HTTP,
            control=helper("127.0.0.1", failure="unknown_error"),
        ),
        **{**DOWN, **SAME_NAME, "x_dns_flags": 1},
    ),
    story(
        "localhostWithHTTPS",
        measured(
            ask("127.0.0.1"),
            ask("127.0.0.1", engine="udp"),
            control=helper("127.0.0.1", failure="unknown_error"),
        ),
        **{**DOWN, **SAME_NAME, "x_dns_flags": 1},
    ),
    story("idnaWithoutCensorshipLowercase", _idna("яндекс.рф"), **OK_PAGE),
    story("idnaWithoutCensorshipWithFirstLetterUppercase", _idna("Яндекс.рф"), **OK_PAGE),
    story(
        "ghostDNSBlockingWithHTTP",
        measured(
            ask(BLOCKPAGE),
            ask(BLOCKPAGE, engine="udp"),
            NO_V6,
            tcp(BLOCKPAGE, 80, number=40001),
            get(HTTP, BLOCKPAGE, body=BLOCKPAGE_HTML, headers=PLAIN, number=40001),
            tcp(BLOCKPAGE, 443, "connection_refused", fetch=False),
            url=HTTP,
            control={
                **NO_SUCH_NAME,
                "tcp_connect": {
                    f"{BLOCKPAGE}:443": {"status": False, "failure": "connection_refused_error"},
                    f"{BLOCKPAGE}:80": {"status": True, "failure": None},
                },
            },
        ),
        **{**DNS, **OTHER_NAME, "x_blocking_flags": 16, "x_null_null_flags": 18},
    ),
    story(
        "ghostDNSBlockingWithHTTPS",
        measured(
            ask(BLOCKPAGE),
            ask(BLOCKPAGE, engine="udp"),
            tcp(BLOCKPAGE, 443, "connection_refused"),
            control={
                **NO_SUCH_NAME,
                "tcp_connect": {
                    f"{BLOCKPAGE}:443": {"status": False, "failure": "connection_refused_error"}
                },
            },
        ),
        **{**DNS, **OTHER_NAME, "x_null_null_flags": 18},
        http_experiment_failure="connection_refused",
    ),
    story(
        "websiteDownNXDOMAIN",
        measured(
            ask(failure="dns_nxdomain_error"),
            ask(failure="dns_nxdomain_error", engine="udp"),
            ask(failure="dns_nxdomain_error", engine="udp", kind="AAAA"),
            control=NO_SUCH_NAME,
        ),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 1},
        dns_experiment_failure="dns_nxdomain_error",
        http_experiment_failure="dns_nxdomain_error",
    ),
    story(
        "websiteDownNoAddrs",
        measured(
            ask(failure="dns_no_answer"),
            ask(failure="dns_no_answer", engine="udp"),
            NO_V6,
            control=helper(failure="dns_lookup_error"),
        ),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 1},
        dns_experiment_failure="dns_no_answer",
    ),
)
