# SPDX-License-Identifier: Apache-2.0
"""Tables of figures: ratios are taken round by round, and what is missing is said."""

from bench.table import Row, Table, render

PEER = Row(name="peer", figures=(100.0, 200.0, 400.0))
OURS = Row(name="ours", figures=(110.0, 240.0, 400.0), reach=1.0, aim=1.3)
ABSENT = Row(name="absent", skipped="not installed", reach=1.0)


def table(*rows: Row, peer: str | None = "peer", better: str = "more") -> Table:
    """A table of some rows."""
    return Table(title="Speed", unit="a second", better=better, rows=rows, peer=peer)  # type: ignore[arg-type]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    """1.1, 1.2 and 1.0 in three rounds are 1.1, whatever the medians of the figures are."""
    one = table(PEER, OURS)
    assert one.ratio(OURS) == 1.1
    assert one.ratio(PEER) == 1.0
    assert one.reached(OURS) is True


def test_what_falls_short_says_so() -> None:
    """A ratio below what is asked for is not reached; with `less`, one above."""
    assert table(PEER, OURS, better="less").reached(OURS) is False
    assert "NOT REACHED" in render(table(PEER, OURS, better="less"))


def test_without_a_peer_the_figure_itself_counts() -> None:
    """Memory has a limit and no peer."""
    row = Row(name="resident", figures=(120.0,), reach=150.0)
    assert table(row, peer=None, better="less").reached(row) is True


def test_a_missing_peer_gives_no_ratio() -> None:
    """Nothing is made up: the row says why, and what is compared with it has no ratio."""
    one = table(ABSENT, OURS, peer="absent")
    assert one.ratio(OURS) is None
    assert one.reached(OURS) is None
    assert one.reached(ABSENT) is None
    assert "skipped: not installed" in render(one)
    assert [row["ratio"] for row in one.facts()["rows"]] == [None, None]  # type: ignore[attr-defined]
