# SPDX-License-Identifier: Apache-2.0
"""A page held back is told from a long line, a slow line, a slow server and a short page."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.domain.blocking.controls import Control
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.throttling import is_slow
from app.domain.blocking.verdict import Verdict, judge
from app.domain.vocabulary import Confidence, Layer, Mechanism, VerdictState
from tests.domain.blocking import scenes, see

SLOW = see.slowly(see.https_ok())
TRICKLE = see.trickling(see.https_ok())
LATE = see.paced(see.https_ok(), first_byte_ms=6_060.0, ended_ms=6_070.0)


def on_line(
    seen: Measurement, *, round_trip_ms: float, handshake_ms: float | None = None
) -> Measurement:
    """The same over another line: connecting takes so long, the handshake two round trips or more."""
    shaking = 2 * round_trip_ms if handshake_ms is None else handshake_ms
    return replace(
        seen,
        connects=tuple(
            replace(one, ended_ms=one.started_ms + round_trip_ms) for one in seen.connects
        ),
        handshakes=tuple(
            replace(one, ended_ms=one.started_ms + shaking) for one in seen.handshakes
        ),
    )


def judged(seen: Measurement, controls: Sequence[Control] = scenes.QUICK) -> Verdict:
    """Judge against a control that has the page at once."""
    return judge(seen, controls, (), "KZ")


def test_a_whole_page_held_back_is_ok_with_interference() -> None:
    """The site was reached; that somebody held it back is kept with layer, mechanism and figures."""
    verdict = judged(SLOW)
    assert (verdict.state, verdict.interference) == (VerdictState.OK, True)
    assert (verdict.layer, verdict.mechanism) == (Layer.HTTP, Mechanism.THROTTLED)
    assert (verdict.confidence, verdict.failure_class) == (None, None)
    figures = "The page came at 10 KiB/s here, and at 213 KiB/s or more for the controls."
    assert figures in verdict.reasons


def test_a_page_whose_end_never_comes_is_blocked() -> None:
    """The reader does not get it, and controls have the whole of it."""
    verdict = judged(TRICKLE)
    assert (verdict.state, verdict.confidence) == (VerdictState.BLOCKED, Confidence.LIKELY)
    assert (verdict.layer, verdict.mechanism) == (Layer.HTTP, Mechanism.THROTTLED)
    assert verdict.failure_class == "http:timeout"


@pytest.mark.parametrize(
    ("seen", "controls"),
    [
        (on_line(SLOW, round_trip_ms=1_600), scenes.QUICK),
        (on_line(SLOW, round_trip_ms=50, handshake_ms=400), scenes.QUICK),
        (replace(SLOW, connects=()), scenes.QUICK),
        (see.slowly(see.https_ok(), bytes_per_second=40_000), scenes.QUICK),
        (see.paced(see.https_ok(), wire_length=30_000, ended_ms=6_000.0), scenes.QUICK),
        (see.paced(see.https_ok(), wire_length=None, ended_ms=6_000.0), scenes.QUICK),
        (SLOW, [see.control(see.slowly(see.https_ok(), bytes_per_second=60_000))]),
        (SLOW, [see.control(see.paced(see.https_ok(), wire_length=5_000))]),
        (SLOW, [see.control(see.paced(see.https_ok(), wire_length=150_000, ended_ms=90.0))]),
        (SLOW, [*scenes.QUICK, see.control(see.slowly(see.https_ok(), bytes_per_second=60_000))]),
        (SLOW, [see.control(see.quickly(see.https_ok()), vantage_healthy=False)]),
        (SLOW, [see.control(see.quickly(see.https_ok()), fresh=False)]),
        (SLOW, []),
    ],
    ids=[
        "a very long line",
        "a handshake as slow as the page",
        "a line nobody timed",
        "not slow enough",
        "too short over TLS",
        "never weighed",
        "slow for the control too",
        "another page for the control",
        "a far longer page for the control",
        "slow for one of two controls",
        "the control is unhealthy",
        "the control is stale",
        "no control",
    ],
)
def test_what_has_another_reason_accuses_nobody(
    seen: Measurement, controls: Sequence[Control]
) -> None:
    """Genuine, and no hint of interference."""
    verdict = judged(seen, controls)
    assert (verdict.state, verdict.interference) == (VerdictState.OK, False)


@pytest.mark.parametrize("round_trip_ms", [300.0, 600.0, 900.0])
def test_a_satellite_is_long_and_not_throttled(round_trip_ms: float) -> None:
    """60,000 bytes need three round trips after the first byte: the whole time is the way's."""
    took = 3 * round_trip_ms + 200
    page = see.paced(see.https_ok(), wire_length=60_000, ended_ms=80.0 + took)
    over_satellite = on_line(page, round_trip_ms=round_trip_ms)
    near = see.paced(see.https_ok(), wire_length=60_000, ended_ms=85.0)
    assert not judged(over_satellite, [see.control(near)]).interference


def test_over_a_satellite_a_page_held_back_is_still_told() -> None:
    """Far more time than the round trips cost."""
    verdict = judged(on_line(SLOW, round_trip_ms=600.0))
    assert (verdict.interference, verdict.mechanism) == (True, Mechanism.THROTTLED)


@pytest.mark.parametrize(
    ("seen", "controls"),
    [
        (on_line(TRICKLE, round_trip_ms=1_600), scenes.QUICK),
        (see.trickling(see.https_ok(), wire_length=600_000), scenes.QUICK),
        (TRICKLE, [see.control(see.paced(see.https_ok(), wire_length=8_000))]),
    ],
    ids=["a very long line", "a large page at an ordinary pace", "a shorter page elsewhere"],
)
def test_an_unfinished_page_for_another_reason_is_left_open(
    seen: Measurement, controls: Sequence[Control]
) -> None:
    """The reader's line may be too slow for it, and nobody is accused."""
    verdict = judged(seen, controls)
    assert (verdict.state, verdict.rule) == (VerdictState.INSUFFICIENT, "http_unfinished")


def test_silence_before_the_first_byte_is_no_trickle() -> None:
    """Nothing of the page came: that is a timeout."""
    assert judged(see.http_fails("generic_timeout_error", see.HTTPS)).rule == "http_timeout"


class TestFirstByte:
    """A late first byte is most often a busy server."""

    def test_two_controls_must_have_had_it_at_once(self) -> None:
        """One quick control may have found warm what this visit warmed up."""
        assert not judged(LATE).interference
        verdict = judged(LATE, [*scenes.QUICK, *scenes.QUICK])
        assert (verdict.state, verdict.interference) == (VerdictState.OK, True)
        assert verdict.mechanism is Mechanism.THROTTLED
        assert any(reason.startswith("First byte after 6.0 s here") for reason in verdict.reasons)

    @pytest.mark.parametrize(
        "seen",
        [
            on_line(LATE, round_trip_ms=1_200),
            on_line(LATE, round_trip_ms=50, handshake_ms=700),
            see.paced(see.https_ok(), first_byte_ms=4_000.0, ended_ms=4_010.0),
        ],
        ids=["a long line", "a slow handshake", "not late enough"],
    )
    def test_otherwise_nobody_is_accused(self, seen: Measurement) -> None:
        """The line, or a server that thinks for a while."""
        assert not judged(seen, [*scenes.QUICK, *scenes.QUICK]).interference

    def test_a_server_that_is_busy_for_everybody_is_busy(self) -> None:
        """Controls waited as well."""
        busy = see.control(see.paced(see.https_ok(), first_byte_ms=1_060.0, ended_ms=1_070.0))
        assert not judged(LATE, [busy, *scenes.QUICK]).interference


class TestSuspicion:
    """`is_slow` only says that controls should be asked."""

    @pytest.mark.parametrize("seen", [SLOW, TRICKLE, LATE], ids=["slow", "trickle", "late"])
    def test_slow_pages_ask_for_controls(self, seen: Measurement) -> None:
        """By pace, by an end that never came, by a late first byte."""
        assert is_slow(seen)

    @pytest.mark.parametrize(
        "seen",
        [see.https_ok(), see.quickly(see.https_ok()), see.dns_fails(), see.http_fails()],
        ids=["unweighed", "quick", "no page", "torn"],
    )
    def test_others_do_not(self, seen: Measurement) -> None:
        """A page in good time, and what is no page at all."""
        assert not is_slow(seen)

    def test_cleartext_counts_from_a_shorter_page_on(self) -> None:
        """Nothing waits for a record there."""
        short = {"wire_length": 17_000, "ended_ms": 2_080.0}
        assert is_slow(see.paced(see.http_ok(), **short))
        assert not is_slow(see.paced(see.https_ok(), **short))
