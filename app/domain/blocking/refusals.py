# SPDX-License-Identifier: Apache-2.0
"""How a site itself turns a visitor away: challenges, refusals, legal notices, country walls.

This only reads one response; whether the site or a censor in the middle wrote it depends on who
could have written it (TLS, the control) and is decided in `rules.py`.
"""

import re
from collections.abc import Iterable

from app.domain.blocking.fingerprints import body_text
from app.domain.blocking.measurement import HttpExchange
from app.domain.vocabulary import Mechanism

_REFUSING_STATUSES = frozenset({401, 403, 405, 407, 418, 429, 503})

# Header name and what its value contains (lower case): what protection services send.
_CHALLENGE_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "captcha"),
    ("x-amzn-waf-action", "challenge"),
)
_CHALLENGE_TITLES = (
    "just a moment",
    "attention required! | cloudflare",
    "checking your browser",
    "ddos-guard",
    "verify you are human",
    "are you a robot",
    "are you not a robot",
    "вы не робот",
    "robot check",
    "pardon our interruption",
)
_CHALLENGE_BODIES = (
    "/cdn-cgi/challenge-platform/",
    "cf-chl-",
    "g-recaptcha",
    "h-captcha",
    "hcaptcha.com/1/api.js",
    "smartcaptcha.yandexcloud.net",
    "captcha-delivery.com",
)
# Said by Cloudflare (error 1009), CloudFront, and sites' own walls.
_COUNTRY_WALLS = re.compile(
    r"has banned the country or region|configured to block access from your country"
    r"|(?:not|isn't|unavailable) (?:available )?in your (?:country|region|location)"
    r"|error code:? 1009|недоступ\w* в вашей стране",
    re.IGNORECASE,
)
_HEAD_OF_BODY = 65536


def refusal(exchange: HttpExchange) -> Mechanism | None:
    """Name the refusal a response is, or None where it is none.

    A challenge is recognised by its marks whatever its status (some are sent with 200); the other
    kinds need a refusing status, because a news page may well quote such sentences.
    """
    if exchange.status is None or exchange.failure is not None:
        return None
    if exchange.status == 451:
        return Mechanism.LEGAL_451
    refuses = exchange.status in _REFUSING_STATUSES
    if refuses and _COUNTRY_WALLS.search(f"{exchange.title or ''}\n{_head(exchange)}"):
        return Mechanism.GEOBLOCKING
    if _is_challenge(exchange, refuses=refuses):
        return Mechanism.CAPTCHA
    return Mechanism.FORBIDDEN if refuses else None


def _is_challenge(exchange: HttpExchange, *, refuses: bool) -> bool:
    if any(part in (exchange.header(name) or "").lower() for name, part in _CHALLENGE_HEADERS):
        return True
    if refuses and _has_any(_head(exchange), _CHALLENGE_BODIES):
        return True
    return (refuses or _is_short(exchange)) and _has_any(exchange.title or "", _CHALLENGE_TITLES)


def _is_short(exchange: HttpExchange) -> bool:
    """A challenge sent with 200 is a small page; an article about captchas is not."""
    return exchange.body_length is not None and exchange.body_length < 20_000


def _head(exchange: HttpExchange) -> str:
    return body_text(exchange)[:_HEAD_OF_BODY]


def _has_any(text: str, needles: Iterable[str]) -> bool:
    lowered = text.lower()
    return any(needle in lowered for needle in needles)
