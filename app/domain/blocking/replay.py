# SPDX-License-Identifier: Apache-2.0
"""A stretch of history folded again: what the state, the episodes and the gaps were in truth.

Measurements that arrive late are put in their place and everything after them is folded anew, so
that the order of arrival never matters. Which episode on record an episode found here is: `matching`.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.blocking.episodes import EpisodeChange, episode_action
from app.domain.blocking.gaps import gap_between
from app.domain.blocking.reachability import Observation, SiteState, StatePolicy, advance
from app.domain.vocabulary import Confidence, Layer, Mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """One measurement with what its verdict says to the fold."""

    uid: uuid.UUID
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A blocking as the measurements show it. `mechanism` is None for one that began before them."""

    since: datetime
    until: datetime | None = None
    layer: Layer | None = None
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    rule: str | None = None
    measurement_uid: uuid.UUID | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The fold after everything up to `at`, and the measurement whose reasons it gives."""

    at: datetime
    state: SiteState
    measurement_uid: uuid.UUID | None


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What a stretch of history comes to."""

    state: SiteState
    measurement_uid: uuid.UUID | None = None
    episodes: list[Found] = field(default_factory=list)
    days: list[Moment] = field(default_factory=list)  # the end of each day but the last
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)


def replay(
    start: SiteState,
    measured: Iterable[Concluded],
    policy: StatePolicy,
    *,
    measurement_uid: uuid.UUID | None = None,
) -> Replayed:
    """Fold measurements onto a state that stood before the first of them, in the order of their times."""
    told = Replayed(state=start, measurement_uid=measurement_uid)
    if start.episode_since is not None:
        told.episodes.append(Found(since=start.episode_since))
    for one in sorted(measured, key=lambda one: (one.observation.at, one.uid)):
        _fold(told, one, policy)
    return told


def _fold(told: Replayed, one: Concluded, policy: StatePolicy) -> None:
    before, observation = told.state, one.observation
    last = before.last_measured_at
    step = advance(before, observation, policy)
    if step.state is before:
        return
    if last is not None and last.date() < observation.at.date():
        told.days.append(Moment(at=last, state=before, measurement_uid=told.measurement_uid))
    if gap := gap_between(last, observation.at, policy.interval):
        told.gaps.append(gap)
    told.state = step.state
    if observation.rule == step.state.rule:
        told.measurement_uid = one.uid
    action = episode_action(before, step)
    if action.change is EpisodeChange.OPEN and action.since is not None:
        told.episodes.append(
            Found(
                since=action.since,
                layer=action.layer,
                mechanism=action.mechanism,
                confidence=action.confidence,
                rule=action.rule,
                measurement_uid=told.measurement_uid,
            )
        )
    elif action.change is EpisodeChange.CLOSE:
        told.episodes[-1] = replace(told.episodes[-1], until=action.until, note=action.note)
