# SPDX-License-Identifier: Apache-2.0
"""One situation for each branch about pages: what is compared, which response is final, redirects."""

import base64

from tests.domain.blocking.classic.scenery import DOWN, EVERYWHERE, FINE, HTTPS_PAGE, SAME_NAME
from tests.domain.blocking.classic.stories import (
    HTTP,
    HTTPS,
    NO_SUCH_NAME,
    PAGE,
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

PLAIN_WAY = (*EVERYWHERE, tcp(port=80, number=40001))
OTHER: Json = {"accessible": False, "blocking": "http-diff", "x_blocking_flags": 16}
OK: Json = {**FINE, "x_blocking_flags": 32}
NO_HEADERS: Json = {"Content-Type": "text/html"}
FAILED: Json = {**SAME_NAME, "http_experiment_failure": "eof_error"}


def _page(*, control: Json | None = REACHED, **page: object) -> Json:
    """The page came over cleartext, as described."""
    return measured(*PLAIN_WAY, get(HTTP, number=40001, **page), url=HTTP, control=control)  # type: ignore[arg-type]


def _titled(ours: str, theirs: str) -> Json:
    return _page(
        body=f"<html><title>{ours}</title>{'x' * 5000}",
        headers=NO_HEADERS,
        control=helper(SITE, title=theirs, length=100),
    )


def _seen(**keys: object) -> Json:
    return {**SAME_NAME, **SAME, **keys}


def _only_title(*, matches: bool, length: int) -> Json:
    verdict = OK if matches else OTHER
    return {
        **verdict,
        **_seen(
            body_length_match=False,
            body_proportion=100 / length,
            headers_match=False,
            title_match=matches,
        ),
    }


def _length(title: str) -> int:
    return len(f"<html><title>{title}</title>{'x' * 5000}".encode())


LONG = "ж" * 512
PAGES: tuple[Story, ...] = (
    story("cleartext without a control", _page(control=None)),
    story(
        "cleartext, and the control got no page: a difference",
        _page(control={**REACHED, "http_request": helper(failure="eof_error")["http_request"]}),
        **{**SAME_NAME, **OTHER},
    ),
    story(
        "the same 404 here and there",
        _page(code=404, control=helper(SITE, status=404)),
        **{**OK, **_seen()},
    ),
    story(
        "another status than a good one of the control",
        _page(code=403),
        **{**OTHER, **_seen(status_code_match=False)},
    ),
    story(
        "another status than a bad one of the control: it cannot be said, and so differs",
        _page(code=403, control=helper(SITE, status=503)),
        **{**OTHER, **_seen(status_code_match=None)},
    ),
    story(
        "only the length agrees, a little over seven tenths",
        _page(
            body="a" * 1100,
            headers=NO_HEADERS,
            control=helper(SITE, title="Something", length=1571),
        ),
        **{**OK, **_seen(body_proportion=1100 / 1571, headers_match=False, title_match=False)},
    ),
    story(
        "seven tenths exactly is not enough",
        _page(
            body="a" * 700, headers=NO_HEADERS, control=helper(SITE, title="Something", length=1000)
        ),
        **{
            **OTHER,
            **_seen(
                body_length_match=False, body_proportion=0.7, headers_match=False, title_match=False
            ),
        },
    ),
    story(
        "only an uncommon header agrees, in other letters",
        _page(body="a" * 10, headers={"ALT-SVC": "x", "Server": "y"}),
        **{
            **OK,
            **_seen(body_length_match=False, body_proportion=10 / len(PAGE), title_match=False),
        },
    ),
    story(
        "only the title agrees, in other letters and order",
        _titled("Independent NEWS Today or not", "TODAY independent of it"),
        **_only_title(matches=True, length=_length("Independent NEWS Today or not")),
    ),
    story(
        "a title with a word more is another title",
        _titled("Independent today", "Independent today morning"),
        **_only_title(matches=False, length=_length("Independent today")),
    ),
    story(
        "words are counted in bytes: three Cyrillic letters are a word, four Latin ones are not",
        _titled("мир news", "МИР land"),
        **_only_title(matches=True, length=_length("мир news")),
    ),
    story(
        "two Cyrillic letters are none",
        _titled("да", "но"),
        **_only_title(matches=True, length=_length("да")),
    ),
    story(
        "words are split at single spaces only",
        _titled("Independent\ttoday", "Independent today"),
        **_only_title(matches=False, length=_length("Independent\ttoday")),
    ),
    story(
        "a title of 512 letters is one, whatever it takes in bytes",
        _titled(LONG, LONG.upper()),
        **_only_title(matches=True, length=_length(LONG)),
    ),
    story(
        "one of 513 is none",
        _titled(LONG + "ж", ""),
        **_only_title(matches=True, length=_length(LONG + "ж")),
    ),
    story(
        "an empty body has no length to compare",
        _page(body=None),
        **{**OK, **_seen(body_length_match=None, body_proportion=0.0, title_match=False)},
    ),
    story(
        "a truncated body is not compared",
        _page(truncated=True),
        **{**OK, **_seen(body_length_match=None, body_proportion=0.0)},
    ),
    story(
        "the control's length may be missing",
        _page(control=helper(SITE, length=-1)),
        **{**OK, **_seen(body_length_match=None, body_proportion=0.0)},
    ),
    story(
        "a body in base64 counts its bytes",
        _page(body={"format": "base64", "data": base64.b64encode(PAGE.encode()).decode()}),
        **{**OK, **_seen()},
    ),
    story(
        "a body in text counts its bytes in UTF-8",
        _page(body=PAGE.replace("xx", "ж")),
        **{**OK, **_seen()},
    ),
    story(
        "the headers come as a list",
        _page(headers=None),
        **{**OK, **_seen()},
    ),
    story(
        "a request fails and the control failed too: down",
        measured(
            *PLAIN_WAY,
            get(HTTP, failure="eof_error", number=40001),
            url=HTTP,
            control={**REACHED, "http_request": helper(failure="unknown_error")["http_request"]},
        ),
        **{**DOWN, **FAILED},
    ),
    story(
        "a request fails and the control says nothing of pages",
        measured(
            *PLAIN_WAY,
            get(HTTP, failure="eof_error", number=40001),
            url=HTTP,
            control={**REACHED, "http_request": None},
        ),
        **FAILED,
    ),
    story(
        "a redirect from cleartext to TLS ends well",
        measured(
            *PLAIN_WAY,
            get(HTTP, code=301, headers={"Location": HTTPS}, number=40001),
            ask(SITE, depth=1),
            tcp(number=50002, depth=1),
            tls(number=50002, depth=1),
            get(number=50002, depth=1),
            url=HTTP,
        ),
        **{**OK, **_seen()},
    ),
    story(
        "a redirect that nobody followed says nothing",
        measured(
            *PLAIN_WAY, get(HTTP, code=302, headers={"Location": HTTPS}, number=40001), url=HTTP
        ),
        **SAME_NAME,
    ),
    story(
        "the deepest redirect decides, though the first round failed somewhere",
        measured(
            ask(SITE, "93.184.216.99"),
            tcp("93.184.216.99", 80, "connection_refused", number=40003),
            tcp(port=80, number=40001),
            get(HTTP, code=301, headers={"Location": HTTPS}, number=40001),
            tcp(number=50002, depth=1),
            tls(number=50002, depth=1),
            get(number=50002, depth=1),
            url=HTTP,
            control=helper(SITE, tcp={"93.184.216.99:80": None, f"{SITE}:80": None}),
        ),
        **{**_seen(), **FINE, "x_blocking_flags": 34},
    ),
    story(
        "a response that broke off is a failure, whatever its status",
        measured(
            *EVERYWHERE,
            tcp(),
            tls(),
            {**get(), "failure": "generic_timeout_error"},
        ),
        **{**SAME_NAME, "accessible": False, "blocking": "http-failure", "x_blocking_flags": 8},
        http_experiment_failure="generic_timeout_error",
    ),
    story(
        "https without a handshake in the file is https all the same",
        measured(ask(SITE), tcp(), get()),
        **{**OK, **_seen()},
    ),
    story(
        "the site is gone everywhere, its page comes from a cache over TLS",
        measured(*HTTPS_PAGE, control=NO_SUCH_NAME),
        **OK,
    ),
)
