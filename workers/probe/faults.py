# SPDX-License-Identifier: Apache-2.0
"""Why a measurement is no evidence about its site: what was wrong on this side of the line.

The names stand in `Measurement.prober_fault`; `report.py` says them in words.
"""

from collections.abc import Sequence

from app.domain.blocking.measurement import DnsLookup, Engine, TcpConnect
from workers.probe.failures import IPV6_ABSENT, NO_WAY_OUT, OUT_OF_FILES, TUNNEL_FAILED
from workers.probe.selfcheck import has_ipv6
from workers.probe.session import ProbeSession

RECEIVE_BUFFER = "udp_receive_buffer_overflow"
STALLED = "event_loop_stalled"
NO_NETWORK = "no_network"
NO_FILES = "out_of_file_descriptors"
NO_TUNNEL = "tunnel_failed"
NO_IPV6 = "no_ipv6"


def fault_in(
    lookups: Sequence[DnsLookup],
    connects: Sequence[TcpConnect],
    *,
    began: float,
    lost_datagrams: bool,
    session: ProbeSession,
) -> str | None:
    """Name the first fault of our own, if there is one; `began` is of `time.perf_counter`.

    Datagrams were lost on this machine while a question of ours stayed unanswered: perhaps its
    answer was among them.
    """
    if lost_datagrams:
        return RECEIVE_BUFFER
    if session.self_check.stalled_since(began):
        return STALLED
    if lookups and all(lookup.failure in NO_WAY_OUT for lookup in lookups):
        return NO_NETWORK
    failures = {lookup.failure for lookup in lookups} | {one.failure for one in connects}
    if TUNNEL_FAILED in failures:
        return NO_TUNNEL
    if OUT_OF_FILES in failures:
        return NO_FILES
    return NO_IPV6 if _failed_for_want_of_ipv6(connects, session) else None


def _failed_for_want_of_ipv6(connects: Sequence[TcpConnect], session: ProbeSession) -> bool:
    """Whether only IPv6 addresses were offered at the last hop, and IPv6 does not work from here."""
    if not any(":" in one.address for one in connects):
        return False
    tried = [one for one in connects if one.engine is not Engine.CONTROL]
    last = max((one.depth for one in tried), default=0)
    here = [one for one in tried if one.depth == last]
    if not here or not all(
        one.failure is not None and session.is_native_ipv6(one.address) for one in here
    ):
        return False
    if all(one.failure in IPV6_ABSENT for one in here) and (session.tunnel or not has_ipv6()):
        return True
    return session.self_check.ipv6_is_broken
