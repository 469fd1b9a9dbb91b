# SPDX-License-Identifier: Apache-2.0
"""Old measurements of what was well go, with what came with them; all evidence stays."""

import hashlib
import os
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.blocking.measurement import Engine, HttpExchange, Measurement, TlsHandshake
from app.domain.vocabulary import AlertKind, AlertState, Severity, VerdictState
from app.services import retention
from app.storage import body_references, history, ledger, measurements
from app.storage.agents import ControlRequest
from app.storage.alerts import Alert
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.rollups import DailyRollup, HourlyRollup
from app.storage.sites import Episode, SiteState, Vantage
from tests import make_alerts as make
from tests.make import NOW

DAYS = timedelta(days=1)
KEEP = 90 * DAYS
LONG_AGO = NOW - 100 * DAYS


class Record:
    """One site at one vantage, with measurements put there directly."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self.sessions = sessions
        self.bodies = BodyStore(folder / "bodies")
        with sessions.writing() as session:
            self.vantage = make.vantage(session, f"kz-{uuid.uuid4().hex[:6]}").id
            self.site = make.site(session, f"s-{uuid.uuid4().hex[:8]}.example").id
            session.add(
                SiteState(
                    site_id=self.site,
                    vantage_id=self.vantage,
                    next_due_at=NOW,
                    last_measured_at=NOW,
                )
            )

    def measured(
        self,
        at: datetime,
        state: VerdictState | None = VerdictState.OK,
        *,
        interference: bool = False,
        body: bytes | None = None,
        control_of: uuid.UUID | None = None,
        received_at: datetime | None = None,
    ) -> uuid.UUID:
        """Keep a measurement with its verdict; a body makes it refer to that."""
        uid = uuid.uuid4()
        seen = _seen(uid, at, self.bodies.put(body) if body is not None else None)
        if body is not None:
            self.age(body, at)
        with self.sessions.writing() as session:
            row = {
                "uid": uid,
                "site_id": self.site,
                "vantage_id": self.vantage,
                "measured_at": at,
                "received_at": received_at or at,
                "runtime_ms": 1.0,
                "control_of": control_of,
                "vantage_healthy": True,
                "prober_fault": None,
                "is_late": False,
                "observations": measurements.to_observations(seen),
            }
            measurements.insert_new(session, [row])
            if state is not None:
                session.add(_verdict(uid, state, interference=interference, at=at))
            if body is not None:
                body_references.note(session, [seen])
        return uid

    def age(self, body: bytes, at: datetime) -> None:
        """Let a body have been kept at a time."""
        sha256 = self.bodies.put(body)
        path = next(self.bodies._root.glob(f"??/??/{sha256}"))
        os.utime(path, (at.timestamp(), at.timestamp()))

    def holds(self, body: bytes) -> bool:
        """Whether the store has a body."""
        return self.bodies.get(hashlib.sha256(body).hexdigest()) is not None

    def forget(self, *, now: datetime = NOW, limit: int = 500) -> int:
        """Forget measurements until nothing more is there to look at."""
        deleted, more = 0, True
        while more:
            with self.sessions.writing() as session:
                count, more = retention.forget_measurements(
                    session, now=now, keep_ok=KEEP, limit=limit
                )
            deleted += count
        return deleted

    def sweep(self, *, now: datetime = NOW, limit: int = 500) -> int:
        """Sweep the store once through."""
        removed, more = 0, True
        while more:
            with self.sessions.writing() as session:
                count, more = retention.forget_bodies(session, self.bodies, now=now, limit=limit)
            removed += count
        return removed

    def left(self) -> set[uuid.UUID]:
        """Every measurement on record."""
        with self.sessions.reading() as session:
            return set(session.scalars(sa.select(MeasurementRow.uid)))


def _seen(uid: uuid.UUID, at: datetime, body_sha256: str | None) -> Measurement:
    page = HttpExchange(
        url="https://s.example/",
        address="9.9.9.9",
        port=443,
        engine=Engine.SYSTEM,
        over_tls=True,
        started_ms=1,
        ended_ms=2,
        status=200,
        body_sha256=body_sha256,
    )
    return Measurement(
        uid=str(uid),
        url="https://s.example/",
        vantage="kz-1",
        started_at=at,
        runtime_ms=1,
        exchanges=(page,),
    )


def _verdict(
    uid: uuid.UUID, state: VerdictState, *, interference: bool, at: datetime
) -> VerdictRow:
    return VerdictRow(
        measurement_uid=uid,
        rules_version=1,
        state=state,
        interference=interference,
        rule="a_rule",
        reasons=[],
        judged_at=at,
    )


@pytest.fixture
def record(sessions: Sessions, tmp_path: Path) -> Record:
    """A site at a vantage, and an empty store."""
    return Record(sessions, tmp_path)


def test_old_good_measurements_go_with_their_verdicts(record: Record) -> None:
    """Older than the retention and plainly good: gone; the younger ones and the failures stay."""
    record.measured(LONG_AGO)
    record.measured(LONG_AGO - DAYS)
    stay = {
        record.measured(NOW - 89 * DAYS),
        record.measured(LONG_AGO, VerdictState.BLOCKED),
        record.measured(LONG_AGO, VerdictState.DOWN),
        record.measured(LONG_AGO, VerdictState.INSUFFICIENT),
        record.measured(LONG_AGO, VerdictState.SERVER_SIDE),
        record.measured(LONG_AGO, interference=True),
        record.measured(LONG_AGO, None),
    }
    assert record.forget() == 2
    assert record.left() == stay
    with record.sessions.reading() as session:
        judged = set(session.scalars(sa.select(VerdictRow.measurement_uid)))
    assert judged <= stay


def test_one_bad_verdict_among_several_keeps_it(record: Record) -> None:
    """What an earlier or later version of the rules called a block is evidence."""
    uid = record.measured(LONG_AGO)
    with record.sessions.writing() as session:
        other = _verdict(uid, VerdictState.BLOCKED, interference=False, at=NOW)
        other.rules_version = 2
        session.add(other)
    assert record.forget() == 0
    assert record.left() == {uid}


def test_controls_go_with_what_they_were_asked_for(record: Record) -> None:
    """A control stays as long as its field measurement, and the request for it goes along."""
    good, bad = record.measured(LONG_AGO), record.measured(LONG_AGO, VerdictState.BLOCKED)
    record.measured(LONG_AGO, None, control_of=good)
    kept = record.measured(LONG_AGO, None, control_of=bad)
    with record.sessions.writing() as session:
        for uid in (good, bad):
            session.add(
                ControlRequest(
                    field_uid=uid,
                    vantage_id=record.vantage,
                    site_id=record.site,
                    url="https://s.example/",
                    created_at=LONG_AGO,
                    expires_at=LONG_AGO,
                )
            )
    assert record.forget() == 2
    assert record.left() == {bad, kept}
    with record.sessions.reading() as session:
        assert set(session.scalars(sa.select(ControlRequest.field_uid))) == {bad}


def test_what_is_referred_to_stays(record: Record) -> None:
    """States, episodes, checkpoints and alerts keep the measurements they stand on."""
    of_state, of_episode, of_checkpoint, of_alert, within, free = (
        record.measured(LONG_AGO + timedelta(minutes=number)) for number in range(6)
    )
    with record.sessions.writing() as session:
        state = session.get_one(SiteState, (record.site, record.vantage))
        state.measurement_uid = of_state
        session.add(_episode(record, LONG_AGO - 2 * DAYS, LONG_AGO - DAYS, of_episode))
        at = LONG_AGO + timedelta(minutes=4)
        session.add(_episode(record, at, at, None))
        history.keep_checkpoint(
            session,
            (record.site, record.vantage),
            at=LONG_AGO,
            fold={},
            measurement_uid=of_checkpoint,
        )
        session.add(
            Alert(
                kind=AlertKind.SITE_BLOCKED,
                fingerprint="f",
                site_id=record.site,
                state=AlertState.RESOLVED,
                severity=Severity.WARNING,
                title="t",
                text="t",
                evidence={"measurement_uid": str(of_alert)},
                opened_at=LONG_AGO,
                updated_at=LONG_AGO,
            )
        )
    assert record.forget() == 1
    assert record.left() == {of_state, of_episode, of_checkpoint, of_alert, within}
    assert free not in record.left()


def _episode(record: Record, since: datetime, until: datetime, uid: uuid.UUID | None) -> Episode:
    return Episode(
        site_id=record.site,
        vantage_id=record.vantage,
        mechanism="nxdomain",
        confidence="likely",
        rule="a_rule",
        measurement_uid=uid,
        since=since,
        until=until,
        opened_at=since,
    )


def test_the_last_of_a_site_at_a_vantage_stays(record: Record) -> None:
    """A site that was not measured for long still shows what was seen last."""
    record.measured(LONG_AGO - DAYS)
    last = record.measured(LONG_AGO)
    with record.sessions.writing() as session:
        session.get_one(SiteState, (record.site, record.vantage)).last_measured_at = LONG_AGO
    assert record.forget() == 1
    assert record.left() == {last}


def test_what_was_imported_lately_is_not_old(record: Record) -> None:
    """Ten years old and taken in yesterday is new here."""
    uid = record.measured(LONG_AGO - 3650 * DAYS, received_at=NOW - DAYS)
    assert record.forget() == 0
    assert record.left() == {uid}


def test_what_awaits_a_verdict_stays(record: Record) -> None:
    """A row somebody still has to judge is never touched."""
    uid = record.measured(LONG_AGO)
    with record.sessions.writing() as session:
        session.get_one(MeasurementRow, uid).awaits = measurements.CONTROLS
    assert record.forget() == 0
    assert record.left() == {uid}


def test_counts_stay_when_measurements_go(record: Record) -> None:
    """The history of a site by hour and day outlives its measurements."""
    record.measured(LONG_AGO)
    with record.sessions.writing() as session:
        for table in (HourlyRollup, DailyRollup):
            counts = dict.fromkeys(
                (
                    "ok", "blocked", "down", "server_side", "insufficient", "distrusted",
                    "interference", "expected", "covered", "reached",
                ),
                1,
            )  # fmt: skip
            session.add(
                table(
                    site_id=record.site,
                    vantage_id=record.vantage,
                    at=LONG_AGO,
                    latency={},
                    **counts,
                )
            )
    assert record.forget() == 1
    with record.sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(HourlyRollup)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(DailyRollup)) == 1


def test_forgetting_goes_on_where_it_stopped_and_readers_are_told(record: Record) -> None:
    """In small steps nothing is read twice and nothing is left out; caches learn of each step."""
    for number in range(25):
        state = VerdictState.BLOCKED if number % 5 == 0 else VerdictState.OK
        record.measured(LONG_AGO + number * timedelta(minutes=1), state)
    with record.sessions.reading() as session:
        before = ledger.counter(session, "sites")
    assert record.forget(limit=4) == 20
    assert len(record.left()) == 5
    with record.sessions.reading() as session:
        assert ledger.counter(session, "sites") > before
    assert record.forget(limit=4) == 0


def test_what_was_passed_over_is_looked_at_again(record: Record) -> None:
    """What a state stood on once is forgotten a month after the state has moved on."""
    uid = record.measured(LONG_AGO)
    with record.sessions.writing() as session:
        session.get_one(SiteState, (record.site, record.vantage)).measurement_uid = uid
    assert record.forget() == 0
    with record.sessions.writing() as session:
        session.get_one(SiteState, (record.site, record.vantage)).measurement_uid = None
    assert record.forget(now=NOW + DAYS) == 0
    record.forget(now=NOW + 31 * DAYS)
    assert record.forget(now=NOW + 31 * DAYS) == 1
    assert record.left() == set()


def test_bodies_of_forgotten_measurements_go_and_shared_ones_stay(record: Record) -> None:
    """Only what no measurement refers to any more leaves the store."""
    record.measured(LONG_AGO, body=b"only good")
    record.measured(LONG_AGO, body=b"shared")
    record.measured(LONG_AGO, VerdictState.BLOCKED, body=b"shared")
    bad = record.measured(LONG_AGO, VerdictState.BLOCKED, body=b"evidence")
    record.measured(LONG_AGO, None, control_of=bad, body=b"of the control")
    assert record.sweep() == 0
    assert record.forget() == 2
    assert record.sweep(now=NOW + 2 * DAYS, limit=2) == 1
    assert not record.holds(b"only good")
    assert all(record.holds(one) for one in (b"shared", b"evidence", b"of the control"))


def test_what_a_crash_left_behind_is_swept_after_a_day(record: Record) -> None:
    """A body without a row, and a half written one, go; both may still be under way before that."""
    record.age(b"orphan", NOW - 2 * DAYS)
    record.age(b"fresh", NOW - timedelta(hours=2))
    folder = next(record.bodies._root.glob("??/??"))
    half = folder / "tmpabcd"
    half.write_bytes(b"half")
    os.utime(half, ((NOW - 2 * DAYS).timestamp(),) * 2)
    assert record.sweep() == 2
    assert not record.holds(b"orphan")
    assert not half.exists()
    assert record.holds(b"fresh")


def test_nothing_is_swept_that_a_waiting_measurement_may_refer_to(record: Record) -> None:
    """After the workers were away for a week, evidence that nobody has judged yet is still there."""
    record.age(b"sent by an agent", NOW - 7 * DAYS)
    record.age(b"older orphan", NOW - 9 * DAYS)
    uid = record.measured(NOW - 7 * DAYS, None)
    with record.sessions.writing() as session:
        session.get_one(MeasurementRow, uid).awaits = measurements.JUDGEMENT
    assert record.sweep() == 1
    assert record.holds(b"sent by an agent")


def test_references_of_older_versions_are_written_down_before_any_sweep(record: Record) -> None:
    """What was kept before references existed is found in the measurements themselves."""
    uid = record.measured(LONG_AGO, VerdictState.BLOCKED, body=b"old evidence")
    for _ in range(3):
        record.measured(LONG_AGO, VerdictState.BLOCKED)
    with record.sessions.writing() as session:
        body_references.forget(session, [uid])
    assert record.sweep(limit=2) == 0
    assert record.holds(b"old evidence")
    with record.sessions.reading() as session:
        assert session.scalars(sa.select(body_references.BodyReference.measurement_uid)).all() == [
            uid
        ]


def test_a_body_kept_anew_while_it_is_swept_stays(record: Record) -> None:
    """Whoever keeps the same page again in that moment loses nothing."""
    record.age(b"page", LONG_AGO)
    (listed,) = record.bodies.list_kept(limit=10)
    record.bodies.put(b"page")
    assert record.bodies.remove(listed) is False
    assert record.holds(b"page")
    (listed,) = record.bodies.list_kept(limit=10)
    assert record.bodies.remove(listed) is True
    assert record.bodies.remove(listed) is False
    assert record.bodies.get(listed.sha256) is None


def test_what_was_set_aside_when_the_power_went_is_put_back(record: Record) -> None:
    """Between setting aside and removing nothing is lost either."""
    record.age(b"page", LONG_AGO)
    (listed,) = record.bodies.list_kept(limit=10)
    path = next(record.bodies._root.glob(f"??/??/{listed.sha256}"))
    path.rename(path.with_name(f"tmp-{listed.sha256}"))
    record.bodies.remove_leftovers(before=NOW.timestamp())
    assert record.bodies.get(listed.sha256) == b"page"


def test_certificates_are_referred_to_like_bodies(record: Record) -> None:
    """The chain of a failed handshake is evidence as well."""
    uid = record.measured(LONG_AGO, VerdictState.BLOCKED)
    der = b"a certificate"
    sha256 = record.bodies.put(der)
    record.age(der, LONG_AGO)
    shake = TlsHandshake(
        address="9.9.9.9",
        port=443,
        engine=Engine.SYSTEM,
        server_name="s.example",
        started_ms=1,
        ended_ms=2,
        chain_sha256=(sha256, sha256),
    )
    with record.sessions.writing() as session:
        body_references.note(session, [replace(_seen(uid, LONG_AGO, None), handshakes=(shake,))])
    assert record.sweep() == 0
    assert record.bodies.get(sha256) == der


def test_vantages_do_not_keep_each_others_measurements(record: Record) -> None:
    """An episode at one vantage says nothing about what another saw meanwhile."""
    record.measured(LONG_AGO)
    with record.sessions.writing() as session:
        other: Vantage = make.vantage(session, "kz-other")
        episode = _episode(record, LONG_AGO - DAYS, LONG_AGO + DAYS, None)
        episode.vantage_id = other.id
        session.add(episode)
    assert record.forget() == 1
