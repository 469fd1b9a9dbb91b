# SPDX-License-Identifier: Apache-2.0
"""Challenges, refusals, legal notices and country walls are told from pages and from each other."""

import pytest

from app.domain.blocking.refusals import refusal
from app.domain.vocabulary import Mechanism
from tests.domain.blocking import see

ARTICLE = "<p>He said: this video is not available in your country.</p>" + "x" * 30_000


@pytest.mark.parametrize(
    ("page", "mechanism"),
    [
        ({"status": 403, "headers": (("cf-mitigated", "challenge"),)}, Mechanism.CAPTCHA),
        ({"status": 202, "headers": (("x-amzn-waf-action", "challenge"),)}, Mechanism.CAPTCHA),
        ({"status": 503, "title": "Just a moment..."}, Mechanism.CAPTCHA),
        ({"status": 403, "title": "DDOS-GUARD"}, Mechanism.CAPTCHA),
        ({"status": 200, "title": "Вы не робот?", "text": "short"}, Mechanism.CAPTCHA),
        ({"status": 403, "text": '<div class="h-captcha"></div>'}, Mechanism.CAPTCHA),
        ({"status": 403}, Mechanism.FORBIDDEN),
        ({"status": 401}, Mechanism.FORBIDDEN),
        ({"status": 429}, Mechanism.FORBIDDEN),
        ({"status": 503}, Mechanism.FORBIDDEN),
        ({"status": 451}, Mechanism.LEGAL_451),
        (
            {"status": 403, "text": "The owner of this website has banned the country or region"},
            Mechanism.GEOBLOCKING,
        ),
        (
            {"status": 403, "text": "CloudFront is configured to block access from your country."},
            Mechanism.GEOBLOCKING,
        ),
        ({"status": 403, "title": "Сайт недоступен в вашей стране"}, Mechanism.GEOBLOCKING),
        ({"status": 200, "text": ARTICLE}, None),
        ({"status": 200, "title": "Are you a robot? An essay", "text": ARTICLE}, None),
        ({"status": 200, "text": '<div class="g-recaptcha"></div>'}, None),
        ({"status": 404}, None),
        ({"status": 500}, None),
        ({"status": None, "failure": "connection_reset"}, None),
    ],
)
def test_each_answer_is_what_it_is(page: dict[str, object], mechanism: Mechanism | None) -> None:
    """By marks, status and size; a news page that quotes a wall or carries a form is a page."""
    assert refusal(see.fetch(**page)) is mechanism
