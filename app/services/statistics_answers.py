# SPDX-License-Identifier: Apache-2.0
"""What every statistic's answer has: its day, how many records of which standing, the rows behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.record.statistics import Counted, Holds
from app.domain.vocabulary import WorkflowStatus

BASE = "/api/v1/statistics"
TOLD_APART = "Verified records were checked; published ones are public as well."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Rows for a table, and what must be known to read them."""

    rows: list[dict[str, Any]]
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The day asked about, and the time of knowledge, where one is asked for."""

    as_of: date
    known_at: datetime | None = None

    def parameters(self) -> dict[str, str]:
        """Return what a link needs to give the same answer again."""
        said = {"as_of": self.as_of.isoformat()}
        if self.known_at is not None:
            said["known_at"] = self.known_at.isoformat()
        return said


def stamp(when: When) -> dict[str, Any]:
    """Return the day and the knowledge an answer is of."""
    return {"as_of": when.as_of, "known_at": when.known_at, "told_apart": TOLD_APART}


def numbers(incidents: Iterable[Counted]) -> dict[str, int]:
    """Return how many records an answer looks at, how many of each standing, and of a level by hand."""
    found = list(incidents)
    statuses = [one.status for one in found]
    published = statuses.count(WorkflowStatus.PUBLISHED)
    return {
        "n": len(statuses),
        "verified": len(statuses) - published,
        "published": published,
        "overridden": sum(one.derived_level is not None for one in found),
    }


def behind(one: Counted, *, in_period: Holds, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return one incident as a row behind a number."""
    return {
        "incident": one.id,
        "url": f"/api/v1/incidents/{one.id}",
        "country": one.country,
        "date": one.happened.text,
        "status": one.status.value,
        "motive": one.motive.value,
        "impunity": one.level.value,
        "basis": _basis(one),
        "impunity_derived": (one.derived_level or one.level).value,
        "in_period": in_period.value,
        **more,
    }


def _basis(one: Counted) -> str:
    if one.derived_level is not None:
        return "override"
    return "reported" if one.is_basis_reported else "derived"


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort the rows behind a number."""
    return sorted(rows, key=lambda row: (row["country"], row["date"], row["incident"]))
