# SPDX-License-Identifier: Apache-2.0
"""How a site's standing state moves: by a measurement in its time, and by silence.

The fold itself is pure (`app.domain.blocking.reachability`); here its answer becomes the state row,
the episode, the gap and the alerts, all in the caller's transaction. What comes late moves nothing
here: see `refolding`.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking import agreement, episodes, reachability
from app.domain.blocking.reachability import Observation, Step
from app.domain.blocking.site_state import SiteState as Fold
from app.domain.vocabulary import SiteCondition
from app.services import gap_notes, relinking, watch_alerts
from app.services.monitoring import WatchPolicy
from app.storage import ledger, silence, sites
from app.storage.sites import Episode, SiteState, Vantage


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The measurement a step comes from, and its reasons in words."""

    uid: uuid.UUID
    reasons: tuple[str, ...]


def move(
    session: Session,
    state: SiteState,
    observation: Observation,
    said: Said,
    *,
    now: datetime,
    policy: WatchPolicy,
    alerts: AlertPolicy,
) -> None:
    """Fold one measurement into a locked state, and tell what follows; the caller's counters are moved."""
    before, shown = Fold.from_dict(state.fold), state.condition
    step = reachability.advance(before, observation, policy.state)
    state.next_due_at = now + step.next_due_in
    state.leased_until = state.leased_by = None
    if step.state is before:
        # Not a measurement at all: a silence that was noticed stays one.
        session.flush()
        return
    pair = (state.site_id, state.vantage_id)
    vantage = session.get_one(Vantage, state.vantage_id)
    gap_notes.note_round(
        session, pair, before.last_measured_at, observation.at, interval=policy.state.interval
    )
    if observation.rule == step.state.rule:
        state.reasons, state.measurement_uid = list(said.reasons), said.uid
    show(state, step.state, now=now, policy=policy)
    _move_episode(session, state, vantage, before, step, now=now)
    agree(session, state, vantage)
    has_moved = shown is not state.condition
    if has_moved:
        relinking.relink(session, state.site_id, now=now)
    tell(session, state, step.state, vantage, now=now, policy=policy, alerts=alerts)
    if has_moved:
        ledger.bump(session, "public", "staff")


def show(state: SiteState, fold: Fold, *, now: datetime, policy: WatchPolicy) -> None:
    """Write a fold into its row, as it stands now: what was measured long ago is stale already."""
    present = reachability.refresh(fold, now, policy.state)
    state.condition, state.since = present.condition, present.since
    state.last_measured_at = fold.last_measured_at
    state.layer, state.mechanism = fold.layer, fold.mechanism
    state.confidence, state.rule = fold.confidence, fold.rule
    state.fold = fold.to_dict()
    state.version += 1


def tell(
    session: Session,
    state: SiteState,
    fold: Fold,
    vantage: Vantage,
    *,
    now: datetime,
    policy: WatchPolicy,
    alerts: AlertPolicy,
) -> None:
    """Say to the alerts what a state means now."""
    watch_alerts.on_state(
        session,
        site=sites.get_site(session, state.site_id),
        state=state,
        fold=fold,
        vantage=vantage,
        now=now,
        unreachable_after=policy.unreachable_after,
        policy=alerts,
    )


def agree(session: Session, state: SiteState, vantage: Vantage) -> None:
    """Raise the confidence of a block that another network of the country holds as well.

    Only this row: the other network's is raised with its own next measurement, so that no two
    transactions wait for each other.
    """
    here = _standing(state.condition, vantage)
    if vantage.country is None or state.condition is not SiteCondition.BLOCKED:
        return
    rows = session.execute(
        sa.select(SiteState.condition, Vantage)
        .join(Vantage, Vantage.id == SiteState.vantage_id)
        .where(
            SiteState.site_id == state.site_id,
            SiteState.vantage_id != state.vantage_id,
            Vantage.country == vantage.country,
            Vantage.is_enabled,
        )
    )
    networks = agreement.agreeing_networks(here, [_standing(one, other) for one, other in rows])
    confidence, reason = agreement.confirmed(state.confidence, networks)
    if reason is None or confidence is None:
        return
    kept = [one for one in state.reasons if one != reason]
    state.confidence, state.reasons = confidence, [*kept, reason]
    episode = sites.open_episode(session, state.site_id, state.vantage_id)
    if episode is not None:
        episode.confidence = confidence
    session.flush()


def _standing(condition: SiteCondition, vantage: Vantage) -> agreement.Standing:
    return agreement.Standing(
        country=vantage.country, asn=vantage.asn, role=vantage.role, condition=condition
    )


def _move_episode(
    session: Session,
    state: SiteState,
    vantage: Vantage,
    before: Fold,
    step: Step,
    *,
    now: datetime,
) -> None:
    action = episodes.episode_action(before, step)
    if action.change is episodes.EpisodeChange.OPEN:
        assert action.mechanism is not None
        assert action.confidence is not None
        assert action.rule is not None
        assert action.since is not None
        session.add(
            Episode(
                site_id=state.site_id,
                vantage_id=state.vantage_id,
                country=vantage.country,
                asn=vantage.asn,
                layer=action.layer,
                mechanism=action.mechanism,
                confidence=action.confidence,
                rule=action.rule,
                measurement_uid=state.measurement_uid,
                since=action.since,
                opened_at=now,
            )
        )
    elif action.change is episodes.EpisodeChange.CLOSE:
        episode = sites.open_episode(session, state.site_id, state.vantage_id)
        if episode is not None:
            episode.until, episode.note = action.until, action.note
    session.flush()


def let_stale(session: Session, *, now: datetime, policy: WatchPolicy) -> int:
    """Mark states of which nothing was heard for three intervals; unknown again, never up.

    Only what is shown changes. The fold stays as the measurements left it, so that one which was
    made before and arrives now finds the state it belongs to.
    """
    moved = 0
    for state in silence.list_silent(session, before=now - policy.state.stale_after):
        after = reachability.refresh(Fold.from_dict(state.fold), now, policy.state)
        if after.condition is state.condition:
            continue
        state.condition, state.since = after.condition, after.since
        moved += 1
    interval = policy.state.interval
    for pair, last in silence.silent_pairs(session, before=now - 2 * interval):
        gap_notes.note_silence(session, pair, last, now=now, interval=interval)
    if moved:
        ledger.bump(session, "public", "staff")
    return moved
