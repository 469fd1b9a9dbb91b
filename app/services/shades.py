# SPDX-License-Identifier: Apache-2.0
"""What a viewer may see of the networks that sites are measured from: one rule for every reader.

A network with fewer than three vantages hides its vantage: the public sees neither its ASN nor its
code nor exact times, only the day.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.storage.sites import network_sizes

HIDING_BELOW = 3
"""Vantages a network needs before the public may see its ASN and exact times."""


class Shades:
    """What a viewer may see of networks: everything for keys that manage, less for the public."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        self._sizes = network_sizes(session)
        self._all = viewer.is_staff

    def hides(self, country: str | None, asn: int | None) -> bool:
        """Whether this network is too small to be shown; one that nobody noted is no network."""
        size = 0 if asn is None else self._sizes.get((country, asn), 0)
        return not self._all and size < HIDING_BELOW

    def time(self, at: datetime | None, *, hidden: bool) -> datetime | date | None:
        """Return an instant, or only its day."""
        return at.date() if at is not None and hidden else at
