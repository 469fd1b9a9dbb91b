# SPDX-License-Identifier: Apache-2.0
"""How often somebody may try a key that does not work. In memory only: a restart forgets it."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

TRIES = 10
WINDOW = timedelta(minutes=5)
MOST_ADDRESSES = 10_000


class FailedLogins:
    """The failed logins of the last minutes, by the address they came from. Never logged or stored."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, address: str, now: datetime) -> timedelta | None:
        """Return how long an address must wait, or None where it may try."""
        with self._lock:
            tries = self._recent(address, now)
            return tries[0] + WINDOW - now if len(tries) >= TRIES else None

    def note(self, address: str, now: datetime) -> None:
        """Note a failure; the addresses that failed longest ago make room."""
        with self._lock:
            tries = self._recent(address, now)
            tries.append(now)
            self._tries[address] = tries
            self._tries.move_to_end(address)
            while len(self._tries) > MOST_ADDRESSES:
                self._tries.popitem(last=False)

    def _recent(self, address: str, now: datetime) -> deque[datetime]:
        tries = self._tries.get(address, deque())
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        if not tries:
            self._tries.pop(address, None)
        return tries
