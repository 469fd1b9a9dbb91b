# SPDX-License-Identifier: Apache-2.0
"""Two pages compared: OONI's measures exactly, and what tells a site from any other server."""

import pytest

from app.domain.blocking.comparison import compare, title_of
from tests.domain.blocking import see

OURS = see.fetch(see.HTTP)


@pytest.mark.parametrize(
    ("ours", "theirs", "proportion", "match"),
    [
        (1000, 1000, 1.0, True),
        (701, 1000, 0.701, True),
        (1000, 700, 0.7, False),
        (0, 1000, None, None),
        (1000, 0, None, None),
        (1000, None, None, None),
    ],
)
def test_lengths(
    ours: int, theirs: int | None, proportion: float | None, match: bool | None
) -> None:
    """The ratio of the shorter to the longer, which must be above 0.7; unknown without both."""
    found = compare(see.fetch(body_length=ours), see.fetch(body_length=theirs))
    assert (found.body_proportion, found.body_length_match) == (proportion, match)


def test_a_truncated_page_has_no_comparable_length() -> None:
    """Half a page says nothing about the length of the whole."""
    assert compare(see.fetch(body_truncated=True), OURS).body_length_match is None


@pytest.mark.parametrize(
    ("ours", "theirs", "match"),
    [(200, 200, True), (404, 404, True), (403, 200, False), (200, 404, None), (200, 500, None)],
)
def test_statuses(ours: int, theirs: int, match: bool | None) -> None:
    """Equal is equal; different counts only against a control that got a page."""
    assert compare(see.fetch(status=ours), see.fetch(status=theirs)).status_code_match is match


def test_titles_are_compared_by_their_longer_words() -> None:
    """Order, case and short words do not matter; two pages without a title agree, as in OONI."""
    ours = see.fetch(title="TODAY independent of the News")
    assert compare(ours, see.fetch(title="Independent today")).title_match is True
    assert compare(ours, see.fetch(title="Independent yesterday")).title_match is False
    untitled = compare(see.fetch(title=None), see.fetch(title=None))
    assert untitled.title_match is True
    assert untitled.shares_title is False


def test_short_titles_agree_only_when_equal() -> None:
    """'BBC' has no long word, and still is a title."""
    assert compare(see.fetch(title="BBC"), see.fetch(title=" bbc ")).shares_title
    assert not compare(see.fetch(title="BBC"), see.fetch(title="DW")).shares_title


def test_headers_about_the_connection_tell_nothing() -> None:
    """OONI counts Content-Length as uncommon; a block page sends it like anybody."""
    framing = (("Content-Length", "137"), ("Connection", "close"), ("Server", "nginx"))
    found = compare(see.fetch(headers=framing), see.fetch(headers=framing))
    assert found.headers_match is True
    assert found.shares_telling_header is False
    own = compare(see.fetch(headers=(("X-News-Edge", "7"),)), OURS)
    assert own.shares_telling_header is True


def test_a_block_page_with_ordinary_headers_is_not_the_same_page() -> None:
    """Only status and framing agree: another page."""
    page = see.blockpage(headers=(("Content-Length", "137"), ("Connection", "close")))
    site = see.fetch(see.HTTP, headers=(("Content-Length", "205"), ("Connection", "close")))
    assert not compare(page, site).same_page
    untitled = see.blockpage(title=None)
    assert not compare(untitled, see.fetch(see.HTTP, title=None, headers=())).same_page


def test_equal_redirects_are_the_same_answer() -> None:
    """Both are sent to the same place."""
    one = see.fetch(status=302, location="https://a.example/", headers=(), title=None, text="")
    other = see.fetch(status=302, location="https://b.example/", headers=(), title=None, text="")
    assert compare(one, one).same_page
    assert not compare(one, other).same_page


def test_a_title_is_read_as_ooni_reads_it() -> None:
    """The first plain title element, whatever its case."""
    assert title_of("<html><TITLE>News\n today</TITLE><title>x</title>") == "News\n today"
    assert title_of("<title></title>") is None
