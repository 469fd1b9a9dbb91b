# SPDX-License-Identifier: Apache-2.0
"""Situations of OONI's suite about redirects.

See `qa.py`.
"""

from tests.domain.blocking.classic.scenery import DNS, DOWN, EVERYWHERE, SAME_NAME
from tests.domain.blocking.classic.stories import (
    HTTP,
    HTTPS,
    SHORTENER,
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

SHORT = "https://bit.ly/21645"
_AT_SHORTENER = (
    ask(SHORTENER, host="bit.ly"),
    tcp(SHORTENER),
    tls(SHORTENER, name="bit.ly"),
)
_SHORTENER = helper(
    SHORTENER,
    tcp={f"{SHORTENER}:443": None},
    tls={f"{SHORTENER}:443": None},
    name="bit.ly",
)


def _sent_on(target: str, *then: Json) -> Json:
    """A shortener sends the reader to the site, and something happens there."""
    moved = get(SHORT, SHORTENER, code=308, body="", headers={"Location": target})
    return measured(*_AT_SHORTENER, moved, *then, url=SHORT, control=_SHORTENER)


def _redirects() -> list[Story]:
    found = []
    there = ask(SITE, depth=1)
    for word, failure in (
        ("ConnectionRefused", "connection_refused"),
        ("ConnectionReset", "connection_reset"),
        ("EOF", "eof_error"),
        ("Timeout", "generic_timeout_error"),
    ):
        base = {**SAME_NAME, "accessible": False, "blocking": "http-failure"}
        base["http_experiment_failure"] = failure
        if word == "ConnectionRefused":
            http = [tcp(SITE, 80, failure, number=40002, depth=1)]
            https = [tcp(SITE, 443, failure, number=50002, depth=1)]
            flags = (2, 2)
        else:
            http = [
                tcp(SITE, 80, number=40002, depth=1),
                get(HTTP, SITE, failure, number=40002, depth=1),
            ]
            https = [tcp(number=50002, depth=1), tls(SITE, failure, number=50002, depth=1)]
            flags = (8, 4)
        for scheme, url, steps, flag in (
            ("HTTP", HTTP, http, flags[0]),
            ("HTTPS", HTTPS, https, flags[1]),
        ):
            name = f"redirectWithConsistentDNSAndThen{word}For{scheme}"
            found.append(
                story(name, _sent_on(url, there, *steps), **{**base, "x_blocking_flags": flag})
            )
    return found


def _broken(url: str, *handshake: Json) -> Json:
    """A Location without a host: the request failed, though its response is in the file."""
    location = url.partition("//")[0] + "//"
    moved = {**get(url, code=302, body="", headers={"Location": location})}
    return measured(
        *EVERYWHERE,
        tcp(port=443 if handshake else 80),
        *handshake,
        {**moved, "failure": "http_invalid_redirect_location_host"},
        url=url,
    )


def _endless(url: str) -> Json:
    """Ten redirects are followed; the eleventh fails, for the control as well."""
    port = 443 if url.startswith("https") else 80
    steps: list[Json] = [ask(SITE)]
    for depth in range(11):
        number = 50001 + depth
        request = get(url, code=302, body="", headers={"Location": "/"}, number=number, depth=depth)
        steps.append(tcp(port=port, number=number, depth=depth))
        if port == 443:
            steps.append(tls(number=number, depth=depth))
        steps.append(request)
    steps[-1] = {**steps[-1], "failure": TOO_MANY}
    return measured(
        *steps,
        url=url,
        control=helper(
            SITE,
            tcp={f"{SITE}:{port}": None},
            tls={f"{SITE}:443": None},
            failure="unknown_error",
        ),
    )


TOO_MANY = "unknown_failure: stopped after too many redirects"
NOWHERE: Json = {
    **SAME_NAME,
    "accessible": False,
    "blocking": "http-failure",
    "x_blocking_flags": 8,
    "http_experiment_failure": "http_invalid_redirect_location_host",
}
ENDLESS: Json = {**DOWN, **SAME_NAME, "http_experiment_failure": TOO_MANY}

QA_REDIRECTS: tuple[Story, ...] = (
    *_redirects(),
    story(
        "redirectWithConsistentDNSAndThenNXDOMAIN",
        _sent_on(HTTPS, ask(failure="dns_nxdomain_error", depth=1)),
        **{**DNS, **SAME_NAME, "x_blocking_flags": 1},
        http_experiment_failure="dns_nxdomain_error",
    ),
    story("redirectWithBrokenLocationForHTTP", _broken(HTTP), **NOWHERE),
    story("redirectWithBrokenLocationForHTTPS", _broken(HTTPS, tls()), **NOWHERE),
    story("redirectWithMoreThanTenRedirectsAndHTTP", _endless(HTTP), **ENDLESS),
    story("redirectWithMoreThanTenRedirectsAndHTTPS", _endless(HTTPS), **ENDLESS),
)
