# SPDX-License-Identifier: Apache-2.0
"""What holds for every verdict, whatever was seen and whoever was asked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.blocking.controls import Control
from app.domain.blocking.fingerprints import Fingerprint
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.networks import PrefixTable
from app.domain.blocking.reading import Outcome, read
from app.domain.blocking.rules import NOT_A_FETCH
from app.domain.blocking.verdict import Verdict, judge
from app.domain.vocabulary import Confidence, VerdictState
from tests.domain.blocking import scenes, see
from tests.domain.blocking.worlds import (
    ADDRESSES,
    any_networks,
    controls,
    measurements,
    several_controls,
    some_marks,
)

COMMON = settings(max_examples=80, deadline=None)
FAILING = tuple(
    see.control(seen)
    for seen in (
        see.tcp_fails(),
        see.tls_fails(),
        see.dns_fails(),
        see.dns_says("10.10.34.36"),
        see.http_fails(),
        see.https_ok(status=502),
        see.http_ok(status=500, text=see.BLOCKPAGE_BODY),
    )
)
PUBLIC = tuple(address for address in ADDRESSES if not address.startswith(("10.", "127.")))


def reaches(control: Control) -> bool:
    """Whether a control is worth hearing and got the site's page."""
    usable = control.vantage_healthy and control.fresh and not control.measurement.prober_fault
    return usable and read(control.measurement, as_control=True).outcome is Outcome.CONTENT


def fails(control: Control) -> bool:
    """Whether a control is worth hearing and got nothing of the site."""
    usable = control.vantage_healthy and control.fresh and not control.measurement.prober_fault
    return usable and read(control.measurement, as_control=True).fetch_failed


def concluded(verdict: Verdict) -> tuple[Any, ...]:
    """Everything but the words."""
    return (
        verdict.state,
        verdict.layer,
        verdict.mechanism,
        verdict.interference,
        verdict.confidence,
        verdict.rule,
        verdict.failure_class,
    )


@COMMON
@given(measurements(), several_controls, some_marks, any_networks)
def test_nothing_is_blocked_without_a_control_that_reaches_it_or_a_mark_of_the_country(
    seen: Measurement,
    asked: Sequence[Control],
    marks: Sequence[Fingerprint],
    networks: PrefixTable | None,
) -> None:
    """A healthy and fresh control got the page, or a national or ISP mark of this country was met."""
    verdict = judge(seen, asked, marks, "KZ", networks)
    if verdict.state is not VerdictState.BLOCKED:
        return
    known_here = [mark for mark in marks if mark.accuses and mark.expected_in("KZ")]
    assert known_here or any(map(reaches, asked))
    if verdict.confidence is Confidence.CONFIRMED:
        assert known_here


@COMMON
@given(measurements(), several_controls, some_marks, any_networks, st.randoms())
def test_the_order_of_controls_does_not_matter(
    seen: Measurement,
    asked: list[Control],
    marks: Sequence[Fingerprint],
    networks: PrefixTable | None,
    chance: Any,
) -> None:
    """Whoever answers first says no more than whoever answers last."""
    shuffled = list(asked)
    chance.shuffle(shuffled)
    first = judge(seen, asked, marks, "KZ", networks)
    assert concluded(judge(seen, shuffled, marks, "KZ", networks)) == concluded(first)


@COMMON
@given(measurements(), several_controls, st.sampled_from(FAILING), some_marks)
def test_one_more_failing_control_never_turns_down_into_blocked(
    seen: Measurement, asked: list[Control], more: Control, marks: Sequence[Fingerprint]
) -> None:
    """It is one more witness of the outage; most are given one already, so that there is one."""
    assert fails(more)
    asked = [*asked, FAILING[0]]
    if judge(seen, asked, marks, "KZ").state is VerdictState.DOWN:
        assert judge(seen, [*asked, more], marks, "KZ").state is not VerdictState.BLOCKED


@COMMON
@given(measurements(), several_controls, controls(), some_marks, st.booleans())
def test_a_control_that_cannot_tell_counts_nothing(
    seen: Measurement,
    asked: list[Control],
    more: Control,
    marks: Sequence[Fingerprint],
    is_stale: bool,
) -> None:
    """Unhealthy or stale: the conclusion is as without it, but for the words of an open one."""
    useless = replace(more, fresh=False) if is_stale else replace(more, vantage_healthy=False)
    without = judge(seen, asked, marks, "KZ")
    with_it = judge(seen, [*asked, useless], marks, "KZ")
    if without.state is VerdictState.INSUFFICIENT:
        assert with_it.state is VerdictState.INSUFFICIENT
        assert with_it.interference == without.interference
    else:
        assert concluded(with_it) == concluded(without)


@COMMON
@given(measurements(), several_controls, some_marks, any_networks)
def test_a_table_of_networks_moves_no_state(
    seen: Measurement,
    asked: Sequence[Control],
    marks: Sequence[Fingerprint],
    networks: PrefixTable | None,
) -> None:
    """It tells how and how surely, never whether."""
    plain = judge(seen, asked, marks, "KZ")
    assert judge(seen, asked, marks, "KZ", networks).state is plain.state


@COMMON
@given(
    st.sampled_from(PUBLIC),
    st.sampled_from((see.https_ok, see.http_ok)),
    st.lists(st.sampled_from(PUBLIC), min_size=1, max_size=3, unique=True),
    any_networks,
)
def test_other_addresses_and_nothing_else_wrong_is_never_blocked(
    address: str, fetched: Any, elsewhere: list[str], networks: PrefixTable | None
) -> None:
    """The page is the site's, wherever it came from."""
    asked = [see.control(fetched(one)) for one in elsewhere]
    verdict = judge(fetched(address), asked, (), "KZ", networks)
    assert (verdict.state, verdict.interference) == (VerdictState.OK, False)


@COMMON
@given(measurements(), several_controls, some_marks, any_networks)
def test_ok_is_the_sites_own_page_or_the_one_a_control_got(
    seen: Measurement,
    asked: Sequence[Control],
    marks: Sequence[Fingerprint],
    networks: PrefixTable | None,
) -> None:
    """Nothing else is called reached, and nothing reached is counted as a failure."""
    verdict = judge(seen, asked, marks, "KZ", networks)
    if verdict.state is not VerdictState.OK:
        return
    assert verdict.failure_class is None
    page = seen.exchanges[-1]
    assert page.status is not None
    assert page.over_tls or any(map(reaches, asked))


@COMMON
@given(measurements(), several_controls, some_marks, any_networks)
def test_a_verdict_is_whole_and_the_same_each_time(
    seen: Measurement,
    asked: Sequence[Control],
    marks: Sequence[Fingerprint],
    networks: PrefixTable | None,
) -> None:
    """No accusation without layer, mechanism and confidence; none by a prober that distrusts itself."""
    verdict = judge(seen, asked, marks, "KZ", networks)
    assert verdict == judge(seen, asked, marks, "KZ", networks)
    accuses = verdict.state in (VerdictState.BLOCKED, VerdictState.DOWN)
    assert (verdict.confidence is not None) is accuses
    if accuses:
        assert None not in (verdict.layer, verdict.mechanism, verdict.failure_class)
    if seen.prober_fault is not None or verdict.rule in NOT_A_FETCH:
        assert (verdict.state, verdict.interference) == (VerdictState.INSUFFICIENT, False)
    assert all(reason.endswith(".") for reason in verdict.reasons)


def test_the_worlds_drawn_reach_most_of_the_table() -> None:
    """Properties over worlds in which nothing ever happens would hold of anything."""
    met: set[VerdictState] = set()

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(measurements(), several_controls, some_marks)
    def draw(seen: Measurement, asked: list[Control], marks: list[Fingerprint]) -> None:
        met.add(judge(seen, asked, marks, "KZ").state)

    draw()
    assert met == set(VerdictState)
    assert judge(see.tls_fails(), scenes.REACHES, (), "KZ").state is VerdictState.BLOCKED
