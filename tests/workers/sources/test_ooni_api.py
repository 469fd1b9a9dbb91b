# SPDX-License-Identifier: Apache-2.0
"""OONI's API is asked politely, once, and nothing that it does wrong harms us."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.errors import RefusedAddress
from tests.domain.blocking import scenes, see
from tests.domain.blocking.scenes import Case
from tests.exports.carried import exported
from tests.workers.receiver import Receiver, receiving
from tests.workers.sources import ooni_server
from tests.workers.sources.ooni_server import HOST, OoniServer
from workers.outbound import OutboundPolicy
from workers.sources.disk_cache import DiskCache
from workers.sources.ooni_answers import retry_after
from workers.sources.ooni_api import ApiFailed, Fetched, Manners, OoniApi, OoniQuery

QUERY = OoniQuery(country="KZ", since=date(2026, 3, 1), until=date(2026, 3, 2))
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NO_WAITING = Manners(page=2, pause=0.0, first_wait=0.001, longest_wait=5.0, deadline=5.0)


def _case(number: int) -> dict[str, Any]:
    return exported(Case(f"number {number}", "", see.tls_fails(), scenes.REACHES))


@pytest.fixture
def server() -> OoniServer:
    """An API with five measurements of one day."""
    found = OoniServer()
    for number in range(5):
        found.add(f"uid{number}", _case(number))
    return found


@pytest.fixture
def receiver(server: OoniServer) -> Iterator[Receiver]:
    """That API, listening."""
    with receiving(server) as running:
        yield running


def _api(receiver: Receiver, folder: Path, **more: Any) -> OoniApi:
    fields: dict[str, Any] = {
        "base": receiver.url(HOST, ""),
        "cache": DiskCache(folder),
        "policy": receiver.policy(),
        "now": lambda: NOW,
        "manners": NO_WAITING,
    }
    return OoniApi(**(fields | more))


def _all(api: OoniApi, query: OoniQuery = QUERY) -> list[Fetched]:
    async def run() -> list[Fetched]:
        return [one async for one in api.measurements(query)]

    return asyncio.run(run())


def test_every_page_is_followed_and_every_measurement_fetched(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Five measurements in pages of two come whole, in three lists and five questions."""
    found = _all(_api(receiver, tmp_path))

    assert [one.name for one in found] == [f"uid{n}" for n in range(5)]
    assert all(one.raw and one.problem is None for one in found)
    assert (server.count("/measurements"), server.count("/raw_measurement")) == (3, 5)


def test_a_second_run_asks_for_nothing(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Within the hour everything is on disk, lists too."""
    first = _all(_api(receiver, tmp_path))
    before = len(server.asked)
    again = _all(_api(receiver, tmp_path))

    assert len(server.asked) == before
    assert [one.raw for one in again] == [one.raw for one in first]
    assert all(one.from_cache for one in again)


def test_after_an_hour_lists_are_asked_anew_and_measurements_never(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """A list grows, a measurement does not change."""
    _all(_api(receiver, tmp_path))
    server.add("uid9", _case(9))
    found = _all(_api(receiver, tmp_path, now=lambda: NOW + timedelta(hours=2)))

    assert len(found) == 6
    assert server.count("/raw_measurement") == 6


def test_a_damaged_answer_on_disk_is_fetched_again(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """A cache that was cut by a full disk costs one question, not the import."""
    _all(_api(receiver, tmp_path))
    for path in tmp_path.rglob("*.gz"):
        path.write_bytes(path.read_bytes()[:20])
    found = _all(_api(receiver, tmp_path))

    assert all(one.raw for one in found)
    assert server.count("/raw_measurement") == 10


def test_what_is_asked_for_is_what_the_query_names(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Country, domain, network and anomalies stand in the question; other countries don't come."""
    query = replace(QUERY, domain="news.example", asn=9198, anomalies_only=True)
    server.add("fine", exported(Case("fine", "", see.https_ok(), (see.control(),))))
    assert [one.name for one in _all(_api(receiver, tmp_path), query)] == [
        f"uid{n}" for n in range(5)
    ]
    assert _all(_api(receiver, tmp_path), replace(QUERY, country="RU")) == []
    assert _all(_api(receiver, tmp_path), replace(QUERY, domain="other.example")) == []

    asked = server.asked[0][1]
    for part in ("probe_cc=KZ", "domain=news.example", "probe_asn=AS9198", "anomaly=true"):
        assert part in asked


def test_a_long_time_is_asked_for_in_pieces(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """No window is longer than thirty days, and together they leave nothing out."""
    query = OoniQuery(country="KZ", since=date(2026, 1, 1), until=date(2026, 4, 1))
    found = _all(_api(receiver, tmp_path), query)

    assert len(found) == 5
    assert "since=2026-01-01&until=2026-01-31" in server.asked[0][1]


def test_429_is_obeyed_in_seconds(receiver: Receiver, server: OoniServer, tmp_path: Path) -> None:
    """Nothing is asked before the time the API named has passed."""
    server.faults.append(("/raw_measurement", ooni_server.too_many("1")))
    found = _all(_api(receiver, tmp_path))
    times = [at for at, path in server.asked if "uid0" in path]

    assert len(found) == 5
    assert times[1] - times[0] >= 1.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30.0),
        (format_datetime(NOW - timedelta(seconds=30), usegmt=True), 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("Wed, 99 Foo 2026", None),
        ("1" * 40, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    """A number of seconds or a date (RFC 9110 10.2.3); anything else says nothing."""
    assert retry_after(header, NOW) == seconds


def test_429_without_a_time_is_waited_out_longer_each_time(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Where no time is named, waits double, within their jitter."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    server.faults += [("/measurements", ooni_server.too_many(None))] * 3
    manners = replace(NO_WAITING, first_wait=8.0, longest_wait=900.0, sleep=note)
    _all(_api(receiver, tmp_path, manners=manners))
    asked = [one for one in waits if one]

    assert len(asked) == 3
    for times, wait in enumerate(asked):
        assert 4.0 * 2**times <= wait <= 8.0 * 2**times


def test_an_api_that_asks_for_hours_is_left_in_peace(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """A long wait is told, not slept through; what was fetched is kept for the next run."""
    server.faults.append(("uid3", ooni_server.too_many("7200")))
    with pytest.raises(ApiFailed, match="120 minutes"):
        _all(_api(receiver, tmp_path))
    before = server.count("/raw_measurement")
    _all(_api(receiver, tmp_path))

    assert server.count("/raw_measurement") - before == 2


def test_429_without_end_is_given_up(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """An API that never lets us in is not asked for ever."""
    server.faults += [("/measurements", ooni_server.too_many("0"))] * 50
    with pytest.raises(ApiFailed, match="too often"):
        _all(_api(receiver, tmp_path))

    assert len(server.asked) == NO_WAITING.patience + 1


@pytest.mark.parametrize(
    "fault",
    [
        ooni_server.status("502 Bad Gateway"),
        ooni_server.status("503 Service Unavailable", b"<html>maintenance</html>"),
        ooni_server.cut,
    ],
    ids=["502", "503", "cut"],
)
def test_a_fault_that_passes_costs_nothing(
    receiver: Receiver, server: OoniServer, tmp_path: Path, fault: ooni_server.Fault
) -> None:
    """Errors of the server and answers that break off are asked again."""
    server.faults += [("/measurements", fault), ("uid2", fault), ("uid2", fault)]
    found = _all(_api(receiver, tmp_path))

    assert len([one for one in found if one.raw]) == 5


def test_a_fault_that_stays_is_given_up(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """After five attempts the run ends with a sentence."""
    server.faults += [("/measurements", ooni_server.status("500 Internal Server Error"))] * 9
    with pytest.raises(ApiFailed, match=r"5 attempts failed.*500"):
        _all(_api(receiver, tmp_path))

    assert len(server.asked) == 5


def test_an_api_that_hangs_is_not_waited_for(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Silence has a deadline, and counts as a failed attempt."""
    server.faults.append(("/measurements", ooni_server.slow(0.6)))
    found = _all(_api(receiver, tmp_path, manners=replace(NO_WAITING, deadline=0.3)))

    assert len(found) == 5
    assert server.count("/measurements") == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"error":"Timed out","v":0}', "Timed out"),
        (b'{"v":0,"dimension_count":0}', "no list"),
        (b"<html>hello</html>", "no list"),
        (b'{"results": 5}', "no list"),
        (b"[" * 4000, "no list"),
        (b"", "no list"),
    ],
)
def test_an_error_under_status_200_is_no_list(
    receiver: Receiver, server: OoniServer, tmp_path: Path, text: bytes, said: str
) -> None:
    """What is no list of measurements is told, and not kept as one."""
    server.faults.append(("/measurements", ooni_server.body(text)))
    with pytest.raises(ApiFailed, match=said):
        _all(_api(receiver, tmp_path))

    assert len(_all(_api(receiver, tmp_path))) == 5


@pytest.mark.parametrize(
    "fault",
    [
        ooni_server.body(b'{"error":"Measurement not found"}'),
        ooni_server.body(b"nonsense"),
        ooni_server.body(b'{"test_keys": null}'),
        ooni_server.status("404 Not Found"),
    ],
    ids=["error under 200", "nonsense", "no keys", "404"],
)
def test_one_measurement_that_is_not_there_costs_itself_only(
    receiver: Receiver, server: OoniServer, tmp_path: Path, fault: ooni_server.Fault
) -> None:
    """It is named with its reason, the rest comes, and it is asked for again next time."""
    server.faults.append(("uid1", fault))
    found = _all(_api(receiver, tmp_path))
    again = _all(_api(receiver, tmp_path))

    assert [one.name for one in found if one.problem] == ["uid1"]
    assert [one.problem for one in again] == [None] * 5


def test_a_refusal_ends_the_run(receiver: Receiver, server: OoniServer, tmp_path: Path) -> None:
    """Who is not wanted does not go on asking."""
    server.faults.append(("uid1", ooni_server.status("403 Forbidden")))
    with pytest.raises(ApiFailed, match="403"):
        _all(_api(receiver, tmp_path))

    assert server.count("/raw_measurement") == 2


def test_a_next_page_on_another_host_is_not_followed(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """An API cannot send us elsewhere."""
    server.next_host = "https://elsewhere.example"
    with pytest.raises(ApiFailed, match="another host"):
        _all(_api(receiver, tmp_path))


def test_pages_that_lead_in_a_circle_end(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """A next page that was read before ends the run, with a sentence."""
    page = b'{"metadata":{"next_url":"/api/v1/measurements?again=1"},"results":[]}'
    server.faults += [("/measurements", ooni_server.body(page))] * 5
    with pytest.raises(ApiFailed, match="circle"):
        _all(_api(receiver, tmp_path))

    assert server.count("/measurements") == 2


def test_a_redirect_is_not_followed(receiver: Receiver, server: OoniServer, tmp_path: Path) -> None:
    """An API that moves house is not chased; the run ends, and says why."""
    server.faults.append(("/measurements", ooni_server.status("302 Found")))
    with pytest.raises(ApiFailed, match="302"):
        _all(_api(receiver, tmp_path))

    assert len(server.asked) == 1


def test_rows_of_the_list_that_name_nothing_are_told(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """A row without uid and report is a problem of its own; what is no row is passed over."""
    page = b'{"metadata":{},"results":[{"input":"x"},5,{"measurement_uid":"uid0"}]}'
    server.faults.append(("/measurements", ooni_server.body(page)))
    found = _all(_api(receiver, tmp_path))

    assert [one.problem is None for one in found] == [False, True]


def test_a_budget_ends_the_questions_and_the_next_run_goes_on(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Only so many measurements are asked for; those on disk cost nothing."""
    first = _all(_api(receiver, tmp_path, budget=2))
    second = _all(_api(receiver, tmp_path, budget=2))

    assert (len(first), len(second)) == (2, 4)
    assert server.count("/raw_measurement") == 4


def test_questions_come_one_after_another_with_a_pause(
    receiver: Receiver, server: OoniServer, tmp_path: Path
) -> None:
    """Between two questions there is always the pause."""
    _all(_api(receiver, tmp_path, manners=replace(NO_WAITING, pause=0.05)))
    times = [at for at, _ in server.asked]

    assert all(later - sooner >= 0.05 for sooner, later in pairwise(times))


def test_the_guard_stands_before_the_api_too(receiver: Receiver, tmp_path: Path) -> None:
    """With the ordinary policy, an API on this machine is refused before a packet leaves."""
    api = _api(receiver, tmp_path, base="http://127.0.0.1", policy=OutboundPolicy())
    with pytest.raises(RefusedAddress):
        _all(api)

    assert receiver.connections == 0
