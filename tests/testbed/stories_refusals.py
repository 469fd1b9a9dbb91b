# SPDX-License-Identifier: Apache-2.0
"""Stories about sites that turn readers away, and about who else may have said so."""

from app.domain.vocabulary import Layer, Mechanism, VerdictState
from tests.testbed import http
from tests.testbed.scenario import (
    CLEARTEXT,
    WHOLE_PAGE,
    Expected,
    Scenario,
    blocked,
    down,
    in_cleartext,
    mark,
    says,
    says_to_country,
    seen,
    seen_cleartext,
    server_side,
    unsaid,
)

_HTTP = Layer.HTTP
_COURT = "restricted by decision of a court"
_ERROR = Expected(
    state=VerdictState.SERVER_SIDE,
    rule="https_server_error",
    layer=_HTTP,
    mechanism=Mechanism.HTTP_FAILURE,
    ooni_blocking=False,
    ooni_accessible=True,
)
_WALL = "<p>This content is not available in your country.</p>"


REFUSALS = (
    Scenario(
        name="http_451_on_the_way",
        story="Asked without encryption, something answers that the law forbids it; over there the "
        "site's page comes. Nobody knows who wrote the answer.",
        arrange=in_cleartext(http.legal_451()),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        expects=unsaid("http_refused_here_only", ooni=("http-diff", False)),
        alone=unsaid("http_refused_here_only"),
    ),
    Scenario(
        name="http_known_403_on_the_way",
        story="The same with a refusal that is on record as the country's block page.",
        arrange=in_cleartext(http.saying("403 Forbidden", http.BLOCK_PAGE_HTML)),
        url=CLEARTEXT,
        marks=lambda _: [mark(_COURT)],
        sees=seen_cleartext(),
        expects=blocked("http_blockpage_fingerprint", _HTTP, Mechanism.BLOCKPAGE, "http-diff"),
        alone=blocked("http_blockpage_fingerprint", _HTTP, Mechanism.BLOCKPAGE, None),
    ),
    Scenario(
        name="legal_451",
        story="The site itself says that a legal demand stops it from answering.",
        arrange=says(http.legal_451()),
        sees=WHOLE_PAGE,
        for_everybody=True,
        expects=server_side(Mechanism.LEGAL_451),
        alone=server_side(Mechanism.LEGAL_451),
    ),
    Scenario(
        name="challenge_403",
        story="The site's content network asks the visitor to prove being human.",
        arrange=says(http.challenge_403()),
        sees=WHOLE_PAGE,
        for_everybody=True,
        expects=server_side(Mechanism.CAPTCHA),
        alone=server_side(Mechanism.CAPTCHA),
    ),
    Scenario(
        name="challenge_cleartext",
        story="The same without encryption.",
        arrange=says(http.challenge_403()),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        for_everybody=True,
        expects=server_side(Mechanism.CAPTCHA, "refused_to_control_too"),
        alone=server_side(Mechanism.CAPTCHA, "http_challenge_without_control", ooni=None),
    ),
    Scenario(
        name="forbidden",
        story="The site refuses this country's readers, and nobody else.",
        arrange=says_to_country(http.saying("403 Forbidden", "<title>Forbidden</title>")),
        sees=WHOLE_PAGE,
        expects=server_side(Mechanism.FORBIDDEN),
        alone=server_side(Mechanism.FORBIDDEN),
    ),
    Scenario(
        name="forbidden_cleartext",
        story="The site refuses everybody who asks without encryption.",
        arrange=says(http.saying("403 Forbidden", "<title>Forbidden</title>")),
        url=CLEARTEXT,
        sees=seen_cleartext(),
        for_everybody=True,
        expects=server_side(Mechanism.FORBIDDEN, "refused_to_control_too"),
        alone=unsaid("http_refused_here_only"),
    ),
    Scenario(
        name="geoblocking",
        story="The site says that it is not for readers of this country.",
        arrange=says_to_country(http.saying("403 Forbidden", _WALL)),
        sees=WHOLE_PAGE,
        expects=server_side(Mechanism.GEOBLOCKING),
        alone=server_side(Mechanism.GEOBLOCKING),
    ),
    Scenario(
        name="server_error",
        story="The site's server fails for this country's readers.",
        arrange=says_to_country(http.saying("500 Internal Server Error", "<title>500</title>")),
        sees=WHOLE_PAGE,
        expects=_ERROR,
        alone=_ERROR,
    ),
    Scenario(
        name="server_error_everywhere",
        story="The site's server fails for everybody.",
        arrange=says(http.saying("502 Bad Gateway", "<title>502</title>")),
        sees=WHOLE_PAGE,
        for_everybody=True,
        expects=down(
            "https_server_error_everywhere",
            _HTTP,
            Mechanism.HTTP_FAILURE,
            ooni=(False, True),
        ),
        alone=_ERROR,
    ),
    Scenario(
        name="page_truncated",
        story="The site promises more than it sends.",
        arrange=says(http.truncated()),
        sees=seen(None, None, None, "eof_error"),
        for_everybody=True,
        expects=down("fails_everywhere", _HTTP, Mechanism.HTTP_RESET),
        alone=unsaid("no_control_failed", _HTTP, Mechanism.HTTP_RESET),
    ),
)
