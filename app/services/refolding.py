# SPDX-License-Identifier: Apache-2.0
"""History that late data corrects: fold again from the last checkpoint before it, and mend the record.

The present state, the episodes and the gaps become what they would be had everything come in time.
Late data never tells anybody of the past: alerts are asked only where the newest round is current
and the present state has turned out to be another.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.reachability import Observation
from app.domain.blocking.replay import Concluded, Moment, Replayed, replay
from app.domain.blocking.site_state import SiteState as Fold
from app.services import episode_records, gap_notes, relinking, standing
from app.services.monitoring import WatchPolicy
from app.storage import history, ledger, measurements, sites
from app.storage.history import Pair, StateCheckpoint
from app.storage.sites import SiteState, Vantage

CURRENT_WITHIN = timedelta(minutes=30)
"""A newest round older than this says nothing of the present that anybody must be told."""

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where one pair is folded from."""

    at: datetime = _BEGINNING
    fold: Fold = field(default_factory=Fold)
    measurement_uid: uuid.UUID | None = None


def refold_late(
    session: Session, *, now: datetime, policy: WatchPolicy, alerts: AlertPolicy, limit: int = 20
) -> int:
    """Fold again some pairs of one vantage that late data arrived for; return how many."""
    states: dict[Pair, SiteState] = {}
    starts: dict[Pair, _Start] = {}
    for site_id, vantage_id, _ in history.late_pairs(session, limit=limit):
        pair = (site_id, vantage_id)
        # The state first, as whoever concludes a measurement does: so nobody waits in a ring.
        state = session.get(SiteState, pair, with_for_update=True, populate_existing=True)
        hour = history.take_late(session, pair)
        if state is not None and hour is not None:
            states[pair] = state
            starts[pair] = _start(history.checkpoint_before(session, pair, hour))
    if not states:
        return 0
    measured = _read(session, starts)
    moved = False
    for pair, state in states.items():
        told = replay(
            starts[pair].fold,
            measured[pair],
            policy.state,
            measurement_uid=starts[pair].measurement_uid,
        )
        moved |= _mend(session, state, told, starts[pair], now=now, policy=policy, alerts=alerts)
    if moved:
        ledger.bump(session, "public", "staff")
    ledger.bump(session, "sites")
    return len(states)


def _start(kept: StateCheckpoint | None) -> _Start:
    if kept is None:
        return _Start()
    return _Start(at=kept.at, fold=Fold.from_dict(kept.fold), measurement_uid=kept.measurement_uid)


def _read(session: Session, starts: Mapping[Pair, _Start]) -> dict[Pair, list[Concluded]]:
    """Read what was measured of these pairs since their starts: one read by time for each vantage."""
    by_vantage: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for site_id, vantage_id in starts:
        by_vantage[vantage_id].append(site_id)
    sizes = sites.network_sizes(session)
    found: dict[Pair, list[Concluded]] = defaultdict(list)
    for vantage_id, site_ids in by_vantage.items():
        vantage = session.get_one(Vantage, vantage_id)
        lone = vantage.asn is None or sizes.get((vantage.country, vantage.asn), 1) < 2
        since = min(starts[one, vantage_id].at for one in site_ids)
        for row, verdict in measurements.concluded_since(session, vantage_id, site_ids, since):
            pair = (row.site_id, vantage_id)
            if row.measured_at <= starts[pair].at:
                continue
            observation = Observation(
                at=row.measured_at,
                verdict_state=verdict.state,
                failure_class=verdict.failure_class,
                layer=verdict.layer,
                mechanism=verdict.mechanism,
                confidence=verdict.confidence,
                rule=verdict.rule,
                vantage_healthy=row.vantage_healthy,
                lone_vantage=lone if verdict.lone_vantage is None else verdict.lone_vantage,
            )
            found[pair].append(Concluded(uid=row.uid, observation=observation))
    return found


def _mend(
    session: Session,
    state: SiteState,
    told: Replayed,
    start: _Start,
    *,
    now: datetime,
    policy: WatchPolicy,
    alerts: AlertPolicy,
) -> bool:
    """Write down what the history comes to; return whether a reader would see a change."""
    pair = (state.site_id, state.vantage_id)
    vantage = session.get_one(Vantage, state.vantage_id)
    before, shown = Fold.from_dict(state.fold), (state.condition, state.since)
    last = told.state.last_measured_at
    _show(session, state, told, now=now, policy=policy)
    has_mended = episode_records.mend(session, state, vantage, told.episodes, start.at, now=now)
    standing.agree(session, state, vantage)
    _keep_days(session, pair, told.days, since=start.at)
    has_filled = gap_notes.correct(
        session, pair, told.gaps, since=start.at, last=last, now=now, interval=policy.state.interval
    )
    has_moved = shown != (state.condition, state.since)
    if has_mended or has_moved:
        relinking.relink(session, state.site_id, now=now)
    is_current = last is not None and now - last <= CURRENT_WITHIN
    if is_current and before != told.state:
        standing.tell(session, state, told.state, vantage, now=now, policy=policy, alerts=alerts)
    return has_mended or has_filled or has_moved


def _show(
    session: Session, state: SiteState, told: Replayed, *, now: datetime, policy: WatchPolicy
) -> None:
    standing.show(state, told.state, now=now, policy=policy)
    state.measurement_uid = told.measurement_uid
    verdict = told.measurement_uid and measurements.newest_verdict(session, told.measurement_uid)
    state.reasons = list(verdict.reasons) if verdict else []
    session.flush()


def _keep_days(session: Session, pair: Pair, days: Sequence[Moment], *, since: datetime) -> None:
    history.forget_checkpoints(session, pair, after=since)
    for one in days:
        history.keep_checkpoint(
            session, pair, at=one.at, fold=one.state.to_dict(), measurement_uid=one.measurement_uid
        )


def keep_checkpoints(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Keep the fold of each pair once a day, so that late data need not be folded from the beginning."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    states = history.unkept_states(session, today, limit=limit)
    for state in states:
        assert state.last_measured_at is not None
        history.keep_checkpoint(
            session,
            (state.site_id, state.vantage_id),
            at=state.last_measured_at,
            fold=state.fold,
            measurement_uid=state.measurement_uid,
        )
    return len(states)
