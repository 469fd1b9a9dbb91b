# SPDX-License-Identifier: Apache-2.0
"""Remote vantages end to end: real packets on both sides, a real collector, a clock tests move."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.domain.agents.protocol import CanaryCount, Rejection
from app.domain.vocabulary import (
    AlertState,
    SiteCondition,
    VantageHealth,
    VantageRole,
    VerdictState,
)
from app.main import create_app
from app.services import agents, vantages
from app.settings import Settings
from app.storage import jobs
from app.storage.agents import requests_of
from app.storage.database import Sessions
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.sites import Site, Vantage
from tests.client import Client
from tests.make import NOW
from tests.remote import RemoteAgent
from tests.testbed import TestbedThread
from tests.workers.jobs.rig import Watch
from workers.jobs import delivering, history, housekeeping, judging

HOST = "courier.example"
URL = f"https://{HOST}/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> Iterator[TestbedThread]:
    """A small internet in which everything works."""
    with TestbedThread() as running:
        yield running


@pytest.fixture
def collector(sessions: Sessions, world: TestbedThread, tmp_path: Path) -> Watch:
    """A collector whose own line measures nothing: agents do."""
    watch = Watch(sessions, world, tmp_path, hosts=(HOST,), controls=0)
    with sessions.writing() as session:
        session.execute(sa.update(Vantage).values(is_enabled=False))
    return watch


@pytest.fixture
def door(collector: Watch, sessions: Sessions, tmp_path: Path) -> FastAPI:
    """The collector's API, on the collector's clock and with its body store."""
    return create_app(Settings(data_dir=tmp_path), sessions, now=collector.now)


def _agent(
    watch: Watch, door: FastAPI, code: str, role: VantageRole, **where: object
) -> RemoteAgent:
    values = {"country": "KZ", "asn": 64496, "network_name": None, **where}
    with watch.sessions.writing() as session:
        vantages.add_vantage(
            session,
            code=code,
            role=role,
            resolver=None,
            proxy=None,
            is_agent=True,
            now=watch.at,
            actor_id=None,
            **values,  # type: ignore[arg-type]
        )
        invitation = agents.invite(session, code, now=watch.at, actor_id=None)
    return RemoteAgent(Client(door), invitation.token, at=watch.at)


@pytest.fixture
def field(collector: Watch, door: FastAPI) -> RemoteAgent:
    """A laptop in the country."""
    return _agent(collector, door, "kz-1", VantageRole.FIELD)


@pytest.fixture
def control(collector: Watch, door: FastAPI) -> RemoteAgent:
    """A machine abroad."""
    return _agent(collector, door, "nl-1", VantageRole.CONTROL, country="NL", asn=64511)


def _site(watch: Watch) -> uuid.UUID:
    with watch.sessions.reading() as session:
        return session.scalars(sa.select(Site.id).where(Site.host == HOST)).one()


def _look(watch: Watch, agent: RemoteAgent, *, at: object = None, **values: object) -> uuid.UUID:
    """Let the field agent look at the site and hand in what it saw; return the uid."""
    when = watch.at
    seen = agent.look(watch.world.session(role="field"), URL, at=when)
    item = agent.item(_site(watch), seen, **values)
    receipt = agent.hand_in(agent.batch(item, now=when))
    assert receipt.accepted == 1
    return uuid.UUID(seen.uid)


def _answer(watch: Watch, agent: RemoteAgent) -> int:
    """Let the control agent do what it is asked; return how many things that were."""
    urgent = agent.poll().urgent
    for one in urgent:
        seen = agent.look(
            watch.world.session(role="control"), one.url, at=watch.at, extra=one.extra_addresses
        )
        item = agent.item(one.site, seen, control_of=one.control_of)
        agent.hand_in(agent.batch(item, now=watch.at))
    return len(urgent)


def _pass(watch: Watch, agents_: tuple[RemoteAgent, ...], time: timedelta) -> None:
    watch.at += time
    for one in agents_:
        one.monotonic_ms += time.total_seconds() * 1000


def _verdict(watch: Watch, uid: uuid.UUID) -> VerdictRow | None:
    with watch.sessions.reading() as session:
        return session.scalar(sa.select(VerdictRow).where(VerdictRow.measurement_uid == uid))


def test_a_genuine_page_is_judged_without_asking_anybody(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Content over valid TLS speaks for itself: the state moves, and no control is bothered."""
    uid = _look(collector, field)
    judging.judge_waiting(collector.context)

    verdict = _verdict(collector, uid)
    assert verdict is not None
    assert verdict.state is VerdictState.OK
    assert collector.condition(HOST) is SiteCondition.REACHABLE
    assert control.poll().urgent == ()


def test_a_failure_waits_for_the_control_agent_and_becomes_blocked(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Kept at once, judged when the control abroad has answered; a series of them is one episode."""
    collector.world.block_sni(HOST)
    for _ in range(6):
        uid = _look(collector, field)
        judging.judge_waiting(collector.context)
        assert _verdict(collector, uid) is None
        assert _answer(collector, control) == 1
        judging.judge_waiting(collector.context)
        verdict = _verdict(collector, uid)
        assert verdict is not None
        assert verdict.state is VerdictState.BLOCKED
        _pass(collector, (field, control), 3 * MINUTE)
        delivering.fire_due_alerts(collector.job)

    assert collector.condition(HOST) is SiteCondition.BLOCKED
    assert len(collector.episodes()) == 1
    assert collector.alerts() == [("site.blocked", AlertState.FIRING)]


def test_a_control_that_never_answers_leaves_it_open(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Five minutes later no control would count: it is insufficient, never blocked."""
    collector.world.block_sni(HOST)
    uid = _look(collector, field)
    judging.judge_waiting(collector.context)
    _pass(collector, (field, control), 6 * MINUTE)
    judging.judge_waiting(collector.context)

    verdict = _verdict(collector, uid)
    assert verdict is not None
    assert verdict.state is VerdictState.INSUFFICIENT
    assert control.poll().urgent == ()


def test_the_collector_itself_is_the_control_of_its_agents(
    collector: Watch, field: RemoteAgent
) -> None:
    """A collector abroad needs nobody else: its own line answers at once."""
    with collector.sessions.writing() as session:
        vantages.ensure_vantage(
            session, code="here", role=VantageRole.CONTROL, country="NL", asn=64512, now=NOW
        )
    collector.world.block_sni(HOST)
    uid = _look(collector, field)
    judging.judge_waiting(collector.context)

    verdict = _verdict(collector, uid)
    assert verdict is not None
    assert verdict.state is VerdictState.BLOCKED


def test_a_site_that_is_down_for_the_control_too_is_down(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """An outage is never called a block, whoever looks."""
    collector.world.do(lambda net: net.take_down(HOST))
    uid = _look(collector, field)
    judging.judge_waiting(collector.context)
    _answer(collector, control)
    judging.judge_waiting(collector.context)

    verdict = _verdict(collector, uid)
    assert verdict is not None
    assert verdict.state is VerdictState.DOWN


def test_a_vantage_without_a_network_accuses_nobody(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """What an agent saw while its canaries failed is kept, and moves no state."""
    collector.world.block_sni(HOST)
    dark = CanaryCount(reached=0, asked=3)
    for _ in range(6):
        _look(collector, field, canaries=dark)
        judging.judge_waiting(collector.context)
        _answer(collector, control)
        judging.judge_waiting(collector.context)
        _pass(collector, (field, control), 3 * MINUTE)

    assert collector.condition(HOST) in {SiteCondition.UNKNOWN, SiteCondition.STALE}
    assert collector.episodes() == []


def test_the_same_batch_twice_adds_nothing(collector: Watch, field: RemoteAgent) -> None:
    """An agent that never heard the receipt sends again; the second time all is duplicate."""
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    batch = field.batch(field.item(_site(collector), seen), now=collector.at)

    first, second = field.hand_in(batch), field.hand_in(batch)

    assert (first.accepted, first.duplicate) == (1, 0)
    assert (second.accepted, second.duplicate) == (0, 1)


def test_each_item_that_cannot_be_taken_is_named(collector: Watch, field: RemoteAgent) -> None:
    """One good item among bad ones is stored; each bad one is refused with its reason, for good."""
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    site = _site(collector)

    def other(**values: object) -> object:
        return replace(seen, **{"uid": str(uuid.uuid4()), **values})  # type: ignore[arg-type]

    batch = field.batch(
        field.item(site, seen),
        field.item(uuid.uuid4(), other()),  # type: ignore[arg-type]
        field.item(site, other(vantage="someone-else")),  # type: ignore[arg-type]
        field.item(site, other(), control_of=uuid.uuid4()),  # type: ignore[arg-type]
        field.item(
            site,
            other(started_at=collector.at + timedelta(days=2)),  # type: ignore[arg-type]
            boot=uuid.uuid4(),
        ),
        field.item(site, other(url="https://canary-1.example/")),  # type: ignore[arg-type]
        field.item(site, other(), monotonic_ms=-5e9),  # type: ignore[arg-type]
        field.item(site, other(), monotonic_ms=-1e300),  # type: ignore[arg-type]
        field.item(site, other(), canaries=CanaryCount(reached=-2, asked=-3)),  # type: ignore[arg-type]
        now=collector.at,
    )
    receipt = field.hand_in(batch)

    assert receipt.accepted == 1
    assert sorted((one.index, one.code) for one in receipt.rejected) == [
        (1, Rejection.UNKNOWN_SITE),
        (2, Rejection.WRONG_VANTAGE),
        (3, Rejection.NOT_ASKED),
        (4, Rejection.FROM_THE_FUTURE),
        (5, Rejection.NOT_ASKED),
        (6, Rejection.TOO_OLD),
        (7, Rejection.TOO_OLD),
        (8, Rejection.MALFORMED),
    ]


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "/", "../" * 9, "", "a" * 300, "A" * 64, "0" * 64 + "/.."]
)
def test_a_body_is_named_by_its_hash_and_never_by_a_path(
    collector: Watch, field: RemoteAgent, name: str
) -> None:
    """An agent cannot have the collector read its own files, nor stumble over them."""
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    hostile = replace(seen, exchanges=(replace(seen.exchanges[0], body=None, body_sha256=name),))
    receipt = field.hand_in(field.batch(field.item(_site(collector), hostile), now=collector.at))

    assert [one.code for one in receipt.rejected] == [Rejection.MALFORMED]
    assert collector.context.bodies.get(name) is None


def test_more_steps_than_a_look_can_take_are_refused(collector: Watch, field: RemoteAgent) -> None:
    """A small text that names one body ten thousand times is not read ten thousand times."""
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    site = _site(collector)
    bare = replace(seen.exchanges[0], headers=(), body=None)
    many = replace(seen, uid=str(uuid.uuid4()), exchanges=(bare,) * 1000)
    receipt = field.hand_in(
        field.batch(field.item(site, seen), field.item(site, many), now=collector.at)
    )

    assert (receipt.accepted, [one.index for one in receipt.rejected]) == (1, [1])


def test_a_wrong_clock_does_not_move_the_history(collector: Watch, field: RemoteAgent) -> None:
    """Three hours off, one hour old: the monotonic clock puts it where it was."""
    wrong = collector.at - timedelta(hours=3)
    seen = field.look(collector.world.session(role="field"), URL, at=wrong - timedelta(hours=1))
    item = field.item(_site(collector), seen, monotonic_ms=field.monotonic_ms - 3_600_000)
    field.monotonic_ms = item.monotonic_ms + 3_600_000
    field.hand_in(field.batch(item, now=wrong))

    with collector.sessions.reading() as session:
        row = session.get_one(MeasurementRow, uuid.UUID(seen.uid))
    assert row.measured_at == collector.at - timedelta(hours=1)
    assert row.is_late
    assert row.clock_offset_ms == pytest.approx(3 * 3_600_000)


def test_a_clock_that_is_hours_off_is_told_once(collector: Watch, field: RemoteAgent) -> None:
    """Times are corrected all the same; whoever runs the machine learns of it."""
    for _ in range(3):
        field.hand_in(field.batch(now=collector.at - timedelta(hours=3)))
        _pass(collector, (field,), 2 * MINUTE)
        delivering.fire_due_alerts(collector.job)

    assert collector.alerts() == [("agent.clock", AlertState.FIRING)]

    field.hand_in(field.batch(now=collector.at))
    assert collector.alerts()[0][0] == "agent.clock"
    assert collector.alerts()[0][1] is not AlertState.PENDING


def test_a_collector_that_is_away_for_a_day_loses_nothing(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """The spool arrives, newest first; the history is whole and in order; people get one message."""
    began = collector.at
    session = collector.world.session(role="field")
    fine = field.look(session, URL, at=began)
    collector.world.block_sni(HOST)
    broken = field.look(collector.world.session(role="field"), URL, at=began)
    site, spool = _site(collector), []
    for number in range(96):
        _pass(collector, (field, control), 15 * MINUTE)
        seen = fine if number < 60 else broken
        spool.append(
            field.item(site, replace(seen, uid=str(uuid.uuid4()), started_at=collector.at))
        )
    taken = 0
    for end in range(len(spool), 0, -20):
        batch = field.batch(*spool[max(0, end - 20) : end], now=collector.at)
        taken += field.hand_in(batch).accepted
    control.poll()
    for _ in range(8):
        for _ in range(3):
            judging.judge_waiting(collector.context)
            _answer(collector, control)
            history.keep_right(collector.context)
        delivering.fire_due_alerts(collector.job)
        _pass(collector, (field, control), 3 * MINUTE)
        _look(collector, field)

    with collector.sessions.reading() as session_:
        rows = session_.scalars(
            sa.select(MeasurementRow.measured_at)
            .where(MeasurementRow.control_of.is_(None))
            .order_by(MeasurementRow.measured_at)
        ).all()
        open_ones = session_.scalar(
            sa.select(sa.func.count()).where(MeasurementRow.awaits.is_not(None))
        )
    assert taken == 96
    assert list(rows[:96]) == [began + 15 * MINUTE * (number + 1) for number in range(96)]
    assert open_ones in {0, 1}
    assert collector.condition(HOST) is SiteCondition.BLOCKED
    assert len(collector.episodes()) == 1
    assert sorted(kind for kind, _ in collector.alerts()) in (
        ["site.blocked"],
        ["site.blocked", "site.unreachable"],
    )


def test_an_agent_that_falls_silent_is_one_alert(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Five minutes without a word, and the vantage is offline; back, and it is over."""
    _look(collector, field)
    judging.judge_waiting(collector.context)
    for _ in range(16):
        _pass(collector, (field, control), MINUTE)
        control.poll()
        housekeeping.tidy(collector.context)
        delivering.fire_due_alerts(collector.job)

    assert collector.vantage("kz-1").health is VantageHealth.OFFLINE
    assert collector.alerts() == [("vantage.offline", AlertState.FIRING)]
    with collector.sessions.reading() as session:
        # Nothing that beats here could be taken for a loop that stands still.
        assert set(jobs.heartbeats(session).values()) == {collector.at}

    _look(collector, field)
    delivering.fire_due_alerts(collector.job)
    assert collector.vantage("kz-1").health is VantageHealth.HEALTHY
    assert collector.alerts() == [("vantage.offline", AlertState.RESOLVED)]


def test_a_collector_that_was_away_blames_no_agent(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """After its own absence of a day it waits for agents to call before it calls them silent."""
    housekeeping.tidy(collector.context)
    _pass(collector, (field, control), timedelta(days=1))
    for _ in range(4):
        housekeeping.tidy(collector.context)
        _pass(collector, (field, control), MINUTE)
    field.poll()
    control.poll()
    for _ in range(4):
        housekeeping.tidy(collector.context)
        _pass(collector, (field, control), MINUTE)

    assert collector.alerts() == []


def test_a_control_is_one_voice_however_often_it_speaks(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Ten answers to one question are no majority."""
    collector.world.block_sni(HOST)
    uid = _look(collector, field)
    judging.judge_waiting(collector.context)
    (asked,) = control.poll().urgent
    seen = control.look(collector.world.session(role="control"), URL, at=collector.at)
    answers = [replace(seen, uid=str(uuid.uuid4())) for _ in range(10)]
    control.hand_in(
        control.batch(
            *(control.item(asked.site, one, control_of=asked.control_of) for one in answers),
            now=collector.at,
        )
    )
    judging.judge_waiting(collector.context)

    verdict = _verdict(collector, uid)
    assert verdict is not None
    assert len(verdict.control_uids) == 1


def test_what_a_field_agent_claims_is_no_burden_for_controls(
    collector: Watch, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Thousands of addresses, and text that is none: a control is handed a few real ones."""
    collector.world.block_sni(HOST)
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    (first, *rest) = seen.lookups
    junk = [replace(first.answers[0], address=f"not an address {one}") for one in range(2000)]
    real = [
        replace(first.answers[0], address=f"198.51.{one // 250}.{one % 250}") for one in range(2000)
    ]
    hostile = replace(seen, lookups=(replace(first, answers=(*junk, *real)), *rest))
    field.hand_in(field.batch(field.item(_site(collector), hostile), now=collector.at))
    judging.judge_waiting(collector.context)
    (asked,) = control.poll().urgent

    assert len(asked.extra_addresses) == 20
    assert asked.extra_addresses[0] == "198.51.0.0"


def test_one_vantage_cannot_crowd_out_the_controls_of_another(
    collector: Watch, door: FastAPI, field: RemoteAgent, control: RemoteAgent
) -> None:
    """However many failures one agent claims, the others' turn comes as soon."""
    other = _agent(collector, door, "kz-2", VantageRole.FIELD, asn=64497)
    collector.world.block_sni(HOST)
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    site = _site(collector)
    flood = [replace(seen, uid=str(uuid.uuid4())) for _ in range(150)]
    field.hand_in(field.batch(*(field.item(site, one) for one in flood), now=collector.at))
    _pass(collector, (field, control, other), MINUTE)
    uid = _look(collector, other)
    judging.judge_waiting(collector.context)

    assert uid in {one.control_of for one in control.poll().urgent[:2]}


def test_what_a_revoked_agent_left_behind_keeps_nobody_busy(
    collector: Watch, field: RemoteAgent
) -> None:
    """It is not leased over and over; when the vantage is back it is history, and accuses nobody."""
    uid = _look(collector, field)
    with collector.sessions.writing() as session:
        agents.revoke(session, "kz-1", now=collector.at, actor_id=None)
    judging.judge_waiting(collector.context)
    with collector.sessions.reading() as session:
        row = session.get_one(MeasurementRow, uid)
        assert (row.awaits, row.leased_until) == ("judgement", None)

    _pass(collector, (field,), timedelta(days=1))
    with collector.sessions.writing() as session:
        session.execute(sa.update(Vantage).where(Vantage.code == "kz-1").values(is_enabled=True))
    judging.judge_waiting(collector.context)

    assert _verdict(collector, uid) is not None
    assert collector.state(HOST).last_measured_at is None


def test_what_waited_for_a_worker_is_history_by_then(collector: Watch, field: RemoteAgent) -> None:
    """Handed in at once and judged an hour later: the history gets it, and no alert comes of it."""
    _look(collector, field)
    when = collector.at
    _pass(collector, (field,), 60 * MINUTE)
    judging.judge_waiting(collector.context)
    assert collector.state(HOST).last_measured_at is None

    history.keep_right(collector.context)
    assert collector.state(HOST).last_measured_at == when


def test_two_controls_that_answer_at_once_see_each_other(
    collector: Watch, door: FastAPI, field: RemoteAgent, control: RemoteAgent
) -> None:
    """The second waits for the first, so that one of them rouses what waits for both."""
    _agent(collector, door, "de-1", VantageRole.CONTROL, country="DE", asn=64512)
    collector.world.block_sni(HOST)
    uid = _look(collector, field)
    judging.judge_waiting(collector.context)
    found: list[int] = []

    def second() -> None:
        with collector.sessions.writing() as session:
            found.extend(one.answered_at is not None for one in requests_of(session, [uid]))

    thread = Thread(target=second)
    with collector.sessions.writing() as session:
        (first, _) = requests_of(session, [uid])
        first.answered_at = collector.at
        session.flush()
        thread.start()
        thread.join(timeout=0.3)
    thread.join(timeout=10)

    assert sum(found) == 1


def test_a_title_with_a_nul_is_kept(collector: Watch, field: RemoteAgent) -> None:
    """What no PostgreSQL text can hold comes through as U+FFFD, and the measurement is stored."""
    seen = field.look(collector.world.session(role="field"), URL, at=collector.at)
    hostile = replace(seen, exchanges=(replace(seen.exchanges[0], title="a\x00b \\u0000"),))
    receipt = field.hand_in(field.batch(field.item(_site(collector), hostile), now=collector.at))

    with collector.sessions.reading() as session:
        row = session.get_one(MeasurementRow, uuid.UUID(seen.uid))
    assert receipt.accepted == 1
    assert row.observations["exchanges"][0]["title"] == "a\ufffdb \\u0000"


def test_the_public_learns_nothing_of_a_lone_agent(
    collector: Watch, door: FastAPI, field: RemoteAgent, control: RemoteAgent
) -> None:
    """Blocked, offline, wrong clock: every public address names the country and the day, no more."""
    collector.world.block_sni(HOST)
    for _ in range(6):
        uid = _look(collector, field)
        judging.judge_waiting(collector.context)
        _answer(collector, control)
        judging.judge_waiting(collector.context)
        _pass(collector, (field, control), 3 * MINUTE)
        delivering.fire_due_alerts(collector.job)
    field.hand_in(field.batch(now=collector.at - timedelta(hours=3)))
    for _ in range(16):
        _pass(collector, (field, control), MINUTE)
        control.poll()
        housekeeping.tidy(collector.context)
        delivering.fire_due_alerts(collector.job)
    history.keep_right(collector.context)
    assert collector.condition(HOST) is SiteCondition.BLOCKED
    assert ("vantage.offline", AlertState.FIRING) in collector.alerts()

    site, public = _site(collector), Client(door)
    for path in (
        "sites",
        f"sites/{site}",
        f"sites/{site}/timeline",
        f"sites/{site}/rollups?grain=hour",
        f"sites/{site}/rollups?grain=day",
        "episodes",
        "alerts",
        "network-events",
        f"measurements/{uid}",
    ):
        answer = public.get(f"/api/v1/{path}")
        assert answer.status_code == (404 if path.startswith("measurements") else 200)
        assert not re.search(r"kz-1|64496|\dT\d\d:", answer.text), path
