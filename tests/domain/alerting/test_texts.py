# SPDX-License-Identifier: Apache-2.0
"""What alerts say: one sentence a person can act on, and nobody accused without evidence."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.alerting.texts import FIRING, RESOLVED, AlertSubject, duration, message
from app.domain.vocabulary import AlertKind, Confidence, Mechanism

SINCE = datetime(2026, 5, 3, 14, 5, tzinfo=UTC)
NOW = SINCE + timedelta(minutes=34)
SITE = AlertSubject(name="example.org", place="Kazakhstan, AS9198", since=SINCE)


# These are no conditions that begin and end; what is due, and what is damaged, has words of its own
# (services/deadlines.py, services/evidence_upkeep.py).
_TOLD_ONCE = {AlertKind.DEADLINE_DUE, AlertKind.EVIDENCE_DAMAGED}
CONDITIONS = [kind for kind in AlertKind if kind not in _TOLD_ONCE]


@pytest.mark.parametrize("resolved", [False, True])
@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_kind_has_words_for_its_beginning_and_its_end(
    kind: AlertKind, resolved: bool
) -> None:
    """Title and text name the subject, end as sentences and leave no place unfilled."""
    said = message(kind, SITE, now=NOW, resolved=resolved)
    assert "example.org" in said.title
    assert "example.org" in said.text
    assert said.text.endswith(".")
    assert not re.search(r"[{}]|None", said.title + said.text)
    assert set(FIRING) == set(RESOLVED) == set(CONDITIONS)


def test_a_block_names_its_network_its_evidence_and_how_sure_it_is() -> None:
    """Mechanism, confidence and reasons are said; only a confirmed block is stated flatly."""
    likely = AlertSubject(
        name="example.org",
        place="Kazakhstan, AS9198",
        since=SINCE,
        mechanism=Mechanism.SNI_RESET,
        confidence=Confidence.LIKELY,
        reasons=("Two controls reached it at 14:07.",),
    )
    said = message(AlertKind.SITE_BLOCKED, likely, now=NOW)
    assert said.title == "example.org is probably blocked in Kazakhstan, AS9198"
    assert said.text.startswith(
        "Since 2026-05-03 14:05 UTC example.org is probably blocked in Kazakhstan, AS9198."
    )
    assert Mechanism.SNI_RESET.sentence in said.text
    assert "Confidence: likely." in said.text
    assert said.text.endswith("Two controls reached it at 14:07.")
    confirmed = AlertSubject(
        name="example.org", place="Kazakhstan", since=SINCE, confidence=Confidence.CONFIRMED
    )
    assert message(AlertKind.SITE_BLOCKED, confirmed, now=NOW).title == (
        "example.org is blocked in Kazakhstan"
    )


def test_an_outage_is_not_called_blocking() -> None:
    """Down says outage."""
    assert "not blocking" in message(AlertKind.SITE_DOWN, SITE, now=NOW).text


def test_unreachable_accuses_nobody() -> None:
    """No verb of blocking, the cause named as not established, and how long it lasts."""
    for resolved in (False, True):
        said = message(AlertKind.SITE_UNREACHABLE, SITE, now=NOW, resolved=resolved)
        assert "block" not in (said.title + said.text).lower()
        assert "not established" in said.title + said.text
        assert "34 minutes" in said.text


def test_an_offline_vantage_says_nothing_about_sites() -> None:
    """Its own absence is the whole news."""
    said = message(AlertKind.VANTAGE_OFFLINE, SITE, now=NOW)
    assert "says nothing about any site" in said.text


def test_names_are_never_read_as_places() -> None:
    """A name with braces is printed as it is."""
    odd = AlertSubject(name="{since}.example", place="{lasted}", since=SINCE)
    assert message(AlertKind.SITE_DOWN, odd, now=NOW).title == "{since}.example is down"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=34), "34 minutes"),
        (timedelta(hours=3, minutes=5), "3 hours 5 minutes"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=4, minutes=9), "2 days 4 hours"),
        (timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_lengths_of_time(length: timedelta, words: str) -> None:
    """Two units at most; a clock that ran back is not an error."""
    assert duration(length) == words
