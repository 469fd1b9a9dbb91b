# SPDX-License-Identifier: Apache-2.0
"""Vantages for people: in which networks Qalam looks, and whether their own line can be trusted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.vocabulary import Egress, VantageHealth, VantageRole
from app.web.presenters import words

_HEALTH = {
    VantageHealth.UNKNOWN: "Not checked yet",
    VantageHealth.HEALTHY: "Online",
    VantageHealth.UNHEALTHY: "In doubt",
    VantageHealth.OFFLINE: "Offline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VantageRow:
    """Vantages of one network that stand alike."""

    where: str
    role: str
    code: str
    word: str
    reason: str
    number: int = 1

    @property
    def seen(self) -> str:
        """How many stand so in this network, where it is more than one."""
        return words.count(self.number, "vantage") if self.number > 1 else ""


def vantage_rows(vantages: Sequence[Mapping[str, Any]]) -> list[VantageRow]:
    """Put vantages into words, those of one network that stand alike together; field first."""
    # Networks from which others measured are no places of ours.
    ours = [one for one in vantages if one["egress"] is not Egress.IMPORTED]
    found: Counter[VantageRow] = Counter(_vantage_row(one) for one in ours)
    rows = [replace(row, number=number) for row, number in found.items()]
    return sorted(rows, key=lambda row: row.role != "field")


def _vantage_row(one: Mapping[str, Any]) -> VantageRow:
    healthy = one["health"] is VantageHealth.HEALTHY
    return VantageRow(
        where=one["network_name"] or words.network(one["country"], one["asn"]),
        role="control" if one["role"] is VantageRole.CONTROL else "field",
        code=one["health"].value if one["is_enabled"] else "unknown",
        word=_HEALTH[one["health"]] if one["is_enabled"] else "Switched off",
        reason="" if healthy else one["health_reason"] or "",
    )
