# SPDX-License-Identifier: Apache-2.0
"""Whether a page came so slowly that somebody may be holding it back.

Slowness has many innocent causes, so three things are taken off before anybody is suspected: the
waiting that TCP's slow start costs on a long line (a satellite's round trip is 600 ms), a line that
was as slow in the handshake already, and a page that is slow for the controls too. `is_slow` asks
none of this: it only says that the controls should be asked.

Over TLS nothing can be read before a whole record has come, up to 16 KiB of it: so the clock that
starts with the first byte has missed that much. The pace here is therefore reckoned too high, the
controls' too low, and a page over TLS must be longer to count.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.blocking.measurement import HttpExchange, Measurement

_ENOUGH_BYTES = 16 * 1024
_RECORD_BYTES = 16 * 1024
_FLOOR_BYTES_PER_SECOND = 32 * 1024
_TIMES_SLOWER = 10
_COMPARABLE = 0.5  # the smaller of two bodies to the larger, in bytes on the wire
_LATE_FIRST_BYTE_MS = 5_000
_FIRST_BYTE_CONTROLS = 2
_LONGEST_ROUND_TRIP_MS = 1_500
_FIRST_FLIGHT_BYTES = 14_600  # ten segments (RFC 6928)
_HANDSHAKE_BYTES = 4 * 1024  # what a usual chain of certificates weighs
_SHORTEST_MS = 1.0  # below that a clock measures itself
_TIMEOUTS = frozenset({"generic_timeout_error", "timed_out"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page and the measurement in which it came."""

    exchange: HttpExchange
    measurement: Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowness:
    """A page held back: how fast it came here, and how fast for the slowest control.

    `late_first_byte` tells which is compared: the wait for the first byte in milliseconds, or else
    the body's bytes per second.
    """

    here: float
    there: float
    late_first_byte: bool = False

    @property
    def sentence(self) -> str:
        """The two figures in words."""
        if self.late_first_byte:
            return (
                f"First byte after {self.here / 1000:.1f} s here, and after at most "
                f"{self.there / 1000:.1f} s for the controls."
            )
        return (
            f"The page came at {self.here / 1024:,.0f} KiB/s here, and at {self.there / 1024:,.0f} "
            "KiB/s or more for the controls."
        )


def is_slow(measurement: Measurement) -> bool:
    """Whether the page came slowly enough to ask the controls how fast it is elsewhere."""
    final = measurement.final
    if final is None:
        return False
    wait_ms = _first_byte_ms(final)
    if came_in_part(final) or (wait_ms is not None and wait_ms >= _LATE_FIRST_BYTE_MS):
        return True
    pace = final.bytes_per_second
    if pace is None or final.wire_length is None:
        return False
    return _is_long(final) and pace < _FLOOR_BYTES_PER_SECOND


def came_in_part(exchange: HttpExchange) -> bool:
    """Whether a body began to come and its end never did, in the time there was."""
    return (
        exchange.failure in _TIMEOUTS and exchange.status is not None and bool(exchange.wire_length)
    )


def slowness(field: Page, controls: Sequence[Page]) -> Slowness | None:
    """Return how much slower the page came here than for every control, if that tells something."""
    round_trip_ms = _round_trip_ms(field)
    if round_trip_ms is None or round_trip_ms > _LONGEST_ROUND_TRIP_MS:
        return None
    return _slow_body(field, controls, round_trip_ms) or _slow_answer(
        field, controls, round_trip_ms
    )


def _slow_body(field: Page, controls: Iterable[Page], round_trip_ms: float) -> Slowness | None:
    here = _pace(field.exchange, round_trip_ms)
    if here is None or here >= _FLOOR_BYTES_PER_SECOND:
        return None
    # Of a page that never ended any part tells, because the time ran out; a whole one must be long.
    if not came_in_part(field.exchange) and not _is_long(field.exchange):
        return None
    if _handshake_excess_ms(field, round_trip_ms) > 500 * _HANDSHAKE_BYTES / here:
        return None
    paces = [
        pace
        for control in controls
        if _is_comparable(field.exchange, control.exchange)
        and (pace := _least_pace(control.exchange)) is not None
    ]
    if not paces or _TIMES_SLOWER * here > min(paces):
        return None
    return Slowness(here=here, there=min(paces))


def _slow_answer(field: Page, controls: Iterable[Page], round_trip_ms: float) -> Slowness | None:
    """A late first byte alone: most often a busy server, so more is asked before it counts."""
    here = _first_byte_ms(field.exchange)
    if here is None or here - round_trip_ms < _LATE_FIRST_BYTE_MS:
        return None
    if _handshake_excess_ms(field, round_trip_ms) > _LATE_FIRST_BYTE_MS / _TIMES_SLOWER:
        return None
    waits = [wait for control in controls if (wait := _first_byte_ms(control.exchange)) is not None]
    if len(waits) < _FIRST_BYTE_CONTROLS or _TIMES_SLOWER * max(waits) > here:
        return None
    return Slowness(here=here, there=max(waits), late_first_byte=True)


def _pace(exchange: HttpExchange, round_trip_ms: float) -> float | None:
    """Bytes per second, the round trips of slow start not counted."""
    if not exchange.wire_length or exchange.first_byte_ms is None:
        return None
    rounds = math.ceil(math.log2(exchange.wire_length / _FIRST_FLIGHT_BYTES + 1))
    took_ms = exchange.ended_ms - exchange.first_byte_ms - rounds * round_trip_ms
    return 1000 * exchange.wire_length / max(took_ms, _SHORTEST_MS)


def _least_pace(exchange: HttpExchange) -> float | None:
    """Bytes per second at least: without what may have come before the clock started."""
    if not exchange.wire_length or exchange.first_byte_ms is None:
        return None
    missed = _RECORD_BYTES if exchange.over_tls else 0
    took_ms = exchange.ended_ms - exchange.first_byte_ms
    if exchange.wire_length <= missed:
        # One record: its whole way is timed, from the request on.
        missed, took_ms = 0, exchange.ended_ms - exchange.started_ms
    return 1000 * (exchange.wire_length - missed) / max(took_ms, _SHORTEST_MS)


def _is_long(exchange: HttpExchange) -> bool:
    missed = _RECORD_BYTES if exchange.over_tls else 0
    return (exchange.wire_length or 0) >= _ENOUGH_BYTES + missed


def _is_comparable(here: HttpExchange, there: HttpExchange) -> bool:
    ours, theirs = here.wire_length or 0, there.wire_length or 0
    if came_in_part(here):
        return theirs >= ours > 0
    return 0 < max(ours, theirs) * _COMPARABLE <= min(ours, theirs)


def _first_byte_ms(exchange: HttpExchange) -> float | None:
    if exchange.first_byte_ms is None:
        return None
    return exchange.first_byte_ms - exchange.started_ms


def _round_trip_ms(page: Page) -> float | None:
    """How long connecting to the page's address took; None where that is not known."""
    took = (
        connect.ended_ms - connect.started_ms
        for connect in page.measurement.connects
        if connect.failure is None and connect.address == page.exchange.address
    )
    return min(took, default=None)


def _handshake_excess_ms(page: Page, round_trip_ms: float) -> float:
    """How much longer the handshake took than its round trips: what a slow line costs."""
    took = (
        shake.ended_ms - shake.started_ms
        for shake in page.measurement.handshakes
        if shake.failure is None and shake.address == page.exchange.address
    )
    return max(min(took, default=0.0) - 2 * round_trip_ms, 0.0)
