# SPDX-License-Identifier: Apache-2.0
"""What judging knows beside what was seen: fingerprints, and who announces which addresses.

Both are imported now and then and read with every round, so a worker keeps them until an import
says that they changed.
"""

from dataclasses import dataclass
from threading import Lock

from sqlalchemy.orm import Session

from app.domain.blocking.fingerprints import FingerprintSet
from app.domain.blocking.networks import PrefixTable
from app.services import fingerprints, networks
from app.storage import ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything a verdict may be grounded on that no measurement holds."""

    fingerprints: FingerprintSet
    networks: PrefixTable


NOTHING = Known(fingerprints=FingerprintSet(()), networks=PrefixTable(()))


class Knowledge:
    """The latest `Known` of this process; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = -1
        self._known = NOTHING

    def read(self, session: Session) -> Known:
        """Return what is known, read again only where an import changed it."""
        version = ledger.counter(session, f"number:{ledger.KNOWLEDGE}")
        with self._lock:
            if version != self._version:
                self._known = load(session)
                self._version = version
            return self._known


def load(session: Session) -> Known:
    """Read everything now."""
    return Known(fingerprints=fingerprints.load(session), networks=networks.load(session))
