# SPDX-License-Identifier: Apache-2.0
"""Fingerprints match as their pattern type says, and none is lost without a word."""

import csv
from pathlib import Path

import pytest

from app.domain.blocking.fingerprints import (
    Fingerprint,
    FingerprintSet,
    broken_patterns,
    match,
)
from app.domain.blocking.measurement import Engine
from tests.domain.blocking import scenes, see

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "blocking-fingerprints"


@pytest.mark.parametrize(
    ("pattern_type", "pattern", "matches"),
    [
        ("contains", "denied by order", True),
        ("contains", "Denied by order", False),
        ("prefix", "<html><title>Access", True),
        ("prefix", "<title>Access", False),
        ("full", see.BLOCKPAGE_BODY, True),
        ("full", "denied by order", False),
        ("regexp", r"den\w+ by (court|order)", True),
        ("regexp", r"^den\w+ by", False),
        ("regexp", "unclosed(", False),
        ("guess", "denied by order", False),
    ],
)
def test_each_pattern_type_means_itself_in_bodies(
    pattern_type: str, pattern: str, matches: bool
) -> None:
    """Contains, prefix, full and regexp, case and all; an unknown type or broken regexp never."""
    mark = see.mark(pattern, pattern_type=pattern_type)
    assert bool(match(scenes.HTTP_BLOCKPAGE, [mark])) is matches


def test_headers_match_by_any_case_of_their_name_and_any_value() -> None:
    """Also with contains and regexp, which OONI's fastpath never matches in headers."""
    seen = see.http_ok(headers=(("VIA", "1.1 cache"), ("Via", "1.1 filter.kz (squid)")))
    for pattern_type, pattern in (
        ("contains", "filter.kz"),
        ("prefix", "1.1 filter"),
        ("full", "1.1 filter.kz (squid)"),
        ("regexp", r"filter\.\w\w"),
    ):
        mark = see.mark(pattern, location="header.via", pattern_type=pattern_type)
        assert [hit.fingerprint for hit in match(seen, [mark])] == [mark]


def test_every_response_of_the_redirects_is_read() -> None:
    """A mark in the first hop's Location is found, and known to lead away."""
    hits = match(scenes.SENT_TO_WARNING, [scenes.LOCATION_MARK])
    assert [(hit.depth, hit.redirects) for hit in hits] == [(0, True)]


def test_an_answer_matches_whole_addresses_only() -> None:
    """The address itself, also in a late answer; never a part, never one handed over."""
    mark = see.mark("10.10.34.36", location="dns", pattern_type="full")
    assert [hit.found_in for hit in match(see.dns_says("10.10.34.36"), [mark])] == ["10.10.34.36"]
    assert not match(see.dns_says("10.10.34.3"), [mark])
    late = see.measured(see.lookup(see.SITE, late_answers=(("10.10.34.36",),)))
    assert match(late, [mark])
    handed = see.measured(see.lookup("10.10.34.36", engine=Engine.CONTROL))
    assert not match(handed, [mark])


@pytest.mark.parametrize(
    ("pattern_type", "pattern"),
    [("prefix", "10.10.34."), ("contains", ".34.3"), ("regexp", r"^10\.10\.34\.3[4-6]$")],
)
def test_answers_are_matched_as_the_pattern_type_says(pattern_type: str, pattern: str) -> None:
    """A censor may answer with any address of a range, and a mark may name the range."""
    mark = see.mark(pattern, location="dns", pattern_type=pattern_type)
    assert [hit.found_in for hit in match(see.dns_says("10.10.34.36"), [mark])] == ["10.10.34.36"]
    assert not match(see.dns_says("10.11.36.9"), [mark])


def test_a_declared_charset_is_honoured() -> None:
    """A Cyrillic block page in windows-1251 is recognised, and an unknown charset does no harm."""
    mark = see.mark("Доступ ограничен")
    body = "<p>Доступ ограничен</p>".encode("windows-1251")
    headers = (("Content-Type", "text/html; charset=windows-1251"),)
    assert match(see.http_ok(body=body, headers=headers), [mark])
    nonsense = (("Content-Type", "text/html; charset=no-such-thing"),)
    assert not match(see.http_ok(body=body, headers=nonsense), [mark])


def test_a_set_is_the_same_as_its_list() -> None:
    """Indexing is for speed only."""
    marks = [scenes.BODY_MARK, scenes.LOCATION_MARK, scenes.DNS_MARK]
    indexed = FingerprintSet(marks)
    assert list(indexed) == marks
    for seen in (scenes.SENT_TO_WARNING, scenes.HTTP_BLOCKPAGE, scenes.FORGED_CERTIFICATE):
        assert match(seen, indexed) == match(seen, marks)


def test_what_can_never_match_is_named() -> None:
    """A broken regexp, an unknown type or place and an empty pattern are each reported."""
    good = see.mark("fine")
    broken = [
        see.mark("unclosed(", name="a", pattern_type="regexp"),
        see.mark("x", name="b", pattern_type="guess"),
        see.mark("x", name="c", location="footer"),
        see.mark("", name="d"),
    ]
    assert [name for name, _ in broken_patterns([good, *broken])] == ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def published() -> FingerprintSet:
    """The OONI fingerprints, read where they are."""
    if not PUBLISHED.is_dir():
        pytest.skip("the published fingerprints are not beside this repository")
    marks = []
    for name in ("fingerprints_dns.csv", "fingerprints_http.csv"):
        with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
            marks += [
                Fingerprint(
                    name=row["name"],
                    scope=row["scope"],
                    location=row["location_found"],
                    pattern_type=row["pattern_type"],
                    pattern=row["pattern"],
                    expected_countries=frozenset(
                        filter(None, row["expected_countries"].split(","))
                    ),
                )
                for row in csv.DictReader(file)
            ]
    return FingerprintSet(marks)


def test_every_published_fingerprint_can_match(published: FingerprintSet) -> None:
    """None of the 1955 published rows is dropped: what does not compile would be named here."""
    assert len(published) == 1729 + 226
    assert broken_patterns(published) == ()


def test_every_published_address_matches_itself(published: FingerprintSet) -> None:
    """Each of the 226 DNS rows is found in an answer with its address."""
    addresses = [mark.pattern for mark in published if mark.location == "dns"]
    hits = match(see.dns_says(*addresses), published)
    assert {hit.fingerprint.name for hit in hits} == {
        mark.name for mark in published if mark.location == "dns"
    }


def test_published_texts_match_a_page_made_of_them(published: FingerprintSet) -> None:
    """Each plain body or header row is found in a response that consists of its pattern."""
    texts = [m for m in published if m.location != "dns" and m.pattern_type != "regexp"]
    for mark in texts:
        header = mark.location.removeprefix("header.") if mark.location != "body" else "x-none"
        seen = see.http_ok(text=mark.pattern, headers=((header, mark.pattern),))
        assert match(seen, [mark]), mark.name


def test_an_ordinary_page_matches_nothing_that_accuses(published: FingerprintSet) -> None:
    """The front page of a news site is no block page, whatever false alarms it sets off."""
    page = see.http_ok(text="<html><title>News</title><p>Parliament passed a law.</p></html>")
    assert not [hit for hit in match(page, published) if hit.fingerprint.accuses]
