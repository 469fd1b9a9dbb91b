# SPDX-License-Identifier: Apache-2.0
"""OONI's findings: blocking and shutdowns, in plain words, without anybody's address."""

import json

import pytest

from app.domain.intake.item import Given
from app.domain.record.report import Extent, Found
from app.domain.vocabulary import Category
from tests.make import NOW
from workers.sources import markdown, ooni_findings

FINDING: dict[str, object] = {
    "id": "330022197701",
    "email_address": "",
    "title": "Kazakhstan blocked news media",
    "short_description": "OONI data shows that **six** sites were blocked.",
    "slug": "2024-kazakhstan-blocked-news-media",
    "start_time": "2024-03-01T00:00:00Z",
    "create_time": "2024-03-05T08:00:00Z",
    "update_time": "2024-03-06T08:00:00Z",
    "end_time": "2024-03-04T00:00:00Z",
    "reported_by": "OONI",
    "creator_account_id": "",
    "published": True,
    "event_type": "incident",
    "ASNs": [9198, 48503],
    "CCs": ["KZ"],
    "themes": ["news_media"],
    "tags": ["censorship"],
    "test_names": ["web_connectivity"],
    "domains": ["news.example", "press.example"],
    "links": ["https://ooni.org/post/x", "javascript:alert(1)"],
    "mine": False,
}


def read(*findings: dict[str, object]) -> Found:
    """Read the API's list."""
    return ooni_findings.read(json.dumps({"incidents": findings}).encode(), Given(now=NOW))


def test_a_finding_is_read_in_our_words() -> None:
    """Its period, networks, domains and links; news media that were blocked are its targets."""
    found = read(FINDING)
    (account,) = found.accounts
    said = account.reading.particulars

    assert account.raw.external_id == "330022197701"
    assert account.reading.url == (
        "https://explorer.ooni.org/findings/2024-kazakhstan-blocked-news-media"
    )
    assert account.reading.summary == "OONI data shows that six sites were blocked."
    assert (account.reading.country, account.reading.date_text) == ("KZ", "2024-03-01/2024-03-04")
    assert said.kinds == ((Category.ONLINE_CENSORSHIP, "website_blocking"),)
    assert [one.name for one in said.targets] == ["news.example", "press.example"]
    assert [one.url for one in said.links] == ["https://ooni.org/post/x"]
    assert ("networks", "AS9198, AS48503") in said.told
    assert account.reading.leftovers == {"updated": "2024-03-06T08:00:00Z"}
    assert found.extent is Extent.WHOLE


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"title": "Internet shutdown in X", "domains": []}, ["shutdown"]),
        ({"tags": ["outage"]}, ["shutdown", "website_blocking"]),
        ({"domains": [], "test_names": ["signal"]}, [None]),
    ],
)
def test_kinds(changed: dict[str, object], kinds: list[str | None]) -> None:
    """A shutdown is told by the words, a blocked site by its domain, anything else is the wide term."""
    (account,) = read({**FINDING, **changed}).accounts

    assert [subtype for _, subtype in account.reading.particulars.kinds] == kinds


def test_what_goes_on_has_no_end_and_other_sites_are_no_targets() -> None:
    """Without an end the period is open; a blocked messenger's domain is told, not targeted."""
    changed = {"end_time": None, "themes": ["social_media"], "CCs": ["KZ", "RU"]}
    (account,) = read({**FINDING, **changed}).accounts

    assert account.reading.date_text == "2024-03-01/.."
    assert account.reading.particulars.targets == ()
    assert account.reading.country is None
    assert ("countries", "KZ, RU") in account.reading.particulars.told


def test_one_finding_comes_with_its_text() -> None:
    """Markdown, and what pretends to be HTML in it, ends as plain words."""
    text = (
        "## What\n\n> quoted [*report*](https://x.example)\n\n<Chart src='x'/><script>x</script>ok"
    )
    body = json.dumps({"incident": {**FINDING, "text": text}}).encode()

    found = ooni_findings.read(body, Given(now=NOW))

    (account,) = found.accounts
    assert account.reading.summary == (
        "OONI data shows that six sites were blocked.\nWhat\nquoted report\nok"
    )
    assert found.extent is Extent.PARTIAL


def test_nobodys_address_is_kept() -> None:
    """An author who asks is given their own address; it reaches neither the raw row nor the reading."""
    (account,) = read({**FINDING, "email_address": "who@x.example", "mine": True}).accounts

    assert "who@x.example" not in account.raw.raw
    assert "who@x.example" not in repr(account.reading)


def test_what_is_not_published_is_refused() -> None:
    """A draft of OONI's is not OONI's word."""
    found = read({**FINDING, "published": False})

    assert found.accounts == ()
    assert "not published" in found.rejected[0].reason


@pytest.mark.parametrize("mark", ["[", "![", "**", "_", "`", "> ", "#", "[a](", "~~~\n"])
def test_markdown_is_read_in_time(mark: str) -> None:
    """A text made of one mark costs no more than its length."""
    assert len(markdown.plain(mark * 60_000, limit=1000)) <= 1000
