# SPDX-License-Identifier: Apache-2.0
"""Watching end to end: real packets, real rules, a real database; only the clock is moved by hand."""

import base64
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.blocking.measurement import Measurement
from app.domain.vocabulary import (
    AlertState,
    Confidence,
    Mechanism,
    SiteCondition,
    VantageHealth,
    VantageRole,
)
from app.errors import WrongSettings
from app.main import create_app
from app.services import monitoring, recording, retention, standing, vantages
from app.services.knowledge import NOTHING
from app.services.monitoring import VantagePlan
from app.services.recording import Seen
from app.settings import Settings
from app.storage.body_references import BodyReference
from app.storage.database import Sessions
from app.storage.history import DirtyHour
from app.storage.measurements import MeasurementRow, VerdictRow, from_observations
from app.storage.sites import DueTarget, SiteState, Vantage
from tests.client import Client
from tests.make import NOW
from tests.testbed import SniAction, TestbedThread
from tests.workers.jobs.rig import CANARIES, Watch
from workers.jobs import housekeeping
from workers.probe import ProbeSession

VICTIM = "courier.example"
NEIGHBOUR = "gazette.example"
MINUTES = timedelta(minutes=1)


@pytest.fixture
def world() -> Iterator[TestbedThread]:
    """A small internet in which everything works."""
    with TestbedThread() as running:
        yield running


@pytest.fixture
def watch(sessions: Sessions, world: TestbedThread, tmp_path: Path) -> Watch:
    """A worker that watches two sites, with one control."""
    return Watch(sessions, world, tmp_path, hosts=(VICTIM, NEIGHBOUR))


def test_a_reachable_site_is_reachable_and_nobody_is_told(watch: Watch) -> None:
    """The first good measurement makes a site reachable; no alert, no episode."""
    watch.round()

    assert watch.condition(VICTIM) is SiteCondition.REACHABLE
    assert watch.vantage().health is VantageHealth.HEALTHY
    assert watch.alerts() == []


def test_a_dns_block_is_one_episode_and_one_alert(watch: Watch, world: TestbedThread) -> None:
    """A lasting lie of the resolver becomes blocked, once; the neighbour is untouched."""
    watch.round()
    world.block_dns(VICTIM)
    watch.rounds(over=40 * MINUTES)

    state = watch.state(VICTIM)
    assert state.condition is SiteCondition.BLOCKED
    assert state.mechanism is Mechanism.NXDOMAIN
    assert state.confidence in {Confidence.LIKELY, Confidence.WEAK}
    assert watch.condition(NEIGHBOUR) is SiteCondition.REACHABLE
    assert watch.alerts() == [("site.blocked", AlertState.FIRING)]
    (episode,) = watch.episodes()
    assert episode.until is None
    assert episode.since >= NOW


def test_one_failure_accuses_nobody(watch: Watch, world: TestbedThread) -> None:
    """A single failure is suspect, is asked again soon, and is forgotten when the site answers."""
    watch.round()
    world.block_dns(VICTIM)
    watch.at += 16 * MINUTES
    watch.round()
    assert watch.condition(VICTIM) is SiteCondition.SUSPECT
    assert watch.state(VICTIM).next_due_at - watch.at <= timedelta(seconds=30)

    world.restore(VICTIM)
    watch.rounds(over=5 * MINUTES)

    assert watch.condition(VICTIM) is SiteCondition.REACHABLE
    assert watch.alerts() == []
    assert watch.episodes() == []


def test_an_sni_reset_is_named(watch: Watch, world: TestbedThread) -> None:
    """A reset when the name is sent is blocked by that mechanism, not just a failure."""
    world.block_sni(VICTIM)
    watch.rounds(over=20 * MINUTES)

    assert watch.condition(VICTIM) is SiteCondition.BLOCKED
    assert watch.state(VICTIM).mechanism is Mechanism.SNI_RESET


def test_a_site_that_is_down_is_never_called_blocked(watch: Watch, world: TestbedThread) -> None:
    """A site that fails for the control too is down; every single verdict says so."""
    world.take_down(VICTIM)
    watch.rounds(over=20 * MINUTES)

    assert watch.condition(VICTIM) is SiteCondition.DOWN
    assert watch.alerts() == [("site.down", AlertState.FIRING)]
    assert watch.episodes() == []
    with watch.sessions.reading() as session:
        states = set(session.scalars(sa.select(VerdictRow.state)))
    assert "blocked" not in {state.value for state in states}


def test_a_vantage_without_a_network_accuses_nobody(watch: Watch, world: TestbedThread) -> None:
    """When no canary answers, the vantage is told of once and no site's state moves."""
    watch.round()
    for host in (VICTIM, NEIGHBOUR, *CANARIES):
        world.block_address(host, silently=False)
    watch.rounds(over=60 * MINUTES)

    assert watch.vantage().health is VantageHealth.OFFLINE
    assert watch.condition(VICTIM) is SiteCondition.REACHABLE
    assert watch.alerts() == [("vantage.offline", AlertState.FIRING)]
    assert watch.episodes() == []


def test_a_machine_without_a_resolver_is_offline(watch: Watch) -> None:
    """Where the machine names no resolver at all, the vantage is offline and no site is accused."""

    def open_nothing(_vantage: VantagePlan) -> ProbeSession:
        raise WrongSettings("This machine names no DNS resolver.")

    watch.round()
    watch.context = replace(watch.context, open_session=open_nothing)
    watch.at += 20 * MINUTES
    watch.round()
    watch.rounds(over=5 * MINUTES)

    assert watch.vantage().health is VantageHealth.OFFLINE
    assert watch.condition(VICTIM) is SiteCondition.REACHABLE
    # The control of this rig leaves by the same machine, so it is offline as well.
    assert watch.alerts() == [("vantage.offline", AlertState.FIRING)] * 2


def test_recovery_ends_the_episode_and_resolves_the_alert(
    watch: Watch, world: TestbedThread
) -> None:
    """When the block is lifted, three good rounds over ten minutes end it, once."""
    world.block_sni(VICTIM)
    watch.rounds(over=20 * MINUTES)
    world.restore(VICTIM)
    watch.rounds(over=40 * MINUTES)

    assert watch.condition(VICTIM) is SiteCondition.REACHABLE
    assert watch.alerts() == [("site.blocked", AlertState.RESOLVED)]
    (episode,) = watch.episodes()
    assert episode.until is not None
    assert episode.until > episode.since


def test_without_a_control_nothing_is_called_blocked(
    sessions: Sessions, world: TestbedThread, tmp_path: Path
) -> None:
    """From one network alone a lasting failure is inconclusive, and told as unreachable."""
    watch = Watch(sessions, world, tmp_path, hosts=(VICTIM,), controls=0)
    watch.round()
    world.block_sni(VICTIM)
    watch.rounds(over=60 * MINUTES)

    assert watch.condition(VICTIM) is SiteCondition.INCONCLUSIVE
    assert watch.alerts() == [("site.unreachable", AlertState.FIRING)]
    assert watch.episodes() == []


def test_silence_becomes_stale_never_up(watch: Watch) -> None:
    """A site of which nothing is heard for three intervals is unknown again."""
    watch.round()
    watch.at += 46 * MINUTES
    with watch.sessions.writing() as session:
        moved = standing.let_stale(session, now=watch.at, policy=watch.context.watch)

    assert moved == 2
    assert watch.condition(VICTIM) is SiteCondition.STALE


def test_what_is_seen_while_a_state_goes_stale_still_counts(watch: Watch) -> None:
    """A site that was leased when silence made it stale is judged when its measurement arrives."""
    watch.round()
    watch.at += 46 * MINUTES
    with watch.sessions.writing() as session:
        plan = monitoring.begin_round(session, worker="rig", now=watch.at, limit=10, known=NOTHING)
    with watch.sessions.writing() as session:
        standing.let_stale(session, now=watch.at, policy=watch.context.watch)
    target = next(one for one in plan.targets if VICTIM in one.url)
    measured = from_observations(_observations_of(watch, target.site_id))
    fresh = replace(measured, uid=str(uuid.uuid4()), started_at=watch.at)
    seen = _seen(plan, target, fresh)
    with watch.sessions.writing() as session:
        recording.keep_seen(session, seen, now=watch.at)
        verdict = recording.judge_seen(seen, plan.known)
        recording.conclude(
            session,
            seen,
            verdict,
            now=watch.at,
            policy=watch.context.watch,
            alerts=watch.job.alerts,
        )

    assert watch.condition(VICTIM) is SiteCondition.REACHABLE


def test_a_field_that_became_a_control_stops_no_round(watch: Watch) -> None:
    """Its old states are not due any more, and the rest goes on."""
    watch.round()
    with watch.sessions.writing() as session:
        vantage = session.scalars(sa.select(Vantage).where(Vantage.code == "field-1")).one()
        vantage.role = VantageRole.CONTROL
        vantages.ensure_vantage(session, code="field-2", role=VantageRole.FIELD, now=watch.at)
    watch.at += 16 * MINUTES
    watch.round()

    with watch.sessions.reading() as session:
        found = session.execute(
            sa.select(Vantage.code, SiteState.condition)
            .join(Vantage, Vantage.id == SiteState.vantage_id)
            .where(Vantage.code == "field-2")
        ).all()
    assert {condition for _, condition in found} == {SiteCondition.REACHABLE}


def test_controls_and_evidence_are_kept(watch: Watch, world: TestbedThread) -> None:
    """A failing measurement is stored with its control, and with the verdict's rule and reasons."""
    world.block_sni(VICTIM)
    watch.round()

    with watch.sessions.reading() as session:
        rows = session.scalars(sa.select(MeasurementRow)).all()
        verdicts = session.scalars(sa.select(VerdictRow)).all()
    controls = [row for row in rows if row.control_of is not None]
    (blocked,) = [one for one in verdicts if one.state.value == "blocked"]
    assert [str(row.uid) for row in controls] == blocked.control_uids
    assert blocked.rule
    assert blocked.reasons


def test_what_came_with_a_failure_is_kept_and_outlives_the_sweeping(
    watch: Watch, world: TestbedThread
) -> None:
    """The interceptor's certificates and the control's page are in the store, and stay there."""
    world.block_sni(VICTIM, SniAction.INTERCEPT)
    watch.round()
    with watch.sessions.reading() as session:
        noted = set(session.scalars(sa.select(BodyReference.sha256)))
        rows = session.scalars(sa.select(MeasurementRow)).all()
    chains = {
        sha256
        for row in rows
        for shake in from_observations(row.observations).handshakes
        if shake.failure
        for sha256 in shake.chain_sha256
    }
    assert chains
    assert chains <= noted
    bodies = watch.context.bodies
    kept = {one.sha256 for one in bodies.list_kept(limit=100)}
    assert chains <= kept <= noted
    much_later = datetime(2040, 1, 1, tzinfo=UTC)
    with watch.sessions.writing() as session:
        assert retention.forget_bodies(session, bodies, now=much_later) == (0, False)
    assert {one.sha256 for one in bodies.list_kept(limit=100)} == kept


def test_housekeeping_forgets(watch: Watch) -> None:
    """Good measurements that were kept long enough go in passing; the last of each site stays."""
    watch.round()
    watch.at += 15 * MINUTES
    watch.round()
    watch.at += timedelta(days=91)
    housekeeping.tidy(watch.context)
    with watch.sessions.reading() as session:
        found = sa.select(MeasurementRow.measured_at, MeasurementRow.site_id)
        left = session.execute(found.where(MeasurementRow.control_of.is_(None))).all()
    assert len(left) == len({row.site_id for row in left}) == 2


def test_the_public_cannot_tell_when_a_lone_vantage_measured(
    watch: Watch, world: TestbedThread, tmp_path: Path
) -> None:
    """Neither a measurement, nor its control, nor a cursor gives the exact time of a small network."""
    world.block_sni(VICTIM)
    watch.rounds(over=30 * MINUTES)
    public = Client(create_app(Settings(data_dir=tmp_path), watch.sessions, now=watch.now))
    site = watch.state(VICTIM).site_id
    with watch.sessions.reading() as session:
        rows = session.scalars(sa.select(MeasurementRow)).all()

    pages = [public.get(f"/api/v1/sites/{site}/timeline?limit=2").json()]
    while pages[-1]["links"]["next"]:
        address = pages[-1]["links"]["next"].partition("8000")[2]
        pages.append(public.get(address).json())
    told = [one for page in pages for one in page["data"]]
    cursors = [page["links"]["next"] or "" for page in pages]

    assert len(told) == len([row for row in rows if row.site_id == site and not row.control_of])
    assert {one["measured_at"] for one in told} == {NOW.date().isoformat()}
    assert all(public.get(f"/api/v1/measurements/{row.uid}").status_code == 404 for row in rows)
    decoded = "".join(_decoded(cursor) for cursor in cursors if cursor)
    assert NOW.date().isoformat() not in decoded


def _decoded(link: str) -> str:
    token = link.partition("cursor=")[2]
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode(errors="replace")


def test_a_site_just_measured_is_no_304(watch: Watch, tmp_path: Path) -> None:
    """The time of the last measurement is part of the answer, so a new one makes a new ETag."""
    watch.round()
    public = Client(create_app(Settings(data_dir=tmp_path), watch.sessions, now=watch.now))
    etag = public.get("/api/v1/sites").headers["etag"]
    same = public.get("/api/v1/sites", headers={"If-None-Match": etag})
    watch.at += 16 * MINUTES
    watch.round()
    later = public.get("/api/v1/sites", headers={"If-None-Match": etag})

    assert (same.status_code, later.status_code) == (304, 200)


def test_a_leased_row_is_not_given_twice(watch: Watch) -> None:
    """Two workers never hold the same site; a lease that ran out is free again."""
    with watch.sessions.writing() as session:
        monitoring.enlist_new_pairs(session, now=watch.at, policy=watch.context.watch)
    with watch.sessions.writing() as session:
        first = monitoring.begin_round(session, worker="a", now=watch.at, limit=10, known=NOTHING)
    with watch.sessions.writing() as session:
        second = monitoring.begin_round(session, worker="b", now=watch.at, limit=10, known=NOTHING)
    later = watch.at + monitoring.LEASE + timedelta(seconds=1)
    with watch.sessions.writing() as session:
        third = monitoring.begin_round(session, worker="b", now=later, limit=10, known=NOTHING)

    assert len(first.targets) == 2
    assert second.targets == ()
    assert {one.site_id for one in third.targets} == {one.site_id for one in first.targets}


def test_what_a_slow_worker_saw_before_another_is_history_only(watch: Watch) -> None:
    """What was seen before the state's last measurement moves nothing now; it is kept, and marked."""
    watch.round()
    watch.at += 16 * MINUTES
    with watch.sessions.writing() as session:
        held = monitoring.begin_round(session, worker="slow", now=watch.at, limit=10, known=NOTHING)
    seen_at = watch.at
    watch.at += monitoring.LEASE + MINUTES
    watch.round()
    version = watch.state(VICTIM).version
    target = next(one for one in held.targets if VICTIM in one.url)
    measured = from_observations(_observations_of(watch, target.site_id))
    late = replace(measured, uid=str(uuid.uuid4()), started_at=seen_at)
    seen = _seen(held, target, late)
    with watch.sessions.writing() as session:
        recording.keep_seen(session, seen, now=watch.at)
        verdict = recording.judge_seen(seen, held.known)
        recording.conclude(
            session,
            seen,
            verdict,
            now=watch.at,
            policy=watch.context.watch,
            alerts=watch.job.alerts,
        )

    assert watch.state(VICTIM).version == version
    with watch.sessions.reading() as session:
        assert session.get(MeasurementRow, uuid.UUID(late.uid)) is not None
        marked = session.scalars(sa.select(DirtyHour).where(DirtyHour.is_late)).all()
    assert [one.site_id for one in marked] == [target.site_id]


def _seen(plan: monitoring.Round, target: DueTarget, measurement: Measurement) -> Seen:
    return Seen(
        site_id=target.site_id,
        url=target.url,
        vantage=plan.vantages[target.vantage_id],
        vantage_healthy=True,
        measurement=measurement,
        measured_at=measurement.started_at,
    )


def _observations_of(watch: Watch, site_id: uuid.UUID) -> dict[str, Any]:
    with watch.sessions.reading() as session:
        found = sa.select(MeasurementRow.observations).where(MeasurementRow.site_id == site_id)
        values: dict[str, Any] = session.scalars(found.limit(1)).one()
    return values


def test_recording_twice_changes_nothing(watch: Watch) -> None:
    """The measurement's uid is its key: a replayed record leaves one row and one step."""
    watch.round()
    with watch.sessions.reading() as session:
        before = session.scalars(sa.select(SiteState)).all()
        versions = sorted(state.version for state in before)

    watch.round()

    with watch.sessions.reading() as session:
        after = sorted(state.version for state in session.scalars(sa.select(SiteState)))
    assert versions == after
