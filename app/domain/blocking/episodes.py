# SPDX-License-Identifier: Apache-2.0
"""Blocking episodes: from one step of a site's state to what the record of blockings must do.

An episode is one uninterrupted blocking of one site in one vantage network by one mechanism. Gaps
in the data, relapses while recovering and a lost control never split it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.blocking.reachability import Step
from app.domain.blocking.site_state import SiteState
from app.domain.vocabulary import Confidence, Layer, Mechanism, SiteCondition


class EpisodeChange(StrEnum):
    """What to do with the site's episode."""

    OPEN = "open"
    CLOSE = "close"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeAction:
    """One instruction; `since` is set to open, `until` to close, neither otherwise."""

    change: EpisodeChange
    since: datetime | None = None
    until: datetime | None = None
    layer: Layer | None = None
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    rule: str | None = None
    note: str | None = None


NOTHING_TO_DO = EpisodeAction(change=EpisodeChange.NONE)

_NOTES = {
    SiteCondition.DOWN: "The controls fail as well now: what followed is an outage, not blocking.",
    SiteCondition.SERVER_SIDE: "The site itself answers again, though it turns visitors away.",
}


def episode_action(before: SiteState, step: Step) -> EpisodeAction:
    """Compare the state before and after a step, and say whether an episode begins or ends."""
    after = step.state
    if before.episode_since is None and after.episode_since is not None:
        return EpisodeAction(
            change=EpisodeChange.OPEN,
            since=after.episode_since,
            layer=after.layer,
            mechanism=after.episode_mechanism,
            confidence=after.confidence,
            rule=after.rule,
        )
    if before.episode_since is not None and after.episode_since is None:
        return EpisodeAction(
            change=EpisodeChange.CLOSE,
            until=_until(after),
            mechanism=before.episode_mechanism,
            note=_NOTES.get(after.condition),
        )
    return NOTHING_TO_DO


def _until(after: SiteState) -> datetime | None:
    """The first success of the recovery, or the moment another cause was established."""
    if after.condition is SiteCondition.REACHABLE:
        return after.first_ok_at
    return after.since
