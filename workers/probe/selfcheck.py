# SPDX-License-Identifier: Apache-2.0
"""The prober suspects itself first: what this machine did wrong that would look like a censor.

Datagrams it lost itself, an event loop that stood still, an IPv6 that is not there. Nothing here
judges a site; `story.py` asks, and a measurement that is no evidence says so.
"""

import asyncio
import socket
import time
from collections import deque
from pathlib import Path

BEAT_S = 0.2
STALL_S = 1.0
"""An event loop that stood still as long as this lets deadlines pass which nobody else missed."""

_ENOUGH_RECEIVE_BYTES = 32 * 1024
"""Room for the replies to one inquiry, each of which has a socket of its own."""

_REMEMBERED_CONNECTS = 64
_NET_SNMP = Path("/proc/net/snmp")
_NET_SNMP6 = Path("/proc/net/snmp6")
# Asking for a way to it sends nothing: a datagram socket is connected and closed.
_SOMEWHERE_IPV6 = ("2620:fe::fe", 53)


class SelfCheck:
    """What one session knows of its own machine. It belongs to one event loop."""

    def __init__(self, *, receive_buffer_bytes: int) -> None:
        self.receive_buffer_bytes = granted_receive_buffer(receive_buffer_bytes)
        self._lost_datagrams = (0.0, read_lost_datagrams())
        self._ipv6: deque[bool] = deque(maxlen=_REMEMBERED_CONNECTS)
        self._under_way = 0
        self._beat: asyncio.TimerHandle | None = None
        self._beat_due = 0.0
        self._stalled_at = float("-inf")

    @property
    def receives_little(self) -> bool:
        """Whether the kernel grants so small a buffer that replies may be lost here."""
        return self.receive_buffer_bytes < _ENOUGH_RECEIVE_BYTES

    def lost_datagrams(self, *, max_age_s: float = 0.0) -> int | None:
        """The kernel's count of UDP datagrams lost for want of buffer; None where it has none.

        A count not older than `max_age_s` is given again: reading it costs as much as a question.
        """
        now = asyncio.get_running_loop().time()
        read_at, count = self._lost_datagrams
        if now - read_at > max_age_s:
            count = read_lost_datagrams()
            self._lost_datagrams = (now, count)
        return count

    def begin(self) -> None:
        """Watch the event loop while at least one measurement is under way."""
        self._under_way += 1
        if self._under_way == 1:
            self._schedule()

    def end(self) -> None:
        """Stop watching with the last measurement."""
        self._under_way -= 1
        if self._under_way == 0 and self._beat is not None:
            self._note_stall()
            self._beat.cancel()
            self._beat = None

    def stalled_since(self, moment: float) -> bool:
        """Whether the loop stood still after a moment of `time.perf_counter`."""
        self._note_stall()
        return self._stalled_at >= moment

    def note_ipv6(self, *, connected: bool) -> None:
        """Remember how an attempt to connect over native IPv6 ended."""
        self._ipv6.append(connected)

    @property
    def ipv6_is_broken(self) -> bool:
        """Whether most of the last attempts over IPv6 failed, whatever the site."""
        return 2 * sum(self._ipv6) < len(self._ipv6)

    def _schedule(self) -> None:
        self._beat_due = time.perf_counter() + BEAT_S
        self._beat = asyncio.get_running_loop().call_later(BEAT_S, self._on_beat)

    def _on_beat(self) -> None:
        self._note_stall()
        self._schedule()

    def _note_stall(self) -> None:
        # A block begins somewhere between two beats, so up to one beat of it goes unseen.
        now = time.perf_counter()
        if now - self._beat_due > STALL_S - BEAT_S:
            self._stalled_at = now


def granted_receive_buffer(asked_bytes: int) -> int:
    """Ask the kernel for a receive buffer and return what it grants, in its own counting."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, asked_bytes)
        return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def has_ipv6() -> bool:
    """Whether this machine knows a way to the public IPv6 internet; sends nothing."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.connect(_SOMEWHERE_IPV6)
    except OSError:
        return False
    return True


def read_lost_datagrams() -> int | None:
    """Read the kernel's counts of both families; None where it keeps none."""
    try:
        table = [line.split() for line in _NET_SNMP.read_text().splitlines()]
        names, values = (words for words in table if words[0] == "Udp:")
        lost = int(values[names.index("RcvbufErrors")])
    except (OSError, ValueError, IndexError):
        return None
    try:
        pairs = dict(line.split() for line in _NET_SNMP6.read_text().splitlines())
        return lost + int(pairs["Udp6RcvbufErrors"])
    except (OSError, ValueError, KeyError):
        return lost
