# SPDX-License-Identifier: Apache-2.0
"""Situations of OONI's suite about connections, certificates, pages and redirects.

See `qa.py`.
"""

from tests.domain.blocking.classic.scenery import (
    BAD_SSL,
    DIFFERENT,
    DNS,
    DOWN,
    EVERYWHERE,
    FINE,
    HTTP_PAGE,
    HTTPS_PAGE,
    OTHER_NAME,
    PLAIN,
    PROXY,
    SAME_NAME,
    TLS_CHECK,
    elsewhere,
)
from tests.domain.blocking.classic.stories import (
    BLOCKPAGE,
    BLOCKPAGE_HTML,
    HTTP,
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


def _bad_tls(failure: str) -> Json:
    place = f"{BAD_SSL}:443"
    return measured(
        ask(BAD_SSL),
        ask(BAD_SSL, engine="udp"),
        tcp(BAD_SSL),
        tls(BAD_SSL, failure),
        control=helper(BAD_SSL, tcp={place: None}, tls={place: failure}, failure="unknown_error"),
    )


QA_WAYS: tuple[Story, ...] = (
    story(
        "successWithHTTP",
        measured(*EVERYWHERE, *HTTP_PAGE, url=HTTP),
        **{**FINE, **SAME_NAME, **SAME, "x_blocking_flags": 32},
    ),
    story(
        "successWithHTTPS",
        measured(*EVERYWHERE, *HTTPS_PAGE),
        **{**FINE, **SAME_NAME, **SAME, "x_blocking_flags": 32},
    ),
    story(
        "badSSLWithExpiredCertificate",
        _bad_tls("ssl_invalid_certificate"),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 4},
        http_experiment_failure="ssl_invalid_certificate",
    ),
    story(
        "badSSLWithWrongServerName",
        _bad_tls("ssl_invalid_hostname"),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 4},
        http_experiment_failure="ssl_invalid_hostname",
    ),
    story(
        "badSSLWithUnknownAuthorityWithConsistentDNS",
        _bad_tls("ssl_unknown_authority"),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 4},
        http_experiment_failure="ssl_unknown_authority",
    ),
    story(
        "badSSLWithUnknownAuthorityWithInconsistentDNS",
        measured(
            *elsewhere(BAD_SSL),
            tcp(BAD_SSL, number=50002),
            tls(BAD_SSL, "ssl_unknown_authority", number=50002),
            *HTTPS_PAGE,
            control=helper(
                SITE,
                tcp={f"{SITE}:443": None, f"{BAD_SSL}:443": None},
                tls={f"{SITE}:443": None, f"{BAD_SSL}:443": "ssl_unknown_authority"},
            ),
        ),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 4, "x_blocking_flags": 33, "x_null_null_flags": 4},
        http_experiment_failure="ssl_unknown_authority",
    ),
    story(
        "cloudflareCAPTCHAWithHTTP",
        measured(
            *EVERYWHERE,
            tcp(port=80, number=40001),
            get(HTTP, code=503, body="y" * 479, number=40001),
            url=HTTP,
        ),
        **{**SAME_NAME, "accessible": False, "blocking": "http-diff", "x_blocking_flags": 16},
        status_code_match=False,
        body_length_match=False,
        body_proportion=479 / 1533,
        headers_match=True,
        title_match=False,
    ),
    story(
        "cloudflareCAPTCHAWithHTTPS",
        measured(*EVERYWHERE, tcp(), tls(), get(code=503, body="y" * 479)),
        **{**FINE, **SAME_NAME, "x_blocking_flags": 32},
        status_code_match=False,
        body_length_match=False,
        body_proportion=479 / 1533,
        headers_match=True,
        title_match=False,
    ),
    story(
        "controlFailureWithSuccessfulHTTPWebsite",
        measured(
            *EVERYWHERE, *HTTP_PAGE, url=HTTP, control=None, control_failure="unknown_failure: all"
        ),
    ),
    story(
        "controlFailureWithSuccessfulHTTPSWebsite",
        measured(*EVERYWHERE, *HTTPS_PAGE, control=None, control_failure="unknown_failure: all"),
        **{**FINE, "x_blocking_flags": 32, "x_null_null_flags": 8},
    ),
    story(
        "httpBlockingConnectionReset",
        measured(
            *EVERYWHERE,
            tcp(port=80, number=40001),
            get(HTTP, failure="connection_reset", number=40001),
            *TLS_CHECK,
            url=HTTP,
        ),
        **{**SAME_NAME, "accessible": False, "blocking": "http-failure", "x_blocking_flags": 8},
        http_experiment_failure="connection_reset",
    ),
    story(
        "httpDiffWithConsistentDNS",
        measured(
            *EVERYWHERE,
            tcp(port=80, number=40001),
            get(HTTP, body=BLOCKPAGE_HTML, headers=PLAIN, number=40001),
            url=HTTP,
        ),
        **{**SAME_NAME, **DIFFERENT, "accessible": False, "blocking": "http-diff"},
        x_blocking_flags=16,
    ),
    story(
        "httpDiffWithInconsistentDNS",
        measured(
            *elsewhere(PROXY),
            tcp(PROXY, 80, number=40001),
            get(HTTP, PROXY, body=BLOCKPAGE_HTML, headers=PLAIN, number=40001),
            url=HTTP,
        ),
        **{**DNS, **OTHER_NAME, **DIFFERENT, "x_dns_flags": 4, "x_blocking_flags": 17},
    ),
    story(
        "largeFileWithHTTP",
        measured(
            *EVERYWHERE,
            tcp(port=80, number=40001),
            get(HTTP, body="z" * 524288, truncated=True, number=40001),
            url=HTTP,
            control=helper(SITE, length=16777216, title="", tcp={f"{SITE}:80": None}),
        ),
        **{**FINE, **SAME_NAME, "x_blocking_flags": 32},
        status_code_match=True,
        headers_match=True,
        title_match=True,
    ),
    story(
        "tcpBlockingConnectTimeout",
        measured(*EVERYWHERE, tcp(failure="generic_timeout_error")),
        **{**SAME_NAME, "accessible": False, "blocking": "tcp_ip", "x_blocking_flags": 2},
        http_experiment_failure="generic_timeout_error",
    ),
    story(
        "tcpBlockingConnectionRefusedWithInconsistentDNS",
        measured(
            *elsewhere(BLOCKPAGE),
            tcp(BLOCKPAGE, 80, "connection_refused", number=40002),
            tcp(BLOCKPAGE, 443, "connection_refused", number=50003, fetch=False),
            *HTTP_PAGE,
            url=HTTP,
            control=helper(
                SITE,
                tcp={
                    f"{BLOCKPAGE}:443": "connection_refused_error",
                    f"{BLOCKPAGE}:80": None,
                    f"{SITE}:443": None,
                    f"{SITE}:80": None,
                },
                tls={f"{SITE}:443": None},
            ),
        ),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 4, "x_blocking_flags": 35, "x_null_null_flags": 2},
        http_experiment_failure="connection_refused",
    ),
    story(
        "largeFileWithHTTPS",
        measured(
            *EVERYWHERE,
            tcp(),
            tls(),
            get(body="z" * 524288, truncated=True),
            control=helper(SITE, length=16777216, title="", tcp={f"{SITE}:443": None}),
        ),
        **{**FINE, **SAME_NAME, "x_blocking_flags": 32},
        status_code_match=True,
        headers_match=True,
        title_match=True,
    ),
    story(
        "websiteDownTCPConnect",
        measured(
            *EVERYWHERE,
            tcp(failure="connection_refused"),
            control=helper(
                SITE,
                tcp={f"{SITE}:443": "connection_refused_error"},
                failure="connection_refused_error",
            ),
        ),
        **{**DOWN, **SAME_NAME, "x_null_null_flags": 2},
        http_experiment_failure="connection_refused",
    ),
    story(
        "throttlingWithHTTP",
        measured(
            *EVERYWHERE,
            tcp(port=80, number=40001),
            get(HTTP, failure="generic_timeout_error", number=40001),
            url=HTTP,
        ),
        **{**SAME_NAME, "accessible": False, "blocking": "http-failure", "x_blocking_flags": 8},
        http_experiment_failure="generic_timeout_error",
    ),
    story(
        "throttlingWithHTTPS",
        measured(*EVERYWHERE, tcp(), tls(), get(failure="generic_timeout_error")),
        **{**SAME_NAME, "accessible": False, "blocking": "http-failure", "x_blocking_flags": 8},
        http_experiment_failure="generic_timeout_error",
    ),
    story(
        "tlsBlockingConnectionResetWithConsistentDNS",
        measured(*EVERYWHERE, tcp(), tls(failure="connection_reset")),
        **{**SAME_NAME, "accessible": False, "blocking": "http-failure", "x_blocking_flags": 4},
        http_experiment_failure="connection_reset",
    ),
    story(
        "tlsBlockingConnectionResetWithInconsistentDNS",
        measured(
            *elsewhere(PROXY),
            tcp(PROXY, number=50002),
            tls(PROXY, "connection_reset", number=50002),
            tcp(),
            tls(failure="connection_reset"),
            control=helper(
                SITE,
                tcp={f"{SITE}:443": None, f"{PROXY}:443": None},
                tls={f"{SITE}:443": None, f"{PROXY}:443": None},
            ),
        ),
        **{**DNS, **OTHER_NAME, "x_dns_flags": 4, "x_blocking_flags": 5},
        http_experiment_failure="connection_reset",
    ),
)
