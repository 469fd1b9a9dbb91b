# SPDX-License-Identifier: Apache-2.0
"""Measurements that come in from files become history: whole, once, and moving nothing."""

import gzip
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Egress, Role, VantageRole
from app.errors import InvalidInput
from app.exports.ooni import to_ooni
from app.services import interchange, site_views, sites, vantages
from app.services.interchange import ImportResult
from app.services.interchange_export import Exportable, Wanted, list_exportable
from app.services.interchange_reading import Taken, read_line
from app.services.knowledge import NOTHING
from app.services.measurement_views import timeline
from app.services.monitoring import WatchPolicy, enlist_new_pairs
from app.storage.bodies import BodyStore
from app.storage.database import Sessions
from app.storage.measurements import MeasurementRow, VerdictRow
from app.storage.sites import Episode, Site, SiteState, Vantage, list_vantages, network_sizes
from app.web.presenters.sites import verdict_row
from app.web.presenters.vantages import vantage_rows
from tests.domain.blocking import scenes, see
from tests.domain.blocking.cases import CASES
from tests.domain.blocking.scenes import Case
from tests.exports.carried import exported, finished
from tests.make import NOW

OPERATOR = Viewer(role=Role.ADMIN, name="operator")
BLOCKED = Case("blocked", "tls_reset", see.tls_fails(), scenes.REACHES)


def _line(case: Case = BLOCKED, **more: Any) -> bytes:
    return msgspec.json.encode(exported(case, **more))


def _take(
    sessions: Sessions,
    *lines: bytes,
    add_sites: bool = True,
    bodies: BodyStore | None = None,
) -> ImportResult:
    result = ImportResult()
    with sessions.writing() as session:
        for number, line in enumerate(lines, start=1):
            interchange.take(
                session,
                read_line(line),
                result,
                line=number,
                bodies=bodies,
                known=NOTHING,
                add_sites=add_sites,
                now=NOW,
            )
        interchange.tell_readers(session, result)
    return result


def _count(sessions: Sessions, table: type) -> int:
    with sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_measurement_comes_in_with_its_control_and_a_verdict(sessions: Sessions) -> None:
    """The field's measurement, its control and a verdict of today's rules are kept."""
    result = _take(sessions, _line())
    with sessions.reading() as session:
        rows = session.scalars(
            sa.select(MeasurementRow).order_by(MeasurementRow.control_of.is_not(None))
        ).all()
        verdict = session.scalars(sa.select(VerdictRow)).one()

    assert (result.new, result.controls, result.sites_added) == (1, 1, 1)
    field, control = rows
    assert control.control_of == field.uid == verdict.measurement_uid
    assert verdict.rule == BLOCKED.judged().rule
    assert verdict.control_uids == [str(control.uid)]
    assert field.is_late


def test_the_same_line_twice_changes_nothing(sessions: Sessions) -> None:
    """A second import finds what the first one kept."""
    _take(sessions, _line())
    again = _take(sessions, _line(), _line())

    assert (again.new, again.unchanged) == (0, 2)
    assert _count(sessions, MeasurementRow) == 2


def test_networks_of_others_are_switched_off_and_never_scheduled(sessions: Sessions) -> None:
    """No site becomes due at an imported vantage, and no network of ours grows by it."""
    _take(sessions, _line())
    with sessions.writing() as session:
        session.execute(sa.update(Site).values(is_probed=True))
        enlisted = enlist_new_pairs(session, now=NOW, policy=WatchPolicy())
        sizes = network_sizes(session)
        live = list_vantages(session)
        made = {one.code: one for one in session.scalars(sa.select(Vantage))}

    assert (enlisted, sizes, list(live)) == (0, {}, [])
    assert set(made) == {"qalam-kz-as9198", "qalam-control"}
    assert {one.egress for one in made.values()} == {Egress.IMPORTED}
    assert (made["qalam-kz-as9198"].country, made["qalam-kz-as9198"].asn) == ("KZ", 9198)


def test_history_of_others_moves_no_state_and_opens_no_episode(sessions: Sessions) -> None:
    """A blocked site of an import is in its timeline, and its state stays unknown."""
    _take(sessions, *(_line(replace(BLOCKED, name=str(n))) for n in range(8)))
    with sessions.reading() as session:
        site = session.scalars(sa.select(Site)).one()
        shown = site_views.site_view(session, OPERATOR, site.id)
        told = timeline(session, OPERATOR, site.id, limit=50)
        vantages_shown = site_views.list_vantages(session, OPERATOR)

    assert (_count(sessions, SiteState), _count(sessions, Episode)) == (0, 0)
    assert shown["state"].value == "unknown"
    assert [one["verdict"].value for one in told] == ["blocked"] * 8
    assert {one["egress"] for one in told} == {Egress.IMPORTED}
    assert verdict_row(told[0]).where == "AS9198, Kazakhstan, measured by others"
    assert vantage_rows(vantages_shown) == []


def test_a_site_that_is_not_listed_is_told_and_not_taken(sessions: Sessions) -> None:
    """Without leave to add sites, a measurement of an unlisted one is left out, by line."""
    result = _take(sessions, _line(), add_sites=False)

    assert (result.new, [one.line for one in result.unlisted]) == (0, [1])
    assert _count(sessions, MeasurementRow) == _count(sessions, Site) == 0


def test_sites_added_by_an_import_are_not_probed_until_a_list_names_them(
    sessions: Sessions,
) -> None:
    """What others measured does not decide what leaves this machine; a list does."""
    _take(sessions, _line())
    with sessions.reading() as session:
        before = session.scalars(sa.select(Site)).one()
    with sessions.writing() as session:
        text = f"url,category_code\n{see.HTTPS},NEWS\n"
        sites.import_list(session, text, list_name="kz", licence=None, country="KZ", now=NOW)
    with sessions.reading() as session:
        after = session.scalars(sa.select(Site)).one()

    assert (before.is_probed, before.category_code) == (False, "MISC")
    assert (after.is_probed, after.category_code, after.list_name) == (True, "NEWS", "kz")


def test_bodies_come_into_the_store(sessions: Sessions, tmp_path: Path) -> None:
    """Pages of the field and of controls are kept under their hashes."""
    store = BodyStore(tmp_path)
    _take(sessions, _line(Case("page", "", see.http_ok(text="here"), scenes.REACHES)), bodies=store)
    with sessions.reading() as session:
        hashes = [
            exchange["body_sha256"]
            for row in session.scalars(sa.select(MeasurementRow))
            for exchange in row.observations["exchanges"]
        ]

    assert sorted(store.get(one) or b"" for one in hashes) == [b"here", b"x" * 5000]


def _exportables(sessions: Sessions, viewer: Viewer = OPERATOR) -> list[Exportable]:
    with sessions.reading() as session:
        page = list_exportable(session, viewer, Wanted(), after=None, limit=1000)
    return list(page.found)


def _written(one: Exportable, store: BodyStore, marks: tuple[Any, ...] = ()) -> dict[str, Any]:
    values = to_ooni(
        one.measurement,
        one.controls,
        one.verdict,
        country=one.country,
        asn=one.asn,
        network_name=one.network_name,
        vantage_healthy=one.vantage_healthy,
        bodies=store,
        fingerprints=marks,
    )
    read: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return read


def test_export_import_export_is_identical(sessions: Sessions, tmp_path: Path) -> None:
    """What was exported, taken in and exported again is the same file, for every situation."""
    store = BodyStore(tmp_path)
    # Whether a control is fresh is known by its time, and in these situations all have one time.
    chosen = [
        case
        for case in CASES
        if case.country == "KZ" and not case.marks and all(one.fresh for one in case.controls)
    ]
    first = [exported(case) for case in chosen]
    _take(sessions, *(msgspec.json.encode(one) for one in first), bodies=store)
    again = {
        values["test_keys"]["x_qalam"]["observations"]["uid"]: values
        for one in _exportables(sessions)
        for values in [_written(one, store)]
    }

    assert len(again) == len(first)
    for values in first:
        other = again[values["test_keys"]["x_qalam"]["observations"]["uid"]]
        assert _comparable(other) == _comparable(values)


def _comparable(values: dict[str, Any]) -> dict[str, Any]:
    """Of several controls of one instant the order is not kept, nor which of them speaks first."""
    controls = values["test_keys"]["x_qalam"]["controls"]
    controls.sort(key=lambda one: one["observations"]["uid"])
    without = {"control", "control_failure", "x_control_request"} if len(controls) > 1 else set()
    keys = {name: one for name, one in values["test_keys"].items() if name not in without}
    return {**values, "test_keys": keys}


def test_ours_that_was_exported_and_comes_home_is_known(sessions: Sessions) -> None:
    """A file taken back in where it came from makes no doubles: ids travel along."""
    _take(sessions, _line())
    (one,) = _exportables(sessions)
    uid = uuid.UUID(one.measurement.uid)

    assert str(uid) == finished(BLOCKED.seen, BLOCKED.name).uid


def test_marks_that_are_unknown_here_travel_along(sessions: Sessions) -> None:
    """A verdict that stood on a fingerprint stands here too, where that one was never imported."""
    case = next(one for one in CASES if one.rule == "http_blockpage_fingerprint")
    result = _take(sessions, _line(case))
    with sessions.reading() as session:
        verdict = session.scalars(sa.select(VerdictRow)).one()

    assert verdict.rule == "http_blockpage_fingerprint"
    assert result.differing == []


def test_a_verdict_that_differs_here_is_told(sessions: Sessions) -> None:
    """The record keeps what its own rules say, and names the line on which the file says otherwise."""
    values = exported(BLOCKED)
    values["test_keys"]["x_qalam"]["verdict"]["state"] = "ok"
    result = _take(sessions, msgspec.json.encode(values))
    with sessions.reading() as session:
        verdict = session.scalars(sa.select(VerdictRow)).one()

    assert verdict.state.value == "blocked"
    assert [one.line for one in result.differing] == [1]


def test_the_public_gets_nothing_of_a_small_network(sessions: Sessions) -> None:
    """A measurement of a network with fewer than three vantages is counted, and not given."""
    _take(sessions, _line())
    with sessions.reading() as session:
        page = list_exportable(session, PUBLIC, Wanted(), after=None, limit=10)

    assert (page.found, page.withheld) == ((), 1)


def _vantages_here(session: Session, *, asn: int | None, count: int) -> None:
    for number in range(count):
        made = vantages.ensure_vantage(
            session, code=f"kz-{number}", role=VantageRole.FIELD, now=NOW
        )
        made.country, made.asn = "KZ", asn
    session.flush()


def test_the_public_is_told_no_network_of_a_control(sessions: Sessions) -> None:
    """A control stands in a small network of its own: how many there were stays, and not which."""
    controls = tuple(
        see.control(see.tcp_fails(), network=network)
        for network in ("AS64500", "AS64501", "AS64500")
    )
    _take(sessions, _line(Case("down", "", see.tcp_fails(), controls)))
    with sessions.writing() as session:
        _vantages_here(session, asn=9198, count=3)
    with sessions.reading() as session:
        (public,) = list_exportable(session, PUBLIC, Wanted(), after=None, limit=10).found
        (ours,) = list_exportable(session, OPERATOR, Wanted(), after=None, limit=10).found

    assert {one.network for one in public.controls} == {"network 1", "network 2"}
    assert sorted(str(one.network) for one in ours.controls) == ["AS64500", "AS64500", "AS64501"]


def test_vantages_of_no_known_network_are_no_network(sessions: Sessions) -> None:
    """Three lines whose networks nobody noted hide each other no better than one."""
    _take(sessions, msgspec.json.encode(exported(BLOCKED, asn=None)))
    with sessions.writing() as session:
        _vantages_here(session, asn=None, count=3)
    with sessions.reading() as session:
        page = list_exportable(session, PUBLIC, Wanted(), after=None, limit=10)

    assert (page.found, page.withheld) == ((), 1)


def test_an_export_can_be_taken_page_by_page(sessions: Sessions) -> None:
    """Pages together hold everything once, oldest first, also where times are equal."""
    _take(sessions, *(_line(replace(BLOCKED, name=str(n))) for n in range(5)))
    found, after = [], None
    while True:
        with sessions.reading() as session:
            page = list_exportable(session, OPERATOR, Wanted(), after=after, limit=2)
        found += [one.measurement.uid for one in page.found]
        if page.next is None:
            break
        after = page.next

    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(country="KZ"), 1),
        (Wanted(country="RU"), 0),
        (Wanted(since=see.NOON), 1),
        (Wanted(since=see.NOON + timedelta(seconds=1)), 0),
        (Wanted(until=see.NOON), 0),
        (Wanted(until=see.NOON + timedelta(seconds=1)), 1),
        (Wanted(site_id=uuid.UUID(int=1)), 0),
    ],
)
def test_an_export_holds_what_is_asked_for(sessions: Sessions, wanted: Wanted, count: int) -> None:
    """By country, site and time; the beginning counts, the end does not."""
    _take(sessions, _line())
    with sessions.reading() as session:
        page = list_exportable(session, OPERATOR, wanted, after=None, limit=10)

    assert len(page.found) == count


def _changed(path: tuple[str | int, ...], value: object) -> bytes:
    values = exported(BLOCKED)
    place: Any = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return msgspec.json.encode(values)


OURS = ("test_keys", "x_qalam")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b"{}", "no test_keys"),
        (_changed(("test_name",), "telegram"), "web_connectivity"),
        (_changed(("test_keys",), []), "no test_keys"),
        (_changed((*OURS, "version"), 99), "version"),
        (_changed(OURS, "text"), "version"),
        (_changed((*OURS, "observations"), {}), "cannot be read"),
        (_changed((*OURS, "observations", "uid"), "one"), "UUID"),
        (_changed((*OURS, "observations", "url"), "https://other.example/"), "same address"),
        (_changed((*OURS, "observations", "started_at"), "2026-03-01T12:00:00"), "time zone"),
        (_changed((*OURS, "observations", "started_at"), "0001-01-01T00:00:00+14:00"), "none at"),
        (
            _changed(
                (*OURS, "controls", 0, "observations", "started_at"), "9999-12-31T23:00:00-14:00"
            ),
            "none at",
        ),
        (_changed((*OURS, "observations", "lookups", 0, "engine"), "magic"), "cannot be read"),
        (_changed((*OURS, "asn"), -5), "probe_asn"),
        (_changed((*OURS, "country"), "Kazakhstan"), "probe_cc"),
        (_changed((*OURS, "bodies"), {"00": "aGVsbG8="}), "hash"),
        (_changed((*OURS, "bodies"), {"00": "?"}), "cannot be read"),
    ],
)
def test_a_line_that_is_not_right_says_why(line: bytes, reason: str) -> None:
    """Whatever is wrong with a line is a sentence, never a traceback."""
    with pytest.raises(InvalidInput, match=reason):
        read_line(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (_changed((*OURS, "observations", "started_at"), "2031-01-01T00:00:00Z"), "future"),
        (_line(Case("port", "", see.measured(url="https://news.example:8443/"))), "port"),
    ],
)
def test_what_cannot_be_kept_leaves_nothing_behind(
    sessions: Sessions, line: bytes, reason: str
) -> None:
    """A measurement of tomorrow, or of an address that is never contacted, is refused whole."""
    with pytest.raises(InvalidInput, match=reason):
        _take(sessions, line)

    assert _count(sessions, MeasurementRow) == _count(sessions, Vantage) == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*OURS, "controls", 0, "network"), "AS99999999999999999999"),
        ((*OURS, "controls", 0, "network"), "East\x00West" + "x" * 5000),
        ((*OURS, "network_name"), "East\x00West"),
        ((*OURS, "observations", "prober_fault"), "deadline\x00"),
    ],
    ids=["no asn", "control's name", "network's name", "fault"],
)
def test_odd_names_stop_no_import(
    sessions: Sessions, path: tuple[str | int, ...], value: str
) -> None:
    """A number that is no network's and characters that no database holds end no import."""
    assert _take(sessions, _changed(path, value)).new == 1


def test_a_line_that_is_refused_lists_no_site(sessions: Sessions) -> None:
    """Also where the others of its transaction come in."""
    result = ImportResult()
    with sessions.writing() as session:
        vantages.ensure_vantage(session, code="qalam-kz-as9198", role=VantageRole.FIELD, now=NOW)
        with pytest.raises(InvalidInput):
            interchange.take(
                session,
                read_line(_line()),
                result,
                line=1,
                bodies=None,
                known=NOTHING,
                add_sites=True,
                now=NOW,
            )

    assert (_count(sessions, Site), result.sites_added) == (0, 0)


def test_a_vantage_of_ours_is_never_taken_for_others(sessions: Sessions) -> None:
    """Where a vantage here bears the name an import would use, the line is refused."""
    with sessions.writing() as session:
        vantages.ensure_vantage(session, code="qalam-kz-as9198", role=VantageRole.FIELD, now=NOW)
    with pytest.raises(InvalidInput, match="qalam-kz-as9198"):
        _take(sessions, _line())

    assert _count(sessions, MeasurementRow) == 0


def test_a_control_that_belongs_to_another_measurement_is_not_stolen(sessions: Sessions) -> None:
    """Half of a line is never kept: if its control is known as another's, the line is refused."""
    _take(sessions, _line())
    values = exported(BLOCKED)
    values["test_keys"]["x_qalam"]["observations"]["uid"] = str(uuid.UUID(int=7))
    with pytest.raises(InvalidInput, match="control"):
        _take(sessions, msgspec.json.encode(values))

    assert _count(sessions, MeasurementRow) == 2


def test_nul_characters_do_not_stop_an_import(sessions: Sessions) -> None:
    """Servers send NUL, and PostgreSQL cannot hold it: it is replaced, visibly."""
    seen = see.http_ok(title="News\x00today", headers=(("X-A", "b\x00c"),))
    _take(sessions, _line(Case("nul", "", seen)))
    with sessions.reading() as session:
        row = session.scalars(sa.select(MeasurementRow)).one()

    assert row.observations["exchanges"][0]["title"] == "News\ufffdtoday"


def test_compressed_lines_hold_what_plain_ones_do(tmp_path: Path) -> None:
    """The reader does not care how a line was stored."""
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(_line()))
    taken = read_line(gzip.decompress(path.read_bytes()))

    assert isinstance(taken, Taken)
