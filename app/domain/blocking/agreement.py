# SPDX-License-Identifier: Apache-2.0
"""When two networks of one country hold the same site blocked, neither stands alone any more.

Each has its own line, its own control and its own series of failures; that both are wrong in the
same way is far less likely than that the country blocks the site. Rule: reference to design 4,
"confirmed needs a fingerprint, or two networks of the country agreeing".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.vocabulary import Confidence, SiteCondition, VantageRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one vantage holds of the site."""

    country: str | None
    asn: int | None
    role: VantageRole
    condition: SiteCondition


def agreeing_networks(here: Standing, others: Iterable[Standing]) -> int:
    """Return how many other networks of the country hold the site blocked as this one does.

    A vantage without a country or a network's number agrees with nobody: it may be the same line.
    """
    if not _counts(here):
        return 0
    return len(
        {
            one.asn
            for one in others
            if _counts(one) and one.country == here.country and one.asn != here.asn
        }
    )


def confirmed(confidence: Confidence | None, networks: int) -> tuple[Confidence | None, str | None]:
    """Return the confidence that so many agreeing networks give, and the reason if they raise it."""
    if confidence is None or confidence is Confidence.CONFIRMED or networks == 0:
        return confidence, None
    said = "Another network" if networks == 1 else f"{networks} other networks"
    verb = "holds" if networks == 1 else "hold"
    return Confidence.CONFIRMED, f"{said} of the country {verb} the site blocked as well."


def _counts(one: Standing) -> bool:
    is_known = one.country is not None and one.asn is not None
    is_field = one.role is VantageRole.FIELD
    return is_known and is_field and one.condition is SiteCondition.BLOCKED
