# SPDX-License-Identifier: Apache-2.0
"""Which urgent work an agent takes from its collector: what it knows, in time, and not too much.

Pure but for what it remembers: which work was taken already, and how much in the last minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.agents.protocol import Task, Urgent
from app.domain.vocabulary import VantageRole
from workers.agent.limits import Limits, Rate
from workers.agent.schedule import Schedule

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One look to take."""

    site: UUID
    url: str
    control_of: UUID | None = None
    extra_addresses: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class UrgentWork:
    """What was taken so far."""

    role: VantageRole
    limits: Limits
    _rate: Rate = field(init=False)
    _taken: dict[UUID, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rate = Rate(self.limits.urgent_a_minute)

    def choose(
        self, tasks: Iterable[Urgent], *, schedule: Schedule, server_time: datetime, at: float
    ) -> tuple[list[Ask], list[str]]:
        """Return the looks to take now, and why others are left undone."""
        chosen, refused = [], []
        for task in tasks:
            why = self._why_not(task, schedule, server_time)
            if why is None and not self._rate.allows(at):
                why = "more than this machine does in a minute"
            if why is not None:
                refused.append(why)
                continue
            self._remember(task.id)
            chosen.append(
                Ask(
                    site=task.site,
                    url=task.url,
                    control_of=task.control_of,
                    extra_addresses=task.extra_addresses[: self.limits.extra_addresses],
                )
            )
        return chosen, refused

    def _why_not(self, task: Urgent, schedule: Schedule, server_time: datetime) -> str | None:
        if task.id in self._taken:
            return "taken already"
        if task.expires_at.tzinfo is None or task.expires_at <= server_time:
            return "its time is over"
        if task.task == Task.CONTROL:
            is_ours = self.role is VantageRole.CONTROL and task.control_of is not None
            return None if is_ours else "this vantage is no control"
        if task.task == Task.RECHECK:
            asked = schedule.find(task.site)
            if asked is None or asked.url != task.url or task.control_of is not None:
                return "this site is not assigned here"
            return "it is being looked at" if schedule.is_running(task.site) else None
        return "a kind of work this version does not know"

    def _remember(self, task: UUID) -> None:
        self._taken[task] = None
        if len(self._taken) > _REMEMBERED:
            del self._taken[next(iter(self._taken))]
