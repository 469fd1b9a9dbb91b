# SPDX-License-Identifier: Apache-2.0
"""Whether a page came so slowly that somebody may be holding it back."""

from app.domain.blocking.measurement import Measurement

_ENOUGH_BYTES = 16 * 1024
_SLOW_BYTES_PER_SECOND = 32 * 1024


def is_slow(measurement: Measurement) -> bool:
    """Whether the page came slowly enough to ask the controls how fast it is elsewhere."""
    final = measurement.final
    if final is None or final.bytes_per_second is None or final.wire_length is None:
        return False
    return final.wire_length >= _ENOUGH_BYTES and final.bytes_per_second < _SLOW_BYTES_PER_SECOND
